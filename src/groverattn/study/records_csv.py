"""Frozen records as a CSV file that people can read."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

_DIGITS = 6


def write_records(path: Path, kind: type, records: Iterable[Any]) -> None:
    """Write one row per record, with the names of its attributes as columns.

    Numbers that are not whole are rounded to six significant digits, so that platforms agree.
    """
    names = [field.name for field in attrs.fields(kind)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_text(getattr(record, name)) for name in names] for record in records)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)
