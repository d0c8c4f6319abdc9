"""Cost of a search over blocks: the mean over rows drawn from the exact law, with its sampling error."""

from __future__ import annotations

import functools
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.posterior import STOP, Belief, PosteriorSearch, expected_left
from groverattn.reference.blocks.runs import RunTable
from groverattn.reference.search.cost import IterateShare, SearchCost
from groverattn.reference.search.faults import check_fault_rate, misses_at, p_spoiled

_HYPERGEOMETRIC_MAX = 10**9  # NumPy's limit


@attrs.frozen
class FinderRates:
    """What an approximate score marks in a row with k marked keys.

    Attributes:
        p_hit: probability that it marks a marked key.
        n_false: expected number of other keys that it marks.
    """

    p_hit: float
    n_false: float


@attrs.define(eq=False)
class _Rows:
    """Keys of some rows as a search by blocks sees them; all arrays have shape (rows,).

    Attributes:
        true: marked keys left that the oracle marks.
        false: other keys left that it marks.
        hidden: marked keys left that it does not mark.
        n_keys: keys of each row.
        n_read: keys read.
        n_found: marked keys found.
        n_wrong: keys read that the oracle marks and that are not marked.
    """

    true: NDArray[np.int64]
    false: NDArray[np.int64]
    hidden: NDArray[np.int64]
    n_keys: int
    n_read: NDArray[np.int64]
    n_found: NDArray[np.int64]
    n_wrong: NDArray[np.int64]

    @classmethod
    def drawn(
        cls, n_rows: int, n_keys: int, n_marked: int, rates: FinderRates | None, rng: np.random.Generator
    ) -> _Rows:
        """Draw what the first stage marks; without rates, exactly the marked keys."""
        true, false = np.full(n_rows, n_marked), np.zeros(n_rows, dtype=np.int64)
        if rates is not None:
            true, false = rng.binomial(n_marked, rates.p_hit, n_rows), rng.poisson(rates.n_false, n_rows)
        return cls(true, false, n_marked - true, n_keys, *np.zeros((3, n_rows), dtype=np.int64))

    def read(
        self, rows: NDArray[np.int64], blocks: Blocks, marked: NDArray[np.int64], rng: np.random.Generator
    ) -> None:
        """Draw what else the measured blocks of some rows hold, and take it out; `marked` keys of each were marked."""
        draw = functools.partial(_drawn, rng)
        true = draw(self.true[rows], self.false[rows], marked)
        others = self.n_keys - self.n_read[rows] - self.true[rows] - self.false[rows]
        unread = draw(others, blocks.n_places - self.n_keys + self.n_read[rows], blocks.size - marked)
        hidden = draw(self.hidden[rows], others - self.hidden[rows], unread)
        self.true[rows] -= true
        self.false[rows] -= marked - true
        self.hidden[rows] -= hidden
        self.n_found[rows] += true + hidden
        self.n_wrong[rows] += marked - true
        self.n_read[rows] += marked + unread


@attrs.frozen(eq=False)
class _LastRuns:
    """Runs of a row since its last find, all of which read no marked key.

    Attributes:
        runs: what each saw, and the position of its length in there.
        n_marked: marked keys of the row, k.
    """

    runs: list[tuple[RunTable, int]]
    n_marked: int

    def p_missed(self, fault_rate: float) -> float:
        """Probability that all of them would have overlooked t keys, summed over t = 1, ..., k.

        A run that a fault spoils reads a block at random, as one without iterates does.
        """
        log_missed = np.zeros(self.n_marked)
        for table, at in self.runs:
            nothing, at_random = table.p_nothing[[at, 0], 1 : self.n_marked + 1]
            spoiled = p_spoiled(table.lengths[at], fault_rate)
            log_missed += np.log(np.maximum(nothing + spoiled * (at_random - nothing), 1e-300))
        return float(np.exp(log_missed).sum())


@attrs.frozen(eq=False)
class SampledRows:
    """What the searches of some rows did; all arrays have shape (rows,).

    Attributes:
        iterates: Grover iterates run.
        n_read: keys read after measurements.
        n_found: marked keys found.
        shares: iterates by circuit, the mean over the rows.
        last_runs: runs of each row since its last find; none if it was read to its end, where nothing is missed.
    """

    iterates: NDArray[np.float64]
    n_read: NDArray[np.int64]
    n_found: NDArray[np.int64]
    shares: tuple[IterateShare, ...]
    last_runs: list[_LastRuns | None]

    def p_missed(self, fault_rate: float = 0.0) -> NDArray[np.float64]:
        """Probability that the last check of each row would have overlooked a key, had one been left, shape (rows,).

        Args:
            fault_rate: probability of a logical fault in an iterate; the search does not know of it.
        """
        return np.array([0.0 if runs is None else runs.p_missed(fault_rate) for runs in self.last_runs])


