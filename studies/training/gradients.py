"""Gradients of sparse-plus-rank-one attention: sparse plus rank one again, so as cheap as the output.

One row i of B (see `sparse_rank_one`): weights p_ij on the found set S_i and t_i on each of the m_i other keys that the
row sees, sum 1. O_i = sum_j p_ij V_j; dO is the upstream gradient and s the scale of the scores. Derived, see test:

    found score          a_ij = p_ij (<dO_i, V_j> - <dO_i, O_i>),    j in S_i
    log of the constant  e_i = dL/dlog c_i = -sum_{S_i} a_ij         (a shift of all scores and log c_i changes nothing)
    tail score           u_i = e_i (dlog c_i/dx_ij) = e_i / m_i      for `mean_score`; 0 for `ones` and `zero`

    dV_j = sum_{i: j in S_i} (p_ij - t_i) dO_i   + sum_{i sees j} t_i dO_i
    dK_j = s sum_{i: j in S_i} (a_ij - u_i) Q_i  + s sum_{i sees j} u_i Q_i
    dQ_i = s sum_{S_i} (a_ij - u_i) K_j          + s u_i sum_{j that i sees} K_j

The first sums are sparse products. The second ones are of rank one: the same for all rows or all keys, or prefix sums
(over keys) and suffix sums (over rows) for a causal head.

The found sets are held fixed: which keys are found is a step function of the scores, with derivative 0 wherever it has
one. Where a key enters or leaves S_i the output jumps, which no derivative shows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import visible_sums
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.training.exact_gradients import AttentionGradients, checked_upstream

_NUMBERS_PER_BLOCK = 1 << 18  # gathered at a time for inner products: two arrays of 2 MiB, which stay in the cache


def _constant(d_log_c: NDArray[np.float64], _: NDArray[np.int64]) -> NDArray[np.float64]:
    """Slope where log c_i does not depend on the scores."""
    return np.zeros_like(d_log_c)


def _mean_score(d_log_c: NDArray[np.float64], n_tail: NDArray[np.int64]) -> NDArray[np.float64]:
    """Slope where log c_i is the mean of m_i scores."""
    return np.where(n_tail > 0, d_log_c / np.maximum(n_tail, 1), 0.0)


# From dL/dlog c_i and m_i, each of shape (m,), to dL/dx_ij of every tail score, by the name of the tail's rule.
_TAIL_SLOPES: dict[str, Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]] = {
    "mean_score": _mean_score,
    "ones": _constant,
    "zero": _constant,
}


@attrs.frozen(eq=False)
class _RankOnePlusSparse:
    """A matrix of shape (m, n): one number per row on all keys that the row sees, and more on the found ones.

    Attributes:
        B: whose rows and found keys these are.
        everywhere: shape (m,).
        more: shape (n_found,), in the order of B.indices.
    """

    B: SparseRankOne
    everywhere: NDArray[np.float64]
    more: NDArray[np.float64]

    def on_keys(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """This matrix times an array of shape (n, c), shape (m, c), in O((n_found + n + m) c)."""
        head, rows = self.B.head, self.B.rows
        return self._sparse @ array + self.everywhere[:, None] * visible_sums(array, head, rows)

    def on_rows(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """Transpose times an array of shape (m, c), shape (n, c), in O((n_found + n + m) c)."""
        scaled = self.everywhere[:, None] * array
        return self._sparse.T @ array + _sums_over_rows(scaled, self.B.head, self.B.rows)

    @cached_property
    def _sparse(self) -> sparse.csr_array:
        shape = (self.B.rows.size, self.B.head.n_keys)
        return sparse.csr_array((self.more, self.B.indices, self.B.indptr), shape=shape)


def gradients(B: SparseRankOne, upstream: ArrayLike) -> AttentionGradients:
    """Gradients of `B.output()` with respect to Q, K and V, found sets fixed.

    O(m k (d + d_v) + n (d + d_v)) time and O(m k + n (d + d_v)) memory for m rows with k found keys.

    Args:
        B: the rows that are differentiated, with tail `mean_score`, `ones` or `zero`.
        upstream: dO, shape (m, d_v).

    Raises:
        InputError: a tail whose constant has no derivative here, an upstream gradient of another shape or with NaN or
            infinity.

    >>> head = AttentionHead(np.zeros((2, 1)), [[0.0], [1.0]], [[0.0], [4.0]], 1.0, causal=False, name="flat")
    >>> B = SparseRankOne.from_found(head, [[1], []])
    >>> gradients(B, [[1.0], [1.0]]).queries.ravel().tolist()
    [1.0, 0.0]
    """
    head, scale = B.head, B.head.score_scale
    if B.tail not in _TAIL_SLOPES:
        raise InputError(
            given=f"tail {B.tail!r}",
            allowed=", ".join(_TAIL_SLOPES),
            why="the derivative of the tail's constant is known for these",
            do="build B with mean_score, the default",
        )
    outer = checked_upstream(upstream, (B.rows.size, head.values.shape[1]))
    row_of = B.row_of
    found_weights, tail_weights = _weights(B)
    weights = _RankOnePlusSparse(B, tail_weights, found_weights - tail_weights[row_of])
    level = (outer * weights.on_keys(head.values)).sum(axis=1)
    found_slopes = found_weights * (_inner_products(outer, row_of, head.values, B.indices) - level[row_of])
    tail_slopes = _TAIL_SLOPES[B.tail](-B.row_sums(found_slopes), B.n_tail)
    slopes = _RankOnePlusSparse(B, scale * tail_slopes, scale * (found_slopes - tail_slopes[row_of]))
    queries = head.queries[B.rows]
    return AttentionGradients(slopes.on_keys(head.keys), slopes.on_rows(queries), weights.on_rows(outer))


def _weights(B: SparseRankOne) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights p of the found entries, shape (n_found,), and t of one tail entry of each row, shape (m,)."""
    row_of, shift = B.row_of, B.log_c.copy()
    np.maximum.at(shift, row_of, B.scores)
    found, tail = np.exp(B.scores - shift[row_of]), np.exp(B.log_c - shift)
    totals = B.row_sums(found) + B.n_tail * tail
    return found / totals[row_of], tail / totals


def _inner_products(
    left: NDArray[np.float64], at_left: NDArray[np.int64], right: NDArray[np.float64], at_right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Inner products <left[at_left], right[at_right]>, shape (pairs,), gathering a block at a time."""
    products = np.empty(at_left.size)
    step = max(1, _NUMBERS_PER_BLOCK // left.shape[1])
    for start in range(0, at_left.size, step):
        block = slice(start, start + step)
        products[block] = np.einsum("ij,ij->i", left[at_left[block]], right[at_right[block]])
    return products


def _sums_over_rows(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum over the rows that see each key: suffix sums if causal, else one row to broadcast."""
    if not head.causal:
        return array.sum(axis=0, keepdims=True)
    by_row = np.zeros((head.n_keys, array.shape[1]))
    np.add.at(by_row, rows, array)
    return np.cumsum(by_row[::-1], axis=0)[::-1]
