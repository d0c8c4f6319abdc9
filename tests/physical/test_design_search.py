"""The search for a machine leaves nothing out: plain loops over all that it may build find nothing better."""

import math

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Cycle, Phase, one_phase
from groverattn.physical.code_distance import code_distances
from groverattn.physical.demand import Demand
from groverattn.physical.design_search import _Site, best_design, least_of_design
from groverattn.physical.factories import candidate_factories
from groverattn.physical.factories.usable import usable_families
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.physical.machines.layout import WITHOUT_STEPS

COPIES = (*range(1, 20), *(round(20 * 1.3**i) for i in range(40)))


def volumes_of(demand, machine):
    """Yield qubits, cycles and volume of machines without a store that are within the budget, by plain numbers."""
    for family in usable_families(machine):
        for factory in candidate_factories(family, machine)[::3]:
            if factory.p_error(demand.toffoli, demand.t) >= demand.p_left:
                continue
            for place in code_distances(machine)[:20]:
                busy = cycles_of(demand, factory, place.distance, math.inf)
                for copies in COPIES:
                    cycles = cycles_of(demand, factory, place.distance, copies)
                    yield from priced(demand, machine, factory, place, copies, cycles)
                    if copies >= demand.toffoli or cycles == busy:
                        break


def cycles_of(demand, factory, distance, copies):
    """Cycles of all phases, each the longest of its waits and of its states."""
    pace = demand.pace
    columns = (pace.times, pace.reaction_cycles, pace.consumption_steps, pace.layout_steps, pace.toffoli, pace.t)
    return sum(
        times * max(reaction, steps * distance, layout * distance, factory.cycles(toffoli, t) / copies)
        for times, reaction, steps, layout, toffoli, t in zip(*(column.tolist() for column in columns), strict=True)
    )


def priced(demand, machine, factory, place, copies, cycles):
    """Yield qubits, cycles and volume of one machine, if it is within the budget."""
    operating = demand.operating_tiles
    if operating < demand.operating_tiles_max:
        needed = math.ceil(demand.clifford * place.distance / cycles)
        operating = min(max(needed, operating), demand.operating_tiles_max)
    if operating:
        cycles = max(cycles, demand.clifford * place.distance / operating)
    bought = operating - demand.operating_tiles
    time = cycles + demand.waiting_cycles
    intervals = time if machine.error_interval == "cycle" else time / place.distance
    p_states = factory.p_error(demand.toffoli, demand.t)
    p = intervals * (demand.exposed_tiles + bought) * place.error_rate + p_states + demand.p_synthesis
    if p <= demand.error_budget:
        qubits = machine.qubits_of_tiles(demand.tiles, place.distance)
        qubits += bought * place.tile_qubits + copies * factory.qubits
        yield qubits, cycles, qubits * time


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(HARDWARE)),
    log_toffoli=st.floats(5, 12),
    log_parallel=st.floats(0, 1.5),
    log_clifford=st.floats(0, 3),
    log_qubits=st.floats(1, 5),
    rotation=st.sampled_from([0, 0, 7, 4000]),
    waiting_s=st.sampled_from([0.0, 0.0, 1.0, 1e5]),
    error_budget=st.floats(1e-3, 0.5),
)
def test_nothing_is_better_than_the_best(
    name, log_toffoli, log_parallel, log_clifford, log_qubits, rotation, waiting_s, error_budget
):
    machine, toffoli = HARDWARE[name], round(10**log_toffoli)
    circuit = LogicalCounts(
        *(toffoli, 0, rotation, round(toffoli * 10**log_clifford), toffoli, round(10**log_qubits)),
        toffoli_depth=math.ceil(toffoli / 10**log_parallel),
    )
    demand = Demand.choices(circuit, one_phase(circuit), machine, error_budget, waiting_s)[0]
    compare_with_all(demand, machine, error_budget)


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(sorted(HARDWARE)),
    iterates=st.integers(1, 10**5),
    serial=st.integers(1, 10**4),
    parallel=st.integers(2, 3 * 10**4),
    width=st.floats(2, 300),
    fan_outs=st.sampled_from([0, 0, 500]),
    waiting_s=st.sampled_from([0.0, 0.0, 1e4]),
    error_budget=st.floats(1e-2, 0.5),
)
def test_nothing_is_better_where_phases_have_paces_of_their_own(
    name, iterates, serial, parallel, width, fan_outs, waiting_s, error_budget
):
    """A walk of one Toffoli after the other, swaps of `width` at a time, and a start without Toffolis."""
    machine = HARDWARE[name]
    walk = Phase("walk", serial, serial, fan_outs, measurement=serial)
    swaps = Phase("swaps", parallel, math.ceil(parallel / width), measurement=parallel)
    schedule = (Cycle(iterates, (walk, swaps)), Cycle(3, (Phase("start", reactions=5),)))
    toffoli = iterates * (serial + parallel)
    depth = iterates * math.ceil(serial + parallel / width)
    circuit = LogicalCounts(toffoli, 0, 0, 10 * toffoli, toffoli, 1000, toffoli_depth=depth)
    demand = Demand.choices(circuit, schedule, machine, error_budget, waiting_s)[0]
    assert demand.pace.names == ("walk", "swaps", "start")
    compare_with_all(demand, machine, error_budget)


