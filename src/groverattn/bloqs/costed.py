"""Base classes of every bloq: a circuit that states its width and depth, and one with its inverse."""

from __future__ import annotations

import abc
from typing import Any, Self, TypeAlias

import attrs
from qualtran import CompositeBloq, GateWithRegisters, Signature
from qualtran.resource_counting import CostKey, QubitCount

Wire: TypeAlias = Any
"""A Soquet, or an array of them for a shaped register. Qualtran's builder declares the union of these, of tuples and of
None for all that it returns, which no checker can narrow."""

Builder: TypeAlias = Any
"""Qualtran's BloqBuilder, whose results are then Wire."""


class CostedGate(GateWithRegisters, metaclass=abc.ABCMeta):
    """A bloq, and a Cirq gate, that states its peak number of qubits and its depths in closed form.

    They belong to one schedule: parts follow each other, and within a part the gates run as their wires allow. The
    tests compare them, and the gate counts of the call graph, with the gates of the flat circuit. Qualtran's own
    QubitCount takes minutes at the sizes of interest and asks here instead.
    """

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once: the registers, unless the bloq says more."""
        return self.signature.n_qubits()

    @property
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path: none, unless the bloq says more."""
        return 0

    @property
    def measurement_depth(self) -> int:
        """Measurements that later gates wait for on the longest path: those of Toffolis, of undone And, of unloads.

        Times the reaction time it bounds the runtime from below. None, unless the bloq says more.
        """
        return 0

    def my_static_costs(self, cost_key: CostKey):
        """Answer Qualtran's QubitCount."""
        return self.peak_qubits if isinstance(cost_key, QubitCount) else NotImplemented


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
