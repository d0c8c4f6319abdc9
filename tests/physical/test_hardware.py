import subprocess
import sys
import warnings

import attrs
import pytest
from qualtran.surface_code import PhysicalParameters, QECScheme

from groverattn.errors import InputError
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.physical.machines.layout import LAYOUT_FIELDS

NAMES = {
    "beverland-gate-ns-e3",
    "beverland-gate-ns-e4",
    "beverland-gate-us-e4",
    "beverland-majorana-e6",
    "gidney-2025",
    "gidney-fowler-2018",
    "litinski-2019",
}


def test_names():
    assert set(HARDWARE) == NAMES
    assert len(HARDWARE) == len(NAMES)
    assert all(HARDWARE[name].name == name for name in HARDWARE)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_number_has_a_source(name):
    machine = hardware(name)
    numbers = {field.name for field in attrs.fields(Hardware)} - {"name", "sources", "layout"} | set(LAYOUT_FIELDS)
    assert set(machine.sources) == numbers
    for source in machine.sources.values():
        assert "arXiv:" in source or "our assumption" in source


def test_one_control_computer_for_all():
    # One H100: 3.35 TB/s, in bits.
    assert {machine.control_bits_per_s for machine in HARDWARE.values()} == {3.35e12 * 8}


@pytest.mark.parametrize(
    ("name", "parameters", "scheme"),
    [
        ("gidney-fowler-2018", PhysicalParameters.make_gidney_fowler(), QECScheme.make_gidney_fowler()),
        ("litinski-2019", PhysicalParameters.make_gidney_fowler(), QECScheme.make_gidney_fowler()),
        ("beverland-gate-ns-e3", PhysicalParameters.make_beverland_et_al(), QECScheme.make_beverland_et_al()),
        (
            "beverland-gate-ns-e4",
            PhysicalParameters.make_beverland_et_al(optimistic_err_rate=True),
            QECScheme.make_beverland_et_al(),
        ),
        (
            "beverland-gate-us-e4",
            PhysicalParameters.make_beverland_et_al("ion", optimistic_err_rate=True),
            QECScheme.make_beverland_et_al(),
        ),
    ],
)
def test_records_agree_with_qualtran(name, parameters, scheme):
    machine = hardware(name)
    assert machine.physical_error_rate == parameters.physical_error
    assert machine.cycle_time_us == parameters.cycle_time_us
    for distance in (3, 13, 27):
        rate = scheme.logical_error_rate(distance, machine.physical_error_rate)
        assert machine.p_logical(distance) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "qubit", "code"),
    [
        ("beverland-gate-ns-e3", "qubit_gate_ns_e3", "surface_code"),
        ("beverland-gate-ns-e4", "qubit_gate_ns_e4", "surface_code"),
        ("beverland-gate-us-e4", "qubit_gate_us_e4", "surface_code"),
        ("beverland-majorana-e6", "qubit_maj_ns_e6", "floquet_code"),
    ],
)
def test_records_agree_with_the_authors_estimator(name, qubit, code):
    from qdk.estimator import LogicalCounts

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        result = LogicalCounts({"numQubits": 10, "tCount": 1000}).estimate(
            {"qubitParams": {"name": qubit}, "qecScheme": {"name": code}}
        )
    machine = hardware(name)
    parameters, scheme = result["jobParams"]["qubitParams"], result["jobParams"]["qecScheme"]
    patch, distance = result["logicalQubit"], result["logicalQubit"]["codeDistance"]
    assert machine.t_error_rate == parameters["tGateErrorRate"]
    assert parameters["tGateTime"] == f"{machine.gate_time_us * 1e3:.0f} ns"
    assert machine.error_rate_scaler == scheme["crossingPrefactor"]
    assert machine.error_rate_threshold == scheme["errorCorrectionThreshold"]
    assert machine.physical_error_rate == result["physicalCounts"]["breakdown"]["cliffordErrorRate"]
    assert machine.qubits_per_tile(distance) == patch["physicalQubits"]
    assert machine.cycle_time_us * 1e3 * distance == pytest.approx(patch["logicalCycleTime"])
    assert machine.p_logical(distance) == pytest.approx(patch["logicalErrorRate"], rel=1e-12)


