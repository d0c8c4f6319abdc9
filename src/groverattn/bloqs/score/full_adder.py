"""Full adder: the 3:2 compressor of a carry-save heap."""

from functools import cached_property

import attrs
from qualtran import QBit, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import BOOKKEEPING, Builder, Uncomputable, Wire


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


@bloq_example(generalizer=BOOKKEEPING)
def _full_adder() -> FullAdder:
    return FullAdder()
