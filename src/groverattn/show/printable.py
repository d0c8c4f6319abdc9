"""Text from names of files and models, made safe for a terminal."""

from __future__ import annotations

import unicodedata
from typing import Any


def printable(value: Any) -> Any:
    r"""Write control characters, turns of the direction, and bytes of a name that are no UTF-8, as escapes.

    Args:
        value: text, or a JSON object, whose texts are treated alike; line breaks stay.

    >>> print(printable("\x1b[31mred\udcff"), printable({"name": ["a\x9bb"]}))
    \x1b[31mred\udcff {'name': ['a\\x9bb']}
    """
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_escaped, value))
    if isinstance(value, dict):
        return {key: printable(entry) for key, entry in value.items()}
    return [printable(entry) for entry in value] if isinstance(value, list | tuple) else value


# What turns the direction of the text that follows.
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def _escaped(character: str) -> str:
    is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    turns = unicodedata.bidirectional(character) in _TURNS
    return repr(character)[1:-1] if is_control or turns else character
