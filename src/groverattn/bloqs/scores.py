"""The score methods by name."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable

from groverattn.bloqs.in_place_score import InPlaceScore
from groverattn.bloqs.score import Score
from groverattn.bloqs.score_heap import SCORE_METHODS
from groverattn.problem.errors import InputError

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
        near = difflib.get_close_matches(method, SCORES, n=1)
        raise InputError(
            given=f"score method {method!r}",
            allowed=", ".join(SCORES),
            why="each method is a circuit of its own",
            do=f"did you mean {near[0]!r}?" if near else "choose one of these",
        )
    return SCORES[method](query, threshold, key_bits)
