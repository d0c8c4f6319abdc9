"""CSV files of frozen records, readable by people."""

from __future__ import annotations

import re

_DIGITS = 6

# Signs with which a formula in a spreadsheet begins, full-width forms included.
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


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
