"""Grover's search on exact amplitudes, against the law, the state vector and the expected cost of the procedure."""

import math

import numpy as np
import pytest

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.fixed_point import fixed_point_success
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.gate_engines import search_bloq
from groverattn.simulation.index_engines import grover_amplitudes, index_by_law, measured_index
from groverattn.verification.row import SearchedRow
from groverattn.verification.state_vector import final_amplitudes


def mask(n, t, seed=0):
    marked = np.zeros(n, dtype=bool)
    marked[np.random.default_rng(seed).permutation(n)[:t]] = True
    return marked


@pytest.mark.parametrize(("n", "t"), [(2, 1), (3, 1), (4, 4), (8, 0), (8, 3), (100, 7), (1000, 1), (1000, 999)])
def test_amplitudes_follow_the_law(n, t):
    marked = mask(n, t)
    for j in (0, 1, 2, 3, 10, 37):
        probabilities = grover_amplitudes(marked, j) ** 2
        assert probabilities.sum() == pytest.approx(1, abs=1e-12)
        assert probabilities[marked].sum() == pytest.approx(float(success_probability(n, t, j)), abs=1e-12)
        for same in (marked, ~marked):
            if same.any():
                assert np.ptp(probabilities[same]) < 1e-14


@pytest.mark.parametrize("n_iterates", [0, 1, 2, 3, 4])
def test_amplitudes_are_those_of_the_whole_circuit(n_iterates):
    """Every qubit of the search on 8 keys in a state-vector simulator, signs included."""
    rng = np.random.default_rng(4)
    keys, query = rng.integers(-2, 2, (8, 2)), (1, -2)
    threshold = int(np.sort(keys @ query)[-2])
    marked = keys @ query >= threshold
    assert 0 < marked.sum() < 8
    oracle = PhaseOracle(key_lookup("qrom", KeyTable.from_keys(keys, 2)), Score(query, threshold, 2))
    amplitudes = final_amplitudes(GroverSearch(GroverIterate(oracle), n_iterates))[:8]
    engine = grover_amplitudes(marked, n_iterates)
    assert abs(np.vdot(engine, amplitudes)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("n", "t"), [(2, 1), (8, 0), (8, 3), (100, 7), (1000, 1)])
def test_phased_amplitudes_follow_the_fixed_point_law(n, t):
    marked = mask(n, t)
    for n_iterates, p_failure in ((1, 0.3), (4, 0.01), (20, 1e-6)):
        probabilities = np.abs(grover_amplitudes(marked, GroverRun(n_iterates, p_failure))) ** 2
        assert probabilities.sum() == pytest.approx(1, abs=1e-12)
        expected = float(fixed_point_success(n, t, n_iterates, p_failure))
        assert probabilities[marked].sum() == pytest.approx(expected, abs=1e-11)


def test_phased_amplitudes_are_those_of_the_whole_circuit():
    """Every qubit of a fixed-point search on 8 keys in a state-vector simulator, phases included."""
    row = SearchedRow.of(Instance.from_target(gaussian_head(8, 2, 1), 2, 3, 3), 2, "qrom")
    for run in (GroverRun(1, 0.3), GroverRun(2, 0.1)):
        amplitudes = final_amplitudes(search_bloq(row.oracle(row.threshold), run))[:8]
        engine = grover_amplitudes(row.scores >= row.threshold, run)
        assert abs(np.vdot(engine, amplitudes)) == pytest.approx(1, abs=1e-9)


def test_a_measurement_draws_from_the_probabilities():
    probabilities = np.array([0.0, 1.0, 2.0, 0.0, 1.0])
    rng = np.random.default_rng(0)
    counts = np.bincount([measured_index(probabilities, rng) for _ in range(2000)], minlength=5)
    assert counts[0] == counts[3] == 0
    assert np.abs(counts[[1, 2, 4]] - [500, 1000, 500]).max() < 4 * math.sqrt(500)


@pytest.mark.parametrize("p_hit", [0.0, 0.3, 0.999999, 1.0])
@pytest.mark.parametrize(("n", "t"), [(2, 1), (7, 0), (7, 7), (40, 3), (40, 39)])
def test_an_index_by_the_law_is_that_of_all_probabilities(n, t, p_hit):
    """For one uniform number the same index, so that all engines find the same keys."""
    marked, p_hit = mask(n, t), {0: 0.0, n: 1.0}.get(t, p_hit)
    p = np.where(marked, p_hit / max(t, 1), (1 - p_hit) / max(n - t, 1))
    for seed in range(200):
        found = index_by_law(np.flatnonzero(marked), n, p_hit, np.random.default_rng(seed))
        assert found == measured_index(p, np.random.default_rng(seed))
