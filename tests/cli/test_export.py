"""`groverattn export`, and `physical` on what it wrote."""

import json

import pytest

from groverattn.estimation.estimate import estimate
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.row.request import RowRequest
from groverattn.show.numbers import reproducible

INPUTS = {"n_keys": 300, "d_head": 8, "n_marked": 5, "key_bits": 4, "query_bits": 4}
SIZES = tuple(word for name, value in INPUTS.items() for word in (f"--{name.replace('_', '-')}", value))


@pytest.mark.parametrize(
    ("access", "machine"), [("qrom", "gidney-fowler-2018"), ("bucket-brigade", "beverland-gate-ns-e4")]
)
def test_physical_prices_an_exported_row_as_bare_counts(cli, tmp_path, access, machine):
    """Neither the counts nor the faults that the row may have are typed in; its phases are not in the file."""
    options = (*SIZES, "--data-access", access, "--hardware", machine)
    written = cli("export", "--to", "counts", *options, "-o", tmp_path / "row.json")
    assert (written.status, written.out, written.err) == (0, "", f"export: wrote {tmp_path / 'row.json'}\n")
    priced = cli("physical", "--counts", tmp_path / "row.json", "--hardware", machine, "--format", "json").json
    row = estimate(RowRequest.of(**INPUTS, data_access=access, hardware=machine)).row
    bare = physical_estimate(row.totals.row, hardware(machine), row.physical.error_budget)
    assert priced["inputs"]["error_budget"] == reproducible(row.physical.error_budget)
    same = ("qubits", "duration_s", "limited_by", "limits_s", "control_s", "code_distance", "factory", "n_factories")
    assert {name: priced[name] for name in same} == reproducible({name: getattr(bare, name) for name in same})
    errors = {"storage": bare.p_data, "distillation": bare.p_factory, "synthesis": bare.p_synthesis}
    assert priced["error_parts"] == reproducible(errors)
    assert bare.duration_s < row.physical.duration_s  # what is spread evenly waits less, and no layout is asked
    again = cli("physical", "--counts", tmp_path / "row.json", "--error-budget", 0.1, "--format", "json").json
    assert again["inputs"]["error_budget"] == 0.1


@pytest.mark.parametrize("what", ["iterate", "row", "head", "model"])
def test_counts_are_those_of_estimate(cli, what):
    counted = cli("estimate", *SIZES, "--format", "json").json[what]
    written = cli("export", "--to", "counts", "--what", what, *SIZES, "-o", "-").json
    assert (written["schema"], written["of"]) == ("groverattn.counts/1", what)
    same = ("toffoli", "rotation", "clifford", "logical_qubits", "toffoli_depth", "measurement_depth", "control_bits")
    assert [written[name] for name in same] == [counted[name] for name in same]
    assert written["measurementCount"] == counted["measurements"]


def test_counts_that_call_a_memory_are_not_priced_without_it(cli, tmp_path):
    path = tmp_path / "row.json"
    cli("export", "--to", "counts", *SIZES, "--data-access", "qram", "-o", path)
    priced = cli("estimate", *SIZES, "--data-access", "qram", "--format", "json").json
    assert json.loads(path.read_text())["external_calls"] == priced["physical"]["memory_calls"]
    outcome = cli("physical", "--counts", path)
    assert outcome.status == 2
    assert "external_calls" in outcome.err


@pytest.mark.parametrize("to", ["openqasm3", "qref", "counts"])
@pytest.mark.parametrize("what", ["lookup", "oracle", "iterate", "search"])
def test_every_format_of_every_circuit_of_a_row(cli, bundled, to, what):
    options = ("--to", to, "--what", what, "--row", 40, "--causal", "--n-marked", 3, "--key-bits", 3, "--query-bits", 3)
    more = ("--n-iterates", 2) if what == "search" else ()
    outcome = cli("export", bundled, *options, *more, "-o", "-")
    assert (outcome.status, outcome.err) == (0, "")
    if to == "openqasm3":
        assert '"n_keys": 41' in outcome.out.splitlines()[0]
        return
    counted = cli("export", bundled, "--to", "counts", *options[2:], *more, "-o", "-").json
    resources = outcome.json["program"]["resources"] if to == "qref" else []
    stated = {r["name"]: r["value"] for r in resources if isinstance(r["value"], int)}
    assert stated == {name: counted[name] for name in stated}
    assert counted["inputs"]["n_keys"] == 41


