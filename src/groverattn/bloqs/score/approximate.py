"""Approximate scores: a coarse query and a heap without its low columns, for a third of the Toffolis."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import bloq_example

from groverattn.bloqs.costed import BOOKKEEPING
from groverattn.bloqs.score.heap import plan_approximate_heap, query_sharing, signed_digits
from groverattn.bloqs.score.heap_score import HeapScore
from groverattn.bloqs.score.heap_steps import ScoreHeap
from groverattn.bloqs.score.shared_sums import SharedSum, Sharing
from groverattn.errors import check_between


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
    counts as found, or as not marked, by it alone. See `approximate` for its arithmetic, `finding.approximate_score`
    for the threshold.

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
    numbers = [_Number(column) for column in np.asarray(keys, dtype=np.int64, order="F").T + offset]
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
        if column <= 0:
            return self.values
        return self.values - (self.values - self.constant & (1 << column) - 1)


def _formed(left: _Number, right: _Number, term: SharedSum, first: int) -> _Number:
    """Form a sum of the columns from `first` on; minus a number is one more in its last place than the complement."""
    values = left.down_to(first) + term.sign * (right.down_to(first - term.shift) << term.shift)
    constant = left.constant + term.sign * (right.constant << term.shift)
    return _Number(values, constant + (1 << max(first, term.shift) if term.sign < 0 else 0))


@bloq_example(generalizer=BOOKKEEPING)
def _approximate_score() -> ApproximateScore:
    return ApproximateScore((5, -3, 7, 2), threshold=3, key_bits=3, significant_bits=2, lowest_column=2)
