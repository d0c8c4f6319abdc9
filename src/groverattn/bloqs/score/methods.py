"""Score methods by name: how a circuit adds up the score of a loaded key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from groverattn.problem.indexers import IndexerQuery, Query
from groverattn.registry import Registry

if TYPE_CHECKING:
    from groverattn.bloqs.score.key_score import KeyScore

_HERE = "groverattn.bloqs.score"

# Only names are needed to read a request; the circuits, and Qualtran with them, are imported when one is built.
SCORES: Registry[Callable[[tuple[int, ...], int, int], KeyScore]] = Registry(
    "score method",
    "each score method is a circuit of its own",
    {
        "shared-sums": f"{_HERE}.score:shared_sums",
        "plain-heap": f"{_HERE}.score:plain_heap",
        "quantum-query": f"{_HERE}.score:quantum_query",
        "in-place": f"{_HERE}.in_place:InPlaceScore",
    },
    group="groverattn.scores",
)


# The same trade: a qubit for every Toffoli until it is undone, or few qubits and every sum formed twice.
INDEXER_SCORES: Registry[Callable[[IndexerQuery, int, int], KeyScore]] = Registry(
    "score method of an indexer",
    "heads are added up in one heap, or one after another",
    {"shared-sums": f"{_HERE}.indexer:IndexerScore", "in-place": f"{_HERE}.indexer:HeadByHeadScore"},
)


def score(method: str, query: Query, threshold: int, key_bits: int) -> KeyScore:
    """Return the score of this query and threshold by the named method.

    Of an indexer, `shared-sums` adds all heads up in one heap, and `in-place` one head after another.

    Raises:
        InputError: there is no such method, or none for an indexer.

    >>> score("in-place", (3, -1), 2, 4).toffoli_depth > score("shared-sums", (3, -1), 2, 4).toffoli_depth
    True
    """
    if isinstance(query, IndexerQuery):
        return INDEXER_SCORES[method](query, threshold, key_bits)
    return SCORES[method](query, threshold, key_bits)
