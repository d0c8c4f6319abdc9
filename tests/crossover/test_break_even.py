"""The inverse question: what is said to be enough is put in, and then the two rows take the same time."""

import attrs
import pytest
from qualtran.surface_code import QECScheme

from groverattn.crossover.break_even import BreakEven, error_rate_need
from groverattn.crossover.crossover import BreakEvenPoint, crossover
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.row.request import ONE_KEY, RowRequest
from groverattn.row.time import tau_s


def point(access="qram", **choices):
    request = RowRequest.of(preset="gpt2", data_access=access, **choices)
    return BreakEvenPoint.of(request)


def needs(found, classical_s):
    return {need.quantity: need for need in BreakEven(found.row, classical_s, found.supply).needs()}


@pytest.mark.parametrize("access", ["qram", "qroam", "bucket-brigade"])
@pytest.mark.parametrize("share", [0.99, 0.999])
def test_what_is_needed_makes_both_rows_equal(access, share):
    found = point(access)
    row, classical_s = found.row, share * found.row.duration_s
    said = needs(found, classical_s)
    times = row.times
    reaction = attrs.evolve(times, reaction_s=said["reaction time"].needed)
    assert attrs.evolve(row, times=reaction).duration_s == pytest.approx(classical_s)
    assert attrs.evolve(row, iterates=said["iterates"].needed).duration_s == pytest.approx(classical_s)
    assert said["time per iterate"].needed * row.iterates == pytest.approx(classical_s)
    lookup = said["time of one lookup"]
    shorter_s = 2 * row.iterates * (lookup.now - lookup.needed)
    assert row.duration_s - shorter_s == pytest.approx(classical_s)
    states = said["magic states per second"]
    assert states.needed * classical_s == pytest.approx(found.supply.states_per_row)


def test_latency_of_the_memory_and_rate_of_the_control_computer():
    memory = point("qram", qram_latency_us=5000.0)
    classical_s = 0.7 * memory.row.duration_s
    needed_s = needs(memory, classical_s)["time of one lookup"].needed
    faster = attrs.evolve(memory.row.times, memory_s=needed_s)
    assert attrs.evolve(memory.row, times=faster).duration_s == pytest.approx(classical_s)
    slow = point("bucket-brigade")
    row = attrs.evolve(slow.row, times=attrs.evolve(slow.row.times, control_bits_per_s=1e8))
    said = needs(attrs.evolve(slow, row=row), 0.7 * row.duration_s)["control computer"]
    faster = attrs.evolve(row.times, control_bits_per_s=said.needed)
    assert attrs.evolve(row, times=faster).duration_s == pytest.approx(0.7 * row.duration_s)
    assert said.factor == pytest.approx(said.needed / 1e8)


@pytest.mark.parametrize("access", ["qram", "qroam", "bucket-brigade"])
def test_where_nothing_is_enough_the_reason_is_what_alone_takes_longer(access):
    found = point(access)
    # of so few keys a selection takes longer than reading them: against the line that selects nothing none is enough
    row, classical_s = found.row, tau_s(RowRequest.of(preset="gpt2"), found.row.n_keys)
    assert classical_s < found.slowest.time_s_per_row
    said = needs(found, classical_s)
    budget_s = classical_s / row.iterates
    assert row.waits.score * row.times.reaction_s > budget_s
    assert said["time of one lookup"].needed is None
    assert said["time of one lookup"].note.startswith("none: with the score alone")
    assert said["time of one lookup"].at_best == pytest.approx(budget_s / 2)
    assert said["iterates"].needed is None
    assert row.iterate_s > classical_s
    rest = "the calls of the memory" if access == "qram" else "the control computer's reading"
    assert said["reaction time"].needed is None
    assert said["reaction time"].note.startswith(f"none: with {rest} alone")
    assert said["reaction time"].at_best * row.waits.reactions == pytest.approx(budget_s)
    assert ("control computer" in said) == (access != "qram")


def test_no_error_rate_helps_where_reactions_bind():
    found = point("qroam")
    need = error_rate_need(found.row, found.slowest.time_s_per_row, found.supply)
    assert need.needed is None
    assert "bound by reactions" in need.note
    assert found.row.iterate_parts_s["reaction"] > found.row.iterate_parts_s["control"]