def test_a_search_in_qref_leaves_its_iterates_open(cli):
    program = cli("export", "--to", "qref", "--what", "search", *SIZES, "-o", "-").json["program"]
    assert program["input_params"] == ["n_iterates"]
    assert program["children"][1]["repetition"]["count"] == "n_iterates"


def test_a_file_is_kept_unless_it_is_forced(cli, tmp_path):
    path = tmp_path / "a.qasm"
    path.write_text("mine")
    refused = cli("export", "--to", "openqasm3", "-o", path)
    assert (refused.status, path.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert cli("export", "--to", "openqasm3", "-o", path, "--force").err == f"export: replaced {path}\n"
    assert path.read_text() == cli("export", "--to", "openqasm3", "-o", "-").out
    assert [file.name for file in tmp_path.iterdir()] == ["a.qasm"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--to", "openqasm3"), "oracle.qasm"),
        (("--to", "qref", *SIZES), "iterate.qref.json"),
        (("--to", "counts", "--what", "head", *SIZES), "head.counts.json"),
    ],
)
def test_a_file_is_written_if_none_is_named(cli, tmp_path, monkeypatch, options, name):
    monkeypatch.chdir(tmp_path)
    written = cli("export", *options)
    assert (written.status, written.out, written.err) == (0, "", f"export: wrote {name}\n")
    assert (tmp_path / name).read_text() == cli("export", *options, "-o", "-").out
    assert "a file with this name exists" in cli("export", *options).err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--to", "openqasm3", "-o", "--force"), "put a name after -o"),
        (("--to", "qref", "--what", "row", *SIZES), "iterate, lookup, oracle, search"),
        (("--to", "openqasm3", "--what", "model"), "oracle, lookup"),
        (("--to", "counts", "--what", "ietrate", *SIZES), "did you mean iterate"),
        (("--to", "qref"), "--preset NAME"),
        (("--to", "qref", *SIZES, "--seed", 3), "seed; allowed: with openqasm3 only"),
        (("--to", "openqasm3", "--hardware", "gidney-2025"), "hardware; allowed: of sizes only"),
        (("--to", "openqasm3", "--data-access", "auto"), "--data-access auto for a row with keys"),
        (("--to", "qref", *SIZES, "--n-iterates", 3), "--what search only"),
        (("--to", "counts", *SIZES, "--row", 3), "--row; allowed: not with --what row"),
        (("--to", "openqasm3", "--preset", "gpt2"), "preset; allowed: not with openqasm3"),
        (("--to", "openqasm3", "--causal"), "causal; allowed: with file only"),
        (("--to", "openqasm3", "--n-keys", 8192, "--d-head", 64), "statements"),
        (("--to", "openqasm3", "--n-keys", 10**9), "at most 1,048,576 keys"),
        (("--to", "openqasm3", "--data-access", "qrm"), "did you mean qrom"),
        (("--to", "openqasm3", "--what", "search", "--n-iterates", -1), "0 or more"),
        (("--to", "openqasm3", "-o", "/nowhere/a.qasm"), "no folder"),
    ],
)
def test_what_is_refused(cli, options, words):
    outcome = cli("export", *options)
    assert (outcome.status, outcome.out) == (2, "")
    assert words in outcome.err


def test_sizes_beside_a_file_are_refused(cli, bundled):
    for to, options in (("openqasm3", ("--n-keys", 8)), ("qref", ("--preset", "gpt2")), ("openqasm3", ("--seed", 1))):
        outcome = cli("export", bundled, "--to", to, *options)
        assert outcome.status == 2
        assert f"{options[0]}; allowed: without file only" in outcome.err
    assert "file; allowed: not with --what row" in cli("export", bundled, "--to", "counts").err
