"""Uniform superposition of the first n indices, for any n."""

import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, BQUInt, QAny, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import Hadamard, Rz

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Uncomputable, Wire
from groverattn.bloqs.score.score import Score


@attrs.frozen
class PrepareUniform(InSequence, Uncomputable):
    """|0> -> sum over j < n of |j> / sqrt(n), exactly.

    Hadamards alone if n is a power of two. Otherwise write n = L 2^K with L odd: the lowest K qubits are free, and one
    round of amplitude amplification with a rotation of theta = acos(1 - 2^floor(log2 L) / L) takes the uniform
    superposition of the others to the first L values (Babbush et al. arXiv:1805.03662, Fig. 12). Both reflections
    compare the register with a constant, which is the score of a single number.

    Attributes:
        n_keys: n, at least 2.

    Registers:
        selection: ceil(log2 n) qubits.
    """

    n_keys: int

    @property
    def index_bits(self) -> int:
        """Qubits of the register."""
        return (self.n_keys - 1).bit_length()

    @property
    def free_bits(self) -> int:
        """K: low qubits that a Hadamard alone prepares."""
        return (self.n_keys & -self.n_keys).bit_length() - 1

    @property
    def is_power_of_two(self) -> bool:
        """Whether Hadamards suffice."""
        return self.n_keys == 1 << self.free_bits

    @cached_property
    def computing_signature(self) -> Signature:
        return Signature([Register("selection", self.selection_type)])

    @property
    def selection_type(self) -> BQUInt:
        """Type of the register."""
        return BQUInt(self.index_bits, self.n_keys)

    @property
    def angle(self) -> float:
        """Rotation angle theta of the amplification."""
        odd = self.n_keys >> self.free_bits
        return math.acos(1 - (1 << (odd.bit_length() - 1)) / odd)

    @property
    def comparisons(self) -> tuple[Score, Score]:
        """[x >= L] and [x >= 1] on the high qubits x, as scores of one number in offset binary."""
        bits = self.index_bits - self.free_bits
        odd, offset = self.n_keys >> self.free_bits, 1 << (bits - 1)
        return Score((1,), odd - offset, bits), Score((1,), 1 - offset, bits)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The comparisons and their undoing; the Hadamards and the two rotations are beside them."""
        scores = () if self.is_power_of_two else self.comparisons
        return tuple((part, 1) for score in scores for part in (score, score.adjoint()))

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        bits = [bb.add(Hadamard(), q=bit) for bit in bb.split(selection)]
        if not self.is_power_of_two:
            high = self.index_bits - self.free_bits
            for comparison in self.comparisons:
                bits[:high] = _rotate_if(bb, comparison, bits[:high], -self.angle)
                bits[:high] = [bb.add(Hadamard(), q=bit) for bit in bits[:high]]
        return {"selection": bb.join(np.array(bits), dtype=self.selection_type)}

    def build_call_graph(self, ssa):
        if self.is_power_of_two:
            return {Hadamard(): self.index_bits}
        high, angle = self.index_bits - self.free_bits, self.angle if self.uncompute else -self.angle
        return super().build_call_graph(ssa) | {Hadamard(): self.index_bits + 2 * high, Rz(angle): 2}

    def reference_columns(self) -> NDArray[np.complex128]:
        """First column of the matrix that the circuit has to realise: the prepared state, shape (2^m, 1)."""
        state = np.zeros((1 << self.index_bits, 1), dtype=np.complex128)
        state[: self.n_keys] = 1 / math.sqrt(self.n_keys)
        return state


def _rotate_if(bb: Builder, comparison: Score, bits: list[Wire], angle: float) -> list[Wire]:
    """Rz(angle) on the outcome of a comparison, which is undone afterwards."""
    scored = bb.add_d(comparison, key=bb.join(np.array(bits), dtype=QAny(len(bits))))
    scored["marked"] = bb.add(Rz(angle), q=scored["marked"])
    return list(bb.split(bb.add(comparison.adjoint(), **scored)))


@bloq_example(generalizer=BOOKKEEPING)
def _prepare_uniform() -> PrepareUniform:
    return PrepareUniform(11)
