"""From an iterate to a row, a head and a model."""

import attrs
import pytest

from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.costs.counting import count
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import total
from groverattn.costs.search_totals import phased_iterate, search_totals
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape
from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest

ADDED = ("toffoli", "t", "rotation", "clifford", "toffoli_depth", "measurement_depth")


def totals(n_keys, cost, n_rows=3, n_heads=5, access="qroam"):
    iterate = iterate_of(RowRequest(shape=Shape(n_keys, 3, 2, 4, 4), design=Design.one_key(data_access=access)))
    return iterate, search_totals(iterate, cost, n_rows, n_heads)


@pytest.mark.parametrize("n_keys", [16, 21])
def test_a_row_is_expected_iterates_and_trials(n_keys):
    cost = SearchCost(iterates_expected=37.0, iterates_max=99, checks_expected=11.0, p_failure=0.1, source="test")
    iterate, result = totals(n_keys, cost)
    one, start = count(iterate), count(GroverSearch(iterate, 0))
    for name in ADDED:
        assert getattr(result.row, name) == 37 * getattr(one, name) + 11 * getattr(start, name)
    assert result.row.measurement == 37 * one.measurement + 11 * (start.measurement + (n_keys - 1).bit_length())
    assert result.row.logical_qubits == one.logical_qubits
    for name in (*ADDED, "measurement"):
        assert getattr(result.head, name) == 3 * getattr(result.row, name)
        assert getattr(result.model, name) == 15 * getattr(result.row, name)
    assert result.iterate.total == one


@pytest.mark.parametrize("law", sorted(LAWS))
def test_expected_counts_are_rounded_once(law):
    cost = search_cost(law, 21, 2, 1e-3)
    iterate, result = totals(21, cost)
    one, start = count(iterate), count(GroverSearch(iterate, 0))
    plain, phased = cost.iterates_expected - cost.phased_expected, count(phased_iterate(iterate))
    for name in ("toffoli", "rotation"):
        a_run, a_start, a_phased = (getattr(counts, name) for counts in (one, start, phased))
        expected = plain * a_run + cost.checks_expected * a_start + cost.phased_expected * a_phased
        assert abs(getattr(result.row, name) - expected) <= 1.5  # three products, each rounded once
    assert (cost.phased_expected > 0) is (law in ("expected", "worst"))
    for name in ("toffoli", "rotation"):
        assert total(result.schedule, name) == pytest.approx(getattr(result.row, name), abs=1.5)
    for scope in (result.row, result.head, result.model):
        assert {type(value) for value in attrs.asdict(scope).values()} == {int}


def test_large_multiples_are_exact():
    """Rows and heads are whole numbers: nothing passes through a float, whose last digits would be lost."""
    odd = LogicalCounts((1 << 70) + 1, 0, 0, 0, 0, 7, 1)
    assert odd.repeated(3).toffoli == 3 * ((1 << 70) + 1)
    assert odd.repeated(3).logical_qubits == 7


def test_a_row_without_iterates_is_its_trials():
    cost = SearchCost(0.0, 0, 4.0, 0.1, "test")
    iterate, result = totals(16, cost)
    assert result.row.toffoli == 4 * count(GroverSearch(iterate, 0)).toffoli


@pytest.mark.parametrize("access", ["qrom", "qroam", "bucket-brigade"])
def test_counts_of_a_phased_iterate_do_not_depend_on_its_angles(access):
    """Two rotations and the And of two flags more than an iterate with signs; any angle but pi."""
    iterate, _ = totals(16, SearchCost(1.0, 1, 1.0, 0.1, "test"), access=access)
    counted = count(phased_iterate(iterate))
    for oracle_angle, diffusion_angle in ((0.3, 2.7), (3.141, -1.0)):
        oracle = attrs.evolve(iterate.oracle, angle=oracle_angle)
        assert count(attrs.evolve(iterate, oracle=oracle, diffusion_angle=diffusion_angle)) == counted
    assert counted.rotation == count(iterate).rotation + 2
    assert counted.toffoli == count(iterate).toffoli + 2


def test_an_iterate_with_phases_is_counted_but_over_blocks():
    """A block of keys has the OR of its predicates, which has no angle."""
    cost = SearchCost(1.0, 1, 1.0, 0.1, "test")
    iterate, one_key = totals(16, cost)
    assert one_key.phased_iterate == count(phased_iterate(iterate))
    table, score = KeyTable(16, 3, 4), iterate.oracle.score
    blocks = GroverIterate(oracle_of("qrom", table, score, keys_per_query=2))
    assert search_totals(blocks, cost, 1, 1).phased_iterate is None
    with pytest.raises(InputError, match="the angle pi, or one key in a block"):
        phased_iterate(blocks)
