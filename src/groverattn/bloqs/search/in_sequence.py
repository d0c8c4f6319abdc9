"""Base class of the bloqs whose parts follow each other: parts say the counts, depths and width of the whole."""

import abc
from collections import Counter

from qualtran import Bloq

from groverattn.bloqs.costed import Builder, CostedGate, Wire
from groverattn.bloqs.search.any_oracle import reading


class InSequence(CostedGate, metaclass=abc.ABCMeta):
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
    def peak_qubits(self) -> int:
        """Those of a part, and the registers that it leaves alone."""
        width = self.signature.n_qubits()
        parts = [part for part, times in self.parts if times]
        used = (reading(part, "peak_qubits") - sum(r.total_bits() for r in part.signature.lefts()) for part in parts)
        return max([width, *(width + more for more in used)])

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
