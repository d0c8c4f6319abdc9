"""TOML from outside: parsed after a look at its keys, as the parser's memory grows with the square of their parts."""

from __future__ import annotations

import re
import tomllib
from typing import Any

# Our assumption: no file of ours has a key of more than three parts.
PARTS_MAX = 32

_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART}[ \t]*+\.[ \t]*+){{{PARTS_MAX}}}")


def entries_of_toml(text: str) -> dict[str, Any]:
    """Return the entries of a TOML text.

    A key of thousands of dotted parts would be a table for each of its beginnings. What looks like one in a comment or
    in a text is refused as well.

    Raises:
        ValueError: it is no TOML, or has a key of more than `PARTS_MAX` parts.
        RecursionError: it is nested too deeply.

    >>> entries_of_toml("layers.first = 3")
    {'layers': {'first': 3}}
    """
    found = _LONG_KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key of more than {PARTS_MAX} dotted parts (at line {line})")
    return tomllib.loads(text)
