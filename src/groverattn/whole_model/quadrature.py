"""The sum over the rows of a causal head, from a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

# Rows looked at between two powers of two: with three, sums of times are within 3% of those over all rows (see test).
_NODES = 3


def sum_over_rows(
    cost: Callable[[int], NDArray[np.float64]], first: int, last: int, step: int = 1
) -> NDArray[np.float64]:
    """Return the sum of cost(m) over all whole numbers of keys m from `first` to `last`.

    Rows with a power of two of keys are special (no rotation prepares their superposition) and so is the last; they are
    added as they are. Between two powers of two the sum is a Gauss-Legendre quadrature with three rows, or all rows
    where there are no more than three. The three have odd numbers of keys, as half of all rows have: the middle one
    would be three times a power of two, whose superposition takes fewer gates than that of any row around it. Circuits
    change their form at a few sizes, most of them powers of two; between them a cost is smooth but for some kinks.

    Args:
        cost: of a row with m keys, all numbers of which are summed, shape (c,).
        first: keys of the shortest row, at least 1.
        last: keys of the longest row; before `first`: there is no row, and the sum is 0.
        step: keys of a part, where rows are searched in parts: those with as many parts cost the same, and the
            quadrature is over the numbers of parts.

    >>> sum_over_rows(lambda m: np.array([m, m**0.5]), 1, 1 << 20) / (1 << 20) / (1 << 20, 1 << 10)
    array([0.5000..., 0.6666...])
    """
    if first > last:
        return np.zeros(1)
    steps = [(min(at * step, last), step * weight) for at, weight in quadrature(-(-first // step), -(-last // step))]
    outside = (first, -((first - 1) % step)), (last, -(-last % step))  # of the first and the last step
    return sum((weight * np.asarray(cost(m), dtype=float) for m, weight in (*steps, *outside) if weight), np.zeros(1))


def quadrature(first: int, last: int) -> Iterator[tuple[int, float]]:
    """Yield the rows that are looked at, by their number of keys, and how many rows each stands for.

    >>> list(quadrature(7, 17))
    [(7, 1.0), (8, 1.0), (9, 1.94...), (13, 3.11...), (15, 1.94...), (16, 1.0), (17, 1.0)]
    """
    special = {1 << j for j in range(first.bit_length() - 1, last.bit_length()) if first <= 1 << j <= last}
    special |= {last} if first <= last else set()
    before = first - 1
    for m in sorted(special):
        yield from _between(before + 1, m - 1)
        yield m, 1.0
        before = m


def _between(first: int, last: int) -> Iterator[tuple[int, float]]:
    rows = last - first + 1
    if rows <= _NODES:
        yield from ((m, 1.0) for m in range(first, last + 1))
        return
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    for place, weight in zip(places, weights, strict=True):
        yield round(first - 0.5 + (1 + place) / 2 * rows) | 1, float(weight) / 2 * rows
