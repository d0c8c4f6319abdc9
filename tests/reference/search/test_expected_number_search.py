import math

import pytest

from groverattn.errors import InputError
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.unknown import UnknownNumberSearch

N, K, P_FAILURE = 8192, 64, 1e-9
SHIPPED = ExpectedNumberSearch(K, P_FAILURE)


def share(
    n_expected: float,
    *,
    checks: bool,
    p_failure: float = P_FAILURE,
    start: float = SHIPPED.start,
    growth: float = SHIPPED.growth,
) -> float:
    """Cost of finding the K keys in that of a cold start: iterates, with or without the checks."""
    warm = ExpectedNumberSearch(n_expected, p_failure, start=start, growth=growth).cost(N, K)
    cold = UnknownNumberSearch(p_failure).cost(N, K)
    warm_cost, cold_cost = (cost.iterates_expected + checks * cost.checks_expected for cost in (warm, cold))
    return warm_cost / cold_cost


def test_a_right_guess_takes_17_percent_fewer_iterates() -> None:
    assert share(K, checks=False) == pytest.approx(1 - 0.17, abs=0.005)
    assert share(K, checks=True) == pytest.approx(1 - 0.27, abs=0.005)


@pytest.mark.parametrize("p_failure", [1e-9, 1e-6, 1e-3 / N])
def test_a_guess_that_is_wrong_by_ten_takes_at_most_7_percent_more(p_failure) -> None:
    shares = [share(e, checks=checks, p_failure=p_failure) for e in (K / 10, 10 * K) for checks in (False, True)]
    assert 1.06 < max(shares) <= 1.07


def test_start_and_growth_are_the_best_on_a_grid() -> None:
    """Of the pairs that take at most 5 % more if the guess is wrong by ten, the best if it is right."""
    allowed = {}
    for start in (0.35, 0.5, 0.75):
        for growth in (1.1, 1.2, 1.25):
            too_few, right, too_many = (share(e, checks=True, start=start, growth=growth) for e in (K / 10, K, 10 * K))
            if max(too_few, too_many) <= 1.05:
                allowed[start, growth] = right
    assert len(allowed) >= 2
    assert min(allowed, key=allowed.__getitem__) == (SHIPPED.start, SHIPPED.growth) == (0.5, 1.2)


@pytest.mark.parametrize("n_expected", [0, 0.9, 1, 7, 64, 500, 8192])
def test_no_guess_makes_the_search_fail_more_often_than_asked(n_expected) -> None:
    for n, t in ((16, 1), (100, 8), (1024, 512), (8192, 64), (1024, 1024)):
        assert 0 < ExpectedNumberSearch(n_expected, 1e-3).cost(n, t).p_failure < 1e-3 / 3


def test_rounds_begin_where_the_expected_number_left_says_and_cold_after_it() -> None:
    search, cold = ExpectedNumberSearch(64, 1e-3), UnknownNumberSearch(1e-3)
    for found in (0, 10, 63):
        assert search.trials(N, found)[0].iterates_max + 1 == math.ceil(0.5 * math.sqrt(N / (64 - found)))
        assert search.trials(N, found)[-1] == cold.trials(N, found)[-1]
    assert search.trials(N, 64) == cold.trials(N, 64)
    assert search.trials(N, N) == ()
    assert ExpectedNumberSearch(0, 1e-3).cost(N, K).iterates_expected == cold.cost(N, K).iterates_expected


def test_many_keys_expected_begin_at_the_first_bound() -> None:
    assert ExpectedNumberSearch(60, 0.1).trials(64, 0)[0].iterates_max == 0


def test_a_broken_promise_ends_the_search() -> None:
    search = ExpectedNumberSearch(10, 0.1, n_marked_max=2)
    assert [bool(search.trials(64, found)) for found in range(5)] == [True, True, True, False, False]


@pytest.mark.parametrize(
    "call",
    [
        lambda: ExpectedNumberSearch(-1, 0.1),
        lambda: ExpectedNumberSearch(math.nan, 0.1),
        lambda: ExpectedNumberSearch(math.inf, 0.1),
        lambda: ExpectedNumberSearch(4, 0.1, start=0.0),
        lambda: ExpectedNumberSearch(4, 0.1, start=math.nan),
        lambda: ExpectedNumberSearch(4, 0.1, growth=1.0),
        lambda: ExpectedNumberSearch(4, 0.0),
        lambda: ExpectedNumberSearch(4, 0.1, n_marked_max=-1),
        lambda: ExpectedNumberSearch(4, 0.1).cost(1, 0),
        lambda: ExpectedNumberSearch(4, 0.1).cost(8, 9),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
