import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.laws import (
    LAWS,
    N_MARKED_MAX,
    cade_expected_queries,
    cade_worst_queries,
    cost_at_scale,
    search_cost,
)
from groverattn.reference.search.unknown import UnknownNumberSearch


@pytest.mark.parametrize(
    ("n", "k", "queries"), [(1024, 32, 5771), (8192, 64, 20049), (131072, 64, 87201), (131072, 2048, 239892)]
)
def test_the_published_bound_with_the_whole_failure_in_the_last_round(n, k, queries) -> None:
    """Totals with eps = 1e-3/n in the last round only; the law splits eps over the rounds, which costs more."""
    p_failure = 1e-3 / n
    total = cade_expected_queries(n, np.arange(1, k + 1)).sum() + cade_worst_queries(n, p_failure)
    assert round(total) == queries
    assert search_cost("proven", n, k, p_failure).iterates_expected > total


@pytest.mark.parametrize(
    ("n", "k"), [(2, 1), (3, 1), (16, 0), (64, 1), (100, 60), (1024, 32), (8192, 64), (131072, 2048)]
)
@pytest.mark.parametrize("p_failure", [0.1, 1e-6, 1e-12])
def test_ideal_is_below_expected_and_expected_below_proven_and_worst(n, k, p_failure) -> None:
    costs = {law: search_cost(law, n, k, p_failure) for law in LAWS}
    ideal, expected, proven, worst = (costs[law].iterates_expected for law in ("ideal", "expected", "proven", "worst"))
    assert ideal < expected < worst
    assert expected + costs["expected"].checks_expected < proven


@pytest.mark.parametrize("n", [256, 1024, 8192, 131072, 2**20])
@pytest.mark.parametrize("p_failure", [1e-6, 1e-9])
def test_worst_is_below_proven_up_to_about_24_marked_keys_and_always_below_its_most(n, p_failure) -> None:
    ks = np.arange(100)
    worst, proven = ([search_cost(law, n, int(k), p_failure) for k in ks] for law in ("worst", "proven"))
    above = np.array([a.iterates_expected > b.iterates_expected for a, b in zip(worst, proven, strict=True)])
    assert (np.diff(above.astype(int)) >= 0).all()  # once above, it stays there
    assert 20 <= ks[above][0] <= 28
    assert all(a.iterates_max < b.iterates_max for a, b in zip(worst, proven, strict=True))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("n", "k"), [(2, 1), (2, 2), (3, 0), (4, 1), (4, 3), (16, 16), (1000, 30)])
def test_every_law_keeps_its_promises(law, n, k) -> None:
    cost = search_cost(law, n, k, 1e-4)
    assert 0 <= cost.p_failure <= 1e-4 * (1 + 1e-9)
    assert 0 <= cost.phased_expected <= cost.iterates_expected <= cost.iterates_max
    assert isinstance(cost.iterates_max, int)
    assert cost.checks_expected >= (0 if law == "proven" else k * (1 - 1e-4))
    assert cost.source


def test_ideal_and_expected_are_what_the_searches_say() -> None:
    assert search_cost("ideal", 1024, 32, 1e-6) == KnownNumberSearch(32, 1e-6).cost(1024, 32)
    assert search_cost("expected", 1024, 32, 1e-6) == UnknownNumberSearch(1e-6).cost(1024, 32)


@pytest.mark.parametrize(("n", "k"), [(1024, 32), (16, 16), (64, 0)])
def test_worst_makes_every_trial_of_every_round_at_its_largest(n, k) -> None:
    search = UnknownNumberSearch(1e-6)
    trials = [trial for found in range(k + 1) for trial in search.trials(n, found)]
    cost = search_cost("worst", n, k, 1e-6)
    assert cost.iterates_expected == cost.iterates_max == sum(trial.iterates_max for trial in trials)
    assert cost.checks_expected == len(trials)
    assert cost.phased_expected == sum(trial.iterates_max for trial in trials if trial.is_phased)
    kept = ("iterates_max", "p_failure")
    assert attrs.asdict(cost, filter=lambda a, _: a.name in kept) == attrs.asdict(
        search.cost(n, k), filter=lambda a, _: a.name in kept
    )


@pytest.mark.parametrize(
    ("law", "n", "k", "p_failure"),
    [
        ("best", 8, 1, 0.1),
        ("ideal", 1, 1, 0.1),
        ("ideal", 8, 9, 0.1),
        ("proven", 8, -1, 0.1),
        ("worst", 8, 1, 0.0),
        ("expected", 1 << 20, N_MARKED_MAX + 1, 0.1),
    ],
)
def test_what_is_refused(law, n, k, p_failure) -> None:
    with pytest.raises(InputError):
        search_cost(law, n, k, p_failure)


@pytest.mark.parametrize(("n_keys", "n_marked"), [(1 << 20, 1 << 13), (3 << 22, 1 << 15), (1 << 30, 5 << 13)])
def test_many_marked_keys_cost_what_fewer_at_the_same_share_say(n_keys, n_marked):
    exact = UnknownNumberSearch(0.005).cost_with_faults(n_keys, n_marked, 0.0)
    scaled = cost_at_scale(n_keys, n_marked, 0.005)
    assert scaled.iterates_expected == pytest.approx(exact.iterates_expected, rel=0.005)
    assert scaled.checks_expected == pytest.approx(exact.checks_expected, rel=0.005)
    assert scaled.phased_expected < 0.02 * scaled.iterates_expected


def test_few_marked_keys_are_summed_one_by_one_at_any_scale():
    assert cost_at_scale(1 << 20, 2048, 0.005) == search_cost("expected", 1 << 20, 2048, 0.005)
    with pytest.raises(InputError):
        search_cost("expected", 1 << 56, 1 << 20, 0.005)
    more, fewer = (cost_at_scale(1 << n, 1 << (n - 20), 0.005).iterates_expected for n in (56, 54))
    assert more / fewer == pytest.approx(4, rel=1e-3)  # sqrt(n k) at one k/n
