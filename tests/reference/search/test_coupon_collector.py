import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.collector import CouponCollector
from groverattn.reference.search.known import KnownNumberSearch


def harmonic(t: int) -> float:
    return float((1 / np.arange(1, t + 1)).sum())


@pytest.mark.parametrize("t", [1, 10, 256])
def test_few_keys_of_many_cost_069_harmonic_sqrt_nt(t) -> None:
    n = 2**40
    cost = CouponCollector(t, 1e-9).cost(n, t)
    assert (cost.iterates_expected + cost.checks_expected) / (harmonic(t) * math.sqrt(n * t)) == pytest.approx(
        0.690, abs=5e-4
    )


def test_it_draws_t_harmonic_marked_keys_each_as_dear_as_the_first_with_exclusion() -> None:
    n, t = 1024, 32
    cost, first = CouponCollector(t, 1e-12).cost(n, t), KnownNumberSearch(t, 1e-12).trials(n, 0)[0]
    runs = t * harmonic(t) / float(first.success(n, t))
    assert cost.checks_expected == pytest.approx(runs, rel=1e-6)
    assert cost.iterates_expected == pytest.approx(runs * first.iterates_mean, rel=1e-6)


def test_every_run_has_the_same_circuit() -> None:
    search = CouponCollector(5, 0.1)
    assert len({trial for found in range(5) for trial in search.trials(256, found)}) == 1
    assert search.trials(256, 5) == ()


@pytest.mark.parametrize("p_failure", [0.9, 0.1, 1e-9])
def test_all_rounds_together_fail_less_often_than_asked(p_failure) -> None:
    for n in (2, 3, 10, 100):
        for t in {0, 1, 2, n // 3, n}:
            assert CouponCollector(t, p_failure).cost(n, t).p_failure <= p_failure, (n, t)


@pytest.mark.parametrize(
    "call",
    [
        lambda: CouponCollector(-1, 0.1),
        lambda: CouponCollector(1, 0.0),
        lambda: CouponCollector(1, 1.0),
        lambda: CouponCollector(9, 0.1).trials(8, 0),
        lambda: CouponCollector(3, 0.1).cost(8, -1),
        lambda: CouponCollector(3, 0.1).cost(8, 9),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
