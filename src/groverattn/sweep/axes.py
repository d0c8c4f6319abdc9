"""Values of one input in a study file: a single one, a list, or a range with a step or a factor."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from groverattn.errors import InputError, shown, unknown_name
from groverattn.inputs import Input

POINTS_MAX = 1_000_000
"""Points of one study: our assumption, the rows that a spreadsheet still opens."""

_RANGE_KEYS = ("from", "to", "step", "factor")

# A factor such as the square root of 10 is itself rounded, and its powers miss the end by a hair.
_ROUNDING = Decimal("1e-9")


def read_value(declared: Input, value: Any, where: str) -> Any:
    """Return a value in its type.

    Args:
        declared: the input.
        value: what the file says.
        where: its place in the file, for messages.

    Raises:
        InputError: another type, or out of range.

    >>> read_value(Input("error_budget", float, False, 0.01, ""), 1, "[fixed]")
    1.0
    """
    try:
        return declared.read(value)
    except InputError as error:
        raise InputError(**error.parts | {"given": f"{error.parts['given']} in {where}"}) from None


def axis_values(declared: Input, entry: Any, where: str) -> tuple[Any, ...]:
    """Return the values of one axis of a grid, in order.

    Args:
        declared: the input.
        entry: a list, `{from, to, step}` or `{from, to, factor}`, both ends included; a single value is a list of one.
        where: its place in the file, for messages.

    Raises:
        InputError: no value, too many, a range that makes no sense, or a value that the input refuses.

    >>> axis_values(Input("n_keys", int, False, 64, ""), {"from": 1024, "to": 8192, "factor": 2}, "[grid]")
    (1024, 2048, 4096, 8192)
    """
    if isinstance(entry, Mapping):
        listed: Sequence[Any] = _range_values(declared, entry, where)
    else:
        listed = entry if isinstance(entry, list) else [entry]
    if not listed:
        raise _refused(f"{declared.name} = [] in {where}", "one value or more", "a grid without a value has no point")
    return tuple(read_value(declared, value, where) for value in listed)


def _range_values(declared: Input, entry: Mapping[str, Any], where: str) -> list[Any]:
    first, last, by, change = _checked_range(declared, entry, where)
    if declared.type is float:  # in decimals, as they are written: 0.1 to 0.3 in steps of 0.1 has three values
        first, last, change = (Decimal(repr(float(number))) for number in (first, last, change))
        last += _ROUNDING * (change if by == "step" else last)
    upward = (first + i * change if by == "step" else first * change**i for i in itertools.count())
    values = itertools.islice(itertools.takewhile(lambda value: value <= last, upward), POINTS_MAX + 1)
    listed = [declared.type(value) for value in values]
    if len(listed) > POINTS_MAX:
        given = f"{declared.name} in {where} with more than {POINTS_MAX:,} values"
        raise _refused(given, f"up to {POINTS_MAX:,}", "a study has no more points")
    return listed


def _checked_range(declared: Input, entry: Mapping[str, Any], where: str) -> tuple[Any, Any, str, Any]:
    """Return both ends, and by what it goes from one to the other."""
    for key in entry:
        if key not in _RANGE_KEYS:
            raise unknown_name(f"key of {declared.name} in {where}:", key, _RANGE_KEYS, "a range has no other")
    if declared.type not in (int, float):
        raise _refused(f"a range of {declared.name} in {where}", "a list", "only numbers have ranges")
    if not {"from", "to"} <= entry.keys() or ("step" in entry) == ("factor" in entry):
        keys = ", ".join(entry) or "nothing"
        raise _refused(f"{declared.name} in {where} with {keys}", "from, to, and step or factor", "these make a range")
    first, last = (read_value(declared, entry[key], where) for key in ("from", "to"))
    by = "step" if "step" in entry else "factor"
    change = read_value(attrs.evolve(declared, name=f"{by} of {declared.name}", check=None), entry[by], where)
    if not (first <= last and change > (0 if by == "step" else 1) and (by == "step" or first > 0)):
        raise _refused(
            f"{declared.name} in {where} from {first} to {last} with {by} {shown(change)}",
            "from <= to, and a step above 0, or a factor above 1 and from above 0",
            "a range goes up from one end to the other",
        )
    return first, last, by, change


def _refused(given: str, allowed: str, why: str) -> InputError:
    return InputError(given=given, allowed=allowed, why=why, do="correct the study file")
