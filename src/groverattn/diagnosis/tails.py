"""What each tail costs on one head: the keys from the k-th largest score on, and B with every tail from them."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention, score_blocks, softmax_rows
from groverattn.reference.attention.found_entries import FoundEntries
from groverattn.reference.attention.goodness import masked_range
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS

_ROUNDING = 1e-12  # relative to max |V|: what float64 adds to an error of 0


@attrs.frozen(eq=False)
class LargestKeys:
    """The keys whose scores reach the k-th largest of their row, all of shape (n,) or one list per row.

    A row that sees no more than k keys has all of them, no threshold (NaN) and no tail.

    Attributes:
        k: how many were asked for.
        found: these keys, ascending; more than k where scores tie with the k-th.
        tau: the k-th largest scaled score.
        next_score: the largest score below it; NaN where there is none.
        tail_range: largest minus smallest score of the others, nats.
        tail_mass: softmax weight of the others.
    """

    k: int
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


def largest_keys(head: AttentionHead, n_marked: int) -> LargestKeys:
    """Find the keys with the k largest scores of every row, and what ties with them, from all scores: O(n^2 d).

    Raises:
        InputError: k is not in 1 to n - 1.

    >>> head = AttentionHead(np.ones((3, 1)), [[2.0], [1.0], [1.0]], np.ones((3, 1)), 1.0, causal=True, name="tie")
    >>> largest = largest_keys(head, 1)
    >>> [keys.tolist() for keys in largest.found], largest.tau.tolist(), largest.next_score.tolist()
    ([[0], [0], [0]], [nan, 2.0, 2.0], [nan, 1.0, 1.0])
    """
    if not 1 <= n_marked < head.n_keys:
        raise InputError(
            given=f"n_marked = {n_marked}",
            allowed=f"1 to {head.n_keys - 1}",
            why="some keys of a row are found, and some are left",
            do="choose another k",
        )
    found, columns = [], []
    for _, scores in score_blocks(head):
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
    return LargestKeys(n_marked, found, *map(np.concatenate, zip(*columns, strict=True)))


@attrs.frozen
class TailErrors:
    """One tail on the rows of a head that have a tail. Errors and bounds of the output are over max |V|.

    Attributes:
        head: layer and head.
        n_keys: tokens, n.
        causal: whether row i sees keys 0 to i only.
        n_marked: k; keys that tie with the k-th count as found.
        tail: its name.
        rank: rank of B2, as text.
        reads_tail: whether it needs something of every tail score: a reference, no part of the method.
        rows: rows that have a tail.
        rows_linear: of them, those whose tail is linear in the scores.
        weight_error_median: ||p - q||_1, median over the rows.
        error_median: largest |entry| of output minus exact output.
        error_max: the same in the worst row.
        range_bound_median: the bound known beforehand, 2 tanh(R/4).
        range_bound_max: the same in the worst row.
        mass_bound_median: the bound from the tail's mass and range.
        mass_bound_max: the same in the worst row.
        best_bound_median: the smallest proved bound, `RowErrors.output_best`.
        best_bound_max: the same in the worst row.
        rows_beyond: rows whose error is above one of their bounds.
    """

    head: str
    n_keys: int
    causal: bool
    n_marked: int
    tail: str
    rank: str
    reads_tail: bool
    rows: int
    rows_linear: int
    weight_error_median: float
    error_median: float
    error_max: float
    range_bound_median: float
    range_bound_max: float
    mass_bound_median: float
    mass_bound_max: float
    best_bound_median: float
    best_bound_max: float
    rows_beyond: int


def compare_tails(head: AttentionHead, largest: LargestKeys) -> tuple[TailErrors, ...]:
    """Build B with every tail from the same found keys, and compare it with exact attention: O(n^2 d) a tail.

    Raises:
        InputError: values that are all zero, in whose size no error can be stated.

    >>> from groverattn.problem.heads import bundled_head
    >>> every = compare_tails(bundled_head(), largest_keys(bundled_head(), 16))
    >>> {errors.tail: round(errors.error_max, 2) for errors in every if not errors.reads_tail}
    {'ones': 0.22, 'zero': 0.11, 'mean_score': 0.07, 'first_order': 0.07}
    """
    if not head.values.any():
        raise InputError(
            given=f"values of head {head.name!r} that are all zero",
            allowed="some value that is not",
            why="errors are stated over the largest |V|",
            do="check how the head was exported",
        )
    entries, exact = FoundEntries.of(head, largest.found), exact_attention(head)
    return tuple(_errors(SparseRankOne.from_entries(entries, name), exact, largest) for name in TAILS)


def _errors(B: SparseRankOne, exact: NDArray[np.float64], largest: LargestKeys) -> TailErrors:
    bounds, rule, has_tail = row_errors(B), TAILS[B.tail], largest.has_tail
    error = np.abs(B.output() - exact).max(axis=1)
    of_output = [bounds.output_a_priori, bounds.output_a_posteriori, bounds.output_best]
    beyond = error > np.minimum.reduce(of_output) + _ROUNDING * bounds.value_max
    error, by_range, by_mass, best = (each[has_tail] / bounds.value_max for each in (error, *of_output))
    return TailErrors(
        head=B.head.name,
        n_keys=B.head.n_keys,
        causal=B.head.causal,
        n_marked=largest.k,
        tail=B.tail,
        rank=rule.rank,
        reads_tail=rule.reads_tail,
        rows=int(has_tail.sum()),
        rows_linear=int(B.linear.sum()),
        weight_error_median=float(np.median(bounds.weight_error[has_tail])),
        error_median=float(np.median(error)),
        error_max=float(error.max()),
        range_bound_median=float(np.median(by_range)),
        range_bound_max=float(by_range.max()),
        mass_bound_median=float(np.median(by_mass)),
        mass_bound_max=float(by_mass.max()),
        best_bound_median=float(np.median(best)),
        best_bound_max=float(best.max()),
        rows_beyond=int(beyond.sum()),
    )
