"""Counts of an iterate and its parts."""

import numpy as np
import pytest
from qualtran.bloqs.basic_gates import Toffoli, TwoBitCSwap
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs import counting
from groverattn.costs.counting import ControlBits, count, count_iterate
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.problem.key_table import KeyTable
from groverattn.verification.oracle_check import flat_counts

QUERY, THRESHOLD = (3, -2, 1), 6


def iterate(access, table):
    return GroverIterate(PhaseOracle(key_lookup(access, table), Score(QUERY, THRESHOLD, 3)))


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("n_keys", [2, 16, 21])
def test_parts_add_up_and_sizes_alone_give_the_same(access, n_keys):
    keys = np.random.default_rng(5).integers(-4, 4, (n_keys, 3))
    with_data, sizes_only = (
        count_iterate(iterate(access, table)) for table in (KeyTable.from_keys(keys, 3), KeyTable(n_keys, 3, 3))
    )
    for counted in (with_data, sizes_only):
        assert list(counted.toffoli_parts) == ["load", "unload", "score", "predicate", "diffusion"]
        assert sum(counted.toffoli_parts.values()) == counted.total.toffoli
        assert counted.toffoli_parts["predicate"] == 0  # one CZ
        assert min(counted.toffoli_parts.values()) >= 0
    assert with_data.toffoli_parts == sizes_only.toffoli_parts
    for name in ("toffoli", "t", "rotation", "measurement", "logical_qubits", "toffoli_depth", "measurement_depth"):
        value = getattr(with_data.total, name)
        assert type(value) is int
        assert value == getattr(sizes_only.total, name)


@pytest.mark.parametrize("access", sorted(set(DATA_ACCESSES) - {"qram"}))
def test_what_is_counted_is_what_a_flat_circuit_has(access):
    keys = np.random.default_rng(5).integers(-4, 4, (16, 3))
    oracle = iterate(access, KeyTable.from_keys(keys, 3)).oracle
    counted, flat = count(oracle), flat_counts(flatten(oracle))
    assert counted.toffoli == flat.toffoli
    assert counted.clifford == flat.clifford
    assert counted.measurement == flat.measurement
    assert counted.logical_qubits == flat.logical_qubits
    assert counted.toffoli_depth >= flat.toffoli_depth


def test_a_power_of_two_needs_no_rotation_and_other_sizes_do():
    rotations = [count(iterate("qrom", KeyTable(n, 3, 3))).rotation for n in (16, 17, 24)]
    assert rotations[0] == 0
    assert min(rotations[1:]) > 0


def test_a_search_is_its_iterates():
    one, search = iterate("qroam", KeyTable(21, 3, 3)), 7
    total = count(GroverSearch(one, search))
    start = count(GroverSearch(one, 0))
    for name in ("toffoli", "clifford", "measurement", "rotation", "toffoli_depth", "measurement_depth"):
        assert getattr(total, name) == getattr(start, name) + search * getattr(count(one), name)


@pytest.mark.parametrize(("bloq", "toffoli"), [(And(), 1), (And().adjoint(), 0), (Toffoli(), 1), (TwoBitCSwap(), 1)])
def test_one_gate(bloq, toffoli):
    assert count(bloq).toffoli == toffoli
    assert count(bloq).t_count() == 4 * toffoli


def test_nothing_costs_nothing():
    assert (ToffoliDepth().zero(), MeasurementDepth().zero(), ControlBits().zero()) == (0, 0, 0)


def test_parts_that_were_counted_are_kept_up_to_a_number(monkeypatch):
    """A long session counts ever new parts: what is kept is thrown away as a whole, and counted again."""
    monkeypatch.setattr(counting, "_PARTS_KEPT", 3)
    known = counting._known_costs(ControlBits(planes=77))
    lookups = [key_lookup("qrom", KeyTable(n, 3, 3)).adjoint() for n in range(2, 12)]
    bits = [counting.cost_of(lookup, ControlBits(planes=77)) for lookup in lookups]
    assert bits == [n * 1 for n in range(2, 12)]
    sizes = []
    for lookup in lookups:
        counting.cost_of(lookup, ControlBits(planes=77))
        sizes.append(len(known))
    assert 3 < max(sizes) < 30
    assert lookups[-1] in known
    n_before = len(known)
    monkeypatch.setattr(counting, "_PARTS_KEPT", n_before)
    counting.cost_of(lookups[-1], ControlBits(planes=77))
    assert len(known) == n_before
