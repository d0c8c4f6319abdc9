"""Numbers as people read them, as text and as cells of tables."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

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
    (1e-12, "ps"),
    (1e-15, "fs"),
)
_LARGEST_PLAIN = 1e6  # from here on counts are written in powers of ten
_DIGITS = 3  # significant digits of every number that is rounded, but probabilities
_REPRODUCIBLE = 9  # significant digits of JSON: the last ones of a sum depend on the processor
_ALIKE = 1000  # a column of counts or times within this factor has one unit, of which no time is more: our choice
_ROUNDS_UP = 1 - 0.5 * 10.0**-_DIGITS  # from here on three digits would be those of the next unit


@attrs.frozen
class Cell:
    """One cell of a table.

    Attributes:
        text: what is printed.
        value: the number behind it; None for words.
        kind: `count` or `time` if it may be written as its neighbours in a column are.
    """

    text: str
    value: float | None = None
    kind: str = ""


EMPTY = Cell("")
"""Where there is nothing to say."""


def count_text(value: float, digits: int = _DIGITS) -> str:
    """Write a count: with separators up to a million, in powers of ten beyond, with three digits.

    >>> count_text(134355), count_text(3.2e9)
    ('134,355', '3.20e9')
    """
    return f"{value:,.0f}" if abs(value) < _LARGEST_PLAIN else _scientific(value, digits)


def time_text(seconds: float, digits: int = _DIGITS, like: float | None = None) -> str:
    """Write a duration with three digits in the largest unit that it fills, or that `like` seconds fill.

    >>> time_text(4867.5), time_text(6.9e-7), time_text(0.9999), time_text(3.46e-13)
    ('1.35 h', '690 ns', '1.00 s', '346 fs')
    >>> time_text(0.0), time_text(3.9e-18), time_text(1e15)
    ('0 s', '3.90e-18 s', '3.17e7 years')
    >>> time_text(90.0, like=2.0)
    '90.0 s'
    """
    if seconds == 0 or not math.isfinite(seconds):
        return f"{seconds:g} s"
    size, unit = _unit_of(seconds if like is None else like)
    if seconds < _ROUNDS_UP * _TIMES[-1][0]:
        return f"{_scientific(seconds, digits)} s"
    return f"{number_text(seconds / size, digits)} {unit}"


def _unit_of(seconds: float) -> tuple[float, str]:
    """The largest unit that a duration fills, or the smallest one."""
    return next((each for each in _TIMES if seconds >= _ROUNDS_UP * each[0]), _TIMES[-1])


def number_text(value: float, digits: int = _DIGITS) -> str:
    """Write a ratio, or any number that is not whole, with three significant digits.

    With separators up to a million, in powers of ten beyond it and below 1e-4.

    >>> number_text(6505.53), number_text(0.0962), number_text(2.5), number_text(1.8e16), number_text(3.2e-5)
    ('6,510', '0.0962', '2.50', '1.80e16', '3.20e-5')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if not 1e-4 <= abs(value) < _LARGEST_PLAIN:
        return _scientific(value, digits)
    shown = float(f"{value:.{digits}g}")
    return f"{shown:,.0f}" if abs(shown) >= 10 ** (digits - 1) else f"{value:#.{digits}g}".rstrip(".")


def probability_text(p: float) -> str:
    """Write a probability with at most two significant digits.

    >>> probability_text(0.0099), probability_text(0.01), probability_text(6e-5)
    ('0.0099', '0.01', '6e-5')
    """
    return re.sub(r"e-0*", "e-", f"{p:.2g}")


def power_text(n: int) -> str:
    """Write a power of two.

    >>> power_text(1 << 56)
    '2^56'
    """
    return f"2^{n.bit_length() - 1}"


def reproducible(data: Any) -> Any:
    """Round what is printed as JSON to nine significant digits; what stands under `inputs` stays as it was given.

    The order in which a matrix product is summed depends on the processor and on the number of threads, and with it the
    last digits of a result.

    >>> reproducible({"inputs": {"tau": 0.30000000000000004}, "sums": [0.30000000000000004, 3]})
    {'inputs': {'tau': 0.30000000000000004}, 'sums': [0.3, 3]}
    """
    if isinstance(data, dict):
        return {name: each if name == "inputs" else reproducible(each) for name, each in data.items()}
    if isinstance(data, list | tuple):
        return [reproducible(each) for each in data]
    return float(f"{data:.{_REPRODUCIBLE}g}") if isinstance(data, float) else data


def words(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def count(value: float) -> Cell:
    """A count, as `count_text` writes it."""
    return Cell(count_text(value), value, "count")


def whole(number: int) -> Cell:
    """A whole number, all of its digits."""
    return Cell(f"{number:,}", number)


def rounded(value: float, digits: int = _DIGITS) -> Cell:
    """A number as `number_text` writes it."""
    return Cell(number_text(value, digits), value)


def duration(seconds: float) -> Cell:
    """A time in the largest unit that it fills."""
    return Cell(time_text(seconds), seconds, "time")


_Text = Callable[[float, int], str]


def _text_of(kind: str, values: Iterable[float]) -> _Text:
    """How counts or times of a column are written: within a factor of 1,000 in one unit, or all in powers of ten."""
    least, most = min(values, default=0.0), max(values, default=0.0)
    near = 0 < least <= most < _ALIKE * least
    if kind == "time":
        like = next((size for size, _ in reversed(_TIMES) if size >= _unit_of(least)[0] and most < _ALIKE * size), most)
        return functools.partial(time_text, like=like if near else None)
    return _scientific if near and most >= _LARGEST_PLAIN else count_text


def alike(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Cells of a column, written alike if they are counts or times of about one size.

    >>> [cell.text for cell in alike([duration(58.9), EMPTY, duration(70.8)])]
    ['58.9 s', '', '70.8 s']
    >>> [cell.text for cell in alike([duration(0.177), duration(3.03)])]
    ['0.177 s', '3.03 s']
    >>> [cell.text for cell in alike([count(745_314), count(1.02e6)])]
    ['7.45e5', '1.02e6']
    """
    numbers = {cell.value: cell.kind for cell in cells if cell.value is not None}
    kind = next(iter(numbers.values()), "")
    if not kind or any(other != kind for other in numbers.values()):
        return cells
    text = _text_of(kind, numbers)
    return [cell if cell.value is None else attrs.evolve(cell, text=text(cell.value, _DIGITS)) for cell in cells]


def told_apart(values: Iterable[float], kind: str) -> dict[float, Cell]:
    """Cells of some counts or times with three digits, or up to two more where another would be written alike.

    >>> [cell.text for cell in told_apart([1_801_000, 1_804_000, 2_000_000], "count").values()]
    ['1.801e6', '1.804e6', '2.00e6']
    """
    different = dict.fromkeys(values)
    text = _text_of(kind, different)

    def digits(value: float) -> int:
        several = range(_DIGITS, _DIGITS + 2)
        alone = (n for n in several if [text(other, n) for other in different].count(text(value, n)) == 1)
        return next(alone, _DIGITS + 2)

    return {value: Cell(text(value, digits(value)), value) for value in different}


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
