import math

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qualtran.resource_counting import GateCounts
from qualtran.surface_code import (
    AlgorithmSummary,
    CCZ2TFactory,
    MultiFactory,
    PhysicalCostModel,
    PhysicalParameters,
    QECScheme,
    SimpleDataBlock,
)

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import one_phase
from groverattn.errors import InputError
from groverattn.physical.demand import Demand
from groverattn.physical.design_search import best_design
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.surface_code import physical_estimate

GIDNEY_FOWLER = hardware("gidney-fowler-2018")


def counts(toffoli, logical_qubits=1000, toffoli_depth=None, t=0, rotation=0):
    depth = toffoli if toffoli_depth is None else toffoli_depth
    return LogicalCounts(toffoli, t, rotation, 0, toffoli, logical_qubits, depth)


def estimate_or_none(circuit, machine, error_budget):
    try:
        return physical_estimate(circuit, machine, error_budget)
    except InputError:
        return None


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(HARDWARE)),
    log_toffoli=st.floats(6, 18),
    log_parallel=st.floats(0, 3),
    log_qubits=st.floats(1, 6),
    rotation=st.integers(0, 1000),
    error_budget=st.floats(1e-3, 0.5),
)
def test_within_the_budget_or_an_error(name, log_toffoli, log_parallel, log_qubits, rotation, error_budget):
    toffoli = round(10**log_toffoli)
    circuit = counts(toffoli, round(10**log_qubits), round(toffoli / 10**log_parallel), rotation=rotation)
    estimate = estimate_or_none(circuit, HARDWARE[name], error_budget)
    if estimate is None:
        assert toffoli > 1e14
        return
    assert estimate.p_failure <= error_budget
    assert estimate.p_failure == estimate.p_data + estimate.p_factory + estimate.p_synthesis
    assert estimate.duration_s >= circuit.toffoli_depth * HARDWARE[name].reaction_time_us * 1e-6 * (1 - 1e-12)
    assert estimate.qubits == estimate.data_qubits + estimate.factory_qubits


def test_factories_never_beat_the_reaction_limit():
    serial = physical_estimate(counts(10**9), GIDNEY_FOWLER, 0.01)
    assert serial.duration_s >= 10**9 * 10e-6
    flooded = physical_estimate(counts(10**9), GIDNEY_FOWLER, 0.01, n_factories=1000)
    assert flooded.limited_by == "reaction"
    assert flooded.duration_s == pytest.approx(10**9 * 10e-6)


def test_search_agrees_with_a_full_grid_over_qualtran():
    # Everything that Qualtran can combine, its runtime clipped at the reaction limit: no design has less volume.
    circuit = counts(10**9, toffoli_depth=10**8)
    reaction_s = 10**8 * 10e-6
    algorithm = AlgorithmSummary(n_algo_qubits=1000, n_logical_gates=GateCounts(toffoli=10**9))
    volumes = {}
    for l1, l2 in [(15, 23), (15, 25), (17, 23), (17, 25), (17, 27), (17, 29), (19, 27), (19, 29), (21, 31)]:
        for n_factories in [*range(1, 300, 20), *range(185, 200)]:
            for distance in range(21, 35, 2):
                model = PhysicalCostModel(
                    PhysicalParameters.make_gidney_fowler(),
                    SimpleDataBlock(distance),
                    MultiFactory(CCZ2TFactory(l1, l2), n_factories),
                    QECScheme.make_gidney_fowler(),
                )
                duration_s = model.duration_hr(algorithm) * 3600
                if duration_s >= reaction_s and model.error(algorithm) <= 0.01:
                    volumes[f"CCZ2T ({l1}, {l2})", n_factories, distance] = model.n_phys_qubits(algorithm) * duration_s
    best = physical_estimate(circuit, attrs.evolve(GIDNEY_FOWLER, factories=("ccz2t",)), 0.01)
    assert min(volumes, key=volumes.get) == (best.factory, best.n_factories, best.code_distance)
    assert min(volumes.values()) == pytest.approx(best.volume_qubit_s)


