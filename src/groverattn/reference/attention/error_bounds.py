"""Bounds of the distance between attention from the found entries and exact attention.

One row: p is the softmax of its scores x, and q has the weights e^x on the found set S and c on the tail T.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.reference.attention.exact import score_blocks, softmax_rows, visible_ranges
from groverattn.reference.attention.goodness import masked_range
from groverattn.reference.attention.sparse_rank_one import SparseRankOne


def total_variation_bound(log_ratio_range: ArrayLike) -> NDArray[np.float64]:
    """Bound 2 tanh(R/4) of ||p - q||_1 (twice the total variation distance); no |p_j - q_j| exceeds half of it.

    R = max_j log(q_j/p_j) - min_j log(q_j/p_j). Derived: with every ratio q/p in [e^a, e^(a+R)], the distance is
    largest when only the two ends occur, and then at mass 1/(1 + e^(R/2)) on the higher one; see test. Linear in R
    for small R: the O(eta) of arXiv:2307.08045 with its constant, 1/2.

    >>> total_variation_bound([0.0, 1.0]).round(6).tolist()
    [0.0, 0.489837]
    """
    return 2 * np.tanh(np.asarray(log_ratio_range) / 4)


def tail_mass_bound(p_tail: ArrayLike, q_tail: ArrayLike, tail_range: ArrayLike) -> NDArray[np.float64]:
    """Bound 2 |w - w'| + 2 min(w, w') tanh(eta/4) of ||p - q||_1.

    Derived, see test. w and w' are the tail's mass in p and in q. The found entries keep their proportions, so they
    contribute |w - w'|; on the tail the masses differ by |w - w'|, and the smaller of them is distributed by two laws
    whose log ratio has range eta, at most 2 tanh(eta/4) apart.

    Args:
        p_tail: tail mass w of exact attention.
        q_tail: tail mass w' of the approximation.
        tail_range: eta, largest minus smallest scaled score of the tail, nats.

    >>> float(tail_mass_bound(0.1, 0.1, 4.0).round(6))
    0.152319
    """
    w, w_approximate = np.asarray(p_tail), np.asarray(q_tail)
    within = np.minimum(w, w_approximate) * np.tanh(np.asarray(tail_range) / 4)
    return 2 * (np.abs(w - w_approximate) + within)


def tight_tail_mass_bound(p_tail: ArrayLike, q_tail: ArrayLike, tail_range: ArrayLike) -> NDArray[np.float64]:
    """Smallest bound of ||p - q||_1 that follows from the tail masses and eta; two levels attain it.

    |w - w'| + (sqrt w - sqrt w')^2 coth(eta/2) + 2 sqrt(w w') tanh(eta/4) if |log(w'/w)| <= eta, else 2 |w - w'|.
    Derived, see test: on the tail, sum |w t_j - w' t'_j| is convex in the ratios t_j/t'_j, so that its largest value
    has only two of them, a and a e^eta, and it is largest at a^2 = (w'/w) e^-eta, if 1 lies between the two. Never
    above `tail_mass_bound`, and equal to it at w = w' and at eta = 0.

    Args:
        p_tail: tail mass w of exact attention.
        q_tail: tail mass w' of the approximation.
        tail_range: eta, range of the log ratio of the two laws on the tail, nats.

    >>> tight_tail_mass_bound([0.1, 0.2], [0.1, 0.1], 4.0).round(6).tolist(), float(tail_mass_bound(0.2, 0.1, 4.0))
    ([0.152319, 0.333209], 0.352318...)
    """
    w, w_approximate = np.asarray(p_tail, dtype=np.float64), np.asarray(q_tail, dtype=np.float64)
    eta = np.asarray(tail_range, dtype=np.float64)
    low, high = np.minimum(w, w_approximate), np.maximum(w, w_approximate)
    crossing = (low >= np.exp(-eta) * high) & (np.tanh(eta / 2) > 0)
    half = np.tanh(np.where(crossing, eta, 1.0) / 2)
    within = (np.sqrt(high) - np.sqrt(low)) ** 2 / half + 2 * np.sqrt(low * high) * np.tanh(eta / 4)
    return high - low + np.where(crossing, within, high - low)


@attrs.frozen(eq=False)
class RowErrors:
    """Bounds and measured errors of each row held, all of shape (m,). Weights are in l1, outputs in the largest entry.

    Attributes:
        log_ratio_range: R of the row; infinite where a weight of q is 0.
        a_priori: bound 2 tanh(R/4) of ||p - q||_1, from R alone.
        a_posteriori: bound of ||p - q||_1 from tail masses and tail range.
        a_posteriori_tight: the smallest bound that follows from the same three numbers.
        weight_error: ||p - q||_1 itself.
        value_max: largest |V| over all keys; bounds of the output are a bound of the weights times this.
        value_half_range: half the range of V over the keys that the row sees, in the column where it is largest.
        output_split: bound of the output from tail masses, tail range and two mean values, see `_split`.
    """

    log_ratio_range: NDArray[np.float64]
    a_priori: NDArray[np.float64]
    a_posteriori: NDArray[np.float64]
    a_posteriori_tight: NDArray[np.float64]
    weight_error: NDArray[np.float64]
    value_max: float
    value_half_range: NDArray[np.float64]
    output_split: NDArray[np.float64]

    @property
    def output_a_priori(self) -> NDArray[np.float64]:
        """Bound of the largest |entry| of (p - q) V, before looking at the tail's mass."""
        return self.a_priori * self.value_max

    @property
    def output_a_posteriori(self) -> NDArray[np.float64]:
        """Bound of the largest |entry| of (p - q) V, from the tail's mass."""
        return self.a_posteriori * self.value_max

    @property
    def output_best(self) -> NDArray[np.float64]:
        """The smallest proved bound of the largest |entry| of (p - q) V.

        p - q sums to zero, so V counts from the middle of its range, which is at most max |V| away from its ends: a
        bound of ||p - q||_1 times half the range of V bounds the output too, and is never larger. Derived, see test.
        """
        return np.minimum(np.minimum(self.a_priori, self.a_posteriori_tight) * self.value_half_range, self.output_split)


def row_errors(approximation: SparseRankOne) -> RowErrors:
    """Bounds and measured errors of every row that is held, from all its exact scores; for any tail.

    O(m n d) for m rows: a check, not part of the method. Of a long head some rows can be checked:
    `SparseRankOne.from_found(..., rows=...)`.

    >>> from groverattn.problem.families import gaussian_head
    >>> head = gaussian_head(n=8, d=4, seed=0)
    >>> errors = row_errors(SparseRankOne.from_found(head, [[row] for row in range(8)]))
    >>> bool((errors.weight_error <= errors.a_priori).all())
    True
    """
    head = approximation.head
    value_ranges = np.broadcast_to(
        visible_ranges(head.values, head, approximation.rows), (approximation.rows.size, head.values.shape[1])
    )
    columns: list[tuple[NDArray[np.float64], ...]] = []
    for block, scores in score_blocks(head, approximation.rows):
        visible = np.isfinite(scores)
        in_tail = approximation.in_tail(block, visible)
        shape = approximation.log_tail_shape(block, scores)
        log_b = np.where(in_tail, approximation.log_c[block, None] + shape, scores)
        log_ratio = np.subtract(log_b, scores, out=np.zeros_like(scores), where=visible)
        p, q = softmax_rows(scores), softmax_rows(log_b)
        p_tail, q_tail = p.sum(axis=1, where=in_tail), q.sum(axis=1, where=in_tail)
        # c_i, which may be 0, does not change how the tail is distributed
        eta = masked_range(np.subtract(shape, scores, out=np.zeros_like(scores), where=visible), in_tail)
        found_mean = _means(np.where(in_tail, 0.0, p + q), head.values)
        tail_mean = _means(np.where(in_tail, np.exp(shape, where=in_tail, out=np.zeros_like(shape)), 0.0), head.values)
        columns.append(
            (
                masked_range(log_ratio, visible),
                tail_mass_bound(p_tail, q_tail, eta),
                tight_tail_mass_bound(p_tail, q_tail, eta),
                np.abs(p - q).sum(axis=1),
                _split(p_tail, q_tail, eta, np.abs(found_mean - tail_mean), value_ranges[block]),
            )
        )
    log_ratio_range, mass, tight, weight_error, split = (np.concatenate(each) for each in zip(*columns, strict=True))
    return RowErrors(
        log_ratio_range=log_ratio_range,
        a_priori=total_variation_bound(log_ratio_range),
        a_posteriori=mass,
        a_posteriori_tight=tight,
        weight_error=weight_error,
        value_max=float(np.abs(head.values).max()),
        value_half_range=value_ranges.max(axis=1) / 2,
        output_split=split,
    )


def _split(
    p_tail: NDArray[np.float64],
    q_tail: NDArray[np.float64],
    tail_range: NDArray[np.float64],
    mean_difference: NDArray[np.float64],
    value_range: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Bound of the largest |entry| of (p - q) V, shape (rows,), from what the tail's weights average.

    With V_S the mean value of the found keys by their weights, V_T that of the tail by p and U that by its own law,
    (p - q) V = (w' - w)(V_S - U) + w (V_T - U), and V_T - U is at most tanh(eta/4) times the range of V. It holds for
    any U with this eta, so also if w' = 0. Derived, see test. Means of many values are closer than the values are.

    Args:
        p_tail: tail mass w of exact attention, shape (rows,).
        q_tail: tail mass w' of the approximation.
        tail_range: eta, range of the log ratio of the two laws on the tail.
        mean_difference: |V_S - U|, shape (rows, d_v).
        value_range: largest minus smallest value that the row sees, shape (rows, d_v).
    """
    between = np.abs(p_tail - q_tail)[:, None] * mean_difference
    within = (p_tail * np.tanh(tail_range / 4))[:, None] * value_range
    return (between + within).max(axis=1)


def _means(weights: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean value of each row by weights of any sum, shape (rows, d_v); 0 where all of them are 0."""
    sums = weights.sum(axis=1, keepdims=True)
    return (weights @ values) / np.where(sums > 0, sums, 1.0)
