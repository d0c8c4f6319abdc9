"""The search of a row as it is run: every method finds what it is to find, gives up when told to, and keeps count."""

import math

import attrs
import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.trials import FixedTrial, GroverRun
from groverattn.reference.search.unknown import UnknownNumberSearch
from groverattn.simulation.block_search import find_by_posterior
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.index_engines import LawEngine
from groverattn.simulation.row_search import count_and_find, find_largest, find_marked, search_head_row
from groverattn.verification.row import SearchedRow

LAW = EngineChoice("law")


def row_of(n=64, n_marked=5, row=3):
    return SearchedRow.of(Instance.from_target(gaussian_head(n, 4, 0), n_marked, 12, 12), row, "qrom")


@attrs.frozen
class Scripted:
    """An engine that measures what it is told to, and writes down what it was asked."""

    answers: list
    asked: list = attrs.field(factory=list)

    def measure(self, run, threshold, excluded, rng, places=None, score=None):
        self.asked.append((run, threshold, tuple(excluded)))
        return self.answers[len(self.asked) - 1]


def test_found_keys_are_excluded_and_wrong_ones_only_counted():
    row = row_of()
    good, bad = np.flatnonzero(row.scores >= row.threshold), np.flatnonzero(row.scores < row.threshold)
    engine = Scripted([bad[0], good[1], good[0], *[bad[0]] * 99])
    search = UnknownNumberSearch(0.1)
    result = find_marked(search, row, engine, np.random.default_rng(0))
    assert result.found == (good[1], good[0])
    n_trials = len(search.trials(64, 0))
    assert result.checks == len(engine.asked) == 3 + n_trials
    assert [excluded for _, _, excluded in engine.asked[1:4]] == [(), (good[1],), (good[1], good[0])]
    assert result.iterates == sum(run.n_iterates for run, _, _ in engine.asked)
    assert result.phased_iterates == engine.asked[-1][0].n_iterates > 0
    assert engine.asked[-1][0].is_phased


def test_trials_are_written_down():
    """What they add up to is the ledger; a hit ends a round, and the last round ends with the fixed-point search."""
    row = row_of()
    result = find_marked(UnknownNumberSearch(0.01), row, LawEngine(row), np.random.default_rng(3))
    trials = result.trials
    assert [trial.key for trial in trials if trial.hit] == list(result.found)
    assert sum(trial.run.n_iterates for trial in trials) == result.iterates
    assert sum(trial.run.n_iterates for trial in trials if trial.run.is_phased) == result.phased_iterates
    assert len(trials) == result.checks
    hits_before = np.cumsum([0, *(trial.hit for trial in trials)])[:-1]
    assert [trial.n_excluded for trial in trials] == hits_before.tolist()
    assert trials[-1].run.is_phased
    assert not trials[-1].hit
    assert [row.score(trial.key) >= row.threshold for trial in trials if trial.hit] == [True] * 5


def test_a_key_that_is_measured_again_is_no_find():
    row = row_of()
    good = np.flatnonzero(row.scores >= row.threshold)
    engine = Scripted([good[0]] * 100)
    result = find_marked(UnknownNumberSearch(0.1), row, engine, np.random.default_rng(0))
    assert result.found == (good[0],)


def test_a_row_with_too_many_keys_is_given_up():
    """The (k + 1)-th key ends the search, and no more than k never do."""
    head = Instance.from_target(gaussian_head(64, 4, 0), 5, 6, 6)
    for limit, given_up in ((3, True), (4, True), (5, False), (6, False)):
        method = SearchMethod(n_expected=5, p_failure=1e-6, n_marked_max=limit)
        result = search_head_row(head, 3, engine=LAW, method=method, data_access="qrom", seed=0)
        assert result.stopped_early is given_up
        assert len(result.found) == (limit + 1 if given_up else 5)
        assert result.missed == 0


def test_the_largest_keys_need_no_threshold():
    row = row_of()
    for k in (1, 3, 20, 63):
        result = find_largest(TopKSearch(k, 1e-6), row, LawEngine(row), np.random.default_rng(k))
        assert sorted(row.scores[list(result.found)]) == sorted(np.sort(row.scores)[-k:])
        assert list(row.scores[list(result.found)]) == sorted(row.scores[list(result.found)], reverse=True)
        assert result.checks >= k


def test_ties_at_the_last_place_are_no_miss():
    keys = np.array([[1], [1], [1], [0], [0], [-1], [-1], [-1]])
    row = SearchedRow(keys, 2, np.array([1]), 1)
    result = find_largest(TopKSearch(2, 1e-6), row, LawEngine(row), np.random.default_rng(0))
    assert all(row.scores[key] == 1 for key in result.found)


def test_known_numbers_need_no_last_check():
    row = row_of()
    result = find_marked(KnownNumberSearch(5, 1e-6), row, LawEngine(row), np.random.default_rng(0))
    assert (len(result.found), result.phased_iterates) == (5, 0)


def test_a_wrong_known_number_ends():
    """Two keys more than there are: the last round is cut off."""
    row = row_of()
    result = find_marked(KnownNumberSearch(7, 1e-6), row, LawEngine(row), np.random.default_rng(0))
    assert len(result.found) == 5


@pytest.mark.parametrize("method", SEARCH_METHODS)
def test_rows_cost_what_their_method_expects(method):
    """Mean iterates and checks of 400 seeded searches, within four standard errors."""
    n, k = 64, 5
    row = row_of(n, k)
    assert (row.scores >= row.threshold).sum() == k
    assert len(set(row.scores.tolist())) == n  # no ties, as the recursion of top-k assumes
    chosen = SearchMethod(name=method, n_expected=k, p_failure=0.01)
    rng, cost = np.random.default_rng(5), chosen.cost(n, k)
    if chosen.keeps_largest:
        runs = [find_largest(chosen.top_k(), row, LawEngine(row), rng) for _ in range(400)]
    elif chosen.counts_first:
        runs = [count_and_find(chosen.counted(), row, LawEngine(row), rng) for _ in range(400)]
    elif method == "posterior":
        runs = [find_by_posterior(chosen.plan, 0.01, row, LawEngine(row), rng) for _ in range(400)]
    else:
        runs = [find_marked(chosen.for_threshold(k), row, LawEngine(row), rng) for _ in range(400)]
    for name, expected in (
        ("iterates", cost.iterates_expected),
        ("phased_iterates", cost.phased_expected),
        ("checks", cost.checks_expected),
    ):
        values = np.array([getattr(run, name) for run in runs])
        # a law that is sampled itself is a mean of 32 rows
        error = math.hypot(values.std() / 20, values.std() / math.sqrt(32) if cost.iterates_error else 0.0)
        assert abs(values.mean() - expected) <= 4 * error + 1e-9, name


def test_fixed_trials_do_not_look_at_the_generator():
    trial, rng = FixedTrial(GroverRun(7)), np.random.default_rng(0)
    before = rng.bit_generator.state
    assert trial.draw(rng) == GroverRun(7)
    assert rng.bit_generator.state == before
