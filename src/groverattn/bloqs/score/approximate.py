"""Approximate scores: a coarse query and a heap without its low columns, for a third of the Toffolis."""

import math
from functools import cached_property, lru_cache

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import bloq_example

from groverattn.bloqs.score.heap import plan_approximate_heap, query_sharing, signed_digits
from groverattn.bloqs.score.heap_score import HeapScore
from groverattn.bloqs.score.heap_steps import ScoreHeap
from groverattn.bloqs.score.score_error import PassRates, ScoreError
from groverattn.bloqs.score.shared_sums import SharedSum, Sharing
from groverattn.errors import check_between
from groverattn.problem.shapes import representative_keys, representative_spread

DEFAULT_SIGNIFICANT_BITS = 3
# the lowest weight is this many powers of two below the spread of the scores: errors of a tenth of the spread
_COLUMNS_BELOW_SPREAD = 4
# mean of the error to 1 % of its standard deviation
_SAMPLE_KEYS = 20_000


def round_query(query: tuple[int, ...], significant_bits: int | None) -> tuple[int, ...]:
    """Return each number rounded to its `significant_bits` most significant bits, halves away from zero.

    >>> round_query((1, -5, 7, 100), 2)
    (1, -6, 8, 96)
    """
    if significant_bits is None:
        return query
    return tuple(_rounded(abs(number), significant_bits) * (1 if number > 0 else -1) for number in query)


def _rounded(size: int, significant_bits: int) -> int:
    dropped = max(size.bit_length() - significant_bits, 0)
    return (size + (1 << dropped >> 1)) >> dropped << dropped


def largest_cut(query: tuple[int, ...], key_bits: int) -> int:
    """Return the largest `lowest_column` with which this query still reads a bit of a key; 0 for a query of zeros.

    >>> largest_cut((4, 1), key_bits=8)
    9
    """
    return max((position + key_bits - 1 for number in query for position, _ in signed_digits(number)), default=0)


