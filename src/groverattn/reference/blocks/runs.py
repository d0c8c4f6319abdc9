"""Runs of Grover iterates over blocks: what each sees, for every number of marked keys."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.found import FoundLaw
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.search.amplification import success_probability

_SHORT_RUNS = 16  # every length below it is there
_LONG_RUNS = 48  # lengths from there to the longest, at equal ratios
_PAST_OPTIMUM = 1.05  # the longest run, over pi/4 sqrt(N), the best for one marked block
_LEAST = 1e-300
_COST_OF_A_RUN = 0.3  # iterates: what a run of a last check is charged; short runs rule out large numbers. Our choice
# A last check has about as many runs more than there are blocks for each column, each chosen by all columns. Our
# choice: seconds, and 64 blocks for each of as many marked keys as a law is computed for.
_BLOCKS_MAX = 1 << 24
_PLACES_MAX = 1 << 30  # beyond, the logarithms of binomials have too few digits left for the law of the blocks
_CHECKED_ONE_BY_ONE, _CHECKED = 300, 200  # numbers of marked keys by which the next run is chosen


def run_lengths(n_blocks: int) -> NDArray[np.int64]:
    """Numbers of iterates that a search on N blocks chooses from: our choice, 64 or fewer.

    >>> run_lengths(256).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    """
    longest = int(_PAST_OPTIMUM * math.pi / 4 * math.sqrt(n_blocks)) + 1
    short = np.arange(min(_SHORT_RUNS, longest + 1))
    long = np.geomspace(_SHORT_RUNS - 1, longest, _LONG_RUNS) if longest >= _SHORT_RUNS else short
    return np.unique(np.concatenate([short, np.rint(long).astype(np.int64)]))


@attrs.frozen(eq=False)
class RunTable:
    """What runs over N blocks see. Every key of the measured block is read, so a run that hits an even block may find.

    The last column stands for all numbers of marked keys above `t_max`, for which only the runs without iterates count:
    those read a block at random, and see the less the fewer keys are marked.

    Attributes:
        blocks: the blocks.
        t_max: largest number of marked keys with a column of its own.
        lengths: numbers of iterates, shape (lengths,).
        p_nothing: probability that the measured block holds no marked key, shape (lengths, t_max + 2).
        found: how many marked keys it holds.
    """

    blocks: Blocks
    t_max: int
    lengths: NDArray[np.int64]
    p_nothing: NDArray[np.float64]
    found: FoundLaw

    @functools.cached_property
    def log_nothing(self) -> NDArray[np.float64]:
        """Natural logarithm of `p_nothing`, not below that of 1e-300."""
        return np.log(np.maximum(self.p_nothing, _LEAST))

    @functools.cached_property
    def checked(self) -> NDArray[np.int64]:
        """Columns by which a last check chooses its runs; it ends by all columns."""
        few = np.arange(1, min(_CHECKED_ONE_BY_ONE, self.t_max + 1) + 1)
        many = np.geomspace(few[-1], self.t_max + 1, _CHECKED).astype(np.int64)
        return np.unique(np.concatenate([few, many, [self.t_max + 1]]))

    def best_last_runs(self, missing: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the positions in `lengths` of the runs that take most away from what is missing, per iterate.

        Args:
            missing: what log F(t) still has to fall by in the columns `checked`, at least 0, shape (rows, columns).
                Each t has the weight 1/t.
        """
        open_ = (missing > 0).any(axis=0)  # the others stay as they are
        missing, at = missing[:, open_], self.checked[open_]
        weights, log_nothing = 1 / at, self.log_nothing[:, at]
        left = [np.maximum(of_row + log_nothing, 0.0) @ weights for of_row in missing]
        gains = (missing @ weights)[:, None] - np.array(left).reshape(-1, self.lengths.size)
        return (gains / (self.lengths + _COST_OF_A_RUN)).argmax(axis=1)

    def last_check(self, p_failure: float) -> tuple[int, ...]:
        """Return runs of which all fail with probability at most p_failure, whatever number t >= 1 of keys is marked.

        Plain runs, each on blocks dealt anew. The oracle of a fixed-point search would need a phase other than -1, of
        which two marked keys in a block make its square.

        >>> run_table(Blocks(64, 1), 63).last_check(0.05)
        (0, 0, 0, 1, 2, 3, 4)
        """
        missing = np.full((1, self.t_max + 2), -math.log(p_failure))
        missing[0, 0] = 0.0
        runs = []
        while missing.any():
            at = self.best_last_runs(missing[:, self.checked])[0]
            missing = np.maximum(missing + self.log_nothing[at], 0.0)
            runs.append(int(self.lengths[at]))
        return tuple(sorted(runs))


@functools.lru_cache(maxsize=32)
def run_table(blocks: Blocks, t_max: int) -> RunTable:
    """Return the exact table for a number of blocks.

    >>> table = run_table(Blocks(64, 1), 8)
    >>> table.p_nothing[5, 1].round(6).tolist()  # cos^2(11 asin(1/8))
    0.036485
    """
    lengths, odd = run_lengths(blocks.n_blocks), np.arange(t_max + 2)
    found = FoundLaw.of(blocks, success_probability(blocks.n_blocks, odd, lengths[:, None]))
    p_nothing = np.ones((lengths.size, t_max + 2))
    p_nothing[:, :-1] = found.p_finds(0)
    # of more marked keys, a block at random holds none with at most this probability
    p_nothing[0, -1] = blocks.p_empty(np.array([min(t_max + 1, blocks.n_places)]))[0]
    return RunTable(blocks, t_max, lengths, np.minimum(p_nothing, 1.0), found)


def table_of(blocks: Blocks) -> RunTable:
    """Return the table of a search whose key table stays as it is.

    Raises:
        InputError: fewer than 3 blocks or more than 2^24, or more than 2^30 keys.
    """
    check_blocks(blocks)
    why = "the last check over more of them has more runs than are chosen one by one"
    check_between("blocks", blocks.n_blocks, 3, _BLOCKS_MAX, why, "take more keys per query, or fewer keys")
    why = "the law of keys in blocks loses its digits beyond"
    check_between("keys in blocks", blocks.n_places, 3, _PLACES_MAX, why, "take one key per query, or fewer keys")
    return run_table(blocks, t_max_of(blocks))


def t_max_of(blocks: Blocks) -> int:
    """Return the largest number of marked keys with a column of its own: those that leave a block empty."""
    return attrs.evolve(blocks, n_blocks=blocks.n_blocks - 1).t_max


def check_blocks(blocks: Blocks) -> None:
    """Raise InputError unless there are three blocks or more."""
    why, do = "a search has at least three of them", "take fewer keys per query, or more keys"
    check_between("blocks", blocks.n_blocks, 3, math.inf, why, do)
