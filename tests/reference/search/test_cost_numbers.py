"""Numbers that follow from a cost: keys read and tested, measurements, and what faults add to misses."""

import attrs
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.cost import IterateShare, SearchCost
from groverattn.reference.search.faults import RATE_MAX
from groverattn.reference.search.parallel import ParallelSearch

COST = SearchCost(200.0, 900, 40.0, 0.01, "by hand", reads_first=7)
SHARES = tuple(
    IterateShare(**dict.fromkeys((field.name for field in attrs.fields(IterateShare)), 1) | numbers)
    for numbers in ({"keys_per_query": 4, "iterates": 30.0, "trials": 5.0}, {"iterates": 170.0, "trials": 6.0})
)


def test_keys_that_are_read_and_tested():
    assert COST.reads_expected == 47.0
    assert (COST.trials_expected, COST.key_tests) == (40.0, 200.0)
    shared = attrs.evolve(COST, shares=SHARES)
    assert (shared.trials_expected, shared.key_tests) == (11.0, 4 * 30 + 170)


def test_without_bounds_every_fault_is_a_miss():
    """Up to one expected fault in a row each costs a key; so 0.01 + 200 f, and never more than 1."""
    for fault_rate in (0.0, 1e-4, 3e-3):
        assert COST.p_miss(fault_rate) == pytest.approx(0.01 + 200 * fault_rate)
    assert COST.p_miss(0.004999) == 1.0
    assert COST.check_iterates == pytest.approx(200.0)
    assert COST.faults_allowed(0.21) == pytest.approx(0.2 / 200)
    assert COST.faults_allowed(0.01) == 0.0
    assert COST.faults_allowed(0.009) == 0.0
    for fault_rate in (-0.1, 1.1):
        with pytest.raises(InputError):
            COST.p_miss(fault_rate)


def test_bounds_are_joined_by_lines():
    """At 1 and 10 expected faults in a row, and 1 beyond the last."""
    bounded = attrs.evolve(COST, misses=(0.05, 0.5))
    for faults, p_miss in [(0, 0.01), (0.5, 0.03), (1, 0.05), (5.5, 0.275), (10, 0.5), (10.01, 1.0)]:
        assert bounded.p_miss(faults / 200) == pytest.approx(p_miss)
    assert bounded.check_iterates == pytest.approx(0.04 * 200)
    assert bounded.faults_allowed(0.275) == pytest.approx(5.5 / 200)
    assert bounded.faults_allowed(0.9) == pytest.approx(10 / 200)


def test_rates_beyond_the_law_are_misses():
    short = attrs.evolve(COST, iterates_expected=1e-3, misses=(0.05, 0.5))
    assert short.p_miss(RATE_MAX) < 1.0
    assert short.p_miss(RATE_MAX * 1.001) == 1.0
    assert short.faults_allowed(0.05) == RATE_MAX
    still = attrs.evolve(COST, iterates_expected=0.0)
    assert (still.faults_allowed(0.02), still.faults_allowed(0.005)) == (RATE_MAX, 0.0)


@pytest.mark.parametrize(("n_machines", "n", "t"), [(1, 64, 3), (4, 256, 5), (8, 64, 0)])
def test_all_parts_take_what_each_takes_on_average(n_machines, n, t):
    search = ParallelSearch(n_machines, 0.01)
    one, whole, mean = search.cost(n, t), search.whole(n, t), search.mean(n, t)
    for name in ("iterates_expected", "checks_expected", "phased_expected"):
        assert getattr(mean, name) == getattr(one, name)
        assert getattr(whole, name) == pytest.approx(n_machines * getattr(one, name))
    assert whole.p_failure == pytest.approx(1 - (1 - mean.p_failure) ** n_machines)
    assert one.p_failure == pytest.approx(whole.p_failure)
    a_round = sum(trial.iterates_max for trial in search.of_one_machine.trials(n // n_machines, 0))
    assert whole.iterates_max == (t + n_machines) * a_round
