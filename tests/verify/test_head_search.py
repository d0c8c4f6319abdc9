"""One row of a head: circuit, search, circuit again."""

import attrs
import numpy as np
import pytest

from groverattn.bloqs.data_access import DATA_ACCESSES
from groverattn.bloqs.flat_circuit import Op
from groverattn.problem.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.verify import bit_sliced, head_search
from groverattn.verify.head_search import search_head_row

SURE = UnknownNumberSearch(1e-9)


def instance(causal=False, n=20, n_marked=4):
    head = attrs.evolve(gaussian_head(n, 3, seed=2), causal=causal)
    return Instance.from_target(head, n_marked, query_bits=4, key_bits=4)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_a_row_finds_its_marked_keys(access):
    head = instance()
    for row in (0, 7):
        result = search_head_row(head, row, access, SURE, seed=0)
        assert result.found == tuple(np.flatnonzero(head.marked(row)))
        assert (result.row, result.missed, result.false, result.circuit_wrong) == (row, 0, 0, 0)
        assert result.iterates > 0
        assert result.key_visits >= len(result.found)


@pytest.mark.parametrize("row", range(20))
def test_a_causal_row_sees_no_later_key(row):
    head = instance(causal=True)
    result = search_head_row(head, row, "qrom", SURE, seed=0)
    assert max(result.found) <= row
    if row < 4:
        assert (result.read_whole, result.found) == (True, tuple(range(row + 1)))
        assert (result.iterates, result.key_visits) == (0, row + 1)
    else:
        assert result.found == tuple(np.flatnonzero(head.marked(row)))
    assert (result.missed, result.false, result.circuit_wrong) == (0, 0, 0)


def test_a_row_depends_on_seed_and_row_alone():
    head = instance()
    assert search_head_row(head, 3, "qrom", SURE, seed=8) == search_head_row(head, 3, "qrom", SURE, seed=8)
    assert search_head_row(head, 3, "qrom", SURE, seed=8) != search_head_row(head, 3, "qrom", SURE, seed=9)


def test_a_hasty_procedure_misses_and_says_so():
    """One trial without iterates and one at the cap: what is missed is compared with plain arithmetic."""
    head, hasty = instance(n=64, n_marked=3), UnknownNumberSearch(0.9, growth=1000)
    results = [search_head_row(head, row, "qrom", hasty, seed=0) for row in range(6)]
    assert sum(result.missed for result in results) > 0
    for result in results:
        assert result.missed == head.marked(result.row).sum() - len(result.found)
        assert (result.false, result.circuit_wrong) == (0, 0)


@pytest.mark.parametrize("op", [Op.CZ, Op.CNOT, Op.UN_AND])
def test_a_broken_gate_is_counted(op, monkeypatch):
    monkeypatch.setitem(bit_sliced._RULES, op, lambda state, wires, parameter: None)
    assert search_head_row(instance(), 5, "qrom", SURE, seed=0).circuit_wrong > 0


def test_a_circuit_that_keeps_a_found_key_is_counted(monkeypatch):
    """The circuit is run again with the found keys taken out."""
    monkeypatch.setattr(head_search.KeyTable, "without", lambda table, found: table)
    result = search_head_row(instance(), 5, "qrom", SURE, seed=0)
    assert result.circuit_wrong == len(result.found)


def test_a_check_that_lies_makes_false_keys(monkeypatch):
    monkeypatch.setattr(head_search, "_is_marked", lambda head, row, key: True)
    result = search_head_row(instance(), 5, "qrom", UnknownNumberSearch(0.5), seed=0)
    assert result.false > 0
    assert result.false + instance().marked(5).sum() - result.missed == len(result.found)


def test_an_unknown_access():
    with pytest.raises(InputError, match="qrom"):
        search_head_row(instance(), 0, "qroom", SURE, seed=0)
