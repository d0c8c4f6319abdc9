"""The score methods by name."""

from __future__ import annotations

import functools
from collections.abc import Callable

from groverattn.bloqs.score.heap import SCORE_METHODS
from groverattn.bloqs.score.in_place import InPlaceScore
from groverattn.bloqs.score.score import Score
from groverattn.errors import unknown_name

AnyScore = Score | InPlaceScore

SCORES: dict[str, Callable[[tuple[int, ...], int, int], AnyScore]] = {
    **{method: functools.partial(Score, method=method) for method in SCORE_METHODS},
    "in-place": InPlaceScore,
}


def score(method: str, query: tuple[int, ...], threshold: int, key_bits: int) -> AnyScore:
    """Return the score of this query and threshold by the named method.

    Raises:
        InputError: there is no such method.

    >>> score("in-place", (3, -1), 2, 4).toffoli_depth > score("shared-sums", (3, -1), 2, 4).toffoli_depth
    True
    """
    if method not in SCORES:
        raise unknown_name("score method", method, SCORES, "each method is a circuit of its own")
    return SCORES[method](query, threshold, key_bits)
