"""Numbers and words that people and damaged files come up with, and edits that damage a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st


def split(text: str) -> tuple[str, ...]:
    """Return the words of a text: a list of odd ones takes few lines so."""
    return tuple(text.split())


_POWERS = (7, 8, 15, 16, 17, 31, 32, 53, 60, 61, 63, 64, 100, 1023, 1024)
_HUGE = (*(sign * 2**power for power in _POWERS for sign in (1, -1)), 10**18, 10**30, 10**100, 10**310)

WHOLE = st.integers(-3, 70) | st.sampled_from(_HUGE) | st.integers()
"""Whole numbers of all sizes, mostly small."""

_REALS = "nan inf -inf 0 -0 5e-324 -5e-324 1e-308 1e-300 1e-17 0.5 1 -1 2.5 1e9 1e17 1e154 1e155 1e300 1.7e308 -1.7e308"
REAL = st.sampled_from((*map(float, _REALS.split()), 1 - 2**-53, 1 + 2**-52)) | st.floats() | st.floats(0, 1)
"""Floating-point numbers, NaN and the infinities included."""

LONG = st.builds(pow, st.sampled_from((16, -16)), st.just(5001))
"""Whole numbers of 6,000 digits. Python does not write them out, so they are built: Hypothesis writes constants."""

_OF_NUMPY = (np.int64(5), np.uint8(3), np.int8(-1), np.float32(0.5), np.float64(8))
NUMBER = WHOLE | REAL | st.booleans() | LONG | st.sampled_from(_OF_NUMPY)
"""What a caller may pass where a number is asked for."""

_MARKUP = ("", " ", "\n", "=1+2", "@x", "<script>", "[/]", "[red]", "\x1b[31m", "\u202e", "e\u0301", "\u0661", "NaN")
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    (*_MARKUP, "None")
)
"""Short texts: markup of terminals, spreadsheets and pages among them."""

_WORDS = "+3 3.0 3,5 1e3 1e400 0x10 1_000 -- - -1 \u0663 1/2 true none -0 1e-400 infinity nan ' \" \\ $(x) %s {} * a=b"
WORD = (
    WHOLE.filter(lambda number: abs(number) < 10**101).map(str)
    | REAL.map(str)
    | TEXT
    | st.sampled_from((*_WORDS.split(" "), " 3", "3 ", "9" * 5000))
)
"""What may stand after an option on a command line."""


@st.composite
def edited(
    draw: st.DrawFn,
    originals: Sequence[bytes],
    places: Sequence[re.Pattern[bytes]],
    new: st.SearchStrategy[bytes],
    longest: int | None = None,
) -> bytes:
    """A valid content with pieces replaced, cut out or repeated, most of them where one of `places` matches.

    Args:
        draw: Hypothesis's own.
        originals: valid contents.
        places: what is mostly edited, as a whole; each pattern is as likely as the others.
        new: what comes in the place of a piece.
        longest: bytes of a piece at the most, anywhere in a place; None: the whole place.
    """
    content = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 3))):
        spans = [match.span() for match in draw(st.sampled_from(places)).finditer(content)]
        start, end = draw(st.sampled_from(spans)) if spans and draw(st.integers(0, 7)) else (0, len(content))
        if longest is not None or (start, end) == (0, len(content)):
            start = draw(st.integers(start, max(start, end - 1)))
            end = min(end, start + draw(st.integers(0, longest or 9)))
        piece, kind = content[start:end], draw(st.integers(0, 15))
        if kind <= 11:
            middle = draw(new)
            if kind <= 3 and longest is not None:  # as many bytes as before
                middle = (middle * (end - start))[: end - start]
        else:
            middle = {12: b"", 13: 2 * piece, 14: piece + draw(new)}.get(kind, b"")
        content = content[:start] + middle + (b"" if kind == 15 and longest is not None else content[end:])
    return content
