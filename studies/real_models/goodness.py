"""How far every head of a real model is (tau, k)-good: the tails of its rows, and one threshold for all of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.survey import NARROW_NATS
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.exact import score_blocks, softmax_rows
from groverattn.reference.attention.goodness import largest_keys
from studies.real_models.captures import N_KEYS_OF_COUNTS, Captures, counts_of, cut, rows_of
from studies.sheet import Sheet

FACTOR = 2.0
"""A row whose number of marked keys is within this factor of k counts as near it; our choice."""


@attrs.frozen
class HeadGoodness:
    """One head at one n and k, over its rows on all texts.

    Attributes:
        n_keys: keys of the last row, n.
        n_marked: k.
        rows: rows that were looked at.
        rows_narrow: rows whose tail below the k largest has a range of at most 1 nat.
        tail_range: largest minus smallest score of the tail, nats; median row.
        tail_mass: softmax weight of the tail, median row.
        tau_mass: weight of the keys that the average threshold leaves, median row.
        marked_low, marked_median, marked_high: keys over k that reach the one threshold that marks k on average; 10 %,
            50 % and 90 % of the rows.
        marked_max: the same in the row that has most.
        rows_near: rows with k/2 to 2 k of them.
        rows_none: rows in which no key reaches it.
        strict_median: keys over k above the least threshold that no row exceeds with more than k (D2), median row.
        strict_mass: softmax weight that this threshold leaves, median row.
    """

    n_keys: int
    n_marked: int
    rows: int
    rows_narrow: int
    tail_range: float
    tail_mass: float
    tau_mass: float
    marked_low: float
    marked_median: float
    marked_high: float
    marked_max: float
    rows_near: int
    rows_none: int
    strict_median: float
    strict_mass: float


def average_threshold(scores: NDArray[np.float64], n_marked: int) -> float:
    """Largest threshold that marks k keys a row on average: the (m k)-th largest score of m rows together.

    >>> average_threshold(np.array([[5.0, 4.0, 3.0], [1.0, 0.0, -np.inf]]), 1)
    4.0
    """
    at = scores.shape[0] * n_marked - 1
    return float(-np.partition(-scores, at, axis=None)[at])


def of_head(texts: dict[str, AttentionHead], n_keys: tuple[int, ...] = N_KEYS_OF_COUNTS) -> list[HeadGoodness]:
    """Look at one head at every n and k."""
    return [each for n in n_keys for each in at_length([cut(head, n) for head in texts.values()], n)]


def at_length(heads: list[AttentionHead], n: int) -> Iterator[HeadGoodness]:
    """Look at rows of n keys of one head on every text, k by k."""
    rows = rows_of(n)
    scores = np.concatenate([block for head in heads for _, block in score_blocks(head, rows)])
    weights = softmax_rows(scores)
    for k in counts_of(n):
        largest = [largest_keys(head, k, rows) for head in heads]
        ranges, masses, nexts = (
            np.concatenate([getattr(each, name) for each in largest])
            for name in ("tail_range", "tail_mass", "next_score")
        )
        marked = scores >= average_threshold(scores, k)
        share, strict = marked.sum(axis=1) / k, scores > nexts.max()
        low, middle, high = np.percentile(share, (10, 50, 90))
        yield HeadGoodness(
            n_keys=n,
            n_marked=k,
            rows=share.size,
            rows_narrow=int((ranges <= NARROW_NATS).sum()),
            tail_range=float(np.median(ranges)),
            tail_mass=float(np.median(masses)),
            tau_mass=float(np.median(weights.sum(axis=1, where=~marked))),
            marked_low=float(low),
            marked_median=float(middle),
            marked_high=float(high),
            marked_max=float(share.max()),
            rows_near=int(((share >= 1 / FACTOR) & (share <= FACTOR)).sum()),
            rows_none=int((share == 0).sum()),
            strict_median=float(np.median(strict.sum(axis=1)) / k),
            strict_mass=float(np.median(weights.sum(axis=1, where=~strict))),
        )


@functools.cache
def goodness_of_heads(captures: Captures) -> list[list[HeadGoodness]]:
    """Look at every head: some minutes."""
    return list(captures.each(of_head))


@attrs.frozen
class ModelGoodness:
    """One percentile of all heads at one n and k; every column for itself.

    Attributes:
        n_keys: keys of the last row, n.
        n_marked: k.
        percentile: of the heads; 10, 50 or 90.
        tail_range: as in `HeadGoodness`, like all that follow; nats.
        tail_mass: softmax weight of the tail below the k largest.
        tau_mass: softmax weight below the one threshold that marks k on average.
        marked_low, marked_median, marked_high, marked_max: marked keys over k, over the rows of a head.
        share_near: share of the rows with k/2 to 2 k marked keys.
        share_none: share of the rows with none.
        strict_median: marked keys over k under the threshold that no row exceeds.
        strict_mass: softmax weight that it leaves.
        rows_narrow: rows of all heads whose tail has a range of at most 1 nat, the same at each percentile.
        rows: rows of all heads.
    """

    n_keys: int
    n_marked: int
    percentile: int
    tail_range: float
    tail_mass: float
    tau_mass: float
    marked_low: float
    marked_median: float
    marked_high: float
    marked_max: float
    share_near: float
    share_none: float
    strict_median: float
    strict_mass: float
    rows_narrow: int
    rows: int


_SHARES = {"share_near": "rows_near", "share_none": "rows_none"}
_NUMBERS = ("tail_range", "tail_mass", "tau_mass", "marked_low", "marked_median", "marked_high")
_NUMBERS += ("marked_max", "strict_median", "strict_mass")


def records(captures: Captures) -> Iterator[ModelGoodness]:
    """Summarise over the heads."""
    for heads in zip(*goodness_of_heads(captures), strict=True):
        for percentile in (10, 50, 90):
            shares = {name: [getattr(head, counted) / head.rows for head in heads] for name, counted in _SHARES.items()}
            numbers = shares | {name: [getattr(head, name) for head in heads] for name in _NUMBERS}
            at = {name: float(np.percentile(each, percentile)) for name, each in numbers.items()}
            rows = {name: sum(getattr(head, name) for head in heads) for name in ("rows_narrow", "rows")}
            yield ModelGoodness(heads[0].n_keys, heads[0].n_marked, percentile, **at, **rows)


SHEET = Sheet("model_goodness.csv", ModelGoodness, records)
