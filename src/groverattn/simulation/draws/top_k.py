"""Searches without a threshold, drawn for many rows together from the ranks of their scores.

The keys kept are always a uniform choice, as many as are kept, of those with a better score than the worst so far. So
the worst scores that a search visits can be drawn first, and then all rounds at once, as they do not depend on each
other: without ties a rank r > k is visited with probability k / r, whatever the others are (see `TopKSearch.cost`).
Of keys that tie, a search visits the score once, for as many rounds as it keeps of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.search.top_k import TopKSearch
from groverattn.simulation.draws.rounds import RowDraws, RowsOfRound, draw_round

_ROWS = 256  # drawn at once: some 1e5 rounds
_SPREAD = 8  # scores are counted in an array up to as many times longer than there are keys, and sorted otherwise

Scores = NDArray[np.number]


def draw_largest(
    search: TopKSearch,
    scores: Iterable[Scores],
    scores_of: Callable[[int], Scores],
    rng: np.random.Generator,
    fault_rate: float = 0.0,
) -> RowDraws:
    """Draw the searches for the k largest scores of some rows.

    Args:
        search: how many keys are kept, and the trials of a round.
        scores: integer scores of each row, of more than k keys; an array may be overwritten when the next one is taken.
        scores_of: those of the row at a position, for rows of which a key is missed.
        rng: draws ranks, iterate numbers and outcomes.
        fault_rate: probability of a logical fault in an iterate.

    >>> rows = [np.random.default_rng(seed).integers(10**6, size=1024) for seed in range(200)]
    >>> search = TopKSearch(4, p_failure=1e-6)
    >>> draws = draw_largest(search, rows, rows.__getitem__, np.random.default_rng(0))
    >>> round(float(draws.iterates.mean() / search.cost(1024).iterates_expected), 1), int(draws.false.sum())
    (1.0, 0)
    """
    rows, parts = iter(scores), list[RowDraws]()
    while part := [_Ranks.of(row) for row in islice(rows, _ROWS)]:
        first = len(parts) * _ROWS
        parts.append(_draw_part(search, part, lambda at, first=first: scores_of(first + at), rng, fault_rate))
    draws = RowDraws.zeros(sum(part.found.size for part in parts))
    for at, part in enumerate(parts):
        draws.put(at * _ROWS + np.arange(part.found.size), part)
    return draws


@attrs.frozen(eq=False)
class _Ranks:
    """Scores of a row in falling order, as far as the ranks go.

    Attributes:
        reached: how many scores are at least as large as each that occurs, falling, shape (values,).
        tied: how many are equal to it.
    """

    reached: NDArray[np.int64]
    tied: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Scores) -> _Ranks:
        least = scores.min()
        if scores.max() - least < _SPREAD * scores.size:
            tied = np.bincount((scores - least).astype(np.int64))[::-1]
            tied = tied[tied > 0]
        else:
            tied = np.unique(scores, return_counts=True)[1][::-1]
        return cls(np.cumsum(tied), tied)

    @property
    def n_keys(self) -> int:
        return int(self.reached[-1])

    def visited(self, ranks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the largest of some falling ranks with each score, and how many scores are larger than it."""
        at = np.searchsorted(self.reached, ranks)
        first = np.flatnonzero(np.diff(at, prepend=-1))
        return ranks[first], (self.reached - self.tied)[at[first]]


def _draw_part(
    search: TopKSearch,
    rows: list[_Ranks],
    scores_of: Callable[[int], Scores],
    rng: np.random.Generator,
    fault_rate: float,
) -> RowDraws:
    k, n_keys = search.n_kept, np.array([row.n_keys for row in rows])
    visits = [row.visited(ranks) for row, ranks in zip(rows, _visited_ranks(k, n_keys, rng), strict=True)]
    of_row = np.repeat(np.arange(len(rows)), [ranks.size for ranks, _ in visits])
    ranks, larger = (np.concatenate(each) for each in zip(*visits, strict=True))
    # the key of that rank is kept, and k - 1 of those before it, some of which may tie with it
    tied = 1 + rng.hypergeometric(ranks - 1 - larger, larger, k - 1)
    live = larger - (k - tied)
    n_rounds = np.minimum(tied, live + 1)  # the round with nothing left is the last
    visit = np.repeat(np.arange(live.size), n_rounds)
    done = np.arange(visit.size) - (np.cumsum(n_rounds) - n_rounds)[visit]
    return _summed(search, n_keys, of_row[visit], tied[visit] - done, larger[visit], scores_of, rng, fault_rate)


