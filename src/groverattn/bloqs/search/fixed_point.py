"""Fixed-point search: finds a marked key without overshooting when more keys are marked than was assumed."""

from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, Signature, bloq_example

from groverattn.bloqs.costed import BOOKKEEPING, InSequence, Uncomputable, reading
from groverattn.bloqs.search.any_oracle import phases
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle, _phase_oracle
from groverattn.bloqs.search.uniform import PrepareUniform
from groverattn.errors import InputError


def _angles(values) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


@attrs.frozen
class FixedPointSearch(InSequence, Uncomputable):
    """Prepare the uniform superposition and apply Grover iterates by the given angles; the caller measures the index.

    With the angles of Yoder, Low and Chuang (arXiv:1409.3305, Eq. (11)) for l iterates and a failure probability
    delta^2, the index is a marked one with probability 1 - delta^2 T_L(T_{1/L}(1/delta) sqrt(1 - t/n))^2, where
    L = 2 l + 1 and T is a Chebyshev polynomial (their Eq. (1)): at least 1 - delta^2 from some number t of marked keys
    on. With all angles pi this is Grover's search. Up to a global phase.

    Attributes:
        oracle: a PhaseOracle, or any phase oracle (see `any_oracle`) with a field `angle`, which is replaced.
        oracle_angles: radians, one for each iterate, in the order of application.
        diffusion_angles: the same for the diffusions.

    Registers:
        selection: the index, initially 0.

    Raises:
        InputError: the two lists of angles differ in length, or the oracle has a control, no angle, or other registers
            than a phase oracle.
    """

    oracle: PhaseOracle | Any
    oracle_angles: tuple[float, ...] = attrs.field(converter=_angles)
    diffusion_angles: tuple[float, ...] = attrs.field(converter=_angles)

    def __attrs_post_init__(self):
        has_ctrl = GroverIterate(self.oracle).has_ctrl
        reading(self.oracle, "angle")
        if len(self.oracle_angles) != len(self.diffusion_angles) or has_ctrl:
            raise InputError(
                given=f"{len(self.oracle_angles)} angles of the oracle, {len(self.diffusion_angles)} of the diffusion, "
                f"has_ctrl = {has_ctrl}",
                allowed="as many angles of the one as of the other, and an oracle without control",
                why="each iterate is one oracle and one diffusion",
                do="take both from one call of reference.fixed_point.fixed_point_phases",
            )

    @property
    def computing_signature(self) -> Signature:
        return self.oracle.signature

    @cached_property
    def prepare(self) -> PrepareUniform:
        """The initial state's preparation."""
        return PrepareUniform(GroverIterate(self.oracle).n_keys)

    @cached_property
    def iterates(self) -> tuple[GroverIterate, ...]:
        """The iterates in the order of application."""
        return tuple(
            GroverIterate(attrs.evolve(self.oracle, angle=oracle_angle), diffusion_angle=diffusion_angle)
            for oracle_angle, diffusion_angle in zip(self.oracle_angles, self.diffusion_angles, strict=True)
        )

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The preparation, then the iterates."""
        return (self.prepare, 1), *((iterate, 1) for iterate in self.iterates)

    def reference_columns(self) -> NDArray[np.complex128]:
        """The state that the circuit has to reach from |0>, shape (2^m, 1), up to a global phase.

        Phase and reflection about the mean, as PhaseOracle and Diffusion state them, on all n amplitudes.
        """
        n_keys = self.prepare.n_keys
        marked = phases(attrs.evolve(self.oracle, angle=np.pi), np.arange(n_keys)).real < 0
        amplitudes = np.full(n_keys, 1 / np.sqrt(n_keys), dtype=np.complex128)
        for oracle_angle, diffusion_angle in zip(self.oracle_angles, self.diffusion_angles, strict=True):
            amplitudes[marked] *= np.exp(1j * oracle_angle)
            amplitudes = (1 - np.exp(1j * diffusion_angle)) * amplitudes.mean() - amplitudes
        state = np.zeros((1 << self.prepare.index_bits, 1), dtype=np.complex128)
        state[:n_keys, 0] = amplitudes
        return state


@bloq_example(generalizer=BOOKKEEPING)
def _fixed_point_search() -> FixedPointSearch:
    # a failure probability of 0.1
    return FixedPointSearch(_phase_oracle.make(), (3.6375, 1.5009), (1.5009, 3.6375))
