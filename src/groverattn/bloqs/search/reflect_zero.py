"""Reflection about |0>, its generalisation to any angle, and the flag of a register whose qubits are all 0."""

import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QAny, QBit, QDType, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import GlobalPhase, XGate, ZGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Uncomputable, Wire
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes


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
class ReflectZero(InSequence):
    """-(1 - (1 - e^{i angle}) |0><0|) on m qubits; at the angle pi this is 2 |0><0| - 1, with max(m - 2, 0) And.

    Controlled or by another angle it takes m - 1 And: whether all qubits are zero is computed, this flag receives the
    phase (PhaseOnOnes, up to its global phase), and the flag is undone. The minus sign, a global phase, becomes one Z
    on the control.

    Attributes:
        n_bits: m, at least 1.
        angle: radians.
        has_ctrl: act only if the qubit `ctrl` is one.
        selection_type: of the register, where it is not plain qubits.

    Registers:
        ctrl: only if `has_ctrl`.
        selection: m qubits.
    """

    n_bits: int
    angle: float = attrs.field(default=math.pi, kw_only=True)
    has_ctrl: bool = attrs.field(default=False, kw_only=True)
    selection_type: QDType = attrs.field(
        default=attrs.Factory(lambda self: QAny(self.n_bits), takes_self=True), kw_only=True
    )

    @cached_property
    def signature(self) -> Signature:
        ctrl = [Register("ctrl", QBit())] if self.has_ctrl else []
        return Signature([*ctrl, Register("selection", self.selection_type)])

    @property
    def _n_single(self) -> int:
        """Qubits that the phase takes themselves, flipped; a flag stands for all others."""
        is_plain = abs(self.angle) == math.pi and not self.has_ctrl
        return 2 if is_plain and self.n_bits == 2 else int(is_plain or self.n_bits == 1)

    @property
    def zeros(self) -> AllZero | None:
        """What computes the flag; the last qubit of a plain reflection needs none, as the CZ takes two qubits."""
        n_bits = self.n_bits - self._n_single
        return AllZero(n_bits) if n_bits else None

    @property
    def phase(self) -> PhaseOnOnes:
        """The phase on the control, if any, the flag and single qubits."""
        return PhaseOnOnes(self.has_ctrl + (self.zeros is not None) + self._n_single, angle=self.angle)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The flag, the phase, and the flag's undoing."""
        phase = (self.phase, 1)
        return ((self.zeros, 1), phase, (self.zeros.adjoint(), 1)) if self.zeros else (phase,)

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        nodes = self.zeros.n_bits - 1 if self.zeros else 0
        return self.n_bits + self.has_ctrl + nodes + self.phase.n_ands

    def build_composite_bloq(self, bb: Builder, selection: Wire, **ctrl: Wire) -> dict[str, Wire]:
        bits, zeros = list(bb.split(selection)), self.zeros
        n_flagged = zeros.n_bits if zeros else 0
        single = [bb.add(XGate(), q=bit) for bit in bits[n_flagged:]]
        tree = bb.add_d(zeros, bits=np.array(bits[:n_flagged])) if zeros else {}
        ones = [*ctrl.values(), *([tree["zero"]] if tree else []), *single]
        ones = list(bb.add(self.phase, bits=np.array(ones)))
        if zeros:
            tree["zero"] = ones[self.has_ctrl]
            bits[:n_flagged] = bb.add(zeros.adjoint(), **tree)
        bits[n_flagged:] = [bb.add(XGate(), q=bit) for bit in ones[len(ones) - self._n_single :]]
        if self.has_ctrl:
            ctrl = {"ctrl": bb.add(ZGate(), q=ones[0])}  # stands for the minus sign
        else:
            bb.add(GlobalPhase(exponent=1))
        return ctrl | {"selection": bb.join(np.array(bits), dtype=self.selection_type)}

    def build_call_graph(self, ssa):
        minus = ZGate() if self.has_ctrl else GlobalPhase(exponent=1)
        flips = {XGate(): 2 * self._n_single} if self._n_single else {}
        return super().build_call_graph(ssa) | {minus: 1} | flips

    def on_classical_vals(self, **values: int) -> dict[str, int]:
        return values

    def basis_state_phase(self, selection: int, ctrl: int = 1) -> complex:
        """The phase that the circuit gives, its global phase included."""
        flags = [*([ctrl] if self.has_ctrl else []), *[selection == 0] * (self.phase.n_bits - self.has_ctrl)]
        return (-1.0 if ctrl else 1.0) * self.phase.basis_state_phase(np.array(flags))

    def adjoint(self) -> "ReflectZero":
        return attrs.evolve(self, angle=self.phase.adjoint().angle)


@bloq_example(generalizer=BOOKKEEPING)
def _all_zero() -> AllZero:
    return AllZero(5)


@bloq_example(generalizer=BOOKKEEPING)
def _reflect_zero() -> ReflectZero:
    return ReflectZero(4)
