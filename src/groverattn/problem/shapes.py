"""Sizes of a search without its data, and a query and a threshold that stand for data where a circuit needs some."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.inputs import between, check_between, option
from groverattn.problem.fixed_point import BITS_MAX, BITS_MIN, largest_value
from groverattn.problem.indexers import IndexerQuery, Query

N_KEYS_MAX = 1 << 60  # beyond it an index no longer fits int64 with room for arithmetic
D_HEAD_MAX = 4096
INDEX_HEADS_MAX = 1024

checked_bits = between(
    BITS_MIN, BITS_MAX, "a signed number needs a sign and a digit, and float16 heads hold no more than 16 bits"
)

# Our assumption: numbers are Gaussian and the largest of a head, which sets the step, lies 3 standard deviations out.
# That is where the largest of some hundred draws lies; trained heads have outliers further out, hence smaller integers.
_SIGMAS_TO_LARGEST = 3
# keys that mean and spread of an indexer's scores are taken from: to some per cent
_SAMPLE_KEYS = 4096


@attrs.frozen
class Shape:
    """The sizes that a search's cost depends on.

    Attributes:
        n_keys: number of keys n, 2 to 2^60.
        d_head: numbers per key d, 1 to 4096.
        n_marked: number of marked keys k, 1 to n - 1.
        key_bits: bits per number of a key, 2 to 16.
        query_bits: bits per number of the query, 2 to 16.
        index_heads: heads H of an indexer, whose weighted ReLUs make one score; None: a score is one inner product.
        weight_bits: bits per weight of an index head, 2 to 16.

    Raises:
        InputError: a size out of its range.

    >>> Shape(n_keys=1000, d_head=64, n_marked=32, key_bits=8, query_bits=8).index_bits
    10
    """

    n_keys: int = option(
        help="Number of keys n, such as 131072, 128k (k is 1,024) or 2^17.",
        check=between(2, N_KEYS_MAX, "a search has at least two keys, and an index fits int64"),
    )
    d_head: int = option(
        help="Numbers per key d.",
        check=between(1, D_HEAD_MAX, "published heads have at most some hundred numbers per key"),
    )
    n_marked: int = option(
        help="Keys that a row looks for, k: the marked keys, those of the largest scores.",
        check=between(1, math.inf, "a search looks for at least one key"),  # and fewer than all, as is checked below
    )
    key_bits: int = option(8, help="Bits per number of a key, 2 to 16.", check=checked_bits)
    query_bits: int = option(8, help="Bits per number of a query, 2 to 16.", check=checked_bits)
    index_heads: int | None = option(
        None,
        help="Heads of an indexer, which scores a key for all heads of a layer by a weighted sum of ReLUs; by default "
        "the score is the inner product of one head.",
        check=between(1, INDEX_HEADS_MAX, "published indexers have 4 to 64 heads"),
    )
    weight_bits: int = option(8, help="Bits per weight of an index head, 2 to 16.", check=checked_bits)

    def __attrs_post_init__(self) -> None:
        check_between(
            "n_marked", self.n_marked, 1, self.n_keys - 1, "a search leaves out some keys and looks for others"
        )

    @property
    def multiply_adds_per_key(self) -> int:
        """Multiply-adds of a key's score: d, or H d of an indexer."""
        return self.d_head * (self.index_heads or 1)

    @property
    def index_bits(self) -> int:
        """Qubits of the index register, ceil(log2 n)."""
        return (self.n_keys - 1).bit_length()


@attrs.frozen
class ReadFirst:
    """Keys of a row that are read classically before the others are searched: the first and the last that it sees.

    Attributes:
        first: keys s from the first one on: the attention sinks of a language model.
        last: keys w up to the last one that the row sees: its recent window.

    Raises:
        InputError: a negative number.

    >>> ReadFirst(1, 2).mask(6).tolist()
    [True, False, False, False, True, True]
    """

    first: int = option(
        0,
        name="read_first",
        help="Keys from the first one on that are read before the others are searched.",
        check=between(0, N_KEYS_MAX, "keys are read"),
    )
    last: int = option(
        0,
        name="read_last",
        help="Keys up to the last one that a row sees, read before the others are searched.",
        check=between(0, N_KEYS_MAX, "keys are read"),
    )

    @property
    def n_keys(self) -> int:
        """Keys that a row reads if it sees more."""
        return self.first + self.last

    def mask(self, n_visible: int) -> NDArray[np.bool_]:
        """Return which keys of a row that sees `n_visible` are read, shape (n_visible,)."""
        at = np.arange(n_visible)
        return (at < self.first) | (at >= n_visible - self.last)

    def check(self, n_keys: int) -> None:
        """Raise InputError unless at least two of so many keys are left to search."""
        if self.n_keys > n_keys - 2:
            raise InputError(
                given=f"read_first = {self.first:,}, read_last = {self.last:,} of {n_keys:,} keys",
                allowed=f"at most {max(n_keys - 2, 0):,} keys together",
                why="a search has at least two keys, and this reads nearly all of them",
                do="read fewer keys first",
            )


