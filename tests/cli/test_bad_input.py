"""What cannot be used is refused: status 2, one line that says what to do, nothing on standard output."""

import os
import zipfile

import numpy as np
import pytest

RNG = np.random.default_rng(0)
GOOD = {name: RNG.standard_normal((12, 3)) for name in "QKV"}


def with_nan(value):
    keys = GOOD["K"].copy()
    keys[4, 1] = value
    return GOOD | {"K": keys}


def is_refused(outcome, *words):
    assert outcome.status == 2
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("groverattn: given: ")
    assert "Traceback" not in lines[0]
    places = [lines[0].index(part) for part in ("given: ", "; allowed: ", "; why: ", "; do: ")]
    assert places == sorted(places)
    assert not lines[0].endswith("do: ")
    for word in words:
        assert word in lines[0], (word, lines[0])


ARRAYS = {
    "no keys": ({name: GOOD[name] for name in "QV"}, "no K"),
    "other names": ({"q": GOOD["Q"]}, "arrays q"),
    "nothing": ({}, "arrays none"),
    "other lengths": (GOOD | {"K": GOOD["K"][:7]}, "keys (7, 3)"),
    "other widths": (GOOD | {"K": GOOD["K"][:, :2]}, "keys (12, 2)"),
    "one axis": ({name: GOOD[name][0] for name in "QKV"}, "(3,)"),
    "five axes": ({name: GOOD[name][None, None, None] for name in "QKV"}, "(1, 1, 1, 12, 3)"),
    "one token": ({name: GOOD[name][:1] for name in "QKV"}, "n >= 2"),
    "no tokens": ({name: GOOD[name][:0] for name in "QKV"}, "n >= 2"),
    "no numbers": ({name: GOOD[name][:, :0] for name in "QKV"}, "(12, 0)"),
    "NaN": (with_nan(np.nan), "NaN or infinity"),
    "infinity": (with_nan(-np.inf), "NaN or infinity"),
    "scores that overflow": ({name: 1e200 * GOOD[name] for name in "QKV"}, "1e308"),
    "only zeros": (GOOD | {"K": np.zeros((12, 3))}, "not all of them zero"),
    "objects": (GOOD | {"K": np.array([None, {}])}, "type object"),
    "words": (GOOD | {"K": np.array(["a", "b"])}, "type <U1"),
    "complex": (GOOD | {"K": 1j * GOOD["K"]}, "type complex128"),
    "several heads": ({name: np.stack([GOOD[name]] * 2) for name in "QKV"}, "no head; allowed: head 0 to 1"),
}


@pytest.mark.parametrize("name", sorted(ARRAYS))
@pytest.mark.parametrize("verb", ["simulate", "verify"])
def test_arrays(cli, tmp_path, name, verb):
    arrays, word = ARRAYS[name]
    np.savez(tmp_path / "head.npz", **arrays)
    is_refused(cli(verb, tmp_path / "head.npz", "--n-marked", 3, "--format", "json"), word)


