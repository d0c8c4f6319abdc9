"""Builder of a carry-save heap: numbers go in, steps come out."""

from __future__ import annotations

import heapq

from groverattn.bloqs.score.heap_steps import Carry, Compress, Copy, Known, Literal, Number, ScoreHeap, Step
from groverattn.bloqs.score.shared_sums import SharedSum


class CarrySaveHeap:
    """Collects bits of known weight and writes the steps that add them up modulo 2^width, down to the top bit.

    Columns are reduced from the least to the most significant one by full adders; a constant one costs nothing but the
    choice of a control value; of the last column only the parity matters.
    """

    def __init__(self, n_key_wires: int, width: int):
        self.n_key_wires = self.n_wires = n_key_wires
        self.steps: list[Step] = []
        self.begin(width)

    def begin(self, width: int) -> None:
        """Begin another sum, of `width` columns, on the same wires."""
        self.width = width
        self.constant = 0
        # literals that are used again and must not be overwritten, and those that are used here only
        self.shared: list[list[Literal]] = [[] for _ in range(width)]
        self.inner: list[list[Literal]] = [[] for _ in range(width)]

    def known(self, value: int) -> Literal:
        """A fresh qubit that holds a known bit."""
        literal = Literal(0, self._fresh())
        self.steps.append(Known(literal.wire, value))
        return literal

    def copied(self, literal: Literal) -> Literal:
        """A fresh qubit that holds a bit, and not its complement."""
        fresh = self.known(int(literal.negated))
        self.steps.append(Copy(literal.wire, fresh.wire))
        return fresh

    def product(self, a: Literal, b: Literal) -> Literal:
        """And of two bits on a fresh wire."""
        return self._carry(a, b, False)

    def enter_once(self, literal: Literal, column: int) -> None:
        """Add a bit whose wire nothing else reads, 2^column times."""
        if column < self.width:
            heapq.heappush(self.inner[column], literal)

    def enter(self, number: Number, position: int, digit: int) -> None:
        """Add digit * 2^position * number; complemented literals leave something for the constant."""
        flip = digit < 0
        for offset, (level, wire, negated) in number.literals:
            if position + offset < self.width:
                heapq.heappush(self.shared[position + offset], Literal(level, wire, negated ^ flip))
        missing = sum(1 << offset for offset, _ in number.literals) if flip else 0
        self.constant += (digit * number.constant - missing) << position

    def form_sum(self, left: Number, right: Number, term: SharedSum) -> Number:
        """Form left + sign * 2^shift * right, from where the two overlap up to the end of the overlap.

        A first half adder makes the carry that lets every further column take a full adder; beyond the overlap bits
        are left as they are, for an adder there would not make them fewer.
        """
        addend = right.shifted(term.shift, term.sign)
        ours, theirs = left.columns(), addend.columns()
        columns = sorted({*ours, *theirs})
        literals: list[tuple[int, Literal]] = []
        carries: list[Literal] = []
        for column in columns:
            bits = [*ours.get(column, ()), *theirs.get(column, ())]
            kept, carries = self._add_column(bits, carries, column in ours and column in theirs)
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
        """Write the steps that reduce the columns, and return all."""
        constant = self.constant % (1 << self.width)
        for column in range(self.width - 1):
            self._reduce(column, bool(constant >> column & 1))
        sign, negated = self._parity(bool(constant >> (self.width - 1) & 1))
        return ScoreHeap(self.n_key_wires, self.n_wires, tuple(self.steps), sign, negated)

    def form_total(self) -> list[Literal | bool]:
        """Write the steps that form every bit of the sum, least significant first; a bit may be known.

        The wires of the bits must not be overwritten: what follows only reads them.
        """
        constant = self.constant % (1 << self.width)
        return [self._total_bit(column, bool(constant >> column & 1)) for column in range(self.width)]

    def _total_bit(self, column: int, constant: bool) -> Literal | bool:
        if self._height(column) == 0:
            return constant
        if column == self.width - 1:
            return Literal(self.width, *self._parity(constant))
        while self._height(column) > 2:
            self._compress(column)
        if self._height(column) == 1:
            bit = self._pop(column)
            if constant:  # x + 1 carries x, on a wire that the bit of the sum reads too
                heapq.heappush(self.shared[column + 1], bit)
            return bit._replace(negated=bit.negated ^ constant)
        target, other = self._pop_inner(column), self._pop(column)
        heapq.heappush(self.inner[column + 1], self._carry(target, other, constant))
        self.steps.append(Copy(other.wire, target.wire))
        return Literal(max(target.level, other.level), target.wire, target.negated ^ other.negated ^ constant)

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
        copy = literal._replace(wire=self._fresh())
        self.steps.append(Copy(literal.wire, copy.wire))
        return copy

    def _reduce(self, column: int, constant: bool) -> None:
        while self._height(column) > 2:
            self._compress(column)
        if self._height(column) == 2:
            carry = self._carry(self._pop(column), self._pop(column), constant)
            heapq.heappush(self.inner[column + 1], carry)
        elif self._height(column) == 1 and constant:
            # x + 1 carries x: the literal moves up as it is, on a wire of its own
            heapq.heappush(self.inner[column + 1], self._pop_inner(column))

    def _compress(self, column: int) -> None:
        """Turn three literals of a column into one, and one of the next."""
        c = self._pop_inner(column)
        total, carry = self._full_adder(self._pop(column), self._pop(column), c)
        heapq.heappush(self.inner[column], total)
        heapq.heappush(self.inner[column + 1], carry)

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
        self.steps.append(Copy(b.wire, total.wire))
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
        self.steps += [Copy(literal.wire, sign) for literal in literals if literal.wire != sign]
        return sign, constant ^ (sum(literal.negated for literal in literals) % 2 == 1)
