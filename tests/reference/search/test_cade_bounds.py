import math

import numpy as np
import pytest

from groverattn.reference.search.laws import cade_expected_queries, cade_f, cade_worst_queries


def test_cade_s_golden_value() -> None:
    """N = 100, T = 1, eps = 1e-5, K = 130 with two calls of the predicate a query (arXiv:2203.04975)."""
    assert 2 * float(cade_expected_queries(100, 1, 130)) == pytest.approx(37.983057481329425, rel=1e-12)


def test_cade_s_f_is_below_its_simple_bound() -> None:
    for n in (100, 1000, 10**6):
        t = np.arange(1, math.ceil(n / 4))
        assert (cade_f(n, t) <= 3.1 * np.sqrt(n / t)).all()


def test_cade_s_ends() -> None:
    assert cade_f(4, [1, 2, 3, 4]).tolist() == [2.0344] * 4


def test_the_last_check_repeats_as_often_as_a_third_of_failures_needs() -> None:
    """9.2 sqrt(n) queries in each of the ceil(log_3(1/eps)) runs."""
    for runs in (1, 5, 19):
        assert cade_worst_queries(10000, 3.0**-runs * 1.001) == pytest.approx(920 * runs)
        assert cade_worst_queries(10000, 3.0**-runs * 0.999) == pytest.approx(920 * (runs + 1))
