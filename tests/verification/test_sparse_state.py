"""Whole searches on the terms that are alive, against Cirq, qdk and closed forms."""

import math

import attrs
import numpy as np
import pytest
from qdk import Context, ProgramType

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.lookup.key_lookup import MeasuredUnload, _measure_word
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.errors import InputError
from groverattn.export.openqasm import openqasm
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.fixed_point import fixed_point_phases
from groverattn.simulation.index_engines import grover_amplitudes
from groverattn.verification.row import SearchedRow
from groverattn.verification.sparse_state import SparseState, run_sparse, search_circuits
from groverattn.verification.state_vector import final_amplitudes

every_access = pytest.mark.parametrize("access", sorted(DATA_ACCESSES))


def rng(seed=0):
    return np.random.default_rng(seed)


def random_oracle(n_keys, access, d_head=2, key_bits=2, n_marked=2):
    """An oracle on random keys, and the at least n_marked keys that it has to mark."""
    draw = rng(n_keys)
    high = 1 << (key_bits - 1)
    keys, query = draw.integers(-high, high, (n_keys, d_head)), draw.integers(-high, high, d_head)
    threshold = int(np.sort(keys @ query)[-n_marked])
    lookup = key_lookup(access, KeyTable.from_keys(keys, key_bits))
    return PhaseOracle(lookup, Score(query.tolist(), threshold, key_bits)), keys @ query >= threshold


def random_search(n_keys, access, n_iterates, **sizes):
    oracle, marked = random_oracle(n_keys, access, **sizes)
    return GroverSearch(GroverIterate(oracle), n_iterates), marked


def head_search(n_keys, access, n_iterates):
    """A search among the first keys of the packaged head for those of its last query, d = 32, 8 bits."""
    instance = Instance.from_target(bundled_head(), 3, 8, 8)
    row = int(instance.searchable_rows[-1])
    keys = instance.keys.values[:n_keys]
    score = Score(instance.query(row), int(instance.thresholds[row]), 8)
    oracle = PhaseOracle(key_lookup(access, KeyTable.from_keys(keys, 8)), score)
    return GroverSearch(GroverIterate(oracle), n_iterates), instance.marked(row)[:n_keys]


def preparation_phase(search):
    """The global phase of the uniform preparation: rotations leave one, Hadamards none."""
    amplitudes = run_sparse(flatten(search.prepare), rng()).amplitudes()
    return amplitudes[0] / abs(amplitudes[0])


@every_access
@pytest.mark.parametrize("n_keys", [6, 8])
@pytest.mark.parametrize("n_iterates", [0, 2])
def test_every_amplitude_is_cirqs_global_phase_included(access, n_keys, n_iterates):
    search, _ = random_search(n_keys, access, n_iterates)
    state = run_sparse(flatten(search), rng(1))
    np.testing.assert_allclose(state.amplitudes(), final_amplitudes(search, seed=2), atol=1e-9)


@pytest.mark.parametrize("access", ["qrom", "qroam"])
@pytest.mark.parametrize("n_keys", [6, 8])
def test_every_amplitude_of_a_fixed_point_search_is_cirqs(access, n_keys):
    oracle, _ = random_oracle(n_keys, access)
    search = FixedPointSearch(oracle, *fixed_point_phases(2, 0.1))
    state = run_sparse(flatten(search), rng(1))
    np.testing.assert_allclose(state.amplitudes(), final_amplitudes(search, seed=2), atol=1e-9)


@every_access
@pytest.mark.parametrize("n_keys", [200, 256])
def test_every_amplitude_is_that_of_the_closed_form(access, n_keys):
    """The iterates leave no phase but their signs; all qubits but those of the index end at zero, or it raises."""
    search, marked = random_search(n_keys, access, 5, d_head=4, key_bits=4)
    state = run_sparse(search_circuits(search), rng())
    expected = preparation_phase(search) * grover_amplitudes(marked, 5)
    np.testing.assert_allclose(state.amplitudes()[:n_keys], expected, atol=1e-9)
    np.testing.assert_allclose(state.amplitudes()[n_keys:], 0, atol=1e-9)
    assert n_keys <= state.peak_terms <= 2 * n_keys


