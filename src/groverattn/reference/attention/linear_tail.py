"""Linear tail, whose weights are linear in the scores: its sum of score times value, and a floor of its scores.

Scores are taken about a centre a, the mean key: x_ij = s <q_i, a> + s <q_i, k_j - a>. It cancels, and what is left is
as large as the spread of the scores, not the scores themselves, so that rounding stays small beside the spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import visible_maxima

_KEYS_PER_BLOCK = 128  # our choice: products of 128 queries with 128 keys cost as much as one d x d_v matrix or less


def centre_scores(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores s <q_i, a> of the centre for each row, a the mean of all keys, shape (m,)."""
    return head.score_scale * (head.queries[rows] @ head.keys.mean(axis=0))


def score_value_sums(head: AttentionHead, rows: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums sum_j s <q_i, k_j - a> V_j over the keys that row i sees, shape (m, d_v).

    This is s q_i^T M_i with M_i = sum_j (k_j - a) V_j^T, a matrix of d x d_v: one for all rows, or a running sum over
    the keys if causal. Derived, see test. O((n + m) d d_v) time; beside the result one such matrix and a block of 128
    rows are in memory, never n of the matrices.

    >>> head = AttentionHead([[1.0], [2.0]], [[0.0], [2.0]], np.ones((2, 1)), 1.0, causal=True, name="two")
    >>> score_value_sums(head, np.array([1, 0]), head.values).tolist()
    [[0.0], [-1.0]]
    """
    keys = head.keys - head.keys.mean(axis=0)
    queries = head.score_scale * head.queries[rows]
    if not head.causal:
        return queries @ (keys.T @ values)
    sums = np.empty((rows.size, values.shape[1]))
    running = np.zeros((head.d_head, values.shape[1]))
    order = np.argsort(rows, kind="stable")
    edges = np.searchsorted(rows[order], np.arange(0, head.n_keys + _KEYS_PER_BLOCK, _KEYS_PER_BLOCK))
    for start, first, last in zip(range(0, head.n_keys, _KEYS_PER_BLOCK), edges[:-1], edges[1:], strict=True):
        block, chosen = slice(start, start + _KEYS_PER_BLOCK), order[first:last]
        within = queries[chosen] @ keys[block].T
        within[start + np.arange(within.shape[1]) > rows[chosen, None]] = 0.0
        sums[chosen] = queries[chosen] @ running + within @ values[block]
        running += keys[block].T @ values[block]
    return sums


def score_floor(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Lower bound of the scores of each row, shape (m,), without reading the row: O((n + m) d).

    The larger of two bounds of s <q_i, k_j - a> from below, over the keys that the row sees (derived, see test):
    -s |q_i| max_j |k_j - a| (Cauchy-Schwarz), and sum_e of the smaller of q_ie lo_e and q_ie hi_e, with lo and hi the
    extreme keys in every coordinate. Neither is always the larger one.

    >>> head = AttentionHead([[1.0], [-2.0]], [[0.0], [2.0]], np.ones((2, 1)), 1.0, causal=False, name="two")
    >>> score_floor(head, np.arange(2)).tolist()
    [0.0, -4.0]
    """
    queries = head.score_scale * head.queries[rows]
    keys = head.keys - head.keys.mean(axis=0)
    radius = visible_maxima(np.linalg.norm(keys, axis=1)[:, None], head, rows)[:, 0]
    highest, lowest = visible_maxima(keys, head, rows), -visible_maxima(-keys, head, rows)
    in_box = np.minimum(queries * lowest, queries * highest).sum(axis=1)
    return centre_scores(head, rows) + np.maximum(-np.linalg.norm(queries, axis=1) * radius, in_box)
