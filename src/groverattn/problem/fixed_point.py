"""Fixed-point numbers: queries and keys as the small integers that the circuit multiplies."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError, check_between, whole_number

# A signed product needs a sign and one digit; a float16 head holds nothing beyond 16 bits.
BITS_MIN = 2
BITS_MAX = 16


def check_bits(name: str, bits: int) -> None:
    """Raise InputError unless `bits` is a width that `quantise` makes.

    >>> check_bits("key_bits", 8)
    """
    why = "a signed number needs a sign and a digit, and float16 heads hold no more than 16 bits"
    check_between(name, whole_number(name, bits), BITS_MIN, BITS_MAX, why)


def largest_value(bits: int) -> int:
    """Largest magnitude 2^(bits-1) - 1 of a symmetric signed integer of `bits` bits.

    >>> largest_value(8)
    127
    """
    return (1 << (bits - 1)) - 1


@attrs.frozen(eq=False)
class FixedPoint:
    """Array as integers times one step: array ~ values * step.

    Attributes:
        values: int64 of shape (n, d), each between -(2^(bits-1) - 1) and 2^(bits-1) - 1.
        step: what one unit is worth, in the units of the array; positive.
        bits: two's complement width of a value.
    """

    values: NDArray[np.int64]
    step: float
    bits: int


def quantise(array: ArrayLike, bits: int) -> FixedPoint:
    """Round an array of shape (n, d) to `bits` bits with one symmetric step for all of it.

    step = max|x| / (2^(bits-1) - 1); halves round to even. Symmetric (no zero point), so that a score of integers is
    the score of the rounded numbers up to one factor. Our assumption: one step per head, as in per-tensor quantisation.

    Raises:
        InputError: bits out of range; an array that is empty, not finite, or zero everywhere.

    >>> quantise([[1.0, -0.5], [0.25, 0.0]], bits=3).values.tolist()
    [[3, -2], [1, 0]]
    """
    check_bits("bits", bits)
    numbers = np.asarray(array, dtype=np.float64)
    largest = float(np.abs(numbers).max(initial=0.0))
    step = largest / largest_value(bits)
    if not np.isfinite(largest) or step == 0.0:
        raise InputError(
            given=f"an array of shape {numbers.shape} with largest magnitude {largest}",
            allowed="finite numbers, not all of them zero",
            why="the step is the largest magnitude divided by the largest integer",
            do="leave this head out, or check how it was exported",
        )
    return FixedPoint(np.rint(numbers / step).astype(np.int64), step, bits)
