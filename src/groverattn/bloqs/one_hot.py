"""Binary to one-hot: as many qubits as values, of which one is set."""

from functools import cached_property

import attrs
import numpy as np
from qualtran import QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.uncompute import Uncomputable
from groverattn.bloqs.wires import Builder, Wire


@attrs.frozen
class OneHot(Uncomputable):
    """|l> -> |l>|0..010..0> with a one at position l: 2^m - 2 And in depth m - 1, undone by measurement.

    Each index qubit doubles the qubits of the one before it: node -> (node AND NOT bit, node AND bit).

    Registers:
        selection: m >= 1 qubits.
        hot: [right] 2^m qubits, position 0 first.
    """

    n_bits: int

    @property
    def n_hot(self) -> int:
        """Number of positions."""
        return 1 << self.n_bits

    @cached_property
    def computing_signature(self) -> Signature:
        hot = Register("hot", QAny(self.n_hot), side=Side.RIGHT)
        return Signature([Register("selection", QAny(self.n_bits)), hot])

    @property
    def toffoli_depth(self) -> int:
        """And gates on the longest path; the And of one level share only controls."""
        return 0 if self.uncompute else self.n_bits - 1

    @property
    def peak_qubits(self) -> int:
        """The index and all positions."""
        return self.n_bits + self.n_hot

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        bits = list(bb.split(selection))
        low, high = bb.allocate(), bb.allocate()
        bits[0], high = bb.add_t(CNOT(), ctrl=bits[0], target=high)
        bits[0], low = bb.add_t(CNOT(), ctrl=bits[0], target=low)
        hot = [bb.add(XGate(), q=low), high]
        for level in range(1, self.n_bits):
            doubled = []
            for node in hot:
                (node, bits[level]), right = bb.add_t(And(), ctrl=[node, bits[level]])
                right, node = bb.add_t(CNOT(), ctrl=right, target=node)
                doubled += [node, right]
            hot = doubled
        return {"selection": bb.join(np.array(bits)), "hot": bb.join(np.array(hot))}

    def build_call_graph(self, ssa):
        n_and = self.n_hot - 2
        nodes = {And(uncompute=self.uncompute): n_and} if n_and else {}
        return nodes | {CNOT(): n_and + 2, XGate(): 1}

    def on_classical_vals(self, selection: int, hot: int | None = None) -> dict[str, int]:
        expected = 1 << (self.n_hot - 1 - selection)
        if not self.uncompute:
            return {"selection": selection, "hot": expected}
        if hot != expected:
            raise ValueError(f"{hot=} is not the one-hot form of {selection}: it cannot be uncomputed")
        return {"selection": selection}


@bloq_example
def _one_hot() -> OneHot:
    one_hot = OneHot(3)
    return one_hot


@bloq_example
def _one_hot_single_bit() -> OneHot:
    one_hot_single_bit = OneHot(1)
    return one_hot_single_bit
