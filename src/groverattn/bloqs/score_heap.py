"""Plan of the carry-save heap that turns a loaded key into the sign of (threshold - 1 - score)."""

from __future__ import annotations

import functools
import heapq
from collections.abc import Iterable, Iterator
from functools import cached_property

import attrs

from groverattn.bloqs.schedule import Axis, CommutingSchedule
from groverattn.bloqs.shared_sums import SharedSum, Sharing, share_sums


@attrs.frozen(order=True)
class Literal:
    """A bit of the heap: when it is ready, the wire that carries it, and whether it stands for the complement."""

    level: int
    wire: int
    negated: bool = False


@attrs.frozen
class Copy:
    """CNOT of `source` onto the fresh wire `target`."""

    source: int
    target: int


@attrs.frozen
class Compress:
    """Full adder on wires a, b and c; c becomes the sum and `carry` is fresh."""

    a: int
    b: int
    c: int
    carry: int
    cv_a: int
    cv_b: int


@attrs.frozen
class Carry:
    """And of a and b with control values into the fresh wire `carry`: a half adder whose sum nobody reads."""

    a: int
    b: int
    carry: int
    cv_a: int
    cv_b: int


@attrs.frozen
class Fold:
    """CNOT of `source` onto the sign wire."""

    source: int
    target: int


Step = Copy | Compress | Carry | Fold


@attrs.frozen
class Number:
    """The sum of literal * 2^offset over all literals, plus a constant. Its literals may be used several times."""

    literals: tuple[tuple[int, Literal], ...]
    constant: int = 0

    def at(self, column: int) -> list[Literal]:
        """Literals of one weight."""
        return [literal for offset, literal in self.literals if offset == column]

    def shifted(self, shift: int, sign: int) -> Number:
        """Return sign * 2^shift times the number; the sign goes into complements and the constant."""
        flipped = tuple((o + shift, attrs.evolve(x, negated=x.negated ^ (sign < 0))) for o, x in self.literals)
        missing = sum(1 << offset for offset, _ in flipped) if sign < 0 else 0
        return Number(flipped, (sign * self.constant << shift) - missing)


def signed_digits(value: int) -> Iterator[tuple[int, int]]:
    """Yield (position, digit) of the non-adjacent form: digits -1 and +1, the fewest possible (Reitwiesner 1960).

    >>> list(signed_digits(7))
    [(0, -1), (3, 1)]
    """
    position = 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)
            yield position, digit
            value -= digit
        value >>= 1
        position += 1


@attrs.frozen
class ScoreHeap:
    """The steps of the heap, in order, on numbered wires: first the d b key bits, then the fresh wires as they appear.

    Attributes:
        n_key_wires: d b.
        n_wires: all wires.
        steps: what to do.
        sign: the wire that holds the sign bit at the end.
        sign_negated: the sign wire holds the complement.
    """

    n_key_wires: int
    n_wires: int
    steps: tuple[Step, ...]
    sign: int
    sign_negated: bool

    @cached_property
    def toffoli_depth(self) -> int:
        """And gates on the longest path."""
        return and_depth(self.steps)

    @cached_property
    def undo_depth(self) -> int:
        """Measurements on the longest path of undoing the steps."""
        return and_depth(self.steps, undo=True)

    @property
    def toffoli(self) -> int:
        """Number of And gates."""
        return sum(isinstance(step, (Compress, Carry)) for step in self.steps)


@functools.lru_cache(maxsize=64)
def plan_score_heap(query: tuple[int, ...], threshold: int, key_bits: int, share: bool = True) -> ScoreHeap:
    """Plan the heap of v = threshold - 1 - sum_m query_m key_m; a key is marked iff v < 0.

    With keys in offset binary, key = K - 2^(b-1), v is a sum of key bits with known weights and one constant: every
    signed digit of -query_m adds the bits of K_m (digit +1) or their complements (digit -1) at its weight. The columns
    are reduced from the least to the most significant one by full adders; a constant one costs nothing but the choice
    of a control value; of the last column only the parity matters, which is the sign bit in two's complement.

    Sums of two components that the query needs at several weights are formed once (see `shared_sums`), which takes 40 %
    fewer And at d = 128 and 8 bits than a heap of all digits (measured, see tests).

    Args:
        query: the d integers of the query.
        threshold: integer threshold on the score.
        key_bits: bits b per key component.
        share: form shared sums; without, the heap takes every digit of every component on its own.

    Source: derived here.
    """
    return _Planner(query, threshold, key_bits, share).plan()


