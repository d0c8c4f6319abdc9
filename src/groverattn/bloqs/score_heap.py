"""Plan of the carry-save heap that turns a loaded key into the sign of (threshold - 1 - score)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import attrs

from groverattn.bloqs.schedule import Axis, CommutingSchedule


@attrs.frozen
class Literal:
    """A bit of the heap: the wire that carries it, whether it stands for the complement, and when it is ready."""

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
        toffoli_depth: And gates on the longest path.
    """

    n_key_wires: int
    n_wires: int
    steps: tuple[Step, ...]
    sign: int
    sign_negated: bool
    toffoli_depth: int

    @property
    def toffoli(self) -> int:
        """Number of And gates."""
        return sum(isinstance(step, (Compress, Carry)) for step in self.steps)


def plan_score_heap(query: tuple[int, ...], threshold: int, key_bits: int) -> ScoreHeap:
    """Plan the heap of v = threshold - 1 - sum_m query_m key_m; a key is marked iff v < 0.

    With keys in offset binary, key = K - 2^(b-1), v is a sum of key bits with known weights and one constant: every
    signed digit of -query_m adds the bits of K_m (digit +1) or their complements (digit -1) at its weight. The columns
    are reduced from the least to the most significant one by full adders; a constant one costs nothing but the choice
    of a control value; of the last column only the parity matters, which is the sign bit in two's complement.

    Source: derived here; Toffoli counts of the same construction in toolkit notes are reproduced by the tests.
    """
    return _Planner(query, threshold, key_bits).plan()


class _Planner:
    def __init__(self, query: tuple[int, ...], threshold: int, key_bits: int):
        self.n_key_wires = self.n_wires = len(query) * key_bits
        self.steps: list[Step] = []
        self.width = _sign_width(query, threshold, key_bits)
        self.keys: list[list[Literal]] = [[] for _ in range(self.width)]
        self.inner: list[list[tuple[int, int, bool]]] = [[] for _ in range(self.width)]
        constant = threshold - 1 + (sum(query) << (key_bits - 1))
        for m, factor in enumerate(query):
            for position, digit in signed_digits(-factor):
                constant -= (((1 << key_bits) - 1) << position) if digit < 0 else 0
                self._add_key(m, position, digit < 0, key_bits)
        self.constant = constant % (1 << self.width)

    def _add_key(self, component: int, position: int, negated: bool, key_bits: int) -> None:
        for power in range(key_bits):
            if position + power < self.width:
                wire = component * key_bits + key_bits - 1 - power
                self.keys[position + power].append(Literal(0, wire, negated))

    def plan(self) -> ScoreHeap:
        for column in range(self.width - 1):
            self._reduce(column, bool(self.constant >> column & 1))
        sign, negated = self._parity(bool(self.constant >> (self.width - 1) & 1))
        depth = toffoli_depth(self.steps)
        return ScoreHeap(self.n_key_wires, self.n_wires, tuple(self.steps), sign, negated, depth)

    def _fresh(self) -> int:
        self.n_wires += 1
        return self.n_wires - 1

    def _push(self, column: int, literal: Literal) -> None:
        heapq.heappush(self.inner[column], (literal.level, literal.wire, literal.negated))

    def _height(self, column: int) -> int:
        return len(self.keys[column]) + len(self.inner[column])

    def _pop(self, column: int) -> Literal:
        """Take the literal that is ready first, a key bit before others."""
        if self.keys[column]:
            return self.keys[column].pop()
        return Literal(*heapq.heappop(self.inner[column]))

    def _pop_inner(self, column: int) -> Literal:
        """Take a literal on a wire that may be overwritten; key bits have to be copied for it.

        A key bit is copied, too, if waiting for a partial sum would make the column later than its place in the
        unavoidable ripple from column to column.
        """
        inner = self.inner[column]
        if inner and (not self.keys[column] or inner[0][0] <= column):
            return Literal(*heapq.heappop(inner))
        key = self.keys[column].pop()
        target = self._fresh()
        self.steps.append(Copy(key.wire, target))
        return Literal(0, target, key.negated)

    def _reduce(self, column: int, constant: bool) -> None:
        while self._height(column) > 2:
            c = self._pop_inner(column)
            self._compress(column, self._pop(column), self._pop(column), c)
        if self._height(column) == 2:
            self._carry(column, self._pop(column), self._pop(column), constant)
        elif self._height(column) == 1 and constant:
            # x + 1 carries x: the literal moves up as it is, on a wire of its own
            self._push(column + 1, self._pop_inner(column))

    def _compress(self, column: int, a: Literal, b: Literal, c: Literal) -> None:
        carry = self._fresh()
        cv_a, cv_b = 1 ^ a.negated ^ c.negated, 1 ^ b.negated ^ c.negated
        self.steps.append(Compress(a.wire, b.wire, c.wire, carry, cv_a, cv_b))
        level = 1 + max(a.level, b.level, c.level)
        self._push(column, Literal(level, c.wire, a.negated ^ b.negated ^ c.negated))
        self._push(column + 1, Literal(level, carry, c.negated))

    def _carry(self, column: int, a: Literal, b: Literal, constant: bool) -> None:
        """Carry of a + b is a AND b; of a + b + 1 it is a OR b, the complement of (NOT a) AND (NOT b)."""
        carry = self._fresh()
        cv_a, cv_b = 1 ^ a.negated ^ constant, 1 ^ b.negated ^ constant
        self.steps.append(Carry(a.wire, b.wire, carry, cv_a, cv_b))
        self._push(column + 1, Literal(1 + max(a.level, b.level), carry, constant))

    def _parity(self, constant: bool) -> tuple[int, bool]:
        column = self.width - 1
        literals = [*self.keys[column], *(Literal(*entry) for entry in self.inner[column])]
        inner = [literal.wire for literal in literals if literal.wire >= self.n_key_wires]
        sign = inner[0] if inner else self._fresh()
        self.steps += [Fold(literal.wire, sign) for literal in literals if literal.wire != sign]
        return sign, constant ^ (sum(literal.negated for literal in literals) % 2 == 1)


def _sign_width(query: tuple[int, ...], threshold: int, key_bits: int) -> int:
    """Bits of two's complement that hold v for every key."""
    low, high = -(1 << (key_bits - 1)), (1 << (key_bits - 1)) - 1
    largest = sum(q * (high if q > 0 else low) for q in query)
    smallest = sum(q * (low if q > 0 else high) for q in query)
    bounds = threshold - 1 - largest, threshold - 1 - smallest
    return 1 + max((v if v >= 0 else ~v).bit_length() for v in bounds)


def toffoli_depth(steps: list[Step]) -> int:
    """And gates on the longest path through the steps."""
    schedule = CommutingSchedule()

    def cnot(control: int, target: int) -> None:
        schedule.add([(control, Axis.Z), (target, Axis.X)], duration=0)

    def and_gate(a: int, b: int, target: int) -> None:
        schedule.add([(a, Axis.Z), (b, Axis.Z), (target, Axis.OTHER)], duration=1)

    for step in steps:
        match step:
            case Copy(source, target) | Fold(source, target):
                cnot(source, target)
            case Carry(a, b, carry):
                and_gate(a, b, carry)
            case Compress(a, b, c, carry):
                cnot(c, a)
                cnot(c, b)
                and_gate(a, b, carry)
                cnot(c, carry)
                cnot(c, b)
                cnot(c, a)
                cnot(a, c)
                cnot(b, c)
    return schedule.depth