def sampled_rows(
    stages: tuple[PosteriorSearch, ...],
    n_keys: int,
    n_marked: int,
    rates: FinderRates | None = None,
    n_rows: int = 32,
    seed: int = 0,
    fault_rate: float = 0.0,
) -> SampledRows:
    """Search some seeded rows side by side, every outcome drawn from its exact law.

    Args:
        stages: one search with the exact score, or one with an approximate score that hands over to it.
        n_keys: keys of the row.
        n_marked: how many of them are marked.
        rates: what the approximate score marks; only with two stages.
        n_rows: how many rows are drawn.
        seed: of all draws.
        fault_rate: probability of a logical fault in an iterate (see `reference.search.faults`).

    Raises:
        InputError: fewer than three blocks, fault_rate not in 0 to 1, or more keys that a score marks than the law of
            what is found is known for.

    >>> rows = sampled_rows((PosteriorSearch(0.01, keys_per_query=4),), 4096, 8, n_rows=5)
    >>> rows.n_found.tolist()
    [8, 8, 8, 8, 8]
    """
    check_fault_rate(fault_rate)
    rng = np.random.default_rng(seed)
    rows = _Rows.drawn(n_rows, n_keys, n_marked, rates, rng)
    spent, shares, n_expected = np.zeros(n_rows), [], None
    last_runs: list[_LastRuns | None] = [None] * n_rows
    for stage in stages:
        is_last = stage is stages[-1]
        belief = stage.begin(n_keys, n_rows, n_expected)
        belief.leave_out(np.arange(n_rows), rows.n_read)
        why = "what a run finds is known for as many, while up to half of the keys leave the table"
        most_marked = int((rows.true + rows.false).max())
        check_between("n_marked", most_marked, 0, belief.t_max, why, "take fewer keys per query")
        failed = [_LastRuns([], n_marked) for _ in range(n_rows)]
        counted = _search(belief, rows, spent, failed, rng, fault_rate)
        score = "exact" if is_last else "approximate"
        shares += [
            IterateShare(score, blocks.n_blocks, blocks.size, n_iterates / n_rows, n_trials / n_rows)
            for blocks, (n_iterates, n_trials) in counted.items()
        ]
        if rates is not None and not is_last:
            n_expected = expected_left(belief.mean_left, rows.n_found, rows.n_wrong, rates.p_hit)
            rows.true, rows.false, rows.hidden = rows.true + rows.hidden, rows.false * 0, rows.hidden * 0
        last_runs = [runs if n_unread else None for runs, n_unread in zip(failed, belief.n_unread, strict=True)]
    return SampledRows(spent, rows.n_read, rows.n_found, tuple(shares), last_runs)


@functools.lru_cache(maxsize=512)
def sampled_cost(
    stages: tuple[PosteriorSearch, ...],
    n_keys: int,
    n_marked: int,
    rates: FinderRates | None = None,
    n_rows: int = 32,
    fault_rate: float = 0.0,
) -> SearchCost:
    """Return the mean cost of searching a row, over some seeded rows (see `sampled_rows`).

    By default 32 (our choice): the iterates of a row scatter by 3 to 5 %, their mean then by less than 1 %. What faults
    add to the probability of a miss follows from the last runs of the rows, with which a key would be missed.

    Raises:
        InputError: as `sampled_rows`.

    >>> cost = sampled_cost((PosteriorSearch(0.01, keys_per_query=4),), 4096, 8)
    >>> cost.iterates_expected > 20 * cost.iterates_error
    True
    """
    rows = sampled_rows(stages, n_keys, n_marked, rates, n_rows, fault_rate=fault_rate)
    p_failure, p_missed, iterates = stages[-1].p_failure, rows.p_missed(fault_rate), float(rows.iterates.mean())
    misses = misses_at(lambda rate: p_failure + float((rows.p_missed(rate) - p_missed).mean()), iterates)
    return SearchCost(
        iterates_expected=iterates,
        iterates_max=None,
        checks_expected=float(rows.n_read.mean()),
        p_failure=p_failure,
        source=stages[-1].source,
        shares=rows.shares,
        iterates_error=float(rows.iterates.std(ddof=1) / np.sqrt(n_rows)),
        p_missed=float(p_missed.mean()),
        misses=misses,
    )


def _drawn(rng: np.random.Generator, good: NDArray[Any], bad: NDArray[Any], number: NDArray[Any]) -> NDArray[Any]:
    """Good ones among some that are drawn of good and bad ones without replacement."""
    if max(good.max(initial=0), bad.max(initial=0)) < _HYPERGEOMETRIC_MAX:
        return rng.hypergeometric(good, bad, number)
    return rng.binomial(number, good / (good + bad))  # of so many, as if they were put back


def _search(
    belief: Belief,
    rows: _Rows,
    spent: NDArray[np.float64],
    failed: list[_LastRuns],
    rng: np.random.Generator,
    fault_rate: float,
) -> dict[Blocks, NDArray[np.float64]]:
    """Search all rows to the end of a stage; return iterates and trials by table size, both summed over the rows."""
    counted: dict[Blocks, NDArray[np.float64]] = {}
    going = np.arange(spent.size)
    while going.size:
        runs = belief.next_runs(going)
        going, runs = going[runs != STOP], runs[runs != STOP]
        marked = np.zeros(going.size, dtype=np.int64)
        before = rows.n_read[going]
        for size in np.unique(belief.size_at[going]):
            at = np.flatnonzero(belief.size_at[going] == size)
            blocks, where, table = belief.tables[size], going[at], belief.table(size)
            trials = np.searchsorted(table.lengths, runs[at])
            made = trials
            if fault_rate:  # a run that is spoiled reads a block at random, as one without iterates does
                made = np.where(rng.random(at.size) < p_spoiled(runs[at], fault_rate), 0, trials)
            marked[at] = table.found.draw(rows.true[where] + rows.false[where], made, rng)
            for row, trial, c in zip(where.tolist(), trials.tolist(), marked[at].tolist(), strict=True):
                failed[row].runs.append((table, trial)) if c == 0 else failed[row].runs.clear()
            rows.read(where, blocks, marked[at], rng)
            counted.setdefault(blocks, np.zeros(2))
            counted[blocks] += runs[at].sum(), at.size
        spent[going] += runs
        belief.after(going, runs, marked, rows.n_read[going] - before)
    return counted
