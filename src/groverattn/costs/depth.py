"""Toffoli depth and measurement depth as Qualtran costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs
import networkx as nx
from qualtran import Bloq, CompositeBloq
from qualtran.bloqs.basic_gates import MeasureX, Toffoli, TwoBitCSwap
from qualtran.bloqs.bookkeeping._bookkeeping_bloq import _BookkeepingBloq
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import CostKey
from qualtran.resource_counting.classify_bloqs import bloq_is_clifford, bloq_is_rotation

from groverattn.bloqs.costed import CostedGate


@attrs.frozen
class ToffoliDepth(CostKey[int]):
    """Toffoli gates on the longest path of a bloq.

    A bloq of this package states its depth; the tests compare each statement with the schedule of the flat circuit. Of
    any other bloq the longest path through its decomposition is taken. That is an upper bound: wires that are only
    shared controls count as dependencies there.
    """

    name: ClassVar[str] = "toffoli_depth"

    def of_gate(self, bloq: Bloq) -> int:
        """One for a Toffoli, nothing for a measured uncomputation."""
        is_toffoli = isinstance(bloq, (And, Toffoli, TwoBitCSwap))
        return int(is_toffoli and not getattr(bloq, "uncompute", False))

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], int]) -> int:
        """Depth of one bloq, given that of its parts."""
        if isinstance(bloq, CostedGate):
            return getattr(bloq, self.name)
        is_bookkeeping = isinstance(bloq, _BookkeepingBloq)
        if is_bookkeeping or isinstance(bloq, _GATES) or bloq_is_clifford(bloq) or bloq_is_rotation(bloq):
            return self.of_gate(bloq)
        graph = (bloq if isinstance(bloq, CompositeBloq) else bloq.decompose_bloq())._binst_graph
        return _longest_path(graph, lambda binst: get_callee_cost(binst.bloq) if hasattr(binst, "bloq") else 0)

    def zero(self) -> int:
        """Depth of nothing."""
        return 0


@attrs.frozen
class MeasurementDepth(ToffoliDepth):
    """Measurements that later gates wait for on the longest path of a bloq; see `CostedGate.measurement_depth`."""

    name: ClassVar[str] = "measurement_depth"

    def of_gate(self, bloq: Bloq) -> int:
        """One for a Toffoli, a measured uncomputation and a measurement."""
        return int(isinstance(bloq, _GATES))


_GATES = (And, Toffoli, TwoBitCSwap, MeasureX)


def _longest_path(graph: nx.DiGraph, weight: Callable[..., int]) -> int:
    ends: dict = {}
    for node in nx.topological_sort(graph):
        ends[node] = weight(node) + max((ends[before] for before in graph.predecessors(node)), default=0)
    return max(ends.values(), default=0)
