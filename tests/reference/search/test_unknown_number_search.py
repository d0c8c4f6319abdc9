import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.amplification import mean_trial_success
from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.fixed_point import fixed_point_iterates
from groverattn.reference.search.unknown import GROWTH_MAX, UnknownNumberSearch, check_promise


def total(cost: SearchCost) -> float:
    return cost.iterates_expected + cost.checks_expected


@pytest.mark.parametrize("n", [2, 3, 4, 5, 1000, 2**20, 2**60])
def test_a_round_grows_to_sqrt_n_and_ends_with_the_fixed_point_search(n) -> None:
    *growing, last = UnknownNumberSearch(1e-6).trials(n, n_found=1)
    bounds = [trial.iterates_max + 1 for trial in growing]
    assert bounds[0] == 1
    assert all(b <= math.ceil(1.34**i) for i, b in enumerate(bounds))
    assert bounds[:-1] == [math.ceil(1.34**i) for i in range(len(bounds) - 1)]
    assert 1.34 ** (len(bounds) - 2) < math.sqrt(n) <= 1.34 ** (len(bounds) - 1)
    assert (bounds[-1] - 1) ** 2 < n <= bounds[-1] ** 2
    assert [trial.is_phased for trial in (*growing, last)] == [False] * len(growing) + [True]
    assert last.iterates_max == fixed_point_iterates(n, 1, 1e-6)


def test_nothing_is_searched_when_all_is_found_or_the_promise_is_broken() -> None:
    search = UnknownNumberSearch(0.1, n_marked_max=3)
    assert [bool(search.trials(8, found)) for found in range(6)] == [True, True, True, True, False, False]
    assert UnknownNumberSearch(0.1).trials(8, 8) == ()


def test_a_row_that_breaks_the_promise_costs_one_round_more_than_it_allows() -> None:
    """The rounds with 100, ..., 90 keys left: the difference of two searches, where misses are rare."""
    promised, whole, rest = (UnknownNumberSearch(1e-12, n_marked_max=m) for m in (10, None, None))
    given_up = promised.cost(1024, 100)
    assert total(given_up) == pytest.approx(total(whole.cost(1024, 100)) - total(rest.cost(1024, 89)), rel=1e-9)
    assert promised.cost(1024, 10) == whole.cost(1024, 10)


@pytest.mark.parametrize("p_failure", [0.99, 1e-3, 1e-9])
def test_all_rounds_together_fail_less_often_than_a_third_of_p_failure(p_failure) -> None:
    """More marked keys fail more often, so t = n is the worst. Worst n: just before a further trial fits below sqrt(n).

    The shares grow slowly with n, 0.28 at n = 391,391: few rounds get to their last trial.
    """
    search = UnknownNumberSearch(p_failure)
    shares = [
        search.cost(n, n).p_failure / p_failure for n in (*range(2, 60), *(int(1.34**i) for i in range(18, 38, 2)))
    ]
    assert 0.2 < max(shares) < 1 / 3
    by_number = [search.cost(300, t).p_failure for t in range(301)]
    assert by_number[0] == 0
    assert (np.diff(by_number) >= 0).all()


GROWTHS = np.arange(1.06, 2.0, 0.02)


def excess_over_the_best_growth(n: int, k: int) -> float:
    p_failure = 1e-3 / n
    best = min(total(UnknownNumberSearch(p_failure, growth=growth).cost(n, k)) for growth in GROWTHS)
    return total(UnknownNumberSearch(p_failure).cost(n, k)) / best - 1


@pytest.mark.parametrize(("n", "most"), [(2**10, 0.033), (2**12, 0.033), (2**17, 0.016), (2**20, 0.009)])
def test_growth_134_is_close_to_the_best(n, most) -> None:
    excess = [excess_over_the_best_growth(n, k) for k in (8, 32, 128, 512, 2048) if k <= n / 2]
    assert most / 3 < max(excess) <= most


@pytest.mark.parametrize("n", [2**10, 2**13, 2**17])
def test_a_single_key_would_like_a_larger_growth(n) -> None:
    assert 0.1 < excess_over_the_best_growth(n, 1) < 0.15
    costs = [total(UnknownNumberSearch(1e-3 / n, growth=growth).cost(n, 1)) for growth in GROWTHS]
    assert GROWTHS[int(np.argmin(costs))] > 1.85


@pytest.mark.parametrize(("growth", "least", "most"), [(1.2, 1.51, 1.65), (1.34, 1.41, 1.51), (1.5, 1.40, 1.80)])
def test_a_round_costs_about_sqrt_n_over_t(growth, least, most) -> None:
    """Iterates and checks of the round with t left, in sqrt(n/t), for n = 2^17: the difference of two searches."""
    search, n = UnknownNumberSearch(1e-12, growth=growth), 2**17
    for t in (1, 2, 3, 5, 8, 16, 32, 64, 200, 400):
        round_cost = total(search.cost(n, t)) - total(search.cost(n, t - 1))
        assert least <= round_cost / math.sqrt(n / t) <= most


