"""Base classes of every bloq: a circuit that states its width and depth, one with its inverse, one made of parts."""

from __future__ import annotations

import abc
from collections import Counter
from typing import Any, Self, TypeAlias

import attrs
from qualtran import Bloq, CDType, CompositeBloq, GateWithRegisters, Signature
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import CostKey, QubitCount
from qualtran.resource_counting.generalizers import ignore_alloc_free, ignore_split_join

from groverattn.errors import InputError
from groverattn.problem.sizes import largest

Wire: TypeAlias = Any
"""A Soquet, or an array of them for a shaped register. Qualtran's builder declares the union of these, of tuples and of
None for all that it returns, which no checker can narrow."""

Builder: TypeAlias = Any
"""Qualtran's BloqBuilder, whose results are then Wire."""

BOOKKEEPING = (ignore_split_join, ignore_alloc_free)
"""What a `bloq_example` leaves out of its counts: the nodes that are no gates, as call graphs state gates."""


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

    @property
    def fan_outs(self) -> int:
        """CNOTs on many targets and parities of many qubits that take turns, for each moves through one bus.

        n CNOTs on m targets each are n fan-outs, or m parities where all n controls are there at the same time. CNOTs
        between two qubits are left out: none, unless the bloq says more.
        """
        return 0

    def my_static_costs(self, cost_key: CostKey):
        """Answer Qualtran's QubitCount."""
        return self.peak_qubits if isinstance(cost_key, QubitCount) else NotImplemented

    def _has_unitary_(self) -> bool:
        """Answer Cirq from the call graph, without a decomposition: a circuit that measures has no matrix."""
        _, counts = self.call_graph(keep=_measures)
        return not any(_measures(bloq) for bloq in (self, *counts))


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


class InSequence(CostedGate):
    """A bloq made of parts, one after the other, each on the registers that it names.

    A bloq that needs other wiring has a `build_composite_bloq` of its own; gates beside the parts, which add no depth,
    it adds to the call graph.

    Raises:
        InputError: when a depth or the width is read that a part does not state.
    """

    @property
    @abc.abstractmethod
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """What is done, in order, and how many times in a row; of an adjoint, what it undoes."""

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth of the schedule in which the parts follow each other."""
        return sum(times * reading(part, "toffoli_depth") for part, times in self.parts)

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return sum(times * reading(part, "measurement_depth") for part, times in self.parts)

    @property
    def fan_outs(self) -> int:
        """Those of all parts."""
        return sum(times * getattr(part, "fan_outs", 0) for part, times in self.parts)

    @property
    def peak_qubits(self) -> int:
        """Those of a part, and the registers that it leaves alone."""
        width = self.signature.n_qubits()
        parts = [part for part, times in self.parts if times]
        used = (reading(part, "peak_qubits") - sum(r.total_qubits() for r in part.signature.lefts()) for part in parts)
        return largest(width, *(width + more for more in used))

    def build_composite_bloq(self, bb: Builder, **wires: Wire) -> dict[str, Wire]:
        for part, times in self.parts:
            names = [reg.name for reg in part.signature]
            for _ in range(times):
                wires |= bb.add_d(part, **{name: wires[name] for name in names})
        return wires

    def build_call_graph(self, ssa):
        counts: Counter[Bloq] = Counter()
        for part, times in self.parts:
            counts[part.adjoint() if getattr(self, "uncompute", False) else part] += times
        return +counts


def _measures(bloq: Bloq) -> bool:
    is_undone_and = isinstance(bloq, And) and bloq.uncompute
    return bool(is_undone_and) or any(isinstance(reg.dtype, CDType) for reg in bloq.signature)


def reading(bloq: Bloq, name: str) -> Any:
    """Return the depth, width or another property that a bloq states of itself.

    Raises:
        InputError: it does not.
    """
    found = getattr(bloq, name, None)
    if found is None:
        raise not_stated(bloq, name, "it is read as the bloq states it, and not worked out from its circuit")
    return found


def not_stated(bloq: Bloq, name: str, why: str) -> InputError:
    """Return the refusal of a bloq that does not state what is needed of it."""
    return InputError(
        given=f"the bloq {bloq} without {name}",
        allowed=f"a bloq that states its {name}",
        why=why,
        do=f"add {name} to {type(bloq).__name__}; a subclass of groverattn.bloqs.costed.CostedGate starts with the "
        "width and the depths of a circuit without Toffolis",
    )