def compare_with_all(demand, machine, error_budget):
    found = list(volumes_of(demand, machine))
    cycle_s = machine.cycle_time_us * 1e-6
    for objective, merit in (("volume", 2), ("qubits", 0), ("time", 1)):
        best = best_design([demand], machine, objective)
        if best is None:
            assert not found
            continue
        assert best.p_failure <= error_budget
        value = (best.qubits, best.duration_s - best.waiting_s, best.volume_qubit_s)[merit]
        unit = 1 if objective == "qubits" else cycle_s
        assert value >= least_of_design(demand, machine, objective) * unit * (1 - 1e-9)
        if found:
            # a fractional tile or copy rounds up to a qubit; tiles that spread Clifford traffic make least volume steep
            near = 2e-3 if demand.operating_tiles < demand.operating_tiles_max else 1e-6
            assert value <= min(each[merit] for each in found) * unit * (1 + near) + (objective == "qubits")


@pytest.mark.parametrize("objective", ["volume", "time", "qubits"])
@pytest.mark.parametrize("store", [0, 100, 10**6])
def test_a_store_that_is_given_is_in_the_bound_and_no_number_of_copies_is_better(store, objective):
    machine = HARDWARE["gidney-fowler-2018"]
    phases = (Phase("walk", 500, 500, measurement=500), Phase("swaps", 3000, 30, measurement=3000))
    circuit = LogicalCounts(3500 * 100, 0, 0, 10**6, 3500 * 100, 500, toffoli_depth=530 * 100)
    demand = Demand.choices(circuit, (Cycle(100, phases),), machine, 0.01, 1.0)[0]

    def merit(n_factories):
        found = best_design([demand], machine, objective, n_factories, store)
        value = {"volume": found.volume_qubit_s, "time": found.duration_s - 1, "qubits": found.qubits}[objective]
        unit = 1 if objective == "qubits" else machine.cycle_time_us * 1e-6
        assert found.store == store
        assert value >= least_of_design(demand, machine, objective, n_factories, store) * unit * (1 - 1e-9)
        return value

    assert merit(None) <= min(map(merit, (1, 2, 5, 15, 20, 60, 140, 156, 200, 247, 1000, 10_000))) * (1 + 2e-3)


def test_none_is_found_where_the_limit_is_too_low():
    circuit = LogicalCounts(10**9, 0, 0, 10**11, 10**9, 1000, 10**8)
    for machine in HARDWARE.values():
        demands = Demand.choices(circuit, one_phase(circuit), machine, 0.01)
        best = best_design(demands, machine)
        assert best is not None
        below = best.volume_qubit_s / (machine.cycle_time_us * 1e-6)
        assert best_design(demands, machine, below=below * 0.999) is None
        assert best_design(demands, machine, below=below * 1.001).volume_qubit_s == pytest.approx(best.volume_qubit_s)