@attrs.frozen
class ApproximateScore(HeapScore):
    """|key> -> |key>|work>|marked> with marked = [ approximate score >= threshold ]; it finds keys to be checked.

    The query is rounded, and bits of the sum below 2^lowest_column are left out, with the adders that only they need: a
    component, or a sum of two that is formed once, is rounded down to the lowest column that anything reads. Low
    columns hold a third of the bits of an exact heap and 1 % of the spread of its score. It errs both ways, so no key
    counts as found, or as not marked, by it alone. See `approximate` for its arithmetic, `approximate_score` for the
    threshold.

    Attributes:
        query, key_bits: see KeyScore.
        threshold: integer threshold on the approximate score.
        significant_bits: most significant bits that each number of the query is rounded to, at least 1; None: all.
        lowest_column: binary logarithm of the lowest weight that the heap adds up, 0 for all.

    Registers: see KeyScore; `work` holds partial sums and carries.

    Raises:
        InputError: significant_bits below 1, or a lowest_column that leaves no bit of the key.

    >>> score = ApproximateScore((100, -37), threshold=0, key_bits=4, significant_bits=3, lowest_column=5)
    >>> score.approximate(np.array([[3, 2], [-8, 7]])).tolist(), [3 * 100 - 2 * 37, -8 * 100 - 7 * 37]
    ([224, -1024], [226, -1059])
    """

    significant_bits: int | None = attrs.field(default=None, kw_only=True)
    lowest_column: int = attrs.field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.significant_bits is not None:
            check_between("significant_bits", self.significant_bits, 1, np.inf, "a query of no bits is no query")
        most = largest_cut(self.rounded_query, self.key_bits)
        why = "with more, no bit of a key reaches the sum"
        check_between("lowest_column", self.lowest_column, 0, most, why)

    @cached_property
    def rounded_query(self) -> tuple[int, ...]:
        """The query that the circuit multiplies by."""
        return round_query(self.query, self.significant_bits)

    @cached_property
    def sharing(self) -> Sharing:
        """Which numbers the heap adds up, and from which column on."""
        return query_sharing(self.rounded_query, self.key_bits, self.lowest_column)

    @cached_property
    def heap(self) -> ScoreHeap:
        """The steps of the circuit."""
        return plan_approximate_heap(self.rounded_query, self.threshold, self.key_bits, self.lowest_column)

    @property
    def key_bits_read(self) -> int:
        """Bits of the key that the circuit reads, of d b."""
        first = self.sharing.first_columns[: len(self.query)]
        return sum(max(self.key_bits - column, 0) for column in first)

    def approximate(self, keys: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the approximate scores of keys of shape (m, d), int64 of shape (m,), by integer arithmetic.

        With zero columns left out and the query not rounded they are the scores.
        """
        return approximate_products(self.rounded_query, self.key_bits, self.lowest_column, keys)

    def reaches(self, key: int) -> bool:
        """Return whether the approximate score of a key, as the key register holds it, reaches the threshold."""
        return bool(self.approximate(self.components(key)[None])[0] >= self.threshold)


def approximate_products(
    query: tuple[int, ...], key_bits: int, lowest_column: int, keys: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return the products of keys of shape (m, d) with a query as a heap without low columns adds them up, shape (m,).

    Args:
        query: d integers.
        key_bits, lowest_column: see `ApproximateScore`.
    """
    offset, sharing = 1 << (key_bits - 1), query_sharing(query, key_bits, lowest_column)
    numbers = [_Number(column.astype(np.int64) + offset) for column in np.asarray(keys).T]
    for term, first in zip(sharing.sums, sharing.first_columns[len(query) :], strict=True):
        numbers.append(_formed(numbers[term.left], numbers[term.right], term, first))
    total = np.full(len(keys), sum(query) * offset, dtype=np.int64)
    for number, digits in zip(numbers, sharing.digits, strict=True):
        for position, digit in digits:
            total += digit * (number.down_to(lowest_column - position) << position)
    return -total


@attrs.frozen(eq=False)
class _Number:
    """Integers of which the circuit holds the bits of values - constant.

    The constant matters modulo 2^key_bits only, for no number is cut above that.
    """

    values: NDArray[np.int64]
    constant: int = 0

    def down_to(self, column: int) -> NDArray[np.int64]:
        """Return the values without their bits below a column."""
        return self.values - (self.values - self.constant) % (1 << max(column, 0))


def _formed(left: _Number, right: _Number, term: SharedSum, first: int) -> _Number:
    """Form a sum of the columns from `first` on; minus a number is one more in its last place than the complement."""
    values = left.down_to(first) + term.sign * (right.down_to(first - term.shift) << term.shift)
    constant = left.constant + term.sign * (right.constant << term.shift)
    return _Number(values, constant + (1 << max(first, term.shift) if term.sign < 0 else 0))


def default_cut(query: tuple[int, ...], key_bits: int) -> int:
    """Return the lowest column by default: 2^4 below the spread of the scores of representative keys.

    >>> default_cut((40,) * 64, key_bits=8)
    10
    """
    spread = representative_spread(query, key_bits)
    return max(round(math.log2(spread)) - _COLUMNS_BELOW_SPREAD, 0) if spread else 0


def approximate_score(
    query: tuple[int, ...],
    threshold: int,
    key_bits: int,
    significant_bits: int | None = None,
    lowest_column: int | None = None,
    margin: float = 1.0,
    keys: NDArray[np.integer] | None = None,
) -> ApproximateScore:
    """Return the approximate score that keys of an exact score of `threshold` seldom fail.

    Args:
        query, threshold, key_bits: those of the exact score.
        significant_bits: see `ApproximateScore`; None: 3.
        lowest_column: see `ApproximateScore`; None: `default_cut`, or what leaves a bit of the key.
        margin: standard deviations of the error between the threshold and where it is moved to.
        keys: a sample of shape (m, d) that the error is measured on; None: representative ones.

    Raises:
        InputError: significant_bits below 1, or a lowest_column that leaves no bit of the key.

    >>> score = approximate_score((40, -37, 91, 5), threshold=5_000, key_bits=8)
    >>> score.lowest_column, score.threshold < 5_000
    (8, True)
    """
    significant_bits = DEFAULT_SIGNIFICANT_BITS if significant_bits is None else significant_bits
    score = ApproximateScore(query, 0, key_bits, significant_bits=significant_bits)
    if lowest_column is None:
        lowest_column = min(default_cut(score.query, key_bits), largest_cut(score.rounded_query, key_bits))
    score = attrs.evolve(score, lowest_column=lowest_column)
    return attrs.evolve(score, threshold=score_error(score, keys).threshold_for(threshold, margin))


def score_error(score: ApproximateScore, keys: NDArray[np.integer] | None = None) -> ScoreError:
    """Return the error of a score on keys of shape (m, d); without keys on 20,000 representative ones, seed 0.

    >>> round(score_error(ApproximateScore((5, 3), threshold=0, key_bits=8, significant_bits=2)).deviation)
    42
    """
    if keys is None:
        return _representative_error(attrs.evolve(score, threshold=0, uncompute=False))
    exact = np.asarray(keys).astype(np.int64) @ np.array(score.query, dtype=np.int64)
    return ScoreError(score.approximate(keys) - exact, float(exact.std()))


@lru_cache(maxsize=64)
def _representative_error(score: ApproximateScore) -> ScoreError:
    return score_error(score, representative_keys(_SAMPLE_KEYS, len(score.query), score.key_bits))


def pass_rates(score: ApproximateScore, threshold: int, n_keys: int, n_marked: int) -> PassRates:
    """Return how many of n_keys representative keys pass a score, of which n_marked reach `threshold` exactly.

    >>> score = approximate_score((40, -37, 91, 5), threshold=9_000, key_bits=8)
    >>> pass_rates(score, 9_000, n_keys=1024, n_marked=18).missed < 1
    True
    """
    return score_error(score).pass_rates(threshold, score.threshold, n_keys, n_marked)


@bloq_example
def _approximate_score() -> ApproximateScore:
    return ApproximateScore((5, -3, 7, 2), threshold=3, key_bits=3, significant_bits=2, lowest_column=2)
