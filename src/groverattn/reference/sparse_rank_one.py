"""Attention from the found entries alone: B = B1 + B2, sparse plus rank one (arXiv:2307.08045, Definition 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from groverattn.problem.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention import row_numbers

_ENTRIES_PER_BLOCK = 1 << 15  # found entries whose scores are computed at a time: 32 MiB at d = 128


@attrs.frozen(eq=False)
class TailSums:
    """What is known of each row's tail without reading it: three numbers per row, each of shape (m,).

    Attributes:
        all_scores: sum of the scaled scores of all keys that the row sees.
        found_scores: sum of the scaled scores of its found keys.
        n_tail: number of keys that it sees and that were not found.
    """

    all_scores: NDArray[np.float64]
    found_scores: NDArray[np.float64]
    n_tail: NDArray[np.int64]


def _ones(sums: TailSums) -> NDArray[np.float64]:
    """c = 1, arXiv:2307.08045, Definition 4.2: right if the tail's scores are near 0, whatever the other scores are."""
    return np.zeros(sums.n_tail.shape)


def _mean_score(sums: TailSums) -> NDArray[np.float64]:
    """log c = mean score of the tail, so that shifting all scores of a row changes nothing. Derived, see test."""
    return (sums.all_scores - sums.found_scores) / np.maximum(sums.n_tail, 1)


# A further tail is one function from TailSums to log c.
TAILS: dict[str, Callable[[TailSums], NDArray[np.float64]]] = {"mean_score": _mean_score, "ones": _ones}


