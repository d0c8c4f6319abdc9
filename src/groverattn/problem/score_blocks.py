"""Integer scores of many rows at once: matrix products in floating point, where these are exact."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.fixed_point import FixedPoint, largest_value

# Scores held at a time: 128 MiB of float32, 256 rows at n = 2^17. With fewer rows the product waits for the keys.
_HELD = 1 << 25
_ROWS_MAX = 256
_TILE_ROWS, _TILE_KEYS = 256, 1 << 13  # 8 MiB of float32: written and compared within the cache


def exact_dtype(d_head: int, query_bits: int, key_bits: int) -> type[np.number]:
    """Fastest type in which a score and its comparison with a threshold are exact.

    Every product and every partial sum, in any order, is an integer of magnitude at most W = d A B, with A and B the
    largest values. float32 holds all integers up to 2^24 and float64 all up to 2^53, so neither rounds. W + 1 has to
    fit too: it is the threshold that no score reaches. NumPy multiplies matrices of int64 without BLAS, far slower.

    >>> [exact_dtype(d, 8, 8).__name__ for d in (128, 1040, 1041)], exact_dtype(128, 16, 16).__name__
    (['float32', 'float32', 'float64'], 'float64')
    """
    beyond = d_head * largest_value(query_bits) * largest_value(key_bits) + 1
    if beyond <= 1 << 24:
        return np.float32
    return np.float64 if beyond <= 1 << 53 else np.int64


def exact_product(left: NDArray[np.number], right: NDArray[np.number], out: NDArray | None = None) -> NDArray:
    """Matrix product of integers in a type of `exact_dtype`: no flag that BLAS raises means anything.

    Its kernels may compute lanes that they do not store, and NumPy warns of an invalid value there (numpy#24067,
    OpenBLAS#1924).
    """
    with np.errstate(all="ignore"):
        return np.matmul(left, right, out=out)


@attrs.frozen(eq=False, repr=False)
class ScoreBlocks:
    """Integer scores of a head, computed for the rows asked for and never stored for all.

    Attributes:
        queries: integers as numbers of `exact_dtype`, shape (n, d).
        keys: likewise, but a column for each key, shape (d, n): the layout in which products are fastest.
        largest: the largest integer score that d products of these widths can make.
        causal: whether row i sees keys 0 to i only.

    >>> from groverattn.problem.fixed_point import quantise
    >>> scores = ScoreBlocks.of(quantise(np.eye(4), 3), quantise(np.eye(4), 3), causal=False)
    >>> scores.marked_counts(np.array([0, 1]), np.array([1, 0])).tolist()
    [1, 4]
    """

    queries: NDArray[np.number]
    keys: NDArray[np.number]
    largest: int
    causal: bool

    @classmethod
    def of(cls, queries: FixedPoint, keys: FixedPoint, causal: bool) -> ScoreBlocks:
        """Convert quantised queries and keys, 4 or 8 bytes a number."""
        d_head = keys.values.shape[1]
        dtype = exact_dtype(d_head, queries.bits, keys.bits)
        largest = d_head * largest_value(queries.bits) * largest_value(keys.bits)
        return cls(queries.values.astype(dtype), keys.values.T.astype(dtype, order="C"), largest, causal)

    def visible_keys(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Number of keys that each row sees, shape (rows,)."""
        return rows.astype(np.int64) + 1 if self.causal else np.full(rows.shape, self.keys.shape[1], dtype=np.int64)

    def of_row(self, row: int) -> NDArray[np.int64]:
        """Scores of the keys that row `row` sees, shape (visible_keys,)."""
        return exact_product(self.queries[row], self.keys[:, : row + 1 if self.causal else None]).astype(np.int64)

    def of_rows(self, rows: NDArray[np.intp]) -> Iterator[NDArray[np.number]]:
        """Scores of each row over the keys that it sees, row by row; each array is overwritten later.

        Args:
            rows: any rows, shape (rows,).
        """
        visible = self.visible_keys(rows)
        step = max(1, min(rows.size, _ROWS_MAX, _HELD // int(visible.max(initial=1))))
        # One buffer for all: the system clears fresh memory, an eighth of the time of the product (measured).
        buffer = np.empty(step * int(visible.max(initial=0)), dtype=self.keys.dtype)
        for block in _blocks(rows.size, step):
            queries, n_keys = self.queries[rows[block]], int(visible[block].max())
            scores = buffer[: len(queries) * n_keys].reshape(len(queries), n_keys)
            exact_product(queries, self.keys[:, :n_keys], out=scores)
            for row, n_visible in zip(scores, visible[block], strict=True):
                yield row[:n_visible]

    def marked_counts(self, rows: NDArray[np.intp], thresholds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of visible keys that reach the row's threshold, for each row, shape (rows,).

        Args:
            rows: any rows, shape (rows,).
            thresholds: their thresholds, shape (rows,).
        """
        counts = np.zeros(rows.size, dtype=np.int64)
        visible = self.visible_keys(rows)
        # Clipped, no threshold is rounded by the conversion, and each still marks what it marked.
        limits = np.clip(thresholds, -self.largest, self.largest + 1).astype(self.keys.dtype)
        for block in _blocks(rows.size, _TILE_ROWS):
            queries, at = self.queries[rows[block]], range(block.start, block.stop)
            for tile in _blocks(int(visible[block].max()), _TILE_KEYS):
                scores = exact_product(queries, self.keys[:, tile])
                for row, i in zip(scores, at, strict=True):
                    # A row at a time: contiguous, so that comparing and counting run at the speed of the cache.
                    counts[i] += np.count_nonzero(row[: max(visible[i] - tile.start, 0)] >= limits[i])
        return counts


def _blocks(size: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, size)) for start in range(0, size, step))
