"""Seeded rows and heads: with known answers for tests, and of sizes that no exported head has."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_seed
from groverattn.problem.fixed_point import largest_value
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexers import IndexerQuery, Query, scores_of
from groverattn.problem.shapes import Shape, representative_query, representative_threshold

_ROWS_PER_BLOCK = 1 << 14  # 8 MiB of draws at d = 128: keys are drawn in blocks, so memory is what the keys take


@attrs.frozen(eq=False, repr=False)
class PlantedRow:
    """Query row in which exactly the planted keys reach the threshold.

    Attributes:
        shape: the sizes.
        query: d integers, or the query of an indexer.
        keys: int16 of shape (n, d).
        threshold: integer threshold, at least 1.
        marked: indices of the marked keys, ascending, shape (n_marked,).
    """

    shape: Shape
    query: Query
    keys: NDArray[np.int16]
    threshold: int
    marked: NDArray[np.intp]

    def scores(self) -> NDArray[np.int64]:
        """Integer scores of all keys, shape (n,)."""
        return scores_of(self.query, self.keys)

    def __repr__(self) -> str:
        return f"PlantedRow({self.shape!r}, threshold={self.threshold})"


def planted(n_keys: int, d_head: int, n_marked: int, key_bits: int, query_bits: int, seed: int) -> PlantedRow:
    """Row of Gaussian keys in which exactly `n_marked` randomly placed keys reach the threshold.

    Query, keys and threshold are the representative ones (our assumption, see `shapes`), but the threshold is at
    least 1 and at most the largest score that a key can have. Then the row is corrected: a key that is marked by chance
    gets the opposite sign; a planted key below the threshold moves towards the largest score.

    Raises:
        InputError: a size out of range (see Shape), or a negative seed.

    >>> row = planted(n_keys=64, d_head=8, n_marked=3, key_bits=4, query_bits=4, seed=1)
    >>> np.array_equal(np.flatnonzero(row.scores() >= row.threshold), row.marked)
    True
    """
    check_seed(seed)
    shape = Shape(n_keys, d_head, n_marked, key_bits, query_bits)
    query = representative_query(shape, seed)
    assert isinstance(query, tuple)
    reachable = largest_value(key_bits) * sum(map(abs, query))
    threshold = min(max(1, representative_threshold(shape, query)), reachable)
    rng = np.random.default_rng([seed, 1])  # a stream of its own: the query is drawn from the seed itself
    keys = _gaussian_keys(shape, rng)
    marked = np.sort(rng.choice(n_keys, n_marked, replace=False, shuffle=False))
    should_be = np.zeros(n_keys, dtype=bool)
    should_be[marked] = True
    reached = _scores(keys, query) >= threshold
    keys[reached & ~should_be] *= -1  # the score changes its sign, and the threshold is positive
    too_low = np.flatnonzero(should_be & ~reached)
    keys[too_low] = _raised(keys[too_low], query, threshold, largest_value(key_bits))
    return PlantedRow(shape, query, keys, threshold, marked)


def planted_indexer(shape: Shape, seed: int) -> PlantedRow:
    """Row of an indexer in which exactly n_marked keys, where they happen to be, reach the threshold.

    Query, weights and keys are the representative ones (our assumption, see `shapes`), the weights with the sign that
    makes their sum positive. The threshold is the n_marked-th largest score; further keys that tie with it become keys
    of zeros, of score 0.

    Raises:
        InputError: no index heads, a negative seed, or a row in which fewer keys have a positive score.

    >>> row = planted_indexer(Shape(64, 4, 5, 4, 4, index_heads=2), seed=0)
    >>> np.array_equal(np.flatnonzero(row.scores() >= row.threshold), row.marked)
    True
    """
    check_seed(seed)
    query = representative_query(shape, seed)
    if not isinstance(query, IndexerQuery):
        raise InputError(
            given="a shape without index heads",
            allowed="index_heads of at least 1",
            why="the row of an attention head is planted by `planted`",
            do="give index_heads",
        )
    if sum(query.weights) < 0:
        query = attrs.evolve(query, weights=tuple(-weight for weight in query.weights))
    keys = _gaussian_keys(shape, np.random.default_rng([seed, 1]))
    scores = query.scores(keys)
    order = np.argsort(-scores, kind="stable")
    threshold = int(scores[order[shape.n_marked - 1]])
    if threshold < 1:
        raise InputError(
            given=f"{shape.n_marked} keys to mark, of which only {np.count_nonzero(scores > 0)} have a positive score",
            allowed="fewer marked keys",
            why="a key whose products are all negative has the score 0, as many others",
            do="mark fewer keys, or take another seed",
        )
    marked = np.sort(order[: shape.n_marked])
    ties = order[shape.n_marked :]
    keys[ties[scores[ties] == threshold]] = 0
    return PlantedRow(shape, query, keys, threshold, marked)


def gaussian_head(n: int, d: int, seed: int) -> AttentionHead:
    """Bidirectional head of independent standard Gaussian queries, keys and values, scale 1/sqrt(d).

    Scores then have standard deviation about 1, which is flatter than trained heads: a hard case for sparse attention.

    Raises:
        InputError: n < 2 or d < 1.

    >>> gaussian_head(n=16, d=4, seed=0)
    AttentionHead('gaussian n=16 d=4 seed=0', n=16, d=4, bidirectional)
    """
    Q, K, V = np.random.default_rng(seed).standard_normal((3, n, d))
    return AttentionHead(Q, K, V, 1 / math.sqrt(max(d, 1)), causal=False, name=f"gaussian n={n} d={d} seed={seed}")


def _gaussian_keys(shape: Shape, rng: np.random.Generator) -> NDArray[np.int16]:
    largest = largest_value(shape.key_bits)
    keys = np.empty((shape.n_keys, shape.d_head), dtype=np.int16)
    for start in range(0, shape.n_keys, _ROWS_PER_BLOCK):
        block = keys[start : start + _ROWS_PER_BLOCK]
        draws = rng.standard_normal(block.shape, dtype=np.float32)
        block[:] = np.clip(np.rint(draws * (largest / 3)), -largest, largest)
    return keys


def _scores(keys: NDArray[np.int16], query: tuple[int, ...]) -> NDArray[np.int64]:
    """Exact integer scores: float64 products are exact, as d 2^30 < 2^53, and faster than integer ones."""
    scores = np.empty(len(keys), dtype=np.int64)
    for start in range(0, len(keys), _ROWS_PER_BLOCK):
        stop = start + _ROWS_PER_BLOCK
        scores[start:stop] = keys[start:stop].astype(np.float64) @ np.asarray(query, dtype=np.float64)
    return scores


def _raised(keys: NDArray[np.int16], query: tuple[int, ...], threshold: int, largest: int) -> NDArray[np.int16]:
    """Move each key towards `largest` * sign(query) in sixteenths, until its score reaches the threshold.

    The last step is that key itself, which has the largest score of all.
    """
    best = largest * np.sign(query)
    raised = keys.copy()
    for sixteenths in range(1, 17):
        low = _scores(raised, query) < threshold
        raised[low] = np.rint(keys[low] + (best - keys[low]) * (sixteenths / 16))
    return raised
