import itertools
import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.unknown import UnknownNumberSearch


def total(cost: SearchCost) -> float:
    return cost.iterates_expected + cost.checks_expected


def simulated_run(search: TopKSearch, n: int, rng) -> tuple[int, int, int, bool]:
    """Iterates, phased ones, checks, and whether a better key was left; rank 1 is the best key."""
    kept = {int(rank) for rank in rng.permutation(n)[: search.n_kept] + 1}
    iterates, phased, checks = 0, 0, search.n_kept
    while True:
        better = [rank for rank in range(1, max(kept)) if rank not in kept]
        for trial in search.trials(n):
            run = trial.draw(rng)
            iterates, checks = iterates + run.n_iterates, checks + 1
            phased += run.n_iterates if run.is_phased else 0
            if rng.random() < run.success(n, len(better)):
                kept.remove(max(kept))
                kept.add(int(rng.choice(better)))
                break
        else:
            return iterates, phased, checks, bool(better)


@pytest.mark.parametrize(
    ("n_kept", "n", "p_failure"), [(1, 12, 0.9), (3, 12, 0.9), (1, 30, 0.2), (3, 20, 0.4), (1, 2, 0.5)]
)
def test_cost_is_what_the_search_costs_on_random_scores(n_kept, n, p_failure) -> None:
    search, rng = TopKSearch(n_kept, p_failure), np.random.default_rng(0)
    runs = np.array([simulated_run(search, n, rng) for _ in range(1000)], dtype=float)
    cost = search.cost(n)
    expected = np.array([cost.iterates_expected, cost.phased_expected, cost.checks_expected])
    missed = runs[:, 3].mean()
    spread = 4 * runs[:, :3].std(axis=0) / math.sqrt(len(runs))
    assert (np.abs(runs[:, :3].mean(axis=0) - expected) <= spread + 1e-9).all()
    assert abs(missed - cost.p_failure) <= 4 * math.sqrt(cost.p_failure / len(runs)) + 1e-9
    assert runs[:, 0].max() <= cost.iterates_max


@pytest.mark.parametrize("n_kept", [1, 3])
def test_the_worst_key_kept_has_rank_r_in_some_round_with_probability_k_over_r(n_kept) -> None:
    n, rng, runs = 9, np.random.default_rng(1), 4000
    visits = np.zeros(n + 1)
    for _ in range(runs):
        kept = {int(rank) for rank in rng.permutation(n)[:n_kept] + 1}
        visits[max(kept)] += 1
        while better := [rank for rank in range(1, max(kept)) if rank not in kept]:
            kept.remove(max(kept))
            kept.add(int(rng.choice(better)))
            visits[max(kept)] += 1
    expected = n_kept / np.arange(n_kept, n + 1)
    assert np.abs(visits[n_kept:] / runs - expected).max() <= 4 * math.sqrt(0.25 / runs)
    assert not visits[:n_kept].any()


@pytest.mark.parametrize("n", [2**10, 2**14, 2**17])
def test_durr_and_hoyer_s_constant_without_the_last_round_is_26_to_29(n) -> None:
    """Their bound has 22.5 sqrt(n), later 6.3505 sqrt(n) + 2.8203 (arXiv:2203.04975)."""
    search = TopKSearch(1, 1e-9)
    last_round = sum(trial.iterates_mean + 1 for trial in search.trials(n))
    assert 2.6 < (total(search.cost(n)) - last_round) / math.sqrt(n) < 2.9


def test_not_to_know_the_threshold_costs_a_factor_of_pi_half_in_the_limit() -> None:
    """The sums of sqrt(n/t) over t with and without the weight k/(t + k), in sqrt(n k)."""
    for n, k, tolerance in ((10**5, 100, 0.09), (10**7, 1000, 0.028)):
        t = np.arange(1, n - k + 1, dtype=float)
        unknown = (k / (t + k) / np.sqrt(t)).sum() / math.sqrt(k)
        known = (1 / np.sqrt(t[:k])).sum() / math.sqrt(k)
        assert unknown == pytest.approx(math.pi, rel=tolerance)
        assert known == pytest.approx(2, rel=tolerance)
        assert unknown / known == pytest.approx(math.pi / 2, rel=tolerance / 2)


def test_not_to_know_the_threshold_costs_nearly_as_much_in_all() -> None:
    ratios = [
        total(TopKSearch(k, 1e-9).cost(2**16)) / total(UnknownNumberSearch(1e-9).cost(2**16, k)) for k in (1, 16, 256)
    ]
    assert ratios == sorted(ratios)
    assert 1.1 < ratios[0] < 1.2
    assert 1.45 < ratios[-1] < math.pi / 2


@pytest.mark.parametrize("p_failure", [0.9, 1e-2, 1e-9])
def test_all_rounds_together_fail_less_often_than_asked(p_failure) -> None:
    for n, k in ((2, 1), (3, 2), (100, 1), (100, 30), (4096, 16)):
        assert 0 < TopKSearch(k, p_failure).cost(n).p_failure < p_failure


@pytest.mark.parametrize(
    "call",
    [
        lambda: TopKSearch(0, 0.1),
        lambda: TopKSearch(1, 0.0),
        lambda: TopKSearch(1, 1.0),
        lambda: TopKSearch(1, 0.1, growth=1.0),
        lambda: TopKSearch(4, 0.1).cost(4),
        lambda: TopKSearch(1, 0.1).cost(1),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize("n_read", [0, 2, 5, 9])
def test_ranks_that_are_read_first_by_brute_force(n_read):
    """All orders in which five keys come after those that are read: how often the worst key kept has each rank."""
    n, k = n_read + 5, 3
    rng = np.random.default_rng(n_read)
    is_read = np.zeros(n, dtype=bool)
    is_read[rng.choice(n, n_read, replace=False)] = True
    times = np.zeros(n)
    orders = list(itertools.permutations(np.flatnonzero(~is_read).tolist()))
    for order in orders:
        come, seen = np.flatnonzero(is_read).tolist(), set()
        for key in [None, *order]:
            come += [] if key is None else [key]
            if len(come) >= k:
                seen.add(sorted(come)[k - 1])  # keys are numbered by falling score
        times[list(seen)] += 1
    assert TopKSearch(k, 0.1)._p_worst(is_read) == pytest.approx(times[k - 1 :] / len(orders))
