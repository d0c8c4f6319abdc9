"""Steps of a carry-save heap, and their depth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import attrs


class Literal(NamedTuple):
    """A bit of the heap: when it is ready, the wire that carries it, and whether it stands for the complement.

    A tuple, because planning a heap compares millions of them.
    """

    level: int
    wire: int
    negated: bool = False


@attrs.frozen
class Copy:
    """CNOT of `source` onto `target`: a fresh wire, or one in use."""

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
    """And of a and b with control values into the fresh wire `carry`: a half adder whose sum is not used."""

    a: int
    b: int
    carry: int
    cv_a: int
    cv_b: int


@attrs.frozen
class Known:
    """A fresh qubit set to a known bit."""

    target: int
    value: int


Step = Copy | Compress | Carry | Known
Kinds = Counter[tuple[type[Step], tuple[int, ...]]]
"""Number of steps of each class with their control values or known bit."""


@attrs.frozen
class Number:
    """The sum of literal * 2^offset over all literals, plus a constant. Its literals may be used several times."""

    literals: tuple[tuple[int, Literal], ...]
    constant: int = 0

    def columns(self) -> dict[int, list[Literal]]:
        """Literals by their weights."""
        columns: dict[int, list[Literal]] = {}
        for offset, literal in self.literals:
            columns.setdefault(offset, []).append(literal)
        return columns

    def above(self, column: int) -> Number:
        """Return the number without its literals below a column."""
        if column <= 0:
            return self
        return Number(tuple((o, literal) for o, literal in self.literals if o >= column), self.constant)

    def shifted(self, shift: int, sign: int) -> Number:
        """Return sign * 2^shift times the number; the sign goes into complements and the constant."""
        flip = sign < 0
        flipped = tuple((o + shift, Literal(x.level, x.wire, x.negated ^ flip)) for o, x in self.literals)
        missing = sum(1 << offset for offset, _ in flipped) if flip else 0
        return Number(flipped, (sign * self.constant << shift) - missing)


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

    @cached_property
    def kinds(self) -> Kinds:
        """Number of steps of each class, with their control values or the known bit."""
        return kinds_of(self.steps)

    @property
    def toffoli(self) -> int:
        """Number of And gates."""
        return n_ands(self.kinds)


def n_ands(kinds: Kinds) -> int:
    """Return the And gates of steps."""
    return sum(number for (kind, _), number in kinds.items() if kind in (Compress, Carry))


def kinds_of(steps: Sequence[Step]) -> Kinds:
    """Return the number of steps of each class, with their control values or the known bit."""
    return Counter(map(_kind, steps))


def _kind(step: Step) -> tuple[type[Step], tuple[int, ...]]:
    match step:
        case Compress() | Carry():
            return type(step), (step.cv_a, step.cv_b)
        case Known(_, value):
            return Known, (value,)
        case _:
            return type(step), ()


def and_depth(steps: Sequence[Step], undo: bool = False) -> int:
    """And gates on the longest path through the steps, or measurements on that of undoing them.

    That of `CommutingSchedule`, written out for CNOT, which takes no time, and And, which takes one unit.
    """
    depth = 0
    z: defaultdict[int, int] = defaultdict(int)  # from when on a wire takes controls
    x: defaultdict[int, int] = defaultdict(int)  # and targets
    for step in reversed(steps) if undo else steps:
        gates = _gates(step)
        for gate in reversed(gates) if undo else gates:
            if len(gate) == 2:
                control, target = gate
                end = z[control] if z[control] > x[target] else x[target]
                if end > x[control]:
                    x[control] = end
                if end > z[target]:
                    z[target] = end
            else:
                a, b, target = gate
                end = 1 + max(z[a], z[b], z[target], x[target])
                x[a], x[b] = max(x[a], end), max(x[b], end)
                z[target] = x[target] = end
                depth = max(depth, end)
    return depth


def _gates(step: Step) -> tuple[tuple[int, ...], ...]:
    """Wires of each gate of a step, the target last: CNOT has two, And three."""
    match step:
        case Known():
            return ()
        case Copy(source, target):
            return ((source, target),)
        case Carry(a, b, carry):
            return ((a, b, carry),)
        case Compress(a, b, c, carry):
            return (c, a), (c, b), (a, b, carry), (c, carry), (c, b), (c, a), (a, c), (b, c)
