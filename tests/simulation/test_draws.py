"""Rows drawn together by quantum counting, without a threshold and over blocks, against the search row by row."""

import attrs
import numpy as np
import pytest
from scipy import stats

from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.blocks.found import FoundLaw
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.blocks.posterior import PosteriorSearch
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.top_k import TopKSearch
from groverattn.simulation.block_search import find_by_growing_trials, find_by_posterior
from groverattn.simulation.blocks import found_keys
from groverattn.simulation.draws import key_blocks
from groverattn.simulation.draws.key_blocks import draw_by_blocks, marked_of_measured
from groverattn.simulation.draws.rounds import draw_counted
from groverattn.simulation.draws.top_k import draw_largest
from groverattn.simulation.index_engines import LawEngine
from groverattn.simulation.row_search import count_and_find, find_largest
from groverattn.verification.row import SearchedRow

N_ROWS = 800


def row_of(scores):
    """A row whose keys have these scores: one number, query 1; scores of 1 and more are marked."""
    return SearchedRow(np.asarray(scores)[:, None], 8, np.array([1]), 1, "one-hot")


def happens_alike(first, second) -> bool:
    """Chi-square of two samples, in bins that hold at least 20 values of the two together."""
    values, counts = np.unique(np.concatenate((first, second)), return_counts=True)
    starts, held = [], 20
    for value, count in zip(values, counts, strict=True):
        if held >= 20:
            starts.append(value)
            held = 0
        held += count
    bins = [np.searchsorted(starts, sample, side="right") for sample in (first, second)]
    table = np.array([np.bincount(b, minlength=len(starts) + 1)[1:] for b in bins])
    return table.shape[1] > 1 and float(stats.chi2_contingency(table)[1]) > 1e-3


def within_four_errors(sample, expected, error=0.0) -> bool:
    return bool(abs(sample.mean() - expected) <= 4 * np.hypot(sample.std() / np.sqrt(sample.size), error))


@pytest.mark.parametrize("fault_rate", [0.0, 0.05])
def test_counted_rows_are_those_of_the_engine(fault_rate) -> None:
    n, t, search, rng = 48, 5, CountedNumberSearch(0.9), np.random.default_rng(1)
    row = row_of(np.arange(n) < t)
    single = [count_and_find(search, row, LawEngine(row, fault_rate=fault_rate), rng) for _ in range(N_ROWS)]
    together = draw_counted(search, np.full(N_ROWS, n), np.full(N_ROWS, t), np.random.default_rng(2), fault_rate)
    assert happens_alike([len(each.found) for each in single], together.found)
    for name in ("iterates", "phased_iterates", "checks"):
        assert happens_alike([getattr(each, name) for each in single], getattr(together, name)), name
    assert (together.key_tests == together.iterates).all()


def test_counted_rows_of_different_sizes_are_each_their_own() -> None:
    sizes, search = np.array([40, 300, 2000]), CountedNumberSearch(1e-4)
    n_keys = np.random.default_rng(0).permutation(np.repeat(sizes, 2000))
    t = np.where(n_keys == 300, 9, 3)
    draws = draw_counted(search, n_keys, t, np.random.default_rng(1))
    for n in sizes.tolist():
        alone = draw_counted(search, np.full(2000, n), t[n_keys == n], np.random.default_rng(2))
        assert happens_alike(draws.iterates[n_keys == n], alone.iterates)
        assert happens_alike(draws.checks[n_keys == n], alone.checks)


SCORES = {
    "no ties": np.random.default_rng(3).permutation(40) - 20,
    "ties": np.random.default_rng(3).integers(-3, 4, 40),
    "far apart": np.array([-100, 90, *range(38)]),
    "all but one tie": np.array([5] * 39 + [7]),
}


