"""Inverse quantum Fourier transform of a small register."""

import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QUInt, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import Hadamard

from groverattn.bloqs.costed import Builder, InSequence, Uncomputable, Wire
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes


@attrs.frozen
class InverseQFT(InSequence, Uncomputable):
    """sum over x of e^{2 pi i x y / M} |x> / sqrt(M) -> |y> with M = 2^m, where x enters with its bits reversed.

    m Hadamards and a phase for each pair of bits (Coppersmith, arXiv:quant-ph/0201067): each is one And and one
    rotation, of which the widest two are an S and a T gate. Which qubit is the lowest bit of x is up to the caller, so
    the bits are not swapped. Up to a global phase.

    Qualtran's QFTTextBook is not used: a controlled rotation is counted as a single rotation there.

    Attributes:
        n_bits: m, at least 1.

    Registers:
        phase: m qubits; y, most significant bit first.
    """

    n_bits: int

    @cached_property
    def computing_signature(self) -> Signature:
        return Signature([Register("phase", QUInt(self.n_bits))])

    def rotation(self, distance: int) -> PhaseOnOnes:
        """The phase on a bit and on one that is `distance` places lower."""
        return PhaseOnOnes(2, angle=-math.pi / (1 << distance))

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """A phase for each pair of bits, all on one work qubit."""
        return tuple((self.rotation(distance), self.n_bits - distance) for distance in range(1, self.n_bits))

    def build_composite_bloq(self, bb: Builder, phase: Wire) -> dict[str, Wire]:
        # from the lowest bit of y, which is known first
        bits = list(bb.split(phase))[::-1]
        for i in range(self.n_bits):
            for lower in range(i):
                bits[lower], bits[i] = bb.add(self.rotation(i - lower), bits=np.array([bits[lower], bits[i]]))
            bits[i] = bb.add(Hadamard(), q=bits[i])
        return {"phase": bb.join(np.array(bits[::-1]), dtype=QUInt(self.n_bits))}

    def build_call_graph(self, ssa):
        return super().build_call_graph(ssa) | {Hadamard(): self.n_bits}

    def reference_columns(self) -> NDArray[np.complex128]:
        """The matrix that the circuit has to realise up to a global phase, shape (2^m, 2^m)."""
        size = 1 << self.n_bits
        entered = np.array([int(f"{j:0{self.n_bits}b}"[::-1], 2) for j in range(size)])
        turns = np.outer(np.arange(size), entered) / size
        return np.exp(-2j * np.pi * turns).astype(np.complex128) / math.sqrt(size)


@bloq_example
def _inverse_qft() -> InverseQFT:
    return InverseQFT(4)
