import math

import numpy as np
import pytest

from groverattn.problem.errors import InputError
from groverattn.reference.amplification import success_probability
from groverattn.reference.search_laws import (
    LAWS,
    best_known_number_iterates,
    cade_classical_queries,
    cade_expected_queries,
    cade_f,
    cade_worst_queries,
    search_cost,
)
from groverattn.reference.unknown_number_search import UnknownNumberSearch


def test_cade_s_golden_value() -> None:
    """N = 100, T = 1, eps = 1e-5, K = 130 with two calls of the predicate a query (arXiv:2203.04975)."""
    assert cade_classical_queries(100, 1, 130) == pytest.approx(72.9245740488006, rel=1e-12)
    assert 2 * float(cade_expected_queries(100, 1, 130)) == pytest.approx(37.983057481329425, rel=1e-12)


def test_cade_s_f_is_below_its_simple_bound() -> None:
    for n in (100, 1000, 10**6):
        t = np.arange(1, math.ceil(n / 4))
        assert (cade_f(n, t) <= 3.1 * np.sqrt(n / t)).all()


def test_cade_s_ends() -> None:
    assert cade_classical_queries(100, 0, 130) == 130
    assert cade_classical_queries(100, 100, 130) == 1
    assert cade_f(4, [1, 2, 3, 4]).tolist() == [2.0344] * 4


@pytest.mark.parametrize(
    ("n", "k", "queries"), [(1024, 32, 5771), (8192, 64, 20049), (131072, 64, 87201), (131072, 2048, 239892)]
)
def test_the_published_bound_with_the_whole_failure_in_the_last_round(n, k, queries) -> None:
    """Totals with eps = 1e-3/n in the last round only; the law splits eps over the rounds, which costs more."""
    p_failure = 1e-3 / n
    total = cade_expected_queries(n, np.arange(1, k + 1)).sum() + cade_worst_queries(n, p_failure)
    assert round(total) == queries
    assert search_cost("proven", n, k, p_failure).iterates_expected > total


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


def test_laws_are_ordered() -> None:
    for n, k in ((1024, 32), (8192, 64), (131072, 2048)):
        costs = {law: search_cost(law, n, k, 1e-6) for law in LAWS}
        assert costs["ideal"].iterates_expected < costs["expected"].iterates_expected
        assert costs["expected"].iterates_expected < costs["proven"].iterates_expected
        assert costs["proven"].iterates_expected < costs["worst"].iterates_expected


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("n", "k"), [(2, 1), (2, 2), (3, 0), (4, 1), (4, 3), (16, 16), (1000, 30)])
def test_every_law_keeps_its_promises(law, n, k) -> None:
    cost = search_cost(law, n, k, 1e-4)
    assert 0 <= cost.p_failure <= 1e-4 * (1 + 1e-9)
    assert 0 <= cost.iterates_expected <= cost.iterates_max
    assert isinstance(cost.iterates_max, int)
    assert cost.checks_expected >= (0 if law == "proven" else k * (1 - 1e-4))
    assert cost.source


def test_expected_and_worst_are_the_shipped_procedure() -> None:
    shipped = UnknownNumberSearch(1e-6).cost(1024, 32)
    assert search_cost("expected", 1024, 32, 1e-6) == shipped
    assert search_cost("worst", 1024, 32, 1e-6).iterates_expected == shipped.iterates_max


@pytest.mark.parametrize(
    ("law", "n", "k", "p_failure"),
    [("best", 8, 1, 0.1), ("ideal", 1, 1, 0.1), ("ideal", 8, 9, 0.1), ("proven", 8, -1, 0.1), ("worst", 8, 1, 0.0)],
)
def test_what_is_refused(law, n, k, p_failure) -> None:
    with pytest.raises(InputError):
        search_cost(law, n, k, p_failure)
