"""Machines that are priced by qdk.qre: against qdk.qre asked directly, and by hand."""

import math
import os
import subprocess
import sys

import attrs
import pytest
from qdk import qre
from qdk.qre import instruction_ids as ids
from qdk.qre import models

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.physical.bare_counts import price_bare_counts
from groverattn.physical.machines.hardware import HARDWARE, PRICED_BY_QDK, check_modelled_here, hardware
from groverattn.physical.qdk_designs import model_of
from groverattn.physical.surface_code import physical_estimate

# A row of llama3.1-8b by qroam, and what its search left of an error budget of 0.01.
ROW = LogicalCounts(
    495_532_997, 0, 1_312, 1_294_286_920_363, 515_293_519, logical_qubits=8_230, toffoli_depth=325_268_962
)
BUDGET = 0.009065868866199096


class Row(qre.Application[None]):
    """The same row as a trace of its gates."""

    def get_trace(self, parameters: None) -> qre.Trace:
        trace = qre.Trace(ROW.logical_qubits)
        trace.add_block(ROW.toffoli).add_operation(ids.CCX, [0, 1, 2], [])
        trace.add_block(ROW.rotation).add_operation(ids.RZ, [0], [0.1])
        trace.add_block(ROW.measurement).add_operation(ids.MEAS_Z, [0], [])
        return trace


DIRECT = {
    "qdk-neutral-atom": (models.NeutralAtom(), models.SurfaceCode, models.Litinski19Factory.q()),
    "qdk-neutral-atom-low-move": (models.NeutralAtom(), models.SurfaceCodeLowMove, models.Litinski19Factory.q()),
    "qdk-majorana": (models.Majorana(), models.ThreeAux, None),
}
# Qubits and hours to the digits of an independent pricing of this row, with distances up to 59.
INDEPENDENT = {
    "qdk-neutral-atom": ("2.8e+07", "339"),
    "qdk-neutral-atom-low-move": ("2.8e+07", "3.96e+04"),
    "qdk-majorana": ("8.3e+06", "26.7"),
}


@pytest.mark.parametrize("name", DIRECT)
def test_price_is_that_of_qdk_over_all_distances(name, tmp_path):
    architecture, code, factory = DIRECT[name]
    factory = factory or models.RoundBasedFactory.q(code_query=code.q(), use_cache=False, cache_dir=tmp_path)
    layout = qre.PSSPC.q(num_ts_per_rotation=list(range(10, 21))) * qre.LatticeSurgery.q()
    query = code.q(distance=list(range(3, 60, 2))) * factory
    table = qre.estimate(Row(), architecture, query, layout, max_error=BUDGET)
    theirs = min(table, key=lambda entry: entry.qubits * entry.runtime)
    ours = physical_estimate(ROW, hardware(name), BUDGET)
    assert ours.qubits == theirs.qubits
    assert ours.duration_s == pytest.approx(theirs.runtime * 1e-9, rel=1e-12)
    assert ours.p_failure == pytest.approx(theirs.error, rel=1e-9)
    qubits, hours = INDEPENDENT[name]
    assert f"{ours.qubits:.1e}" == qubits
    assert f"{ours.duration_s / 3600:.3g}" == hours


def test_neutral_atoms_by_hand():
    """Steps of arXiv:2211.07629 at 21 us a cycle; fast block of tiles of 2 d^2 - 1; two rounds of Litinski's."""
    found = physical_estimate(ROW, hardware("qdk-neutral-atom"), BUDGET)
    d, t = found.code_distance, found.t_per_rotation
    steps = 3 * ROW.toffoli + ROW.measurement + (1 + t) * ROW.rotation
    tiles = 2 * ROW.logical_qubits + math.ceil(math.sqrt(8 * ROW.logical_qubits)) + 1
    assert d == 29
    assert found.data_qubits == tiles * (2 * d**2 - 1)
    assert found.duration_s == pytest.approx(steps * d * (1_000 + 4 * 2_500 + 10_000) * 1e-9)
    assert found.p_data == pytest.approx(steps * tiles * 0.03 * 0.1 ** ((d + 1) / 2), rel=1e-6)
    assert found.p_factory == pytest.approx((4 * ROW.toffoli + t * ROW.rotation) * 2.7e-12)
    assert found.factory_qubits == found.n_factories * 30_700
    assert found.limited_by == "consumption"
    assert found.limits_s["factory"] < found.duration_s


def test_yoked_memory_by_hand():
    """All but the workspace stand in a rectangle with two rows and two columns of checks (arXiv:2312.04522)."""
    found = physical_estimate(ROW, hardware("qdk-yoked"), BUDGET)
    workspace, cycle_s = 131, 0.35e-6
    tiles = 2 * workspace + math.ceil(math.sqrt(8 * workspace)) + 1
    rows = math.isqrt(ROW.logical_qubits - workspace)
    columns = math.ceil((ROW.logical_qubits - workspace) / rows)
    d, kept = found.code_distance, 13
    patches = (rows + 2) * (columns + 2)
    assert found.data_qubits == tiles * (2 * d**2 - 1) + patches * (2 * kept**2 - 1)
    # as qdk.qre has it: a round of checks takes 8 d rows + 2 d steps
    round_s = kept * cycle_s * (8 * kept * columns + 2 * kept)
    per_round = (2 * (columns - 1)) ** 4 * patches**2 * 5 / 600 * 0.03 * 0.1**7 / 250**7
    memory = math.ceil(found.duration_s / round_s) * per_round
    steps = found.duration_s / (d * cycle_s)
    assert found.p_data == pytest.approx(memory + steps * tiles * 0.03 * 0.1 ** ((d + 1) / 2), rel=1e-6)