@pytest.mark.parametrize("fault_rate", [0.0, 0.05])
@pytest.mark.parametrize("scores", SCORES.values(), ids=SCORES)
@pytest.mark.parametrize("k", [1, 5])
def test_the_largest_are_those_of_the_engine(k, scores, fault_rate) -> None:
    """Found keys too, of which many are wrong here: each as often as row by row."""
    search, row, rng = TopKSearch(k, 0.9, growth=3.0), row_of(scores), np.random.default_rng(4)
    single = [find_largest(search, row, LawEngine(row, fault_rate=fault_rate), rng) for _ in range(N_ROWS)]
    given = [scores.astype(np.float32)] * N_ROWS
    together = draw_largest(search, given, lambda at: scores, np.random.default_rng(5), fault_rate)
    for name in ("iterates", "phased_iterates", "checks"):
        assert happens_alike([getattr(each, name) for each in single], getattr(together, name)), name

    def scores_of(keys) -> int:
        return int(np.sort(scores[list(keys)] + 200) @ 17 ** np.arange(k))

    least = np.sort(scores)[-k]
    false = np.array([(scores[list(each.found)] < least).sum() for each in single])
    if false.any() or together.false.any():
        assert happens_alike(false, together.false)
        wrong = [scores_of(each.found) for each, bad in zip(single, false, strict=True) if bad]
        drawn = [scores_of(together.keys[at]) for at in np.flatnonzero(together.false).tolist()]
        assert len({*wrong, *drawn}) == 1 or len(wrong) < 20 or happens_alike(wrong, drawn)
    assert all(len(set(keys)) == k for keys in together.keys.values())


def test_scores_far_apart_take_the_mean_of_the_exact_recursion() -> None:
    rng, search = np.random.default_rng(6), TopKSearch(3, 1e-3)
    rows = [rng.integers(1 << 40, size=200) for _ in range(2000)]
    draws = draw_largest(search, rows, rows.__getitem__, rng)
    cost = search.cost(200)
    assert within_four_errors(draws.iterates, cost.iterates_expected)
    assert within_four_errors(draws.phased_iterates, cost.phased_expected)
    assert within_four_errors(draws.checks, cost.checks_expected)


def test_found_keys_without_a_threshold() -> None:
    """Larger scores than the k-th are found for sure, and of those that tie with it each as often as the others."""
    instance = Instance.from_target(gaussian_head(200, 4, seed=0), 8, query_bits=3, key_bits=3)
    scores = instance.scores(3)
    least = np.sort(scores)[-8]
    sure, ties = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
    assert 0 < 8 - sure.size < ties.size
    drawn = [found_keys(instance, 3, 8, seed, n_kept=8) for seed in range(2000)]
    assert all(np.isin(sure, keys).all() and np.unique(keys).size == 8 for keys in drawn)
    counts = np.bincount(np.concatenate(drawn), minlength=200)
    assert counts.sum() == counts[sure].sum() + counts[ties].sum()
    assert stats.chisquare(counts[ties]).pvalue > 1e-3
    few = attrs.evolve(instance, head=attrs.evolve(instance.head, causal=True))
    assert found_keys(few, 3, 4, 0, n_kept=8).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("n_blocks", "u", "t"), [(6, 3, 4), (12, 1, 4), (9, 4, 8), (5, 2, 0)])
@pytest.mark.parametrize("j", [0, 1, 2])
def test_measured_blocks_hold_what_the_law_says(n_blocks, u, t, j) -> None:
    n_rows, odd = 20_000, np.arange(t + 2)
    every = np.ones(n_rows, dtype=np.int64)
    found = marked_of_measured(n_blocks * every, u, t * every, j * every, np.random.default_rng(j))
    law = FoundLaw.of(Blocks(n_blocks, u), success_probability(n_blocks, np.minimum(odd, n_blocks), j)[None])
    for c in range(u + 1):
        p = float(law.p_finds(c)[0, t]) if c <= t else 0.0
        assert abs((found == c).mean() - p) <= 4 * np.sqrt(p * (1 - p) / n_rows) + 1e-9


