"""Entries that a search has found: which keys, in which rows, and their exact scores."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import n_visible, row_numbers

_ENTRIES_PER_BLOCK = 1 << 15  # found entries whose scores are computed at a time: 32 MiB at d = 128


@attrs.frozen(eq=False, repr=False)
class FoundEntries:
    """Found keys of some rows of a head, in compressed rows. The tail of a row is what it sees and was not found.

    Attributes:
        head: the head.
        rows: the rows that are held, int64 of shape (m,); all n of them unless fewer were asked for.
        indptr: int64 of shape (m + 1,): the found keys of rows[i] are indices[indptr[i]:indptr[i + 1]].
        indices: found keys, int64 of shape (n_found,), ascending in each row.
        scores: their exact scaled scores, shape (n_found,).

    >>> from groverattn.problem.families import gaussian_head
    >>> entries = FoundEntries.of(gaussian_head(n=4, d=2, seed=0), [[0, 3, 2, 1], [2], [], [0, 3]])
    >>> entries.indptr.tolist(), entries.found(0).tolist(), entries.n_tail.tolist()
    ([0, 4, 5, 5, 7], [0, 1, 2, 3], [0, 3, 4, 2])
    """

    head: AttentionHead
    rows: NDArray[np.int64]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, head: AttentionHead, found: Sequence[ArrayLike], rows: ArrayLike | None = None) -> FoundEntries:
        """Score the found keys of each row again, in float64, in O(m k d).

        Args:
            head: the head.
            found: indices of the found keys of each row, in any order, without repetition.
            rows: the rows that `found` is about, shape (m,); all by default.

        Raises:
            InputError: a row that the head does not have, not one list per row, an index that its row does not see, or
                one twice.
        """
        numbers = row_numbers(head, rows)
        keys_of = [np.sort(np.asarray(keys, dtype=np.int64)) for keys in found]
        _check_lists(keys_of, numbers)
        n_found = np.array([keys.size for keys in keys_of])
        indptr, indices = np.concatenate(([0], np.cumsum(n_found))), np.concatenate(keys_of)
        row_of = np.repeat(numbers, n_found)
        _check_found(head, row_of, indptr, indices)
        scores = _scores_at(head, row_of, indices)
        return FoundEntries(head, numbers, indptr, indices, scores)

    def found(self, at: int) -> NDArray[np.int64]:
        """Found keys of row rows[at], ascending."""
        return self.indices[self.indptr[at] : self.indptr[at + 1]]

    @property
    def row_of(self) -> NDArray[np.int64]:
        """For each found entry the place of its row in `rows`, shape (n_found,)."""
        return np.repeat(np.arange(self.rows.size), np.diff(self.indptr))

    @property
    def n_tail(self) -> NDArray[np.int64]:
        """Number of keys that each row sees and that were not found, shape (m,)."""
        return n_visible(self.head, self.rows) - np.diff(self.indptr)

    def row_sums(self, entries: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of numbers given for the found entries, shape (n_found,), over each row, shape (m,)."""
        return np.bincount(self.row_of, weights=entries, minlength=self.rows.size).astype(np.float64, copy=False)

    def in_tail(self, block: slice, visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mask of the keys in the tail of the rows of a block, given which they see: both of shape (block, n)."""
        mask = visible.copy()
        for line, at in zip(mask, range(block.start, block.stop), strict=True):
            line[self.found(at)] = False
        return mask


def _check_lists(found: list[NDArray[np.int64]], rows: NDArray[np.int64]) -> None:
    if len(found) != rows.size or not found:
        raise InputError(
            given=f"found keys of {len(found)} rows",
            allowed=f"one list for each of {rows.size} rows, and at least one",
            why="every row has its own found keys",
            do="give an empty list where none was found",
        )


def _check_found(
    head: AttentionHead, row_of: NDArray[np.int64], indptr: NDArray[np.int64], keys: NDArray[np.int64]
) -> None:
    """Check the keys of all rows at once; they ascend in each row."""
    repeats = keys[1:] == keys[:-1]
    starts = indptr[1:-1] - 1  # the last key of a row and the first one of the next may be the same
    repeats[starts[(starts >= 0) & (starts < repeats.size)]] = False
    wrong = (keys < 0) | (keys >= n_visible(head, row_of))
    wrong[1:] |= repeats
    if wrong.any():
        at = int(np.searchsorted(indptr, wrong.argmax(), side="right"))
        row = int(row_of[indptr[at - 1]])
        raise InputError(
            given=f"found keys {keys[indptr[at - 1] : indptr[at]].tolist()} in row {row}",
            allowed=f"distinct numbers from 0 to {head.visible_keys(row) - 1}",
            why="these are the keys that the row sees, and each counts once",
            do="check the search that found them",
        )


def _scores_at(head: AttentionHead, rows: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.float64]:
    scores = np.empty(keys.size)
    for start in range(0, keys.size, _ENTRIES_PER_BLOCK):
        block = slice(start, start + _ENTRIES_PER_BLOCK)
        scores[block] = (head.queries[rows[block]] * head.keys[keys[block]]).sum(axis=1)
    return head.score_scale * scores
