"""Half-space of keys as a ball in one dimension more, so that an index for radius queries can report it.

With M the largest |k|, the lifted key k' = (k, sqrt(M^2 - |k|^2)) has norm M. For any s > 0 and c = (s q, 0)

    |c - k'|^2 = s^2 |q|^2 + M^2 - 2 s <q, k>,

hence <q, k> >= tau iff k' lies in the ball about c of squared radius s^2 |q|^2 + M^2 - 2 s tau. The reduction is that
of maximum inner product to nearest neighbour (Bachrach et al., RecSys 2014, not read; s is our addition). Every s gives
the same set; with growing s the ball flattens towards the half-space and meets fewer cells of a tree that hold no
marked key. From s = 10 M / |q| on, nothing more is gained (measured, Gaussian keys in 2 to 16 dimensions).
"""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.finders.key_set import KeySet

_FLATNESS = 32
_UNIT_ROUNDOFF = 2.0**-53


@attrs.frozen(eq=False, repr=False)
class LiftedKeys:
    """Keys of one norm in d + 1 dimensions.

    Attributes:
        points: float64 of shape (n, d + 1): the keys exactly, and a last coordinate that is rounded once.
        square_norm: M^2, the largest squared norm of a key; an exact integer.
        low: least coordinates of the points, shape (d + 1,).
        high: largest coordinates, shape (d + 1,).

    >>> LiftedKeys.of(KeySet.of([[3, 4], [0, 3]])).points.tolist()
    [[3.0, 4.0, 0.0], [0.0, 3.0, 4.0]]
    """

    points: NDArray[np.float64]
    square_norm: int
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, keys: KeySet) -> LiftedKeys:
        """Lift the keys; O(n d)."""
        numbers = keys.numbers.astype(np.float64)
        square_norms = np.einsum("ij,ij->i", numbers, numbers)  # integers below 2^53: not rounded
        largest = square_norms.max()
        points = np.column_stack((numbers, np.sqrt(largest - square_norms)))
        return cls(points, int(largest), points.min(axis=0), points.max(axis=0))


@attrs.frozen(eq=False)
class Ball:
    """A ball in d + 1 dimensions.

    Attributes:
        centre: float64 of shape (d + 1,).
        radius: its radius; None: no point can lie in it.
    """

    centre: NDArray[np.float64]
    radius: float | None


def ball_of_half_space(lifted: LiftedKeys, query: NDArray[np.floating], threshold: int, depth: int) -> Ball:
    """Ball that contains every lifted key with <query, key> >= threshold, despite rounding.

    Proof. Let r0 = s^2 |q|^2 + M^2 - 2 s tau. Scores are integers: a key that reaches the threshold has squared
    distance <= r0, any other >= r0 + 2 s. The ball's squared radius is r0 + w, w = max(s, e), where e bounds all
    rounding in units of u = 2^-53. s is a power of two, so that c and the terms of r0 are not rounded. Let R be the sum
    of their magnitudes and s, D^2 the largest squared distance of c from the tree's outermost box, m = d + 1 the
    dimensions, L the tree's depth.

    - The last coordinate h has relative error u, and c is 0 there: the squared distance moves by at most 3 u M^2.
    - A distance that is computed, m squares of differences and their sum: (m + 3) u D^2.
    - A box's least or largest distance: the same at the root, then at each of L levels one dimension's square is taken
      away and another added, at most 10 u D^2 a level, however often they are recomputed.
    - The radius: three sums, the root, and its square, which the index takes: 9 u (R + w).

    A key is lost either at a box or at its own distance, so e = 2 u (3 M^2 + (m + 3 + 10 L) D^2 + 9 R) bounds all of
    it; the factor 2 is for what is of order u^2, as 9 u e is where w = e. Where e < s, no key that is not marked lies
    in the ball either; the finder computes the scores of what the ball holds in any case.

    Args:
        lifted: the keys.
        query: d integers as floats.
        threshold: integer; not beyond one more than the largest score.
        depth: levels of the tree below its root.
    """
    numbers = query.astype(np.float64)
    square_query = float(numbers @ numbers)
    scale = _power_of_two(_FLATNESS * math.sqrt(max(lifted.square_norm, 1) / max(square_query, 1.0)))
    terms = (scale * scale * square_query, float(lifted.square_norm), -2.0 * scale * threshold)
    centre = np.append(scale * numbers, 0.0)
    rounding = _rounding_bound(lifted, centre, sum(map(abs, terms)) + scale, depth)
    widened = sum(terms) + max(scale, rounding)
    return Ball(centre, math.sqrt(widened) if widened >= 0 else None)


def _rounding_bound(lifted: LiftedKeys, centre: NDArray[np.float64], magnitude: float, depth: int) -> float:
    farthest = np.maximum(np.abs(centre - lifted.low), np.abs(lifted.high - centre))
    of_distances = (centre.size + 3 + 10 * depth) * float(farthest @ farthest)
    return 2 * _UNIT_ROUNDOFF * (3 * lifted.square_norm + of_distances + 9 * magnitude)


def _power_of_two(number: float) -> float:
    """Power of two at or just below a positive number.

    >>> _power_of_two(5.0), _power_of_two(0.3)
    (4.0, 0.25)
    """
    return math.ldexp(1.0, math.frexp(number)[1] - 1)
