import functools
import itertools
import math

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import hypergeom

from groverattn.errors import InputError
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.faults import misses_at
from groverattn.reference.search.parallel import ParallelSearch, _dealt, _Rounds
from groverattn.reference.search.unknown import UnknownNumberSearch

P_FAILURE = 0.005


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
    assert max(costs[count].iterates_max or 0 for count in dealt) <= (cost.iterates_max or 0)


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


@pytest.mark.parametrize(("n_machines", "n", "t"), [(4, 64, 6), (3, 30, 30), (8, 1024, 1)])
def test_faults_add_what_each_machine_misses_more(n_machines, n, t) -> None:
    """A union bound: S times what one machine, dealt u keys by the hypergeometric law, misses more than without."""
    search, part = ParallelSearch(n_machines, 0.01), n // n_machines
    cost = search.cost(n, t)
    law = [hypergeom.pmf(dealt, n, t, part) for dealt in range(min(t, part) + 1)]

    def p_miss(rate: float) -> float:
        costs = [search.of_one_machine.cost_with_faults(part, dealt, rate) for dealt in range(len(law))]
        return sum(p * cost.p_failure for p, cost in zip(law, costs, strict=True))

    one, p_failure = p_miss(0.0), 1 - (1 - p_miss(0.0)) ** n_machines
    more = [missed - one for missed in misses_at(p_miss, cost.iterates_expected)]
    assert cost.misses == pytest.approx([p_failure + n_machines * each for each in more], rel=1e-9)
    assert more[0] > 0


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
        lambda: ParallelSearch(2, 0.1).slowest(16, 17),
        lambda: ParallelSearch(2, 0.1).reads(16, 17),
        lambda: ParallelSearch(4, 0.1).slowest(16, 1, 0),
        lambda: ParallelSearch(4, 0.1).slowest(16, 1, 3),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()