class _Planner:
    """Writes the steps: first the shared sums, then the columns of the heap, least significant first."""

    def __init__(self, query: tuple[int, ...], threshold: int, key_bits: int, share: bool):
        self.n_key_wires = self.n_wires = len(query) * key_bits
        self.steps: list[Step] = []
        self.width = _sign_width(query, threshold, key_bits)
        # literals that are used again and must not be overwritten, and those that are used here only
        self.shared: list[list[Literal]] = [[] for _ in range(self.width)]
        self.inner: list[list[Literal]] = [[] for _ in range(self.width)]
        digits = [list(signed_digits(-factor)) for factor in query]
        sharing = share_sums(digits, key_bits) if share else Sharing((), tuple(map(tuple, digits)))
        numbers = [_component(m, key_bits) for m in range(len(query))]
        for term in sharing.sums:
            numbers.append(self._sum(numbers[term.left], numbers[term.right], term))
        constant = threshold - 1 + (sum(query) << (key_bits - 1))
        for number, digits in zip(numbers, sharing.digits, strict=True):
            for position, digit in digits:
                constant += self._enter(number, position, digit)
        self.constant = constant % (1 << self.width)

    def _enter(self, number: Number, position: int, digit: int) -> int:
        """Add digit * 2^position * number to the heap; return what its literals leave for the constant."""
        for offset, literal in number.literals:
            if position + offset < self.width:
                flipped = attrs.evolve(literal, negated=literal.negated ^ (digit < 0))
                heapq.heappush(self.shared[position + offset], flipped)
        missing = sum(1 << offset for offset, _ in number.literals) if digit < 0 else 0
        return (digit * number.constant - missing) << position

    def _sum(self, left: Number, right: Number, term: SharedSum) -> Number:
        """Form left + sign * 2^shift * right, from where the two overlap up to the end of the overlap.

        A first half adder makes the carry that lets every further column take a full adder; beyond the overlap bits
        are left as they are, for an adder there would not make them fewer.
        """
        addend = right.shifted(term.shift, term.sign)
        columns = sorted({offset for offset, _ in (*left.literals, *addend.literals)})
        literals: list[tuple[int, Literal]] = []
        carries: list[Literal] = []
        for column in columns:
            bits = [*left.at(column), *addend.at(column)]
            both = bool(left.at(column) and addend.at(column))
            kept, carries = self._add_column(bits, carries, both)
            literals += [(column, literal) for literal in kept]
        literals += [(columns[-1] + 1, literal) for literal in carries]
        return Number(tuple(literals), left.constant + addend.constant)

    def _add_column(
        self, bits: list[Literal], carries: list[Literal], both: bool
    ) -> tuple[list[Literal], list[Literal]]:
        """Add up one column of a shared sum; return the literals that stay and those that carry."""
        inner, carried = sorted(carries), []
        if both and not inner and len(bits) == 2:
            return self._half_adder(*bits)
        while len(bits) + len(inner) > 2 and (inner or both):
            c = inner.pop(0) if inner else self._copy(bits.pop(0))
            a, b = (bits.pop(0) if bits else inner.pop(0) for _ in range(2))
            total, carry = self._full_adder(a, b, c)
            inner.append(total)
            carried.append(carry)
        return [*bits, *inner], carried

    def plan(self) -> ScoreHeap:
        for column in range(self.width - 1):
            self._reduce(column, bool(self.constant >> column & 1))
        sign, negated = self._parity(bool(self.constant >> (self.width - 1) & 1))
        return ScoreHeap(self.n_key_wires, self.n_wires, tuple(self.steps), sign, negated)

    def _fresh(self) -> int:
        self.n_wires += 1
        return self.n_wires - 1

    def _height(self, column: int) -> int:
        return len(self.shared[column]) + len(self.inner[column])

    def _pop(self, column: int) -> Literal:
        """Take the literal that is ready first, a shared one before others."""
        shared, inner = self.shared[column], self.inner[column]
        if shared and (not inner or shared[0].level <= max(inner[0].level, column)):
            return heapq.heappop(shared)
        return heapq.heappop(inner)

    def _pop_inner(self, column: int) -> Literal:
        """Take a literal on a wire that may be overwritten; shared ones have to be copied for it.

        A shared one is copied, too, if waiting for a partial sum would make the column later than its place in the
        unavoidable ripple from column to column.
        """
        shared, inner = self.shared[column], self.inner[column]
        if inner and (not shared or inner[0].level <= max(column, shared[0].level)):
            return heapq.heappop(inner)
        return self._copy(heapq.heappop(shared))

    def _copy(self, literal: Literal) -> Literal:
        copy = attrs.evolve(literal, wire=self._fresh())
        self.steps.append(Copy(literal.wire, copy.wire))
        return copy

    def _reduce(self, column: int, constant: bool) -> None:
        while self._height(column) > 2:
            c = self._pop_inner(column)
            total, carry = self._full_adder(self._pop(column), self._pop(column), c)
            heapq.heappush(self.inner[column], total)
            heapq.heappush(self.inner[column + 1], carry)
        if self._height(column) == 2:
            carry = self._carry(self._pop(column), self._pop(column), constant)
            heapq.heappush(self.inner[column + 1], carry)
        elif self._height(column) == 1 and constant:
            # x + 1 carries x: the literal moves up as it is, on a wire of its own
            heapq.heappush(self.inner[column + 1], self._pop_inner(column))

    def _full_adder(self, a: Literal, b: Literal, c: Literal) -> tuple[Literal, Literal]:
        """Return sum, on c's wire, and carry."""
        wire = self._fresh()
        cv_a, cv_b = 1 ^ a.negated ^ c.negated, 1 ^ b.negated ^ c.negated
        self.steps.append(Compress(a.wire, b.wire, c.wire, wire, cv_a, cv_b))
        level = 1 + max(a.level, b.level, c.level)
        return Literal(level, c.wire, a.negated ^ b.negated ^ c.negated), Literal(level, wire, c.negated)

    def _half_adder(self, a: Literal, b: Literal) -> tuple[list[Literal], list[Literal]]:
        """Return sum, on a fresh wire, and carry."""
        total = self._copy(a)
        self.steps.append(Fold(b.wire, total.wire))
        level = max(a.level, b.level)
        return [Literal(level, total.wire, a.negated ^ b.negated)], [self._carry(a, b, False)]

    def _carry(self, a: Literal, b: Literal, constant: bool) -> Literal:
        """Carry of a + b is a AND b; of a + b + 1 it is a OR b, the complement of (NOT a) AND (NOT b)."""
        wire = self._fresh()
        self.steps.append(Carry(a.wire, b.wire, wire, 1 ^ a.negated ^ constant, 1 ^ b.negated ^ constant))
        return Literal(1 + max(a.level, b.level), wire, constant)

    def _parity(self, constant: bool) -> tuple[int, bool]:
        column = self.width - 1
        literals = [*self.inner[column], *self.shared[column]]
        sign = self.inner[column][0].wire if self.inner[column] else self._fresh()
        self.steps += [Fold(literal.wire, sign) for literal in literals if literal.wire != sign]
        return sign, constant ^ (sum(literal.negated for literal in literals) % 2 == 1)


