"""Cells with the number that stands behind them."""

from __future__ import annotations

from groverattn.show.document import Cell
from groverattn.show.numbers import count_text, time_text

EMPTY = Cell("")
"""Where there is nothing to say."""

# Below a tenth of a picosecond powers of ten are easier to read.
_SHORTEST_S = 1e-13


def words(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def count(value: float) -> Cell:
    """A count: with separators up to a million, three digits beyond."""
    return Cell(count_text(value), value)


def rounded(value: float, digits: int = 3) -> Cell:
    """A number with so many significant digits.

    >>> rounded(6505.53).text, rounded(0.0962).text, rounded(96.19).text, rounded(1.8e16).text
    ('6,510', '0.0962', '96.2', '1.80e16')
    """
    if value == 0 or not 1e-4 <= abs(value) < 1e6:
        return Cell("0" if value == 0 else _scientific(value, digits), value)
    shown = float(f"{value:.{digits}g}")
    return Cell(f"{shown:,.0f}" if abs(shown) >= 10 ** (digits - 1) else f"{value:#.{digits}g}".rstrip("."), value)


def duration(seconds: float) -> Cell:
    """A time in the largest unit that it fills."""
    shown = time_text(seconds) if seconds >= _SHORTEST_S or not seconds else f"{_scientific(seconds, 3)} s"
    return Cell(shown, seconds)


def probability(p: float) -> Cell:
    """A probability with two significant digits."""
    return Cell(f"{p:.2g}", p)


def share(fraction: float) -> Cell:
    """A fraction in per cent, without the sign: it stands in the heading."""
    return Cell(f"{100 * fraction:.1f}", fraction)


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}"
