"""A model of one's own: its configuration, and numbers of heads, in every verb that prices."""

import json

import pytest

import groverattn
from groverattn.errors import InputError
from groverattn.row.request import RowRequest

SMALL = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_size": 16,
    "max_position_embeddings": 64,
    "no_rope_layers": [0, 0],
}
NOTE = "2 layers have no rotary embedding"
ONE_KEY = ("--data-access", "qrom", "--keys-per-query", 1, "--words-at-once", 1, "--n-parts", 1, "--n-machines", 1)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "config.json").write_text(json.dumps(SMALL))
    return tmp_path / "small"


def flat_text(outcome):
    assert outcome.status == 0, outcome.err
    return " ".join(outcome.out.split())


@pytest.mark.parametrize("verb", ["estimate", "compare", "crossover", "frontier"])
def test_verbs(cli, folder, verb):
    text = flat_text(cli(verb, "--config", folder, "--n-marked", 3))
    assert "small: n = 64, d = 4, k = 3" in text
    assert f"Note: {NOTE}" in text


def test_json_has_the_sizes_and_the_note(cli, folder):
    outcome = cli("estimate", "--config", folder / "config.json", "--n-marked", 3, *ONE_KEY, "--format", "json")
    inputs = outcome.json["inputs"]
    assert (inputs["layers"], inputs["query_heads"], inputs["gqa_group"]) == (2, 4, 2)
    assert (inputs["shape"]["n_keys"], inputs["shape"]["d_head"]) == (64, 4)
    assert inputs["note"].startswith(NOTE)
    assert inputs["source"].startswith("small/config.json, model type llama")


def test_a_report(cli, folder, tmp_path):
    assert cli("report", "--config", folder, "--n-marked", 3, "-o", tmp_path / "own.html").status == 0
    text = (tmp_path / "own.md").read_text("utf-8")
    assert "small/config.json, model type llama" in text
    assert NOTE in text.replace("\\", "")
    assert "no model was named" not in text


def test_a_whole_model_and_an_export(cli, folder, tmp_path):
    text = flat_text(cli("estimate", "--config", folder, "--n-marked", 3, *ONE_KEY, "--whole-model"))
    assert "Whole model, attention only: 2 layers x 4 heads" in text
    export = ("export", "--to", "counts", "--what", "model", "--config", folder, "--n-marked", 3)
    assert cli(*export, "-o", tmp_path / "counts.json").status == 0
    assert json.loads((tmp_path / "counts.json").read_text())["inputs"]["layers"] == 2


def test_a_study(cli, folder, tmp_path):
    (tmp_path / "study.toml").write_text(
        'kind = "estimate"\n[fixed]\nconfig = "small"\ndata_access = "qrom"\n[grid]\nn_marked = [2, 3]\n'
    )
    assert cli("sweep", tmp_path / "study.toml", "-o", tmp_path / "out", "--workers", 0).status == 0
    (table,) = (tmp_path / "out").glob("*.csv")
    lines = table.read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert all(",small," in line and NOTE in line for line in lines[1:])
    before = {line.split(",")[0] for line in lines[1:]}
    (folder / "config.json").write_text(json.dumps(SMALL | {"num_hidden_layers": 3, "no_rope_layers": [0] * 3}))
    assert cli("sweep", tmp_path / "study.toml", "-o", tmp_path / "other", "--workers", 0).status == 0
    (table,) = (tmp_path / "other").glob("*.csv")
    assert not before & {line.split(",")[0] for line in table.read_text("utf-8").splitlines()[1:]}


def test_a_study_of_a_configuration_that_cannot_be_used(cli, folder, tmp_path):
    (folder / "config.json").write_text("{}")
    (tmp_path / "study.toml").write_text('kind = "estimate"\n[grid]\nconfig = ["small"]\nn_marked = [2]\n')
    outcome = cli("sweep", tmp_path / "study.toml", "-o", tmp_path / "out", "--workers", 0)
    assert outcome.status == 2
    assert "no model_type" in outcome.err


