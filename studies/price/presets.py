"""The sheet of all presets: one row per preset and data access, as a CSV file that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.estimation.columns import COLUMNS, DIGITS, HARDWARE, SEARCH_LAW, sheet_row
from groverattn.models.presets import PRESETS
from groverattn.row.request import RowRequest
from studies.sheet import Sheet

_RELATIVE_TOLERANCE = 10 ** (1 - DIGITS)


def requests() -> Iterator[RowRequest]:
    """Yield the inputs of every row of the sheet, in order: all presets, each with all data accesses."""
    for preset in PRESETS:
        for access in DATA_ACCESSES:
            yield RowRequest.of(preset=preset, data_access=access, search_law=SEARCH_LAW, hardware=HARDWARE)


PresetRow = attrs.make_class("PresetRow", [column.name for column in COLUMNS], frozen=True)
"""One row, as it is written; what the columns mean is in estimates/README.md."""


def row(request: RowRequest) -> Any:
    """Compute one row.

    >>> row(RowRequest.of(preset="toy")).load
    '14'
    """
    return PresetRow(**sheet_row(request))


def rows() -> Iterator[Any]:
    """Compute every row."""
    return map(row, requests())


SHEET = Sheet("presets.csv", PresetRow, rows)


def same_rows(committed: list[dict[str, str]], computed: list[dict[str, str]]) -> bool:
    """Whether two sheets say the same: counts and words exactly, other numbers to the sixth digit.

    >>> same_rows([{"toffoli": "80", "duration_s": "10.5001"}], [{"toffoli": "80", "duration_s": "10.5002"}])
    True
    >>> same_rows([{"toffoli": "8000000"}], [{"toffoli": "8000001"}])
    False
    """
    return len(committed) == len(computed) and all(
        a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
        for a, b in zip(committed, computed, strict=True)
    )


def _same(committed: str, computed: str) -> bool:
    if committed == computed:
        return True
    try:
        close = math.isclose(float(committed), float(computed), rel_tol=_RELATIVE_TOLERANCE)
    except ValueError:
        return False
    return close and not (committed.isdecimal() and computed.isdecimal())
