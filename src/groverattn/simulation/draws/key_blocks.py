"""Searches by blocks of keys, and by runs from a posterior, drawn for many rows together.

What the searches of `block_search` do on a `LawEngine`: the keys are dealt into blocks anew in every run. Only the
marked ones are dealt here. The blocks are alike but for the marked keys that they hold, and which other keys are read
with those is a uniform choice.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.posterior import STOP, PosteriorSearch
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.faults import success_with_faults
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.trials import Trial, UniformTrial
from groverattn.simulation.draws.rounds import RowDraws, draw_searches

_ROWS = 256  # drawn at once: some 100 MB of beliefs

_Numbers = NDArray[np.int64]


@attrs.frozen(eq=False)
class _Reading:
    """Rows that are searched by blocks of u keys, and what was read of them; all arrays have shape (rows,).

    Attributes:
        size: places in a block u.
        left: marked keys that have not been found.
        others: keys that are not marked and have not been read.
        rng: deals the keys and draws the outcomes.
        fault_rate: probability of a logical fault in an iterate.
        draws: what the searches did.
    """

    size: int
    left: _Numbers
    others: _Numbers
    rng: np.random.Generator
    fault_rate: float
    draws: RowDraws

    @classmethod
    def of(
        cls, size: int, n_keys: _Numbers, n_marked: _Numbers, rng: np.random.Generator, fault_rate: float
    ) -> _Reading:
        return cls(size, n_marked.copy(), n_keys - n_marked, rng, fault_rate, RowDraws.zeros(n_keys.size))

    def run(self, rows: NDArray[np.intp], n_blocks: _Numbers, j: _Numbers) -> tuple[_Numbers, _Numbers]:
        """Deal the keys of some rows into blocks, run, and read the keys of the measured block.

        Returns:
            How many marked keys were found in each, and how many keys were read that had not been read before.
        """
        found = marked_of_measured(n_blocks, self.size, self.left[rows], j, self.rng, self.fault_rate)
        taken = n_blocks * self.size - self.left[rows] - self.others[rows]  # read before, or empty
        read = self.rng.hypergeometric(self.others[rows], taken, self.size - found)
        self.left[rows] -= found
        self.others[rows] -= read
        for name, number in (("found", found), ("iterates", j), ("checks", found + read), ("trials", 1)):
            getattr(self.draws, name)[rows] += number
        self.draws.key_tests[rows] += j * self.size
        return found, found + read


def draw_by_posterior(
    search: PosteriorSearch, n_keys: _Numbers, n_marked: _Numbers, rng: np.random.Generator, fault_rate: float = 0.0
) -> RowDraws:
    """Draw the searches of rows whose keys fill the same number of blocks.

    Args:
        search: the rule of the runs.
        n_keys: keys of each row, shape (rows,).
        n_marked: how many of them are marked.
        rng: deals the keys and draws the outcomes.
        fault_rate: probability of a logical fault in an iterate, of which the search does not know.

    Raises:
        InputError: fewer than 3 blocks.

    >>> n_keys, n_marked = np.full(20, 4096), np.full(20, 8)
    >>> search = PosteriorSearch(0.001, keys_per_query=4)
    >>> draw_by_posterior(search, n_keys, n_marked, np.random.default_rng(0)).found.tolist() == [8] * 20
    True
    """
    reading = _Reading.of(search.keys_per_query, n_keys, n_marked, rng, fault_rate)
    belief, going = search.begin(n_keys, n_keys.size), np.arange(n_keys.size)
    sizes = np.array([blocks.n_blocks for blocks in belief.tables])
    while True:
        runs = belief.next_runs(going)
        going, runs = going[runs != STOP], runs[runs != STOP]
        if not going.size:
            return reading.draws
        found, read = reading.run(going, sizes[belief.size_at[going]], runs)
        belief.after(going, runs, found, read)


def draw_by_growing_trials(
    search: GrowingBlockSearch, n_keys: _Numbers, n_marked: _Numbers, rng: np.random.Generator, fault_rate: float = 0.0
) -> RowDraws:
    """Draw the searches of some rows: each makes its trials, and begins them anew after each find.

    Args:
        search: the trials of a round.
        n_keys, n_marked, rng, fault_rate: those of `draw_by_posterior`.

    Raises:
        InputError: fewer than 3 blocks.

    >>> n_keys, n_marked = np.full(500, 4096), np.full(500, 8)
    >>> search = GrowingBlockSearch(0.001, keys_per_query=4)
    >>> draws = draw_by_growing_trials(search, n_keys, n_marked, np.random.default_rng(0))
    >>> round(float(draws.iterates.mean() / search.cost(4096, 8).iterates_expected), 1)
    1.0
    """
    reading = _Reading.of(search.keys_per_query, n_keys, n_marked, rng, fault_rate)
    n_blocks = np.array([Blocks.of(n, search.keys_per_query).n_blocks for n in n_keys.tolist()])
    sizes, of_size = np.unique(n_blocks, return_inverse=True)
    rounds = [_bounds(search.trials(size * search.keys_per_query)) for size in sizes.tolist()]
    n_trials = np.array([each.shape[1] for each in rounds])[of_size]
    starts = (np.cumsum([0, *(each.shape[1] for each in rounds)])[:-1])[of_size]
    least, beyond = np.concatenate(rounds, axis=1)
    going, made = np.arange(n_keys.size), np.zeros(n_keys.size, dtype=np.int64)
    while going.size:
        at = starts[going] + made[going]
        found, _ = reading.run(going, n_blocks[going], rng.integers(least[at], beyond[at]))
        made[going] = np.where(found > 0, 0, made[going] + 1)
        going = going[made[going] < n_trials[going]]
    return reading.draws


def draw_by_blocks(
    method: SearchMethod, n_keys: _Numbers, n_marked: _Numbers, rng: np.random.Generator, fault_rate: float = 0.0
) -> RowDraws:
    """Draw the searches of some rows by a method that tests several keys per query, or by `posterior`.

    Rows of which a block would hold more than a third are searched key by key.

    Args:
        method: `unknown` or `posterior`.
        n_keys, n_marked, rng, fault_rate: those of `draw_by_posterior`; rows may fill other numbers of blocks.
    """
    by_key = method.keys_per_query > n_keys // 3
    sizes = np.where(by_key, 1, method.keys_per_query)
    kinds = sizes, -(-n_keys // sizes) if method.name == "posterior" else 0 * sizes
    draws = RowDraws.zeros(n_keys.size)
    order = np.lexsort(kinds[::-1])
    alike = np.flatnonzero(np.diff(np.stack(kinds)[:, order]).any(axis=0)) + 1
    for group in np.split(order, alike) if order.size else []:
        for rows in np.split(group, np.arange(_ROWS, group.size, _ROWS)):
            given, size = (n_keys[rows], n_marked[rows], rng, fault_rate), int(sizes[rows[0]])
            if method.name == "posterior":
                draws.put(rows, draw_by_posterior(PosteriorSearch(method.p_failure, size), *given))
            elif size > 1:
                draws.put(rows, draw_by_growing_trials(GrowingBlockSearch(method.p_failure, size), *given))
            else:
                draws.put(rows, draw_searches(method.for_threshold(0), *given))
    return draws


def _bounds(trials: tuple[Trial, ...]) -> _Numbers:
    """Least number of iterates of each trial, and the one after the largest, shape (2, trials)."""
    least = [0 if isinstance(trial, UniformTrial) else trial.iterates_max for trial in trials]
    return np.array([least, [trial.iterates_max + 1 for trial in trials]])


def marked_of_measured(
    n_blocks: _Numbers, size: int, n_marked: _Numbers, j: _Numbers, rng: np.random.Generator, fault_rate: float = 0.0
) -> _Numbers:
    """Deal the marked keys of some rows, run, and count those in the measured block; all arrays have shape (rows,).

    Args:
        n_blocks: blocks of each row.
        size: places in a block.
        n_marked: marked keys that are dealt.
        j: iterates of the run.
        rng: deals the keys and draws the outcomes.
        fault_rate: probability of a logical fault in an iterate.

    >>> marked_of_measured(np.array([4, 4]), 1, np.array([1, 0]), np.array([1, 1]), np.random.default_rng(0)).tolist()
    [1, 0]
    """
    of_key = np.repeat(np.arange(n_marked.size), n_marked)
    held, counts = np.unique(
        _dealt(n_blocks * size, n_marked, rng) // size + of_key * n_blocks.max(), return_counts=True
    )
    of_block, is_odd = held // n_blocks.max(), counts % 2 == 1
    counts = counts[np.lexsort((is_odd, of_block))]  # of the blocks that hold marked keys; in each row the even first
    n_odd, n_even = (np.bincount(of_block[which], minlength=n_marked.size) for which in (is_odd, ~is_odd))
    p_odd = success_probability(n_blocks, n_odd, j)
    if fault_rate:
        p_odd = success_with_faults(p_odd, n_blocks, n_odd, j, fault_rate)
    odd = rng.random(n_marked.size) < p_odd
    chosen = rng.integers(np.maximum(np.where(odd, n_odd, n_blocks - n_odd), 1))
    holds = chosen < np.where(odd, n_odd, n_even)
    first = np.cumsum(n_odd + n_even) - n_odd - n_even + np.where(odd, n_even, 0)
    found = np.zeros(n_marked.size, dtype=np.int64)
    found[holds] = counts[(first + chosen)[holds]]
    return found


def _dealt(n_places: _Numbers, n_marked: _Numbers, rng: np.random.Generator) -> _Numbers:
    """Draw different places for the marked keys of each row, shape (keys of all rows,)."""
    of_key = np.repeat(np.arange(n_marked.size), n_marked)
    places, ends = np.empty(of_key.size, dtype=np.int64), np.cumsum(n_marked)
    crowded = n_marked * (n_marked - 1) > n_places
    for row in np.flatnonzero(crowded).tolist():
        drawn = rng.choice(n_places[row], n_marked[row], replace=False, shuffle=False)
        places[ends[row] - n_marked[row] : ends[row]] = drawn
    again = ~crowded[of_key]
    while again.any():  # a row of which two keys have one place is drawn anew
        places[again] = rng.integers(n_places[of_key[again]])
        in_order = np.sort(of_key * n_places.max() + places)
        twice = in_order[1:][np.diff(in_order) == 0] // n_places.max()
        again = np.isin(of_key, twice) if twice.size else again & False
    return places
