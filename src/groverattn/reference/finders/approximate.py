"""Approximate maximum inner product search by a graph index (HNSW, arXiv:1603.09320), as faiss has it.

faiss is optional (the extra `index`). Of the libraries that install for Python 3.11 to 3.13 it is the
one that says how many distances a search computed, which is what is counted here.
"""

from __future__ import annotations

import importlib
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.reference.finders.finder import Finder, Found, KeyIndex
from groverattn.reference.finders.key_set import KeySet

_NEIGHBOURS = 16  # links of a key in the graph; 32 at its lowest level
_BEAM = 256  # keys kept on the way (efSearch): more find more and visit more


@attrs.frozen(eq=False, repr=False)
class GraphIndex(KeyIndex):
    """A navigable graph of the keys. Not exact: a search may end before it has met all of the largest scores.

    Attributes:
        keys: the keys.
        graph: faiss.IndexHNSWFlat with the inner product as its metric.
    """

    keys: KeySet
    graph: Any

    @property
    def memory_bytes(self) -> int:
        """Bytes of the graph and of its float32 copy of the keys, as written to a file."""
        return _faiss().serialize_index(self.graph).nbytes

    def find(self, query: NDArray[np.integer], wanted: int) -> Found:
        """At most k = `wanted` keys, usually those with the largest scores; fewer if the walk met fewer."""
        faiss = _faiss()
        self.keys.check_k(wanted)
        numbers = self.keys.query(query).astype(np.float32)
        statistics = faiss.cvar.hnsw_stats  # of the process: one search at a time
        statistics.reset()
        beam = faiss.SearchParametersHNSW(efSearch=max(_BEAM, wanted))
        _, found = self.graph.search(numbers[np.newaxis], wanted, params=beam)
        visits = int(statistics.ndis)
        return Found(np.sort(found[0][found[0] >= 0]), visits, lambda: visits)


def prepare(keys: KeySet) -> GraphIndex:
    """Build the graph, on one thread: with several it depends on their timing.

    Raises:
        InputError: faiss is not installed; scores that float32 would round.
    """
    faiss = _faiss()
    if keys.numbers.dtype != np.float32:
        raise InputError(
            given=f"keys whose scores reach {keys.largest_score}",
            allowed=f"scores below {1 << 24}",
            why="faiss computes in float32, and a rounded score would depend on the machine",
            do="quantise queries and keys to 8 bits",
        )
    graph = faiss.IndexHNSWFlat(keys.d_head, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        graph.add(keys.numbers)
    finally:
        faiss.omp_set_num_threads(threads)
    return GraphIndex(keys, graph)


def _faiss() -> Any:
    try:
        return importlib.import_module("faiss")
    except ImportError as error:
        raise InputError(
            given="the finder 'approximate' without faiss",
            allowed="an installation with the extra `index`",
            why="the graph index is that of faiss, which the other finders do not need",
            do="pip install -c constraints.txt -e '.[index]' in the repository, or choose another finder",
        ) from error


FINDER = Finder(
    name="approximate",
    description="the k largest scores that a walk on a navigable graph meets (HNSW of faiss): fast, and may miss some",
    takes="k",
    exact=False,
    prepare=prepare,
)
