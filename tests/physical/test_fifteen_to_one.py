"""The distillation of Beverland et al., against the authors' estimator and the binomial distribution."""

import warnings

import attrs
import numpy as np
import pytest
from scipy.stats import binom

from groverattn.physical.factories.fifteen_to_one import fifteen_to_one, units_needed
from groverattn.physical.machines.hardware import hardware

BEVERLAND = {
    "beverland-gate-ns-e3": ("qubit_gate_ns_e3", "surface_code"),
    "beverland-gate-ns-e4": ("qubit_gate_ns_e4", "surface_code"),
    "beverland-gate-us-e4": ("qubit_gate_us_e4", "surface_code"),
    "beverland-majorana-e6": ("qubit_maj_ns_e6", "floquet_code"),
}


def authors_factory(name, t_count, qubits):
    """The factory that qdk.estimator picks: least qubits times time per T state for the error that is needed."""
    from qdk.estimator import LogicalCounts

    qubit, code = BEVERLAND[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        result = LogicalCounts({"numQubits": qubits, "tCount": t_count}).estimate(
            {"qubitParams": {"name": qubit}, "qecScheme": {"name": code}, "errorBudget": 0.01}
        )
    needed = result["physicalCounts"]["breakdown"]["requiredLogicalTstateErrorRate"]
    return result["tfactory"], needed, result["logicalQubit"]["codeDistance"]


@pytest.mark.parametrize("name", BEVERLAND)
@pytest.mark.parametrize("t_count", [10**5, 10**8, 10**11, 10**14])
def test_factory_that_the_authors_estimator_picks(name, t_count):
    theirs, needed, distance = authors_factory(name, t_count, qubits=1000)
    machine = hardware(name)
    # It lets no factory have a larger code distance than the data.
    within = [f for f in fifteen_to_one(machine) if f.p_error_per_t <= needed and _distance(f) <= distance]
    ours = min(within, key=lambda factory: factory.qubits * factory.cycles_per_t)
    their_volume = theirs["physicalQubits"] * theirs["runtime"] / theirs["numTstates"]
    assert ours.qubits * ours.cycles_per_t * machine.cycle_time_us * 1e3 == pytest.approx(their_volume)
    assert ours.p_error_per_t == pytest.approx(theirs["logicalErrorRate"])
    numbers = " then ".join(
        f"{units} x 15-to-1 ({unit.removeprefix('15-to-1 ')}, {'bare qubits' if d == 1 else f'd = {d}'})"
        for units, unit, d in zip(
            theirs["numUnitsPerRound"], theirs["unitNamePerRound"], theirs["codeDistancePerRound"], strict=True
        )
    )
    assert ours.name == numbers


def _distance(factory):
    last = factory.name.removesuffix(")").split("= ")[-1]
    return int(last) if last.isdigit() else 1


@pytest.mark.parametrize("p_short", [0.01, 0.005, 0.01 / 3])
def test_units_needed_are_the_fewest(p_short):
    states, p_failure = (grid.ravel() for grid in np.meshgrid([1.0, 15, 30, 255], [1e-15, 1e-6, 1e-3, 0.15, 0.5, 0.9]))
    units = units_needed(states, p_failure, p_short)
    assert (binom.sf(states - 1, units, 1 - p_failure) >= 1 - p_short).all()
    assert ((units == states) | (binom.sf(states - 1, units - 1, 1 - p_failure) < 1 - p_short)).all()


def test_every_round_pays():
    # At an error above 1/sqrt(35) distillation makes it worse, and no round is left.
    machine = hardware("beverland-gate-ns-e3")
    assert not fifteen_to_one(attrs.evolve(machine, t_error_rate=0.2))
    for factory in fifteen_to_one(machine):
        assert factory.p_error_per_t < machine.t_error_rate
        assert factory.p_error_per_toffoli == 4 * factory.p_error_per_t
        assert factory.cycles_per_toffoli == 4 * factory.cycles_per_t


def test_three_rounds_are_there_where_two_do_not_reach():
    # 35 (35 p^3)^3 for the first two rounds of T states with p = 1e-2, and 7.1 times a Clifford error that vanishes.
    machine = attrs.evolve(hardware("beverland-majorana-e6"), t_error_rate=0.05)
    rounds = {factory.name.count("then") + 1 for factory in fifteen_to_one(machine)}
    assert rounds == {1, 2, 3}
