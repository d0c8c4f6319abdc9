"""Numbers and words that people and damaged files come up with."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

_POWERS = (7, 8, 15, 16, 17, 31, 32, 53, 60, 61, 63, 64, 100, 1023, 1024)
_HUGE = (*(sign * 2**power for power in _POWERS for sign in (1, -1)), 10**18, 10**30, 10**100, 10**310)

WHOLE = st.integers(-3, 70) | st.sampled_from(_HUGE) | st.integers()
"""Whole numbers of all sizes, mostly small."""

REAL = (
    st.sampled_from(
        (math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-308, 1e-300, 1e-17, 0.5, 1.0, 1 - 2**-53)
        + (1 + 2**-52, -1.0, 2.5, 1e9, 1e17, 1e154, 1e155, 1e300, 1.7e308, -1.7e308)
    )
    | st.floats()
    | st.floats(0, 1)
)
"""Floating-point numbers, those that are none included."""

LONG = st.builds(pow, st.sampled_from((16, -16)), st.just(5001))
"""Whole numbers of 6,000 digits. Python does not write them out, so they are built: Hypothesis writes constants."""

NUMBER = (
    WHOLE
    | REAL
    | st.booleans()
    | LONG
    | st.sampled_from((np.int64(5), np.uint8(3), np.int8(-1), np.float32(0.5), np.float64(8)))
)
"""What a caller may pass where a number is asked for."""

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ("", " ", "\n", "=1+2", "@x", "<script>", "[/]", "[red]", "\x1b[31m", "\u202e", "e\u0301", "\u0661", "NaN", "None")
)
"""Short texts: markup of terminals, spreadsheets and pages among them."""

WORD = (
    WHOLE.filter(lambda number: abs(number) < 10**101).map(str)
    | REAL.map(str)
    | TEXT
    | st.sampled_from(
        ("+3", "3.0", "3,5", "1e3", "1e400", "0x10", "1_000", " 3", "3 ", "--", "-", "-1", "9" * 5000, "\u0663", "1/2")
        + ("true", "none", "-0", "1e-400", "infinity", "nan", "'", '"', "\\", "$(x)", "%s", "{}", "*", "a=b")
    )
)
"""What may stand after an option on a command line."""