def fast_block():
    """A row whose reactions take nearly no time, on a machine whose data block takes time in proportion to d."""
    found = point("qroam", hardware="beverland-gate-ns-e3")
    row = attrs.evolve(found.row, times=attrs.evolve(found.row.times, reaction_s=1e-30, control_bits_per_s=1e300))
    return row, found.supply, found.supply.physical


@pytest.mark.parametrize("enough", [11.5, 12.5])
def test_an_error_rate_that_helps_stores_as_well_at_the_shorter_odd_distance(enough):
    row, supply, physical = fast_block()
    distance_s = max(physical.limits_s[name] for name in ("layout", "consumption", "clifford"))
    classical_s = distance_s * enough / physical.code_distance
    need = error_rate_need(row, classical_s, supply)
    assert need.note == "for code distance 11"
    assert 0 < need.needed < supply.machine.physical_error_rate
    scheme = QECScheme(supply.machine.error_rate_scaler, supply.machine.error_rate_threshold)

    def stored_badly(distance, rate, duration_s):
        """Per tile: errors per time step of d cycles times time steps."""
        return scheme.logical_error_rate(distance, rate) * duration_s / distance

    now = stored_badly(physical.code_distance, supply.machine.physical_error_rate, physical.duration_s)
    assert stored_badly(11, need.needed, classical_s) == pytest.approx(now)


def test_limits_of_what_an_error_rate_can_do():
    row, supply, physical = fast_block()
    distance_s = max(physical.limits_s[name] for name in ("layout", "consumption", "clifford"))
    assert error_rate_need(row, 2 * distance_s, supply).note == "good enough"
    at_three = distance_s * 3 / physical.code_distance
    assert error_rate_need(row, 0.99 * at_three, supply).note.startswith("none: at code distance 3")
    assert error_rate_need(row, 1.01 * at_three, supply).needed > 0
    unknown = attrs.evolve(supply, physical=None, refusal="too large")
    assert error_rate_need(row, distance_s, unknown).note == "unknown: too large"


def test_clifford_gates_that_take_longest_are_in_the_way_of_an_error_rate():
    row, supply, physical = fast_block()
    slow = attrs.evolve(physical, limits_s=physical.limits_s | {"clifford": 2 * max(physical.limits_s.values())})
    classical_s = 1.5 * max(physical.limits_s.values())
    assert error_rate_need(row, classical_s, supply).note == "good enough"
    assert error_rate_need(row, classical_s, attrs.evolve(supply, physical=slow)).note.startswith("for code distance")


def test_states_of_one_factory_where_the_machine_cannot_run_the_row():
    request = RowRequest.of(n_keys=1 << 50, d_head=128, n_marked=64, data_access="qrom")
    found = BreakEvenPoint.of(request)
    assert found.supply.physical is None
    assert found.supply.name.startswith("now: one ")
    one_factory_s = 1 / found.supply.states_per_s
    assert 1e-5 < one_factory_s < 1e-2  # one CCZ state of a factory at 1 us a cycle
    assert found.supply.states_per_row > found.row.iterates * (1 << 50)


def test_supply_is_the_design_of_the_estimate():
    found = point("qroam")
    physical = found.supply.physical
    assert found.supply.states_per_row / found.supply.states_per_s == pytest.approx(physical.limits_s["factory"])


def test_one_access_or_all_and_further_sizes():
    request = RowRequest.of(preset="gpt2")
    result = crossover(request, "qram", at=[4096, 1024])
    assert [found.row.n_keys for found in result.points["qram"]] == [1024, 4096]
    with pytest.raises(InputError, match="did you mean qroam"):
        crossover(request, "qroamm")
    with pytest.raises(InputError, match="n_marked"):
        crossover(request, "qram", at=[16])


def test_a_search_without_iterates_has_no_break_even_point():
    with pytest.raises(InputError, match="no iterate"):
        point(n_keys=2, n_marked=1, search_law="ideal")


def test_states_of_a_row_are_its_toffolis_t_gates_and_those_of_its_rotations():
    request = RowRequest.of(n_keys=1000, d_head=8, n_marked=4, **ONE_KEY | {"n_searched": 1000, "data_access": "qrom"})
    found, result = BreakEvenPoint.of(request), estimate(request)
    counts, per_rotation = result.totals.row, result.physical.t_per_rotation
    assert counts.rotation * per_rotation > 0
    assert found.supply.states_per_row == counts.toffoli + counts.t + counts.rotation * per_rotation
