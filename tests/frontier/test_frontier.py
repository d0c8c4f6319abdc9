"""The space-time frontier, its designs, and the least width under limits of the depth."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.costs.schedule import total
from groverattn.costs.search_totals import search_totals
from groverattn.errors import InputError
from groverattn.frontier.designs import _merits, depth_limits, search_designs
from groverattn.frontier.frontier import frontier
from groverattn.frontier.table import points_table, thinned
from groverattn.physical.factories import pareto
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.row.best import best_row
from groverattn.row.circuit import iterate_of
from groverattn.row.price import RowPricing
from groverattn.row.request import ONE_KEY, RowRequest

REQUEST = RowRequest.of(preset="gpt2")


@pytest.fixture(scope="module")
def result():
    return frontier(REQUEST)


@pytest.fixture(scope="module")
def designs():
    return search_designs(REQUEST)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_pareto_keeps_what_nothing_beats_and_no_more(members):
    kept = pareto(members, lambda member: member)
    for member in members:
        assert any(all(a <= b for a, b in zip(other, member, strict=True)) for other in kept)
    for member in kept:
        rivals = [other for other in kept if other is not member]
        assert not any(all(a <= b for a, b in zip(other, member, strict=True)) for other in rivals)


def test_more_qubits_buy_time_and_nothing_else(result):
    qubits = [point.qubits for point in result.points]
    times = [point.duration_s for point in result.points]
    assert qubits == sorted(set(qubits))
    assert times == sorted(set(times), reverse=True)
    for point in result.points:
        assert point.as_json()["p_failure"] <= REQUEST.error_budget


@pytest.mark.parametrize("access", ["qrom", "qroam", "bucket-brigade"])
@pytest.mark.parametrize("objective", ["volume", "time"])
def test_no_best_row_of_one_data_access_is_below_the_frontier(access, objective, result):
    row = best_row(REQUEST.but(data_access=access, optimise=objective))
    fastest_at_its_size = min(point.duration_s for point in result.points if point.qubits <= row.qubits)
    assert fastest_at_its_size <= row.physical.duration_s


def test_a_design_of_one_machine_is_the_row_of_the_estimate():
    fixed = ONE_KEY | {"n_searched": 1024, "control_copies": 64}
    designs = search_designs(REQUEST.but(**fixed | {"score_method": "auto"}))
    cost = search_cost("expected", REQUEST.shape.n_keys, REQUEST.shape.n_marked, 0.005)
    row = search_totals(iterate_of(REQUEST.but(**fixed | {"score_method": "in-place"})), cost, 1, 1).row
    (found,) = [design for design in designs if design.name == "qrom, in-place"]
    assert found.run.counts == row
    assert (found.width, found.depth, found.toffoli) == (row.logical_qubits, row.measurement_depth, row.toffoli)


def test_machines_multiply_width_and_share_gates_and_depth(designs):
    """Sixteen machines search what one searches in turn; the slowest takes longer than the mean of them."""
    named = {design.name: design for design in designs}
    in_turn = named["qrom, 32 parts of 32 keys in turn, shared-sums"]
    several = named["qrom, 2 parts of 32 keys in turn, 16 machines, shared-sums"]
    assert (several.width, several.toffoli, several.gates) == (16 * in_turn.width, in_turn.toffoli, in_turn.gates)
    assert in_turn.depth < 16 * several.depth < 4 * in_turn.depth


def test_no_row_that_is_priced_is_shallower_than_the_least_depth(result):
    assert result.limits[0].least_depth <= min(point.design.depth for point in result.points)


@pytest.mark.parametrize("law", sorted(set(LAWS) - {"expected"}))
def test_several_machines_and_parts_need_the_law_that_knows_them(law):
    designs = [design.request.design for design in search_designs(REQUEST.but(search_law=law))]
    assert {(design.n_machines, design.n_parts) for design in designs} == {(1, 1)}


def test_a_tighter_limit_needs_more_width_and_one_too_tight_says_the_least_depth(result, designs):
    limits = [limit for limit in result.limits if limit.design is not None]
    widths = [limit.design.width for limit in limits]
    assert widths == sorted(widths, reverse=True)
    assert all(limit.design.depth <= limit.depth_max for limit in limits)
    (impossible,) = depth_limits(designs, limits=[1])
    assert impossible.design is None
    assert impossible.as_json()["width"] is None
    assert impossible.least_depth == min(design.depth for design in designs)


def test_the_least_wide_design_is_taken(designs):
    one = next(design for design in designs if design.n_machines == 1)
    made = [with_counts(one, width, depth) for width, depth in [(9, 1), (3, 5), (2, 50)]]
    assert [limit.design.width for limit in depth_limits(made, limits=[1, 10, 100])] == [9, 3, 2]
    assert [limit.design.width for limit in depth_limits(made, limits=[4, 5])] == [9, 3]


def with_counts(one, width, depth):
    counts = attrs.evolve(one.run.counts, logical_qubits=width, measurement_depth=depth)
    return attrs.evolve(one, run=attrs.evolve(one.run, counts=counts))


def test_a_budget_that_no_design_meets_is_refused():
    with pytest.raises(InputError, match="per gate"):
        frontier(REQUEST.but(error_budget=1e-30, **ONE_KEY))


def test_thinning_keeps_both_ends():
    points = list(range(100))
    assert thinned(points, 5) == [0, 25, 50, 74, 99]
    assert thinned(points, 200) is points


def test_no_two_lines_of_the_table_look_alike_in_qubits_and_none_in_time_but_for_equal_ones():
    found = frontier(RowRequest.of(n_keys=32_768, d_head=128, n_marked=128))
    table = points_table(found, 24)
    for at in (0, 1):
        texts = {row[at].text for row in table.rows}
        assert len(texts) == len({row[at].value for row in table.rows})
    assert any(len(row[0].text.partition("e")[0]) > 4 for row in table.rows)  # 1.797e6 and 1.804e6


def test_all_circuits_that_are_priced_are_counted(result, designs):
    assert result.n_designs == result.as_json()["designs"] == len(designs)


@pytest.mark.parametrize("n_machines", [1, 4, 16])
def test_what_several_machines_take_at_least_is_near_what_they_take(n_machines):
    request = best_row(RowRequest.of(preset="gpt2", n_machines=n_machines, optimise="time")).request
    pricing = RowPricing.of(request)
    run = pricing.run()
    bound = _merits(pricing.search, hardware(request.hardware))
    taken = [n_machines * run.counts.logical_qubits, run.totals.row.toffoli, total(run.schedule, "reactions")]
    for least, most in zip((bound[0], *bound[2:]), taken, strict=True):
        assert 0.4 * most < least <= most
