import math
import time

import numpy as np
import pytest

from groverattn.problem.errors import InputError
from groverattn.reference import unknown_number_search
from groverattn.reference.amplification import mean_trial_success, success_probability
from groverattn.reference.unknown_number_search import UnknownNumberSearch


def simulate(search: UnknownNumberSearch, n: int, t: int, rng) -> tuple[int, int, bool]:
    """Iterates, checks, and whether a key was left, of one run of the procedure as it is described."""
    iterates = checks = 0
    left = t
    while True:
        for bound in search.bounds(n):
            j = int(rng.integers(bound))
            iterates, checks = iterates + j, checks + 1
            if rng.random() < success_probability(n, left, j):
                left -= 1
                break
        else:
            return iterates, checks, left > 0


@pytest.mark.parametrize(("n", "t", "p_failure"), [(16, 2, 0.3), (7, 7, 0.5), (64, 5, 0.01), (3, 2, 0.9), (40, 0, 0.1)])
def test_cost_is_what_the_procedure_costs(n, t, p_failure) -> None:
    search = UnknownNumberSearch(p_failure)
    rng = np.random.default_rng(0)
    runs = np.array([simulate(search, n, t, rng) for _ in range(1000)], dtype=float)
    cost = search.cost(n, t)
    expected = np.array([cost.iterates_expected, cost.checks_expected, cost.p_failure])
    spread = np.array([*runs[:, :2].std(axis=0), math.sqrt(cost.p_failure)])  # failures are rare: Poisson
    assert (np.abs(runs.mean(axis=0) - expected) <= 4 * spread / math.sqrt(len(runs)) + 1e-9).all()
    assert runs[:, 0].max() <= cost.iterates_max


def test_cost_is_the_recursion_written_out() -> None:
    search, n, t = UnknownNumberSearch(0.7), 12, 5
    iterates = checks = 0.0
    reached = 1.0
    for left in range(t, -1, -1):
        happens = reached
        for bound in search.bounds(n):
            iterates += happens * (bound - 1) / 2
            checks += happens
            happens *= 1 - float(mean_trial_success(n, left, bound))
        reached = reached - happens if left else reached
    cost = search.cost(n, t)
    assert cost.iterates_expected == pytest.approx(iterates, rel=1e-12)
    assert cost.checks_expected == pytest.approx(checks, rel=1e-12)
    assert cost.p_failure == pytest.approx(1 - reached, rel=1e-10)
    assert cost.iterates_max == (t + 1) * sum(search.bounds(n) - 1)


@pytest.mark.parametrize("p_failure", [0.5, 0.1, 1e-3, 1e-9])
def test_all_rounds_together_fail_less_often_than_asked(p_failure) -> None:
    search = UnknownNumberSearch(p_failure)
    for n in (2, 3, 4, 5, 7, 10, 31, 100, 1000, 131072):
        for t in {1, 2, 3, 8, n // 2, min(n, 1000)} & set(range(n + 1)):
            assert search.cost(n, t).p_failure <= p_failure, (n, t)


def test_blocks_of_rounds_are_joined(monkeypatch) -> None:
    search = UnknownNumberSearch(0.8)
    whole = search.cost(50, 30)
    monkeypatch.setattr(unknown_number_search, "_ROUNDS_PER_BLOCK", 7)
    blocks = search.cost(50, 30)
    assert blocks.iterates_expected == pytest.approx(whole.iterates_expected, rel=1e-13)
    assert blocks.p_failure == pytest.approx(whole.p_failure, rel=1e-12)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 1000, 2**20, 2**60])
def test_bounds_end_at_the_cap(n) -> None:
    search = UnknownNumberSearch(1e-6)
    bounds = search.bounds(n)
    assert search.n_final_trials == math.ceil(math.log(1e6) / math.log(4 / 3)) == 49
    assert bounds[0] == 1
    assert (np.diff(bounds) >= 0).all()
    cap = bounds[-1]
    assert (int(cap) - 1) ** 2 < n <= int(cap) ** 2
    assert (bounds[-49:] == cap).all()


@pytest.mark.parametrize(("growth", "least", "most"), [(1.2, 1.45, 1.65), (1.34, 1.23, 1.49), (1.5, 1.13, 1.53)])
def test_a_round_costs_about_sqrt_n_over_t(growth, least, most) -> None:
    """Iterates and checks of the round with t left, in sqrt(n/t), for n = 2^17: the difference of two searches."""
    search, n = UnknownNumberSearch(1e-12, growth=growth), 2**17
    for t in (1, 2, 3, 5, 8, 16, 32, 64, 200, 400):
        a, b = search.cost(n, t), search.cost(n, t - 1)
        round_cost = a.iterates_expected + a.checks_expected - b.iterates_expected - b.checks_expected
        assert least <= round_cost / math.sqrt(n / t) <= most


def test_nothing_marked_never_fails() -> None:
    cost = UnknownNumberSearch(1e-3).cost(1024, 0)
    assert cost.p_failure == 0.0
    assert cost.checks_expected == UnknownNumberSearch(1e-3).bounds(1024).size


def test_a_long_context_takes_milliseconds() -> None:
    search = UnknownNumberSearch(1e-10)
    durations_s = []
    for _ in range(5):
        start_s = time.perf_counter()
        search.cost(10**7, 2048)
        durations_s.append(time.perf_counter() - start_s)
    assert min(durations_s) < 0.1  # 0.01 s where it was written; the margin is for loaded machines


@pytest.mark.parametrize(
    "call",
    [
        lambda: UnknownNumberSearch(0.0),
        lambda: UnknownNumberSearch(1.0),
        lambda: UnknownNumberSearch(math.nan),
        lambda: UnknownNumberSearch(0.1, growth=1.0),
        lambda: UnknownNumberSearch(0.1, growth=math.inf),
        lambda: UnknownNumberSearch(0.1).bounds(1),
        lambda: UnknownNumberSearch(0.1).cost(8, 9),
        lambda: UnknownNumberSearch(0.1).cost(8, -1),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
