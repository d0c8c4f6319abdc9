"""The reflection about the uniform superposition of n indices."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import BQUInt, QAny, QBit, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CZ, GlobalPhase, XGate, ZGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.uncompute import Uncomputable
from groverattn.bloqs.uniform import PrepareUniform
from groverattn.bloqs.wires import Builder, Wire


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


@attrs.frozen
class ReflectZero(CostedGate):
    """2 |0><0| - 1 on m qubits, with max(m - 2, 0) And.

    Registers:
        selection: m qubits.
    """

    n_bits: int

    @cached_property
    def signature(self) -> Signature:
        return Signature([Register("selection", QAny(self.n_bits))])

    @property
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path."""
        return AllZero(self.n_bits - 1).toffoli_depth if self.n_bits > 2 else 0

    @property
    def measurement_depth(self) -> int:
        """The tree up and down."""
        return 2 * AllZero(self.n_bits - 1).measurement_depth if self.n_bits > 2 else 0

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        return self.n_bits + max(self.n_bits - 2, 0)

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        *rest, last = bb.split(selection)
        last = bb.add(XGate(), q=last)
        rest, last = self._flip(bb, rest, last)
        last = bb.add(XGate(), q=last)
        bb.add(GlobalPhase(exponent=1))
        return {"selection": bb.join(np.array([*rest, last]), dtype=QAny(self.n_bits))}

    def _flip(self, bb: Builder, rest: list[Wire], last: Wire) -> tuple[list[Wire], Wire]:
        """Phase -1 iff all of `rest` are 0 and `last` is 1."""
        if self.n_bits == 1:
            return rest, bb.add(ZGate(), q=last)
        if self.n_bits == 2:
            rest = [bb.add(XGate(), q=rest[0])]
            rest[0], last = bb.add_t(CZ(), q1=rest[0], q2=last)
            return [bb.add(XGate(), q=rest[0])], last
        zeros = bb.add_d(AllZero(self.n_bits - 1), bits=np.array(rest))
        zeros["zero"], last = bb.add_t(CZ(), q1=zeros["zero"], q2=last)
        return list(bb.add(AllZero(self.n_bits - 1).adjoint(), **zeros)), last

    def build_call_graph(self, ssa):
        phase = {GlobalPhase(exponent=1): 1}
        if self.n_bits == 1:
            return phase | {XGate(): 2, ZGate(): 1}
        if self.n_bits == 2:
            return phase | {XGate(): 4, CZ(): 1}
        zeros = AllZero(self.n_bits - 1)
        return phase | {XGate(): 2, CZ(): 1, zeros: 1, zeros.adjoint(): 1}

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        return {"selection": selection}

    def basis_state_phase(self, selection: int) -> complex:
        return 1.0 if selection == 0 else -1.0

    def adjoint(self) -> "ReflectZero":
        return self


@attrs.frozen
class Diffusion(CostedGate):
    """2 |u><u| - 1 with u the uniform superposition of the n indices.

    Registers:
        selection: ceil(log2 n) qubits.
    """

    n_keys: int

    @cached_property
    def signature(self) -> Signature:
        return Signature([Register("selection", BQUInt(self.prepare.index_bits, self.n_keys))])

    @property
    def prepare(self) -> PrepareUniform:
        """The preparation of u."""
        return PrepareUniform(self.n_keys)

    @property
    def reflect(self) -> ReflectZero:
        """The reflection about |0>."""
        return ReflectZero(self.prepare.index_bits)

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth of the schedule in which the three parts follow each other."""
        return 2 * self.prepare.toffoli_depth + self.reflect.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return 2 * self.prepare.measurement_depth + self.reflect.measurement_depth

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        return max(self.prepare.peak_qubits, self.reflect.peak_qubits)

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        for part in (self.prepare.adjoint(), self.reflect, self.prepare):
            selection = bb.add(part, selection=selection)
        return {"selection": selection}

    def build_call_graph(self, ssa):
        return {self.prepare: 1, self.prepare.adjoint(): 1, self.reflect: 1}

    def reference_columns(self) -> NDArray[np.complex128]:
        """The columns j < n of the matrix that the circuit has to realise, shape (2^m, n)."""
        size = 1 << self.prepare.index_bits
        matrix = -np.eye(size, self.n_keys, dtype=np.complex128)
        matrix[: self.n_keys] += 2 / self.n_keys
        return matrix

    def adjoint(self) -> "Diffusion":
        return self


@bloq_example
def _all_zero() -> AllZero:
    all_zero = AllZero(5)
    return all_zero


@bloq_example
def _all_zero_pair() -> AllZero:
    all_zero_pair = AllZero(2)
    return all_zero_pair


@bloq_example
def _reflect_zero() -> ReflectZero:
    reflect_zero = ReflectZero(4)
    return reflect_zero


@bloq_example
def _reflect_zero_one_bit() -> ReflectZero:
    reflect_zero_one_bit = ReflectZero(1)
    return reflect_zero_one_bit


@bloq_example
def _reflect_zero_two_bits() -> ReflectZero:
    reflect_zero_two_bits = ReflectZero(2)
    return reflect_zero_two_bits


@bloq_example
def _diffusion() -> Diffusion:
    diffusion = Diffusion(6)
    return diffusion


@bloq_example
def _diffusion_power_of_two() -> Diffusion:
    diffusion_power_of_two = Diffusion(8)
    return diffusion_power_of_two
