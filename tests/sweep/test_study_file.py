"""The study file: what is read from it, and what is refused with a word on how to correct it."""

import inspect
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.cli.price import estimate as estimate_verb
from groverattn.cli.search import simulate as simulate_verb
from groverattn.errors import InputError
from groverattn.sweep import study_file
from groverattn.sweep.kinds import KINDS
from groverattn.sweep.study_file import read_study

SIZES = 'kind = "estimate"\n[fixed]\nn_keys = 64\nd_head = 4\nn_marked = 3\n'


@pytest.fixture
def study(tmp_path):
    """Read a study with this text."""

    def read(text):
        (tmp_path / "study.toml").write_text(text, "utf-8")
        return read_study(tmp_path / "study.toml")

    return read


def all_points(study):
    return [study.at(index) for index in range(study.size)]


def test_a_grid_is_a_cross_product_and_points_are_a_list(study):
    read = study(
        SIZES + "[grid]\nkey_bits = [4, 8]\nn_marked = [1, 2]\n[[points]]\nkey_bits = 6\n[[points]]\nn_keys = 128\n"
    )
    said = [(point["n_keys"], point["key_bits"], point["n_marked"]) for point in all_points(read)]
    assert said == [(64, 4, 1), (64, 4, 2), (64, 8, 1), (64, 8, 2), (64, 6, 3), (128, 8, 3)]


def test_several_grids_are_added_up(study):
    read = study(SIZES + "[[grid]]\nkey_bits = [4, 5]\n[[grid]]\nquery_bits = 4\n")
    assert [(point["key_bits"], point["query_bits"]) for point in all_points(read)] == [(4, 8), (5, 8), (8, 4)]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("n_keys = { from = 64, to = 300, factor = 2 }", [64, 128, 256]),
        ("n_keys = { from = 64, to = 256, factor = 2 }", [64, 128, 256]),
        ("n_keys = { from = 64, to = 66, step = 1 }", [64, 65, 66]),
        ("n_keys = { from = 1152921504606846975, to = 1152921504606846975, step = 7 }", [2**60 - 1]),
        ("error_budget = { from = 0.1, to = 0.3, step = 0.1 }", [0.1, 0.2, 0.3]),
        ("error_budget = { from = 1e-6, to = 0.1, factor = 10 }", [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]),
        (
            "error_budget = { from = 0.001, to = 0.01, factor = 3.1622776601683795 }",
            [0.001, pytest.approx(0.1**2.5), pytest.approx(0.01)],
        ),
        ("error_budget = { from = 0.001, to = 0.1, factor = 10 }", [0.001, 0.01, 0.1]),
        (
            "io_bits_per_s = { from = 1e-300, to = 1e300, factor = 1e299 }",
            [1e-300, 0.1, 1e298],
        ),
    ],
)
def test_ranges(study, written, values):
    name = written.split()[0]
    assert [point[name] for point in all_points(study(SIZES + "[grid]\n" + written))] == values


def test_a_range_through_zero(study):
    read = study('kind = "simulate"\n[grid]\ntau = { from = -0.7, to = 0.7, step = 0.1 }\n')
    assert [point["tau"] for point in all_points(read)] == [at / 10 for at in range(-7, 8)]
    read = study('kind = "simulate"\n[grid]\ntau = { from = -0.3, to = 0.0, step = 0.1 }\n')
    assert [point["tau"] for point in all_points(read)] == [-0.3, -0.2, -0.1, 0.0]


def test_points_that_share_work_are_neighbours(study):
    """Every point once, and the inputs that share most change last, whatever the order in the file."""
    read = study(
        SIZES
        + 'hardware = "gidney-2025"\n[grid]\nerror_budget = [0.1, 0.2]\nn_keys = [64, 128]\nd_head = [2, 4]\n'
        + "[[points]]\nn_keys = 128\n[[points]]\n[[points]]\nn_keys = 128\nd_head = 2\n"
    )
    order = list(read.in_order())
    assert sorted(order) == list(range(11))
    shared = [tuple(read.at(index)[name] for name in ("d_head", "n_keys")) for index in order]
    assert shared == [(2, 64)] * 2 + [(2, 128)] * 3 + [(4, 64)] * 3 + [(4, 128)] * 3


