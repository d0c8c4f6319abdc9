"""Diffusion: the reflection about the uniform superposition of n indices, and its generalisation to any angle."""

import cmath
import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, BQUInt, QBit, Register, Signature, bloq_example

from groverattn.bloqs.costed import BOOKKEEPING, InSequence
from groverattn.bloqs.search.reflect_zero import ReflectZero
from groverattn.bloqs.search.uniform import PrepareUniform


@attrs.frozen
class Diffusion(InSequence):
    """-(1 - (1 - e^{i angle}) |u><u|) with u the uniform superposition of the n indices; 2 |u><u| - 1 at the angle pi.

    Up to a global phase. Only the phase of the reflection is controlled: the preparation undoes itself.

    Attributes:
        n_keys: n, at least 2.
        angle: radians.
        has_ctrl: act only if the qubit `ctrl` is one.

    Registers:
        ctrl: only if `has_ctrl`.
        selection: ceil(log2 n) qubits.
    """

    n_keys: int
    angle: float = attrs.field(default=math.pi, kw_only=True)
    has_ctrl: bool = attrs.field(default=False, kw_only=True)

    @cached_property
    def signature(self) -> Signature:
        ctrl = [Register("ctrl", QBit())] if self.has_ctrl else []
        return Signature([*ctrl, Register("selection", BQUInt(self.prepare.index_bits, self.n_keys))])

    @property
    def prepare(self) -> PrepareUniform:
        """The preparation of u."""
        return PrepareUniform(self.n_keys)

    @property
    def reflect(self) -> ReflectZero:
        """The reflection about |0>."""
        prepare = self.prepare
        return ReflectZero(
            prepare.index_bits,
            angle=self.angle,
            has_ctrl=self.has_ctrl,
            selection_type=prepare.selection_type,
        )

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """Out of the uniform superposition, reflect, and back."""
        return (self.prepare.adjoint(), 1), (self.reflect, 1), (self.prepare, 1)

    def reference_columns(self) -> NDArray[np.complex128]:
        """The matrix that the circuit has to realise up to a global phase, shape (2^m, 2^m), m with the control."""
        size = 1 << self.prepare.index_bits
        identity = np.eye(size, dtype=np.complex128)
        uniform = np.zeros_like(identity)
        uniform[: self.n_keys, : self.n_keys] = 1 / self.n_keys
        matrix = (1 - cmath.exp(1j * self.angle)) * uniform - identity
        if not self.has_ctrl:
            return matrix
        return np.kron(np.diag([1, 0]), identity) + np.kron(np.diag([0, 1]), matrix)

    def adjoint(self) -> "Diffusion":
        return attrs.evolve(self, angle=self.reflect.adjoint().angle)


@bloq_example(generalizer=BOOKKEEPING)
def _diffusion() -> Diffusion:
    return Diffusion(6)
