"""Plans of the heaps that turn a loaded key into the sign of (threshold - 1 - score) for the score of an indexer."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from functools import cached_property

import attrs

from groverattn.bloqs.score.carry_save import CarrySaveHeap
from groverattn.bloqs.score.heap import enter_minus_score, enter_numbers, query_sharing, sign_width, signed_digits
from groverattn.bloqs.score.heap_steps import Kinds, Literal, Number, ScoreHeap, Step, and_depth, kinds_of, n_ands
from groverattn.bloqs.score.shared_sums import share_sums
from groverattn.problem.indexers import IndexerQuery


@attrs.frozen(eq=False)
class HeadPlan:
    """Steps that compute max(<q, key>, 0) of one head, in units of 2^lowest_column.

    Attributes:
        n_key_wires: d b.
        n_wires: wires of the key, of the sums and of the result, which are the last ones.
        sums: steps that form all bits of the score.
        masks: an And for each bit of the result, or a copy where the score is never negative.
        columns: weight of each bit of the result, as its binary logarithm.
    """

    n_key_wires: int
    n_wires: int
    sums: tuple[Step, ...]
    masks: tuple[Step, ...]
    columns: tuple[int, ...]

    @cached_property
    def kinds(self) -> tuple[Kinds, Kinds]:
        """Steps of sums and masks by class and values."""
        return kinds_of(self.sums), kinds_of(self.masks)

    @property
    def n_sums(self) -> int:
        """And gates of the sums."""
        return n_ands(self.kinds[0])

    @cached_property
    def depths(self) -> tuple[int, int, int]:
        """And gates on the longest path of sums and of masks, and measurements on that of undoing the sums."""
        return and_depth(self.sums), and_depth(self.masks), and_depth(self.sums, undo=True)


@functools.lru_cache(maxsize=1024)
def plan_head(query: tuple[int, ...], key_bits: int, lowest_column: int = 0) -> HeadPlan:
    """Plan the ReLU of one head by itself.

    Args:
        query: the d integers of the head.
        key_bits: bits b per key component.
        lowest_column: bits of weight below 2^lowest_column are left out, and adders that nothing else needs.
    """
    heap = CarrySaveHeap(len(query) * key_bits, 1)
    *bits, sign = _minus_score(heap, query, key_bits, lowest_column)
    n_sums = len(heap.steps)
    relu = _relu(heap, sign, bits, copied=True)
    columns = tuple(column for column, _ in relu.literals)
    steps = tuple(heap.steps)
    return HeadPlan(heap.n_key_wires, heap.n_wires, steps[:n_sums], steps[n_sums:], columns)


@functools.lru_cache(maxsize=16)
def plan_weighted_sum(
    columns: tuple[tuple[int, ...], ...], largest: tuple[int, ...], weights: tuple[int, ...], threshold: int
) -> ScoreHeap:
    """Plan the heap of v = threshold - 1 - sum_h weights_h relu_h on the bits of the ReLUs, one head after the other.

    Args:
        columns: weights of the bits of each head's ReLU, as binary logarithms.
        largest: largest value of each ReLU.
        weights: an integer of each head.
        threshold: on the sum, in the units of the ReLUs.
    """
    heap = CarrySaveHeap(sum(map(len, columns)), 1)
    wires = iter(range(heap.n_key_wires))
    numbers = [Number(tuple((column, Literal(0, next(wires))) for column in of_head)) for of_head in columns]
    return _plan_weighted(heap, numbers, largest, weights, threshold)


@functools.lru_cache(maxsize=16)
def plan_indexer_heap(query: IndexerQuery, threshold: int, key_bits: int, lowest_column: int = 0) -> ScoreHeap:
    """Plan one heap of all heads, in which nothing is undone before the end.

    Args:
        query: queries and weights.
        threshold: integer threshold on the score.
        key_bits: bits b per key component.
        lowest_column: see `plan_head`; the score is then that of ReLUs without these bits.
    """
    heap = CarrySaveHeap(len(query) * key_bits, 1)
    numbers = [_add_head(heap, of_head, key_bits, lowest_column) for of_head in query.queries]
    largest = largest_relus(query.queries, key_bits, lowest_column)
    return _plan_weighted(heap, numbers, largest, query.weights, in_units(threshold, lowest_column))


def largest_relus(queries: Sequence[tuple[int, ...]], key_bits: int, lowest_column: int) -> tuple[int, ...]:
    """Return a bound of each head's ReLU in units of 2^lowest_column."""
    low, high = -(1 << (key_bits - 1)), (1 << (key_bits - 1)) - 1
    largest = (sum(q * (high if q > 0 else low) for q in query) for query in queries)
    errors = (query_sharing(query, key_bits, lowest_column).largest_error for query in queries)
    return tuple(score + error >> lowest_column for score, error in zip(largest, errors, strict=True))


