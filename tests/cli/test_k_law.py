"""`--k-law` in every verb that prices: what tables and JSON say, and what is refused with exit status 2."""

import tomllib

import pytest

import groverattn
from groverattn.models.k_laws import _FOLDER, k_law
from groverattn.models.presets import PRESETS

LAW = "smollm2-135m"
ONE_KEY = ("--data-access", "qrom", "--keys-per-query", 1, "--words-at-once", 1, "--n-parts", 1, "--n-machines", 1)
SMALL = ("--n-keys", 512, "--d-head", 8)


def flat_text(outcome):
    assert outcome.status == 0, outcome.err
    return " ".join(outcome.out.split())


@pytest.fixture
def own(tmp_path):
    """The shipped law under another name, in a file."""
    path = tmp_path / "mine.toml"
    path.write_bytes((_FOLDER / f"{LAW}.toml").read_bytes())
    return path


def test_an_estimate(cli):
    text = flat_text(cli("estimate", *SMALL, "--k-law", LAW, "--k-weight", 0.95, *ONE_KEY, "--verbose"))
    found = k_law(LAW).at(512, 0.95)
    assert f"n = 512, d = 8, k = {found.k}," in text
    assert f"k = {found.k} by the law {LAW}: in the median head, this many keys hold 95 %" in text
    assert "k grows like n^0.36 by the law smollm2-135m, extrapolated beyond n = 8,192, to 7.08e6 at n = 2^56" in text
    assert "the number of marked keys stays" not in text


def test_json(cli, own):
    outcome = cli("estimate", "--n-keys", 16384, "--d-head", 8, "--k-law", own, *ONE_KEY, "--format", "json")
    result = outcome.json
    law, found = result["inputs"]["k_law"], k_law(LAW).at(16384, 0.9)
    assert (law["name"], law["weight"], law["extrapolated"], law["n_marked"]) == ("mine", 0.9, True, found.k)
    assert result["inputs"]["shape"]["n_marked"] == found.k
    assert law["n_marked_by_exponent"] == list(found.by_exponent)
    assert (law["n_marked_of_heads"], law["n_marked_late"]) == (list(found.of_heads), found.late)
    assert {"model", "texts", "source", "n_min", "n_max", "coefficient", "exponent", "exponent_interval"} <= law.keys()
    assert [entry["how"] for entry in result["provenance"] if entry["quantity"] == "n_marked"] == ["formula"]
    assert "by the law mine, extrapolated" in result["crossover"]["reason"]


def test_a_crossover(cli):
    text = flat_text(cli("crossover", *SMALL, "--k-law", LAW, "--data-access", "qroam", "--at", 4096))
    assert f"k = {k_law(LAW).at(512, 0.9).k} by the law {LAW}" in text
    assert "iterates grow like sqrt(n k), which is n^0.67 by the law of k" in text.lower()
    assert "K grows like n^0.34 by the law smollm2-135m" in text or "k grows like n^0.34 by the law" in text


def test_a_report(cli, tmp_path):
    assert cli("report", *SMALL, "--k-law", LAW, "-o", tmp_path / "own.html").status == 0
    text = " ".join((tmp_path / "own.md").read_text("utf-8").split())
    assert "d stays, and k grows like" in text
    assert f"law {LAW} of the keys that hold 90 % of a row's softmax weight" in text.replace("\\", "")
    assert "marked keys by a measured law" in text  # the ledger's line


def test_presets(cli):
    text = flat_text(cli("presets", "--k-law", LAW))
    assert "k by the law: law smollm2-135m of the keys that hold 90 %" in text
    assert "*: extrapolated" in text
    listed = {each["name"]: each for each in cli("presets", "--k-law", LAW, "--format", "json").json["presets"]}
    assert listed["glm-5"]["k_law"] is None
    assert listed["gpt2"]["k_law"]["n_marked"] == k_law(LAW).at(1024, 0.9).k
    assert "k_law" not in cli("presets", "--format", "json").json["presets"][0]
    assert listed.keys() == PRESETS.keys()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("estimate", "--preset", "gpt2", "--n-marked", 4, "--k-law", LAW), "--n-marked 4, --k-law smollm2-135m"),
        (("estimate", "--preset", "glm-5", "--k-law", LAW), "k of an indexer is trained there"),
        (("report", "--preset", "gpt2", "glm-5", "--k-law", LAW, "-o", "x.html"), "--k-law smollm2-135m for glm-5"),
        (("frontier", "--preset", "gpt2", "--k-law", "smollm"), "did you mean smollm2-135m?"),
        (("compare", "--preset", "gpt2", "--k-law", LAW, "--k-weight", 0.5), "0.9 or 0.95 or 0.99"),
        (("crossover", "--preset", "gpt2", "--k-weight", 0.9), "--k-weight 0.9 without --k-law"),
        (("estimate", "--preset", "gpt2", "--k-law", "none.toml"), "none.toml: no file of this name"),
        (("presets", "--k-law", LAW, "--k-weight", 2), "--k-weight 2"),
    ],
)
def test_what_is_refused(cli, arguments, words):
    outcome = cli(*arguments)
    assert outcome.status == 2
    assert words in outcome.err
    assert "; do: " in outcome.err


def test_a_file_that_is_no_law(cli, tmp_path):
    (tmp_path / "bad.toml").write_text("model = 3")
    outcome = cli("estimate", "--preset", "gpt2", "--k-law", tmp_path / "bad.toml")
    assert outcome.status == 2
    assert "bad.toml: the file without texts, source, n_min, n_max, law" in outcome.err


def test_the_python_api():
    one_key = {"data_access": "qrom", "keys_per_query": 1, "words_at_once": 1, "n_parts": 1, "n_machines": 1}
    result = groverattn.estimate(n_keys=512, d_head=8, k_law=LAW, k_weight=0.99, **one_key)
    file = tomllib.loads((_FOLDER / f"{LAW}.toml").read_text("utf-8"))
    (law,) = (each for each in file["law"] if (each["weight"], each["percentile"]) == (0.99, 50))
    assert result.request.shape.n_marked == round(law["coefficient"] * 512 ** law["exponent"])


def test_a_law_that_gives_too_large_a_k_is_named_and_not_the_k(cli):
    err = cli("estimate", "--preset", "gpt2", "--k-law", "smollm2-135m", "--n-keys", "2^56").err
    assert "given: --k-law smollm2-135m at --n-keys 72,057,594,037,927,936, where it makes k = " in err
    assert "do: choose fewer keys" in err
