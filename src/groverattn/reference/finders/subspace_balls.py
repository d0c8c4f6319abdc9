"""Exact half-space reporting in parts of the dimensions: keys whose bound from a ball in each part is high enough.

The d dimensions are split into S parts, and the keys are covered by balls in each part. A key k in the balls of
centres c_p and radii r_p has

    <q, k>  <=  sum over p of  <q_p, c_p> + r_p |q_p|,

and only keys whose bound reaches the threshold are scored. It is the index of Louver (arXiv:2605.06763, abstract read;
its public code read, none of it used), with one difference: here the bounds are added and compared with the threshold
of the whole score, where Louver's experiments compare each part with a threshold of its own, read off the true top
keys, or stop at sums of centres, which is no bound.

It is a faster scan and no more than that: the codes of all n keys are read, and n / 4 balls a part take n / 4 inner
products (fewer where keys agree in a part), so that it saves a factor of about four in products at most.
"""

from __future__ import annotations

import itertools
import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.problem.score_blocks import exact_dtype, exact_product
from groverattn.reference.finders.ball_cover import Balls
from groverattn.reference.finders.finder import FilterWork, Finder, Found, KeyIndex
from groverattn.reference.finders.key_set import KeySet

# Louver's table of 2, 4, 8 and 16 parts is best at 16; so are the heads at hand (tests/reference/finders). Parts of one
# number would be no shorter than their code.
_PARTS = 16
_NUMBERS_OF_A_PART = 2
_KEYS_OF_A_BALL = 4

# 1 + 8 u, more than the rounding of a radius, |q_p| and their product: see `Part.bounds`.
_ROUNDED_UP = 1 + 2.0**-50


@attrs.frozen(eq=False, repr=False)
class Part:
    """Balls of the keys in some of the dimensions.

    Attributes:
        dimensions: which ones.
        balls: the balls, their centres in the smallest type in which products with a query are exact.
    """

    dimensions: slice
    balls: Balls

    def bounds(self, query: NDArray[np.floating], binary_places: int, dtype: type[np.signedinteger]) -> NDArray:
        """Largest score of each ball's points in these dimensions, rounded up to a multiple of 2^-binary_places.

        The unit is that multiple. <q_p, 2 c_p> is an integer and is not rounded. |q_p| and the radius are roots of
        integers: with u = 2^-53, converting an integer has relative error u, of which the root leaves half, the root
        u, the factor `_ROUNDED_UP` u and the product u, so 5 u in all and 1 + 8 u makes up for them; a power of two
        rounds nothing. Rounding up to a whole number then leaves integers, whose sum over the parts is exact too.
        """
        of_part = query[self.dimensions].astype(np.int64)
        norm = math.sqrt(of_part @ of_part)
        centres = self.balls.doubled_centres
        halves = exact_product(centres, of_part.astype(centres.dtype)).astype(dtype)
        reach = np.ceil(self.balls.doubled_radii * (norm * _ROUNDED_UP * (1 << (binary_places - 1))))
        return (halves << (binary_places - 1)) + reach.astype(dtype)


@attrs.frozen(eq=False, repr=False)
class SubspaceBallsIndex(KeyIndex):
    """Balls in each part of the dimensions, and the keys. Exact: no bound is below the score, see `Part.bounds`.

    Attributes:
        keys: the keys.
        parts: the parts, which together have every dimension once.
    """

    keys: KeySet
    parts: tuple[Part, ...]

    @property
    def memory_bytes(self) -> int:
        """Bytes of the keys, and of codes, centres and radii."""
        return self.keys.numbers.nbytes + sum(part.balls.memory_bytes for part in self.parts)

    @property
    def filter_work(self) -> FilterWork:
        """What the bounds of one query take: an inner product with every centre, a code of every key in every part."""
        multiplied = sum(part.balls.doubled_centres.size for part in self.parts)
        bits = sum((part.balls.n_balls - 1).bit_length() for part in self.parts)
        n_keys = self.keys.n_keys
        return FilterWork(multiplied / self.keys.d_head, len(self.parts) * n_keys, bits * n_keys)

    def find(self, query: NDArray[np.integer], wanted: int) -> Found:
        """Keys whose score reaches the threshold `wanted`: of those whose bound does."""
        numbers, threshold = self.keys.query(query), self.keys.threshold(wanted)
        candidates = np.flatnonzero(self._at_least(numbers, threshold))
        reached = exact_product(self.keys.numbers[candidates], numbers) >= threshold
        return Found(candidates[reached], candidates.size, lambda: candidates.size, self.filter_work)

    def _at_least(self, query: NDArray[np.floating], threshold: int) -> NDArray[np.bool_]:
        """Whether the bound of each key reaches the threshold.

        With W the largest score, the centres contribute at most W to the sum, as they lie between keys, and so do the
        radii, as no key is further from the middle of its box than the largest number in any dimension. float32 keys
        have W < 2^24, others W < 2^53: 2 W in units of 2^-5 or 2^-8 is below 2^30 or 2^62, which leaves a bit for the
        rounding up.
        """
        of_float32 = self.keys.numbers.dtype == np.float32
        dtype, binary_places = (np.int32, 5) if of_float32 else (np.int64, 8)
        total = np.zeros(self.keys.n_keys, dtype=dtype)
        for part in self.parts:
            total += part.bounds(query, binary_places, dtype).take(part.balls.codes)
        return total >= threshold << binary_places


def prepare(keys: KeySet, n_parts: int = _PARTS) -> SubspaceBallsIndex:
    """Cover the keys in each part by at most n / 4 balls; O(n log n) a part.

    Args:
        keys: the keys.
        n_parts: number of parts S; fewer where a part would have less than two dimensions. If S does not divide d,
            some parts have one dimension more than the others.

    Raises:
        InputError: n_parts below 1.

    >>> rng = np.random.default_rng(0)
    >>> index = prepare(KeySet.of(np.rint(rng.standard_normal((4096, 32)) * 30).astype(int).clip(-127, 127)))
    >>> found = index.find(rng.integers(-127, 128, 32), 40_000)
    >>> found.keys.size, found.key_visits, round(found.filter_work.products), found.filter_work.code_reads
    (4, 8, 1023, 65536)
    """
    check_between("n_parts", n_parts, 1, math.inf, "the dimensions are split into that many parts")
    n_parts = max(1, min(n_parts, keys.d_head // _NUMBERS_OF_A_PART))
    numbers = keys.numbers.astype(np.int64)
    edges = [keys.d_head * part // n_parts for part in range(n_parts + 1)]
    slices = [slice(start, stop) for start, stop in itertools.pairwise(edges)]
    return SubspaceBallsIndex(keys, tuple(_part(numbers[:, each], each, keys.query_bits) for each in slices))


def _part(points: NDArray[np.int64], dimensions: slice, query_bits: int) -> Part:
    balls = Balls.of(points, max(1, len(points) // _KEYS_OF_A_BALL))
    key_bits = int(np.abs(balls.doubled_centres).max()).bit_length() + 1
    dtype = exact_dtype(points.shape[1], query_bits, key_bits)
    return Part(dimensions, attrs.evolve(balls, doubled_centres=balls.doubled_centres.astype(dtype)))


FINDER = Finder(
    name="subspace-balls",
    description="bounds from balls in parts of the dimensions, for every key; the keys that may reach it scored",
    takes="threshold",
    exact=True,
    prepare=prepare,
)
