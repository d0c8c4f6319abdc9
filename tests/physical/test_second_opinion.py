"""An estimator that others wrote, on the same counts."""

import os
import subprocess
import sys
import warnings

import attrs
import cirq
import pytest
from qualtran import QUInt
from qualtran._infra.gate_with_registers import get_named_qubits
from qualtran.bloqs.arithmetic import Add

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.physical.second_opinion import has_counterpart, second_opinion
from groverattn.physical.surface_code import physical_estimate

# arXiv:2211.07629, factoring a 2048-bit number: counts before layout; error budget 1/3.
RSA_2048 = LogicalCounts(3_731_607_428, 12, 12, 0, 1_078_154_040, logical_qubits=12_581, toffoli_depth=3_731_607_428)

PRESETS = {
    "beverland-gate-ns-e3": ("qubit_gate_ns_e3", "surface_code"),
    "beverland-gate-ns-e4": ("qubit_gate_ns_e4", "surface_code"),
    "beverland-gate-us-e4": ("qubit_gate_us_e4", "surface_code"),
    "beverland-majorana-e6": ("qubit_maj_ns_e6", "floquet_code"),
}


def ours_without_reaction(name):
    """Our estimate as in models without a reaction time, which limits the Majorana machine otherwise."""
    return physical_estimate(RSA_2048, attrs.evolve(hardware(name), reaction_time_us=1e-6), 1 / 3)