@pytest.mark.parametrize("n_marked", [3, 40])
def test_places_are_different_and_all_as_likely(n_marked) -> None:
    """Few keys, which are drawn until no two share a place, and many, which are not."""
    rng, n_places = np.random.default_rng(1), np.array([50, 60] * 2000)
    places = key_blocks._dealt(n_places, np.full(4000, n_marked), rng).reshape(4000, n_marked)
    assert all(np.unique(row).size == n_marked for row in places)
    for first, size in ((0, 50), (1, 60)):
        counts = np.bincount(places[first::2].ravel(), minlength=size)
        assert counts.size == size
        # without repetition they scatter less than independent ones
        assert ((counts - counts.mean()) ** 2).sum() / counts.mean() < stats.chi2.ppf(0.999, size - 1)


@pytest.mark.parametrize("fault_rate", [0.0, 0.05])
@pytest.mark.parametrize(("method", "keys_per_query"), [("posterior", 1), ("posterior", 4), ("unknown", 4)])
def test_rows_over_blocks_are_those_of_the_engine(method, keys_per_query, fault_rate) -> None:
    n, t, p_failure, n_rows, rng = 61, 6, 0.3, 400, np.random.default_rng(7)
    row = attrs.evolve(row_of(np.arange(n) < t), keys_per_query=keys_per_query)

    def one():
        engine = LawEngine(row, fault_rate=fault_rate)
        if method == "posterior":
            return find_by_posterior(SearchPlan(method, keys_per_query), p_failure, row, engine, rng)
        return find_by_growing_trials(GrowingBlockSearch(p_failure, keys_per_query), row, engine, rng)

    single = [one() for _ in range(n_rows)]
    chosen = SearchMethod(name=method, n_expected=t, p_failure=p_failure, keys_per_query=keys_per_query)
    draws = draw_by_blocks(chosen, np.full(n_rows, n), np.full(n_rows, t), np.random.default_rng(8), fault_rate)
    assert happens_alike([each.iterates for each in single], draws.iterates)
    assert happens_alike([each.checks for each in single], draws.checks)
    assert happens_alike([len(each.trials) for each in single], draws.trials)
    missed = np.array([len(each.found) < t for each in single]), draws.found < t
    assert stats.fisher_exact([[each.sum(), (~each).sum()] for each in missed])[1] > 1e-3
    assert (draws.key_tests == keys_per_query * draws.iterates).all()


@pytest.mark.parametrize("method", ["posterior", "unknown"])
def test_rows_that_fill_other_numbers_of_blocks(method) -> None:
    """Each row has its own blocks, and one that is too short for them is searched key by key."""
    n_keys = np.repeat([9, 96, 93, 130], 300)
    t = np.where(n_keys == 9, 2, 5)
    chosen = SearchMethod(name=method, n_expected=5, p_failure=0.01, keys_per_query=4)
    draws = draw_by_blocks(chosen, n_keys, t, np.random.default_rng(9))
    assert (draws.found <= t).all()
    assert (draws.key_tests == np.where(n_keys == 9, 1, 4) * draws.iterates).all()
    for n in (96, 93, 130):
        cost = SearchPlan(method, 4).cost("expected", n, 5, 0.01)
        assert within_four_errors(draws.iterates[n_keys == n], cost.iterates_expected, cost.iterates_error)


def test_as_many_marked_keys_as_no_law_is_known_for() -> None:
    n_keys, t = np.full(20, 60), np.array([0, 30, 60, 59] * 5)
    for size in (1, 5):
        search = PosteriorSearch(1e-6, keys_per_query=size)
        draws = key_blocks.draw_by_posterior(search, n_keys, t, np.random.default_rng(10))
        assert draws.found.tolist() == t.tolist()
        assert (draws.checks <= 60).all()


@pytest.mark.parametrize(("n_keys", "keys_per_call"), [(14, 1), (15, 5), (19, 5)])
def test_blocks_that_hold_more_than_a_third_of_the_keys_are_not_used(n_keys, keys_per_call):
    method = SearchMethod(n_expected=2, p_failure=0.01, keys_per_query=5)
    draws = draw_by_blocks(method, np.full(50, n_keys), np.full(50, 2), np.random.default_rng(0))
    assert draws.iterates.sum() > 0
    np.testing.assert_array_equal(draws.key_tests, keys_per_call * draws.iterates)