def test_rotations_take_the_part_of_the_budget_that_costs_least():
    plain = physical_estimate(counts(10**6), GIDNEY_FOWLER, 0.03)
    rotated = physical_estimate(counts(10**6, rotation=100), GIDNEY_FOWLER, 0.03)
    assert (plain.p_synthesis, plain.t_per_rotation) == (0, 0)
    # arXiv:2211.07629, Eq. D4 at p_synthesis / 100 for each of them
    assert rotated.t_per_rotation == math.ceil(round(0.53 * math.log2(100 / rotated.p_synthesis) + 5.3, 6))
    assert rotated.limits_s["reaction"] == pytest.approx(
        plain.limits_s["reaction"] + 100 * rotated.t_per_rotation * 10e-6
    )
    circuit = counts(10**6, rotation=100)
    a_third = Demand.of(circuit, one_phase(circuit), GIDNEY_FOWLER, 0.03, p_synthesis=0.01)
    assert a_third.t_per_rotation == 13
    fixed = best_design([a_third], GIDNEY_FOWLER)
    assert rotated.volume_qubit_s <= fixed.volume_qubit_s


def test_clifford_traffic_takes_a_tile_for_a_step():
    # 1,500 tiles for 1,000 logical qubits, each taken for d cycles by each Clifford gate
    busy = physical_estimate(attrs.evolve(counts(10**6), clifford=10**12), GIDNEY_FOWLER, 0.01)
    assert busy.limited_by == "clifford"
    assert busy.duration_s == pytest.approx(10**12 / 1500 * busy.code_distance * 1e-6)
    assert physical_estimate(counts(10**6), GIDNEY_FOWLER, 0.01).limits_s["clifford"] == 0


def test_unloads_wait_for_the_control_computer():
    rate = GIDNEY_FOWLER.control_bits_per_s
    plain = physical_estimate(counts(10**6), GIDNEY_FOWLER, 0.01)
    waits = physical_estimate(attrs.evolve(counts(10**6), control_bits=round(100 * rate)), GIDNEY_FOWLER, 0.01)
    assert waits.control_s == pytest.approx(100)
    assert waits.limits_s["reaction"] == pytest.approx(plain.limits_s["reaction"] + 100)


def test_the_best_family_is_taken():
    # 28 (35 p^3)^2 = 3.4e-14 per CCZ allows 2.9e11 of them within 1e-2, and no more.
    ccz2t = attrs.evolve(GIDNEY_FOWLER, factories=("ccz2t",))
    assert physical_estimate(counts(2 * 10**11), ccz2t, 0.01).factory.startswith("CCZ2T")
    assert physical_estimate(counts(10**12, 5000), GIDNEY_FOWLER, 0.01).factory.startswith("15-to-1")
    with pytest.raises(InputError):
        physical_estimate(counts(10**12, 5000), ccz2t, 0.01)
    for n in (10**8, 2 * 10**11):
        both, one = (physical_estimate(counts(n), machine, 0.01) for machine in (GIDNEY_FOWLER, ccz2t))
        assert both.volume_qubit_s <= one.volume_qubit_s


def test_a_smaller_budget_never_costs_less():
    # 495,532,997 Toffolis at a measurement depth of 325,268,962 on 8,230 logical qubits
    circuit = LogicalCounts(495532997, 0, 0, 0, 0, logical_qubits=8230, toffoli_depth=325268962)
    volumes = [physical_estimate(circuit, GIDNEY_FOWLER, b).volume_qubit_s for b in (1e-2, 2.26e-5, 1.43e-5, 1e-7)]
    assert volumes == sorted(volumes)


def test_out_of_reach_names_what_would_be_needed():
    with pytest.raises(InputError, match=r"below 1e-20 per gate.* has an error of 1\.8e-19 per gate"):
        physical_estimate(counts(10**18), GIDNEY_FOWLER, 0.01)