@pytest.mark.parametrize("name", PRESETS)
def test_rsa_2048_by_the_authors_estimator(name):
    """qdk.estimator is deprecated, and the authors' own; factory, copies, qubits and runtime are the same."""
    from qdk.estimator import LogicalCounts as QdkCounts

    qubit, code = PRESETS[name]
    counts = QdkCounts(
        {
            "numQubits": RSA_2048.logical_qubits,
            "tCount": RSA_2048.t,
            "rotationCount": RSA_2048.rotation,
            "rotationDepth": RSA_2048.rotation,
            "cczCount": RSA_2048.toffoli,
            "measurementCount": RSA_2048.measurement,
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs = counts.estimate({"qubitParams": {"name": qubit}, "qecScheme": {"name": code}, "errorBudget": 1 / 3})
    physical, ours = theirs["physicalCounts"], ours_without_reaction(name)
    assert ours.qubits == physical["physicalQubits"]
    assert ours.factory_qubits == physical["breakdown"]["physicalQubitsForTfactories"]
    assert ours.n_factories == physical["breakdown"]["numTfactories"]
    assert ours.code_distance == theirs["logicalQubit"]["codeDistance"]
    assert ours.duration_s == pytest.approx(physical["runtime"] * 1e-9, rel=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_rsa_2048_by_qdk_qre(name):
    """37,651,098 to 37,620,517 qubits at 1e-3: a tile has one qubit less there, and a rotation one T gate."""
    ours, theirs = ours_without_reaction(name), second_opinion(RSA_2048, hardware(name), 1 / 3)
    ratios = theirs.ratios(ours)
    assert ratios["duration_s"] == pytest.approx(1, rel=1e-8)
    if name == "beverland-majorana-e6":  # with our formula of the tile
        assert (theirs.qubits, theirs.factory_qubits) == (ours.qubits, ours.factory_qubits)
        return
    d = ours.code_distance
    assert theirs.qubits - theirs.factory_qubits == ours.data_qubits // (2 * d**2) * (2 * d**2 - 1)
    assert 1 < ratios["qubits"] < 1.004
    assert 1 < ratios["factory_qubits"] < 1.06
    assert theirs.p_failure <= 1 / 3


def test_a_reaction_time_makes_ours_slower():
    ours = physical_estimate(RSA_2048, hardware("beverland-majorana-e6"), 1 / 3)
    theirs = second_opinion(RSA_2048, hardware("beverland-majorana-e6"), 1 / 3)
    ratios = theirs.ratios(ours)
    assert ours.limited_by == "reaction"
    assert ratios["duration_s"] == pytest.approx(3_731_607_428 * 10e-6 / 25_773.25, rel=1e-4)
    assert ratios["factory_qubits"] < 1


def test_a_users_machine_has_a_second_opinion(tmp_path):
    (tmp_path / "mine.toml").write_text('base = "beverland-gate-ns-e4"\nphysical_error_rate = 2e-4\n')
    counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=10**9)
    machine = hardware(str(tmp_path / "mine.toml"))
    ratios = second_opinion(counts, machine, 0.01).ratios(physical_estimate(counts, machine, 0.01))
    assert ratios["qubits"] == pytest.approx(1, abs=0.1)
    assert ratios["duration_s"] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", [name for name in HARDWARE if name not in PRESETS])
def test_machines_without_a_counterpart(name):
    assert not has_counterpart(hardware(name))
    with pytest.raises(InputError, match="beverland-gate-ns-e3, beverland-gate-ns-e4"):
        second_opinion(RSA_2048, hardware(name), 1 / 3)


def test_runs_that_qdk_cannot_count():
    machine = hardware("beverland-gate-us-e4")
    with pytest.raises(InputError, match="64 bits"):
        second_opinion(attrs.evolve(RSA_2048, toffoli=10**13), machine, 1 / 3)
    with pytest.raises(InputError, match="a nanosecond"):
        second_opinion(RSA_2048, attrs.evolve(machine, cycle_time_us=1e-4), 1 / 3)
    with pytest.raises(InputError, match="error_budget = 0"):
        second_opinion(RSA_2048, machine, 0.0)


def test_no_design_within_the_budget(capfd):
    noisy = attrs.evolve(hardware("beverland-gate-ns-e3"), physical_error_rate=1.7e-3)
    counts = LogicalCounts(10**12, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=10**12)
    with pytest.raises(InputError, match=r"qdk\.qre has no other"):
        second_opinion(counts, noisy, 1e-9)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("change", [{"physical_error_rate": 2e-3}, {"t_error_rate": 0.06}])
def test_qubits_on_which_qdk_does_not_end(change):
    with pytest.raises(InputError, match="does not end"):
        second_opinion(RSA_2048, attrs.evolve(hardware("beverland-gate-ns-e3"), **change), 1 / 3)


def test_qdk_is_imported_when_asked_and_sends_nothing(tmp_path):
    code = """
import sys
from groverattn.costs.logical import LogicalCounts
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.second_opinion import second_opinion
assert not {"qdk", "qualtran"} & set(sys.modules)
counts = LogicalCounts(10**6, 0, 0, 0, 0, logical_qubits=10, toffoli_depth=10**6)
second_opinion(counts, hardware("beverland-gate-ns-e4"), 0.01)
import qdk.telemetry
assert not qdk.telemetry.TELEMETRY_ENABLED
"""
    kept = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    subprocess.run([sys.executable, "-c", code], check=True, env=kept | {"HOME": str(tmp_path)})
    assert not (tmp_path / ".cache" / "re3").exists()  # where qdk.qre keeps factories, unless told otherwise


def test_trace_of_a_four_bit_adder():
    """qdk.qre counts 11 qubits and 12 T gates in Qualtran's adder: 3 And of 4 T each, and their 3 ancillas."""
    from qdk.qre import instruction_ids
    from qdk.qre.interop import trace_from_cirq

    adder = Add(QUInt(4))
    circuit = cirq.Circuit(adder.on_registers(**get_named_qubits(adder.signature)))
    trace = trace_from_cirq(circuit)
    assert trace.total_qubits == 11
    assert trace.gate_counts[instruction_ids.T] + trace.gate_counts[instruction_ids.T_DAG] == 12


@pytest.mark.parametrize("error_budget", [1e-6, 1e-3, 1 / 3])
def test_distillation_is_tried_up_to_the_distance_that_is_enough(error_budget):
    """Where the Clifford errors of a unit, 7.1 of them, are a hundredth of what the budget leaves to a T gate."""
    from groverattn.physical.qdk_model import _distances_of_distillation

    machine, counts = hardware("beverland-gate-ns-e4"), attrs.evolve(RSA_2048, t=0, rotation=0)
    distances = _distances_of_distillation(counts, machine, error_budget)
    enough = error_budget / (4 * RSA_2048.toffoli) / 100
    assert distances == list(range(distances[0], distances[-1] + 1, 2))
    assert 7.1 * machine.p_logical(distances[-1]) < enough <= 7.1 * machine.p_logical(distances[-2])
