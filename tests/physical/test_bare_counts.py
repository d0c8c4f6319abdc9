"""Bare counts priced: the object that is printed, objectives, and what no machine can be below."""

import math

import attrs
import pytest

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Cycle, Phase, one_phase
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.physical.bare_counts import price_bare_counts
from groverattn.physical.estimate import OBJECTIVES, check_objective, is_less, phase_times
from groverattn.physical.factories import candidate_factories
from groverattn.physical.factories.usable import usable_families
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.machines.layout import WITHOUT_STEPS
from groverattn.physical.second_opinion import second_opinion
from groverattn.physical.surface_code import estimate_below, least_merit, physical_estimate
from groverattn.physical.table import set_by_text
from groverattn.row.request import RowRequest

COUNTS = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=10**9)


def test_the_object_quotes_the_estimate_and_its_parts():
    priced = price_bare_counts(COUNTS, "gidney-fowler-2018", 0.01, n_factories=7)
    found = priced.as_json()
    physical = physical_estimate(COUNTS, hardware("gidney-fowler-2018"), 0.01, n_factories=7)
    assert found["schema"] == "groverattn.physical/1"
    assert found["inputs"] == attrs.asdict(COUNTS) | {"hardware": "gidney-fowler-2018", "error_budget": 0.01}
    assert (found["n_factories"], found["qubits"], found["duration_s"]) == (7, physical.qubits, physical.duration_s)
    parts = {"storage": physical.p_data, "distillation": physical.p_factory, "synthesis": 0.0}
    assert found["error_parts"] == parts
    assert sum(parts.values()) == pytest.approx(found["p_failure"])
    assert found["second_opinion"] is None
    assert found["sources"] == dict(HARDWARE["gidney-fowler-2018"].sources)


def test_a_second_opinion_stands_beside_it():
    machine = hardware("beverland-gate-ns-e4")
    priced = price_bare_counts(COUNTS, machine.name, 0.01, ask_qdk=True)
    other = second_opinion(COUNTS, machine, 0.01)
    found = priced.as_json()["second_opinion"]
    assert found["by"] == "qdk.qre"
    assert attrs.asdict(other).items() <= found.items()
    assert found["ours_over_theirs"]["qubits"] == pytest.approx(priced.physical.qubits / other.qubits)


def test_objectives_by_name():
    for name in OBJECTIVES:
        check_objective(name)
    with pytest.raises(InputError, match="volumes"):
        check_objective("volumes")


def test_less_is_less_beyond_rounding():
    assert is_less((1.0, 9.0), (2.0, 1.0))
    assert not is_less((2.0, 1.0), (1.0, 9.0))
    assert is_less((1.0, 1.0), (1.0 + 1e-12, 2.0))
    assert not is_less((1.0 - 1e-12, 2.0), (1.0, 2.0))
    assert is_less((1.0, 9.0), (1.0 + 1e-7, 1.0))


def test_phases_of_one_name_are_one_and_wait_for_what_the_longest_waits():
    walk, score = phase_times(["walk", "score", "walk"], [2.0, 1.0, 3.0], ["layout", "factory", "reaction"])
    assert (walk.name, walk.duration_s, walk.limited_by) == ("walk", 5.0, "reaction")
    assert (score.name, score.duration_s, score.limited_by) == ("score", 1.0, "factory")
    (first,) = phase_times(["walk", "walk"], [3.0, 2.0], ["layout", "reaction"])
    assert first.limited_by == "layout"


def test_a_limit_that_alone_takes_nearly_all_the_time_is_named_beside_the_one_waited_for():
    """The row of 24 layers of a model of 16 heads: without its factories it would take as long but for a tenth."""
    sizes = {"n_keys": 16384, "d_head": 128, "n_marked": 128, "query_heads": 16, "gqa_group": 4}
    found = estimate(RowRequest.of(**sizes)).physical
    assert found.limited_by == "factory"
    assert found.limits_s["layout"] > 0.8 * found.duration_s > found.limits_s["factory"]
    assert found.limits == ("factory", "layout")
    assert set_by_text(found) == "factories, routing"
    one = attrs.evolve(found, limits_s={**found.limits_s, "layout": 0.79 * found.duration_s})
    assert one.limits == ("factory",)


