"""The circuits in an engine that this project did not write: qdk's sparse simulator and its resource tracer."""

from collections import Counter

import attrs
import numpy as np
import pytest
from qdk import Context, ProgramType
from qdk import openqasm as qdk_openqasm
from qdk.qre import instruction_ids
from qdk.qre.interop import trace_from_cirq, trace_from_entry_expr
from qualtran import BloqBuilder

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.qroam_dirty import DirtyQROAMLookup
from groverattn.bloqs.lookup.qrom import QROMLookup, _measured_unload
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.export.openqasm import openqasm
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.fixed_point import fixed_point_phases, fixed_point_success
from groverattn.simulation.index_engines import grover_amplitudes
from groverattn.verification.state_vector import decomposed_circuit

CIRCUITS = sorted(set(DATA_ACCESSES) - {"qram"})
GATE_NAMES = ("CCX", "T", "T_DAG", "RZ", "MEAS_Z", "CX", "CZ", "H", "PAULI_X", "PAULI_Z")
every_access = pytest.mark.parametrize("access", CIRCUITS)


def small_oracle(n_keys, access, n_marked=2, seed=0):
    """An oracle on random 3-bit keys of two components, and the n_marked keys it has to mark."""
    rng = np.random.default_rng(seed)
    while True:
        keys, query = rng.integers(-4, 4, (n_keys, 2)), rng.integers(-4, 4, 2)
        threshold = int(np.sort(keys @ query)[-n_marked])
        marked = keys @ query >= threshold
        if marked.sum() == n_marked:
            lookup = key_lookup(access, KeyTable.from_keys(keys, 3))
            return PhaseOracle(lookup, Score(query.tolist(), threshold, 3)), marked


def head_oracle(lookup):
    """The oracle of the last row of the packaged head, n = 128, d = 32, 8 bits."""
    instance = Instance.from_target(bundled_head(), 3, 8, 8)
    row = int(instance.searchable_rows[-1])
    assert (instance.visible_keys(row), instance.d_head) == (128, 32)
    table = KeyTable.from_keys(instance.keys.values[: instance.visible_keys(row)], 8)
    score = Score(instance.query(row), int(instance.thresholds[row]), 8)
    return PhaseOracle(lookup(table), score), instance.marked(row)


def in_sequence(*bloqs):
    bb = BloqBuilder()
    selection = bb.add_register_from_dtype("selection", bloqs[0].signature.get_left("selection").dtype)
    for bloq in bloqs:
        selection = bb.add(bloq, selection=selection)
    return bb.finalize(selection=selection)


def amplitudes_in_qdk(circuit: FlatCircuit, seed=0):
    """Run the circuit with measurement outcomes drawn by qdk; amplitudes of the index, all other qubits being zero."""
    context = Context()
    context.set_quantum_seed(seed)
    context.import_openqasm(openqasm(circuit), program_type=ProgramType.Fragments)
    state = context.dump_machine()
    assert state.qubit_count == circuit.n_wires
    # qubit 0 is the most significant bit of a basis state's number
    weights = [1 << circuit.n_wires - 1 - wire for wire in circuit.inputs["selection", ()]]
    shifts = range(len(weights))[::-1]
    numbers = [sum(w for w, s in zip(weights, shifts, strict=True) if j >> s & 1) for j in range(1 << len(weights))]
    found = dict.fromkeys(numbers, 0j) | {number: state[number] for number in state}
    assert len(found) == len(numbers), "a qubit beside the index is not zero"
    return np.array(list(found.values()))


@every_access
@pytest.mark.parametrize("n_keys", [16, 11])
@pytest.mark.parametrize("n_iterates", [1, 2])
def test_amplitudes_of_the_search_with_their_signs(access, n_keys, n_iterates):
    """Rotations prepare the uniform superposition of 11 keys with a global phase; that of 16 has none."""
    oracle, marked = small_oracle(n_keys, access)
    found = amplitudes_in_qdk(flatten(GroverSearch(GroverIterate(oracle), n_iterates)), seed=n_iterates)
    expected = np.zeros_like(found)
    expected[:n_keys] = grover_amplitudes(marked, n_iterates)
    phase = np.vdot(expected, found) if n_keys == 11 else 1
    np.testing.assert_allclose(found, expected * phase, atol=1e-9)
    assert abs(phase) == pytest.approx(1)


