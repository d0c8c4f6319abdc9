"""Exact softmax attention, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead

_BLOCK_BYTES = 1 << 25  # our assumption: 32 MiB of scores at a time, whatever n is


def score_blocks(head: AttentionHead) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield (rows, scaled scores of shape (rows, n)) for all rows in order; -inf where a row does not see the key.

    The n x n matrix is never stored whole.

    >>> from groverattn.problem.families import gaussian_head
    >>> [(rows, scores.shape) for rows, scores in score_blocks(gaussian_head(n=4, d=2, seed=0))]
    [(slice(0, 4, None), (4, 4))]
    """
    n = head.n_keys
    step = max(1, _BLOCK_BYTES // (8 * n))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        scores = head.score_scale * (head.queries[rows] @ head.keys.T)
        if head.causal:
            scores[np.arange(n) > np.arange(n)[rows, None]] = -np.inf
        yield rows, scores


def softmax_rows(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the softmax of each row, shifted by the row's largest score so that no exponential overflows.

    >>> softmax_rows(np.array([[1000.0, 1000.0, -np.inf]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def exact_attention(head: AttentionHead) -> NDArray[np.float64]:
    """Return D(A)^-1 A V, shape (n, d_v), with A = exp(score_scale Q K^T), and 0 where a row does not see the key.

    Source: arXiv:2307.08045, definition of exact attention, with the scale that it leaves out.

    >>> head = AttentionHead(np.zeros((2, 1)), np.zeros((2, 1)), [[1.0], [3.0]], 1.0, causal=True, name="flat")
    >>> exact_attention(head).ravel().tolist()
    [1.0, 2.0]
    """
    output = np.empty((head.n_keys, head.values.shape[1]))
    for rows, scores in score_blocks(head):
        output[rows] = softmax_rows(scores) @ head.values
    return output
