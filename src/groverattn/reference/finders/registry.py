"""Classical finders by name: how a computer without qubits finds the large scores of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groverattn.registry import Registry

if TYPE_CHECKING:
    from groverattn.reference.finders.finder import Finder

_HERE = "groverattn.reference.finders"

FINDERS: Registry[Finder] = Registry(
    "finder",
    "each is a way to find the large scores of a row",
    {
        "dense": f"{_HERE}.dense:FINDER",
        "half-space": f"{_HERE}.half_space:FINDER",
        "subspace-balls": f"{_HERE}.subspace_balls:FINDER",
        "matmul-top-k": f"{_HERE}.matmul_top_k:FINDER",
        "approximate": f"{_HERE}.approximate:FINDER",
    },
    group="groverattn.finders",
)


def finder(name: str) -> Finder:
    """Return the finder of that name.

    Raises:
        InputError: no finder has it.

    >>> finder("dense").takes, finder("approximate").exact
    ('threshold', False)
    """
    return FINDERS[name]
