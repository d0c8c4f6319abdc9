import math

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.reference.search.unknown import UnknownNumberSearch


def speedup(n_machines: int, n: int, t: int) -> float:
    one, many = (ParallelSearch(s, 1e-6).cost(n, t).iterates_expected for s in (1, n_machines))
    return one / many


def test_one_machine_runs_the_search_itself() -> None:
    parallel, alone = ParallelSearch(1, 1e-3).cost(100, 7), UnknownNumberSearch(1e-3).cost(100, 7)
    assert attrs.astuple(parallel)[:4] == pytest.approx(attrs.astuple(alone)[:4], rel=1e-9)
    assert parallel.phased_expected == pytest.approx(alone.phased_expected)


@pytest.mark.parametrize(("n_machines", "n", "t"), [(2, 12, 5), (4, 32, 3), (3, 30, 30)])
def test_cost_is_the_mean_over_random_deals(n_machines, n, t) -> None:
    search, rng = ParallelSearch(n_machines, 0.5), np.random.default_rng(0)
    dealt = [np.count_nonzero(rng.permutation(n)[: n // n_machines] < t) for _ in range(2000)]
    costs = [search.of_one_machine.cost(n // n_machines, count) for count in range(t + 1) if count <= n // n_machines]
    cost = search.cost(n, t)
    for name in ("iterates_expected", "checks_expected", "phased_expected"):
        drawn = np.array([getattr(costs[count], name) for count in dealt])
        assert abs(drawn.mean() - getattr(cost, name)) <= 4 * drawn.std() / math.sqrt(len(drawn)) + 1e-9
    assert max(costs[count].iterates_max for count in dealt) <= cost.iterates_max


@pytest.mark.parametrize(("n", "t"), [(12, 1), (12, 5), (64, 20), (64, 64)])
def test_failures_are_nearly_those_of_machines_that_share_the_marked_keys(n, t) -> None:
    """Two machines: the one has what the other has not. Taken as independent they fail as often, within 1 %."""
    search = ParallelSearch(2, 0.1)
    fails = [search.of_one_machine.cost(n // 2, count).p_failure for count in range(n // 2 + 1)]
    p_all_find = sum(
        math.comb(n // 2, a) * math.comb(n // 2, t - a) / math.comb(n, t) * (1 - fails[a]) * (1 - fails[t - a])
        for a in range(max(0, t - n // 2), min(t, n // 2) + 1)
    )
    assert search.cost(n, t).p_failure == pytest.approx(1 - p_all_find, rel=0.01)
    assert 0 < search.cost(n, t).p_failure < 0.1


def test_each_machine_gets_an_equal_share_of_the_failure() -> None:
    assert ParallelSearch(8, 1e-3).of_one_machine.p_failure == pytest.approx(1e-3 / 8)


def test_time_falls_nearly_as_the_number_of_machines_where_many_keys_are_marked() -> None:
    """On 16 machines: 14-fold with 4,096 of 65,536 keys marked, 7-fold with 16."""
    assert speedup(16, 65536, 4096) == pytest.approx(14, abs=0.1)
    assert speedup(16, 65536, 16) == pytest.approx(7.4, abs=0.1)


@pytest.mark.parametrize("n_machines", [4, 16])
@pytest.mark.parametrize("t", [0, 1])
def test_time_falls_about_as_the_root_of_the_machines_where_few_are_marked(n_machines, t) -> None:
    """So the sum over the machines grows as that root. Nearer to it the more keys there are."""
    assert speedup(n_machines, 2**18, t) == pytest.approx(math.sqrt(n_machines), rel=0.15)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ParallelSearch(0, 0.1),
        lambda: ParallelSearch(2, 0.0),
        lambda: ParallelSearch(2, 1.0),
        lambda: ParallelSearch(3, 0.1).cost(16, 1),
        lambda: ParallelSearch(8, 0.1).cost(8, 1),
        lambda: ParallelSearch(2, 0.1).cost(16, 17),
        lambda: ParallelSearch(2, 0.1).cost(16, -1),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
