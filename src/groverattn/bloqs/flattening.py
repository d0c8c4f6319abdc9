"""The walk through the decompositions of a bloq that writes down its gates."""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable
from typing import Any

import attrs
from qualtran import Bloq, CDType, Register
from qualtran.bloqs import basic_gates, bookkeeping
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.flat_circuit import Gate, Op
from groverattn.bloqs.flat_program import Entry, Program, program
from groverattn.bloqs.full_adder import FullAdder
from groverattn.bloqs.load_word import LoadWord
from groverattn.bloqs.phase_fixup import ConditionalCZ, FixupRow, FixupTable
from groverattn.bloqs.qram import QRAMLookup

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


@functools.lru_cache(maxsize=64)
def _template(bloq: FullAdder) -> tuple[list[Gate], Slots, Slots]:
    flattening = Flattening()
    inputs = {(reg.name, _SCALAR): flattening.allocate(1) for reg in bloq.signature.lefts()}
    outputs = flattening.run_decomposed(bloq, inputs)
    return flattening.gates, inputs, outputs


def _full_adder(flattening: Flattening, bloq: FullAdder, inputs: Slots) -> Slots:
    """The gates of the decomposition, walked once and from then on copied: a score holds thousands."""
    gates, template_inputs, template_outputs = _template(bloq)
    wires = {wire: inputs[key][0] for key, (wire,) in template_inputs.items()}
    for key, (wire,) in template_outputs.items():
        if key not in template_inputs:
            wires[wire] = flattening.allocate(1)[0]
    flattening.gates += [Gate(gate.op, tuple(wires[w] for w in gate.wires), gate.parameter) for gate in gates]
    flattening.free(tuple(wires[wire] for key, (wire,) in template_inputs.items() if key not in template_outputs))
    return {key: (wires[wire],) for key, (wire,) in template_outputs.items()}


def _load_word(flattening: Flattening, bloq: LoadWord, inputs: Slots) -> Slots:
    word = inputs["word", _SCALAR]
    if bloq.targets:
        wires = inputs["ctrl", _SCALAR] + tuple(word[i] for i in bloq.targets)
        flattening.gates.append(Gate(Op.CNOT, wires))
    return inputs


def _cswap(flattening: Flattening, bloq: basic_gates.CSwap, inputs: Slots) -> Slots:
    wires = inputs["ctrl", _SCALAR] + inputs["x", _SCALAR] + inputs["y", _SCALAR]
    flattening.gates.append(Gate(Op.CSWAP, wires))
    return inputs


def _measure_x(flattening: Flattening, bloq: basic_gates.MeasureX, inputs: Slots) -> Slots:
    wire, record = inputs["q", _SCALAR], flattening.record(1)
    flattening.gates.append(Gate(Op.MEASURE_X, wire, record))
    flattening.free(wire)
    return {("c", _SCALAR): record}


def _fixup_table(flattening: Flattening, bloq: FixupTable, inputs: Slots) -> Slots:
    outcome = tuple(inputs["outcome", (i,)][0] for i in range(bloq.contents.n_bits))
    rows = flattening.record(bloq.n_rows * bloq.row_bits)
    flattening.gates.append(Gate(Op.PARITIES, (), (outcome, rows, bloq.contents)))
    keys = [("rows", (row, bit)) for row in range(bloq.n_rows) for bit in range(bloq.row_bits)]
    return {key: (record,) for key, record in zip(keys, rows, strict=True)}


def _conditional_cz(flattening: Flattening, bloq: ConditionalCZ, inputs: Slots) -> Slots:
    wires = inputs["q1", _SCALAR] + inputs["q2", _SCALAR]
    flattening.gates.append(Gate(Op.CONDITIONAL_CZ, wires, inputs["condition", _SCALAR]))
    return inputs


def _fixup_row(flattening: Flattening, bloq: FixupRow, inputs: Slots) -> Slots:
    wires = inputs["ctrl", _SCALAR] + inputs["hot", _SCALAR]
    row = tuple(inputs["row", (i,)][0] for i in range(bloq.row_bits))
    flattening.gates.append(Gate(Op.CONDITIONAL_CZ, wires, row))
    return inputs


def _external_load(flattening: Flattening, bloq: QRAMLookup, inputs: Slots) -> Slots:
    n_bits = bloq.table.word_bits
    word = inputs["word", _SCALAR] if bloq.unload else flattening.allocate(n_bits)
    flattening.gates.append(Gate(Op.EXTERNAL_LOAD, inputs["selection", _SCALAR] + word, bloq.table))
    if not bloq.unload:
        return inputs | {("word", _SCALAR): word}
    flattening.gates.append(Gate(Op.FREE, word))
    flattening.free(word)
    return inputs


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
    LoadWord: _load_word,
    FullAdder: _full_adder,
    QRAMLookup: _external_load,
    FixupTable: _fixup_table,
    FixupRow: _fixup_row,
    ConditionalCZ: _conditional_cz,
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
