"""Gradients of exact attention, a block of rows at a time: the reference for those of an approximation."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import row_numbers, score_blocks, softmax_rows


@attrs.frozen(eq=False)
class AttentionGradients:
    """Derivatives of L = sum_ic dO_ic O_ic with respect to what attention reads; dO is the upstream gradient.

    Attributes:
        queries: dL/dQ, of the shape of the rows whose output was differentiated, (m, d).
        keys: dL/dK, shape (n, d).
        values: dL/dV, shape (n, d_v).
    """

    queries: NDArray[np.float64]
    keys: NDArray[np.float64]
    values: NDArray[np.float64]


def exact_gradients(head: AttentionHead, upstream: ArrayLike, rows: ArrayLike | None = None) -> AttentionGradients:
    """Gradients of `exact_attention`, in O(m n (d + d_v)) for m rows; no n x n matrix is stored whole.

    With scores x = s Q K^T, weights P = softmax(x), s = score_scale (textbook, see test):

        dV = P^T dO,   dx_ij = P_ij (<dO_i, V_j> - <dO_i, O_i>),   dQ = s dx K,   dK = s dx^T Q.

    Args:
        head: the head.
        upstream: dO, shape (m, d_v).
        rows: the rows that are differentiated, shape (m,); all n by default.

    Raises:
        InputError: a row that the head does not have, an upstream gradient of another shape, or with NaN or infinity.

    >>> head = AttentionHead(np.zeros((2, 1)), [[0.0], [1.0]], [[0.0], [4.0]], 1.0, causal=False, name="flat")
    >>> exact_gradients(head, [[1.0], [0.0]]).queries.ravel().tolist()
    [1.0, 0.0]
    """
    K, V, numbers = head.keys, head.values, row_numbers(head, rows)
    Q = head.queries[numbers]
    outer = checked_upstream(upstream, (numbers.size, V.shape[1]))
    d_queries, d_keys, d_values = np.empty_like(Q), np.zeros_like(K), np.zeros_like(V)
    for block, scores in score_blocks(head, numbers):
        weights = softmax_rows(scores)
        d_values += weights.T @ outer[block]
        d_scores = outer[block] @ V.T
        d_scores -= np.einsum("ij,ij->i", weights, d_scores)[:, None]
        d_scores *= weights
        d_queries[block] = d_scores @ K
        d_keys += d_scores.T @ Q[block]
    return AttentionGradients(head.score_scale * d_queries, head.score_scale * d_keys, d_values)


def checked_upstream(upstream: ArrayLike, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Upstream gradient as float64.

    Raises:
        InputError: another shape, or NaN or infinity.
    """
    array = np.asarray(upstream, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise InputError(
            given=f"an upstream gradient of shape {array.shape}",
            allowed=f"finite numbers of shape {shape}",
            why="it holds one derivative for every number of the output",
            do="pass the gradient of the loss with respect to the output of this head",
        )
    return array
