"""Tails of B by name: rules for the weights of the keys that were not found.

A tail gives every unfound entry of row i the weight c_i, or c_i (1 + x_ij - log c_i) in rows where it is linear. The
rule for c_i is one function from the found entries to log c_i. To add a tail, write one and add a line to TAILS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, unknown_name
from groverattn.reference.attention.exact import score_blocks, visible_sums
from groverattn.reference.attention.found_entries import FoundEntries
from groverattn.reference.attention.linear_tail import score_floor

_ROUNDING = 1e-12  # of a sum of many scores, over the largest that a score could be
_LEAST_LINEAR_WEIGHT = 1e-6  # over c_i: far above the rounding of scores of a row whose tail is narrower than 1


def _nowhere(_: FoundEntries, log_c: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.zeros(log_c.shape, dtype=bool)


@attrs.frozen
class Tail:
    """A rule for the weights off the found set.

    Attributes:
        name: what it is called.
        summary: what its weights are, in a few words.
        rank: rank of B2, as text.
        reads_tail: whether it reads every tail score, O(n d) a row: a reference, not part of the method.
        log_c: from the found entries to log c_i, shape (m,); rows without a tail are ignored.
        linear: from the found entries and log_c to the rows with linear weights, bool of shape (m,).
    """

    name: str
    summary: str
    rank: str
    reads_tail: bool
    log_c: Callable[[FoundEntries], NDArray[np.float64]]
    linear: Callable[[FoundEntries, NDArray[np.float64]], NDArray[np.bool_]] = _nowhere


def _ones(found: FoundEntries) -> NDArray[np.float64]:
    """c = 1, arXiv:2307.08045, Definition 4.2: right if the tail's scores are near 0, whatever the other scores are."""
    return np.zeros(found.rows.size)


def _zero(found: FoundEntries) -> NDArray[np.float64]:
    """c = 0, arXiv:2307.08045, Algorithm 1: plain top-k.

    Raises:
        InputError: a row in which nothing was found: all its weights would be 0, and D(B) has no inverse.
    """
    empty = np.flatnonzero(np.diff(found.indptr) == 0)
    if empty.size:
        raise InputError(
            given=f"tail 'zero' and nothing found in row {found.rows[empty[0]]}",
            allowed="at least one found key in every row",
            why="all weights of the row would be 0, which cannot be normalised",
            do="choose the tail mean_score, which gives such a row the mean of the values",
        )
    return np.full(found.rows.size, -np.inf)


def _mean_score(found: FoundEntries) -> NDArray[np.float64]:
    """log c = mean score of the tail, in O(n d + m d): q_i times a sum of keys, less the found scores.

    Shifting all scores of a row then changes nothing. Derived, see test.
    """
    head, rows = found.head, found.rows
    all_scores = head.score_scale * (head.queries[rows] * visible_sums(head.keys, head, rows)).sum(axis=1)
    return (all_scores - found.row_sums(found.scores)) / np.maximum(found.n_tail, 1)


def _midpoint(found: FoundEntries) -> NDArray[np.float64]:
    """log c halfway between the largest and the smallest score of the tail: no entry is off by more than e^(eta/2).

    Derived, see test. R is eta, as for every constant within the tail: a weight of the softmax may be off by e^eta.
    """
    blocks = _tail_scores(found)
    return np.concatenate([(_peak(scores, in_tail) - _peak(-scores, in_tail)) / 2 for scores, in_tail in blocks])


def _exact_sum(found: FoundEntries) -> NDArray[np.float64]:
    """c = mean of exp(score) over the tail, so that the found entries have their exact weights. Derived, see test."""
    log_sums = []
    for scores, in_tail in _tail_scores(found):
        peak = _peak(scores, in_tail)
        weights = np.exp(scores - peak[:, None], where=in_tail, out=np.zeros_like(scores))
        log_sums.append(peak + np.log(np.maximum(weights.sum(axis=1), 1.0)))  # the peak itself counts 1
    return np.concatenate(log_sums) - np.log(np.maximum(found.n_tail, 1))


def _certainly_positive(found: FoundEntries, log_c: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether 1 + x_ij - m_i is positive for all keys that the row sees, by a floor of the scores and not by reading.

    The margin grows with the largest scores that the row could have, as the rounding of its sums does.
    """
    head = found.head
    queries = head.score_scale * np.linalg.norm(head.queries[found.rows], axis=1)
    rounding = _ROUNDING * queries * np.linalg.norm(head.keys, axis=1).max()
    margin = _LEAST_LINEAR_WEIGHT * (1 + np.abs(log_c)) + rounding
    return (found.n_tail > 0) & (1 + score_floor(head, found.rows) - log_c > margin)


def _tail_scores(found: FoundEntries) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Scores of each block of rows and the mask of its tails: O(n d) a row, never n x n at once."""
    for block, scores in score_blocks(found.head, found.rows):
        yield scores, found.in_tail(block, np.isfinite(scores))


def _peak(scores: NDArray[np.float64], in_tail: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Largest score of each tail, 0 where there is none."""
    return np.where(in_tail.any(axis=1), scores.max(axis=1, where=in_tail, initial=-np.inf), 0.0)


TAILS: dict[str, Tail] = {
    tail.name: tail
    for tail in (
        Tail("ones", "1, Definition 4.2", "1", False, _ones),
        Tail("zero", "0, Algorithm 1: plain top-k", "0", False, _zero),
        Tail("midpoint", "exp((max + min)/2)", "1", True, _midpoint),
        Tail("mean_score", "exp(mean score)", "1", False, _mean_score),
        Tail("exact_sum", "mean of exp(score)", "1", True, _exact_sum),
        Tail("first_order", "linear about the mean score", "d + 1", False, _mean_score, _certainly_positive),
    )
}


def tail_named(name: str) -> Tail:
    """The tail of this name.

    Raises:
        InputError: no tail has this name.

    >>> tail_named("exact_sum").reads_tail
    True
    """
    if name not in TAILS:
        raise unknown_name("tail", name, TAILS, "the weights off the found set follow a named rule")
    return TAILS[name]