@every_access
@pytest.mark.parametrize("n_keys", [100, 128])
def test_every_amplitude_of_a_fixed_point_search_is_that_of_the_closed_form(access, n_keys):
    oracle, marked = random_oracle(n_keys, access, d_head=4, key_bits=4)
    search = FixedPointSearch(oracle, *fixed_point_phases(4, 0.1))
    found, expected = run_sparse(search_circuits(search), rng()).amplitudes(), search.reference_columns()[:, 0]
    phase = np.vdot(expected, found)
    np.testing.assert_allclose(found, phase * expected, atol=1e-9)
    assert abs(phase) == pytest.approx(1)
    assert np.sum(np.abs(found[:n_keys][marked]) ** 2) > marked.mean() + 0.1


@every_access
def test_columns_of_an_iterate(access):
    iterate = GroverIterate(random_oracle(11, access)[0])
    circuit = flatten(iterate)
    for j, column in zip(iterate.reference_inputs(), iterate.reference_columns().T, strict=True):
        initial = SparseState.basis(circuit, {("selection", ()): int(j)})
        np.testing.assert_allclose(run_sparse(circuit, rng(j), initial).amplitudes(), column, atol=1e-9)


def qdk_amplitudes(circuit, seed=0):
    """The same circuit in qdk, which draws its own measurement outcomes; all qubits but the index are zero."""
    context = Context()
    context.set_quantum_seed(seed)
    context.import_openqasm(openqasm(circuit), program_type=ProgramType.Fragments)
    state = context.dump_machine()
    assert state.qubit_count == circuit.n_wires
    # qubit 0 is the most significant bit of a basis state's number
    weights = [1 << circuit.n_wires - 1 - wire for wire in circuit.inputs["selection", ()]]
    values = np.arange(1 << len(weights))
    numbers = [sum(w for w, s in zip(weights, range(len(weights))[::-1], strict=True) if v >> s & 1) for v in values]
    found = dict.fromkeys(numbers, 0j) | {number: state[number] for number in state}
    assert len(found) == len(numbers)
    return np.array(list(found.values()))


@pytest.mark.parametrize(
    ("access", "n_keys"), [("qrom", 128), ("qroam-shallow", 100), ("qroam-dirty", 100), ("bucket-brigade", 128)]
)
def test_every_amplitude_is_qdks_on_hundreds_of_qubits(access, n_keys):
    """Signs and, where rotations prepare the state, phases included: the program says them all."""
    circuit = flatten(head_search(n_keys, access, 1)[0])
    assert circuit.n_wires > 700
    np.testing.assert_allclose(run_sparse(circuit, rng()).amplitudes(), qdk_amplitudes(circuit), atol=1e-9)


@pytest.mark.parametrize("access", ["qroam", "qroam-dirty"])
def test_measurement_outcomes_do_not_matter(access):
    search, _ = random_search(100, access, 3, d_head=4, key_bits=4)
    circuits = list(search_circuits(search))
    first, *others = (run_sparse(circuits, rng(seed)).amplitudes() for seed in range(6))
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-12)


@every_access
def test_parts_of_a_search_are_its_circuit(access):
    search, _ = random_search(11, access, 3)
    whole, parts = flatten(search), list(search_circuits(search))
    assert sum((part.circuit.gate_counts for part in parts), start=type(whole.gate_counts)()) == whole.gate_counts
    assert max(part.circuit.n_wires for part in parts) == whole.n_wires
    np.testing.assert_allclose(run_sparse(parts, rng()).amplitudes(), run_sparse(whole, rng()).amplitudes(), atol=1e-9)


@pytest.mark.parametrize("op", [Op.CNOT, Op.AND, Op.UN_AND, Op.CONDITIONAL_CZ, Op.PARITIES, Op.MEASURE_X, Op.CZ])
@pytest.mark.parametrize("access", ["qrom", "qroam-shallow", "qroam-dirty"])
def test_a_missing_gate_is_found(access, op):
    """The last gate of its kind in the oracle: one of the unload, but for the CZ of the flip."""
    search, marked = random_search(16, access, 0)
    oracle, _ = random_oracle(16, access)
    circuit = flatten(oracle)
    at = max(i for i, gate in enumerate(circuit.gates) if gate.op is op)
    broken = attrs.evolve(circuit, gates=circuit.gates[:at] + circuit.gates[at + 1 :])
    signs = np.where(marked, -1, 1) / 4

    def is_right(oracle_circuit, seed):
        try:
            found = run_sparse([flatten(search), oracle_circuit], rng(seed)).amplitudes()
        except InputError:
            return False
        return np.allclose(found, signs)

    assert all(is_right(circuit, seed) for seed in range(12))
    assert not all(is_right(broken, seed) for seed in range(12))


