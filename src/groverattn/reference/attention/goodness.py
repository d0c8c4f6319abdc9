"""How far a head is from the paper's assumption that all but k scores of a row are nearly equal."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks, softmax_rows


@attrs.frozen(eq=False)
class Goodness:
    """Per row, what decides how well its large entries and one constant stand for all of it.

    The tail of a row is every key that it sees and that is not marked.

    Attributes:
        n_marked: marked keys k of each row, int64 of shape (n,).
        tail_range: largest minus smallest scaled score of the tail, eta in nats, shape (n,); 0 for an empty tail.
        tail_mass: softmax weight of the tail, shape (n,); what a plain top-k loses.
    """

    n_marked: NDArray[np.int64]
    tail_range: NDArray[np.float64]
    tail_mass: NDArray[np.float64]


def goodness(head: AttentionHead, marked: int | Iterable[NDArray[np.bool_]]) -> Goodness:
    """Measure every row of a head, from its exact scores.

    Args:
        head: the head.
        marked: k, to mark the k largest scores of each row (all that it sees, if fewer); or one mask per row over the
            keys that it sees, such as `[instance.marked(row) for row in range(n)]`.

    Raises:
        InputError: k < 1, not one mask per row, or a mask of the wrong length.

    >>> from groverattn.problem.heads import bundled_head
    >>> report = goodness(bundled_head(), 16)
    >>> round(float(1 - report.tail_mass.mean()), 2), round(float(np.median(report.tail_range)), 1)
    (0.72, 6.1)
    """
    k, masks = (int(marked), None) if isinstance(marked, (int, np.integer)) else (1, _stacked(head, marked))
    if k < 1:
        raise InputError(given=f"k = {k}", allowed="1 or more", why="a row keeps some key", do="give k >= 1")
    counts, ranges, masses = [], [], []
    for rows, scores in score_blocks(head):
        in_head = _largest(scores, k) if masks is None else masks[rows]
        in_tail = np.isfinite(scores) & ~in_head
        counts.append((np.isfinite(scores) & in_head).sum(axis=1))
        ranges.append(masked_range(scores, in_tail))
        masses.append(softmax_rows(scores).sum(axis=1, where=in_tail))
    return Goodness(*map(np.concatenate, (counts, ranges, masses)))


def masked_range(numbers: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return largest minus smallest number of each row under its mask, shape (rows,); 0 where the mask is empty.

    >>> masked_range(np.array([[1.0, 4.0, 9.0]]), np.array([[True, True, False]])).tolist()
    [3.0]
    """
    largest = numbers.max(axis=1, where=mask, initial=-np.inf)
    smallest = numbers.min(axis=1, where=mask, initial=np.inf)
    return np.where(mask.any(axis=1), largest, 0.0) - np.where(mask.any(axis=1), smallest, 0.0)


def _largest(scores: NDArray[np.float64], k: int) -> NDArray[np.bool_]:
    in_head = np.zeros(scores.shape, dtype=bool)
    chosen = np.argpartition(-scores, min(k, scores.shape[1]) - 1, axis=1)[:, :k]
    np.put_along_axis(in_head, chosen, True, axis=1)
    return in_head


def _stacked(head: AttentionHead, masks: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return the masks as one array of shape (n, n): one byte a pair, an eighth of the scores."""
    stacked = np.zeros((head.n_keys, head.n_keys), dtype=bool)
    rows = list(masks)
    lengths = [len(mask) for mask in rows]
    if lengths != [head.visible_keys(row) for row in range(head.n_keys)]:
        raise InputError(
            given=f"{len(rows)} masks of lengths {min(lengths, default=0)} to {max(lengths, default=0)}",
            allowed=f"{head.n_keys} masks, each as long as the number of keys that its row sees",
            why="every key that a row sees is either marked or in its tail",
            do="pass [instance.marked(row) for row in range(instance.n_keys)]",
        )
    for row, mask in enumerate(rows):
        stacked[row, : len(mask)] = mask
    return stacked