@pytest.mark.parametrize("name", ["gidney-fowler-2018", "litinski-2019", "gidney-2025"])
@pytest.mark.parametrize("log_qubits", [3, 4, 5])
@pytest.mark.parametrize("width", [3, 30, 200])
def test_no_other_number_of_copies_has_less_volume(name, log_qubits, width):
    """Where some phases wait for the factories and others do not, the least is between the numbers that keep up."""
    machine = attrs.evolve(HARDWARE[name], layout=WITHOUT_STEPS)
    phases = (
        Phase("walk", 900, 4_000),
        Phase("swaps", 9_000, math.ceil(9_000 / width)),
        Phase("score", 1_000, math.ceil(5_000 / width)),
    )
    schedule = (Cycle(5_000, phases), Cycle(7, (Phase("start", 3, 9),)))
    toffoli = 5_000 * 10_900 + 21
    circuit = LogicalCounts(toffoli, 0, 0, 0, toffoli, 10**log_qubits, toffoli_depth=5_000 * 6_000)
    demand = Demand.choices(circuit, schedule, machine, 0.1)[0]
    best = best_design([demand], machine, store=0)
    families = [candidate_factories(family, machine) for family in usable_families(machine)]
    factory = next(each for factories in families for each in factories if each.name == best.factory)
    (place,) = [place for place in code_distances(machine) if place.distance == best.code_distance]
    volumes = {}
    for copies in range(1, 2_000):
        cycles = cycles_of(demand, factory, place.distance, copies)
        for _, _, volume in priced(demand, machine, factory, place, copies, cycles):
            volumes[copies] = volume
    assert best.n_factories in volumes
    cycle_s = machine.cycle_time_us * 1e-6
    assert best.volume_qubit_s == pytest.approx(volumes[best.n_factories] * cycle_s, rel=1e-6)
    assert volumes[best.n_factories] <= min(volumes.values()) * (1 + 1e-9)


@pytest.mark.parametrize(("logical_qubits", "most"), [(5000, 5000), (10, HARDWARE["gidney-2025"].hot_tiles)])
def test_tiles_that_operate_are_bought_up_to_all_qubits_and_are_never_fewer_than_the_workspace(logical_qubits, most):
    counts = LogicalCounts(10**6, 0, 0, 10**11, 0, logical_qubits=logical_qubits, toffoli_depth=10**6)
    demand = Demand.of(counts, one_phase(counts), HARDWARE["gidney-2025"], 0.01, 0.0)
    assert (demand.operating_tiles, demand.operating_tiles_max) == (HARDWARE["gidney-2025"].hot_tiles, most)


@pytest.mark.parametrize("exposed_tiles", [1.0, 1.5, 400.0])
@pytest.mark.parametrize("name", ["gidney-fowler-2018", "litinski-2019"])
def test_the_most_cycles_are_those_in_which_storage_takes_what_the_states_leave(name, exposed_tiles):
    machine = HARDWARE[name]
    circuit = LogicalCounts(10**9, 0, 0, 0, 10**9, 100, 10**8)
    demand = Demand.choices(circuit, one_phase(circuit), machine, 0.01, waiting_s=3.0)[0]
    demand = attrs.evolve(demand, exposed_tiles=exposed_tiles)
    site = _Site(demand, machine, code_distances(machine)[9], "qubits", None, None)
    factories, left = site.usable
    exposures = site._most_cycles(factories) + site.demand.waiting_cycles
    if machine.error_interval != "cycle":
        exposures = exposures / site.place.distance
    assert factories.size
    np.testing.assert_allclose(exposures * exposed_tiles * site.place.error_rate, left, rtol=1e-12)