def representative_query(shape: Shape, seed: int = 0) -> Query:
    """Return a query that stands for one where only sizes are known.

    Our assumption: independent Gaussian numbers of standard deviation (2^(query_bits-1) - 1) / 3, rounded and clipped
    to the range; drawn again while all of them are zero, which is no query. Those of an indexer likewise, and so are
    its weights, which then have either sign.

    >>> shape = Shape(n_keys=1024, d_head=4, n_marked=32, key_bits=8, query_bits=4)
    >>> representative_query(shape)
    (0, 0, 1, 0)
    """
    if shape.index_heads is None:
        return one_query(shape, seed)
    rng = np.random.default_rng(seed)
    queries = [_not_zero(rng, shape.d_head, shape.query_bits) for _ in range(shape.index_heads)]
    return IndexerQuery(queries, _not_zero(rng, shape.index_heads, shape.weight_bits))


def one_query(shape: Shape, seed: int = 0) -> tuple[int, ...]:
    """Return the representative query of an attention head, d integers, whether or not the shape has index heads."""
    return _not_zero(np.random.default_rng(seed), shape.d_head, shape.query_bits)


def _not_zero(rng: np.random.Generator, size: int, bits: int) -> tuple[int, ...]:
    largest, numbers = largest_value(bits), np.zeros(size)
    while not numbers.any():
        numbers = np.clip(np.rint(rng.normal(0.0, largest / _SIGMAS_TO_LARGEST, size)), -largest, largest)
    return tuple(int(number) for number in numbers)


def representative_keys(n_keys: int, d_head: int, key_bits: int, seed: int = 0) -> NDArray[np.int64]:
    """Return integers of shape (n_keys, d_head) that stand for keys, under the assumption of `representative_query`.

    >>> representative_keys(2, 3, key_bits=4)
    array([[ 0,  0,  1],
           [ 0, -1,  1]])
    """
    largest = largest_value(key_bits)
    drawn = np.random.default_rng(seed).normal(0.0, largest / _SIGMAS_TO_LARGEST, (n_keys, d_head))
    return np.clip(np.rint(drawn), -largest, largest).astype(np.int64)


def representative_spread(query: tuple[int, ...], key_bits: int) -> float:
    """Return the standard deviation ||q|| (2^(key_bits-1) - 1) / 3 of the scores of representative keys.

    >>> representative_spread((3, 0, -4, 0), key_bits=8)
    211.66666666666666
    """
    return math.hypot(*query) * largest_value(key_bits) / _SIGMAS_TO_LARGEST


def representative_threshold(shape: Shape, query: Query) -> int:
    """Return the integer threshold that about n_marked of n_keys representative keys reach with this query.

    Our assumption: the keys are as in `representative_query`, so scores are Gaussian with standard deviation
    ||q|| (2^(key_bits-1) - 1) / 3, and the threshold is its quantile at 1 - k/n. Those of an indexer are taken to be
    Gaussian with the mean and the deviation of 4,096 such keys.

    >>> shape = Shape(n_keys=1024, d_head=4, n_marked=32, key_bits=8, query_bits=4)
    >>> representative_threshold(shape, (3, 0, -4, 0))
    394
    """
    from scipy.special import ndtri  # takes a tenth of a second, which names and help can do without

    mean = 0.0
    if isinstance(query, IndexerQuery):
        scores = query.scores(representative_keys(_SAMPLE_KEYS, shape.d_head, shape.key_bits))
        mean, sigma_score = float(scores.mean()), float(scores.std())
    else:
        sigma_score = representative_spread(query, shape.key_bits)
    # Phi^-1(1 - x) = -Phi^-1(x), and the right side does not lose a small k/n in 1 - k/n.
    return round(mean - sigma_score * float(ndtri(shape.n_marked / shape.n_keys)))
