"""Attention from the found entries alone: B = B1 + B2, sparse plus rank one (arXiv:2307.08045, Definition 4.2)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import visible_sums
from groverattn.reference.attention.found_entries import FoundEntries
from groverattn.reference.attention.linear_tail import centre_scores, score_value_sums
from groverattn.reference.attention.tails import tail_named


def _in_no_row(entries: FoundEntries) -> NDArray[np.bool_]:
    return np.zeros(entries.rows.size, dtype=bool)


@attrs.frozen(eq=False, repr=False)
class SparseRankOne(FoundEntries):
    """Rows of the matrix B: exp(score) at the found entries, and the weight of a tail at the others that row i sees.

    B1 holds exp(score) minus the tail's weight at the found entries (compressed rows). B2 is c_i times a row of ones
    (up to the diagonal for a causal head), and in rows with a linear tail c_i (1 + x_ij - log c_i), which has rank
    d + 1. So B is never stored: its product with V is a sparse product and sums over keys, prefix sums if causal.

    Attributes:
        log_c: log c_i, shape (m,); -inf where every key that the row sees was found, or the tail's weight is 0.
        tail: name of the rule for the tail's weights, see `tails`.
        linear: rows whose tail is linear in the score, bool of shape (m,); only with the tail `first_order`.

    >>> from groverattn.problem.families import gaussian_head
    >>> B = SparseRankOne.from_found(gaussian_head(n=4, d=2, seed=0), [[0, 1, 2, 3], [2], [], [0, 3]])
    >>> B.indptr.tolist(), B.output().shape
    ([0, 4, 5, 5, 7], (4, 2))
    """

    log_c: NDArray[np.float64]
    tail: str
    linear: NDArray[np.bool_] = attrs.field(default=attrs.Factory(_in_no_row, takes_self=True))

    @classmethod
    def from_found(
        cls,
        head: AttentionHead,
        found: Sequence[ArrayLike],
        tail: str = "mean_score",
        rows: ArrayLike | None = None,
    ) -> SparseRankOne:
        """Build B from the keys found in each row, in O(m k d + n d), and O(m n d) for a tail that is read.

        Args:
            head: the head; found scores are computed from it again, in float64.
            found: indices of the found keys of each row, in any order, without repetition.
            tail: a name in TAILS.
            rows: the rows that `found` is about, shape (m,); all by default.

        Raises:
            InputError: an unknown tail, a row that the head does not have, not one list per row, an index that its row
                does not see, or one twice; with the tail `zero` a row in which nothing was found.
        """
        return cls.from_entries(FoundEntries.of(head, found, rows), tail)

    @classmethod
    def from_entries(cls, entries: FoundEntries, tail: str = "mean_score") -> SparseRankOne:
        """Build B from entries that are already scored, as for several tails of the same found sets.

        Raises:
            InputError: an unknown tail; with the tail `zero` a row in which nothing was found.
        """
        rule = tail_named(tail)
        log_c = np.where(entries.n_tail > 0, rule.log_c(entries), -np.inf)
        linear = rule.linear(entries, log_c)
        return cls(
            entries.head, entries.rows, entries.indptr, entries.indices, entries.scores, log_c, rule.name, linear
        )

    def output(self, values: ArrayLike | None = None) -> NDArray[np.float64]:
        """D(B)^-1 B V, shape (m, d_v), in O(m k d_v + n d_v); V is the head's unless `values` is given.

        Rows with a linear tail take O((n + m) d d_v) more. Every row is divided by its largest entry before an
        exponential is taken, so none overflows.
        """
        from scipy import sparse  # 0.1 s, which refusals need not wait for

        V = self.head.values if values is None else np.asarray(values, dtype=np.float64)
        row_of = self.row_of
        shift = self.log_c.copy()
        np.maximum.at(shift, row_of, self.scores)
        found_weights, tail_weights = np.exp(self.scores - shift[row_of]), np.exp(self.log_c - shift)
        # the tail's weight, had the entry not been found
        instead = tail_weights[row_of] * np.where(self.linear[row_of], 1 + self.scores - self.log_c[row_of], 1.0)
        shape = (self.rows.size, self.head.n_keys)
        sparse_part = sparse.csr_array((found_weights - instead, self.indices, self.indptr), shape=shape)
        numerator = sparse_part @ V + tail_weights[:, None] * self._tail_values(V)
        denominator = self.row_sums(found_weights) + tail_weights * self.n_tail  # linear parts of a tail sum to 0
        return numerator / denominator[:, None]

    def log_tail_shape(self, block: slice, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """log(weight / c_i) of tail entries with these scores, shape (block, n): 0, or log(1 + x - log c_i).

        Args:
            block: which of the rows held.
                scores: their scaled scores, shape (block, n).
        """
        linear = self.linear[block, None] & np.isfinite(scores)
        above_mean = np.subtract(scores, self.log_c[block, None], out=np.zeros_like(scores), where=linear)
        return np.log1p(above_mean, out=above_mean)

    def _tail_values(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over all keys that a row sees of tail weight over c_i times value, (m, d_v) or (1, d_v)."""
        sums = visible_sums(values, self.head, self.rows)
        if not self.linear.any():
            return sums
        rows = self.rows[self.linear]
        sums = np.broadcast_to(sums, (self.rows.size, values.shape[1])).copy()
        mean_above_centre = self.log_c[self.linear] - centre_scores(self.head, rows)
        sums[self.linear] *= (1 - mean_above_centre)[:, None]
        sums[self.linear] += score_value_sums(self.head, rows, values)
        return sums

    def __repr__(self) -> str:
        return f"SparseRankOne({self.head!r}, {self.indices.size} found, tail={self.tail!r})"
