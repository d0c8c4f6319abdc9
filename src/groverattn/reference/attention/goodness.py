"""Largest keys of each row, and how nearly equal its other scores are: what decides if a head is (tau, k)-good."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import row_numbers, score_blocks, softmax_rows


@attrs.frozen(eq=False)
class LargestKeys:
    """Keys whose scores reach the k-th largest of their row, all of shape (m,) or one list per row.

    The tail of a row is every other key that it sees. A row that sees no more than k keys has all of them found, no
    threshold (NaN) and no tail.

    Attributes:
        k: how many were asked for.
        rows: the rows that are held, shape (m,); all n of them unless fewer were asked for.
        found: these keys, ascending; more than k where scores tie with the k-th.
        tau: the k-th largest scaled score.
        next_score: the largest score below it; NaN where there is none.
        tail_range: largest minus smallest scaled score of the tail, eta in nats; 0 for an empty tail.
        tail_mass: softmax weight of the tail; what a plain top-k loses.
    """

    k: int
    rows: NDArray[np.int64]
    found: list[NDArray[np.int64]]
    tau: NDArray[np.float64]
    next_score: NDArray[np.float64]
    tail_range: NDArray[np.float64]
    tail_mass: NDArray[np.float64]

    @property
    def has_tail(self) -> NDArray[np.bool_]:
        """Rows that see more keys than were found."""
        return ~np.isnan(self.tau)

    @property
    def n_marked(self) -> NDArray[np.int64]:
        """Number of keys found in each row."""
        return np.array([keys.size for keys in self.found])


def largest_keys(head: AttentionHead, n_marked: int, rows: ArrayLike | None = None) -> LargestKeys:
    """Keys with the k largest scores of every row, and what ties with them, from all scores: O(m n d) for m rows.

    Args:
        head: the head.
        n_marked: keys k.
        rows: only these rows, shape (m,); all by default.

    Raises:
        InputError: k is not in 1 to n - 1, or a row that the head does not have.

    >>> head = AttentionHead(np.ones((3, 1)), [[2.0], [1.0], [1.0]], np.ones((3, 1)), 1.0, causal=True, name="tie")
    >>> largest = largest_keys(head, 1)
    >>> [keys.tolist() for keys in largest.found], largest.tau.tolist(), largest.next_score.tolist()
    ([[0], [0], [0]], [nan, 2.0, 2.0], [nan, 1.0, 1.0])
    """
    check_between("n_marked", n_marked, 1, head.n_keys - 1, "some keys of a row are found, and some are left")
    found, columns = [], []
    for _, scores in score_blocks(head, rows):
        visible = np.isfinite(scores)
        kth = -np.partition(-scores, n_marked - 1, axis=1)[:, n_marked - 1]  # -inf: the row sees fewer
        in_head = visible & (scores >= kth[:, None])
        in_tail = visible & ~in_head
        has_tail = in_tail.any(axis=1)
        highest = scores.max(axis=1, where=in_tail, initial=-np.inf)
        found += [np.flatnonzero(line) for line in in_head]
        columns.append(
            (
                np.where(has_tail, kth, np.nan),
                np.where(has_tail, highest, np.nan),
                masked_range(scores, in_tail),
                softmax_rows(scores).sum(axis=1, where=in_tail),
            )
        )
    return LargestKeys(n_marked, row_numbers(head, rows), found, *map(np.concatenate, zip(*columns, strict=True)))


def masked_range(numbers: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Largest minus smallest number of each row under its mask, shape (rows,); 0 where the mask is empty.

    >>> masked_range(np.array([[1.0, 4.0, 9.0]]), np.array([[True, True, False]])).tolist()
    [3.0]
    """
    largest = numbers.max(axis=1, where=mask, initial=-np.inf)
    smallest = numbers.min(axis=1, where=mask, initial=np.inf)
    return np.where(mask.any(axis=1), largest, 0.0) - np.where(mask.any(axis=1), smallest, 0.0)
