"""Error of attention with each tail on one head: B from the same found keys, beside exact attention."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.found_entries import FoundEntries
from groverattn.reference.attention.goodness import LargestKeys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS

_ROUNDING = 1e-12  # relative to max |V|: what float64 adds to an error of 0


@attrs.frozen
class TailErrors:
    """Errors of one tail on the rows of a head that have a tail. Errors and bounds of the output are over max |V|.

    Attributes:
        head: layer and head.
        n_keys: tokens, n.
        causal: whether row i sees keys 0 to i only.
        n_marked: k; keys that tie with the k-th count as found.
        tail: its name.
        rank: rank of B2, as text.
        reads_tail: whether it reads every tail score: a reference, not part of the method.
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
    """Errors of B with every tail, from the same found keys, beside exact attention: O(m n d) a tail for m rows.

    Raises:
        InputError: values that are all zero; errors are relative to the largest |V|.

    >>> from groverattn.problem.heads import bundled_head
    >>> from groverattn.reference.attention.goodness import largest_keys
    >>> every = compare_tails(bundled_head(), largest_keys(bundled_head(), 16))
    >>> {errors.tail: round(errors.error_max, 2) for errors in every if not errors.reads_tail}
    {'ones': 0.22, 'zero': 0.11, 'mean_score': 0.07, 'first_order': 0.07}
    """
    if not head.values.any():
        raise InputError(
            given=f"values of head {head.name!r} that are all zero",
            allowed="some value other than zero",
            why="errors are relative to the largest |V|",
            do="check how the head was exported",
        )
    entries = FoundEntries.of(head, largest.found, largest.rows)
    exact = exact_attention(head, largest.rows)
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
