"""Integer keys that a classical finder prepares, in the smallest type in which every score is exact."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError, check_between
from groverattn.problem.fixed_point import BITS_MAX, check_bits, largest_value
from groverattn.problem.score_blocks import exact_dtype


@attrs.frozen(eq=False, repr=False)
class KeySet:
    """Integer keys, one a row, and the queries that they will be asked about.

    Attributes:
        numbers: the keys, shape (n, d), as float32 or float64, whichever is the smaller in which every score is exact.
        query_bits: two's complement width of a query's numbers, symmetric: at most 2^(query_bits - 1) - 1.
        largest_score: magnitude that no score of these keys with such a query exceeds.

    >>> keys = KeySet.of([[3, -2], [1, 0]], query_bits=3)
    >>> keys.n_keys, keys.d_head, keys.numbers.dtype.name, keys.largest_score
    (2, 2, 'float32', 18)
    """

    numbers: NDArray[np.floating]
    query_bits: int
    largest_score: int

    @classmethod
    def of(cls, keys: ArrayLike, query_bits: int = 8) -> KeySet:
        """Check and convert integer keys of shape (n, d), for example `instance.keys.values`.

        Raises:
            InputError: keys that are not integers, not a table, empty, or wider than 16 bits; query_bits out of range;
                or scores of more than 53 bits.
        """
        check_bits("query_bits", query_bits)
        table = _integers("keys", keys, n_axes=2)
        largest_key = int(np.abs(table).max())
        key_bits = max(2, largest_key.bit_length() + 1)
        dtype = np.float32 if exact_dtype(table.shape[1], query_bits, key_bits) is np.float32 else np.float64
        if key_bits > BITS_MAX or exact_dtype(table.shape[1], query_bits, key_bits) is np.int64:
            raise InputError(
                given=f"keys of shape {table.shape} with magnitudes up to {largest_key}",
                allowed=f"magnitudes up to {largest_value(BITS_MAX)}, and scores below 2^53",
                why="scores are computed by floating-point products, which are exact up to there",
                do="quantise the keys to fewer bits",
            )
        largest_score = table.shape[1] * largest_key * largest_value(query_bits)
        return cls(np.ascontiguousarray(table, dtype=dtype), query_bits, largest_score)

    @property
    def n_keys(self) -> int:
        """Number of keys n."""
        return self.numbers.shape[0]

    @property
    def d_head(self) -> int:
        """Numbers per key, d."""
        return self.numbers.shape[1]

    def query(self, query: ArrayLike) -> NDArray[np.floating]:
        """Check a query and return it in the type of the keys, shape (d,).

        Raises:
            InputError: not d integers, or one beyond query_bits.
        """
        numbers = _integers("query", query, n_axes=1)
        largest = largest_value(self.query_bits)
        if numbers.shape != (self.d_head,) or np.abs(numbers).max() > largest:
            raise InputError(
                given=f"a query of {numbers.size} numbers up to {np.abs(numbers).max()}",
                allowed=f"{self.d_head} integers from {-largest} to {largest}",
                why=f"the keys have {self.d_head} numbers and were prepared for queries of {self.query_bits} bits",
                do="prepare the keys for wider queries, or quantise the query",
            )
        return numbers.astype(self.numbers.dtype)

    def threshold(self, threshold: int) -> int:
        """Threshold that marks the same keys and lies no further out than one beyond the largest score."""
        return max(-self.largest_score, min(int(threshold), self.largest_score + 1))

    def check_k(self, k: int) -> None:
        """Raise InputError unless k keys can be asked for."""
        check_between("k", k, 1, self.n_keys, "the finder returns k of the keys")


def _integers(name: str, numbers: ArrayLike, n_axes: int) -> NDArray[np.int64]:
    """Array of int64 with the given number of axes, none of them empty."""
    array = np.asarray(numbers)
    if not np.issubdtype(array.dtype, np.integer) or array.ndim != n_axes or array.size == 0:
        raise InputError(
            given=f"{name} of type {array.dtype} and shape {array.shape}",
            allowed="integers of shape (n, d)" if n_axes == 2 else "integers of shape (d,)",
            why="scores are compared with integer thresholds, exactly",
            do="quantise first: `quantise(array, bits).values`",
        )
    return array.astype(np.int64)
