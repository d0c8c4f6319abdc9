"""Sums, extremes and numbers of the keys that each row sees: one for all rows, or a prefix for each if causal.

All take the head (for its mask) and the rows asked for, int64 of shape (m,), and cost O(n c + m c) for arrays of shape
(n, c). The result has one line per row, or a single one that is broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead


def n_visible(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many keys each row sees, shape (m,)."""
    return rows + 1 if head.causal else np.full(rows.size, head.n_keys)


def visible_sums(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum over the keys that each row sees, shape (m, c) or (1, c).

    >>> from groverattn.problem.families import gaussian_head
    >>> visible_sums(np.array([[1.0], [2.0], [4.0]]), gaussian_head(3, 1, 0), np.array([0, 2])).tolist()
    [[7.0]]
    """
    return np.cumsum(array, axis=0)[rows] if head.causal else array.sum(axis=0, keepdims=True)


def visible_maxima(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the largest number over the keys that each row sees, column by column, shape (m, c) or (1, c).

    >>> from groverattn.problem.families import gaussian_head
    >>> causal = AttentionHead(*np.zeros((3, 3, 1)), 1.0, causal=True, name="zeros")
    >>> visible_maxima(np.array([[3.0], [1.0], [4.0]]), causal, np.array([1, 2])).tolist()
    [[3.0], [4.0]]
    """
    return np.maximum.accumulate(array, axis=0)[rows] if head.causal else array.max(axis=0, keepdims=True)


def visible_ranges(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return largest minus smallest number over the keys that each row sees, column by column, (m, c) or (1, c)."""
    return visible_maxima(array, head, rows) + visible_maxima(-array, head, rows)
