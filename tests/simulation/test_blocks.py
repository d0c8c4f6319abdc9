"""Searches drawn for many rows at once, against the exact costs and against the search of one row at a time."""

import functools

import attrs
import numpy as np
import pytest
from scipy import stats

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.search.collector import CouponCollector
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.trials import FixedTrial, GroverRun, UniformTrial
from groverattn.reference.search.unknown import UnknownNumberSearch
from groverattn.simulation import blocks as block_draws
from groverattn.simulation.blocks import draw_told, found_keys
from groverattn.simulation.draws.rounds import draw_searches
from groverattn.simulation.index_engines import LawEngine
from groverattn.simulation.row_search import find_marked
from groverattn.verification.row import SearchedRow


def draw_block(instance, search_of, seed, block):
    return block_draws.draw_block(instance, functools.partial(draw_told, search_of), seed, block)


SEARCHES = [
    UnknownNumberSearch(0.3),
    UnknownNumberSearch(1e-4),
    UnknownNumberSearch(1e-4, n_marked_max=4),
    ExpectedNumberSearch(3, 0.1),
    ExpectedNumberSearch(20, 1e-4),
    KnownNumberSearch(6, 0.3),
    CouponCollector(6, 0.3),
]


def within_four_errors(sample: np.ndarray, expected: float) -> bool:
    error = sample.std() / np.sqrt(sample.size)
    return bool(abs(sample.mean() - expected) <= 4 * error + 1e-12)


def happens_as_often_as(events: np.ndarray, p_event: float) -> bool:
    error = np.sqrt(p_event * (1 - p_event) / events.size)
    return bool(abs(events.mean() - p_event) <= 4 * error + 1 / events.size)


@pytest.mark.parametrize("search", SEARCHES)
def test_means_are_the_exact_costs(search) -> None:
    n, t, n_rows = 256, 6, 20_000
    draws = draw_searches(search, n, np.full(n_rows, t), np.random.default_rng(1))
    cost = search.cost(n, t)
    assert within_four_errors(draws.iterates, cost.iterates_expected)
    assert within_four_errors(draws.phased_iterates, cost.phased_expected)
    assert within_four_errors(draws.checks, cost.checks_expected)
    assert draws.iterates.max() <= cost.iterates_max
    to_find = min(t, (getattr(search, "n_marked_max", None) or t) + 1)
    assert happens_as_often_as(draws.found < to_find, cost.p_failure)
    assert draws.found.max() == to_find


def test_rows_with_different_numbers_of_marked_keys() -> None:
    """Each group has the mean of its own number: none sees the state of another."""
    search, numbers = UnknownNumberSearch(0.05), np.array([0, 1, 5, 40, 128])
    n_marked = np.random.default_rng(0).permutation(np.repeat(numbers, 4000))
    draws = draw_searches(search, 128, n_marked, np.random.default_rng(1))
    for t in numbers:
        of_t, cost = n_marked == t, search.cost(128, int(t))
        assert within_four_errors(draws.iterates[of_t], cost.iterates_expected)
        assert within_four_errors(draws.checks[of_t], cost.checks_expected)
        assert happens_as_often_as(draws.found[of_t] < t, cost.p_failure)
    assert (draws.found <= n_marked).all()


@pytest.mark.parametrize("search", SEARCHES)
def test_rows_that_see_different_numbers_of_keys(search) -> None:
    """Trials differ from row to row, in their bounds and in their number; all keys of the shortest rows are marked."""
    sizes, t = np.array([6, 40, 200, 4000]), 6
    n_keys = np.random.default_rng(0).permutation(np.repeat(sizes, 4000))
    draws = draw_searches(search, n_keys, np.full(n_keys.size, t), np.random.default_rng(1))
    for n in sizes.tolist():
        of_n, cost = n_keys == n, search.cost(n, t)
        assert within_four_errors(draws.iterates[of_n], cost.iterates_expected)
        assert within_four_errors(draws.phased_iterates[of_n], cost.phased_expected)
        assert within_four_errors(draws.checks[of_n], cost.checks_expected)


@pytest.mark.parametrize("search", [UnknownNumberSearch(0.9), CouponCollector(5, 0.9)])
def test_distributions_are_those_of_the_engine_row_by_row(search) -> None:
    """Chi-square of two samples: found keys, checks and iterates, not only their means."""
    instance, row, n_rows = Instance.from_target(gaussian_head(32, 8, seed=0), 5, 8, 8), 3, 800
    searched, rng = SearchedRow.of(instance, row, "qrom"), np.random.default_rng(5)
    engine = LawEngine(searched)
    one_by_one = [find_marked(search, searched, engine, rng) for _ in range(n_rows)]
    together = draw_searches(search, 32, np.full(n_rows, 5), np.random.default_rng(6))
    for name in ("found", "checks", "iterates"):
        single = np.array([len(s.found) if name == "found" else getattr(s, name) for s in one_by_one])
        table = two_sample_table(single, getattr(together, name))
        assert table.shape[1] > 1
        assert stats.chi2_contingency(table).pvalue > 1e-3, name


