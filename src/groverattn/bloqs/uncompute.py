"""A bloq and its inverse from one definition."""

from __future__ import annotations

import abc
from typing import Self

import attrs
from qualtran import CompositeBloq, Signature

from groverattn.bloqs.costed import CostedGate


@attrs.frozen
class Uncomputable(CostedGate):
    """A bloq that allocates what it computes, and whose inverse is its own circuit read backwards.

    Read backwards, And becomes its measured uncomputation, which needs no Toffoli (arXiv:1805.03662, Fig. 4), so the
    inverse of a bloq made of And and Clifford gates costs none either.

    Attributes:
        uncompute: read the circuit backwards.
    """

    uncompute: bool = attrs.field(default=False, kw_only=True)

    @property
    @abc.abstractmethod
    def computing_signature(self) -> Signature:
        """Registers of the forward direction."""

    @property
    def forward(self) -> Self:
        """The bloq that computes."""
        return attrs.evolve(self, uncompute=False)

    @property
    def signature(self) -> Signature:
        return self.computing_signature.adjoint() if self.uncompute else self.computing_signature

    def adjoint(self) -> Self:
        return attrs.evolve(self, uncompute=not self.uncompute)

    def decompose_bloq(self) -> CompositeBloq:
        if self.uncompute:
            return self.forward.decompose_bloq().adjoint()
        return super().decompose_bloq()
