"""Whole numbers as people write them: 128k, 131,072, 1e6, 2^17. Options, studies and the Python API read them so."""

from __future__ import annotations

import re
from typing import Any

from groverattn.errors import InputError, shown, whole_number

WHOLE_FORMS = "131072, 131,072, 10_000, 128k, 1M, 1e6 or 2^17 (k is 1,024, M is 1,048,576, G is 2^30)"
"""How a whole number may be written as text."""

_TOO_LARGE = 10**100  # nothing that is counted comes near it, and all that is computed from it stays short
_POWERS_OF_1024 = {"": 0, "k": 1, "m": 2, "g": 3}
_WHOLE = re.compile(
    r"(?P<digits>[0-9]{1,100}|[0-9]{1,3}(?:,[0-9]{3}){1,32}|[0-9]{1,3}(?:_[0-9]{3}){1,32})(?P<unit>[kKmMgG]?)"
    r"|(?P<lead>[0-9]{1,100})(?:\.(?P<after>[0-9]{1,100}))?(?:[eE]\+?(?P<exponent>[0-9]{1,2})|(?P<of>[kKmMgG]))"
    r"|(?P<base>[0-9]{1,3})(?:\^|\*\*)(?P<power>[0-9]{1,3})"
)


def whole_of_text(text: str) -> int | None:
    """Return the whole number that a text writes in one of the forms of `WHOLE_FORMS`; None if it is in none of them.

    k, M and G are powers of 1,024, as the cards of models write lengths of contexts; 1e6 is a million.

    >>> [whole_of_text(text) for text in ("131,072", "10_000", "128k", "1.5k", "1.5e6", "2^17", "-3", "3.7", "1,5")]
    [131072, 10000, 131072, 1536, 1500000, 131072, -3, None, None]
    """
    found = _WHOLE.fullmatch(text.removeprefix("-") if text.startswith("-") else text.removeprefix("+"))
    if found is None:
        return None
    if found["digits"] is not None:
        number = int(re.sub("[,_]", "", found["digits"])) * 1024 ** _POWERS_OF_1024[found["unit"].lower()]
    elif found["base"] is not None:
        number = int(found["base"]) ** int(found["power"])
    else:
        after = found["after"] or ""
        factor = 10 ** int(found["exponent"]) if found["of"] is None else 1024 ** _POWERS_OF_1024[found["of"].lower()]
        number, rest = divmod(int(found["lead"] + after) * factor, 10 ** len(after))
        if rest:
            return None
    if number >= _TOO_LARGE:
        return None
    return -number if text.startswith("-") else number


def whole(name: str, value: Any) -> int:
    """Return a whole number, or the one that a text writes.

    Raises:
        InputError: it is neither.

    >>> whole("n_keys", "128k")
    131072
    """
    if not isinstance(value, str):
        return whole_number(name, value)
    number = whole_of_text(value)
    if number is None:
        raise InputError(
            given=f"{name} = {shown(value)}",
            allowed=f"a whole number of at most 100 digits, such as {WHOLE_FORMS}",
            why="it is a count or a size",
            do=f"write {name} in one of these forms",
        )
    return number
