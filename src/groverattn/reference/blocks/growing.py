"""Growing trials over blocks, with their exact cost, and the floor of a search that knows the number of keys left."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.odd_blocks import Blocks, odd_law
from groverattn.reference.blocks.runs import nothing_found, run_table, t_max_of, table_of
from groverattn.reference.search.cost import IterateShare, SearchCost
from groverattn.reference.search.fixed_point import check_p_failure
from groverattn.reference.search.trials import FixedTrial, GroverRun, Trial, UniformTrial
from groverattn.reference.search.unknown import check_growth, growing_bounds

_LEAST = 1e-18  # probabilities of finding more keys at once that are left out


@attrs.frozen
class GrowingBlockSearch:
    """The search with unknown number (`UnknownNumberSearch`) over blocks of u keys.

    Each run deals all keys into N = ceil(n/u) blocks at random, anew. All marked keys of the measured block are found.
    The last check is a list of plain runs (`RunTable.last_check`) in place of a fixed-point search.

    Attributes:
        p_failure: probability allowed that the last check of a round sees nothing although a key is left.
        keys_per_query: places in a block u.
        growth: as in UnknownNumberSearch.

    Raises:
        InputError: p_failure not strictly between 0 and 1, u < 1, or growth <= 1.

    >>> cost = GrowingBlockSearch(0.01, keys_per_query=4).cost(4096, 8)
    >>> round(cost.iterates_expected), cost.p_failure < 0.01
    (256, True)
    """

    p_failure: float
    keys_per_query: int
    growth: float = attrs.field(default=1.34, kw_only=True)
    source = "arXiv:quant-ph/9605034 over blocks, last check by plain runs: exact recursion, derived, see test"

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        check_growth(self.growth)
        check_between("keys_per_query", self.keys_per_query, 1, math.inf, "each query tests this number of keys")

    def trials(self, n: int) -> tuple[Trial, ...]:
        """Trials of a round, the same for all.

        Raises:
            InputError: fewer than 3 blocks.
        """
        return _trials(Blocks.of(n, self.keys_per_query), self.p_failure, self.growth)

    def cost(self, n: int, t: int) -> SearchCost:
        """Exact cost of finding t marked keys of n.

        Raises:
            InputError: fewer than 3 blocks, or more marked keys than the law of odd blocks is computed for.
        """
        blocks, trials = Blocks.of(n, self.keys_per_query), self.trials(n)
        chain = _Chain.of(blocks, trials, t)
        reached = chain.reached(t)
        iterates, made = float(reached @ chain.iterates), float(reached @ chain.trials)
        return SearchCost(
            iterates_expected=iterates,
            iterates_max=(t + 1) * sum(trial.iterates_max for trial in trials),
            checks_expected=made * blocks.size,
            p_failure=float(reached[1:] @ chain.p_fails[1:]),
            source=self.source,
            shares=(IterateShare("exact", blocks.n_blocks, blocks.size, iterates, made),),
        )

    def worst_cost(self, n: int, t: int) -> SearchCost:
        """Cost if every trial of every round happens, at its largest number of iterates.

        Raises:
            InputError: as `cost`.
        """
        cost, made = self.cost(n, t), (t + 1.0) * len(self.trials(n))
        return attrs.evolve(
            cost,
            iterates_expected=float(cost.iterates_max or 0),
            checks_expected=made * self.keys_per_query,
            source="cut-off of the shipped procedure: every trial of every round at its largest j",
            shares=(attrs.evolve(cost.shares[0], iterates=float(cost.iterates_max or 0), trials=made),),
        )


@functools.lru_cache(maxsize=64)
def _trials(blocks: Blocks, p_failure: float, growth: float) -> tuple[Trial, ...]:
    check = table_of(blocks).last_check(p_failure)
    bounds = growing_bounds(blocks.n_blocks, growth, 1.0)
    return (*map(UniformTrial, bounds), *(FixedTrial(GroverRun(j)) for j in check))


def known_number_floor(blocks: Blocks, n_marked: int) -> SearchCost:
    """Cost of a search that knows the number of keys left: each run is the best for it, and no last check is made.

    No search over these blocks with runs dealt anew that stops for sure costs less (the run is chosen for the next find
    alone, as in `KnownNumberSearch`; a trial is charged one iterate in the choice).

    Raises:
        InputError: fewer than 3 blocks, or more marked keys than the law of odd blocks is computed for.

    >>> round(known_number_floor(Blocks(4096, 4), 1).iterates_expected / 64, 2)  # 0.69 sqrt(N)
    0.68
    """
    table = run_table(blocks, t_max_of(blocks))
    check_marked(blocks, n_marked)
    per_find = (table.lengths[:, None] + 1) / np.maximum(1 - table.p_nothing[:, 1 : n_marked + 1], 1e-300)
    best = per_find.argmin(axis=0)
    reached = np.zeros(n_marked + 1)
    reached[n_marked] = 1.0
    used, columns = np.unique(best, return_inverse=True)
    found = found_by([FixedTrial(GroverRun(int(table.lengths[at]))) for at in used], blocks, n_marked)
    iterates = trials = 0.0
    for t in range(n_marked, 0, -1):
        p_found = found[:, columns[t - 1], t]
        times = reached[t] / p_found.sum()
        iterates += times * float(table.lengths[best[t - 1]])
        trials += times
        for c in range(1, min(t, p_found.size) + 1):
            reached[t - c] += times * p_found[c - 1]
    source = "number of marked keys known, arXiv:quant-ph/9605034, Section 3, over blocks: derived, see test"
    share = IterateShare("exact", blocks.n_blocks, blocks.size, iterates, trials)
    return SearchCost(float(iterates), None, float(trials) * blocks.size, 0.0, source, shares=(share,))


def found_by(trials: Sequence[Trial], blocks: Blocks, t_max: int) -> NDArray[np.float64]:
    """Probability that a trial finds exactly c = 1, 2, ... marked keys, shape (c_max, trials, t_max + 1).

    Derived as `nothing_found`: one block holds c of t marked keys with the hypergeometric probability; m of the other
    N - 1 are odd. c_max is the largest number with a probability above 1e-18.

    >>> found_by([FixedTrial(GroverRun(0))], Blocks(8, 2), 2)[:, 0, 2].round(6).tolist()  # a block at random
    [0.233333, 0.008333]
    """
    n, t = blocks.n_blocks, np.arange(t_max + 1)
    p_odd = np.array([trial.success(n, np.minimum(t + 1, n)) for trial in trials]) / np.minimum(t + 1, n)
    p_even = (1 - np.array([trial.success(n, t) for trial in trials])) / (n - t)
    law = odd_law(attrs.evolve(blocks, n_blocks=n - 1), t_max)
    by_parity = [(law @ each.T).T for each in (p_even, p_odd)]
    found = []
    for c in range(1, min(blocks.size, t_max) + 1):
        p_holds = n * blocks.p_holds(c, t[c:])
        if p_holds.max(initial=0.0) < _LEAST:
            break
        found.append(np.zeros((len(trials), t_max + 1)))
        found[-1][:, c:] = p_holds * by_parity[c % 2][:, : t_max + 1 - c]
    return np.array(found).reshape(-1, len(trials), t_max + 1)


@attrs.frozen(eq=False)
class _Chain:
    """Rounds of a search as steps from one number of keys left to a smaller one; index t.

    Attributes:
        iterates, trials: expected in the round with t keys left, shape (t_max + 1,).
        p_fails: probability that the round finds nothing.
        p_finds: probability that it finds c + 1 keys, shape (c_max, t_max + 1).
    """

    iterates: NDArray[np.float64]
    trials: NDArray[np.float64]
    p_fails: NDArray[np.float64]
    p_finds: NDArray[np.float64]

    @classmethod
    def of(cls, blocks: Blocks, trials: tuple[Trial, ...], t_max: int) -> _Chain:
        check_marked(blocks, t_max)
        t = np.arange(t_max + 1)
        p_even = 1 - np.array([trial.success(blocks.n_blocks, t) for trial in trials])
        p_nothing = np.clip(nothing_found(blocks, t, p_even), 0.0, 1.0)
        happens = np.cumprod(np.vstack([np.ones(t.size), p_nothing]), axis=0)
        means = np.array([trial.iterates_mean for trial in trials])
        finds = np.einsum("cit,it->ct", found_by(trials, blocks, t_max), happens[:-1])
        return cls((means @ happens[:-1]).astype(np.float64), happens[:-1].sum(axis=0), happens[-1], finds)

    def reached(self, n_marked: int) -> NDArray[np.float64]:
        """Probability that the round with t keys left happens, shape (n_marked + 1,)."""
        reached = np.zeros(n_marked + 1)
        reached[n_marked] = 1.0
        for t in range(n_marked, 0, -1):
            for c in range(1, min(t, len(self.p_finds)) + 1):
                reached[t - c] += reached[t] * self.p_finds[c - 1, t]
        return reached


def check_marked(blocks: Blocks, n_marked: int) -> None:
    """Raise InputError if there are more marked keys than the law of odd blocks is computed for."""
    why = f"with more in {blocks.n_blocks:,} blocks of {blocks.size} keys, too many hide each other"
    check_between("n_marked", n_marked, 0, t_max_of(blocks), why, "take fewer keys per query")
