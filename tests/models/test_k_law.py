"""Laws of k: what the shipped one says beside what was measured, k and its intervals, and files that are refused."""

import math
import re
import tomllib

import pytest

from groverattn.errors import InputError
from groverattn.models.k_choice import KEPT, WEIGHT, KLawChoice
from groverattn.models.k_law import FEW, MANY, MEDIAN, rounded_k
from groverattn.models.k_laws import _FOLDER, K_LAWS, k_law, read_k_law

HEADS = {FEW: (2.0, 0.0, -0.1, 0.1), MEDIAN: (2.0, 0.5, 0.25, 0.75), MANY: (4.0, 0.5, 0.5, 0.5)}


def law_text(percentile, weight=0.9, more=""):
    coefficient, exponent, low, high = HEADS[percentile]
    return (
        f"[[law]]\nweight = {weight}\npercentile = {percentile}\ncoefficient = {coefficient}\nexponent = {exponent}\n"
        f"exponent_low = {low}\nexponent_high = {high}\n{more}\n"
    )


HEADER = 'model = "a model"\ntexts = ["a text", "code"]\nsource = "a test"\nn_min = 256\nn_max = 1024\n'
GOOD = HEADER + law_text(FEW) + law_text(MEDIAN, more="exponent_from_512 = 0.25\nrows = 3") + law_text(MANY)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_k_by_hand(written):
    """2 sqrt(n) is 64 at 1,024; the middle of 256 and 1,024 is 512, around which the interval turns."""
    law = read_k_law(written(GOOD))
    assert (law.name, law.measured_on, law.weights) == ("mine", "a model (a text, code)", (0.9,))
    inside = law.at(1024, 0.9)
    assert (inside.k, inside.of_heads, inside.extrapolated, inside.late) == (64, (2, 128), False, None)
    around = 2 * 512**0.5
    assert inside.by_exponent == (round(around * 2**0.25), round(around * 2**0.75))
    beyond = law.at(1024 << 8, 0.9)
    assert (beyond.k, beyond.extrapolated) == (1024, True)
    assert beyond.late == 64 * 4  # the fit from 512 on, from its end: 2^(8/4)
    assert law.at(128, 0.9).extrapolated
    assert law.at(512, 0.9).by_exponent == (45, 45)


@pytest.mark.parametrize("n_keys", [2, 3, 4, 7, 64])
def test_at_least_one_key_and_at_most_half_of_them(written, n_keys):
    many = re.sub("coefficient = .*", "coefficient = 1e6", GOOD)
    assert read_k_law(written(many)).at(n_keys, 0.9).k == n_keys // 2
    few = GOOD.replace("coefficient = 2.0", "coefficient = 1e-6")
    assert read_k_law(written(few)).at(n_keys, 0.9).k == 1


def test_a_k_beyond_floating_point_is_half_of_the_keys():
    assert rounded_k(math.inf, 100) == 50


def test_the_shipped_law_is_near_what_was_measured():
    """At the largest n the file has the measured k too: the law is off by no more than three of its own residuals."""
    assert K_LAWS == ("smollm2-135m",)
    for name in K_LAWS:
        law, file = k_law(name), tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
        assert law.weights == (0.9, 0.95, 0.99)
        for each in file["law"]:
            found = law.of(each["weight"], each["percentile"]).at(law.n_max)
            assert abs(math.log(found / each["k_at_n_max"])) < 3 * each["residual_nats"]


