"""The space-time frontier, its designs, and the least width under limits of the depth."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.costs.search_totals import search_totals
from groverattn.errors import InputError
from groverattn.frontier.designs import SearchDesign, depth_limits, search_designs
from groverattn.frontier.frontier import frontier
from groverattn.frontier.table import thinned
from groverattn.physical.factories import pareto
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.row.circuit import iterate_of
from groverattn.row.price import RowPricing
from groverattn.row.request import RowRequest

REQUEST = RowRequest.of(preset="gpt2")
RESULT = frontier(REQUEST)
RESULT_MACHINE = hardware(REQUEST.hardware)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_pareto_keeps_what_nothing_beats_and_no_more(members):
    kept = pareto(members, lambda member: member)
    for member in members:
        assert any(all(a <= b for a, b in zip(other, member, strict=True)) for other in kept)
    for member in kept:
        rivals = [other for other in kept if other is not member]
        assert not any(all(a <= b for a, b in zip(other, member, strict=True)) for other in rivals)


def test_more_qubits_buy_time_and_nothing_else():
    qubits = [point.qubits for point in RESULT.points]
    times = [point.duration_s for point in RESULT.points]
    assert qubits == sorted(set(qubits))
    assert times == sorted(set(times), reverse=True)
    for point in RESULT.points:
        assert point.as_json()["p_failure"] <= REQUEST.error_budget


def test_no_point_of_one_data_access_is_below_the_frontier():
    """The best volume of `qrom` and of a block of `qroam`, computed on the estimate's way."""
    for access in ("qrom", "qroam", "bucket-brigade"):
        row = RowPricing.of(REQUEST.but(data_access=access)).at(0.5)
        fastest_at_its_size = min(point.duration_s for point in RESULT.points if point.qubits <= row.qubits)
        assert fastest_at_its_size <= row.physical.duration_s


def test_a_design_of_one_machine_is_the_row_of_the_estimate():
    designs = search_designs(REQUEST.shape, "expected", 0.005)
    cost = search_cost("expected", REQUEST.shape.n_keys, REQUEST.shape.n_marked, 0.005)
    row = search_totals(
        iterate_of(REQUEST.but(data_access="qrom", score_method="in-place")),
        cost,
        1,
        1,
    ).row
    (found,) = [design for design in designs if design.name == "qrom, in-place"]
    assert found.row == row
    assert (found.width, found.depth, found.toffoli) == (row.logical_qubits, row.measurement_depth, row.toffoli)


def test_machines_multiply_width_and_gates_but_not_depth():
    (design, *_) = search_designs(REQUEST.shape, "expected", 0.005)
    four = attrs.evolve(design, n_machines=4 * design.n_machines)
    assert (four.width, four.toffoli, four.gates) == (4 * design.width, 4 * design.toffoli, 4 * design.gates)
    assert four.depth == design.depth


@pytest.mark.parametrize("law", sorted(set(LAWS) - {"expected"}))
def test_several_machines_need_the_law_that_knows_them(law):
    assert {design.n_machines for design in search_designs(REQUEST.shape, law, 0.005)} == {1}


def test_a_tighter_limit_needs_more_width_and_one_too_tight_says_the_least_depth():
    limits = [limit for limit in RESULT.limits if limit.design is not None]
    widths = [limit.design.width for limit in limits]
    assert widths == sorted(widths, reverse=True)
    assert all(limit.design.depth <= limit.depth_max for limit in limits)
    (impossible,) = depth_limits(search_designs(REQUEST.shape, "expected", 0.005), limits=[1])
    assert impossible.design is None
    assert impossible.as_json()["width"] is None
    assert impossible.least_depth == min(design.depth for design in search_designs(REQUEST.shape, "expected", 0.005))


def test_the_least_wide_design_is_taken():
    designs = [SearchDesign(str(width), "", 1, counts(width, depth), 0.0) for width, depth in [(9, 1), (3, 5), (2, 50)]]
    assert [limit.design.width for limit in depth_limits(designs, limits=[1, 10, 100])] == [9, 3, 2]


def counts(width, depth):
    return attrs.evolve(RESULT.points[0].design.row, logical_qubits=width, measurement_depth=depth)


def test_a_budget_that_no_design_meets_is_refused():
    with pytest.raises(InputError, match="per gate"):
        frontier(attrs.evolve(REQUEST, error_budget=1e-30))


def test_thinning_keeps_both_ends():
    points = list(range(100))
    assert thinned(points, 5) == [0, 25, 50, 74, 99]
    assert thinned(points, 200) is points
