"""One row of a head: circuit, search, circuit again."""

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.row_search import search_head_row
from groverattn.verification import bit_sliced
from groverattn.verification import row as searched_row

SURE = SearchMethod(n_expected=4, p_failure=1e-9)
HASTY = SearchMethod(n_expected=3, p_failure=0.9, growth=1000.0)


def search(head, row, access="qrom", method=SURE, seed=0):
    return search_head_row(head, row, engine=EngineChoice(), method=method, data_access=access, seed=seed)


def instance(causal=False, n=20, n_marked=4):
    head = attrs.evolve(gaussian_head(n, 3, seed=2), causal=causal)
    return Instance.from_target(head, n_marked, query_bits=4, key_bits=4)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_a_row_finds_its_marked_keys(access):
    head = instance()
    for row in (0, 7):
        result = search(head, row, access)
        assert result.found == tuple(np.flatnonzero(head.marked(row)))
        assert (result.row, result.missed, result.false, result.circuit_wrong) == (row, 0, 0, 0)
        assert result.iterates > 0
        assert result.key_visits >= len(result.found)


@pytest.mark.parametrize("row", range(20))
def test_a_causal_row_sees_no_later_key(row):
    head = instance(causal=True)
    result = search(head, row)
    assert max(result.found) <= row
    if row < 4:
        assert (result.read_whole, result.found) == (True, tuple(range(row + 1)))
        assert (result.iterates, result.key_visits) == (0, row + 1)
    else:
        assert result.found == tuple(np.flatnonzero(head.marked(row)))
    assert (result.missed, result.false, result.circuit_wrong or 0) == (0, 0, 0)


def test_a_row_depends_on_seed_and_row_alone():
    head = instance()
    assert search(head, 3, seed=8) == search(head, 3, seed=8)
    assert search(head, 3, seed=8) != search(head, 3, seed=9)


def test_a_hasty_procedure_misses_and_says_so():
    """Few trials and a careless last check: what is missed is compared with plain arithmetic."""
    head = instance(n=64, n_marked=3)
    results = [search(head, row, method=HASTY) for row in range(6)]
    assert sum(result.missed for result in results) > 0
    for result in results:
        assert result.missed == head.marked(result.row).sum() - len(result.found)
        assert (result.false, result.circuit_wrong) == (0, 0)


@pytest.mark.parametrize("op", [Op.CZ, Op.CNOT, Op.UN_AND])
def test_a_broken_gate_is_counted(op, monkeypatch):
    monkeypatch.setitem(bit_sliced._RULES, op, lambda state, wires, parameter: None)
    assert search(instance(), 5).circuit_wrong > 0


def test_a_circuit_that_keeps_a_found_key_is_counted(monkeypatch):
    """The circuit is run again with the found keys taken out."""
    monkeypatch.setattr(searched_row.KeyTable, "without", lambda table, found: table)
    result = search(instance(), 5)
    assert result.circuit_wrong == len(result.found)


def test_a_check_that_lies_makes_false_keys(monkeypatch):
    monkeypatch.setattr(searched_row.SearchedRow, "score", lambda row, key: 10**9)
    result = search(instance(), 5, method=SearchMethod(n_expected=4, p_failure=0.5))
    assert result.false > 0
    assert result.false + instance().marked(5).sum() - result.missed == len(result.found)


def test_an_unknown_access():
    with pytest.raises(InputError, match="qrom"):
        search(instance(), 0, "qroom")
