"""Why a row cannot catch up, or does: which limit it waits for, and how that grows with the number of keys."""

from __future__ import annotations

import math
from collections.abc import Callable

from groverattn.row.time import RowLimits, RowTime
from groverattn.show.numbers import count_text

# Growth is measured over the last factor of 2^8 in n, where the leading term has long taken over.
_LOG2_SPAN = 8
_NAMED_POWERS = {0.0: "hardly at all", 0.5: "like sqrt(n)", 1.0: "like n"}
_NEARLY = 0.05


def exponent(value: Callable[[int], float], n_max: int) -> float:
    """Return the power of n by which `value` grows towards `n_max`, from its values there and at n_max / 2^8.

    >>> exponent(lambda n: 3 * n**1.5, 2**40)
    1.5
    """
    return math.log2(value(n_max) / value(n_max >> _LOG2_SPAN)) / _LOG2_SPAN


def growth_text(power: float) -> str:
    """Say how something grows.

    >>> growth_text(0.503), growth_text(1.5), growth_text(0.02)
    ('like sqrt(n)', 'like n^1.5', 'hardly at all')
    """
    for named, text in _NAMED_POWERS.items():
        if abs(power - named) <= _NEARLY:
            return text
    return f"like n^{power:.2g}"


def why(row: RowLimits, n_max: int) -> str:
    """Say what an iterate waits for at `n_max`, how that grows, and how the row grows beside a scan.

    The growth is measured on the row, not typed.
    """
    last = row.at(n_max)
    limit = max(last.iterate_parts_s, key=lambda name: last.iterate_parts_s[name])
    per_iterate = exponent(lambda n: row.at(n).iterate_parts_s[limit], n_max)
    iterates = exponent(lambda n: row.at(n).iterates, n_max)
    return (
        f"at n = 2^{n_max.bit_length() - 1} an iterate waits for {_limit_text(last, limit)}; that grows "
        f"{growth_text(per_iterate)} and the number of iterates {growth_text(iterates)}, so the row grows "
        f"{growth_text(per_iterate + iterates)} where a scan grows like n: it {_race(per_iterate + iterates)}"
    )


def _race(power: float) -> str:
    """What a row that grows like n^power does beside a scan."""
    if abs(power - 1) <= _NEARLY:
        return "neither gains nor loses"
    return "falls behind" if power > 1 else "gains"


def _limit_text(row: RowTime, limit: str) -> str:
    """The limit with its size, and what most of it is."""
    if limit == "memory":
        return f"{count_text(row.waits.external_calls)} calls of the memory"
    if limit == "control":
        return (
            f"the control computer, which reads the table of all keys, {count_text(row.waits.control_bits)} bits, for "
            "the unload, as a scan does once a row"
        )
    parts = row.waits.reactions_by_part
    part = max(parts, key=lambda name: parts[name])
    share = parts[part] / row.waits.reactions
    most = "nearly all" if share > 0.995 else f"{share:.0%}"
    return f"{count_text(row.waits.reactions)} reactions one after the other, {most} of them in the {part}"