def _component(m: int, key_bits: int) -> Number:
    """Component m of the key in offset binary: its wires stand most significant first."""
    wires = ((power, m * key_bits + key_bits - 1 - power) for power in range(key_bits))
    return Number(tuple((power, Literal(0, wire)) for power, wire in wires))


def _sign_width(query: tuple[int, ...], threshold: int, key_bits: int) -> int:
    """Bits of two's complement that hold v for every key."""
    low, high = -(1 << (key_bits - 1)), (1 << (key_bits - 1)) - 1
    largest = sum(q * (high if q > 0 else low) for q in query)
    smallest = sum(q * (low if q > 0 else high) for q in query)
    bounds = threshold - 1 - largest, threshold - 1 - smallest
    return 1 + max((v if v >= 0 else ~v).bit_length() for v in bounds)


def and_depth(steps: Iterable[Step], undo: bool = False) -> int:
    """And gates on the longest path through the steps, or measurements on that of undoing them."""
    schedule = CommutingSchedule()
    gates = [gate for step in steps for gate in _gates(step)]
    for wires, duration in reversed(gates) if undo else gates:
        schedule.add(wires, duration)
    return schedule.depth


def _gates(step: Step) -> list[tuple[tuple[tuple[int, Axis], ...], int]]:
    """Wires with axes, and duration, of each gate of a step: CNOT takes no time, And takes one unit."""

    def cnot(control: int, target: int):
        return ((control, Axis.Z), (target, Axis.X)), 0

    def and_gate(a: int, b: int, target: int):
        return ((a, Axis.Z), (b, Axis.Z), (target, Axis.OTHER)), 1

    match step:
        case Copy(source, target) | Fold(source, target):
            return [cnot(source, target)]
        case Carry(a, b, carry):
            return [and_gate(a, b, carry)]
        case Compress(a, b, c, carry):
            before, after = [cnot(c, a), cnot(c, b)], [cnot(c, b), cnot(c, a), cnot(a, c), cnot(b, c)]
            return [*before, and_gate(a, b, carry), cnot(c, carry), *after]
