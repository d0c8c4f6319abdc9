"""The walk through the decompositions of a bloq that writes down its gates."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import attrs
from qualtran import Bloq, CDType, Register
from qualtran.bloqs import basic_gates, bookkeeping
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.program import Entry, Program, program

# the wires of a register or of one entry of a shaped register
Wires = tuple[int, ...]


Slots = dict[Entry, Wires]


_SCALAR: tuple[int, ...] = ()


@attrs.define
class Flattening:
    """Gates written so far, and which wires are free to be used again."""

    gates: list[Gate] = attrs.field(factory=list)
    n_wires: int = 0
    n_records: int = 0
    _free: list[int] = attrs.field(factory=list)

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
        """Wires, or classical bits, of one entry of an input register."""
        return self.record(register.bitsize) if isinstance(register.dtype, CDType) else self.allocate(register.bitsize)

    def free(self, wires: Wires) -> None:
        """Give wires back."""
        for wire in wires:
            heapq.heappush(self._free, wire)

    def run(self, bloq: Bloq, inputs: Slots) -> Slots:
        """Write the gates of one bloq on the given wires and return the wires of its outputs."""
        write = GATES.get(type(bloq))
        if write is not None:
            return write(self, bloq, inputs)
        return self.run_decomposed(bloq, inputs)

    def run_decomposed(self, bloq: Bloq, inputs: Slots) -> Slots:
        """Write the gates of a bloq's decomposition."""
        return self._run_program(program(bloq), inputs)

    def _run_program(self, program: Program, inputs: Slots) -> Slots:
        slots: list[Wires] = [()] * program.n_slots
        for entry, slot in zip(program.inputs.entries, program.inputs.slots, strict=True):
            slots[slot] = inputs[entry]
        for call in program.calls:
            read = [slots[slot] for slot in call.inputs.slots]
            outputs = self.run(call.bloq, dict(zip(call.inputs.entries, read, strict=True)))
            for entry, slot in zip(call.outputs.entries, call.outputs.slots, strict=True):
                slots[slot] = outputs[entry]
        return {entry: slots[slot] for entry, slot in zip(program.outputs.entries, program.outputs.slots, strict=True)}


def _gate(op: Op, names: tuple[str, ...], parameter: Callable[[Any], Any] = lambda bloq: None):
    """Writer of a gate whose registers are all single qubits that stay where they are."""
    keys = [(name, _SCALAR) for name in names]

    def write(flattening: Flattening, bloq: Bloq, inputs: Slots) -> Slots:
        flattening.gates.append(Gate(op, tuple(inputs[key][0] for key in keys), parameter(bloq)))
        return inputs

    return write


def _and(flattening: Flattening, bloq: And, inputs: Slots) -> Slots:
    controls = inputs["ctrl", (0,)] + inputs["ctrl", (1,)]
    values = (bloq.cv1, bloq.cv2)
    if bloq.uncompute:
        target = inputs["target", _SCALAR]
        flattening.gates.append(Gate(Op.UN_AND, controls + target, values))
        flattening.free(target)
        return inputs
    target = flattening.allocate(1)
    flattening.gates.append(Gate(Op.AND, controls + target, values))
    return inputs | {("target", _SCALAR): target}


def _cswap(flattening: Flattening, bloq: basic_gates.CSwap, inputs: Slots) -> Slots:
    wires = inputs["ctrl", _SCALAR] + inputs["x", _SCALAR] + inputs["y", _SCALAR]
    flattening.gates.append(Gate(Op.CSWAP, wires))
    return inputs


def _measure_x(flattening: Flattening, bloq: basic_gates.MeasureX, inputs: Slots) -> Slots:
    wire, record = inputs["q", _SCALAR], flattening.record(1)
    flattening.gates.append(Gate(Op.MEASURE_X, wire, record))
    flattening.free(wire)
    return {("c", _SCALAR): record}


def _split(flattening: Flattening, bloq: Bloq, inputs: Slots) -> Slots:
    return {("reg", (i,)): (wire,) for i, wire in enumerate(inputs["reg", _SCALAR])}


def _join(flattening: Flattening, bloq: Bloq, inputs: Slots) -> Slots:
    return {("reg", _SCALAR): tuple(inputs["reg", (i,)][0] for i in range(len(inputs)))}


def _allocate(flattening: Flattening, bloq: bookkeeping.Allocate, inputs: Slots) -> Slots:
    wires = flattening.allocate(bloq.dtype.num_qubits)
    if bloq.dirty:
        flattening.gates.append(Gate(Op.BORROW, wires))
    return {("reg", _SCALAR): wires}


def _free(flattening: Flattening, bloq: bookkeeping.Free, inputs: Slots) -> Slots:
    flattening.gates.append(Gate(Op.RETURN if bloq.dirty else Op.FREE, inputs["reg", _SCALAR]))
    flattening.free(inputs["reg", _SCALAR])
    return {}


def _global_phase(flattening: Flattening, bloq: basic_gates.GlobalPhase, inputs: Slots) -> Slots:
    if bloq.exponent != 1:
        raise ValueError(f"{bloq}: the only global phase of these circuits is -1")
    flattening.gates.append(Gate(Op.SIGN, ()))
    return inputs


GATES: dict[type, Callable[[Flattening, Any, Slots], Slots]] = {
    And: _and,
    basic_gates.CSwap: _cswap,
    basic_gates.MeasureX: _measure_x,
    basic_gates.CNOT: _gate(Op.CNOT, ("ctrl", "target")),
    basic_gates.XGate: _gate(Op.X, ("q",)),
    basic_gates.ZGate: _gate(Op.Z, ("q",)),
    basic_gates.CZ: _gate(Op.CZ, ("q1", "q2")),
    basic_gates.Hadamard: _gate(Op.HADAMARD, ("q",)),
    basic_gates.Rz: _gate(Op.ROTATION, ("q",), lambda bloq: float(bloq.angle)),
    basic_gates.GlobalPhase: _global_phase,
    bookkeeping.Split: _split,
    bookkeeping.Join: _join,
    bookkeeping.Allocate: _allocate,
    bookkeeping.Free: _free,
}


def flatten(bloq: Bloq) -> FlatCircuit:
    """Decompose a bloq to the gates of Op, in the order in which its builders added them.

    Raises:
        DecomposeTypeError: a part has no decomposition (a lookup that knows only sizes) and is no gate of Op.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> flatten(FullAdder()).toffoli
    1
    """
    flattening = Flattening()
    inputs = {(reg.name, idx): flattening.enter(reg) for reg in bloq.signature.lefts() for idx in reg.all_idxs()}
    outputs = flattening.run(bloq, inputs)
    classical = frozenset(reg.name for reg in bloq.signature if isinstance(reg.dtype, CDType))
    return FlatCircuit(flattening.gates, flattening.n_wires, flattening.n_records, inputs, outputs, classical)