def test_yoked_block_of_gidney_2025():
    # arXiv:2505.15917, Section 3.2: 1280 cold and 131 hot logical qubits, 550,400 and 177,112 physical ones.
    machine = hardware("gidney-2025")
    assert machine.qubits_per_tile(25) == 1352
    assert machine.qubits_of_tiles(machine.data_tiles(131), 25) == 177_112
    assert machine.qubits_of_tiles(machine.data_tiles(131 + 1280), 25) == 177_112 + 550_400
    assert machine.exposed_tiles(131 + 1280) == 1411
    # our fit to the paper's 1e-15 at d = 25, and 3.5 for each unit of distance
    assert machine.p_logical(25) == pytest.approx(1e-15, rel=1e-3)
    assert machine.p_logical(23) / machine.p_logical(25) == pytest.approx(3.5**2)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_tiles_hold_every_logical_qubit(name):
    machine = hardware(name)
    for logical_qubits in (1, 10, 131, 132, 1411, 10**5):
        tiles = machine.data_tiles(logical_qubits)
        assert tiles >= logical_qubits * (0.318 if name == "gidney-2025" else 1)
        assert machine.exposed_tiles(logical_qubits) >= logical_qubits
        assert machine.data_tiles(logical_qubits + 1) >= tiles


def test_error_per_cycle_is_a_share_of_a_time_step():
    per_step, per_cycle = hardware("beverland-gate-ns-e3"), hardware("gidney-fowler-2018")
    assert per_step.p_logical_per_cycle(7) == per_step.p_logical(7) / 7
    assert per_cycle.p_logical_per_cycle(7) == per_cycle.p_logical(7)


def test_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match=r"did you mean gidney-fowler-2018"):
        hardware("gidney-fowler")
    assert "gidney-fowler" not in HARDWARE


@pytest.mark.parametrize(
    "change",
    [
        {"cycle_time_us": 0.0},
        {"cycle_time_us": float("nan")},
        {"cycle_time_us": "1.0"},
        {"cycle_time_us": True},
        {"gate_time_us": float("inf")},
        {"reaction_time_us": -1.0},
        {"control_bits_per_s": 0},
        {"physical_error_rate": 0.01},
        {"physical_error_rate": 0.0},
        {"t_error_rate": 1.0},
        {"error_rate_scaler": 0.0},
        {"error_rate_threshold": 1.0},
        {"routing_overhead": -0.1},
        {"error_interval": "second"},
        {"tile_qubits": "square"},
        {"data_block": ["simple"]},
        {"data_block": "yoked"},
        {"hot_tiles": 1},
        {"cold_qubits": 0.5},
        {"factories": ()},
        {"factories": ("ccz2t", "cultivation")},
        {"factories": "ccz2t"},
    ],
)
def test_impossible_machines_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change)).split("_")[0]):
        attrs.evolve(hardware("gidney-fowler-2018"), **change)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [({"hot_tiles": 0}, "1 to 10"), ({"cold_qubits": -430}, "1 to 10"), ({"cold_distance": 25.0}, "a whole number")],
)
def test_impossible_storage_is_refused(change, allowed):
    with pytest.raises(InputError, match=f"{next(iter(change))} = .*allowed: {allowed}"):
        attrs.evolve(hardware("gidney-2025"), **change)


def test_reading_machines_needs_no_quantum_library():
    code = (
        "import sys; from groverattn.physical.machines.hardware import HARDWARE; machines = list(HARDWARE.values());"
        "assert len(machines) == 7; assert not {'qualtran', 'cirq', 'qdk'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
