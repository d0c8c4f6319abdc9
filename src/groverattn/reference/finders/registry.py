"""The classical finders by name. A new one is a file beside this one that ends in `FINDER`, and its name below."""

from __future__ import annotations

from groverattn.errors import unknown_name
from groverattn.reference.finders import approximate, dense, half_space, matmul_top_k
from groverattn.reference.finders.finder import Finder

FINDERS: dict[str, Finder] = {
    module.FINDER.name: module.FINDER for module in (dense, half_space, matmul_top_k, approximate)
}


def finder(name: str) -> Finder:
    """Return the finder of that name.

    Raises:
        InputError: no finder has it.

    >>> finder("dense").takes, finder("approximate").exact
    ('threshold', False)
    """
    if name not in FINDERS:
        raise unknown_name("finder", name, FINDERS, "each is a way to find the large scores of a row")
    return FINDERS[name]
