"""What the choices of a design may be, and the checks that say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groverattn.errors import InputError, unknown_name
from groverattn.inputs import Check, checked
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.whole_numbers import whole_of_text

AUTO = "auto"
"""In place of a name, or of a number of keys per query: the best."""

FIRST_SCORES = {
    "exact": "the exact score finds and ends the search",
    "approximate": "an approximate score finds, and the exact one ends the search",
    "auto": "an approximate score finds where that takes fewer Toffolis",
}


def name_in(check: Callable[[str], object]) -> Check:
    """Return a validator for AUTO, and for the names that `check` lets pass."""
    return checked(lambda name: None if name == AUTO else check(name))


def text_of_count(value: Any) -> Any:
    """Return a whole number, however it is written, as text; anything else as it is.

    >>> text_of_count(8), text_of_count("2^3"), text_of_count("auto")
    ('8', '8', 'auto')
    """
    number = whole_of_text(value) if isinstance(value, str) else value
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else value


def check_keys_per_query_text(text: str) -> None:
    """Raise InputError unless the text is AUTO or a number of keys.

    >>> check_keys_per_query_text("16")
    """
    if text != AUTO and not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= N_KEYS_MAX):
        raise InputError(
            given=f"keys_per_query = {text}",
            allowed=f"auto, or a whole number from 1 to {N_KEYS_MAX:,} that is at most half of the keys",
            why="a call of the oracle tests this number of keys",
            do="leave it out for one key per query, or choose auto",
        )


def check_first_score(name: str) -> None:
    """Raise InputError unless `name` is in `FIRST_SCORES`.

    >>> check_first_score("exact")
    """
    if name not in FIRST_SCORES:
        raise unknown_name("first score", name, FIRST_SCORES, "each is a search of its own")