def in_units(threshold: int, lowest_column: int) -> int:
    """Return the threshold that sums of multiples of 2^lowest_column reach in this unit: rounded up.

    >>> in_units(9, 2), in_units(-9, 2)
    (3, -2)
    """
    return -(-threshold >> lowest_column)


def _add_head(heap: CarrySaveHeap, query: tuple[int, ...], key_bits: int, lowest_column: int) -> Number:
    """Write the steps of one head and return its ReLU, in units of 2^lowest_column."""
    *bits, sign = _minus_score(heap, query, key_bits, lowest_column)
    return _relu(heap, sign, bits, copied=False)


def _minus_score(
    heap: CarrySaveHeap, query: tuple[int, ...], key_bits: int, lowest_column: int
) -> list[Literal | bool]:
    """Write the steps of v = -1 - <q, key>, and return its bits from `lowest_column` on, the sign last.

    v is the complement of the score, bit by bit, and negative iff the score is not.
    """
    sharing = query_sharing(query, key_bits, lowest_column)
    heap.begin(sign_width(query, 0, key_bits, sharing.largest_error))
    enter_minus_score(heap, query, key_bits, sharing)
    heap.constant -= 1
    return heap.form_total()[lowest_column:]


def _relu(heap: CarrySaveHeap, sign: Literal | bool, bits: Sequence[Literal | bool], *, copied: bool) -> Number:
    """Mask the complements of the bits of v by its sign: one And each, where the sign depends on the key.

    Args:
        heap: where the steps go.
        sign: whether v is negative.
        bits: its other bits, least significant first; the complement of a known one is 0, where it is True.
        copied: every bit of the result gets a wire of its own, for what it is made of will be undone.
    """
    relu = []
    for column, bit in enumerate(bits):
        if sign is False or bit is True:
            continue
        if isinstance(sign, Literal) and isinstance(bit, Literal):
            literal = heap.product(sign, bit._replace(negated=not bit.negated))
        elif isinstance(bit, Literal):
            literal = bit._replace(negated=not bit.negated)
            literal = heap.copied(literal) if copied else literal
        elif isinstance(sign, Literal):
            literal = heap.copied(sign) if copied else sign
        else:
            literal = heap.known(1)
        relu.append((column, literal._replace(level=0)))  # all heads are ready at about the same time
    return Number(tuple(relu))


def _plan_weighted(
    heap: CarrySaveHeap, relus: Iterable[Number], largest: tuple[int, ...], weights: tuple[int, ...], threshold: int
) -> ScoreHeap:
    """Add the weighted ReLUs up; sums of two that several digits of the weights need are formed once."""
    most, least = (sum(w * n for w, n in zip(weights, largest, strict=True) if w * s > 0) for s in (1, -1))
    bounds = threshold - 1 - most, threshold - 1 - least
    heap.begin(1 + max((v if v >= 0 else ~v).bit_length() for v in bounds))
    bits = max(max(largest).bit_length(), 1)
    enter_numbers(heap, list(relus), share_sums([list(signed_digits(-weight)) for weight in weights], bits))
    heap.constant += threshold - 1
    return heap.plan()
