"""Full adder: the 3:2 compressor of a carry-save heap."""

import functools
from functools import cached_property

import attrs
from qualtran import QBit, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Uncomputable, Wire
from groverattn.bloqs.flat.circuit import Gate
from groverattn.bloqs.flat.flattening import Flattening, WiresOf, write_gates


@attrs.frozen
class FullAdder(Uncomputable):
    """Add three bits of equal weight into a sum and a carry with one And.

    |a, b, c> -> |a, b, a XOR b XOR c, carry> with carry = ((a XOR c XOR ~cv_a) AND (b XOR c XOR ~cv_b)) XOR c, which is
    the majority of a, b, c for cv_a = cv_b = 1. A bit that stands for its complement is not flipped: with na, nb, nc
    saying whether a, b, c are complemented, cv_a = 1 XOR na XOR nc and cv_b = 1 XOR nb XOR nc make `carry`
    the majority, complemented iff nc. Source: the full adder of Gidney, arXiv:1709.06648, Fig. 2, with the negations
    absorbed in the And's control values.

    Registers:
        a, b: two bits, unchanged.
        c: third bit, becomes the sum.
        carry: [right] the carry.

    >>> FullAdder().call_classically(a=1, b=0, c=1)
    (1, 0, 0, 1)
    """

    cv_a: int = 1
    cv_b: int = 1

    @cached_property
    def computing_signature(self) -> Signature:
        thru = [Register(name, QBit()) for name in "abc"]
        return Signature([*thru, Register("carry", QBit(), side=Side.RIGHT)])

    @property
    def toffoli_depth(self) -> int:
        """One And, or its measured uncomputation."""
        return int(not self.uncompute)

    @property
    def measurement_depth(self) -> int:
        """One in either direction."""
        return 1

    def build_composite_bloq(self, bb: Builder, a: Wire, b: Wire, c: Wire) -> dict[str, Wire]:
        c, a = bb.add_t(CNOT(), ctrl=c, target=a)
        c, b = bb.add_t(CNOT(), ctrl=c, target=b)
        (a, b), carry = bb.add_t(And(self.cv_a, self.cv_b), ctrl=[a, b])  # type: ignore[misc]
        c, carry = bb.add_t(CNOT(), ctrl=c, target=carry)
        c, b = bb.add_t(CNOT(), ctrl=c, target=b)
        c, a = bb.add_t(CNOT(), ctrl=c, target=a)
        a, c = bb.add_t(CNOT(), ctrl=a, target=c)
        b, c = bb.add_t(CNOT(), ctrl=b, target=c)
        return {"a": a, "b": b, "c": c, "carry": carry}

    def build_call_graph(self, ssa):
        and_gate = And(self.cv_a, self.cv_b)
        return {CNOT(): 7, and_gate.adjoint() if self.uncompute else and_gate: 1}

    def on_classical_vals(self, a: int, b: int, c: int, carry: int | None = None) -> dict[str, int]:
        if self.uncompute:
            c ^= a ^ b
        computed = ((a ^ c ^ 1 ^ self.cv_a) & (b ^ c ^ 1 ^ self.cv_b)) ^ c
        if not self.uncompute:
            return {"a": a, "b": b, "c": a ^ b ^ c, "carry": computed}
        if carry != computed:
            raise ValueError(f"carry {carry} is not that of {a=}, {b=}, {c=}: it cannot be uncomputed")
        return {"a": a, "b": b, "c": c}


@bloq_example
def _full_adder() -> FullAdder:
    return FullAdder()


@functools.lru_cache(maxsize=64)
def _written_once(bloq: FullAdder) -> tuple[list[Gate], WiresOf, WiresOf]:
    flattening = Flattening()
    inputs = {(reg.name, ()): flattening.allocate(1) for reg in bloq.signature.lefts()}
    outputs = flattening.run_decomposed(bloq, inputs)
    return flattening.gates, inputs, outputs


@write_gates.register
def _(bloq: FullAdder, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    """The gates of the decomposition, walked once and from then on copied: a score holds thousands."""
    gates, first_inputs, first_outputs = _written_once(bloq)
    wires = {wire: inputs[key][0] for key, (wire,) in first_inputs.items()}
    for key, (wire,) in first_outputs.items():
        if key not in first_inputs:
            wires[wire] = flattening.allocate(1)[0]
    flattening.gates += [Gate(gate.op, tuple(wires[w] for w in gate.wires), gate.parameter) for gate in gates]
    flattening.free(tuple(wires[wire] for key, (wire,) in first_inputs.items() if key not in first_outputs))
    return {key: (wires[wire],) for key, (wire,) in first_outputs.items()}
