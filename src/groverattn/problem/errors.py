"""The one error that bad input raises."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be used: what was given, what is allowed, why, and what to do.

    >>> print(InputError(given="key_bits = 1", allowed="2 to 16", why="a sign needs a bit", do="pass --key-bits 8"))
    given: key_bits = 1; allowed: 2 to 16; why: a sign needs a bit; do: pass --key-bits 8
    """

    def __init__(self, *, given: str, allowed: str, why: str, do: str):
        super().__init__(f"given: {given}; allowed: {allowed}; why: {why}; do: {do}")