def test_files(cli, tmp_path):
    np.savez(tmp_path / "whole.npz", **GOOD)
    whole = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.npz").write_text("no zip archive\n")
    (tmp_path / "empty.npz").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "notes.npz", "w") as archive:
        for array in "QKV":
            archive.writestr(f"{array}.npy", "no array")
    for name, word in (
        ("missing.npz", "No such file"),
        ("cut.npz", "zip archive"),
        ("text.npz", "zip archive"),
        ("empty.npz", "zip archive"),
        ("notes.npz", "header of array Q"),
        ("", "directory"),
        ("caf\u00e9 \u2713.npz", "caf\u00e9 \u2713.npz"),
        ("two\nlines.npz", "two lines.npz"),
    ):
        is_refused(cli("simulate", tmp_path / name, "--n-marked", 3), word)
    is_refused(cli("simulate", "", "--n-marked", 3), "directory")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_pipes_and_devices_are_not_waited_for(cli, tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    is_refused(cli("simulate", tmp_path / "pipe.npz", "--n-marked", 3), "a pipe or a device")
    is_refused(cli("simulate", "/dev/zero", "--n-marked", 3), "a pipe or a device")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission(cli, tmp_path):
    np.savez(tmp_path / "closed.npz", **GOOD)
    (tmp_path / "closed.npz").chmod(0)
    is_refused(cli("simulate", tmp_path / "closed.npz", "--n-marked", 3), "Permission denied")


def test_a_unicode_path_is_read(cli, tmp_path):
    np.savez(tmp_path / "t\u00eate \u2713 [red].npz", **GOOD)
    outcome = cli("simulate", tmp_path / "t\u00eate \u2713 [red].npz", "--n-marked", 3, "--rows", "0:1")
    assert outcome.status == 0
    assert "t\u00eate \u2713 [red]: n = 12" in outcome.out


HEAD_OPTIONS = [
    (("--n-marked", 0), "--n-marked 0"),
    (("--n-marked", 12), "1 to 11"),
    (("--n-marked", -3), "--n-marked -3"),
    (("--n-marked", 10**30), "1 to 11"),
    (("--n-marked", "3.7"), '"3.7" is not a whole number'),
    (("--n-marked", "1e-1"), "not a whole number"),
    (("--n-marked", "1,5"), "not a whole number"),
    (("--n-marked", "1k"), "--n-marked 1024"),
    (("--n-marked", "1T"), "such as 131072, 131,072, 10_000, 128k, 1M"),
    (("--n-marked", ""), "not a whole number"),
    (("--n-marked", "9" * 5000), "not a whole number"),
    ((), "--n-marked 16; allowed: 1 to 11; why: of 12 keys"),
    (("--n-marked", 3, "--key-bits", 1), "2 to 16"),
    (("--n-marked", 3, "--query-bits", 17), "2 to 16"),
    (("--n-marked", 3, "--seed", -1), "--seed -1"),
    (("--n-marked", 3, "--seed", "x"), "not a whole number"),
    (("--n-marked", 3, "--workers", 0), "0 workers"),
    (("--n-marked", 3, "--workers", -2), "-2 workers"),
    (("--n-marked", 3, "--error-budget", 0), "above 0, below 1"),
    (("--n-marked", 3, "--error-budget", 1), "above 0, below 1"),
    (("--n-marked", 3, "--error-budget", 5), "above 0, below 1"),
    (("--n-marked", 3, "--error-budget", "nan"), "above 0, below 1"),
    (("--n-marked", 3, "--error-budget", "much"), "much"),
    (("--n-marked", 3, "--rows", "5:3"), "0 <= A < B <= 12"),
    (("--n-marked", 3, "--rows", "3:3"), "0 <= A < B <= 12"),
    (("--n-marked", 3, "--rows", "0:13"), "0 <= A < B <= 12"),
    (("--n-marked", 3, "--rows=-1:3"), "whole numbers"),
    (("--n-marked", 3, "--rows", ""), "whole numbers"),
    (("--n-marked", 3, "--rows", "0:" + "9" * 40), "whole numbers"),
    (("--n-marked", 3, "--layer", 1), "--layer 1"),
    (("--n-marked", 3, "--head", -1), "--head -1"),
    (("--n-marked", 3, "--data-access", "qrum"), "did you mean"),
    (("--n-marked", 3, "--data-access", ""), "qroam"),
    (("--n-marked", 3, "--format", "xml"), '"table", "json"'),
    (("--n-marked", 3, "--colour", "red"), "--colour"),
    (("--n-marked", 3, "--engine", "indx"), "did you mean index"),
    (("--n-marked", 3, "--engine", ""), "circuit, sparse, index, law"),
    (("--n-marked", 3, "--method", "topk"), "did you mean top-k"),
    (("--n-marked", 3, "--method", "counting"), "counted"),
    (("--n-marked", 3, "--search-law", "best"), "ideal, expected, proven, worst, all"),
    (("--n-marked", 3, "--growth", 1), "--growth 1.0"),
    (("--n-marked", 3, "--growth", "nan"), "--growth nan"),
    (("--n-marked", 3, "--growth", "inf"), "--growth inf"),
    (("--n-marked", 3, "--growth", "fast"), "--growth"),
    (("--n-marked", 3, "--marked-limit", -1), "--marked-limit -1"),
    (("--n-marked", 3, "--marked-limit", "2.5"), "not a whole number"),
    (("--n-marked", 3, "--circuit-every", 0), "--circuit-every 0"),
    (("--n-marked", 3, "--circuit-every", 2, "--engine", "law"), "with the engine index"),
    (("--n-marked", 3, "--method", "known", "--growth", 1.5), "--growth 1.5 with the search method known"),
    (("--n-marked", 3, "--method", "top-k", "--marked-limit", 4), "--marked-limit 4 with the search method top-k"),
    (("--n-marked", 3, "--circuit-every", "x"), "--circuit-every"),
    (("--n-marked", 3, "--sample-size", 0), "sample"),
    (("--n-marked", 3, "--sample-size", 6, "--tau", 0.5), "--sample-size 6 and --tau 0.5"),
    (("--tau", "nan"), "--tau nan"),
    (("--tau", "high"), "--tau"),
    (("--n-marked", 3, "--n-keys", 64), "--n-keys; allowed: without file only"),
    (("--n-marked", 3, "--n-keys", 64, "--d-head", 4), "--n-keys, --d-head"),
]


@pytest.mark.parametrize(("options", "word"), HEAD_OPTIONS)
def test_options_of_simulate(cli, tmp_path, options, word):
    np.savez(tmp_path / "head.npz", **GOOD)
    is_refused(cli("simulate", tmp_path / "head.npz", *options), word)


ONE_PART = {"n_parts": 1, "n_machines": 1, "keys_per_query": 1}
SIZES = {"--n-keys": 64, "--d-head": 4, "--n-marked": 3}


def sized(verb, **changes):
    sizes = {name: value for name, value in SIZES.items() if verb == "estimate" or name != "--n-marked"}
    given = sizes | {"--" + name.replace("_", "-"): value for name, value in changes.items()}
    return (verb, *(word for item in given.items() for word in item))


@pytest.mark.parametrize("verb", ["estimate", "verify"])
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"n_keys": 1}, "--n-keys 1"),
        ({"n_keys": 0}, "--n-keys 0"),
        ({"n_keys": -5}, "--n-keys -5"),
        ({"n_keys": 10**30}, str(10**30)),
        ({"n_keys": "many"}, "not a whole number"),
        ({"n_keys": "6.4"}, "not a whole number"),
        ({"d_head": 0}, "--d-head 0"),
        ({"d_head": 10**9}, str(10**9)),
        ({"key_bits": 0}, "2 to 16"),
        ({"query_bits": 64}, "2 to 16"),
        ({"data_access": "magic"}, "qrom"),
    ],
)
def test_sizes(cli, verb, changes, word):
    is_refused(cli(*sized(verb, **changes), "--format", "json"), word)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"n_marked": 0}, "--n-marked 0"),
        ({"n_marked": 64}, "1 to 63"),
        ({"n_keys": 10**12, "n_marked": 10**11} | ONE_PART, "at most 262,144"),
        ({"search_law": "best"}, "ideal, expected, proven, worst"),
        ({"hardware": "mine"}, "gidney-fowler-2018"),
        ({"hardware": ""}, "gidney-fowler-2018"),
        ({"error_budget": 0}, "above 0, below 1"),
        ({"error_budget": 1}, "above 0, below 1"),
        ({"error_budget": "nan"}, "above 0, below 1"),
        ({"error_budget": "inf"}, "above 0, below 1"),
        ({"error_budget": -0.1}, "above 0, below 1"),
        ({"preset": "gpt5"}, "did you mean gpt2"),
        ({"preset": ""}, "preset ''"),
        ({"n_keys": 2**50} | ONE_PART, "per gate"),
    ],
)
def test_what_only_estimate_takes(cli, changes, word):
    is_refused(cli(*sized("estimate", **changes)), word)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("estimate",), "--n-keys, --d-head, --n-marked"),
        (("estimate", "--n-keys", 64), "no --d-head, --n-marked"),
        (("verify", "--n-keys", 10**12), "1000000000000"),
        (("verify", "--n-keys", 2**21, "--d-head", 1), "1,048,576 keys"),
        (("verify", "--seed", -7), "--seed -7"),
        (("verify", "--row", 3), "row; allowed: with file only"),
        (("verify", "--causal", "--n-marked", 3), "--causal, --n-marked"),
        (("run", "--n-marked", 0), "1 to 127"),
        (("run", "--n-marked", 128), "1 to 127"),
        (("run", "--workers", 0), "0 workers"),
        (("run", "--seed", -1), "--seed -1"),
        (("simulate", "--n-keys", 1), "--n-keys 1"),
        (("simulate", "--n-keys", -5), "--n-keys -5"),
        (("simulate", "--n-keys", 10**30), "--n-keys 1000"),
        (("simulate", "--n-keys", 64, "--d-head", 0), "--d-head 0"),
        (("simulate", "--d-head", 10**9), "--d-head 1000000000"),
        (("simulate", "--layer", 0), "layer; allowed: with file only"),
        (("simulate", "--n-marked", 64), "1 to 63"),
        (("guess",), "guess"),
        (("presets", "all"), "all"),
    ],
)
def test_command_lines(cli, arguments, word):
    is_refused(cli(*arguments), word)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--row", -1), "row -1"),
        (("--row", 12), "0 to 11"),
        (("--row", 10**30), "0 to 11"),
        (("--row", 1, "--causal"), "read whole"),
        (("--n-keys", 64), "--n-keys; allowed: without file only"),
    ],
)
def test_options_of_verify_on_a_file(cli, tmp_path, options, word):
    np.savez(tmp_path / "head.npz", **GOOD)
    is_refused(cli("verify", tmp_path / "head.npz", "--n-marked", 3, *options), word)


