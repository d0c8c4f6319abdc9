"""Blocks of a document as text of a fixed width: the writer for terminals, notebooks and `str`."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from groverattn.show.document import Block, Figure, Paragraph, Points, Table
from groverattn.show.glance import Bars, Tiles
from groverattn.show.layout import Layout, layout_of, wrapped

COLUMNS = 100
"""Width of a notebook's page, and of the text of a result."""

_LINK = re.compile(r"\[([^\]]+)\]\(#[\w.-]+\)")


def plain(sentence: str) -> str:
    """Return a sentence without the marks of code and links, safe for a terminal.

    >>> plain("`qroam`, see [Words](#words)")
    'qroam, see Words'
    """
    return printable(_LINK.sub(r"\1", sentence).replace("`", ""))


def print_blocks(blocks: Iterable[Block | str], console: Any = None) -> None:
    """Print tables and sentences, an empty line between them; figures are left out.

    No line is broken inside a word, a number or a time; a table that is too wide for that is written row by row.
    """
    from rich.console import Console

    console = console or Console(highlight=False, soft_wrap=False)
    written = 0
    for block in blocks:
        if isinstance(block, Figure):
            continue
        if written:
            console.print()
        written += 1
        if isinstance(block, Table):
            _print_table(console, block)
        elif isinstance(block, Points):
            for item in block.items:
                _print_text(console, f"- {plain(item)}", hang=2)
        elif isinstance(block, Tiles):
            for each in block.items:
                _print_text(console, plain(f"{each.label}: {each.value.text}"), hang=2)
        elif isinstance(block, Bars):
            for each in block.items:
                _print_text(console, plain(each.text), hang=2)
        else:
            stressed = isinstance(block, Paragraph) and block.stressed
            text = block.text if isinstance(block, Paragraph) else block
            _print_text(console, plain(text), style="bold" if stressed else "")


def text_of(blocks: Iterable[Block | str], width: int = COLUMNS) -> str:
    """Return tables and sentences as text without colours.

    >>> from groverattn.show.document import Column
    >>> from groverattn.show.numbers import count, words
    >>> print(text_of([Table("", (Column("key"), Column("score", "numbers")), ((words("7"), count(12)),))]))
    key  score
    ──────────
    7       12
    """
    from rich.console import Console

    text = io.StringIO()
    print_blocks(blocks, Console(file=text, width=width, color_system=None, force_jupyter=False, highlight=False))
    return "\n".join(line.rstrip() for line in text.getvalue().rstrip().splitlines())


def _print_text(console: Any, text: str, style: str = "", hang: int = 0) -> None:
    """Print text line by line, wrapped at spaces; lines after the first begin with `hang` spaces."""
    from rich.text import Text

    for line in wrapped(text, console.width, hang):
        console.print(Text(line, style=style), soft_wrap=True)


def _print_table(console: Any, table: Table) -> None:
    if table.caption:
        _print_text(console, plain(table.caption), style="bold")
    layout = layout_of(table, console.width, plain)
    if layout.widths:
        _print_grid(console, table, layout)
    else:
        for line in layout.stacked:
            _print_text(console, line, hang=2)
    for i in layout.below:
        for row in table.rows:
            if row[i].text:
                _print_text(console, f"{plain(row[0].text)}: {plain(row[i].text)}", hang=2)
    for note in table.notes:
        _print_text(console, plain(note))


def _print_grid(console: Any, table: Table, layout: Layout) -> None:
    """Print a table in columns of the widths that the layout gives."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    padding = (0, layout.gap, 0, 0)
    headed = any(column.heading for column in table.columns)
    rich = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding, show_header=headed)
    for i, width in layout.widths.items():
        column = table.columns[i]
        heading = "\n".join(wrapped(plain(column.short or column.full_heading), width))
        justify = "right" if column.numeric else "left"
        rich.add_column(Text(heading), justify=justify, width=width, overflow="fold")
    for row in table.rows:
        rich.add_row(*(Text("\n".join(wrapped(plain(row[i].text), width))) for i, width in layout.widths.items()))
    console.print(rich)


def printable(value: Any) -> Any:
    r"""Write control characters, turns of the direction, and bytes of a name that are no UTF-8, as escapes.

    Args:
        value: text, or a JSON object, whose texts are treated alike; line breaks stay.

    >>> print(printable("\x1b[31mred\udcff"), printable({"name": ["a\x9bb"]}))
    \x1b[31mred\udcff {'name': ['a\\x9bb']}
    """
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_escaped, value))
    if isinstance(value, dict):
        return {key: printable(entry) for key, entry in value.items()}
    return [printable(entry) for entry in value] if isinstance(value, list | tuple) else value


# What turns the direction of the text that follows.
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def _escaped(character: str) -> str:
    is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    turns = unicodedata.bidirectional(character) in _TURNS
    return repr(character)[1:-1] if is_control or turns else character
