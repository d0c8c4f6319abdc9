"""Quantum counting: the transform at other sizes, and the counts."""

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.score.methods import score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.bloqs.search.quantum_counting import InverseQFT, QuantumCounting
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.counting import counting_distribution, counting_iterates
from groverattn.verification.oracle_check import flat_counts
from groverattn.verification.sparse_state import run_sparse
from groverattn.verification.state_vector import final_amplitudes


def counting(n_keys, n_bits, access="qrom"):
    keys = np.random.default_rng(n_keys).integers(-4, 4, (n_keys, 3))
    oracle = PhaseOracle(key_lookup(access, KeyTable.from_keys(keys, 3)), score("shared-sums", (1, -2, 3), 2, 3))
    return QuantumCounting(GroverIterate(oracle), n_bits)


@pytest.mark.parametrize("n_bits", range(1, 7))
def test_transform_of_every_phase_is_its_number(n_bits):
    """The state of the phase y, entered with its bits reversed, becomes |y>: without the matrix of the class."""
    size = 1 << n_bits
    columns = np.stack([final_amplitudes(InverseQFT(n_bits), initial=j, seed=j) for j in range(size)], axis=1)
    reversed_bits = [int(f"{x:0{n_bits}b}"[::-1], 2) for x in range(size)]
    for y in range(size):
        state = np.zeros(size, dtype=np.complex128)
        state[reversed_bits] = np.exp(2j * np.pi * np.arange(size) * y / size) / np.sqrt(size)
        assert abs((columns @ state)[y]) == pytest.approx(1)


@pytest.mark.parametrize("n_bits", [1, 2, 3, 4, 9])
def test_counts_of_the_transform(n_bits):
    """One And a pair; the pairs next to each other take an S, those after them a T."""
    found = count(InverseQFT(n_bits))
    pairs = n_bits * (n_bits - 1) // 2
    assert (found.toffoli, found.t) == (pairs, max(n_bits - 2, 0))
    assert found.rotation == pairs - max(n_bits - 1, 0) - max(n_bits - 2, 0)
    assert found.logical_qubits == n_bits + (n_bits > 1)
    assert flat_counts(flatten(InverseQFT(n_bits))) == found


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize("n_keys", [8, 11])
def test_counts_are_those_of_the_gates(access, n_keys):
    bloq = counting(n_keys, 3, access)
    counted, run = count(bloq), flat_counts(flatten(bloq))
    assert run.toffoli_depth <= counted.toffoli_depth
    assert run.measurement_depth <= counted.measurement_depth
    depths = {name: getattr(run, name) for name in ("toffoli_depth", "measurement_depth")}
    assert attrs.evolve(counted, **depths) == run


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_control_takes_two_toffolis_an_iterate(access):
    """One for the flip and one for the reflection, whatever the size of the lookup and of the score."""
    bloq = counting(16, 4, access)
    assert bloq.n_iterates == counting_iterates(4) == 15
    parts = 15 * (count(bloq.iterate).toffoli + 2) + count(bloq.prepare).toffoli + count(bloq.transform).toffoli
    assert count(bloq).toffoli == parts
    assert count(bloq.iterate.controlled()).toffoli == count(bloq.iterate).toffoli + 2


@pytest.mark.parametrize("n_keys", [6, 12])
@pytest.mark.parametrize("n_bits", [1, 3, 5])
def test_reference_state_has_the_distribution(n_keys, n_bits):
    """For every number of marked keys that a threshold gives."""
    bloq, seen = counting(n_keys, n_bits), set()
    for threshold in range(-20, 22):
        oracle = attrs.evolve(bloq.iterate.oracle, score=score("in-place", (1, -2, 3), threshold, 3))
        marked = sum(oracle.is_marked(j) for j in range(n_keys))
        state = attrs.evolve(bloq, iterate=GroverIterate(oracle)).reference_columns()
        found = (np.abs(state.reshape(1 << n_bits, -1)) ** 2).sum(axis=1)
        np.testing.assert_allclose(found, counting_distribution(n_keys, marked, n_bits), atol=1e-12)
        seen.add(marked)
    assert {0, n_keys} < seen
    assert len(seen) > n_keys // 2


@pytest.mark.parametrize(("access", "n_keys", "n_bits"), [("qrom", 50, 5), ("qroam", 64, 5), ("bucket-brigade", 20, 4)])
def test_every_gate_run_at_a_larger_size(access, n_keys, n_bits):
    """Outcomes and state from the sparse simulator, on circuits that no state vector holds."""
    bloq = counting(n_keys, n_bits, access)
    marked = sum(bloq.iterate.oracle.is_marked(j) for j in range(n_keys))
    assert 0 < marked < n_keys
    circuit = flatten(bloq)
    assert circuit.n_wires == bloq.peak_qubits > 24
    run = run_sparse(circuit, np.random.default_rng(n_keys))
    state = np.zeros((1 << n_bits, 1 << bloq.prepare.index_bits), dtype=np.complex128)
    np.add.at(state, (run.values("phase"), run.values("selection")), run.coefficients)
    assert abs(np.vdot(bloq.reference_columns()[:, 0], state.ravel())) == pytest.approx(1)
    expected = counting_distribution(n_keys, marked, n_bits)
    np.testing.assert_allclose((np.abs(state) ** 2).sum(axis=1), expected, atol=1e-9)


def test_classified_rotations_are_all_in_the_flat_circuit():
    circuit = flatten(InverseQFT(5))
    assert circuit.gate_counts[Op.ROTATION] == 10
    assert (circuit.t, circuit.rotation) == (3, 3)


@pytest.mark.parametrize("change", ["angle", "diffusion_angle", "controlled_flip", "n_bits"])
def test_what_is_refused(change):
    bloq = counting(6, 2)
    oracle = bloq.iterate.oracle
    iterates = {
        "angle": GroverIterate(attrs.evolve(oracle, angle=1.0)),
        "diffusion_angle": GroverIterate(oracle, diffusion_angle=1.0),
        "controlled_flip": GroverIterate(attrs.evolve(oracle, controlled_flip=True)),
    }
    with pytest.raises(InputError, match="without control"):
        QuantumCounting(iterates.get(change, bloq.iterate), n_bits=0 if change == "n_bits" else 2)
