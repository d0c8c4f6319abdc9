"""Score methods by name: how a circuit adds up the score of a loaded key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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


def score(method: str, query: tuple[int, ...], threshold: int, key_bits: int) -> KeyScore:
    """Return the score of this query and threshold by the named method.

    Raises:
        InputError: there is no such method.

    >>> score("in-place", (3, -1), 2, 4).toffoli_depth > score("shared-sums", (3, -1), 2, 4).toffoli_depth
    True
    """
    return SCORES[method](query, threshold, key_bits)
