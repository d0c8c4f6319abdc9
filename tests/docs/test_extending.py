"""The examples of docs/extending.md: written to a folder outside the package, run, and held to the package's checks."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import attrs
import numpy as np
import pytest

import groverattn
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count, count_iterate
from groverattn.costs.search_totals import search_totals
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.models.preset_file import read_preset
from groverattn.physical.machines.hardware import _DEFAULT_SOURCES, _FIELDS, Hardware, hardware
from groverattn.physical.machines.layout import Layout
from groverattn.problem.key_table import KeyTable
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import FINDERS, finder
from groverattn.reference.search.cost import SearchCost
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.verification.bloq_check import check_bloq
from groverattn.verification.oracle_check import check_oracle
from groverattn.verification.sparse_state import run_sparse, search_circuits
from groverattn.verification.state_vector import final_amplitudes

PAGE = (Path(__file__).parents[2] / "docs/extending.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    for name, text in EXAMPLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(folder, monkeypatch):
    """A module of the folder, by name; what it registers is taken back."""
    monkeypatch.syspath_prepend(folder)
    for registry in (DATA_ACCESSES, SCORES, FINDERS):
        monkeypatch.setattr(registry, "parts", dict(registry.parts))
    return importlib.import_module


def keys_of(n_keys, n_numbers=2):
    return np.arange(n_numbers * n_keys).reshape(n_keys, n_numbers) % [5, 7] - 3


def run(folder, *arguments, path=()):
    """Run Python in the folder, with what it imports on the path."""
    places = [str(place) for place in (folder, Path(groverattn.__file__).parents[1], *path)]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(places)}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True)


def test_examples_are_short():
    assert len(EXAMPLES) == 10
    for text in EXAMPLES.values():
        assert sum(bool(line.strip()) for line in text.splitlines()) < 40


@pytest.mark.parametrize("n_keys", [3, 4, 5, 8, 11, 13, 16])
def test_the_data_access_is_a_circuit_that_does_what_it_says_and_counts_what_it_is(own, n_keys):
    keys = keys_of(n_keys)
    lookup = own("own_access").OneByOneLookup(KeyTable.from_keys(keys, key_bits=4, found=[1]))
    check_bloq(lookup)
    check_bloq(lookup.adjoint())
    assert count(lookup).toffoli == n_keys * (lookup.table.index_bits - 1)
    oracle = PhaseOracle(lookup, Score((2, -3), threshold=4, key_bits=4))
    marked = (keys @ [2, -3] >= 4) & (np.arange(n_keys) != 1)
    assert check_oracle(oracle, marked, np.random.default_rng(0)).passed
    assert count(GroverIterate(oracle)).toffoli > 0


@pytest.mark.parametrize(("query", "threshold"), [((2, -3), 4), ((1, 1), -9), ((0, 0), 1)])
def test_the_score_is_a_circuit_that_does_what_it_says_and_counts_what_it_is(own, query, threshold):
    score = own("own_score").TabulatedScore(query, threshold, 3)
    check_bloq(score)
    check_bloq(score.adjoint())
    assert all(score.reaches(key) == Score(query, threshold, 3).reaches(key) for key in range(64))
    assert count(score).toffoli == count(score.adjoint()).toffoli == 62


def test_registered_parts_are_verified_and_priced_by_name(own):
    DATA_ACCESSES.register("one-by-one", own("own_access").OneByOneLookup)
    SCORES.register("tabulated", own("own_score").TabulatedScore)
    sizes = {"n_keys": 16, "d_head": 2, "key_bits": 3, "query_bits": 3}
    assert groverattn.verify(**sizes, data_access="one-by-one", score_method="tabulated").check.passed
    requests = [RowRequest.of(preset="gpt2", **ONE_KEY | {"data_access": name}) for name in ("one-by-one", "qrom")]
    result, unary = map(estimate, requests)
    assert result.totals.iterate.toffoli_parts["load"] == 1024 * 9
    assert unary.totals.iterate.toffoli_parts["load"] == 1022
    assert result.row.physical.duration_s > unary.row.physical.duration_s
    assert result.crossover.n_keys is None
    with pytest.raises(InputError, match="name that is not taken"):
        SCORES.register("tabulated", Score)


def test_a_package_brings_parts_to_the_command_line_by_entry_points(folder, tmp_path):
    """What `pip install` leaves of a package: its modules, and a dist-info folder that names its parts."""
    points = re.findall(r"^\[project\.entry-points\.\"(.+)\"\]\n(.+)\n", PAGE, re.MULTILINE)
    info = tmp_path / "own_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-parts\nVersion: 1.0\n", "utf-8")
    text = "".join(f"[{group}]\n{line}\n".replace('"', "") for group, line in points)
    (info / "entry_points.txt").write_text(text, "utf-8")
    sizes = ["--n-keys", "16", "--d-head", "2", "--key-bits", "3", "--query-bits", "3"]
    script = f"""
