"""Program: a decomposition as a list of calls, noted down while its builder runs."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from qualtran import Bloq, CompositeBloq, GateWithRegisters, LeftDangle, QAny, QDType, Register, RightDangle, Signature
from qualtran.bloqs.bookkeeping import Allocate, Free, Join, Split

from groverattn.bloqs.costed import CostedGate, Uncomputable, Wire

# name of a register, and the index of one entry if it is a shaped one
Entry = tuple[str, tuple[int, ...]]


@attrs.frozen
class Ends:
    """Entries of the registers at one end of a bloq, and the number of the slot that each is in."""

    entries: tuple[Entry, ...]
    slots: tuple[int, ...]


@attrs.frozen
class Call:
    """One bloq of a decomposition, and where it reads and writes."""

    bloq: Bloq
    inputs: Ends
    outputs: Ends


@attrs.frozen
class Program:
    """A composite bloq as a straight list of calls, in the order in which they were added."""

    n_slots: int
    inputs: Ends
    calls: tuple[Call, ...]
    outputs: Ends

    @classmethod
    def read(cls, cbloq: CompositeBloq) -> Program:
        """Read the graph that Qualtran's builder makes."""
        into: dict[Any, list[tuple[Entry, int]]] = {}
        out_of: dict[Any, list[tuple[Entry, int]]] = {}
        for slot, cxn in enumerate(cbloq.connections):
            out_of.setdefault(cxn.left.binst, []).append(((cxn.left.reg.name, cxn.left.idx), slot))
            into.setdefault(cxn.right.binst, []).append(((cxn.right.reg.name, cxn.right.idx), slot))

        def ends(pairs: list[tuple[Entry, int]] | None) -> Ends:
            return Ends(*zip(*pairs, strict=True)) if pairs else Ends((), ())

        instances = sorted(cbloq.bloq_instances, key=lambda binst: binst.i)
        calls = tuple(Call(binst.bloq, ends(into.get(binst)), ends(out_of.get(binst))) for binst in instances)
        return cls(len(cbloq.connections), ends(out_of.get(LeftDangle)), calls, ends(into.get(RightDangle)))

    @classmethod
    def noted(cls, bloq: Bloq) -> Program:
        """Note down what the bloq's decomposition adds; making a graph of it takes ten times as long."""
        notes, (lefts, rights) = Notes(), _sides(bloq)
        inputs, wires = notes.open(lefts)
        outputs = notes.close(rights, bloq.build_composite_bloq(notes, **wires), bloq)  # type: ignore[arg-type]
        if notes.unread:
            raise ValueError(f"the decomposition of {bloq} drops {len(notes.unread)} of its wires")
        return cls(len(notes.widths), inputs, tuple(notes.calls), outputs)

    def adjoint(self) -> Program:
        """The same calls backwards, each the adjoint. CompositeBloq.adjoint takes time quadratic in their number."""
        calls = tuple(Call(call.bloq.adjoint(), call.outputs, call.inputs) for call in reversed(self.calls))
        return Program(self.n_slots, self.outputs, calls, self.inputs)


# Few are kept: a circuit has some ten parts that differ, and a long one holds many calls.
@functools.lru_cache(maxsize=64)
def program(bloq: Bloq) -> Program:
    """Return the calls of a bloq's decomposition.

    Raises:
        DecomposeTypeError: it has none.
    """
    if isinstance(bloq, Uncomputable) and bloq.uncompute:
        return program(bloq.forward).adjoint()
    if isinstance(bloq, CompositeBloq):
        return Program.read(bloq)
    if isinstance(bloq, CostedGate) and type(bloq).decompose_bloq in _FROM_BUILDER:
        return Program.noted(bloq)
    return Program.read(bloq.decompose_bloq())


# A decomposition of this package by `build_composite_bloq`; others may come from Cirq, or be refused.
_FROM_BUILDER = (GateWithRegisters.decompose_bloq, Uncomputable.decompose_bloq)


@attrs.frozen
class _Side:
    """The registers at one end of a bloq: name, shape and number of entries of each; all entries, and their bits."""

    registers: tuple[tuple[str, tuple[int, ...], int], ...]
    entries: tuple[Entry, ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, registers: tuple[Register, ...]) -> _Side:
        entries = [(reg, index) for reg in registers for index in reg.all_idxs()]
        return cls(
            tuple((reg.name, reg.shape, len(list(reg.all_idxs()))) for reg in registers),
            tuple((reg.name, index) for reg, index in entries),
            tuple(reg.bitsize for reg, _ in entries),
        )