def test_expected_duration_repeats_failed_runs():
    estimate = physical_estimate(counts(10**6), GIDNEY_FOWLER, 0.5)
    assert estimate.expected_duration_s == estimate.duration_s / (1 - estimate.p_failure)


def test_fewer_factories_trade_time_for_qubits():
    few, many = (
        physical_estimate(counts(10**8, toffoli_depth=10**6), GIDNEY_FOWLER, 0.01, n_factories=n) for n in (1, 8)
    )
    assert few.duration_s > many.duration_s
    assert few.factory_qubits < many.factory_qubits


@pytest.mark.parametrize("error_budget", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_budget_outside_its_range(error_budget):
    with pytest.raises(InputError, match="error_budget"):
        physical_estimate(counts(10**6), GIDNEY_FOWLER, error_budget)


@pytest.mark.parametrize(
    "change",
    [
        {"toffoli": -1},
        {"t": -1},
        {"logical_qubits": 0},
        {"toffoli": 0, "toffoli_depth": 0},
        {"toffoli_depth": 0},
        {"toffoli_depth": 10**6 + 1},
    ],
)
def test_counts_that_no_circuit_has(change):
    with pytest.raises(InputError):
        physical_estimate(attrs.evolve(counts(10**6), **change), GIDNEY_FOWLER, 0.01)


def test_no_factory_is_refused():
    with pytest.raises(InputError, match="n_factories = 0"):
        physical_estimate(counts(10**6), GIDNEY_FOWLER, 0.01, n_factories=0)


@pytest.mark.parametrize("waiting_s", [1.0, 100.0, 10_000.0])
def test_a_machine_that_waits_has_fewer_factories(waiting_s):
    """Idle qubits cost volume while the machine waits: no number of copies on a grid does better."""
    circuit = counts(10**7, toffoli_depth=10**5)
    best = physical_estimate(circuit, GIDNEY_FOWLER, 0.01, waiting_s=waiting_s)
    grid = [
        physical_estimate(circuit, GIDNEY_FOWLER, 0.01, n_factories=n, waiting_s=waiting_s).volume_qubit_s
        for n in (*range(1, 20), *range(20, 260, 12))
    ]
    assert best.volume_qubit_s <= min(grid) * (1 + 1e-9)


def test_qubits_fail_while_the_machine_waits_as_while_it_works():
    """Per tile and code cycle (arXiv:1808.06709, as Qualtran has it): waiting takes 99 % of this run."""
    waiting_s = 100.0
    run = physical_estimate(counts(10**5), GIDNEY_FOWLER, 0.01, waiting_s=waiting_s)
    cycles = waiting_s * 1e6 / GIDNEY_FOWLER.cycle_time_us
    assert 1000 * cycles * GIDNEY_FOWLER.p_logical(run.code_distance) <= run.p_data <= 0.01


def test_storage_that_no_distance_saves_is_named():
    hot = attrs.evolve(GIDNEY_FOWLER, error_rate_threshold=0.001001)
    with pytest.raises(InputError, match="at the largest code distance"):
        physical_estimate(counts(10**9), attrs.evolve(hot, factories=("litinski-2019",)), 0.01)


@pytest.mark.parametrize("machine", ["gidney-2025", "beverland-gate-ns-e3"])
def test_a_machine_may_wait_for_centuries(machine):
    """A cycle beside 10^16 cycles of waiting is less than a float holds; found by `make fuzz`."""
    circuit = LogicalCounts(10**9, 10**6, 10, 1, 10**9, logical_qubits=1000, toffoli_depth=10**8)
    estimate = physical_estimate(circuit, HARDWARE[machine], 0.01, waiting_s=9007199255.0)
    assert estimate.duration_s >= 9007199255.0
    assert estimate.p_failure <= 0.01
