"""Predicate: the phase that a marked key receives."""

import math
from functools import cached_property

import attrs
import numpy as np
from qualtran import Bloq, Signature, bloq_example

from groverattn.bloqs.costed import Builder, InSequence, Wire
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes


@attrs.frozen
class Predicate(InSequence):
    """Phase -1 iff the score reaches the threshold and the key is live, that is, was not found before: one CZ.

    Controlled, it takes one And more. Nothing else of an oracle has to be controlled: what is computed is undone. A
    phase of another angle than pi takes one And more and a rotation; its global phase is that of PhaseOnOnes.

    Attributes:
        has_ctrl: act only if the qubit `ctrl` is one.
        angle: of the phase, in radians.

    Registers:
        ctrl: only if `has_ctrl`.
        marked: [ score >= threshold ], from Score.
        live: the last bit of the loaded word.
    """

    has_ctrl: bool = False
    angle: float = attrs.field(default=math.pi, kw_only=True)

    @cached_property
    def signature(self) -> Signature:
        return Signature.build(ctrl=int(self.has_ctrl), marked=1, live=1)

    @property
    def phase(self) -> PhaseOnOnes:
        """The phase on all of its qubits."""
        return PhaseOnOnes(2 + self.has_ctrl, angle=self.angle)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The phase alone."""
        return ((self.phase, 1),)

    def build_composite_bloq(self, bb: Builder, marked: Wire, live: Wire, **ctrl: Wire) -> dict[str, Wire]:
        *ctrls, live, marked = bb.add(self.phase, bits=np.array([*ctrl.values(), live, marked]))
        return dict(zip(ctrl, ctrls, strict=True)) | {"marked": marked, "live": live}

    def on_classical_vals(self, **values: int) -> dict[str, int]:
        return values

    def basis_state_phase(self, **values: int) -> complex:
        return self.phase.basis_state_phase(np.array(list(values.values())))

    def adjoint(self) -> "Predicate":
        return attrs.evolve(self, angle=self.phase.adjoint().angle)


@bloq_example
def _predicate() -> Predicate:
    return Predicate()
