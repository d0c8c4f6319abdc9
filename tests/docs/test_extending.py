"""The examples of docs/extending.md: taken out of the page, run, and held to the checks that the package's own pass."""

import re
from pathlib import Path

import numpy as np
import pytest

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup import data_access
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.estimation.estimate import estimate
from groverattn.physical.machines.hardware import hardware
from groverattn.problem.key_table import KeyTable
from groverattn.reference.finders.dense import prepare as scan
from groverattn.reference.finders.key_set import KeySet
from groverattn.row.request import RowRequest
from groverattn.verification.oracle_check import check_oracle, flat_counts

PAGE = (Path(__file__).parents[2] / "docs/extending.md").read_text("utf-8")


def example(name):
    """Return the code block that follows the comment with this name."""
    (block,) = re.findall(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert sum(bool(line.strip()) for line in block.splitlines()) < 40
    return block


def names_of(code):
    names = {"__name__": "example"}
    exec(compile(code, "docs/extending.md", "exec"), names)
    return names


@pytest.fixture(scope="module")
def lookup_class():
    return names_of(example("data access"))["OneByOneLookup"]


@pytest.mark.parametrize("n_keys", [3, 4, 5, 8, 11, 13, 16])
def test_the_data_access_is_a_circuit_that_does_what_it_says_and_counts_what_it_is(lookup_class, n_keys):
    keys = np.arange(2 * n_keys).reshape(n_keys, 2) % [5, 7] - 3
    lookup = lookup_class(KeyTable.from_keys(keys, key_bits=4, found=[1]))
    for j in range(n_keys):
        assert lookup.call_classically(selection=j) == (j, lookup.table.word(j))
    flat = flatten(lookup)
    run, counted = flat_counts(flat), count(lookup)
    assert run.toffoli == counted.toffoli == n_keys * (lookup.table.index_bits - 1)
    assert run.clifford == counted.clifford
    assert run.logical_qubits <= counted.logical_qubits
    assert run.toffoli_depth <= counted.toffoli_depth
    oracle = PhaseOracle(lookup, Score((2, -3), threshold=4, key_bits=4))
    marked = (keys @ [2, -3] >= 4) & (np.arange(n_keys) != 1)
    assert check_oracle(oracle, marked, np.random.default_rng(0)).passed
    assert count(GroverIterate(oracle)).toffoli > 0


def test_the_data_access_is_verified_by_its_name(lookup_class, monkeypatch, capsys):
    from groverattn.cli.app import call

    monkeypatch.setitem(data_access.DATA_ACCESSES, "one-by-one", lookup_class)
    assert call(["verify", "--n-keys", "16", "--d-head", "4", "--data-access", "one-by-one"]) == 0
    assert "0 mismatches" in capsys.readouterr().out


def test_the_data_access_is_priced_by_its_name(lookup_class, monkeypatch):
    monkeypatch.setitem(data_access.DATA_ACCESSES, "one-by-one", lookup_class)
    own, unary = (estimate(RowRequest.of(preset="gpt2", data_access=name)) for name in ("one-by-one", "qrom"))
    assert own.totals.iterate.toffoli_parts["load"] == 1024 * 9
    assert unary.totals.iterate.toffoli_parts["load"] == 1022
    assert own.row.physical.duration_s > unary.row.physical.duration_s
    assert own.crossover.n_keys is None


def test_the_machine_is_read_and_priced(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(example("machine"), encoding="utf-8")
    mine, theirs = hardware(str(path)), hardware("gidney-fowler-2018")
    assert (mine.cycle_time_us, mine.reaction_time_us) == (0.1, 1.0)
    assert mine.physical_error_rate == theirs.physical_error_rate
    fast, slow = (estimate(RowRequest.of(preset="gpt2", hardware=name)).physical for name in (str(path), theirs.name))
    assert fast.duration_s == pytest.approx(slow.duration_s / 10, rel=0.1)


def test_the_finder_finds_what_a_scan_finds_and_reads_fewer_keys():
    finder = names_of(example("finder"))["FINDER"]
    rng = np.random.default_rng(5)
    keys = KeySet.of(rng.integers(-100, 101, (500, 3)))
    index, all_keys = finder.prepare(keys), scan(keys)
    for query in rng.integers(-100, 101, (20, 3)):
        threshold = int(np.linalg.norm(query) * 120)
        found, expected = (each.find(query, finder.wanted(threshold, 5)) for each in (index, all_keys))
        assert found.keys.tolist() == expected.keys.tolist()
        assert found.key_visits < expected.key_visits