REFUSED = {
    "empty": ("", 'no kind; allowed: kind = "estimate"'),
    "other kind": ('kind = "estimat"', "did you mean estimate"),
    "kind of another type": ("kind = 3", "kind '3'"),
    "no TOML": ('kind = "estimate"\n[fixed\n', "does not parse"),
    "a key that is none": (
        SIZES + "n_kyes = 3\n",
        "key 'n_kyes' in [fixed]; allowed: preset, config, heads, kv_heads, n_keys",
        "did you mean n_keys",
    ),
    "a table that is none": (SIZES + "[gird]\nn_keys = [2]\n", "did you mean grid"),
    "outside of a table": ('kind = "estimate"\nn_keys = 3\n', "n_keys outside of a table", "[fixed]"),
    "an input of the other kind": (SIZES + "engine = 'law'\n", "key 'engine' in [fixed]"),
    "a key in a grid": (SIZES + "[grid]\nkey_bit = [4]\n", "key 'key_bit' in [grid]", "did you mean key_bits"),
    "a key in a point": (SIZES + "[[points]]\n[[points]]\nx = 1\n", "key 'x' in [[points]] number 2"),
    "text for a number": (SIZES + "key_bits = 'eight'\n", "key_bits = 'eight' in [fixed]; allowed: a whole number"),
    "a real for a whole one": (SIZES + "key_bits = 8.0\n", "allowed: a whole number"),
    "true for a number": (SIZES + "key_bits = true\n", "allowed: a whole number"),
    "true for a real": (SIZES + "error_budget = true\n", "allowed: a number"),
    "a number for true": (SIZES + "whole_model = 1\n", "allowed: true or false"),
    "not a number": (SIZES + "error_budget = nan\n", "error_budget = nan in [fixed]"),
    "infinity": (SIZES + "qram_latency_us = inf\n", "qram_latency_us = inf in [fixed]"),
    "a date": (SIZES + "key_bits = 2020-01-01\n", "allowed: a whole number"),
    "a huge number": (SIZES + f"key_bits = {'9' * 4000}\n", "a whole number of 13288 bits"),
    "a huge real": (SIZES + f"error_budget = {'9' * 400}\n", "a whole number of 1329 bits"),
    "a number of 5,000 digits": (SIZES + f"key_bits = {'9' * 5000}\n", "does not parse"),
    # Python writes no decimal number of so many digits, and would raise within the message
    "a hexadecimal number of 5,000 digits": (SIZES + f"key_bits = 0x{'f' * 5000}\n", "a whole number of 20000 bits"),
    "a list of such": (SIZES + f"key_bits = [0x{'f' * 5000}]\n", "allowed: a whole number"),
    "a factor of such": (
        SIZES + f"[grid]\nn_keys = {{ from = 9, to = 3, factor = 0x{'f' * 5000} }}\n",
        "factor of n_keys = a whole number of 20000 bits in [grid]",
    ),
    "out of range": (SIZES + "[grid]\nkey_bits = [8, 1]\n", "key_bits = 1 in [grid]; allowed: 2 to 16"),
    "no probability": (SIZES + "error_budget = 1\n", "above 0, below 1"),
    "an unknown access": (SIZES + "data_access = 'qrum'\n", "did you mean qrom or qram"),
    "an unknown preset": (SIZES + "preset = 'gpt5'\n", "did you mean gpt2"),
    "an unknown machine": (SIZES + "hardware = 'gidney-2015'\n", "did you mean gidney-2025"),
    "a machine file that is missing": (SIZES + "hardware = 'none.toml'\n", "none.toml: no file of this name"),
    "a long text": (SIZES + f"name = '{'x' * 2000}'\n", "allowed: text of at most 1,024 characters"),
    "a list where one is meant": (SIZES + "[[points]]\nkey_bits = [4, 8]\n", "allowed: a whole number"),
    "an empty list": (SIZES + "[grid]\nkey_bits = []\n", "a grid without a value has no point"),
    "nothing to do": ('kind = "estimate"\n', "there is nothing to compute"),
    "fixed twice": ('kind = "estimate"\n[[fixed]]\n[[fixed]]\n', "one table [fixed]"),
    "points as a table": ('kind = "estimate"\n[points]\n', "[[points]]"),
    "points as numbers": ('kind = "estimate"\npoints = [1, 2]\n', "[[points]]"),
    "a range without an end": (SIZES + "[grid]\nkey_bits = { from = 2, step = 1 }\n", "from, to, and step or factor"),
    "a range with both": (SIZES + "[grid]\nkey_bits = { from = 2, to = 4, step = 1, factor = 2 }\n", "step or factor"),
    "a range downwards": (SIZES + "[grid]\nkey_bits = { from = 4, to = 2, step = 1 }\n", "goes up"),
    "a range that stays": (SIZES + "[grid]\nkey_bits = { from = 2, to = 4, step = 0 }\n", "goes up"),
    "a range with another key": (SIZES + "[grid]\nkey_bits = { from = 2, to = 4, stop = 1 }\n", "did you mean step"),
    "a range of names": (SIZES + "[grid]\nname = { from = 'a', to = 'c', step = 'a' }\n", "only numbers have ranges"),
    "a tiny step": (SIZES + "[grid]\nerror_budget = { from = 0.1, to = 0.2, step = 1e-300 }\n", "more than 1,000,000"),
    "a range that is too long": (
        SIZES + "[grid]\nn_keys = { from = 10, to = 9999999, step = 1 }\n",
        "n_keys with more than 1,000,000 values in [grid]",
    ),
    "too many points": (
        SIZES + "[grid]\nn_keys = { from = 10, to = 1009, step = 1 }\nd_head = { from = 1, to = 1001, step = 1 }\n",
        "1,001,000 points (1000 n_keys x 1001 d_head)",
        "up to 1,000,000",
    ),
    "no rows": ("kind = 'simulate'\n[fixed]\nrows = '0-16'\n", "such as 0:16"),
    "a growth": ("kind = 'simulate'\n[fixed]\ngrowth = 1\n", "growth = 1.0 in [fixed]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(study, name):
    text, *words = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        study(text)
    for word in words:
        assert word in str(refusal.value)


def test_files_that_are_none(tmp_path, monkeypatch):
    for name, word in (("missing.toml", "no file of this name"), ("", "a folder, a pipe or a device")):
        with pytest.raises(InputError, match=word):
            read_study(tmp_path / name)
    (tmp_path / "latin.toml").write_bytes('kind = "\u00e9"'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_study(tmp_path / "latin.toml")
    monkeypatch.setattr(study_file, "FILE_BYTES_MAX", 20)
    (tmp_path / "long.toml").write_text('kind = "estimate" # more')
    with pytest.raises(InputError, match="more than 20 bytes"):
        read_study(tmp_path / "long.toml")


def options(verb):
    return {name: parameter.default for name, parameter in inspect.signature(verb).parameters.items()}


def test_the_inputs_are_the_options_of_the_verbs():
    """The same names and the same defaults; what is missing is how a result is computed and printed."""
    of_estimate = options(estimate_verb)
    of_simulate = options(simulate_verb)
    for name in ("format", "workers", "verbose"):
        of_estimate.pop(name, None)
        of_simulate.pop(name, None)
    defaults = KINDS["estimate"].defaults
    as_default = {
        **{"name": "custom", "source": "", "note": "", "layers": 1, "query_heads": 1, "gqa_group": 1},
        **{"pool": 1, "window_layers": 0},
    }  # without a preset
    assert {name: as_default.get(name, value) for name, value in defaults.items()} == of_estimate
    assert KINDS["simulate"].defaults == of_simulate


TOML_VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32), max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(
    kind=st.sampled_from(["estimate", "simulate"]),
    table=st.sampled_from(["[fixed]", "[grid]", "[[points]]", "[[grid]]", "[x]"]),
    entries=st.dictionaries(
        st.sampled_from(sorted({name for kind in KINDS.values() for name in kind.inputs})), TOML_VALUES, max_size=3
    ),
)
def test_a_study_is_read_or_refused(tmp_path_factory, kind, table, entries):
    """Whatever stands in it: no other exception, and what is accepted has points with an input for every name."""
    folder = tmp_path_factory.mktemp("fuzz", numbered=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in entries.items()]  # TOML reads JSON's scalars and lists
    text = "\n".join([f'kind = "{kind}"', table, *lines]).replace("NaN", "nan").replace("Infinity", "inf")
    (folder / "study.toml").write_text(text, "utf-8")
    try:
        read = read_study(folder / "study.toml")
    except InputError:
        return
    assert all(point.keys() == KINDS[kind].defaults.keys() for point in all_points(read))


def test_a_disk_that_fails_says_so(study, monkeypatch):
    def fails(self, *mode):
        raise OSError(5, "Input/output error")

    path = study(SIZES).path
    monkeypatch.setattr(Path, "open", fails)
    with pytest.raises(InputError, match="why: Input/output error;"):
        read_study(path)