def _summed(
    search: TopKSearch,
    n_keys: NDArray[np.int64],
    of_row: NDArray[np.intp],
    tied: NDArray[np.int64],
    larger: NDArray[np.int64],
    scores_of: Callable[[int], Scores],
    rng: np.random.Generator,
    fault_rate: float,
) -> RowDraws:
    """Draw rounds that are planned, and sum those of each row up to the first that finds nothing.

    Args:
        search: the trials of a round.
        n_keys: of each row.
        of_row: row of each round, ascending, shape (rounds,).
        tied: keys kept with the worst score.
        larger: keys of the row with a larger one; the other keys kept are among them.
        scores_of: scores of the row at a position.
        rng: draws iterate numbers and outcomes.
        fault_rate: probability of a logical fault in an iterate.
    """
    k, live = search.n_kept, larger - (search.n_kept - tied)
    sizes, of_size = np.unique(n_keys, return_inverse=True)
    rounds = [search.trials(size) for size in sizes.tolist()]
    drawn = draw_round(rounds, RowsOfRound(of_size[of_row], n_keys[of_row], live, np.ones(live.size)), rng, fault_rate)
    starts, order = np.searchsorted(of_row, np.arange(n_keys.size)), np.arange(live.size)
    last = np.minimum.reduceat(np.where(drawn.found == 0, order, live.size), starts)
    happens = order <= last[of_row]
    draws = RowDraws.zeros(n_keys.size)
    for name in ("iterates", "phased_iterates", "checks", "trials", "key_tests"):
        getattr(draws, name)[:] = np.add.reduceat(np.where(happens, getattr(drawn, name), 0), starts)
    draws.found[:] = k
    draws.checks[:] += k  # those kept at first
    for at in np.flatnonzero(live[last] > 0).tolist():
        scores, worst = scores_of(at), last[at]
        falling = -np.sort(-scores)
        better, same = scores > falling[larger[worst]], scores == falling[larger[worst]]
        chosen = ((better, k - int(tied[worst])), (same, int(tied[worst])))
        keys = np.concatenate([rng.choice(np.flatnonzero(each), size, replace=False) for each, size in chosen])
        draws.keys[at] = tuple(np.sort(keys).tolist())
        draws.false[at] = (scores[keys] < falling[k - 1]).sum()
    return draws


def _visited_ranks(k: int, n_keys: NDArray[np.int64], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Draw for each row the ranks of the worst key kept, falling, as if no scores tied; the last is k.

    A rank is visited with probability k / r: if a point of a Poisson process falls into its interval of length
    -log(1 - k / r).
    """
    ends = _interval_ends(k, int(n_keys.max()))
    lengths = ends[n_keys - k]
    numbers = rng.poisson(lengths)
    points = rng.random(int(numbers.sum())) * np.repeat(lengths, numbers)
    ranks = k + np.minimum(np.searchsorted(ends, points, side="right"), np.repeat(n_keys - k, numbers))
    for of_row in np.split(ranks, np.cumsum(numbers)[:-1]):
        yield np.unique(np.append(of_row, k))[::-1]


@functools.lru_cache(maxsize=16)
def _interval_ends(k: int, n_keys: int) -> NDArray[np.float64]:
    """Ends of the intervals of the ranks k, k + 1, ..., n; that of k is empty."""
    return np.append(0.0, np.cumsum(-np.log1p(-k / np.arange(k + 1.0, n_keys + 1))))