def two_sample_table(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Count both samples in bins of neighbouring values that hold at least 20 of the two together."""
    values, counts = np.unique(np.concatenate((first, second)), return_counts=True)
    starts, held = [], 20
    for value, count in zip(values, counts, strict=True):
        if held >= 20:
            starts.append(value)
            held = 0
        held += count
    bins = [np.searchsorted(starts, sample, side="right") for sample in (first, second)]
    return np.array([np.bincount(b, minlength=len(starts) + 1)[1:] for b in bins])


def test_promises_that_are_broken_are_reported() -> None:
    search = UnknownNumberSearch(1e-6, n_marked_max=4)
    draws = draw_searches(search, 64, np.array([3, 4, 5, 30]), np.random.default_rng(0))
    assert draws.found.tolist() == [3, 4, 5, 5]
    assert draws.stopped_early.tolist() == [False, False, True, True]


@pytest.mark.parametrize("n_marked", [[-1, 2], [2, 65]])
def test_numbers_that_no_row_has(n_marked) -> None:
    with pytest.raises(InputError, match="0 to 64"):
        draw_searches(UnknownNumberSearch(0.1), 64, np.array(n_marked), np.random.default_rng(0))


def test_missed_keys_are_uniform_among_the_marked() -> None:
    instance = Instance.from_target(gaussian_head(64, 8, seed=0), 5, 8, 8)
    marked = np.flatnonzero(instance.marked(3))
    assert found_keys(instance, 3, 5, seed=0).tolist() == marked.tolist()
    found = [found_keys(instance, 3, 3, seed) for seed in range(2000)]
    assert all((np.diff(keys) > 0).all() for keys in found)
    pairs = [tuple(np.setdiff1d(marked, keys)) for keys in found]
    counts = np.unique(np.array(pairs), axis=0, return_counts=True)[1]
    assert counts.size == 10  # every pair of the five
    assert stats.chisquare(counts).pvalue > 1e-3
    with pytest.raises(InputError, match="0 to 5"):
        found_keys(instance, 3, 6, seed=0)


@pytest.mark.parametrize("causal", [False, True])
def test_blocks_of_a_head(monkeypatch, causal) -> None:
    monkeypatch.setattr(block_draws, "ROWS_PER_BLOCK", 24)
    head = attrs.evolve(gaussian_head(64, 8, seed=0), causal=causal)
    instance = Instance.from_target(head, 5, 8, 8)
    blocks = [draw_block(instance, lambda t: UnknownNumberSearch(1e-9), 7, block) for block in (2, 0, 1)]
    again = draw_block(instance, lambda t: UnknownNumberSearch(1e-9), 7, 1)
    other = draw_block(instance, lambda t: UnknownNumberSearch(1e-9), 8, 1)
    assert again == blocks[2] != other
    results = [*blocks[1], *blocks[2], *blocks[0]]
    assert [result.row for result in results] == list(range(64))
    for result in results:
        assert result.n_marked == result.n_found == instance.marked(result.row).sum()
        assert result.read_whole == instance.read_whole(result.row)
        assert (result.iterates == 0) == result.read_whole
        assert result.key_visits == result.row + 1 if result.read_whole else result.key_visits > result.n_found
        assert not result.missed


def test_searches_that_are_told_each_row_s_number() -> None:
    """Ties give rows 8 or more marked keys; a search for 8 of them would stop there."""
    instance = Instance.from_target(gaussian_head(200, 4, seed=0), 8, query_bits=3, key_bits=3)
    assert len(set(instance.marked_counts(np.arange(200)).tolist())) > 3
    block = draw_block(instance, lambda t: KnownNumberSearch(t, 1e-9), 0, 0)
    assert not any(result.missed for result in block)
    promised = draw_block(instance, lambda t: UnknownNumberSearch(1e-9, n_marked_max=8), 0, 0)
    assert all(row.stopped_early == (row.n_marked > 8 and not row.read_whole) for row in promised)
    assert not any(result.missed for result in promised)


def test_what_is_missed_is_counted() -> None:
    instance, search = Instance.from_target(gaussian_head(256, 4, seed=0), 3, 8, 8), UnknownNumberSearch(0.9)
    results = [result for seed in range(8) for result in draw_block(instance, lambda t: search, seed, 0)]
    values, times = np.unique([result.n_marked for result in results], return_counts=True)
    p_failure = np.repeat([search.cost(256, int(t)).p_failure for t in values], times)
    n_with_a_miss = sum(result.missed > 0 for result in results)
    error = np.sqrt((p_failure * (1 - p_failure)).sum())
    assert abs(n_with_a_miss - p_failure.sum()) <= 4 * error < p_failure.sum()


@pytest.mark.parametrize("trial", [UniformTrial(7), FixedTrial(GroverRun(3)), FixedTrial(GroverRun(3, 0.1))])
def test_many_runs_of_a_trial_are_runs_of_it(trial) -> None:
    """Each row has the law of its own run, so that in expectation the draws cost what the recursion says."""
    t = np.repeat([0, 1, 9, 50], 2000)
    j, p_success = trial.draw_many(50, t, np.random.default_rng(0))
    p_failure = trial.run.p_failure if isinstance(trial, FixedTrial) else None
    exact = [GroverRun(int(number), p_failure).success(50, marked) for number, marked in zip(j, t, strict=True)]
    np.testing.assert_allclose(p_success, exact, rtol=0, atol=1e-12)
    assert (j.min(), j.max()) == ((0, 6) if isinstance(trial, UniformTrial) else (3, 3))
    assert within_four_errors(j, trial.iterates_mean)
    for marked in (0, 1, 9, 50):
        assert within_four_errors(p_success[t == marked], float(trial.success(50, marked)))
