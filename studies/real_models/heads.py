"""Every head of a real model, one line each: k at every n, its exponent, its tails, its windows."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.diagnosis import MASSES, Summary
from studies.real_models.captures import N_KEYS, Captures
from studies.real_models.goodness import goodness_of_heads
from studies.real_models.keys_needed import Concentration, all_rows, concentration
from studies.real_models.power_law import draws, exponents, intervals
from studies.real_models.tails import tails_of_heads
from studies.sheet import Sheet

AT_COUNT = 64
"""Marked keys k of the columns that are given at one k; they are at the largest n."""


@attrs.frozen
class HeadKeys:
    """Keys that one head needs at one n, in the median row of all texts and of each.

    Attributes:
        layer, head: which head.
        n_keys: keys of the last row, n.
        k90, k95, k99: keys that hold 90, 95 and 99 % of the softmax weight, median row.
        k90_low, k90_high: 10 % and 90 % of the rows.
        k90_prose, k90_code, k90_data: median row of each text.
        first_4, last_64: softmax weight of the first 4 keys and of the last 64, mean over the rows.
    """

    layer: int
    head: int
    n_keys: int
    k90: float
    k95: float
    k99: float
    k90_low: float
    k90_high: float
    k90_prose: float
    k90_code: float
    k90_data: float
    first_4: float
    last_64: float


@attrs.frozen
class HeadLine:
    """One head: how its k grows with n, and what its tail is at the largest n and k = 64.

    Exponents: least squares on the mean of log k over the rows, against log n; intervals of 95 % from texts and rows
    drawn again.

    Attributes:
        layer, head: which head.
        exponent_90, low_90, high_90: exponent of the keys that hold 90 % of the weight, and its interval.
        exponent_95, low_95, high_95: of 95 %.
        exponent_99, low_99, high_99: of 99 %.
        tail_range: largest minus smallest score below the 64 largest, nats, median row.
        tail_mass: softmax weight of these, median row.
        share_near: share of the rows in which the one threshold that marks 64 keys on average marks 32 to 128.
        marked_max: keys over 64 that it marks in the row that has most.
        error_mean_score, error_zero: error of the output over max |V| with these tails, median row.
        bound_mean_score: smallest proved bound of the first, likewise.
    """

    layer: int
    head: int
    exponent_90: float
    low_90: float
    high_90: float
    exponent_95: float
    low_95: float
    high_95: float
    exponent_99: float
    low_99: float
    high_99: float
    tail_range: float
    tail_mass: float
    share_near: float
    marked_max: float
    error_mean_score: float
    error_zero: float
    bound_mean_score: float


@attrs.frozen
class ModelExponents:
    """Exponents of k in n over all heads, at one share of the weight.

    Attributes:
        weight: share of the softmax weight.
        text: prose, code or data; `all` for all of them, whose intervals are counted.
        heads: heads fitted.
        low, median, high: 10 %, 50 % and 90 % of the heads.
        above_0: heads whose interval is above 0: k grows.
        below_half: heads whose interval is below 1/2.
        above_half: heads whose interval is above 1/2.
        below_1: heads whose interval is below 1: k is a falling share of n.
    """

    weight: float
    text: str
    heads: int
    low: float
    median: float
    high: float
    above_0: int | None = None
    below_half: int | None = None
    above_half: int | None = None
    below_1: int | None = None


@attrs.frozen
class ModelKeys:
    """Keys needed at one n on one text, over the heads; every column for itself.

    Attributes:
        n_keys: keys of the last row, n.
        text: prose, code or data; `all` for all of them.
        heads: which number of the heads: mean, or the percentile 10, 50 or 90.
        k90, k95, k99: keys that hold 90, 95 and 99 % of the softmax weight in the median row of a head.
        first_4, last_64: softmax weight of the first 4 keys and of the last 64, mean row of a head.
    """

    n_keys: int
    text: str
    heads: str
    k90: float
    k95: float
    k99: float
    first_4: float
    last_64: float


_COLUMNS = ("k90", "k95", "k99", "first_4", "last_64")


@functools.cache
def exponents_of_heads(measured: Concentration) -> NDArray[np.float64]:
    """Return exponent, and the ends of its interval, of each head and weight: shape (3, heads, weights)."""
    log_k = np.log(measured.needed)
    fitted = exponents(measured.n_keys, np.exp(log_k.mean(axis=(1, 3))))
    lengths = np.swapaxes(log_k, 1, 2)  # (heads, lengths, texts, rows, weights)
    drawn = [
        exponents(measured.n_keys, np.exp(lengths[:, :, text, row].mean(axis=2)))
        for text, row in draws(*log_k.shape[1:4:2])
    ]
    return np.stack([fitted, *intervals(drawn)])


def head_lines(captures: Captures) -> Iterator[HeadLine]:
    """Put together what was measured of each head."""
    fitted = exponents_of_heads(concentration(captures))
    of_heads = zip(captures.places, goodness_of_heads(captures), tails_of_heads(captures), strict=True)
    for at, ((layer, head), goodness, tails) in enumerate(of_heads):
        (good,) = [each for each in goodness if (each.n_keys, each.n_marked) == (N_KEYS[-1], AT_COUNT)]
        mean_score, zero = (
            [each for each in tails if (each.n_keys, each.n_marked, each.tail) == (N_KEYS[-1], AT_COUNT, name)]
            for name in ("mean_score", "zero")
        )
        of_weights = {
            f"{name}_{100 * weight:.0f}": float(fitted[i, at, column])
            for column, weight in enumerate(MASSES)
            for i, name in enumerate(("exponent", "low", "high"))
        }
        yield HeadLine(
            layer=layer or 0,
            head=head,
            **of_weights,
            tail_range=good.tail_range,
            tail_mass=good.tail_mass,
            share_near=good.rows_near / good.rows,
            marked_max=good.marked_max,
            error_mean_score=float(np.median([each.error_median for each in mean_score])),
            error_zero=float(np.median([each.error_median for each in zero])),
            bound_mean_score=float(np.median([each.best_bound_median for each in mean_score])),
        )


def head_keys(captures: Captures) -> Iterator[HeadKeys]:
    """Yield what each head needs, n by n."""
    measured = concentration(captures)
    needed = all_rows(measured.needed)
    first, last = (each.mean(axis=(1, 3)) for each in (measured.first, measured.last))
    for at, (layer, head) in enumerate(captures.places):
        for i, n in enumerate(measured.n_keys):
            low, high = np.percentile(needed[at, i, :, 0], (10, 90))
            k90, k95, k99 = np.median(needed[at, i], axis=0).tolist()
            prose, code, data = np.median(measured.needed[at, :, i, :, 0], axis=1).tolist()
            of_rows = (k90, k95, k99, float(low), float(high), prose, code, data)
            yield HeadKeys(layer or 0, head, n, *of_rows, float(first[at, i]), float(last[at, i]))


def exponent_records(captures: Captures) -> Iterator[ModelExponents]:
    """Summarise the exponents over the heads, on all texts and on each."""
    measured = concentration(captures)
    fitted, low, high = exponents_of_heads(measured)
    of_text = exponents(measured.n_keys, np.exp(np.log(measured.needed).mean(axis=3)).swapaxes(0, 1))
    for column, weight in enumerate(MASSES):
        a, b = low[:, column], high[:, column]
        above_0, below_half, above_half, below_1 = (int(each.sum()) for each in (a > 0, b < 0.5, a > 0.5, b < 1))
        counts = {"above_0": above_0, "below_half": below_half, "above_half": above_half, "below_1": below_1}
        yield _exponents_line(weight, "all", fitted[:, column], counts)
        for text, each in zip(captures.texts, of_text, strict=True):
            yield _exponents_line(weight, text, each[:, column], {})


def _exponents_line(weight: float, text: str, of_heads: NDArray[np.float64], counts: dict[str, int]) -> ModelExponents:
    over = Summary.of(of_heads)
    return ModelExponents(weight, text, of_heads.size, over.low, over.median, over.high, **counts)


def key_records(captures: Captures) -> Iterator[ModelKeys]:
    """Summarise the keys needed over the heads, n by n, on all texts and on each."""
    measured = concentration(captures)
    for i, n in enumerate(measured.n_keys):
        for text, at in {
            "all": slice(None),
            **{text: slice(j, j + 1) for j, text in enumerate(captures.texts)},
        }.items():
            needed = np.median(all_rows(measured.needed[:, at, i : i + 1])[:, 0], axis=1)  # (heads, weights)
            weight = [each[:, at, i].mean(axis=(1, 2)) for each in (measured.first, measured.last)]
            columns = np.column_stack([needed, *weight])
            lines = {"mean": columns.mean(axis=0)}
            lines |= {str(percentile): np.percentile(columns, percentile, axis=0) for percentile in (10, 50, 90)}
            for name, line in lines.items():
                yield ModelKeys(n, text, name, **dict(zip(_COLUMNS, line.tolist(), strict=True)))


SHEET = Sheet("model_heads.csv", HeadLine, head_lines)
HEAD_KEYS_SHEET = Sheet("model_head_keys.csv", HeadKeys, head_keys)
EXPONENTS_SHEET = Sheet("model_exponents.csv", ModelExponents, exponent_records)
KEYS_SHEET = Sheet("model_keys.csv", ModelKeys, key_records)
