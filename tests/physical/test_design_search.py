"""Branch and bound leaves nothing out: every design that it does not look at is checked here."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.costs.logical import LogicalCounts
from groverattn.physical import design_search
from groverattn.physical.demand import Demand
from groverattn.physical.design_search import best_design, code_distances
from groverattn.physical.factories import candidate_factories
from groverattn.physical.machines.hardware import HARDWARE


def designs_of(demand, machine, family):
    """Yield the volume of every design within the budget, without any bound, and its factory and distance."""
    for factory in candidate_factories(family, machine):
        if factory.p_error(demand.toffoli, demand.t) < demand.p_left:
            design = design_search._Design(demand, machine, factory)
            for distance in code_distances(machine)[:40]:
                for estimate in design.all_within_budget([distance], None):
                    yield estimate.volume_qubit_s, factory, distance


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(HARDWARE)),
    log_toffoli=st.floats(5, 14),
    log_parallel=st.floats(0, 3),
    log_clifford=st.floats(0, 4),
    log_qubits=st.floats(1, 6),
    rotation=st.sampled_from([0, 0, 7, 4000]),
    waiting_s=st.sampled_from([0.0, 0.0, 1.0, 1e5]),
    error_budget=st.floats(1e-3, 0.5),
)
def test_no_design_is_less_than_its_bound_and_none_is_lost(
    name, log_toffoli, log_parallel, log_clifford, log_qubits, rotation, waiting_s, error_budget
):
    machine, toffoli = HARDWARE[name], round(10**log_toffoli)
    family = machine.factories[0]
    circuit = LogicalCounts(
        *(toffoli, 0, rotation, round(toffoli * 10**log_clifford), toffoli, round(10**log_qubits)),
        toffoli_depth=math.ceil(toffoli / 10**log_parallel),
    )
    demand = Demand.choices(circuit, machine, error_budget, waiting_s)[0]
    bounds = {
        factory: (places[0].distance, volume * machine.cycle_time_us * 1e-6)
        for factory, places, volume in design_search._candidates(demand, machine, family)
    }
    volumes = []
    for volume, factory, distance in designs_of(demand, machine, family):
        first, least = bounds[factory]
        assert distance.distance >= first
        assert volume >= least * (1 - 1e-12)
        volumes.append(volume)
    best = best_design([demand], machine, family)
    assert (best is None) == (not volumes)
    if best is not None:
        assert best.volume_qubit_s == pytest.approx(min(volumes), rel=1e-12)


def test_few_designs_are_looked_at(monkeypatch):
    looked_at = []
    look = design_search._Design.all_within_budget
    monkeypatch.setattr(
        design_search._Design, "all_within_budget", lambda self, *args: looked_at.append(self) or look(self, *args)
    )
    circuit = LogicalCounts(10**9, 0, 0, 10**11, 10**9, 1000, 10**8)
    for machine in HARDWARE.values():
        looked_at.clear()
        assert best_design(Demand.choices(circuit, machine, 0.01), machine, machine.factories[0]) is not None
        assert len(looked_at) <= 2 < len(candidate_factories(machine.factories[0], machine))
