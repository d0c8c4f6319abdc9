"""Numbers as people read them, as text and as cells of tables."""

from __future__ import annotations

import math

import attrs

_TIMES = (
    (365.25 * 86400, "years"),
    (86400, "days"),
    (3600, "h"),
    (60, "min"),
    (1, "s"),
    (1e-3, "ms"),
    (1e-6, "us"),
    (1e-9, "ns"),
    (0, "ps"),
)
# Below a tenth of a picosecond powers of ten are easier to read.
_SHORTEST_S = 1e-13


@attrs.frozen
class Cell:
    """One cell of a table.

    Attributes:
        text: what is printed.
        value: the number behind it; None for words.
    """

    text: str
    value: float | None = None


EMPTY = Cell("")
"""Where there is nothing to say."""


def count_text(value: float) -> str:
    """Write a count: with separators up to a million, in powers of ten beyond.

    >>> count_text(134355), count_text(3.2e9)
    ('134,355', '3.20e9')
    """
    return f"{value:,.0f}" if abs(value) < 1e6 else _scientific(value, 3)


def time_text(seconds: float) -> str:
    """Write a duration in the largest unit that it fills.

    >>> time_text(4867.5), time_text(6.9e-7)
    ('1.35 h', '690 ns')
    >>> time_text(3.46e-13)
    '0.346 ps'
    """
    size, unit = next((size, unit) for size, unit in _TIMES if seconds >= size)
    value = seconds / (size or 1e-12)
    return f"{value:.3g} {unit}" if value < 1000 else f"{count_text(value)} {unit}"


def probability_text(p: float) -> str:
    """Write a probability with two significant digits.

    >>> probability_text(0.0099)
    '0.0099'
    """
    return f"{p:.2g}"


def power_text(n: int) -> str:
    """Write a power of two.

    >>> power_text(1 << 56)
    '2^56'
    """
    return f"2^{n.bit_length() - 1}"


def words(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def count(value: float) -> Cell:
    """A count, as `count_text` writes it."""
    return Cell(count_text(value), value)


def whole(number: int) -> Cell:
    """A whole number, all of its digits."""
    return Cell(f"{number:,}", number)


def rounded(value: float, digits: int = 3) -> Cell:
    """A number with this many significant digits.

    >>> rounded(6505.53).text, rounded(0.0962).text, rounded(96.19).text, rounded(1.8e16).text
    ('6,510', '0.0962', '96.2', '1.80e16')
    """
    if value == 0 or not math.isfinite(value):
        return Cell(f"{value:g}", value)
    if not 1e-4 <= abs(value) < 1e6:
        return Cell(_scientific(value, digits), value)
    shown = float(f"{value:.{digits}g}")
    return Cell(f"{shown:,.0f}" if abs(shown) >= 10 ** (digits - 1) else f"{value:#.{digits}g}".rstrip("."), value)


def duration(seconds: float) -> Cell:
    """A time in the largest unit that it fills."""
    shown = time_text(seconds) if seconds >= _SHORTEST_S or not seconds else f"{_scientific(seconds, 3)} s"
    return Cell(shown, seconds)


def probability(p: float) -> Cell:
    """A probability with two significant digits."""
    return Cell(probability_text(p), p)


def share(fraction: float) -> Cell:
    """A fraction in per cent, without the sign: it stands in the heading."""
    return Cell(f"{100 * fraction:.1f}", fraction)


def share_text(fraction: float) -> str:
    """Write a fraction in per cent, as whole as it may be.

    >>> share_text(0.795), share_text(0.0042), share_text(0.00001), share_text(0)
    ('80 %', '0.42 %', '< 0.01 %', '0 %')
    """
    percent = 100 * fraction
    if 0 < percent < 0.01:
        return "< 0.01 %"
    return f"{percent:.0f} %" if percent >= 1 or not percent else f"{percent:.2g} %"


def with_unit(value: float, unit: str) -> Cell:
    """A count with its unit.

    >>> with_unit(262144, "qubits").text
    '262,144 qubits'
    """
    return Cell(f"{count_text(value)} {unit}", value)


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}"