def simulated(n_parts: int, n: int, t: int, n_rows: int, parts_each: int = 1) -> tuple[NDArray[np.int64], float]:
    """Iterates of the slowest machine in each row, and the mean number of keys read by all, as the machines run."""
    rng, part = np.random.default_rng(17), n // n_parts
    trials = ParallelSearch(n_parts, P_FAILURE).of_one_machine.trials(part, 0)
    left = rng.multivariate_hypergeometric([part] * n_parts, t, size=n_rows, method="marginals").ravel()
    iterates, n_read, searching = np.zeros_like(left), 0, np.arange(left.size)
    while searching.size:
        found = []
        for trial in trials:
            j, p_success = trial.draw_many(part, left[searching], rng)
            iterates[searching] += j
            n_read += searching.size
            succeeds = rng.random(searching.size) < p_success
            found.append(searching[succeeds])
            searching = searching[~succeeds]
        searching = np.concatenate(found)
        left[searching] -= 1
    machines = iterates.reshape(n_rows, n_parts // parts_each, parts_each).sum(axis=2)
    return machines.max(axis=1), n_read / n_rows


@pytest.mark.parametrize(
    ("n_parts", "log_n", "t", "parts_each", "n_rows", "above"),
    [
        (256, 17, 512, 1, 400, 0.05),
        (4096, 17, 512, 1, 100, 0.05),
        (16384, 17, 512, 1, 40, 0.05),
        (256, 20, 2048, 1, 400, 0.05),
        (4096, 20, 2048, 1, 200, 0.05),
        (16384, 20, 2048, 1, 40, 0.05),
        (4, 17, 512, 1, 400, 0.05),
        (4, 17, 1030, 1, 400, 0.1),  # Chernoff's bound
        (256, 10, 32, 1, 400, 0.1),
        (16, 10, 0, 1, 400, 0.05),
        (4096, 27, 512, 1, 20, 0.05),
        (4096, 20, 2048, 4, 100, 0.05),
        (4096, 20, 2048, 256, 20, 0.01),
        (16, 17, 512, 4, 400, 0.05),
    ],
)
def test_slowest_machine_is_a_little_above_simulated_rows(n_parts, log_n, t, parts_each, n_rows, above) -> None:
    rows, _ = simulated(n_parts, 1 << log_n, t, n_rows, parts_each)
    bound = ParallelSearch(n_parts, P_FAILURE).slowest(1 << log_n, t, parts_each)
    error = rows.std() / math.sqrt(n_rows)
    assert rows.mean() - 3 * error <= bound <= (1 + above) * (rows.mean() + 3 * error)


@pytest.mark.parametrize(("n_parts", "n", "t"), [(256, 1 << 17, 512), (8, 64, 20)])
def test_keys_read_are_those_of_simulated_rows(n_parts, n, t) -> None:
    _, n_read = simulated(n_parts, n, t, n_rows=400)
    assert ParallelSearch(n_parts, P_FAILURE).reads(n, t) == pytest.approx(n_read, rel=0.01)


def law_of_iterates(search: UnknownNumberSearch, n: int, t: int, goes_on: bool) -> NDArray[np.float64]:
    """Probability of every number of iterates, trial by trial and draw by draw; after a miss it stops, or goes on."""
    runs = [
        (trial.iterates_max,) if trial.is_phased else range(trial.iterates_max + 1) for trial in search.trials(n, 0)
    ]
    size = (t + 1) * sum(max(js) for js in runs) + 1
    searching, stopped = np.eye(1, size)[0], np.zeros(size)
    for left in range(t, -1, -1):
        found = np.zeros(size)
        for js, trial in zip(runs, search.trials(n, 0), strict=True):
            missed = np.zeros(size)
            for j in js:
                success = trial.success(n, left) if trial.is_phased else success_probability(n, left, j)
                found += np.roll(searching, j) * success / len(js)
                missed += np.roll(searching, j) * (1 - success) / len(js)
            searching = missed
        goes_on_here = goes_on and left > 0
        stopped += 0 if goes_on_here else searching
        searching = found + searching if goes_on_here else found
    return stopped


@pytest.mark.parametrize("p_failure", [0.3, 1e-3])
@pytest.mark.parametrize(
    ("n_parts", "n", "t", "parts_each"),
    [
        (2, 4, 2, 1),
        (2, 8, 3, 1),
        (2, 16, 5, 1),
        (3, 24, 3, 1),
        (4, 16, 4, 1),
        (4, 16, 4, 2),
        (4, 8, 0, 2),
        (2, 8, 8, 1),
    ],
)
def test_slowest_machine_by_brute_force(n_parts, n, t, parts_each, p_failure) -> None:
    """Never below the exact mean over all deals, and as Boole's inequality has it, from the law of one machine."""
    search, part = ParallelSearch(n_parts, p_failure), n // n_parts
    most = min(t, part)
    laws = [law_of_iterates(search.of_one_machine, part, count, goes_on=False) for count in range(most + 1)]
    deals = [deal for deal in itertools.product(range(most + 1), repeat=n_parts) if sum(deal) == t]
    exact = 0.0
    for deal in deals:
        weight = math.prod(math.comb(part, count) for count in deal) / math.comb(n, t)
        machines = [
            functools.reduce(np.convolve, [laws[count] for count in deal[at : at + parts_each]])
            for at in range(0, n_parts, parts_each)
        ]
        size = max(map(len, machines))
        within = np.prod([np.append(np.cumsum(law), np.ones(size - len(law))) for law in machines], axis=0)
        exact += weight * (1 - within).sum()
    bound = search.slowest(n, t, parts_each)
    assert exact <= bound <= 1.1 * exact

    weights = [math.comb(part, count) * math.comb(n - part, t - count) / math.comb(n, t) for count in range(most + 1)]
    laws = [law_of_iterates(search.of_one_machine, part, count, goes_on=True) for count in range(most + 1)]
    one = sum(
        weight * np.append(law, np.zeros(len(laws[-1]) - len(law))) for weight, law in zip(weights, laws, strict=True)
    )
    machine = functools.reduce(np.convolve, [one] * parts_each)
    boole = np.minimum(1, n_parts // parts_each * (1 - np.cumsum(machine))).sum()
    assert bound == pytest.approx(boole, rel=1e-6)


@pytest.mark.parametrize(("n_machines", "factors"), [(256, (2.0, 1.9)), (4096, (2.1, 2.3)), (16384, (2.1, 2.2))])
def test_slowest_machine_over_the_mean(n_machines, factors) -> None:
    search, sizes = ParallelSearch(n_machines, P_FAILURE), ((1 << 17, 512), (1 << 20, 2048))
    found = [search.slowest(n, t) / search.cost(n, t).iterates_expected for n, t in sizes]
    assert found == pytest.approx(factors, abs=0.06)


def test_slowest_machine_never_gets_faster_with_more_to_do() -> None:
    """Twice as many keys, more marked ones, or a smaller failure probability."""
    rng = np.random.default_rng(3)
    for _ in range(30):
        n_parts = 2 ** int(rng.integers(1, 13))
        n, p_failure = n_parts * int(2 ** rng.uniform(1, 11)), 10 ** -rng.uniform(0.1, 8)
        t, parts_each = int(min(n / 2, 2 ** rng.uniform(-1, 11))), int(rng.choice([1, 1, n_parts // 2]))
        before = ParallelSearch(n_parts, p_failure).slowest(n, t, parts_each) * (1 - 1e-9)
        assert before <= ParallelSearch(n_parts, p_failure).slowest(n, t + 1, parts_each)
        assert before <= ParallelSearch(n_parts, p_failure).slowest(n, 2 * t, parts_each)
        assert before <= ParallelSearch(n_parts, p_failure).slowest(2 * n, t, parts_each)
        assert before <= ParallelSearch(n_parts, p_failure / rng.uniform(1, 100)).slowest(n, t, parts_each)


def test_chernoff_s_bound_ends_at_the_largest_number_of_iterates() -> None:
    """So many machines that one of them surely draws the most, in each trial of its only round."""
    search = ParallelSearch(1 << 20, 0.9)
    most = sum(trial.iterates_max for trial in search.of_one_machine.trials(2, 0))
    assert search.slowest(1 << 21, 0) == pytest.approx(most, rel=0.01)


@pytest.mark.parametrize(("n", "n_machines"), [(4, 2.0), (64, 10.0), (1024, 1e6), (1 << 20, 3.0)])
def test_chernoff_s_bound_is_the_least_on_its_grid(n, n_machines) -> None:
    """Without marked keys: a uniform number in each trial and the last check, whose transform is a product."""
    trials = UnknownNumberSearch(0.1).trials(n, 0)
    *growing, check = (trial.iterates_max for trial in trials)

    def bound(h: float) -> float:
        geometric = [math.expm1(h * (most + 1)) / ((most + 1) * math.expm1(h)) for most in growing]
        return (math.log(n_machines) + math.fsum(map(math.log, geometric))) / h + check

    # h up to where the largest power stays a float
    grid = [2.0 ** (place / 4) for place in range(-160, 40)]
    least = min(bound(h) for h in grid if h * (max(growing) + 1) < 600)
    rounds = _Rounds(trials, n, np.array([0]), np.array([1.0]), 1)
    assert rounds.chernoff(n_machines) == pytest.approx(least, rel=1e-9)


def test_one_machine_takes_the_mean() -> None:
    assert ParallelSearch(1, 0.1).slowest(64, 5) == ParallelSearch(1, 0.1).cost(64, 5).iterates_expected
    assert ParallelSearch(8, 0.1).slowest(64, 5, 8) == 8 * ParallelSearch(8, 0.1).cost(64, 5).iterates_expected


@pytest.mark.parametrize("parts_each", [1, 32])
def test_slowest_machine_scales_to_sizes_beyond_any_simulation(parts_each) -> None:
    """2^25 parts of 2^56 keys take as many sqrt(part) as those of 2^41, and one machine of 2^25 without marked keys no
    longer than its longest draws."""
    search = ParallelSearch(1 << 25, P_FAILURE)
    large, small = (search.slowest(1 << log_n, 512, parts_each) / 2 ** ((log_n - 25) / 2) for log_n in (56, 41))
    assert large == pytest.approx(small, rel=0.05)
    trials = search.of_one_machine.trials(1 << 16, 0)
    assert search.cost(1 << 41, 0).iterates_expected < search.slowest(1 << 41, 0)
    assert search.slowest(1 << 41, 0) <= 1.001 * sum(trial.iterates_max for trial in trials)


@pytest.mark.parametrize(("n", "t", "part"), [(1 << 20, 1 << 12, 256), (4096, 4000, 1024), (1 << 16, 40, 1 << 15)])
def test_what_is_left_out_of_the_dealt_keys_is_negligible(n, t, part) -> None:
    counts, weights = _dealt(n, t, part)
    law = hypergeom(n, t, part)
    assert law.sf(counts[-1]) < 1e-40
    likely = weights > 1e-12
    assert weights[likely] == pytest.approx(law.pmf(counts[likely]), rel=1e-8)
    assert weights.sum() == pytest.approx(1.0)
