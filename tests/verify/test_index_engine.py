"""Grover's search on exact amplitudes, against the law, the state vector and the expected cost of the procedure."""

import math

import numpy as np
import pytest

from groverattn.bloqs.data_access import key_lookup
from groverattn.bloqs.grover import GroverIterate, GroverSearch
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.score import Score
from groverattn.problem.key_table import KeyTable
from groverattn.reference.amplification import success_probability
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.verify.index_engine import grover_amplitudes, search_row
from groverattn.verify.state_vector import final_amplitudes


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


@pytest.mark.parametrize(
    ("n", "t", "p_failure"), [(2, 1, 0.2), (32, 3, 0.3), (40, 1, 0.5), (20, 19, 0.05), (50, 0, 0.1)]
)
def test_a_search_costs_what_the_law_says(n, t, p_failure):
    """Iterates, checks and misses of 600 seeded searches, within four standard errors."""
    procedure, marked = UnknownNumberSearch(p_failure), mask(n, t)
    rng = np.random.default_rng(7)
    searches = [search_row(marked, lambda j: bool(marked[j]), procedure, rng) for _ in range(600)]
    assert all(set(search.found) <= set(np.flatnonzero(marked)) for search in searches)
    assert all(len(set(search.found)) == len(search.found) for search in searches)
    cost = procedure.cost(n, t)
    iterates = np.array([search.iterates for search in searches])
    checks = np.array([search.checks for search in searches])
    missed = np.array([len(search.found) < t for search in searches])
    for sample, expected in ((iterates, cost.iterates_expected), (checks, cost.checks_expected)):
        assert abs(sample.mean() - expected) <= 4 * sample.std() / math.sqrt(600) + 1e-9
    assert abs(missed.mean() - cost.p_failure) <= 4 * math.sqrt(cost.p_failure / 600) + 1e-9
    assert iterates.max() <= cost.iterates_max


def test_every_marked_key_is_as_likely_to_be_found_first():
    procedure, marked = UnknownNumberSearch(1e-3), mask(16, 4)
    rng = np.random.default_rng(0)
    firsts = [search_row(marked, lambda j: bool(marked[j]), procedure, rng).found[0] for _ in range(800)]
    counts = np.bincount(firsts, minlength=16)[marked]
    assert np.abs(counts - 200).max() <= 4 * math.sqrt(200 * 3 / 4)


def test_a_phase_on_an_unmarked_key_makes_nothing_false():
    """The classical check keeps what is measured by mistake out."""
    right = mask(24, 3)
    wrong = right.copy()
    wrong[np.flatnonzero(~right)[0]] = True
    search = search_row(wrong, lambda j: bool(right[j]), UnknownNumberSearch(1e-6), np.random.default_rng(1))
    assert sorted(search.found) == list(np.flatnonzero(right))


def test_the_seed_decides():
    marked = mask(64, 5)
    runs = [
        search_row(marked, lambda j: bool(marked[j]), UnknownNumberSearch(1e-3), np.random.default_rng(seed))
        for seed in (3, 3, 4)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
