"""Mass profile of a row: the softmax weight of its k largest scores, and the k that hold a given weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks, softmax_rows


def mass_of_largest(head: AttentionHead, counts: Sequence[int], rows: ArrayLike | None = None) -> NDArray[np.float64]:
    """Softmax weight of the k largest scores of every row, shape (m, counts); 1 where a row has fewer.

    O(m n (d + log n)), a block of rows at a time.

    Args:
        head: the head.
        counts: numbers of keys k.
        rows: only these rows, shape (m,); all by default.

    Raises:
        InputError: a k that is not in 1 to n, or a row that the head does not have.

    >>> head = AttentionHead(np.ones((2, 1)), np.log([[3.0], [1.0]]), np.ones((2, 1)), 1.0, causal=True, name="two")
    >>> mass_of_largest(head, [1, 2]).tolist()
    [[1.0, 1.0], [0.75, 1.0]]
    """
    for k in counts:
        check_between("k", k, 1, head.n_keys, "the head has no more keys", "leave the others out")
    at = np.asarray(counts, dtype=np.int64) - 1
    return np.concatenate([cumulated[:, at] for cumulated in _cumulated(head, rows)])


def keys_for_mass(head: AttentionHead, masses: Sequence[float], rows: ArrayLike | None = None) -> NDArray[np.int64]:
    """Least k whose largest scores hold a mass, for every row, shape (m, masses).

    O(m n (d + log n)), a block of rows at a time. Rounding of 1e-12 in the mass does not add a key.

    Args:
        head: the head.
        masses: shares of the softmax weight, above 0 and below 1.
        rows: only these rows, shape (m,); all by default.

    Raises:
        InputError: a mass out of range, or a row that the head does not have.

    >>> head = AttentionHead(np.ones((2, 1)), np.log([[3.0], [1.0]]), np.ones((2, 1)), 1.0, causal=False, name="two")
    >>> keys_for_mass(head, [0.7, 0.75, 0.9]).tolist()
    [[1, 1, 2], [1, 1, 2]]
    """
    for mass in masses:
        why = "all keys together hold the mass 1, and every key holds some"
        check_between("mass", mass, 0, 1, why, "choose for example 0.9", open_ends=True)
    wanted = [mass - 1e-12 for mass in masses]
    return np.concatenate(
        [
            np.stack([1 + (cumulated < mass).sum(axis=1) for mass in wanted], axis=1)
            for cumulated in _cumulated(head, rows)
        ]
    )


def _cumulated(head: AttentionHead, rows: ArrayLike | None) -> Iterator[NDArray[np.float64]]:
    """Weights of the largest, two largest, ... scores of each block of rows, shape (block, n)."""
    for _, scores in score_blocks(head, rows):
        yield np.cumsum(-np.sort(-softmax_rows(scores), axis=1), axis=1)
