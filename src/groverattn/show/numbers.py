"""Numbers as people read them."""

from __future__ import annotations

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


def count_text(value: float) -> str:
    """Write a count: with separators up to a million, in powers of ten beyond.

    >>> count_text(134355), count_text(3.2e9)
    ('134,355', '3.20e9')
    """
    if abs(value) < 1e6:
        return f"{value:,.0f}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}"


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
