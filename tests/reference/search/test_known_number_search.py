import math

import numpy as np
import pytest
from scipy.optimize import brentq

from groverattn.errors import InputError
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.known import KnownNumberSearch, best_known_number_iterates, repeated_best
from groverattn.reference.search.unknown import UnknownNumberSearch


@pytest.mark.parametrize("n", [2, 3, 4, 5, 17, 100, 4096])
def test_known_numbers_take_the_best_j(n) -> None:
    t = np.unique(np.geomspace(1, n, 30).astype(int))
    j = np.arange(0, 4 * math.isqrt(n) + 4)
    p = np.maximum(success_probability(n, t[:, None], j), 1e-300)
    best = ((j + 1) / p).min(axis=1)
    chosen = best_known_number_iterates(n, t)
    assert (chosen + 1) / success_probability(n, t, chosen) == pytest.approx(best, rel=1e-12)


def test_known_numbers_cost_069_sqrt_n_over_t() -> None:
    n = 10**12
    j = best_known_number_iterates(n, np.array([1]))
    assert float((j / success_probability(n, 1, j))[0]) / math.sqrt(n) == pytest.approx(0.690, abs=5e-4)


def test_the_tangent_starts_below_the_line_for_theta_below_139() -> None:
    """tan(theta) < 2 theta + 2 theta, so that the bisection has a crossing to find."""
    assert brentq(lambda theta: math.tan(theta) - 4 * theta, 0.5, 1.5) == pytest.approx(1.393, abs=5e-4)


@pytest.mark.parametrize(("n", "n_marked", "share_new"), [(64, 1, 1.0), (64, 5, 0.4), (100, 30, 0.1), (4, 1, 1.0)])
def test_a_round_repeats_its_run_as_often_as_it_has_to(n, n_marked, share_new) -> None:
    trials = repeated_best(n, n_marked, share_new, 0.01)
    fails = 1 - float(trials[0].success(n, n_marked)) * share_new
    assert set(trials) == {trials[0]}
    assert fails ** len(trials) <= 0.01 < fails ** (len(trials) - 1)


@pytest.mark.parametrize("p_failure", [0.9, 0.1, 1e-9])
def test_all_rounds_together_fail_less_often_than_asked(p_failure) -> None:
    for n in (2, 3, 10, 100, 1000):
        for t in {0, 1, 2, n // 3, n - 1, n}:
            assert KnownNumberSearch(t, p_failure).cost(n, t).p_failure <= p_failure, (n, t)


def test_nothing_marked_costs_nothing() -> None:
    cost = KnownNumberSearch(0, 0.1).cost(8, 0)
    assert (cost.iterates_expected, cost.iterates_max, cost.checks_expected, cost.p_failure) == (0, 0, 0, 0)


def test_everything_marked_begins_with_a_check_and_no_iterate() -> None:
    cost = KnownNumberSearch(2, 1e-9).cost(2, 2)
    assert cost.checks_expected == pytest.approx(1 + 2)  # one of two is found with probability a half
    assert cost.iterates_expected == 0


def test_a_quarter_of_a_million_keys_cost_as_much_each_as_few_do() -> None:
    """The share of marked keys decides, so 2^17 of 2^20 cost a thousand times 2^7 of 2^10, up to the ends."""
    few, many = (
        KnownNumberSearch(1 << 7, 1e-9).cost(1 << 10, 1 << 7),
        KnownNumberSearch(1 << 17, 1e-9).cost(1 << 20, 1 << 17),
    )
    assert many.checks_expected / few.checks_expected == pytest.approx(1024, rel=0.02)
    assert many.iterates_expected / few.iterates_expected == pytest.approx(1024, rel=0.1)


def test_all_keys_cost_138_sqrt_nk_iterates() -> None:
    """The sum of 0.690 sqrt(n/t) over t; without restarts it is pi/2 sqrt(n k)."""
    n, k = 10**13, 10**4
    cost = KnownNumberSearch(k, 1e-9).cost(n, k)
    assert (cost.iterates_expected + cost.checks_expected) / math.sqrt(n * k) == pytest.approx(1.38, rel=0.01)


@pytest.mark.parametrize(("n", "k"), [(64, 1), (1024, 32), (8192, 64), (131072, 512)])
def test_knowing_the_number_takes_less_than_guessing_it_rightly_or_not_at_all(n, k) -> None:
    known, *others = (
        search.cost(n, k).iterates_expected
        for search in (KnownNumberSearch(k, 1e-6), UnknownNumberSearch(1e-6), ExpectedNumberSearch(k, 1e-6))
    )
    assert known < 0.8 * min(others)


@pytest.mark.parametrize(
    "call",
    [
        lambda: KnownNumberSearch(-1, 0.1),
        lambda: KnownNumberSearch(1, 0.0),
        lambda: KnownNumberSearch(1, 1.0),
        lambda: KnownNumberSearch(1, math.nan),
        lambda: KnownNumberSearch(3, 0.1).cost(8, 2),
        lambda: KnownNumberSearch(9, 0.1).cost(8, 9),
        lambda: KnownNumberSearch(9, 0.1).trials(8, 0),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
