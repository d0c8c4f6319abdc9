"""Search whose runs are chosen from what it believes of the number of marked keys left: method `posterior`."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.runs import RunTable, check_blocks, run_table, t_max_of
from groverattn.reference.search.fixed_point import check_p_failure

STOP = -1
"""In place of a number of iterates: the stage is over."""

# Our choices, from sampled costs at n = 2^17 and 2^20 (see docs/oracle.md).
_TABLES = 32  # the key table is built anew when this part of the keys has been read, up to half of them
_COST_OF_A_TRIAL = 1.5  # iterates: a run is charged this for its preparation and for reading a block
_LEFT_OUT = 1e-15  # larger numbers of keys left that are believed less than that are given up
_FINE = 64  # numbers left up to this are believed one by one, larger ones in bins of equal ratio
_BINS = 150


@attrs.frozen
class PosteriorSearch:
    """Search by runs of least (j + 1.5) / P(success), with success over a belief of the number t of keys left.

    Over u keys per query, in N = ceil(n/u) blocks; with u = 1 every key is a block. Each run deals the keys into blocks
    at random, anew: a pair of marked keys in one block, which its oracle does not see, is hidden for that run only. All
    keys of the measured block are read. Keys that were read leave the table, which is built anew, smaller, when a 32nd
    of them has been read (u > 1).

    The belief begins as 1/(t + 1) and follows the outcomes by Bayes' rule. The search stops when for every t >= 1 the
    runs since the last find would all have failed with probability F(t) <= p_failure / (t (t + 1)). As each t is
    visited at most once and these bounds sum to p_failure, a row misses a key with at most this probability, whatever t
    was and whatever the search believed. Derived; F is exact (see `RunTable`).

    Attributes:
        p_failure: probability allowed that a key of the row is missed.
        keys_per_query: places in a block u.
        n_handed_over: if given, no last check: the stage ends when fewer keys than that are believed to be left.

    Raises:
        InputError: p_failure not strictly between 0 and 1, u < 1, or n_handed_over <= 0.

    >>> search = PosteriorSearch(0.01, keys_per_query=4)
    >>> belief = search.begin(256)
    >>> int(belief.next_runs()[0])
    1
    """

    p_failure: float
    keys_per_query: int = 1
    n_handed_over: float | None = None
    source = "runs of least cost per success from a posterior over the number left: ours, derived, see test"

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        check_between("keys_per_query", self.keys_per_query, 1, math.inf, "each query tests this number of keys")
        if self.n_handed_over is not None:
            check_between("n_handed_over", self.n_handed_over, 1e-9, math.inf, "the next stage looks for these keys")

    def begin(
        self, n_keys: int | NDArray[np.int64], n_rows: int = 1, n_expected: NDArray[np.float64] | None = None
    ) -> Belief:
        """Return what is believed of some rows at the start.

        Args:
            n_keys: keys of each row, shape (n_rows,), as many as fill the same number of blocks; or of all.
            n_rows: number of rows that are searched side by side, each with a belief of its own.
            n_expected: a guess of the numbers of marked keys, shape (n_rows,), which the belief then begins around.

        Raises:
            InputError: fewer than 3 blocks.
        """
        return Belief.of(self, n_keys, n_rows, n_expected)


@attrs.frozen(eq=False)
class _Columns:
    """Numbers of keys left in bins, over which a belief is summed to choose a run."""

    edges: NDArray[np.int64]
    middles: NDArray[np.int64]

    @classmethod
    @functools.lru_cache(maxsize=16)
    def of(cls, t_max: int) -> _Columns:
        edges = np.arange(min(_FINE, t_max) + 1)
        if t_max > _FINE:
            edges = np.unique(np.concatenate([edges, np.geomspace(_FINE, t_max, _BINS).astype(np.int64)]))
        middles = (edges + np.append(edges[1:], t_max + 1) - 1) // 2
        return cls(edges, middles)


def _log_allowed(p_failure: float, t_max: int) -> NDArray[np.float64]:
    """Logarithm of what F(t) may be when a stage ends, shape (t_max + 2,)."""
    t = np.arange(1.0, t_max + 2)
    return np.append(0.0, math.log(p_failure) - np.log(t * (t + 1)))


@attrs.define(eq=False)
class Belief:
    """What the search believes of some rows, and what their runs have ruled out; changed by `after`.

    Attributes:
        search: the rule.
        tables: what the runs see, one for each size of the key table, largest first.
        size_at: which of them each row is at, shape (rows,).
        n_unread: keys that have not been read, shape (rows,).
        p_left: probability of each number of keys left, shape (rows, t_max + 1).
        n_believed: smallest number of keys left from which on all have the probability 0, shape (rows,).
        log_missed: logarithm of F, shape (rows, t_max + 2); the last stands for all larger numbers.
        log_allowed: what it may be when the stage ends, shape (t_max + 2,).
        first: the belief without a guess, shape (t_max + 1,).
    """

    search: PosteriorSearch
    tables: tuple[Blocks, ...]
    columns: _Columns
    size_at: NDArray[np.int64]
    n_unread: NDArray[np.int64]
    p_left: NDArray[np.float64]
    n_believed: NDArray[np.int64]
    log_missed: NDArray[np.float64]
    log_allowed: NDArray[np.float64]
    first: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        search: PosteriorSearch,
        n_keys: int | NDArray[np.int64],
        n_rows: int,
        n_expected: NDArray[np.float64] | None,
    ) -> Belief:
        """Return the first belief."""
        every = np.broadcast_to(n_keys, n_rows).astype(np.int64)
        tables = table_sizes(int(every.max()), search.keys_per_query)
        check_blocks(tables[0])
        t_max = min(t_max_of(tables[0]), tables[-1].n_blocks - 1)
        first = 1 / (1 + np.arange(t_max + 1.0))
        first /= first.sum()
        p_left = np.repeat(first[None], n_rows, axis=0)
        if n_expected is not None:
            p_left = (p_left + _around(np.asarray(n_expected, dtype=float), t_max)) / 2
        missed = np.zeros((n_rows, t_max + 2))
        allowed, believed = _log_allowed(search.p_failure, t_max), np.full(n_rows, t_max + 1)
        return cls(search, tables, _Columns.of(t_max), every * 0, every, p_left, believed, missed, allowed, first)

    @property
    def t_max(self) -> int:
        """Largest number of keys left that is believed in; the last check covers larger ones too."""
        return self.first.size - 1

    def blocks(self, row: int = 0) -> Blocks:
        """Return the blocks into which a row's keys are dealt for its next run."""
        return self.tables[self.size_at[row]]

    @property
    def mean_left(self) -> NDArray[np.float64]:
        """Mean number of keys left, as believed, shape (rows,)."""
        return self.p_left @ np.arange(self.t_max + 1.0)

    def next_runs(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the number of iterates of the next run of each of some rows (all), or STOP, shape (rows,)."""
        rows = np.arange(self.size_at.size) if rows is None else rows
        runs = np.full(rows.size, STOP, dtype=np.int64)
        for size in np.unique(self.size_at[rows]):
            at = np.flatnonzero(self.size_at[rows] == size)
            runs[at] = self._runs_of(rows[at], self.table(size))
        return runs

    def after(
        self, rows: NDArray[np.int64], runs: NDArray[np.int64], n_found: NDArray[np.int64], n_read: NDArray[np.int64]
    ) -> None:
        """Take in the outcomes of some rows' runs.

        Args:
            rows: which rows, shape (m,).
            runs: their numbers of iterates.
            n_found: marked keys that the measured blocks held.
            n_read: keys of these blocks that had not been read before.
        """
        for size in np.unique(self.size_at[rows]):
            at = np.flatnonzero(self.size_at[rows] == size)
            self._learn(rows[at], self.table(size), runs[at], n_found[at])
        self.leave_out(rows, n_read)

    def leave_out(self, rows: NDArray[np.int64], n_read: NDArray[np.int64]) -> None:
        """Take keys that were read out of some rows' tables, built anew where a smaller one holds the rest."""
        self.n_unread[rows] -= n_read
        places = np.array([blocks.n_places for blocks in self.tables])
        self.size_at[rows] = (places[None, :] >= self.n_unread[rows, None]).sum(axis=1) - 1

    def table(self, size: int) -> RunTable:
        """Return what the runs see when the key table has the size of that number."""
        return run_table(self.tables[size], self.t_max)

    def _runs_of(self, rows: NDArray[np.int64], table: RunTable) -> NDArray[np.int64]:
        """Choose the runs of rows whose tables have the same size."""
        columns, upto = self.columns, self.n_believed[rows].max()
        edges = columns.edges[columns.edges < upto]
        believed = np.add.reduceat(self.p_left[rows, :upto], edges, axis=1)
        p_success = _p_success(table, columns)[:, : edges.size - 1] @ believed[:, 1:].T
        choice = ((table.lengths[:, None] + _COST_OF_A_TRIAL) / np.maximum(p_success, 1e-300)).argmin(axis=0)
        over = self.n_unread[rows] == 0
        if self.search.n_handed_over is not None:
            over |= self.mean_left[rows] < self.search.n_handed_over
        else:
            empty = np.flatnonzero((believed[:, 0] > 0.5) | (self.log_missed[rows, 1] <= self.log_allowed[1]))
            at = table.checked
            missing = np.maximum(self.log_missed[rows[empty, None], at] - self.log_allowed[at], 0.0)
            done = empty[~missing.any(axis=1)]  # so far as these columns tell
            over[done] |= (self.log_missed[rows[done]] <= self.log_allowed).all(axis=1)
            choice[empty] = table.best_last_runs(missing)
        return np.where(over, STOP, table.lengths[choice])

    def _learn(
        self, rows: NDArray[np.int64], table: RunTable, runs: NDArray[np.int64], n_found: NDArray[np.int64]
    ) -> None:
        """Follow Bayes' rule, and count failures."""
        trials = np.searchsorted(table.lengths, runs)
        failed = n_found == 0
        self.log_missed[rows[failed]] += table.log_nothing[trials[failed]]
        self.log_missed[rows[~failed]] = 0.0
        for c in np.unique(n_found).tolist():
            at = n_found == c
            self._follow(rows[at], c, table.found.n_holding(c), table.found.p_measured[c % 2, trials[at]])

    def _follow(
        self, rows: NDArray[np.int64], c: int, n_holding: NDArray[np.float64], p_measured: NDArray[np.float64]
    ) -> None:
        """Follow Bayes' rule in rows of which c keys were found; what is left is the number before, less c."""
        upto = int(self.n_believed[rows].max())
        left = self.p_left[rows, c:upto]
        left *= n_holding[c:upto]
        left *= p_measured[:, : left.shape[1]]
        total = left.sum(axis=1)
        impossible, rows, left = rows[total <= 0], rows[total > 0], left[total > 0]
        self.p_left[impossible], self.n_believed[impossible] = self.first, self.first.size
        if rows.size:
            left /= total[total > 0, None]
            kept = left.shape[1] - (left > _LEFT_OUT)[:, ::-1].argmax(axis=1)
            ends, least = np.arange(left.shape[1]), int(kept.min())
            left[:, least:][ends[least:] >= kept[:, None]] = 0.0
            self.n_believed[rows] = kept
            self.p_left[rows, : left.shape[1]], self.p_left[rows, left.shape[1] : upto] = left, 0.0


@functools.lru_cache(maxsize=32)
def _p_success(table: RunTable, columns: _Columns) -> NDArray[np.float64]:
    """Probability that each run finds a key, for the middles of all bins but the first, which is 0."""
    return 1 - table.p_nothing[:, columns.middles[1:]]


@functools.lru_cache(maxsize=256)
def table_sizes(n_keys: int, keys_per_query: int) -> tuple[Blocks, ...]:
    """Blocks of the whole key table, and of each smaller one that is built when enough keys have been read.

    >>> [blocks.n_blocks for blocks in table_sizes(256, 16)]
    [16, 15, 14, 13, 12, 11, 10, 9, 8]
    """
    every = Blocks.of(n_keys, keys_per_query)
    if keys_per_query == 1:
        return (every,)
    parts = range(_TABLES, _TABLES // 2 - 1, -1)
    sizes = sorted({math.ceil(every.n_blocks * part / _TABLES) for part in parts}, reverse=True)
    return tuple(attrs.evolve(every, n_blocks=size) for size in sizes)


def expected_left(
    mean_left: NDArray[np.float64], n_found: NDArray[np.int64], n_false: NDArray[np.int64], p_hit: float
) -> NDArray[np.float64]:
    """Guess of the marked keys left when an approximate score hands over; all arrays have shape (rows,).

    Those that it marks and has not found, as many of them true as before, and those that it does not mark.

    Args:
        mean_left: keys that it marks, believed to be left.
        n_found: marked keys found.
        n_false: keys that it marked and that were not marked.
        p_hit: probability that it marks a marked key.

    >>> expected_left(np.array([4.0]), np.array([90]), np.array([30]), p_hit=0.9).round(1).tolist()
    [13.0]
    """
    return mean_left * (n_found + 1) / (n_found + n_false + 1) + n_found * (1 - p_hit) / p_hit


def _around(n_expected: NDArray[np.float64], t_max: int) -> NDArray[np.float64]:
    """Beliefs around guesses that may be wrong by a third, shape (rows, t_max + 1)."""
    mean = np.minimum(n_expected, t_max)[:, None]
    weights = np.exp(-((np.arange(t_max + 1.0) - mean) ** 2) / (2 * np.maximum(mean / 3, 1.0) ** 2))
    return weights / weights.sum(axis=1, keepdims=True)
