"""Toffoli depth as a Qualtran cost."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import networkx as nx
from qualtran import Bloq
from qualtran.bloqs.basic_gates import Toffoli, TwoBitCSwap
from qualtran.bloqs.bookkeeping._bookkeeping_bloq import _BookkeepingBloq
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import CostKey
from qualtran.resource_counting.classify_bloqs import bloq_is_clifford, bloq_is_rotation


@attrs.frozen
class ToffoliDepth(CostKey[int]):
    """Toffoli gates on the longest path of a bloq.

    A bloq that knows its depth says so with a property `toffoli_depth`; the tests compare each of these with the
    schedule of the flat circuit. Of any other bloq the longest path through its decomposition is taken, which is an
    upper bound, because wires that are only shared controls count as dependencies there.
    """

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], int]) -> int:
        """Depth of one bloq, given that of its parts."""
        known = getattr(bloq, "toffoli_depth", None)
        if known is not None:
            return known
        if isinstance(bloq, And):
            return int(not bloq.uncompute)
        if isinstance(bloq, (Toffoli, TwoBitCSwap)):
            return 1
        if isinstance(bloq, _BookkeepingBloq) or bloq_is_clifford(bloq) or bloq_is_rotation(bloq):
            return 0
        graph = bloq.decompose_bloq()._binst_graph
        return _longest_path(graph, lambda binst: get_callee_cost(binst.bloq) if hasattr(binst, "bloq") else 0)

    def zero(self) -> int:
        """Depth of nothing."""
        return 0


def _longest_path(graph: nx.DiGraph, weight: Callable[..., int]) -> int:
    ends: dict = {}
    for node in nx.topological_sort(graph):
        ends[node] = weight(node) + max((ends[before] for before in graph.predecessors(node)), default=0)
    return max(ends.values(), default=0)
