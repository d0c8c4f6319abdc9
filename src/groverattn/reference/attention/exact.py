"""Exact softmax attention, a block of rows at a time, and sums and extremes over the keys that each row sees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead

_BLOCK_BYTES = 1 << 25  # our assumption: 32 MiB of scores at a time, whatever n is
_MANY_ROWS = 16  # measured: from one row in 16 on, running sums over all keys are as fast


def score_blocks(head: AttentionHead, rows: ArrayLike | None = None) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Pairs (block, scaled scores of shape (block, n)), in order; -inf where a row does not see the key.

    The n x n matrix is never stored whole.

    Args:
        head: the head.
        rows: the rows wanted, shape (m,); all by default. A block is a slice of them.

    Raises:
        InputError: a row that the head does not have.

    >>> from groverattn.problem.families import gaussian_head
    >>> [(rows, scores.shape) for rows, scores in score_blocks(gaussian_head(n=4, d=2, seed=0))]
    [(slice(0, 4, None), (4, 4))]
    """
    n, wanted = head.n_keys, row_numbers(head, rows)
    step = max(1, _BLOCK_BYTES // (8 * n))
    for start in range(0, wanted.size, step):
        block = slice(start, min(start + step, wanted.size))
        scores = head.queries[wanted[block]] @ head.keys.T
        scores *= head.score_scale
        if head.causal:
            scores[np.arange(n) > wanted[block, None]] = -np.inf
        yield block, scores


def row_numbers(head: AttentionHead, rows: ArrayLike | None) -> NDArray[np.int64]:
    """Rows as an array, all of the head's if none are given.

    Raises:
        InputError: a row that the head does not have.
    """
    numbers = np.arange(head.n_keys) if rows is None else np.asarray(rows, dtype=np.int64)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < head.n_keys:
        raise InputError(
            given=f"rows {numbers.min()} to {numbers.max()}",
            allowed=f"0 to {head.n_keys - 1}",
            why="these are the rows that the head has",
            do="choose rows of this head, or leave them out for all",
        )
    return numbers


def softmax_rows(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax of each row, shifted by the row's largest score so that no exponential overflows.

    >>> softmax_rows(np.array([[1000.0, 1000.0, -np.inf]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    weights = scores - scores.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def exact_attention(head: AttentionHead, rows: ArrayLike | None = None) -> NDArray[np.float64]:
    """D(A)^-1 A V, shape (n, d_v), with A = exp(score_scale Q K^T), and 0 where a row does not see the key.

    Source: arXiv:2307.08045, definition of exact attention, with the scale that it leaves out.

    Args:
        head: the head.
        rows: only these rows, shape (m,), in O(m n d); for heads too long to check as a whole.

    Raises:
        InputError: a row that the head does not have.

    >>> head = AttentionHead(np.zeros((2, 1)), np.zeros((2, 1)), [[1.0], [3.0]], 1.0, causal=True, name="flat")
    >>> exact_attention(head).ravel().tolist()
    [1.0, 2.0]
    """
    output = np.empty((row_numbers(head, rows).size, head.values.shape[1]))
    for block, scores in score_blocks(head, rows):
        output[block] = softmax_rows(scores) @ head.values
    return output


def n_visible(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of keys that each row sees, shape (m,)."""
    return rows + 1 if head.causal else np.full(rows.size, head.n_keys)


def visible_sums(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum over the keys that each row sees, shape (m, c) or (1, c).

    >>> from groverattn.problem.families import gaussian_head
    >>> visible_sums(np.array([[1.0], [2.0], [4.0]]), gaussian_head(3, 1, 0), np.array([0, 2])).tolist()
    [[7.0]]
    """
    return _up_to(rows, array, np.add) if head.causal else array.sum(axis=0, keepdims=True)


def visible_maxima(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Largest number over the keys that each row sees, column by column, shape (m, c) or (1, c).

    >>> from groverattn.problem.families import gaussian_head
    >>> causal = AttentionHead(*np.zeros((3, 3, 1)), 1.0, causal=True, name="zeros")
    >>> visible_maxima(np.array([[3.0], [1.0], [4.0]]), causal, np.array([1, 2])).tolist()
    [[3.0], [4.0]]
    """
    return _up_to(rows, array, np.maximum) if head.causal else array.max(axis=0, keepdims=True)


def visible_ranges(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Largest minus smallest number over the keys that each row sees, column by column, (m, c) or (1, c)."""
    return visible_maxima(array, head, rows) + visible_maxima(-array, head, rows)


def _up_to(rows: NDArray[np.int64], array: NDArray[np.float64], combine: np.ufunc) -> NDArray[np.float64]:
    """Combine array[0] to array[row] for each row, shape (m, c): of few rows first what lies between them, faster."""
    if rows.size == 0 or _MANY_ROWS * rows.size > array.shape[0]:
        return combine.accumulate(array, axis=0)[rows]
    ends = np.unique(rows)
    between = combine.reduceat(array[: ends[-1] + 1], np.concatenate(([0], ends[:-1] + 1)), axis=0)
    return combine.accumulate(between, axis=0)[np.searchsorted(ends, rows)]
