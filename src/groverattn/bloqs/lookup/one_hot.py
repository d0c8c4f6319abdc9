"""One-hot encoding of a binary index: as many qubits as values, of which one is set."""

from functools import cached_property

import attrs
import numpy as np
from qualtran import BQUInt, QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Uncomputable, Wire
from groverattn.problem.sizes import ceil_log2


@attrs.frozen
class OneHot(Uncomputable):
    """|l> -> |l>|0..010..0> with a one at position l < n: n - 2 And in depth ceil(log2 n) - 1, undone by measurement.

    Each index qubit doubles the nodes of the one before it, node -> (node AND NOT bit, node AND bit), where both halves
    hold values below n.

    Attributes:
        n_hot: n, at least 2.
        copied_address: give every And its own copy of the index qubit, by CNOTs; without, those of a level share it.

    Registers:
        selection: ceil(log2 n) qubits.
        hot: [right] n qubits, position 0 first.
    """

    n_hot: int
    copied_address: bool = attrs.field(default=False, kw_only=True)

    @property
    def n_bits(self) -> int:
        """Qubits of the index."""
        return ceil_log2(self.n_hot)

    @cached_property
    def computing_signature(self) -> Signature:
        registers = [
            Register("selection", BQUInt(self.n_bits, self.n_hot)),
            Register("hot", QAny(self.n_hot), side=Side.RIGHT),
        ]
        if self.n_copies:
            registers.append(Register("copies", QAny(self.n_copies), side=Side.RIGHT))
        return Signature(registers)

    @property
    def n_copies(self) -> int:
        """Copies of index qubits: one for each And but the first of its level."""
        return self.n_hot - 2 - (self.n_bits - 1) if self.copied_address else 0

    @property
    def toffoli_depth(self) -> int:
        """And gates on the longest path; the And of one level share only controls."""
        return 0 if self.uncompute else self.n_bits - 1

    @property
    def measurement_depth(self) -> int:
        """Levels of And, computed or undone."""
        return self.n_bits - 1

    @property
    def fan_outs(self) -> int:
        """One for each level whose address bit is copied."""
        return self.n_bits - 1 if self.n_copies else 0

    @property
    def peak_qubits(self) -> int:
        """The index, all positions and the copies."""
        return self.n_bits + self.n_hot + self.n_copies

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        bits = list(bb.split(selection))
        low, high = bb.allocate(), bb.allocate()
        bits[0], high = bb.add_t(CNOT(), ctrl=bits[0], target=high)
        bits[0], low = bb.add_t(CNOT(), ctrl=bits[0], target=low)
        hot = [bb.add(XGate(), q=low), high]
        copies: list[Wire] = []
        for level in range(1, self.n_bits):
            address = self._copies(bb, bits[level], self._doubled_at(level) if self.copied_address else 1)
            hot = self._double(bb, hot, address, level)
            bits[level] = address[0]
            copies += address[1:]
        out = {"selection": bb.join(np.array(bits), dtype=BQUInt(self.n_bits, self.n_hot))}
        out["hot"] = bb.join(np.array(hot))
        return out | ({"copies": bb.join(np.array(copies))} if copies else {})

    def _doubled_at(self, level: int) -> int:
        """Nodes of a level whose right half holds values below n."""
        half = 1 << (self.n_bits - level - 1)
        return (-(-self.n_hot // half)) // 2

    def _copies(self, bb: Builder, bit: Wire, number: int) -> list[Wire]:
        """The bit and copies of it, by a tree of CNOTs."""
        wires = [bit]
        while len(wires) < number:
            for i in range(min(len(wires), number - len(wires))):
                wires[i], copy = bb.add_t(CNOT(), ctrl=wires[i], target=bb.allocate())
                wires.append(copy)
        return wires

    def _double(self, bb: Builder, nodes: list[Wire], address: list[Wire], level: int) -> list[Wire]:
        doubled: list[Wire] = []
        for i, left in enumerate(nodes):
            if i >= self._doubled_at(level):
                # the right half lies beyond the last value
                doubled.append(left)
                continue
            at = i % len(address)
            (left, address[at]), right = bb.add_t(And(), ctrl=[left, address[at]])
            right, left = bb.add_t(CNOT(), ctrl=right, target=left)
            doubled += [left, right]
        return doubled

    def build_call_graph(self, ssa):
        n_and = self.n_hot - 2
        nodes = {And(uncompute=self.uncompute): n_and} if n_and else {}
        return nodes | {CNOT(): n_and + 2 + self.n_copies, XGate(): 1}

    def on_classical_vals(self, selection: int, hot: int = 0, copies: int = 0) -> dict[str, int]:
        expected = {"hot": 1 << (self.n_hot - 1 - int(selection))}
        if self.n_copies:
            expected["copies"] = self._copied_bits(int(selection))
        if not self.uncompute:
            return {"selection": selection} | expected
        if expected != {"hot": hot} | ({"copies": copies} if self.n_copies else {}):
            raise ValueError(f"{hot=} and {copies=} are not those of {selection}: they cannot be uncomputed")
        return {"selection": selection}

    def _copied_bits(self, selection: int) -> int:
        copied = ""
        for level in range(1, self.n_bits):
            bit = selection >> (self.n_bits - level - 1) & 1
            copied += str(bit) * (self._doubled_at(level) - 1)
        return int(copied, 2)


@bloq_example
def _one_hot() -> OneHot:
    return OneHot(8)
