"""What each tail of B costs on every head of a real model, and what its certificates promise, over k and n."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs
import numpy as np

from groverattn.diagnosis.diagnosis import Summary
from groverattn.diagnosis.tails import TailErrors, compare_tails
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.goodness import largest_keys
from studies.real_models.captures import N_KEYS, Captures, counts_of, cut, rows_of
from studies.sheet import Sheet

N_KEYS_OF_TAILS = N_KEYS[-1:]
"""Numbers of keys n at which the tails are compared: 36 times B for each of them and head."""

EVERY = 2  # B is compared in every second of the rows, and on one text for each head: the texts take turns


@attrs.frozen
class ModelTails:
    """One tail at one n and k, over every head on one of the texts. Errors and bounds are of the output, over max |V|.

    Attributes:
        n_keys: keys of the last row, n.
        n_marked: k; keys that tie with the k-th count as found.
        tail: its name.
        reads_tail: whether it reads every tail score: a reference, not part of the method.
        rows: rows that were looked at.
        rows_linear: of them, those whose tail is linear in the scores.
        rows_beyond: rows whose error is above one of their bounds.
        error_low, error_median, error_high: error of the median row; 10 %, 50 % and 90 % of heads.
        worst_row_median, worst_row_high: error of the worst row; 50 % and 90 % of heads.
        best_bound_median, best_bound_high: smallest proved bound, median row; 50 % and 90 % of heads.
        mass_bound_median: bound from the tail's mass and range, median row, of the median head.
        range_bound_median: bound known beforehand, likewise.
    """

    n_keys: int
    n_marked: int
    tail: str
    reads_tail: bool
    rows: int
    rows_linear: int
    rows_beyond: int
    error_low: float
    error_median: float
    error_high: float
    worst_row_median: float
    worst_row_high: float
    best_bound_median: float
    best_bound_high: float
    mass_bound_median: float
    range_bound_median: float


def of_head(texts: dict[str, AttentionHead], n_keys: tuple[int, ...] = N_KEYS_OF_TAILS) -> list[TailErrors]:
    """Errors of one head on some texts at every n, text and k, with every tail, in this order."""
    return [
        errors
        for n in n_keys
        for head in texts.values()
        for k in counts_of(n)
        for errors in compare_tails(cut(head, n), largest_keys(cut(head, n), k, rows_of(n)[EVERY - 1 :: EVERY]))
    ]


@functools.cache
def tails_of_heads(captures: Captures) -> list[list[TailErrors]]:
    """Compare the tails on every head: some minutes."""
    return list(captures.each(of_head, in_turn=True))


def summary(errors: list[TailErrors]) -> ModelTails:
    """Summarise one tail at one n and k over heads."""
    first = errors[0]

    def over_heads(name: str) -> Summary:
        return Summary.of(np.array([getattr(each, name) for each in errors]))

    error, worst, best = (over_heads(name) for name in ("error_median", "error_max", "best_bound_median"))
    return ModelTails(
        n_keys=first.n_keys,
        n_marked=first.n_marked,
        tail=first.tail,
        reads_tail=first.reads_tail,
        rows=sum(each.rows for each in errors),
        rows_linear=sum(each.rows_linear for each in errors),
        rows_beyond=sum(each.rows_beyond for each in errors),
        error_low=error.low,
        error_median=error.median,
        error_high=error.high,
        worst_row_median=worst.median,
        worst_row_high=worst.high,
        best_bound_median=best.median,
        best_bound_high=best.high,
        mass_bound_median=over_heads("mass_bound_median").median,
        range_bound_median=over_heads("range_bound_median").median,
    )


def records(captures: Captures) -> Iterator[ModelTails]:
    """Summarise every n, k and tail."""
    groups: dict[tuple[int, int, str], list[TailErrors]] = {}
    for head in tails_of_heads(captures):
        for errors in head:
            groups.setdefault((errors.n_keys, errors.n_marked, errors.tail), []).append(errors)
    return map(summary, groups.values())


SHEET = Sheet("model_tails.csv", ModelTails, records)