@functools.lru_cache(maxsize=1024)
def _sides(bloq: Bloq) -> tuple[_Side, _Side]:
    """What goes into the bloq, and what comes out."""
    return _sides_of(bloq.signature)


@functools.lru_cache(maxsize=1024)
def _sides_of(signature: Signature) -> tuple[_Side, _Side]:
    """The same for all bloqs with one signature, such as the rows of a lookup."""
    return _Side.of(tuple(signature.lefts())), _Side.of(tuple(signature.rights()))


@attrs.define
class Notes:
    """Stands for Qualtran's BloqBuilder, as far as decompositions here use it. A wire is the number of its slot.

    That types and sizes of wires fit is left to Qualtran: the tests build every decomposition with its builder as well.

    Attributes:
        calls: what was added, in order.
        widths: bits of each slot.
        unread: slots that nothing has taken yet.
    """

    calls: list[Call] = attrs.field(factory=list)
    widths: list[int] = attrs.field(factory=list)
    unread: set[int] = attrs.field(factory=set)

    def open(self, side: _Side) -> tuple[Ends, dict[str, Wire]]:
        """Number new slots, and return them by entry and by name."""
        first = start = len(self.widths)
        self.widths += side.widths
        slots = tuple(range(first, len(self.widths)))
        self.unread.update(slots)
        named: dict[str, Wire] = {}
        for name, shape, size in side.registers:
            named[name] = np.array(slots[start - first :][:size], dtype=object).reshape(shape) if shape else start
            start += size
        return Ends(side.entries, slots), named

    def close(self, side: _Side, wires: Mapping[str, Wire], bloq: Bloq) -> Ends:
        """Take slots by name and return them by entry.

        Raises:
            ValueError: a register is missing, unknown or of another shape, or a wire was taken before.
        """
        if len(side.registers) != len(wires):
            raise ValueError(f"{bloq} has the registers {[name for name, *_ in side.registers]}, not {[*wires]}")
        slots: list[int] = []
        for name, shape, _ in side.registers:
            wire = wires[name]
            if not shape:
                slots.append(wire)
                continue
            array = np.asarray(wire)
            if array.shape != shape:
                raise ValueError(f"{name} of {bloq} has the shape {shape}, not {array.shape}")
            slots += array.ravel().tolist()
        for slot in slots:
            try:
                self.unread.remove(slot)
            except KeyError:
                raise ValueError(f"a wire of {bloq} was taken before") from None
        return Ends(side.entries, tuple(slots))

    def add_d(self, bloq: Bloq, **wires: Wire) -> dict[str, Wire]:
        """Add a call; return what comes out by name."""
        lefts, rights = _sides(bloq)
        inputs = self.close(lefts, wires, bloq)
        outputs, named = self.open(rights)
        self.calls.append(Call(bloq, inputs, outputs))
        return named

    def add_t(self, bloq: Bloq, **wires: Wire) -> tuple[Wire, ...]:
        """Add a call; return what comes out in the order of the signature."""
        return tuple(self.add_d(bloq, **wires).values())

    def add(self, bloq: Bloq, **wires: Wire) -> Wire:
        """Add a call; return the only output as it is, several as a tuple."""
        outputs = self.add_t(bloq, **wires)
        if len(outputs) > 1:
            return outputs
        return outputs[0] if outputs else None

    def allocate(self, n: int = 1, dtype: QDType | None = None, dirty: bool = False) -> Wire:
        """Take fresh qubits, or borrow dirty ones."""
        return self.add(Allocate(dtype or QAny(n), dirty=dirty))

    def free(self, wire: Wire, dirty: bool = False) -> None:
        """Give qubits back."""
        self.add(Free(QAny(self.widths[wire]), dirty=dirty), reg=wire)

    def split(self, wire: Wire) -> Wire:
        """Return the qubits of a wire, shape (n,)."""
        return self.add(Split(QAny(self.widths[wire])), reg=wire)

    def join(self, wires: Wire, dtype: QDType | None = None) -> Wire:
        """Make qubits, shape (n,), one wire."""
        return self.add(Join(dtype or QAny(len(wires))), reg=wires)