from groverattn.cli.app import call
from groverattn.reference.finders.registry import finder
names = ["--data-access", "one-by-one"]
assert call(["verify", *{sizes}, *names, "--score-method", "tabulated"]) == 0
assert call(["estimate", "--preset", "gpt2", *names, "--format", "json"]) == 0
assert finder("longest-first").exact
assert call(["estimate", "--preset", "gpt2", "--machine", "all-my-own", "--data-access", "qrom"]) == 0
"""
    done = run(folder, "-c", script, path=[tmp_path])
    assert done.returncode == 0, done.stderr
    assert "0 mismatches" in done.stdout
    assert '"data_access": "one-by-one"' in done.stdout
    assert "qrom, all-my-own" in " ".join(done.stdout.split())


def test_the_machine_is_read_and_priced(folder):
    path = folder / "own_machine.toml"
    mine, theirs = hardware(str(path)), hardware("gidney-fowler-2018")
    assert (mine.cycle_time_us, mine.reaction_time_us) == (0.1, 1.0)
    assert mine.physical_error_rate == theirs.physical_error_rate
    fast, slow = (estimate(RowRequest.of(preset="gpt2", hardware=name)).physical for name in (str(path), theirs.name))
    assert fast.duration_s == pytest.approx(slow.duration_s / 10, rel=0.1)


def test_a_machine_without_base_is_whole_and_gets_a_name(folder):
    whole, shipped = hardware(str(folder / "whole_machine.toml")), hardware("gidney-fowler-2018")
    assert whole.layout.buses == 2
    assert attrs.evolve(whole, name=shipped.name, layout=shipped.layout) == shipped
    text = EXAMPLES["whole_machine.toml"]
    for line in text.splitlines()[: text.count("\n") - 3]:
        if not line.startswith("routing_overhead"):  # which has a default
            (folder / "lacking.toml").write_text(text.replace(line + "\n", ""), "utf-8")
            with pytest.raises(InputError, match=f"without {line.split()[0]}"):
                hardware(str(folder / "lacking.toml"))
    done = run(folder, "own_machines.py")
    assert (done.returncode, done.stdout) == (0, "1.0\n"), done.stderr


def described(record):
    """What each attribute is, by the docstring of its class."""
    text = re.search(r"Attributes:\n(.*?)\n\n", record.__doc__, re.DOTALL)[1]
    entries = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", text, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", words).rstrip(".") for name, words in entries}


def fields_of_a_machine():
    """The table of extending.md: every field that a file may have, what it is, and what holds without it."""
    fields = {field.name: (field, described(Hardware)) for field in attrs.fields(Hardware)}
    fields |= {f"layout.{field.name}": (field, described(Layout)) for field in attrs.fields(Layout)}
    lines = ["| field | what it is | if left out |", "|---|---|---|"]
    for name in _FIELDS:
        field, meanings = fields[name]
        default = "has to be given"
        if name in _DEFAULT_SOURCES:
            computed = isinstance(field.default, attrs.Factory)
            default = _DEFAULT_SOURCES[name].partition(":")[0] if computed else f"{field.default:g}"
        lines.append(f"| `{name}` | {meanings[field.name]} | {default} |")
    return "\n".join(lines)


def test_the_table_of_a_machines_fields_is_that_of_the_class():
    assert f"<!-- fields of a machine -->\n{fields_of_a_machine()}\n" in PAGE


def test_the_finder_finds_what_a_scan_finds_and_reads_fewer_keys(own):
    FINDERS.register("longest-first", own("own_finder").FINDER)
    chosen = finder("longest-first")
    rng = np.random.default_rng(5)
    keys = KeySet.of(rng.integers(-100, 101, (500, 3)))
    index, all_keys = chosen.prepare(keys), finder("dense").prepare(keys)
    for query in rng.integers(-100, 101, (20, 3)):
        threshold = int(np.linalg.norm(query) * 120)
        found, expected = (each.find(query, chosen.wanted(threshold, 5)) for each in (index, all_keys))
        assert found.keys.tolist() == expected.keys.tolist()
        assert found.key_visits < expected.key_visits


def test_the_oracle_is_searched_simulated_and_counted(own, folder):
    done = run(folder, "search.py")
    assert done.returncode == 0, done.stderr
    assert f"```text\n{done.stdout}```" in PAGE
    oracle = own("own_oracle").NeedleOracle(n_bits=4, needle=6)
    check_bloq(oracle)
    search = GroverSearch(GroverIterate(oracle), 3)
    amplitudes = final_amplitudes(search)
    np.testing.assert_allclose(abs(amplitudes), abs(search.reference_columns()[:, 0]), atol=1e-6)
    state = run_sparse(search_circuits(search), np.random.default_rng(0))
    np.testing.assert_allclose(abs(state.amplitudes("selection")), abs(amplitudes), atol=1e-6)


@pytest.mark.parametrize(("n_bits", "needle"), [(2, 0), (4, 6), (5, 31)])
def test_the_oracle_is_verified_and_counted_as_those_of_the_package_are(own, n_bits, needle):
    oracle, rng = own("own_oracle").NeedleOracle(n_bits, needle), np.random.default_rng(0)
    marked = np.arange(1 << n_bits) == needle
    check = check_oracle(oracle, marked, rng)
    assert check.passed, (check.run, check.counted)
    assert (check.inputs_checked, check.first_mismatch) == (1 << n_bits, None)
    assert check_oracle(oracle, ~marked, rng).mismatches == 1 << n_bits
    iterate = GroverIterate(oracle)
    counted = count_iterate(iterate)
    assert counted.total == count(iterate)
    assert counted.toffoli_parts == {"oracle": max(n_bits - 2, 0), "diffusion": max(n_bits - 2, 0)}
    start = count(GroverSearch(iterate, 0))
    row = search_totals(iterate, SearchCost(7.0, 9, 2.0, 0.1, "test"), n_rows=1, n_heads=1).row
    assert row.toffoli == 7 * counted.total.toffoli
    assert row.measurement == 7 * counted.total.measurement + 2 * (start.measurement + n_bits)
    with pytest.raises(InputError, match="without angle"):
        search_totals(iterate, SearchCost(7.0, 9, 2.0, 0.1, "test", phased_expected=1.0), n_rows=1, n_heads=1)


def test_a_model(folder):
    model = read_preset(folder / "own_model.toml")
    assert (model.rows_per_token, model.keys_in_view, model.kv_heads) == (20, 262_144, None)
    request = RowRequest.of(**model.row_inputs())
    assert (request.name, request.shape.index_heads, request.n_tokens) == ("own_model", 32, 1_048_576)