def test_a_million_gates_on_a_thousand_qubits():
    """n = 1,024, d = 64, 8 bits: four of the iterates that the search needs, as in every other test exactly."""
    search, marked = random_search(1024, "qrom", 4, d_head=64, key_bits=8)
    circuits = list(search_circuits(search))
    assert sum(part.circuit.gate_counts.total() for part in circuits) > 1_000_000
    assert circuits[-1].circuit.n_wires > 1000
    state = run_sparse(circuits, rng())
    np.testing.assert_allclose(state.amplitudes(), grover_amplitudes(marked, 4), atol=1e-9)
    assert state.peak_terms == 1024


def test_a_measured_index_is_marked():
    """A quarter of the keys is marked, so one iterate finds one with certainty."""
    search, marked = random_search(8, "qrom", 1, d_head=3, key_bits=4)
    assert marked.sum() == 2
    state = run_sparse(search_circuits(search), rng())
    np.testing.assert_array_equal(np.flatnonzero(np.abs(state.amplitudes()) > 1e-6), np.flatnonzero(marked))


def test_classical_bits_from_outside():
    """A word measured by one circuit, its outcome corrected by the next: that is what an unload does."""
    oracle, _ = random_oracle(16, "qrom")
    unload = MeasuredUnload(oracle.lookup)
    load, fixup = flatten(oracle.lookup), flatten(unload.fixup)
    uniform = run_sparse(flatten(GroverSearch(GroverIterate(oracle), 0)), rng())
    loaded = run_sparse(load, rng(), uniform)
    word = loaded.bits["word", ()]
    outcome = rng(5).integers(0, 2, word.shape[1], dtype=np.uint8)
    signs = 1 - 2.0 * (word @ outcome % 2)
    bits = {("selection", ()): loaded.bits["selection", ()]}
    records = {("outcome", (i,)): outcome[i : i + 1] for i in range(outcome.size)}
    corrected = run_sparse(fixup, rng(), SparseState(bits, loaded.coefficients * signs, records))
    assert (signs < 0).any()
    np.testing.assert_allclose(corrected.amplitudes(), 0.25, atol=1e-12)


def test_registers_that_do_not_fit():
    circuit = flatten(_measure_word.make())
    with pytest.raises(InputError, match="registers"):
        run_sparse(circuit, rng(), SparseState({("word", ()): np.zeros((1, 4), dtype=np.uint8)}, np.ones(1, complex)))


@pytest.mark.parametrize("access", ["qrom", "qroam-shallow"])
@pytest.mark.parametrize("n", [11, 16])
def test_angles_put_in_are_the_circuit_s_own(access, n):
    """The iterates of a fixed-point search, by replaced angles and each flattened by itself, a sign among them."""
    row = SearchedRow.of(Instance.from_target(gaussian_head(n, 3, 1), 3, 4, 4), 2, access)
    oracle_angles, diffusion_angles = (3.6375, math.pi, 0.4), (1.5009, 2.0, math.pi)
    search = FixedPointSearch(row.oracle(row.threshold), oracle_angles, diffusion_angles)
    parts = run_sparse(search_circuits(search), np.random.default_rng(0)).amplitudes()
    whole = run_sparse(flatten(search), np.random.default_rng(1)).amplitudes()
    np.testing.assert_allclose(parts, whole, atol=1e-12)


def test_nothing_to_run_is_refused():
    with pytest.raises(InputError, match="no circuit"):
        run_sparse([], np.random.default_rng(0))


def test_a_basis_state_has_one_term_of_amplitude_one():
    circuit = flatten(random_oracle(5, "qrom")[0])
    state = SparseState.basis(circuit, {("selection", ()): 6})
    assert state.coefficients.tolist() == [1]
    assert state.coefficients.dtype == np.complex128
    assert state.bits["selection", ()].tolist() == [[1, 1, 0]]
    assert state.values("selection").tolist() == [6]
    assert SparseState.basis(circuit, {}).values("selection").tolist() == [0]
