"""Layout of text and tables in a given number of characters: where lines break, how wide columns are."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Callable, Iterator

import attrs

from groverattn.show.document import Table

_GLUE = "\xa0"  # textwrap does not break here
# Between a number and its unit, and around the equals sign of "n = 131,072".
_QUANTITY = re.compile(r"(?<=\d) (?=(?:years|days|h|min|s|ms|us|ns|ps|fs|%|bits?|GiB|nats?)\b|%)")
_EQUALS = re.compile(r"(?<=\b\w) = (?=[\d-])")

# A column of words that would be narrower than this, and need more lines than this, is written below the table.
_NARROW, _LINES = 24, 3
_LONGEST_WORD = 40  # longer ones, paths of files, may be broken


def wrapped(text: str, width: int, hang: int = 0, *, fold: bool = True) -> list[str]:
    """Break text into lines at spaces, not within a quantity such as "8.59 min" or "n = 128".

    Args:
        text: what is written; its line breaks stay.
        width: characters of a line.
        hang: spaces before every line but the first.
        fold: whether a word that is longer than a line is broken; a path that is to be copied is not.

    >>> wrapped("a row takes 8.59 min at n = 128", 20)
    ['a row takes 8.59 min', 'at n = 128']
    >>> wrapped("n = 131,072", 8)  # a line is too short for it: between its words then
    ['n =', '131,072']
    """
    lines = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        room = width - len(indent) - hang
        glued = _loosened(_glued(_loosened(line.lstrip(" "), room)), room)
        broken = textwrap.wrap(
            glued,
            max(width, 1),
            initial_indent=indent,
            subsequent_indent=(indent + " " * hang) if width > 2 * (hang + len(indent)) else "",
            break_long_words=fold,
            break_on_hyphens=False,
        )
        lines += [part.replace(_GLUE, " ") for part in broken] or [""]
    return lines


def phrases(text: str) -> str:
    """Return text that `wrapped` breaks after commas, semicolons and colons alone, if a line holds what is between.

    >>> wrapped(phrases("41.6 ns in a batch: B200 prefill bf16, no top-k"), 32)
    ['41.6 ns in a batch:', 'B200 prefill bf16, no top-k']
    """
    return re.sub(r"(?<![,;:]) ", _GLUE, text)


def _loosened(text: str, width: int) -> str:
    """Let a phrase or a quantity break that is longer than a line."""
    return " ".join(word if len(word) <= width else word.replace(_GLUE, " ") for word in text.split(" "))


def _glued(text: str) -> str:
    return _EQUALS.sub(f"{_GLUE}={_GLUE}", _QUANTITY.sub(_GLUE, text))


@attrs.frozen
class Layout:
    """How a table is written in a given width.

    Attributes:
        widths: characters of each column that is shown side by side, by its place in the table; empty: `stacked`.
        gap: spaces between two columns, besides the one that every column has.
        below: columns that are written below the table, a line for each row.
        stacked: lines of the table row by row, where its columns do not fit side by side.
    """

    widths: dict[int, int]
    gap: int = 1
    below: tuple[int, ...] = ()
    stacked: tuple[str, ...] = ()


def layout_of(table: Table, width: int, plain: Callable[[str], str]) -> Layout:
    """Choose a layout in which no word and no number is broken.

    Columns of words that get too narrow are written below the table, if its first column names the rows; where even
    the words of the others do not fit, the table is written row by row.

    Args:
        table: what is written.
        width: characters of a line.
        plain: makes the text of a cell or a heading what is printed.
    """
    below = [i for i, column in enumerate(table.columns) if column.aside]
    shown = [i for i in range(len(table.columns)) if i not in below]
    texts = {
        i: [plain(table.columns[i].short or table.columns[i].full_heading), *(plain(row[i].text) for row in table.rows)]
        for i in shown
    }
    named = not table.columns[0].numeric
    while True:
        found = _widths({i: texts[i] for i in shown}, {i for i in shown if table.columns[i].numeric}, width)
        movable = [i for i in shown[1:] if named and not table.columns[i].numeric]
        squeezed = [
            i
            for i in movable
            if found is None or (found[0][i] < _NARROW and max(len(wrapped(t, found[0][i])) for t in texts[i]) > _LINES)
        ]
        if not squeezed:
            break
        last = max(squeezed, key=lambda i: sum(map(len, texts[i])))
        shown.remove(last)
        below.append(last)
    if found is None:
        return Layout({}, stacked=tuple(_stacked(table, plain)))
    return Layout(found[0], found[1], tuple(sorted(below)))


def _widths(texts: dict[int, list[str]], numeric: set[int], width: int) -> tuple[dict[int, int], int] | None:
    """Widths of columns and the gap between them; None if they do not fit without breaking a word."""
    wanted = {i: max(len(line) for text in column for line in text.split("\n")) for i, column in texts.items()}
    least = {i: min(wanted[i], _least(column, i in numeric)) for i, column in texts.items()}
    first = next(iter(texts))  # what names the rows stays on one line where there is space for it
    for gap, floor in itertools.product((1, 0), (least | {first: min(wanted[first], _LONGEST_WORD)}, least)):
        free = width - (gap + 1) * (len(texts) - 1)
        if sum(floor.values()) <= free:
            return _shared(wanted, floor, free), gap
    return None


def _least(column: list[str], numeric: bool) -> int:
    """Width of the longest part of a column that stays whole: a number with its unit, or a word."""
    heading, *cells = column
    parts = _parts(heading)
    for text in cells:
        parts += text.split("\n") if numeric else _parts(text)
    return min(max(map(len, parts), default=0), _LONGEST_WORD)


def _parts(text: str) -> list[str]:
    """The words of a text; what belongs together is one."""
    return _glued(text).replace("\n", " ").split(" ")


def _shared(wanted: dict[int, int], least: dict[int, int], free: int) -> dict[int, int]:
    """Give every column what it wants, or share what is left above the least evenly among those that want more."""
    widths, left = dict(least), free - sum(least.values())
    open_ = [i for i in widths if wanted[i] > widths[i]]
    while left > 0 and open_:
        share = max(left // len(open_), 1)
        for i in open_:
            more = min(share, wanted[i] - widths[i], left)
            widths[i], left = widths[i] + more, left - more
        open_ = [i for i in open_ if wanted[i] > widths[i]]
    return widths


def _stacked(table: Table, plain: Callable[[str], str]) -> Iterator[str]:
    """Yield the rows one after the other: the first cell, and below it the others with their headings."""
    headings = [plain(column.short or column.full_heading).replace("\n", " ") for column in table.columns]
    for row in table.rows:
        cells = [plain(cell.text) for cell in row]
        first, shown = (f"{headings[0]} " if table.columns[0].numeric else ""), []
        yield first + cells[0]
        for column, heading, cell in list(zip(table.columns, headings, cells, strict=True))[1:]:
            if cell and not column.aside:
                shown.append(f"{heading} {cell}".replace(" ", _GLUE) if column.numeric else f"{heading}: {cell}")
        yield f"  {'; '.join(shown)}"
