"""Growing trials over blocks, with their exact cost, and the floor of a search that knows the number of keys left."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.found import FoundLaw
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.runs import run_table, t_max_of, table_of
from groverattn.reference.search.cost import IterateShare, SearchCost, with_misses
from groverattn.reference.search.faults import check_fault_rate
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
        return with_misses(functools.partial(self.cost_with_faults, n, t))

    def cost_with_faults(self, n: int, t: int, fault_rate: float) -> SearchCost:
        """Exact cost on a machine with logical faults (see `ThresholdSearch.cost_with_faults`).

        A spoiled run reads a block at random. The last check has many runs, so it overlooks a key only if faults spoil
        several of them, where a single fault spoils a fixed-point search.

        Raises:
            InputError: as `cost`, or fault_rate not in 0 to 1.
        """
        check_fault_rate(fault_rate)
        blocks, trials = Blocks.of(n, self.keys_per_query), self.trials(n)
        check_marked(blocks, t)
        # the last check makes the same few runs thousands of times
        numbers = {trial: number for number, trial in enumerate(dict.fromkeys(trials))}
        kinds, odd = [numbers[trial] for trial in trials], np.arange(t + 2)
        found = FoundLaw.of(blocks, np.array([trial.success(blocks.n_blocks, odd, fault_rate) for trial in numbers]))
        p_nothing, failed = found.p_finds(0), np.ones((len(trials) + 1, t + 1))
        for at, kind in enumerate(kinds):
            np.multiply(failed[at], p_nothing[kind], out=failed[at + 1])
        happens, p_fails = failed[:-1], failed[-1]  # shapes (trials, t + 1) and (t + 1,)

        def over_trials(p_finds: NDArray[np.float64]) -> NDArray[np.float64]:
            total = np.zeros(t)
            for kind, p_happens in zip(kinds, happens, strict=True):
                total += p_finds[kind, 1:] * p_happens[1:]
            return total

        reached = _reached(_finds(found, t, over_trials), t)
        iterates = float(np.array([trial.iterates_mean for trial in trials]) @ happens @ reached)
        made = float(happens.sum(axis=0) @ reached)
        return SearchCost(
            iterates_expected=iterates,
            iterates_max=self.iterates_max(n, t),
            checks_expected=made * blocks.size,
            p_failure=float(reached[1:] @ p_fails[1:]),
            source=self.source,
            shares=(IterateShare("exact", blocks.n_blocks, blocks.size, iterates, made),),
        )

    def iterates_max(self, n: int, t: int) -> int:
        """Largest number of iterates: every trial at its largest j, in a round for each of t keys and a last one."""
        return (t + 1) * sum(trial.iterates_max for trial in self.trials(n))

    def worst_cost(self, n: int, t: int) -> SearchCost:
        """Cost if every trial of every round happens, at its largest number of iterates.

        Every fault counts, as in the law worst of single keys.

        Raises:
            InputError: as `cost`.
        """
        cost, made, iterates = (
            self.cost_with_faults(n, t, 0.0),
            (t + 1.0) * len(self.trials(n)),
            self.iterates_max(n, t),
        )
        return attrs.evolve(
            cost,
            iterates_expected=float(iterates),
            checks_expected=made * self.keys_per_query,
            source="cut-off of the shipped procedure: every trial of every round at its largest j",
            shares=(attrs.evolve(cost.shares[0], iterates=float(iterates), trials=made),),
        )


@functools.lru_cache(maxsize=64)
def _trials(blocks: Blocks, p_failure: float, growth: float) -> tuple[Trial, ...]:
    check = table_of(blocks).last_check(p_failure)
    bounds = growing_bounds(blocks.n_blocks, growth, 1.0)
    return (*map(UniformTrial, bounds), *(FixedTrial(GroverRun(j)) for j in check))


# A verdict asks for it at powers of two of blocks, whatever the machine and the error budget.
@functools.lru_cache(maxsize=4096)
def known_number_floor(blocks: Blocks, n_marked: int) -> SearchCost:
    """Cost of a search that knows the number of keys left: each run is the best for it, and no last check is made.

    The best run takes the fewest (j + 1) / P(success), as in `KnownNumberSearch`: a trial is charged one iterate in the
    choice, and only the next find is looked at. A reference for searches that do not know the number, not a proven
    bound.

    Raises:
        InputError: fewer than 2 blocks, or more marked keys than the law of odd blocks is computed for.

    >>> round(known_number_floor(Blocks(4096, 4), 1).iterates_expected / 64, 2)  # 0.69 sqrt(N)
    0.68
    """
    check_marked(blocks, n_marked)
    table = run_table(blocks, t_max_of(blocks))
    t = np.arange(1, n_marked + 1)
    best = ((table.lengths[:, None] + 1) / np.maximum(1 - table.p_nothing[:, t], _LEAST)).argmin(axis=0)
    finds = _finds(table.found, n_marked, lambda p_finds: p_finds[best, t])
    reached = _reached(finds / np.maximum(finds.sum(axis=0), _LEAST), n_marked)
    times = reached[1:] / finds[:, 1:].sum(axis=0)
    iterates, trials = float(times @ table.lengths[best]), float(times.sum())
    source = "number of marked keys known, arXiv:quant-ph/9605034, Section 3, over blocks: derived, see test"
    share = IterateShare("exact", blocks.n_blocks, blocks.size, iterates, trials)
    return SearchCost(iterates, None, trials * blocks.size, 0.0, source, shares=(share,))


def _finds(
    found: FoundLaw, n_marked: int, over_trials: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Probability that a round finds c = 1, 2, ... keys, shape (c_max, n_marked + 1), from those of its trials."""
    finds = []
    for c in range(1, found.c_max + 1):
        finds.append(np.append(0.0, over_trials(found.p_finds(c))))
        if found.n_holding(c).max() < _LEAST:
            break
    return np.array(finds).reshape(-1, n_marked + 1)


def _reached(finds: NDArray[np.float64], n_marked: int) -> NDArray[np.float64]:
    """Probability that the round with t keys left happens, shape (n_marked + 1,)."""
    reached = np.zeros(n_marked + 1)
    reached[n_marked] = 1.0
    for t in range(n_marked, 0, -1):
        most = min(t, len(finds))
        reached[t - most : t] += reached[t] * finds[:most, t][::-1]
    return reached


def check_marked(blocks: Blocks, n_marked: int) -> None:
    """Raise InputError if there are more marked keys than the law of odd blocks is computed for."""
    why = f"with more in {blocks.n_blocks:,} blocks of {blocks.size} keys, too many hide each other"
    check_between("n_marked", n_marked, 0, t_max_of(blocks), why, "take fewer keys per query")
