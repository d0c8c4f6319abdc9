"""Rows of which some keys are read first: which keys, what is left to search, and the whole row's result."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.instance import Instance
from groverattn.problem.shapes import ReadFirst
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.trials import RowSearch


@attrs.frozen
class ReadingRule:
    """Which keys a row reads before its search.

    Attributes:
        ends: the first and the last keys that the row sees.
        previous: whether those that the row before it marks are read too. A row that is read whole names none.
    """

    ends: ReadFirst = attrs.field(factory=ReadFirst)
    previous: bool = False

    @property
    def reads(self) -> bool:
        """Whether any key is read first."""
        return self.ends.n_keys > 0 or self.previous

    def of_row(self, instance: Instance, row: int, method: SearchMethod) -> NDArray[np.bool_]:
        """Return which of the keys that a row sees it reads first, shape (visible_keys,).

        What the row before marks is taken from plain arithmetic, so that rows do not wait for each other: its search
        finds the same, but for the probability of a miss.

        >>> from groverattn.problem.heads import bundled_head
        >>> instance = Instance.from_target(bundled_head(), 16, 8, 8)
        >>> rule = ReadingRule(ReadFirst(0, 4), previous=True)
        >>> [int(rule.of_row(instance, row, SearchMethod(n_expected=16, p_failure=0.1)).sum()) for row in (0, 1)]
        [4, 20]
        """
        is_read = self.ends.mask(instance.visible_keys(row))
        if self.previous and row and not is_whole(instance, row - 1, method):
            named = to_find(instance.scores(row - 1), instance, row - 1, method)
            is_read[: named.size] |= named
        return is_read


def is_whole(instance: Instance, row: int, method: SearchMethod) -> bool:
    """Whether a row is read whole because there is nothing to choose: too few keys, or scores that tie."""
    return instance.visible_keys(row) <= method.n_kept if method.keeps_largest else instance.read_whole(row)


def to_find(scores: NDArray[np.int64], instance: Instance, row: int, method: SearchMethod) -> NDArray[np.bool_]:
    """Return which keys of a row are to be found: those that reach its threshold, or the k-th largest score.

    With ties at the k-th largest score, any k of those that reach it are right.
    """
    return scores >= (
        np.partition(scores, -method.n_kept)[-method.n_kept] if method.keeps_largest else instance.thresholds[row]
    )


def of_whole_row(search: RowSearch, is_read: NDArray[np.bool_]) -> RowSearch:
    """Return a search with the row's own numbers for the keys found.

    Args:
        search: its n' keys are those that are not read, in their order; n' + i is the i-th that is.
        is_read: which keys of the row are read first, shape (n,).
    """
    numbers = np.concatenate([np.flatnonzero(~is_read), np.flatnonzero(is_read)])
    return attrs.evolve(search, found=tuple(numbers[list(search.found)].tolist()))


def read_whole(scores: NDArray[np.int64], found: NDArray[np.bool_], n_kept: int | None) -> tuple[int, ...]:
    """Return the keys found in a row of which every key is read, ascending: of ties at the end, the first.

    Args:
        scores: of all keys, shape (n,).
        found: those that are right, shape (n,).
        n_kept: how many are to be kept; None: all.

    >>> read_whole(np.array([3, 1, 3, 2]), np.array([True, False, True, False]), 1)
    (0,)
    """
    best = np.argsort(-scores, kind="stable")
    right = best[found[best]][:n_kept]
    return tuple(sorted(right.tolist()))
