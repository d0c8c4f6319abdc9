"""How far attention from the found entries can be from exact attention, before and after looking at the tail.

One row: p is the softmax of its scores x, and q has the weights e^x on the found set S and c on the tail T.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.reference.attention import score_blocks, softmax_rows
from groverattn.reference.goodness import masked_range
from groverattn.reference.sparse_rank_one import SparseRankOne


def total_variation_bound(log_ratio_range: ArrayLike) -> NDArray[np.float64]:
    """Return 2 tanh(R/4), which ||p - q||_1 (twice the total variation distance) never exceeds.

    R = max_j log(q_j/p_j) - min_j log(q_j/p_j). Derived: with every ratio q/p in [e^a, e^(a+R)], the distance is
    largest when only the two ends occur, and then at mass 1/(1 + e^(R/2)) on the higher one; see test. Linear in R
    for small R: the O(eta) of arXiv:2307.08045 with its constant, 1/2.

    >>> total_variation_bound([0.0, 1.0]).round(6).tolist()
    [0.0, 0.489837]
    """
    return 2 * np.tanh(np.asarray(log_ratio_range) / 4)


def entrywise_bound(log_ratio_range: ArrayLike) -> NDArray[np.float64]:
    """Return tanh(R/4), which no |p_j - q_j| exceeds: half of `total_variation_bound`, as p - q sums to zero.

    >>> float(entrywise_bound(4.0).round(6))
    0.761594
    """
    return total_variation_bound(log_ratio_range) / 2


def tail_mass_bound(p_tail: ArrayLike, q_tail: ArrayLike, tail_range: ArrayLike) -> NDArray[np.float64]:
    """Return 2 |w - w'| + 2 min(w, w') tanh(eta/4), which ||p - q||_1 never exceeds.

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


@attrs.frozen(eq=False)
class RowErrors:
    """Bounds and truth of each row that is held, all of shape (m,). Weights are in l1, outputs in the largest entry.

    Attributes:
        log_ratio_range: R of the row.
        a_priori: bound 2 tanh(R/4) of ||p - q||_1, from R alone.
        a_posteriori: bound of ||p - q||_1 from tail masses and tail range.
        weight_error: ||p - q||_1 itself.
        value_max: largest |V| over all keys; bounds of the output are a bound of the weights times this.
    """

    log_ratio_range: NDArray[np.float64]
    a_priori: NDArray[np.float64]
    a_posteriori: NDArray[np.float64]
    weight_error: NDArray[np.float64]
    value_max: float

    @property
    def output_a_priori(self) -> NDArray[np.float64]:
        """Bound of the largest |entry| of (p - q) V, before looking at the tail's mass."""
        return self.a_priori * self.value_max

    @property
    def output_a_posteriori(self) -> NDArray[np.float64]:
        """Bound of the largest |entry| of (p - q) V, from the tail's mass."""
        return self.a_posteriori * self.value_max


def row_errors(approximation: SparseRankOne) -> RowErrors:
    """Bound and measure the error of every row that is held, from all its exact scores.

    O(m n d) for m rows: a check and no part of the method. A head that is too long for it is checked by some of its
    rows: `SparseRankOne.from_found(..., rows=...)`.

    >>> from groverattn.problem.families import gaussian_head
    >>> head = gaussian_head(n=8, d=4, seed=0)
    >>> errors = row_errors(SparseRankOne.from_found(head, [[row] for row in range(8)]))
    >>> bool((errors.weight_error <= errors.a_priori).all())
    True
    """
    head = approximation.head
    columns: list[tuple[NDArray[np.float64], ...]] = []
    for block, scores in score_blocks(head, approximation.rows):
        visible = np.isfinite(scores)
        in_tail = visible.copy()
        for row, at in zip(in_tail, range(block.start, block.stop), strict=True):
            row[approximation.found(at)] = False
        log_b = np.where(in_tail, approximation.log_c[block, None], scores)
        log_ratio = np.subtract(log_b, scores, out=np.zeros_like(scores), where=visible)
        p, q = softmax_rows(scores), softmax_rows(log_b)
        log_ratio_range = masked_range(log_ratio, visible)
        p_tail, q_tail = p.sum(axis=1, where=in_tail), q.sum(axis=1, where=in_tail)
        certificate = tail_mass_bound(p_tail, q_tail, masked_range(scores, in_tail))
        columns.append((log_ratio_range, certificate, np.abs(p - q).sum(axis=1)))
    log_ratio_range, a_posteriori, weight_error = (np.concatenate(column) for column in zip(*columns, strict=True))
    value_max = float(np.abs(head.values).max())
    return RowErrors(log_ratio_range, total_variation_bound(log_ratio_range), a_posteriori, weight_error, value_max)
