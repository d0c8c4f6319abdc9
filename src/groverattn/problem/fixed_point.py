"""Fixed point: queries and keys as the small integers that the circuit multiplies."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError, whole_number

# A sign and one digit are the least that a signed product needs; beyond 16 bits a float16 head holds nothing more.
BITS_MIN = 2
BITS_MAX = 16


def check_bits(name: str, bits: int) -> None:
    """Raise InputError unless `bits` is a width that `quantise` makes.

    >>> check_bits("key_bits", 8)
    """
    if not BITS_MIN <= whole_number(name, bits) <= BITS_MAX:
        raise InputError(
            given=f"{name} = {bits}",
            allowed=f"{BITS_MIN} to {BITS_MAX}",
            why="a signed number needs a sign and a digit, and float16 heads hold no more than 16 bits",
            do=f"choose {name} between {BITS_MIN} and {BITS_MAX}",
        )


def largest_value(bits: int) -> int:
    """Return the largest magnitude 2^(bits-1) - 1 of a symmetric signed integer of `bits` bits.

    >>> largest_value(8)
    127
    """
    return (1 << (bits - 1)) - 1


@attrs.frozen(eq=False)
class FixedPoint:
    """An array as integers times one step: array ~ values * step.

    Attributes:
        values: int64 of shape (n, d), each between -(2^(bits-1) - 1) and 2^(bits-1) - 1.
        step: what one unit is worth, in the units of the array; positive.
        bits: two's complement width of a value.
    """

    values: NDArray[np.int64]
    step: float
    bits: int

    def dequantised(self) -> NDArray[np.float64]:
        """Return values * step, of shape (n, d): within step / 2 of the array."""
        return self.values * np.float64(self.step)


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


def worst_score_bits(d_head: int, query_bits: int, key_bits: int) -> int:
    """Return the two's complement width that holds every score of d_head products.

    Proof. |q| <= A = 2^(query_bits-1) - 1 and |k| <= B = 2^(key_bits-1) - 1, so |score| <= W = d_head A B, and both
    W and -W occur (all q = A, all k = B or -B). Two's complement of w bits holds -2^(w-1) to 2^(w-1) - 1, hence W iff
    2^(w-1) > W. The least such w is 1 + (the bit length of W), and -W then fits as well.

    >>> worst_score_bits(d_head=128, query_bits=8, key_bits=8)
    22
    """
    return 1 + (d_head * largest_value(query_bits) * largest_value(key_bits)).bit_length()