@every_access
@pytest.mark.parametrize("n_keys", [16, 11])
@pytest.mark.parametrize("n_iterates", [1, 3])
def test_amplitudes_of_a_fixed_point_search(access, n_keys, n_iterates):
    """Up to a global phase: both kinds of rotations leave one."""
    oracle, marked = small_oracle(n_keys, access)
    bloq = FixedPointSearch(oracle, *fixed_point_phases(n_iterates, 0.1))
    found = amplitudes_in_qdk(flatten(bloq), seed=n_iterates)
    expected = bloq.reference_columns()[:, 0]
    phase = np.vdot(expected, found)
    np.testing.assert_allclose(found, expected * phase, atol=1e-9)
    p_success = fixed_point_success(n_keys, marked.sum(), n_iterates, 0.1)
    assert np.sum(np.abs(found[:n_keys][marked]) ** 2) == pytest.approx(p_success)


@every_access
@pytest.mark.parametrize("seed", range(2))
def test_oracle_signs_the_marked_keys_and_undoes_itself(access, seed):
    """Two calls draw different outcomes: what is left of either shows as a sign."""
    oracle, marked = small_oracle(16, access, n_marked=5, seed=seed)
    uniform = GroverSearch(GroverIterate(oracle), 0)
    once, twice = (amplitudes_in_qdk(flatten(in_sequence(uniform, *[oracle] * times)), seed) * 4 for times in (1, 2))
    np.testing.assert_allclose(once, np.where(marked, -1, 1), atol=1e-9)
    np.testing.assert_allclose(twice, 1, atol=1e-9)


@pytest.mark.parametrize("block", [1, 2, 4])
def test_borrowed_qubits_may_hold_anything(block):
    """Two of them in superposition, half of the others one; all come back, or the state shows it."""
    oracle, marked = small_oracle(16, "qroam-dirty", seed=block)
    oracle = attrs.evolve(oracle, lookup=DirtyQROAMLookup(oracle.lookup.table, block=block))
    circuit = flatten(GroverSearch(GroverIterate(oracle), 2))
    assert [len(gate.wires) for gate in circuit.gates if gate.op is Op.BORROW] == [7 * block] * 2

    def contents(gate):
        return [Gate(Op.HADAMARD if i < 2 else Op.X, (wire,)) for i, wire in enumerate(gate.wires) if i < 2 or i % 2]

    gates = [new for gate in circuit.gates for new in (contents(gate) if gate.op in (Op.BORROW, Op.RETURN) else [gate])]
    found = amplitudes_in_qdk(attrs.evolve(circuit, gates=gates), block)
    np.testing.assert_allclose(found, grover_amplitudes(marked, 2), atol=1e-9)


@every_access
def test_a_measured_index_is_marked(access):
    """A quarter of the keys is marked, so one iterate finds one with certainty, here in 30 shots of a whole program."""
    oracle, marked = small_oracle(8, access)
    circuit = flatten(GroverSearch(GroverIterate(oracle), 1))
    wires = circuit.inputs["selection", ()]
    measure = "".join(f"index[{i}] = measure q[{wire}];\n" for i, wire in enumerate(wires))
    program = openqasm(circuit) + f"output bit[{len(wires)}] index;\n{measure}"
    shots = qdk_openqasm.run(program, shots=30, as_bitstring=True, seed=1)
    assert {int(shot, 2) for shot in shots} == set(np.flatnonzero(marked).tolist())


@pytest.mark.parametrize("op", [Op.AND, Op.UN_AND, Op.CNOT, Op.CZ, Op.CONDITIONAL_CZ])
def test_a_missing_gate_is_found(op):
    oracle, marked = small_oracle(16, "qrom")
    circuit = flatten(in_sequence(GroverSearch(GroverIterate(oracle), 0), oracle))
    at = [i for i, gate in enumerate(circuit.gates) if gate.op is op][-1]
    broken = attrs.evolve(circuit, gates=circuit.gates[:at] + circuit.gates[at + 1 :])

    def is_right(seed):
        try:
            return np.allclose(amplitudes_in_qdk(broken, seed) * 4, np.where(marked, -1, 1))
        except AssertionError:
            return False

    assert not all(is_right(seed) for seed in range(12))


head_accesses = pytest.mark.parametrize(
    ("lookup", "n_qubits"),
    [
        pytest.param(QROMLookup, 724, id="qrom"),
        pytest.param(DATA_ACCESSES["qroam-dirty"], 724, id="qroam-dirty"),
        pytest.param(lambda table: QROAMLookup(table, block=4), 1039, id="qroam"),
    ],
)


