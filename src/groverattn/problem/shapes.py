"""Sizes of a search without its data, and a query and a threshold that stand for data where a circuit needs some."""

from __future__ import annotations

import math
from functools import partial

import attrs
import numpy as np
from scipy.special import ndtri

from groverattn.errors import InputError, whole_number
from groverattn.problem.fixed_point import check_bits, largest_value

N_KEYS_MAX = 1 << 60  # beyond it an index no longer fits int64 with room for arithmetic
D_HEAD_MAX = 4096

# Our assumption: numbers are Gaussian and the largest of a head, which sets the step, lies 3 standard deviations out.
# That is where the largest of some hundred draws lies; trained heads have outliers further out, hence smaller integers.
_SIGMAS_TO_LARGEST = 3


@attrs.frozen
class Shape:
    """The sizes that a search's cost depends on.

    Attributes:
        n_keys: number of keys n, 2 to 2^60.
        d_head: numbers per key d, 1 to 4096.
        n_marked: number of marked keys k, 1 to n - 1.
        key_bits: bits per number of a key, 2 to 16.
        query_bits: bits per number of the query, 2 to 16.

    Raises:
        InputError: a size out of its range.

    >>> Shape(n_keys=1000, d_head=64, n_marked=32, key_bits=8, query_bits=8).index_bits
    10
    """

    n_keys: int = attrs.field(converter=partial(whole_number, "n_keys"))
    d_head: int = attrs.field(converter=partial(whole_number, "d_head"))
    n_marked: int = attrs.field(converter=partial(whole_number, "n_marked"))
    key_bits: int = attrs.field(converter=partial(whole_number, "key_bits"))
    query_bits: int = attrs.field(converter=partial(whole_number, "query_bits"))

    def __attrs_post_init__(self) -> None:
        _check_range("n_keys", self.n_keys, 2, N_KEYS_MAX, "a search has at least two keys, and an index fits int64")
        _check_range("d_head", self.d_head, 1, D_HEAD_MAX, "published heads have at most some hundred numbers per key")
        _check_range("n_marked", self.n_marked, 1, self.n_keys - 1, "neither no key nor every key can be searched for")
        check_bits("key_bits", self.key_bits)
        check_bits("query_bits", self.query_bits)

    @property
    def index_bits(self) -> int:
        """Qubits of the index register, ceil(log2 n)."""
        return (self.n_keys - 1).bit_length()


def representative_query(shape: Shape, seed: int = 0) -> tuple[int, ...]:
    """Return d integers that stand for a query where only sizes are known.

    Our assumption: independent Gaussian numbers of standard deviation (2^(query_bits-1) - 1) / 3, rounded and clipped
    to the range; drawn again while all of them are zero, which is no query.

    >>> shape = Shape(n_keys=1024, d_head=4, n_marked=32, key_bits=8, query_bits=4)
    >>> representative_query(shape)
    (0, 0, 1, 0)
    """
    largest = largest_value(shape.query_bits)
    rng = np.random.default_rng(seed)
    query = np.zeros(shape.d_head)
    while not query.any():
        query = np.clip(np.rint(rng.normal(0.0, largest / _SIGMAS_TO_LARGEST, shape.d_head)), -largest, largest)
    return tuple(int(number) for number in query)


def representative_threshold(shape: Shape, query: tuple[int, ...]) -> int:
    """Return the integer threshold that about n_marked of n_keys representative keys reach with this query.

    Our assumption: the keys are as in `representative_query`, so scores are Gaussian with standard deviation
    ||q|| (2^(key_bits-1) - 1) / 3, and the threshold is its quantile at 1 - k/n.

    >>> shape = Shape(n_keys=1024, d_head=4, n_marked=32, key_bits=8, query_bits=4)
    >>> representative_threshold(shape, (3, 0, -4, 0))
    394
    """
    sigma_score = math.hypot(*query) * largest_value(shape.key_bits) / _SIGMAS_TO_LARGEST
    # Phi^-1(1 - x) = -Phi^-1(x), and the right side does not lose a small k/n in 1 - k/n.
    return round(-sigma_score * float(ndtri(shape.n_marked / shape.n_keys)))


def _check_range(name: str, value: int, least: int, largest: int, why: str) -> None:
    if not least <= value <= largest:
        raise InputError(
            given=f"{name} = {value}",
            allowed=f"{least} to {largest}",
            why=why,
            do=f"choose {name} in this range",
        )
