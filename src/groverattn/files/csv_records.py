"""CSV files of frozen records, readable by people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from groverattn.files.whole import write_text

_DIGITS = 6

# Signs with which a formula in a spreadsheet begins, full-width forms included.
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def write_records(path: Path, kind: type, records: Iterable[Any]) -> None:
    """Write one row per record, with the names of its attributes as columns.

    Floats are rounded to six significant digits, so that platforms agree.
    """
    names = [field.name for field in attrs.fields(kind)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell_text(getattr(record, name)) for name in names] for record in records)
    write_text(path, text.getvalue())


def cell_text(value: object) -> str:
    """Text of one cell: on one line, floats with six digits, and nothing that a spreadsheet runs.

    Text may come from the names of files and models. If it begins like a formula (=, +, -, @) and is not a number, an
    apostrophe is put before it, as OWASP advises under "CSV injection"; runs of white space become one blank, and
    control characters are written as escapes.

    >>> cell_text(2 / 3), cell_text("=1+2"), cell_text("-1.5e3"), cell_text(None)
    ('0.666667', "'=1+2", '-1.5e3', '')
    """
    if value is None:
        return ""
    text = f"{value:.{_DIGITS}g}" if isinstance(value, float) else " ".join(str(value).split())
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
    return "'" + text if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
