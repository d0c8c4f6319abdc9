"""Flattening: the walk through the decompositions of a bloq that writes down its gates."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from functools import singledispatch
from typing import Any

import attrs
from qualtran import Bloq, CDType, Register
from qualtran.bloqs import basic_gates, bookkeeping
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.program import Entry, Program, program

Wires = tuple[int, ...]
"""Numbers of the wires, or of the classical bits, of a register or of one entry of a shaped register."""

WiresOf = dict[Entry, Wires]
"""Wires by (name of the register, index); the index is () for a register without shape."""


@attrs.define
class Flattening:
    """Gates written so far, and which wires are free to be used again."""

    gates: list[Gate] = attrs.field(factory=list)
    n_wires: int = 0
    n_records: int = 0
    _free: list[int] = attrs.field(factory=list)

    def add(self, op: Op, wires: Wires, parameter: Any = None) -> None:
        """Write one gate."""
        self.gates.append(Gate(op, wires, parameter))

    def allocate(self, n_bits: int) -> Wires:
        """Take wires, those that were freed first of all."""
        wires = []
        for _ in range(n_bits):
            if self._free:
                wires.append(heapq.heappop(self._free))
            else:
                wires.append(self.n_wires)
                self.n_wires += 1
        return tuple(wires)

    def record(self, n_bits: int) -> Wires:
        """Take classical bits."""
        self.n_records += n_bits
        return tuple(range(self.n_records - n_bits, self.n_records))

    def enter(self, register: Register) -> Wires:
        """Take wires, or classical bits, for one entry of an input register."""
        return self.record(register.bitsize) if isinstance(register.dtype, CDType) else self.allocate(register.bitsize)

    def free(self, wires: Wires) -> None:
        """Give wires back."""
        for wire in wires:
            heapq.heappush(self._free, wire)

    def run(self, bloq: Bloq, inputs: WiresOf) -> WiresOf:
        """Write the gates of one bloq on the given wires and return the wires of its outputs."""
        return write_gates.dispatch(type(bloq))(bloq, self, inputs)

    def run_decomposed(self, bloq: Bloq, inputs: WiresOf) -> WiresOf:
        """Write the gates of a bloq's decomposition."""
        return self._run_program(program(bloq), inputs)

    def _run_program(self, program: Program, inputs: WiresOf) -> WiresOf:
        slots: list[Wires] = [()] * program.n_slots
        for entry, slot in zip(program.inputs.entries, program.inputs.slots, strict=True):
            slots[slot] = inputs[entry]
        for call in program.calls:
            read = [slots[slot] for slot in call.inputs.slots]
            outputs = self.run(call.bloq, dict(zip(call.inputs.entries, read, strict=True)))
            for entry, slot in zip(call.outputs.entries, call.outputs.slots, strict=True):
                slots[slot] = outputs[entry]
        return {entry: slots[slot] for entry, slot in zip(program.outputs.entries, program.outputs.slots, strict=True)}


@singledispatch
def write_gates(bloq: Bloq, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    """Write the gates of a bloq, by default those of its decomposition, and return the wires of its outputs.

    A bloq that is a gate of its own registers a writer for its class, in the file that defines it; nothing here has to
    be edited. The simulators run the gates of `Op`, so a writer uses these.

    >>> from qualtran import Signature
    >>> class Flip(Bloq):
    ...     signature = Signature.build(q=1)
    >>> @write_gates.register
    ... def _(bloq: Flip, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    ...     flattening.add(Op.X, inputs["q", ()])
    ...     return inputs
    >>> [(gate.op.name, gate.wires) for gate in flatten(Flip()).gates]
    [('X', (0,))]
    """
    return flattening.run_decomposed(bloq, inputs)


def _simple(op: Op, names: tuple[str, ...], parameter: Callable[[Any], Any] = lambda bloq: None):
    """Writer of a gate whose registers stay where they are."""
    keys = [(name, ()) for name in names]

    def write(bloq: Bloq, flattening: Flattening, inputs: WiresOf) -> WiresOf:
        flattening.add(op, tuple(itertools.chain.from_iterable(map(inputs.__getitem__, keys))), parameter(bloq))
        return inputs

    return write


write_gates.register(basic_gates.CNOT, _simple(Op.CNOT, ("ctrl", "target")))
write_gates.register(basic_gates.XGate, _simple(Op.X, ("q",)))
write_gates.register(basic_gates.ZGate, _simple(Op.Z, ("q",)))
write_gates.register(basic_gates.CZ, _simple(Op.CZ, ("q1", "q2")))
write_gates.register(basic_gates.CSwap, _simple(Op.CSWAP, ("ctrl", "x", "y")))
write_gates.register(basic_gates.Hadamard, _simple(Op.HADAMARD, ("q",)))
write_gates.register(basic_gates.Rz, _simple(Op.ROTATION, ("q",), lambda bloq: float(bloq.angle)))


@write_gates.register
def _and(bloq: And, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    controls = inputs["ctrl", (0,)] + inputs["ctrl", (1,)]
    values = (bloq.cv1, bloq.cv2)
    if bloq.uncompute:
        target = inputs["target", ()]
        flattening.add(Op.UN_AND, controls + target, values)
        flattening.free(target)
        return inputs
    target = flattening.allocate(1)
    flattening.add(Op.AND, controls + target, values)
    return inputs | {("target", ()): target}


@write_gates.register
def _measure_x(bloq: basic_gates.MeasureX, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    wire, record = inputs["q", ()], flattening.record(1)
    flattening.add(Op.MEASURE_X, wire, record)
    flattening.free(wire)
    return {("c", ()): record}


@write_gates.register
def _split(bloq: bookkeeping.Split, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    return {("reg", (i,)): (wire,) for i, wire in enumerate(inputs["reg", ()])}


@write_gates.register
def _join(bloq: bookkeeping.Join, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    return {("reg", ()): tuple(inputs["reg", (i,)][0] for i in range(len(inputs)))}


@write_gates.register
def _allocate(bloq: bookkeeping.Allocate, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    wires = flattening.allocate(bloq.dtype.num_qubits)
    if bloq.dirty:
        flattening.add(Op.BORROW, wires)
    return {("reg", ()): wires}


@write_gates.register
def _free(bloq: bookkeeping.Free, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    flattening.add(Op.RETURN if bloq.dirty else Op.FREE, inputs["reg", ()])
    flattening.free(inputs["reg", ()])
    return {}


@write_gates.register
def _global_phase(bloq: basic_gates.GlobalPhase, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    if bloq.exponent != 1:
        raise ValueError(f"{bloq}: the only global phase of these circuits is -1")
    flattening.add(Op.SIGN, ())
    return inputs


def flatten(bloq: Bloq) -> FlatCircuit:
    """Decompose a bloq to the gates of Op, in the order in which its builders added them.

    Raises:
        InputError: a lookup knows only the sizes of its keys.
        DecomposeTypeError: a part has neither a decomposition nor a writer in `write_gates`.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> flatten(FullAdder()).toffoli
    1
    """
    flattening = Flattening()
    inputs = {(reg.name, idx): flattening.enter(reg) for reg in bloq.signature.lefts() for idx in reg.all_idxs()}
    outputs = flattening.run(bloq, inputs)
    classical = frozenset(reg.name for reg in bloq.signature if isinstance(reg.dtype, CDType))
    return FlatCircuit(flattening.gates, flattening.n_wires, flattening.n_records, inputs, outputs, classical)