@head_accesses
def test_row_of_the_packaged_head(lookup, n_qubits):
    oracle, marked = head_oracle(lookup)
    uniform, search = (GroverSearch(GroverIterate(oracle), n_iterates) for n_iterates in (0, 1))
    circuit = flatten(search)
    assert circuit.n_wires == n_qubits
    np.testing.assert_allclose(amplitudes_in_qdk(circuit), grover_amplitudes(marked, 1), atol=1e-9)
    twice = amplitudes_in_qdk(flatten(in_sequence(uniform, oracle, oracle)))
    np.testing.assert_allclose(twice * np.sqrt(128), 1, atol=1e-9)


def traced(circuit):
    """qdk's gates by name, and its number of qubits."""
    context = Context()
    context.import_openqasm(openqasm(circuit), name="program", program_type=ProgramType.File)
    trace = trace_from_entry_expr(context.code.qasm_import.program, use_trace_backend=True)
    return trace_counts(trace), trace.total_qubits


def trace_counts(trace):
    return Counter({name: trace.gate_counts.get(getattr(instruction_ids, name), 0) for name in GATE_NAMES})


def check_counts(search):
    """qdk runs the program: Toffolis, T, rotations and measurements are those that are counted.

    Cliffords agree kind by kind, but not in sum: qdk writes a measured uncomputation and an X measurement with
    Hadamards, a CSWAP with two CNOT, negative controls with X, and sees only the conditional CZ whose condition held.
    Qubits are those that the program declares.
    """
    counted, circuit = count(search), flatten(search)
    found, n_qubits = traced(circuit)
    flat = circuit.gate_counts
    assert found["CCX"] == counted.toffoli
    assert found["T"] == found["T_DAG"] == counted.t == 0
    assert found["RZ"] == counted.rotation
    assert found["MEAS_Z"] == counted.measurement
    assert n_qubits == counted.logical_qubits
    zeros = sum(gate.parameter.count(0) for gate in circuit.gates if gate.op in (Op.AND, Op.UN_AND))
    assert found["CX"] == flat[Op.CNOT] + 2 * flat[Op.CSWAP]
    assert found["H"] == flat[Op.HADAMARD] + flat[Op.UN_AND] + flat[Op.MEASURE_X]
    assert found["PAULI_X"] == flat[Op.X] + 2 * zeros
    assert found["PAULI_Z"] == flat[Op.Z]
    written = openqasm(circuit).count("cz ")
    assert flat[Op.CZ] <= found["CZ"] <= written
    assert written >= flat[Op.CZ] + flat[Op.UN_AND]


@every_access
@pytest.mark.parametrize("n_keys", [8, 11])
def test_counts_of_a_search(access, n_keys):
    oracle = small_oracle(n_keys, access)[0]
    check_counts(GroverSearch(GroverIterate(oracle), 2))
    check_counts(FixedPointSearch(oracle, *fixed_point_phases(2, 0.1)))


@head_accesses
def test_counts_on_the_packaged_head(lookup, n_qubits):
    search = GroverSearch(GroverIterate(head_oracle(lookup)[0]), 1)
    assert count(search).logical_qubits == n_qubits
    check_counts(search)


@every_access
def test_counts_of_the_cirq_decomposition(access):
    """Cirq writes an And with 4 T and a CSWAP with 7, and places ancillas by itself: T and qubits are compared."""
    search = GroverSearch(GroverIterate(small_oracle(8, access)[0]), 1)
    circuit, _ = decomposed_circuit(search)
    trace = trace_from_cirq(circuit, classical_control_probability=1.0)
    flat, found = flatten(search).gate_counts, trace_counts(trace)
    assert found["T"] + found["T_DAG"] == 4 * flat[Op.AND] + 7 * flat[Op.CSWAP]
    assert found["MEAS_Z"] == count(search).measurement
    assert trace.total_qubits == count(search).logical_qubits


def test_an_external_memory_is_refused():
    with pytest.raises(InputError, match="EXTERNAL_LOAD"):
        openqasm(flatten(small_oracle(8, "qram")[0]))


def test_classical_bits_from_outside_are_refused():
    with pytest.raises(InputError, match="'outcome'"):
        openqasm(flatten(_measured_unload.make().fixup))
