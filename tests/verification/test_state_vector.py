"""The whole search in Cirq's simulator: every amplitude after each iterate."""

import math

import cirq
import numpy as np
import pytest

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.bloqs.search.quantum_counting import QuantumCounting
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.counting import counting_distribution
from groverattn.reference.search.fixed_point import fixed_point_phases, fixed_point_success
from groverattn.verification.state_vector import decomposed_circuit, final_amplitudes


def search(n_keys, n_marked, n_iterates, access="qrom"):
    """A search on random 2-bit keys of two components with exactly n_marked marked keys."""
    oracle, marked = oracle_with(n_keys, n_marked, access)
    return GroverSearch(GroverIterate(oracle), n_iterates), marked


def oracle_with(n_keys, n_marked, access="qrom", seed=0):
    """Its oracle, and the keys that it has to mark."""
    rng = np.random.default_rng(seed)
    while True:
        keys, query = rng.integers(-2, 2, (n_keys, 2)), rng.integers(-2, 2, 2)
        threshold = int(np.sort(keys @ query)[-n_marked]) if n_marked else 100
        marked = keys @ query >= threshold
        if marked.sum() == n_marked:
            oracle = PhaseOracle(
                DATA_ACCESSES[access](KeyTable.from_keys(keys, 2)), Score(query.tolist(), threshold, 2)
            )
            return oracle, marked


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
@pytest.mark.parametrize(("n_keys", "n_marked"), [(8, 1), (8, 2), (6, 1)])
@pytest.mark.parametrize("n_iterates", [0, 1, 2, 3])
def test_amplitude_of_every_index_after_each_iterate(access, n_keys, n_marked, n_iterates):
    grover, marked = search(n_keys, n_marked, n_iterates, access)
    amplitudes = final_amplitudes(grover, seed=n_iterates)
    probability = math.sin((2 * n_iterates + 1) * math.asin(math.sqrt(n_marked / n_keys))) ** 2
    each = np.where(marked, probability / n_marked, (1 - probability) / (n_keys - n_marked))
    np.testing.assert_allclose(np.abs(amplitudes[:n_keys]) ** 2, each, atol=1e-9)
    np.testing.assert_allclose(amplitudes[n_keys:], 0, atol=1e-9)


@pytest.mark.parametrize("access", ["qrom", "qroam"])
@pytest.mark.parametrize(("n_keys", "n_iterates", "p_failure"), [(8, 1, 0.3), (6, 2, 0.01), (8, 3, 0.1)])
def test_amplitudes_of_a_fixed_point_search(access, n_keys, n_iterates, p_failure):
    """The probability of a marked key is the Chebyshev polynomial's for every number of marked keys."""
    for n_marked in range(n_keys + 1):
        oracle, marked = oracle_with(n_keys, n_marked, access)
        bloq = FixedPointSearch(oracle, *fixed_point_phases(n_iterates, p_failure))
        amplitudes = final_amplitudes(bloq, seed=n_marked)
        p_success = fixed_point_success(n_keys, n_marked, n_iterates, p_failure)
        assert np.sum(np.abs(amplitudes[:n_keys][marked]) ** 2) == pytest.approx(p_success, abs=1e-9)
        expected = bloq.reference_columns()[:, 0]
        phase = np.vdot(expected, amplitudes)
        assert abs(phase) == pytest.approx(1)
        np.testing.assert_allclose(amplitudes, expected * phase, atol=1e-8)


@pytest.mark.parametrize(("access", "n_keys"), [("qrom", 6), ("qrom", 8), ("qroam", 8)])
def test_outcomes_of_quantum_counting(access, n_keys):
    """Three bits: every probability is that of the exact formula, and every amplitude that of the reference."""
    for n_marked in (0, 1, 3, n_keys):
        oracle, _ = oracle_with(n_keys, n_marked, access)
        bloq = QuantumCounting(GroverIterate(oracle), n_bits=3)
        amplitudes = final_amplitudes(bloq, seed=n_marked)
        found = (np.abs(amplitudes.reshape(8, -1)) ** 2).sum(axis=1)
        np.testing.assert_allclose(found, counting_distribution(n_keys, n_marked, 3), atol=1e-8)
        assert abs(np.vdot(bloq.reference_columns()[:, 0], amplitudes)) == pytest.approx(1)


def test_cirq_needs_as_many_qubits_as_are_counted():
    grover, _ = search(8, 1, 1)
    circuit, _ = decomposed_circuit(grover)
    assert len(circuit.all_qubits()) == grover.peak_qubits


def test_a_search_is_a_gate_in_a_circuit():
    grover, _ = search(8, 1, 2)
    assert "GroverSearch" in str(cirq.Circuit(grover.on(*cirq.LineQubit.range(3))))


def test_too_many_qubits_are_refused():
    keys = np.random.default_rng(0).integers(-8, 8, (4, 8))
    oracle = PhaseOracle(DATA_ACCESSES["qrom"](KeyTable.from_keys(keys, 4)), Score([1] * 8, 0, 4))
    with pytest.raises(InputError, match="at most 24"):
        final_amplitudes(oracle)
