"""Blocks of a document as text of a fixed width: the writer for terminals, notebooks and `str`."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from groverattn.show.document import Block, Figure, Paragraph, Points, Table
from groverattn.show.glance import Bars, Tiles

COLUMNS = 100
"""Width of a notebook's page, and of the text of a result."""

_LINK = re.compile(r"\[([^\]]+)\]\(#[\w.-]+\)")
_WIDE = 5  # columns of a table that has no space for padding in 80 characters


def plain(sentence: str) -> str:
    """Return a sentence without the marks of code and links, safe for a terminal.

    >>> plain("`qroam`, see [Words](#words)")
    'qroam, see Words'
    """
    return printable(_LINK.sub(r"\1", sentence).replace("`", ""))


def print_blocks(blocks: Iterable[Block | str], console: Any = None) -> None:
    """Print tables and sentences, an empty line between them; figures are left out."""
    from rich.console import Console
    from rich.text import Text

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
            console.print(Text("\n".join(f"- {plain(item)}" for item in block.items)))
        elif isinstance(block, Tiles):
            console.print(Text("\n".join(plain(f"{each.label}: {each.value.text}") for each in block.items)))
        elif isinstance(block, Bars):
            console.print(Text("\n".join(plain(each.text) for each in block.items)))
        else:
            stressed = isinstance(block, Paragraph) and block.stressed
            text = block.text if isinstance(block, Paragraph) else block
            console.print(Text(plain(text), style="bold" if stressed else ""))


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


def _print_table(console: Any, table: Table) -> None:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = [i for i, column in enumerate(table.columns) if not column.aside]
    if table.caption:
        console.print(Text(plain(table.caption), style="bold"))
    rich = RichTable(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1 if len(shown) <= _WIDE else 0, 0, 0),
    )
    for i in shown:
        column = table.columns[i]
        justify = "right" if column.numeric else "left"
        rich.add_column(Text(plain(column.short or column.full_heading)), justify=justify, overflow="fold")
    for row in table.rows:
        rich.add_row(*(Text(plain(row[i].text)) for i in shown))
    console.print(rich)
    for i, column in enumerate(table.columns):
        if column.aside:
            lines = [f"{plain(row[0].text)}: {plain(row[i].text)}" for row in table.rows if row[i].text]
            console.print(Text("\n".join(lines)))
    for note in table.notes:
        console.print(Text(plain(note)))


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