def test_a_head_that_never_ends(cli, tmp_path):
    """Thresholds of so many rows would take hours, whatever the rule and the engine."""
    arrays = {name: np.ones((2_100_000, 1), dtype=np.int8) for name in "QKV"}
    np.savez_compressed(tmp_path / "long.npz", **arrays)
    for options in (("--n-marked", 3), ("--sample-size", 100), ("--tau", 1)):
        refused = cli("simulate", tmp_path / "long.npz", "--engine", "law", *options)
        is_refused(refused, "2100000 keys", "estimate")


def test_more_rows_than_a_day_is_long(cli, tmp_path):
    arrays = {name: RNG.integers(-9, 9, (10_000, 1), dtype=np.int8) for name in "QKV"}
    np.savez_compressed(tmp_path / "long.npz", **arrays)
    is_refused(cli("simulate", tmp_path / "long.npz", "--n-marked", 3), "10000 rows", "days", "--rows 0:")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("simulate --n-keys 64 --d-head 4 --n-marked 4 --read-first 60 --read-last 5", "at most 62 keys together"),
        ("verify --n-keys 64 --d-head 4 --read-last 63", "at most 62 keys together"),
        ("estimate --preset gpt2 --read-first 1k", "at most 1,022 keys together"),
        ("crossover --preset gpt2 --read-first 4 --read-last 64 --marked-read 32", "0 to 31"),
        ("frontier --preset gpt2 --marked-read 1", "0 to 0"),
        ("estimate --preset gpt2 --read-first -1", "--read-first -1"),
    ],
)
def test_more_read_first_than_a_row_has(cli, line, word):
    is_refused(cli(*line.split()), word)
