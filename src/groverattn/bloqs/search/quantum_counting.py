"""Quantum counting: the number of marked live keys, without finding any, by an inverse Fourier transform."""

import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QUInt, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import Hadamard

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Uncomputable, Wire
from groverattn.bloqs.search.any_oracle import phases
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes
from groverattn.bloqs.search.phase_oracle import _phase_oracle
from groverattn.bloqs.search.uniform import PrepareUniform
from groverattn.errors import InputError


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


@attrs.frozen
class QuantumCounting(InSequence, Uncomputable):
    """Estimate the phase of the Grover iterate on m qubits; the caller measures `phase` and discards the index.

    The outcome y stands for n sin^2(pi y / 2^m) marked keys (Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055,
    Section 4); `reference.quantum_counting` has its distribution and how far it may be off. Of the 2^m - 1 iterates
    only the two phases are controlled, no lookup, score or preparation. Up to a global phase.

    Attributes:
        iterate: a Grover iterate by the angle pi in both phases, without control.
        n_bits: m, at least 1.

    Registers:
        phase: y, initially 0.
        selection: the index, initially 0.

    Raises:
        InputError: the iterate has other angles or a control, or n_bits < 1.
    """

    iterate: GroverIterate
    n_bits: int

    def __attrs_post_init__(self):
        angles = getattr(self.iterate.oracle, "angle", math.pi), self.iterate.diffusion_angle
        if {*map(abs, angles)} != {math.pi} or self.iterate.has_ctrl or self.n_bits < 1:
            raise InputError(
                given=f"angles {angles[0]} and {angles[1]}, has_ctrl = {self.iterate.has_ctrl}, n_bits = {self.n_bits}",
                allowed="angles of pi without control, and at least one bit",
                why="the number of marked keys is read from the eigenvalues of Grover's own iterate",
                do="pass GroverIterate(oracle), which is controlled here",
            )

    @cached_property
    def computing_signature(self) -> Signature:
        return Signature([Register("phase", QUInt(self.n_bits)), *self.iterate.signature])

    @cached_property
    def controlled_iterate(self) -> GroverIterate:
        """The iterate with its phases controlled."""
        return self.iterate.controlled_phases

    @cached_property
    def prepare(self) -> PrepareUniform:
        """The index's preparation."""
        return PrepareUniform(self.iterate.n_keys)

    @property
    def transform(self) -> InverseQFT:
        """What reads the phase."""
        return InverseQFT(self.n_bits)

    @property
    def n_iterates(self) -> int:
        """Controlled iterates: 1, 2, 4, ... for the m qubits."""
        return (1 << self.n_bits) - 1

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The index's preparation, the controlled iterates, and what reads the phase."""
        return (self.prepare, 1), (self.controlled_iterate, self.n_iterates), (self.transform, 1)

    def build_composite_bloq(self, bb: Builder, phase: Wire, selection: Wire) -> dict[str, Wire]:
        selection = bb.add(self.prepare, selection=selection)
        bits = [bb.add(Hadamard(), q=bit) for bit in bb.split(phase)]
        for i in range(self.n_bits):
            for _ in range(1 << i):
                # the highest bit of y is read from one iterate, the lowest from most: no bits are swapped
                bits[i], selection = bb.add_t(self.controlled_iterate, ctrl=bits[i], selection=selection)
        phase = bb.add(self.transform, phase=bb.join(np.array(bits), dtype=QUInt(self.n_bits)))
        return {"phase": phase, "selection": selection}

    def build_call_graph(self, ssa):
        return super().build_call_graph(ssa) | {Hadamard(): self.n_bits}

    def reference_columns(self) -> NDArray[np.complex128]:
        """The state that the circuit has to reach from |0>, shape (2^m 2^index_bits, 1), up to a global phase.

        For every y the sum over x of e^{-2 pi i x y / 2^m} / 2^m times the state after x iterates, on all n amplitudes.
        """
        n_keys = self.iterate.n_keys
        signs = phases(self.iterate.oracle, np.arange(n_keys)).real
        after = [np.full(n_keys, n_keys**-0.5)]
        for _ in range(self.n_iterates):
            flipped = signs * after[-1]
            after.append(2 * flipped.mean() - flipped)
        state = np.zeros((1 << self.n_bits, 1 << self.prepare.index_bits), dtype=np.complex128)
        state[:, :n_keys] = np.fft.fft(np.array(after), axis=0) / len(after)
        return state.reshape(-1, 1)


@bloq_example(generalizer=BOOKKEEPING)
def _inverse_qft() -> InverseQFT:
    return InverseQFT(4)


@bloq_example(generalizer=BOOKKEEPING)
def _quantum_counting() -> QuantumCounting:
    return QuantumCounting(GroverIterate(_phase_oracle.make()), n_bits=2)