def test_more_weight_takes_more_keys_and_a_spread_head_more_than_a_concentrated_one():
    law = k_law("smollm2-135m")
    for n_keys in (256, 1024, 8192):
        found = [law.at(n_keys, weight) for weight in law.weights]
        assert [each.k for each in found] == sorted({each.k for each in found})
        for each in found:
            assert not each.extrapolated
            assert each.of_heads[0] < each.by_exponent[0] <= each.k <= each.by_exponent[1] < each.of_heads[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("model =", "modle =", "mine.toml: the file without model"),
        ('"a model"', "3", "model = 3"),
        ('["a text", "code"]', '"a text"', "texts = 'a text'"),
        ('["a text", "code"]', "[]", r"texts = \[\]"),
        ('"a test"', '" "', "source = ' '"),
        ("n_max = 1024", "n_max = 256", "n_max = 256; allowed: 257 to"),
        ("n_min = 256", "n_min = 2.5", "n_min = 2.5"),
        ("n_min = 256", "n_min = 1", "n_min = 1"),
        ("n_min = 256", "n_min = true", "n_min = True; .*do: give n_min as a whole number"),
        ("coefficient = 4.0", "coefficient = 1.0", "weight 0.9 at n = 256: k = 2, 32 and 16"),
        ("[[law]]", "[law]", "law"),
        ("coefficient = 4.0\n", "", "number 3 without coefficient"),
        ("coefficient = 4.0", "coefficient = 0.0", r"number 3: coefficient = 0.0; allowed: 1e-12"),
        ("coefficient = 4.0", "coefficient = nan", "coefficient = nan"),
        ("coefficient = 4.0", "coefficient = true", "coefficient = True"),
        ("coefficient = 4.0", 'coefficient = "4"', "coefficient = '4'"),
        ("exponent = 0.0", "exponent = 0.2", "interval -0.1 to 0.1"),
        ("exponent_high = 0.1", "exponent_high = 7", "exponent_high = 7"),
        ("percentile = 90", "percentile = 80", "percentile = 80"),
        ("percentile = 90", "percentile = 50", "weight 0.9 at 50 %, weight 0.9 at 50 %"),
        ("weight = 0.9\npercentile = 90", "weight = 0.95\npercentile = 90", "weight 0.95 at 90 %"),
        ("weight = 0.9\npercentile = 10", "weight = 1.0\npercentile = 10", "weight = 1.0"),
        ("exponent_from_512 = 0.25", 'exponent_from_512 = "x"', "exponent_from_512 = 'x'"),
        ("exponent_from_512 = 0.25", "exponent_from_512 = 3.0", "exponent from n = 512 on = 3"),
        ("n_min = 256", "n_min = 256\nlaw = 3", "mine.toml: "),
        ("model =", "model", "mine.toml: .*does not parse"),
    ],
)
def test_files_that_are_refused(written, old, new, words):
    assert old in GOOD
    with pytest.raises(InputError, match=rf"(?s){words}") as caught:
        read_k_law(written(GOOD.replace(old, new)))
    assert "mine.toml: " in caught.value.parts["given"]
    assert caught.value.parts["do"]


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"\xff", "mine.toml: bytes that are not UTF-8"),
        (b"#" * 70_000, "more than 65,536 bytes"),
        (b"a = " + b"[" * 20_000, "mine.toml: "),
        (HEADER + "law = []", "mine.toml: no law"),
        (HEADER + "law = [1]", r"number 1 = 1"),
        (HEADER + "law = 1", "law = 1"),
    ],
)
def test_what_is_no_law(written, contents, words):
    with pytest.raises(InputError, match=rf"(?s){words}"):
        read_k_law(written(contents))


def test_no_file(tmp_path):
    for path, words in ((tmp_path / "none.toml", "no file of this name"), (tmp_path, "a folder, a pipe or a device")):
        with pytest.raises(InputError, match=words):
            read_k_law(path)


def test_a_fit_of_the_same_rows_goes_before_one_of_different_rows(written):
    both = GOOD.replace("exponent_from_512 = 0.25", "exponent_from_512 = 0.25\nexponent_same_rows_from_256 = 0.125")
    assert read_k_law(written(both)).of(0.9).late == (256, 0.125)
    assert read_k_law(written(GOOD)).of(0.9).late == (512, 0.25)


def test_names(written):
    with pytest.raises(InputError, match=r"did you mean smollm2-135m"):
        k_law("smolm2")
    assert k_law(str(written(GOOD))).name == "mine"


def test_a_choice():
    assert KLawChoice().growth(1 << 56) == KEPT
    assert (KLawChoice().sentence(1024), KLawChoice().as_json(1024)) == ("", {})
    chosen = KLawChoice(k_law="smollm2-135m")
    assert chosen.weight == WEIGHT == 0.9
    assert chosen.growth(8192).endswith(f"smollm2-135m, to {chosen.at(8192).k} at n = 2^13")
    assert "extrapolated beyond n = 8,192" in chosen.growth(16384)
    with pytest.raises(InputError, match=r"k_weight = 0.8; allowed: 0.9 or 0.95 or 0.99"):
        KLawChoice(k_law="smollm2-135m", k_weight=0.8)
    with pytest.raises(InputError, match=r"k_weight = 0\.9 without k_law"):
        KLawChoice(k_weight=0.9)


def test_a_sentence_says_where_it_was_measured_and_what_is_extrapolated():
    chosen = KLawChoice(k_law="smollm2-135m", k_weight=0.99)
    law = k_law("smollm2-135m")
    inside, beyond = (" ".join(chosen.sentence(n).split()) for n in (8192, 131072))
    for n_keys, text in ((8192, inside), (131072, beyond)):
        found = law.at(n_keys, 0.99)
        assert text.startswith(f"k = {found.k:,} by the law smollm2-135m: in the median head")
        assert "99 % of a row's softmax weight" in text
        assert "measured on smollm2-135m (prose, code, data) for n = 256 to 8,192" in text
        assert f"makes it {found.by_exponent[0]:,} to {found.by_exponent[1]:,}" in text
        assert f"need {found.of_heads[0]:,} and {found.of_heads[1]:,}" in text
    assert "extrapolated" not in inside
    assert "; n = 131,072 lies outside, so k is extrapolated." in beyond
    assert beyond.endswith(f": {law.at(131072, 0.99).late:,}.")