def test_memory_may_have_any_distance_up_to_the_last():
    """Also one between those that compute: 13 is neither the first nor the last that is offered."""
    from groverattn.physical.qdk_designs import least_volume

    found = physical_estimate(ROW, hardware("qdk-yoked"), BUDGET)
    offered = [9, found.code_distance]
    again = least_volume("yoked", ROW, BUDGET, offered, 131)
    assert (again.data_qubits, again.code_distance) == (found.data_qubits, found.code_distance)


@pytest.mark.parametrize("logical_qubits", [1, 131, 132, 133, 8_232])
def test_memory_of_any_size(logical_qubits):
    """8,101 qubits are kept of the last: a prime, which qdk.qre alone would put in a single row."""
    counts = attrs.evolve(ROW, logical_qubits=logical_qubits)
    wider = attrs.evolve(ROW, logical_qubits=logical_qubits + 100)
    machine = hardware("qdk-yoked")
    assert physical_estimate(counts, machine, BUDGET).qubits <= physical_estimate(wider, machine, BUDGET).qubits


@pytest.mark.parametrize("name", PRICED_BY_QDK)
def test_fields_are_those_of_qdk(name):
    machine = hardware(name)
    model = model_of(machine.model)
    physical = model.architecture.context().isa
    distances, at = (23, 25), {}
    for distance in distances:
        # ThreeAux has a second form, of a higher error
        isas = model.code.q(distance=[distance]).enumerate(model.architecture.context())
        at[distance] = min((isa[ids.LATTICE_SURGERY] for isa in isas), key=lambda found: found.expect_error_rate(1))
    below, above = (at[d].expect_error_rate(1) for d in distances)
    threshold = machine.physical_error_rate * below / above
    assert machine.error_rate_threshold == pytest.approx(threshold)
    assert machine.p_logical(25) == pytest.approx(above)
    assert machine.cycle_time_us == pytest.approx(at[25].expect_time(1) / 25 * 1e-3, rel=1e-3)
    assert machine.t_error_rate == physical[ids.T].expect_error_rate()
    assert machine.tile_qubits == model.code.__name__
    assert machine.name == name


def test_shown_beside_the_number():
    result = price_bare_counts(ROW, "qdk-majorana", BUDGET)
    assert "no reaction time" in result.as_json()["leaves_out"]
    assert "no reaction time" in str(result)
    assert not price_bare_counts(ROW, "gidney-2025", BUDGET).as_json()["leaves_out"]


def test_refusals():
    machine = hardware("qdk-neutral-atom")
    copies = physical_estimate(ROW, machine, BUDGET).n_factories
    assert physical_estimate(ROW, machine, BUDGET, n_factories=copies).n_factories == copies
    with pytest.raises(InputError, match="keep up"):
        physical_estimate(ROW, machine, BUDGET, n_factories=copies + 1)
    with pytest.raises(InputError, match="only stored"):
        physical_estimate(ROW, machine, BUDGET, waiting_s=1.0)
    with pytest.raises(InputError, match="64 bits"):
        physical_estimate(attrs.evolve(ROW, toffoli=10**15), machine, BUDGET)
    with pytest.raises(InputError, match="lists every logical qubit"):
        physical_estimate(attrs.evolve(ROW, logical_qubits=10**9), machine, BUDGET)
    with pytest.raises(InputError, match="larger error budget"):
        physical_estimate(ROW, machine, 1e-15)
    with pytest.raises(InputError, match="did you mean qdk-majorana"):
        hardware("qdk-majoranna")
    with pytest.raises(InputError, match="one price"):
        check_modelled_here("qdk-yoked")


def test_qdk_is_imported_for_its_machines_only(tmp_path):
    code = """
import sys
from groverattn.costs.logical import LogicalCounts
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.surface_code import physical_estimate
counts = LogicalCounts(10**6, 0, 0, 0, 0, logical_qubits=10, toffoli_depth=10**6)
physical_estimate(counts, hardware("gidney-fowler-2018"), 0.01)
hardware("qdk-majorana")
assert "qdk" not in sys.modules
physical_estimate(counts, hardware("qdk-majorana"), 0.01)
import qdk.telemetry
assert not qdk.telemetry.TELEMETRY_ENABLED
"""
    kept = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    subprocess.run([sys.executable, "-c", code], check=True, env=kept | {"HOME": str(tmp_path)})
    assert not (tmp_path / ".cache" / "re3").exists()


def test_names_do_not_collide():
    assert not set(HARDWARE) & set(PRICED_BY_QDK)