@attrs.frozen(eq=False, repr=False)
class SparseRankOne:
    """Rows of the matrix B: exp(score) at the found entries, and one constant c_i at the others that row i sees.

    B1 holds exp(score) - c_i at the found entries (compressed rows) and B2 is c_i times a row of ones (up to the
    diagonal for a causal head), so B is never stored: its product with V is a sparse product and a prefix sum.

    Attributes:
        head: the head.
        rows: the rows that are held, int64 of shape (m,); all n of them unless fewer were asked for.
        indptr: int64 of shape (m + 1,): the found keys of rows[i] are indices[indptr[i]:indptr[i + 1]].
        indices: found keys, int64 of shape (n_found,), ascending in each row.
        scores: their exact scaled scores, shape (n_found,).
        log_c: log c_i, shape (m,); -inf where every key that the row sees was found.
        tail: name of the rule for c_i.

    >>> from groverattn.problem.families import gaussian_head
    >>> B = SparseRankOne.from_found(gaussian_head(n=4, d=2, seed=0), [[0, 1, 2, 3], [2], [], [0, 3]])
    >>> B.indptr.tolist(), B.output().shape
    ([0, 4, 5, 5, 7], (4, 2))
    """

    head: AttentionHead
    rows: NDArray[np.int64]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    scores: NDArray[np.float64]
    log_c: NDArray[np.float64]
    tail: str

    @classmethod
    def from_found(
        cls,
        head: AttentionHead,
        found: Sequence[ArrayLike],
        tail: str = "mean_score",
        rows: ArrayLike | None = None,
    ) -> SparseRankOne:
        """Build B from the keys found in each row, in O(m k d + n d).

        Args:
            head: the head; found scores are computed from it again, in float64.
            found: indices of the found keys of each row, in any order, without repetition.
            tail: a name in TAILS.
            rows: the rows that `found` is about, shape (m,); all by default.

        Raises:
            InputError: an unknown tail, a row that the head does not have, not one list per row, an index that its row
                does not see, or one twice.
        """
        if tail not in TAILS:
            raise InputError(
                given=f"tail {tail!r}",
                allowed=", ".join(TAILS),
                why="the tail's constant follows a named rule",
                do="mean_score is the default; ones is Definition 4.2 of arXiv:2307.08045",
            )
        numbers = row_numbers(head, rows)
        keys_of = [np.sort(np.asarray(keys, dtype=np.int64)) for keys in found]
        _check_found(head, numbers, keys_of)
        n_found = np.array([keys.size for keys in keys_of])
        indptr = np.concatenate(([0], np.cumsum(n_found)))
        indices = np.concatenate(keys_of)
        scores = _scores_at(head, np.repeat(numbers, n_found), indices)
        sums = TailSums(_score_sums(head, numbers), _row_sums(scores, indptr), _n_visible(head, numbers) - n_found)
        log_c = np.where(sums.n_tail > 0, TAILS[tail](sums), -np.inf)
        return cls(head, numbers, indptr, indices, scores, log_c, tail)

    def output(self, values: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return D(B)^-1 B V, shape (m, d_v), in O(m k d_v + n d_v); V is the head's unless `values` is given.

        Every row is divided by its largest entry before an exponential is taken, so none overflows.
        """
        V = self.head.values if values is None else np.asarray(values, dtype=np.float64)
        at = np.repeat(np.arange(self.rows.size), np.diff(self.indptr))
        shift = self.log_c.copy()
        np.maximum.at(shift, at, self.scores)
        tail_weight = np.exp(self.log_c - shift)
        weights = np.exp(self.scores - shift[at]) - tail_weight[at]
        sparse_part = sparse.csr_array((weights, self.indices, self.indptr), shape=(self.rows.size, self.head.n_keys))
        numerator = sparse_part @ V + tail_weight[:, None] * _visible_sums(V, self.head, self.rows)
        denominator = _row_sums(weights, self.indptr) + tail_weight * _n_visible(self.head, self.rows)
        return numerator / denominator[:, None]

    def found(self, at: int) -> NDArray[np.int64]:
        """Return the found keys of row rows[at], ascending."""
        return self.indices[self.indptr[at] : self.indptr[at + 1]]

    def __repr__(self) -> str:
        return f"SparseRankOne({self.head!r}, {self.indices.size} found, tail={self.tail!r})"


def _check_found(head: AttentionHead, rows: NDArray[np.int64], found: list[NDArray[np.int64]]) -> None:
    if len(found) != rows.size or not found:
        raise InputError(
            given=f"found keys of {len(found)} rows",
            allowed=f"one list for each of {rows.size} rows, and at least one",
            why="every row has its own found keys",
            do="give an empty list where none was found",
        )
    for row, keys in zip(rows.tolist(), found, strict=True):
        n_visible = head.visible_keys(row)
        if keys.size and (keys[0] < 0 or keys[-1] >= n_visible or (np.diff(keys) == 0).any()):
            raise InputError(
                given=f"found keys {keys.tolist()} in row {row}",
                allowed=f"distinct numbers from 0 to {n_visible - 1}",
                why="these are the keys that the row sees, and each counts once",
                do="check the search that found them",
            )


def _n_visible(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows + 1 if head.causal else np.full(rows.size, head.n_keys)


def _visible_sums(array: NDArray[np.float64], head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum over the keys that each row sees: prefix sums if causal, else one row that is broadcast."""
    return np.cumsum(array, axis=0)[rows] if head.causal else array.sum(axis=0, keepdims=True)


def _score_sums(head: AttentionHead, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return sum_j score_scale <q_i, k_j> over the keys that row i sees, in O(n d): q_i times a sum of keys."""
    return head.score_scale * (head.queries[rows] * _visible_sums(head.keys, head, rows)).sum(axis=1)


def _scores_at(head: AttentionHead, rows: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.float64]:
    scores = np.empty(keys.size)
    for start in range(0, keys.size, _ENTRIES_PER_BLOCK):
        block = slice(start, start + _ENTRIES_PER_BLOCK)
        scores[block] = (head.queries[rows[block]] * head.keys[keys[block]]).sum(axis=1)
    return head.score_scale * scores


def _row_sums(entries: NDArray[np.float64], indptr: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    return np.bincount(rows, weights=entries, minlength=indptr.size - 1).astype(np.float64, copy=False)