def rounds_until_found(n: int, k: int) -> float:
    """Iterates and checks of a round for each of k keys that goes on at sqrt(n) for ever, as in the first paper."""
    in_total, m = 0.0, 1.0
    t, happens = np.arange(1, k + 1), np.ones(k)
    while happens.max() > 1e-12:
        bound = math.ceil(min(m, math.sqrt(n)))
        in_total += happens.sum() * ((bound - 1) / 2 + 1)
        happens *= 1 - mean_trial_success(n, t, bound)
        m *= 1.34
    return in_total


@pytest.mark.parametrize(
    ("n", "k", "tight", "growing_percent", "checks_percent"),
    [
        (1024, 32, 582, 12.5, 3.2),
        (8192, 64, 2296, 9.4, 2.3),
        (131072, 64, 9069, 9.7, 2.3),
        (131072, 2048, 48767, 1.8, 0.6),
    ],
)
def test_all_keys_cost_a_tight_count_and_the_trials_of_the_round_that_finds_nothing(
    n, k, tight, growing_percent, checks_percent
) -> None:
    """The tight count: a round until found for each key, then the fixed-point search at once, with eps = 1e-3/n.

    The procedure does not know which round is the last: it makes the growing trials there too, and a few fixed-point
    searches while keys are left.
    """
    search = UnknownNumberSearch(1e-3 / n)
    *growing, last = search.trials(n, 0)
    assert round(rounds_until_found(n, k) + last.iterates_max) == tight
    of_growing = sum(trial.iterates_mean + 1 for trial in growing)
    assert 100 * of_growing / tight == pytest.approx(growing_percent, abs=0.06)
    assert 100 * ((total(search.cost(n, k)) - of_growing) / tight - 1) == pytest.approx(checks_percent, abs=0.06)


@pytest.mark.parametrize(
    ("n", "k", "in_total"), [(1024, 32, 673.7), (8192, 64, 2563.4), (131072, 64, 10165.0), (131072, 2048, 49929.4)]
)
def test_what_finding_all_keys_costs(n, k, in_total) -> None:
    """Iterates and checks with eps = 1e-3/n: 2.75 to 2.95 sqrt(n k) without the phased iterates."""
    cost = UnknownNumberSearch(1e-3 / n).cost(n, k)
    assert total(cost) == pytest.approx(in_total, abs=0.05)
    assert 2.75 < (total(cost) - cost.phased_expected) / math.sqrt(n * k) < 2.95


def test_nothing_marked_never_fails_and_costs_one_whole_round() -> None:
    search = UnknownNumberSearch(1e-3)
    cost, trials = search.cost(1024, 0), search.trials(1024, 0)
    assert cost.p_failure == 0.0
    assert cost.checks_expected == len(trials)
    assert cost.iterates_expected == sum(trial.iterates_mean for trial in trials)


@pytest.mark.parametrize(
    "call",
    [
        lambda: UnknownNumberSearch(0.0),
        lambda: UnknownNumberSearch(1.0),
        lambda: UnknownNumberSearch(math.nan),
        lambda: UnknownNumberSearch(0.1, growth=1.0),
        lambda: UnknownNumberSearch(0.1, growth=math.inf),
        lambda: UnknownNumberSearch(0.1, growth=math.nan),
        lambda: UnknownNumberSearch(0.1, n_marked_max=-1),
        lambda: UnknownNumberSearch(0.1).trials(1, 0),
        lambda: UnknownNumberSearch(0.1).cost(1, 0),
        lambda: UnknownNumberSearch(0.1).cost(8, 9),
        lambda: UnknownNumberSearch(0.1).cost(8, -1),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize("growth", [1.2, 1.34, GROWTH_MAX])
def test_all_rounds_together_keep_the_promise_up_to_the_growth_allowed(growth) -> None:
    for n in (1024, 16384, 131072, 1 << 20):
        for t in (1, 8, 64, 512, 2048):
            if 2 * t < n:
                assert UnknownNumberSearch(1e-6, growth=growth).cost(n, t).p_failure < 1e-6
                guesses = (t / 10, t, 10 * t) if t <= 64 else ()
                for guess in guesses:
                    search = ExpectedNumberSearch(guess, 1e-6, growth=growth, cold_growth=growth)
                    assert search.cost(n, t).p_failure < 1e-6


def test_larger_growth_breaks_it() -> None:
    """Why it is refused where a promise is made."""
    assert UnknownNumberSearch(1e-6, growth=2.0).cost(131072, 2048).p_failure > 9e-6
    with pytest.raises(InputError, match="--growth = 2"):
        check_promise(2.0)
