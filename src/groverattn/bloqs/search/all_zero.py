"""Flag of a register whose qubits are all 0."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import QBit, Register, Side, Signature, bloq_example
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Uncomputable, Wire


@attrs.frozen
class AllZero(Uncomputable):
    """|x> -> |x>|work>|[x = 0]> by a balanced tree of And: m - 1 And in depth ceil(log2 m) on m >= 2 qubits.

    Registers:
        bits: m qubits.
        work: [right] the m - 2 inner nodes of the tree, if m > 2.
        zero: [right] whether all qubits are 0.
    """

    n_bits: int

    @cached_property
    def computing_signature(self) -> Signature:
        work = [Register("work", QBit(), (self.n_bits - 2,), Side.RIGHT)] if self.n_bits > 2 else []
        bits = Register("bits", QBit(), (self.n_bits,))
        return Signature([bits, *work, Register("zero", QBit(), side=Side.RIGHT)])

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The two inputs of each And; inputs 0..m-1 are the qubits, m.. the outputs in order."""
        queue = list(range(self.n_bits))
        pairs = []
        for new in range(self.n_bits, 2 * self.n_bits - 1):
            pairs.append((queue.pop(0), queue.pop(0)))
            queue.append(new)
        return pairs

    def _and(self, pair: tuple[int, int]) -> And:
        a, b = (int(wire >= self.n_bits) for wire in pair)
        return And(a, b)

    @property
    def toffoli_depth(self) -> int:
        """Levels of the tree; undoing has none."""
        return 0 if self.uncompute else (self.n_bits - 1).bit_length()

    @property
    def measurement_depth(self) -> int:
        """Levels of the tree, computed or undone."""
        return (self.n_bits - 1).bit_length()

    @property
    def peak_qubits(self) -> int:
        """The qubits and all nodes of the tree."""
        return 2 * self.n_bits - 1

    def build_composite_bloq(self, bb: Builder, bits: Wire) -> dict[str, Wire]:
        wires = list(bits)
        for a, b in self.pairs:
            (wires[a], wires[b]), node = bb.add_t(self._and((a, b)), ctrl=[wires[a], wires[b]])
            wires.append(node)
        out = {"bits": np.array(wires[: self.n_bits]), "zero": wires[-1]}
        return out | ({"work": np.array(wires[self.n_bits : -1])} if self.n_bits > 2 else {})

    def build_call_graph(self, ssa):
        counts = {}
        for pair in self.pairs:
            gate = self._and(pair)
            gate = gate.adjoint() if self.uncompute else gate
            counts[gate] = counts.get(gate, 0) + 1
        return counts

    def on_classical_vals(self, bits: NDArray, zero: int = 0, work: NDArray | tuple = ()) -> dict:
        values = [1 - int(bit) for bit in bits]
        for a, b in self.pairs:
            values.append(values[a] & values[b])
        nodes = {"zero": values[-1]} | ({"work": np.array(values[self.n_bits : -1])} if self.n_bits > 2 else {})
        if not self.uncompute:
            return {"bits": bits} | nodes
        if zero != nodes["zero"] or not np.array_equal(work, nodes.get("work", ())):
            raise ValueError(f"zero and work are not those of {bits=}: they cannot be uncomputed")
        return {"bits": bits}


@bloq_example
def _all_zero() -> AllZero:
    return AllZero(5)
