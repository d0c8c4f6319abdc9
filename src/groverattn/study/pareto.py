"""The members of a set that no other one equals or beats in every respect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def pareto(members: Iterable[T], merits: Callable[[T], tuple[float, ...]]) -> list[T]:
    """Return the Pareto set, in the order of its merits; of equals the first is kept.

    Args:
        members: what is compared.
        merits: numbers of which less is better.

    >>> pareto([(1, 5), (2, 2), (3, 3), (5, 1)], merits=lambda pair: pair)
    [(1, 5), (2, 2), (5, 1)]
    """
    kept: list[tuple[tuple[float, ...], T]] = []
    for member in sorted(members, key=merits):
        own = merits(member)
        # Sorted by the first merit, so whatever beats this member has been seen.
        if not any(all(a <= b for a, b in zip(other, own, strict=True)) for other, _ in kept):
            kept.append((own, member))
    return [member for _, member in kept]