@pytest.mark.parametrize("name", ["gidney-fowler-2018", "beverland-majorana-e6", "litinski-2019"])
@pytest.mark.parametrize("objective", ["volume", "qubits", "time"])
def test_no_machine_is_below_the_least(name, objective):
    """And the least is not far below: with no error budget to keep it is that of the smallest code."""
    machine, circuit = HARDWARE[name], LogicalCounts(1000, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=1000)
    least = least_merit(circuit, one_phase(circuit), machine, objective)
    found = physical_estimate(circuit, machine, 0.9, schedule=one_phase(circuit), objective=objective)
    value = {"volume": found.volume_qubit_s, "qubits": found.qubits, "time": found.duration_s}[objective]
    assert value / 30 < least <= value * (1 + 1e-9)
    assert estimate_below(circuit, machine, 0.9, value * 0.999, one_phase(circuit), objective) is None
    below = estimate_below(circuit, machine, 0.9, value * 1.001, one_phase(circuit), objective)
    assert below == found
    turning = attrs.evolve(circuit, rotation=1000)
    assert least_merit(turning, one_phase(circuit), machine, objective) == least


MACHINE = attrs.evolve(HARDWARE["gidney-fowler-2018"], layout=WITHOUT_STEPS)
# A walk whose reactions leave the factories time to make what the swaps take at once.
WALK, SWAPS = Phase("walk", toffoli=200, reactions=8_000), Phase("swaps", toffoli=6_000, reactions=4)
ITERATES = 1_000
SCHEDULE = (Cycle(ITERATES, (WALK, SWAPS)),)
SEARCH = LogicalCounts(6_200_000, 0, 0, 0, 6_200_000, logical_qubits=3_000, toffoli_depth=204_000)


def factory_of(estimate, machine):
    every = [each for family in usable_families(machine) for each in candidate_factories(family, machine)]
    return next(each for each in every if each.name == estimate.factory)


@pytest.mark.parametrize(("copies", "store"), [(5, 1024), (20, 6_000), (60, 100)])
def test_a_store_takes_tiles_and_hides_states(copies, store):
    """By hand: what is in store when the swaps begin was made during the walk; it is filled once before.

    A machine too slow on average begins with an empty store, and never waits for the reactions of the swaps.
    """
    machine = MACHINE
    found = physical_estimate(SEARCH, machine, 0.1, schedule=SCHEDULE, n_factories=copies, store=store)
    assert (found.store, found.n_factories) == (store, copies)
    per_state = factory_of(found, machine).cycles_per_toffoli / copies * machine.cycle_time_us * 1e-6
    walk_s, swaps_s = 8_000 * machine.reaction_time_us * 1e-6, 4 * machine.reaction_time_us * 1e-6
    made = min(store * per_state, max(walk_s - 200 * per_state, 0.0))
    walk_s = max(walk_s, 200 * per_state)
    iterate_s = walk_s + max(swaps_s, 6_000 * per_state - made)
    assert found.scheduled_s == pytest.approx(ITERATES * iterate_s + store * per_state, rel=1e-6)
    tiles = store * machine.layout.tiles_per_state
    assert found.store_qubits == pytest.approx(machine.qubits_of_tiles(tiles, found.code_distance), abs=1)
    times = {phase.name: phase.duration_s for phase in found.phases}
    assert times["fill store"] == pytest.approx(store * per_state, rel=1e-6)
    assert sum(times.values()) == pytest.approx(found.scheduled_s, rel=1e-9)


def test_a_store_is_found_where_it_pays():
    """64 states at once after 2,000 reactions, a million times: one factory keeps up, if 64 are in store.

    Each iterate then takes its 2,004 reactions, of 10 us each.
    """
    bursts = (Cycle(10**6, (Phase("walk", reactions=2_000), Phase("swaps", toffoli=64, reactions=4))),)
    circuit = LogicalCounts(64 * 10**6, 0, 0, 0, 64 * 10**6, logical_qubits=30_000, toffoli_depth=4 * 10**6)

    def design(store, objective="volume"):
        return physical_estimate(circuit, MACHINE, 0.1, schedule=bursts, store=store, objective=objective)

    found, without = design(None), design(0)
    assert (found.store, found.n_factories) == (64, 1)
    assert found.duration_s == pytest.approx(20_040, rel=1e-6)
    assert (without.store, without.store_qubits) == (0, 0)
    assert without.n_factories > 1
    assert found.volume_qubit_s < without.volume_qubit_s
    for store in (4, 16, 64, 256):
        assert found.volume_qubit_s <= design(store).volume_qubit_s * (1 + 1e-9)
    assert design(None, "qubits").store == 0
    assert design(None, "time").duration_s == pytest.approx(20_040, rel=1e-6)


def test_no_machine_at_all():
    """Storage alone uses up any budget: then nothing bounds the objective."""
    machine = hardware("gidney-fowler-2018")
    endless = Phase("wait", toffoli=1, reactions=1e300)
    assert least_merit(SEARCH, (Cycle(1, (endless,)),), machine, "time") == math.inf