def test_python(folder):
    result = groverattn.estimate(config=str(folder), n_marked=3, data_access="qrom")
    assert result.asked.layers == 2
    assert result.asked.note.startswith(NOTE)
    assert groverattn.estimate(result.asked, preset="toy").asked == RowRequest.of(preset="toy", data_access="qrom")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "small/config.json and no --n-marked"),
        (("--n-marked", 64), "--n-marked 64; allowed: 1 to 63"),
        (("--n-marked", 3, "--preset", "gpt2"), "--preset gpt2, --config "),
        (("--n-marked", 3, "--kv-heads", 3), "--kv-heads 3 and --query-heads 4"),
        (("--n-marked", 3, "--gqa-group", 3), "--query-heads 4, --gqa-group 3"),
    ],
)
def test_what_is_refused(cli, folder, options, words):
    outcome = cli("estimate", "--config", folder, *options)
    assert outcome.status == 2
    assert words in outcome.err


def test_a_folder_without_a_configuration(cli, tmp_path):
    outcome = cli("estimate", "--config", tmp_path, "--n-marked", 3)
    assert outcome.status == 2
    assert "config.json; allowed: a JSON file of up to 1,048,576 bytes; why: there is no such file" in outcome.err


def test_options_replace_what_the_configuration_says(folder):
    request = RowRequest.of(config=str(folder), n_marked=3, n_keys=128, heads=8, kv_heads=2, d_head=5, name="mine")
    assert (request.name, request.shape.n_keys, request.shape.d_head) == ("mine", 128, 5)
    assert (request.query_heads, request.gqa_group) == (8, 4)


SIZES = {"n_keys": 64, "d_head": 4, "n_marked": 3}


def test_heads_by_other_names():
    request = RowRequest.of(**SIZES, heads=32, kv_heads=8)
    assert request == RowRequest.of(**SIZES, query_heads=32, gqa_group=4)
    assert request == RowRequest.of(**SIZES, heads=32, query_heads=32, kv_heads=8, gqa_group=4)
    assert RowRequest.of(preset="llama3.1-8b", kv_heads=4).gqa_group == 8


def test_a_request_is_changed_by_either_name():
    request = RowRequest.of(**SIZES, heads=32, kv_heads=8)
    assert request.but(kv_heads=2).gqa_group == 16
    assert request.but(heads=8, kv_heads=8).gqa_group == 1
    assert request.but(gqa_group=None).gqa_group == 1


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        ({"heads": 32, "query_heads": 16}, "query_heads = 16, heads = 32"),
        ({"heads": 32, "kv_heads": 8, "gqa_group": 2}, "gqa_group = 2, kv_heads = 8"),
        ({"heads": 32, "kv_heads": 5}, "kv_heads = 5 and query_heads = 32"),
        ({"heads": 4, "kv_heads": 8}, "kv_heads = 8 and query_heads = 4"),
        ({"kv_heads": 8}, "kv_heads = 8 and no query_heads"),
        ({"heads": 0}, "heads = 0"),
        ({"heads": 8, "kv_heads": 0}, "kv_heads = 0"),
        ({"heads": 8, "kv_heads": -8}, "kv_heads = -8"),
    ],
)
def test_heads_that_do_not_agree(heads, words):
    with pytest.raises(InputError, match=words):
        RowRequest.of(**SIZES, **heads)


LLAMA = {"n_keys": "128k", "d_head": 128, "n_marked": 512}


def test_a_group_of_one_beside_the_sizes_of_a_known_model():
    note = RowRequest.of(**LLAMA).note
    assert note == (
        "d = 128 and n = 131,072 are those of llama3.1-8b, where 4 query heads share keys: --heads 32 --kv-heads 8 "
        "makes the GPU's decode lines 4.00 times shorter"
    )
    assert "of llama3.1-70b, where 8 query heads share keys" in RowRequest.of(**LLAMA, heads=64).note


@pytest.mark.parametrize(
    "inputs",
    [
        LLAMA | {"heads": 32, "kv_heads": 8},
        LLAMA | {"gqa_group": 1},
        LLAMA | {"n_keys": 4096},  # of llama2-7b too, which shares none
        LLAMA | {"d_head": 64, "n_keys": 1024},
        {"preset": "llama2-7b"},
    ],
)
def test_no_note_where_it_would_be_wrong(inputs):
    assert RowRequest.of(**inputs).note == ""
