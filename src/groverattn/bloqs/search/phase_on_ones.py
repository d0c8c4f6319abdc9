"""Phase of any angle on the state in which all qubits are one."""

import cmath
import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import QBit, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import CZ, Rz, ZGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import BOOKKEEPING, Builder, CostedGate, Wire


@attrs.frozen
class PhaseOnOnes(CostedGate):
    """Phase e^{i angle} iff all of m qubits are one, up to the global phase e^{-i angle / 2}.

    At the angle pi, where the phase is a sign and exact, m - 2 And and one CZ. At any other angle m - 1 And and one Rz
    on the last of them. The And follow each other: this is for the two or three flags of a phase, not for registers.

    Attributes:
        n_bits: m, at least 1.
        angle: radians.

    Registers:
        bits: m qubits.
    """

    n_bits: int
    angle: float = attrs.field(default=math.pi, kw_only=True)

    @cached_property
    def signature(self) -> Signature:
        return Signature([Register("bits", QBit(), (self.n_bits,))])

    @property
    def is_sign(self) -> bool:
        """Whether the phase is -1, which needs no rotation."""
        return abs(self.angle) == math.pi

    @property
    def n_ands(self) -> int:
        """Number of And: the CZ of a sign takes two qubits, a rotation one."""
        return max(self.n_bits - 1 - self.is_sign, 0)

    @property
    def toffoli_depth(self) -> int:
        """The And follow each other."""
        return self.n_ands

    @property
    def measurement_depth(self) -> int:
        """The And and their undoing."""
        return 2 * self.n_ands

    @property
    def peak_qubits(self) -> int:
        """The registers, and the And."""
        return self.n_bits + self.n_ands

    def build_composite_bloq(self, bb: Builder, bits: NDArray) -> dict[str, Wire]:
        wires, all_so_far = list(bits), [bits[0]]
        for i in range(1, 1 + self.n_ands):
            (all_so_far[-1], wires[i]), both = bb.add_t(And(), ctrl=[all_so_far[-1], wires[i]])
            all_so_far.append(both)
        if not self.is_sign:
            all_so_far[-1] = bb.add(Rz(self.angle), q=all_so_far[-1])
        elif self.n_bits == 1:
            all_so_far[-1] = bb.add(ZGate(), q=all_so_far[-1])
        else:
            all_so_far[-1], wires[-1] = bb.add_t(CZ(), q1=all_so_far[-1], q2=wires[-1])
        for i in range(self.n_ands, 0, -1):
            both = all_so_far.pop()
            all_so_far[-1], wires[i] = bb.add(And(uncompute=True), ctrl=[all_so_far[-1], wires[i]], target=both)
        return {"bits": np.array([all_so_far[0], *wires[1:]])}

    def build_call_graph(self, ssa):
        flip = (CZ() if self.n_bits > 1 else ZGate()) if self.is_sign else Rz(self.angle)
        ands = {And(): self.n_ands, And(uncompute=True): self.n_ands} if self.n_ands else {}
        return {flip: 1} | ands

    def on_classical_vals(self, bits: NDArray) -> dict[str, NDArray]:
        return {"bits": bits}

    def basis_state_phase(self, bits: NDArray) -> complex:
        """The phase that the circuit gives, its global phase included."""
        if self.is_sign:
            return -1.0 if all(bits) else 1.0
        return cmath.exp((0.5j if all(bits) else -0.5j) * self.angle)

    def adjoint(self) -> "PhaseOnOnes":
        return self if self.is_sign else attrs.evolve(self, angle=-self.angle)


@bloq_example(generalizer=BOOKKEEPING)
def _phase_on_ones() -> PhaseOnOnes:
    return PhaseOnOnes(3, angle=1.1)
