"""Counting first: the cost over all outcomes, and what the estimate is worth."""

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.counting import counting_distribution, counting_estimate
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.unknown import UnknownNumberSearch


@pytest.mark.parametrize(("n", "t", "n_bits"), [(64, 5, 3), (64, 0, 3), (100, 7, 5), (256, 16, 4)])
def test_cost_is_the_mean_over_all_outcomes(n, t, n_bits):
    """The outcomes that `cost` leaves out are one in a hundred and change the mean by less than 2 %."""
    search = CountedNumberSearch(1e-4, n_bits=n_bits)
    p = counting_distribution(n, t, n_bits)
    estimates = counting_estimate(n, np.arange(p.size), n_bits)
    costs = [ExpectedNumberSearch(float(estimate), 1e-4).cost(n, t) for estimate in estimates]
    for name, extra in (("iterates_expected", 2**n_bits - 1), ("checks_expected", 0), ("phased_expected", 0)):
        exact = extra + p @ [getattr(cost, name) for cost in costs]
        assert getattr(search.cost(n, t), name) == pytest.approx(exact, rel=0.02)
    assert search.cost(n, t).p_failure <= 1e-4


def test_counting_takes_about_sqrt_n_iterates():
    for m in (4, 10, 17, 20):
        assert 2 ** (m / 2) <= 2 ** CountedNumberSearch(0.1).bits(1 << m) < 2 * 2 ** (m / 2)
    assert CountedNumberSearch(0.1, n_bits=7).bits(1 << 17) == 7


def test_counting_pays_where_many_keys_are_marked():
    """A seventh fewer iterates at 512 of 131,072 keys, more at 8 and 32 of 1,024: the counting costs sqrt(n) itself."""
    for n, t, p_failure, share in ((1024, 8, 1e-6, 1.036), (1024, 32, 1e-6, 1.058), (131072, 512, 7.6e-9, 0.862)):
        counted = CountedNumberSearch(p_failure).cost(n, t).iterates_expected
        cold = UnknownNumberSearch(p_failure).cost(n, t).iterates_expected
        assert counted / cold == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize("call", [lambda: CountedNumberSearch(0.0), lambda: CountedNumberSearch(0.1, n_bits=0)])
def test_what_is_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize(("n", "t"), [(64, 5), (100, 0)])
def test_the_most_iterates_are_those_of_the_counting_and_of_the_longest_search(n, t):
    """Of the likely outcomes; a smaller estimate starts later rounds cold, which have more trials."""
    search = CountedNumberSearch(1e-4, n_bits=4)
    p = counting_distribution(n, t, 4)
    of_outcomes = [15 + search.after(n, outcome).cost(n, t).iterates_max for outcome in range(16)]
    assert of_outcomes[int(p.argmax())] <= search.cost(n, t).iterates_max <= max(of_outcomes)
    assert search.cost(n, t).iterates_max in of_outcomes
