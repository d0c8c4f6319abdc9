"""A document as Markdown: the same words, tables and numbers; figures are named and stand in the HTML."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from groverattn.show.document import (
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Paragraph,
    Points,
    Section,
    Table,
    entry_anchor,
)
from groverattn.show.inline import Piece, pieces

_SPECIAL = re.compile(r"([\\*_<>|\[\]])")


def markdown(document: Document) -> str:
    """Return the whole document."""
    return _Writer(document).text()


def inline(sentence: str) -> str:
    """Return a sentence with its code, links and numbers.

    >>> print(inline("a `b` < c_d, 2^3, arXiv:2307.08045"))
    a `b` \\< c\\_d, 2³, [arXiv:2307.08045](https://arxiv.org/abs/2307.08045)
    """
    return "".join(map(_piece, pieces(sentence)))


def _piece(piece: Piece) -> str:
    if piece.kind == "code":
        return f"`{piece.text}`"
    text = _SPECIAL.sub(r"\\\1", piece.text)
    return f"[{text}]({piece.target})" if piece.kind in ("link", "paper") else text


class _Writer:
    """Walks the document in the order of the HTML, so that tables and figures have the same numbers."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._tables, self._figures = itertools.count(1), itertools.count(1)

    def text(self) -> str:
        document = self._document
        parts = [f"# {inline(document.title)}", *(inline(paragraph.text) for paragraph in document.lead)]
        parts.append("\n".join(self._contents()))
        for chapter in document.chapters:
            parts += self._section(chapter, 2)
        return "\n\n".join(part for part in parts if part) + "\n"

    def _contents(self) -> Iterator[str]:
        for chapter in self._document.chapters:
            yield f"- [{inline(chapter.title)}](#{chapter.anchor})"
            for section in chapter.sections:
                yield f"  - [{inline(section.title)}](#{section.anchor})"

    def _section(self, section: Section, level: int) -> Iterator[str]:
        yield f'<a id="{section.anchor}"></a>'
        yield f"{'#' * level} {inline(section.title)}"
        for block in section.blocks:
            yield self._block(block)
        for inner in section.sections:
            yield from self._section(inner, level + 1)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"> {inline(block.text)}" if block.stressed else inline(block.text)
            case Points():
                return "\n".join(f"- {inline(item)}" for item in block.items)
            case Figure():
                caption = (
                    f"**Figure {next(self._figures)}.** {inline(block.caption)} (In the HTML file of this report.)"
                )
                return f"{caption}{self._got(block)}"
            case Table():
                return self._table(block)

    def _table(self, table: Table) -> str:
        lines = [
            f"**Table {next(self._tables)}.** {inline(table.caption)}",
            "",
            _row(_heading(column) for column in table.columns),
            _row("--:" if column.numeric else "---" for column in table.columns),
            *(_row(cells) for cells in self._rows(table)),
        ]
        lines += [f"\n{inline(note)}" for note in table.notes]
        return "\n".join(lines) + self._got(table)

    @staticmethod
    def _rows(table: Table) -> Iterator[list[str]]:
        for i, row in enumerate(table.rows):
            cells = [_cell(cell) for cell in row]
            if table.row_anchors:
                cells[0] = f'<a id="{table.row_anchors[i]}"></a>{cells[0]}'
            yield cells

    def _got(self, block: Table | Figure) -> str:
        if not block.quantities:
            return ""
        ledger = self._document.ledger
        names = (f"[{inline(ledger[key].name)}](#{entry_anchor(key)}) ({ledger[key].how})" for key in block.quantities)
        return f"\n\n*How it was got: {', '.join(names)}.*"


def _row(cells) -> str:
    return f"| {' | '.join(cells)} |"


def _heading(column: Column) -> str:
    return inline(column.heading) + (f" ({inline(column.shown_unit)})" if column.shown_unit else "")


def _cell(cell: Cell) -> str:
    return inline(cell.text)
