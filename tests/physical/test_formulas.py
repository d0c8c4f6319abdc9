"""Formulas of ours that Qualtran has as well: the same numbers to the last bit, over the whole range."""

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from qualtran.resource_counting import GateCounts
from qualtran.surface_code import (
    AlgorithmSummary,
    CCZ2TFactory,
    FastDataBlock,
    LogicalErrorModel,
    QECScheme,
    SimpleDataBlock,
)
from qualtran.surface_code.beverland_et_al_model import minimum_time_steps
from qualtran.surface_code.rotation_cost_model import BeverlandEtAlRotationCost

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import one_phase
from groverattn.physical.code_distance import CODE_DISTANCE_MAX, code_distances
from groverattn.physical.demand import COUNT_MAX, Demand, rotation_error, rotation_t_count
from groverattn.physical.factories.ccz2t import _L1_DISTANCES, _L2_EXTRA_DISTANCES, ccz2t
from groverattn.physical.machines.hardware import hardware

SIMPLE, FAST = hardware("gidney-fowler-2018"), hardware("beverland-gate-ns-e3")
COUNTS = st.one_of(st.integers(0, 10**6), st.integers(0, COUNT_MAX))
QUBITS = COUNTS.map(lambda number: max(number, 1))


@st.composite
def machines(draw):
    """A machine with any error rates below the threshold."""
    threshold = draw(st.floats(1e-20, 0.999))
    rate = threshold * draw(st.floats(1e-9, 0.999))
    return attrs.evolve(
        SIMPLE,
        physical_error_rate=rate,
        t_error_rate=rate,
        error_rate_threshold=threshold,
        error_rate_scaler=draw(st.floats(1e-20, 0.999)),
    )


def noise(machine):
    scheme = QECScheme(machine.error_rate_scaler, machine.error_rate_threshold)
    return LogicalErrorModel(machine.physical_error_rate, scheme)


@given(machines())
@example(SIMPLE)
@example(FAST)
def test_logical_error_rate(machine):
    theirs = noise(machine)
    assert [place.distance for place in code_distances(machine)] == list(range(3, CODE_DISTANCE_MAX + 1, 2))
    for place in code_distances(machine):
        assert place.error_rate == theirs(place.distance)
        assert machine.qubits_per_tile(place.distance) == QECScheme.make_gidney_fowler().physical_qubits(place.distance)


@given(machines())
@example(SIMPLE)
@example(FAST)
def test_ccz2t_at_every_distance(machine):
    """Four gates of a kind, so that Qualtran rounds up no half state and no half cycle."""
    grid = [(l1, l1 + more) for l1 in _L1_DISTANCES for more in _L2_EXTRA_DISTANCES]
    for ours, distances in zip(ccz2t(machine), grid, strict=True):
        theirs = CCZ2TFactory(*distances)
        assert ours.qubits == theirs.n_physical_qubits()
        for gates, cycles, p_error in (
            (GateCounts(toffoli=4), ours.cycles_per_toffoli, ours.p_error_per_toffoli),
            (GateCounts(t=4), ours.cycles_per_t, ours.p_error_per_t),
        ):
            assert 4 * cycles == theirs.n_cycles(gates, noise(machine))
            assert 4 * p_error == theirs.factory_error(gates, noise(machine))


@given(QUBITS, st.floats(0, 1e30))
@example(100, 0.5)
def test_tiles_of_the_simple_and_the_fast_block(logical_qubits, overhead):
    block = SimpleDataBlock(data_d=3, routing_overhead=overhead)
    assert attrs.evolve(SIMPLE, routing_overhead=overhead).data_tiles(logical_qubits) == block.n_tiles(logical_qubits)
    assert FAST.data_tiles(logical_qubits) == FastDataBlock.get_n_tiles(logical_qubits)


@given(st.floats(1e-300, 1))
def test_t_gates_of_a_rotation(error):
    assert rotation_t_count(error) == BeverlandEtAlRotationCost.rotation_cost(error).t


@pytest.mark.parametrize("t_count", range(6, 500))
def test_error_of_a_rotation_is_the_smallest_for_its_t_gates(t_count):
    assert rotation_t_count(rotation_error(t_count)) == t_count
    assert rotation_t_count(rotation_error(t_count) * (1 - 1e-6)) == t_count + 1


@given(toffoli=QUBITS, t=COUNTS, measurement=COUNTS, rotation=COUNTS, error_budget=st.floats(1e-6, 0.999))
@example(toffoli=3_731_607_428, t=12, measurement=1_078_154_040, rotation=12, error_budget=1 / 3)
def test_time_steps(toffoli, t, measurement, rotation, error_budget):
    """Of every choice of T gates per rotation; Qualtran takes a third of what it is given for the rotations."""
    counts = LogicalCounts(toffoli, t, rotation, 0, measurement, logical_qubits=7, toffoli_depth=toffoli)
    gates = GateCounts(toffoli=toffoli, t=t, rotation=rotation, measurement=measurement)
    for demand in Demand.choices(counts, one_phase(counts), FAST, error_budget):
        steps = minimum_time_steps(
            error_budget=3 * demand.p_synthesis,
            alg=AlgorithmSummary(n_algo_qubits=7, n_logical_gates=gates),
            rotation_model=BeverlandEtAlRotationCost,
        )
        assert demand.pace.consumption_steps == pytest.approx(steps, rel=1e-12)
