"""A document as Markdown: the same words, tables and numbers; figures are named and stand in the HTML.

In a sentence may stand, besides text:

`code`                   as it is
[words](#anchor)         a link within the document
arXiv:2307.08045         a link to the paper
3.2e+10, 2^56, 5 us      3.2 × 10¹⁰, 2⁵⁶, 5 µs
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator

from groverattn.show.document import (
    Block,
    Column,
    Document,
    Figure,
    Paragraph,
    Points,
    Section,
    Table,
    by_how,
    entry_anchor,
)
from groverattn.show.glance import Bars, Tile, Tiles
from groverattn.show.numbers import Cell

_TOKEN = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\[(?P<words>[^\]]+)\]\((?P<target>#[\w.-]+)\)"
    r"|arXiv:(?P<paper>(?:[a-z-]+/)?\d{4}\.?\d{3,5})"
)
_SPECIAL = re.compile(r"([\\*_<>|\[\]])")
_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)(?!\w)")
_EXPONENT = re.compile(r"(?<=[\w)])\^(-?\d+(?:\.\d+)?)")
_MICRO = re.compile(r"(?<=\d )us\b")
_ROOT = re.compile(r"\bsqrt\((\w)\)")
_LONGEST_PLAIN = 6  # digits of a number that is written out
_RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


def markdown(document: Document) -> str:
    """Return the whole document."""
    return _Writer(document).text()


def inline(sentence: str) -> str:
    """Return a sentence with its code, links and numbers.

    >>> print(inline("a `b^2` < c_d, 2^3, arXiv:2307.08045"))
    a `b^2` \\< c\\_d, 2³, [arXiv:2307.08045](https://arxiv.org/abs/2307.08045)
    """

    def text(words: str) -> str:
        return _SPECIAL.sub(r"\\\1", typeset(words))

    def token(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if found["words"]:
            return f"[{text(found['words'])}]({found['target']})"
        return f"[{found[0]}](https://arxiv.org/abs/{found['paper']})"

    return _each(sentence, text, token)


def bare(sentence: str) -> str:
    """Return a sentence as text without marks, for those who do not see a figure.

    >>> bare("`n^2` of 3.2e10, see [Words](#words)")
    'n^2 of 3.2 × 10¹⁰, see Words'
    """
    return _each(sentence, typeset, lambda found: found["code"] or typeset(found["words"] or found[0]))


def leading(text: str, link: str, anchors: Collection[str], elsewhere: str) -> str:
    """Return written text whose links to anchors that it does not have lead to the document that has them.

    Args:
        text: of the whole document.
        link: what stands before the anchor in a link, up to its number sign.
        anchors: those of the document itself.
        elsewhere: file name of the other document; empty: there is none.

    >>> leading("[a](#a), [b](#b)", "](#", {"a"}, "other.md")
    '[a](#a), [b](other.md#b)'
    """

    def led(found: re.Match[str]) -> str:
        return found[0] if not elsewhere or found[1] in anchors else f"{link[:-1]}{elsewhere}#{found[1]}"

    return re.sub(rf"{re.escape(link)}([\w.-]+)", led, text)


def _each(sentence: str, text: Callable[[str], str], token: Callable[[re.Match[str]], str]) -> str:
    """Rewrite the tokens of a sentence and the text between them."""
    written, end = [], 0
    for found in _TOKEN.finditer(sentence):
        written += [text(sentence[end : found.start()]), token(found)]
        end = found.end()
    return "".join([*written, text(sentence[end:])])


def typeset(text: str) -> str:
    """Write powers raised, and microseconds and roots with their signs.

    >>> typeset("1e+09 bit/s, n = 2^56, like n^1.5 and sqrt(n), 2.50 us, 1.3e-06, 3.8e+04")
    '10⁹ bit/s, n = 2⁵⁶, like n¹·⁵ and √n, 2.50 µs, 1.3 × 10⁻⁶, 38,000'
    """
    text = _POWER_OF_TEN.sub(_times_power, text)
    text = _EXPONENT.sub(lambda found: found[1].translate(_RAISED), text)
    return _ROOT.sub(r"√\1", _MICRO.sub("µs", text)).replace("sqrt(", "√(")


def _times_power(found: re.Match[str]) -> str:
    if 0 <= int(found[2]) < _LONGEST_PLAIN:
        return f"{float(found[0]):,.0f}"
    power = f"10{str(int(found[2])).translate(_RAISED)}"
    return power if found[1] == "1" else f"{found[1]} × {power}"


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
        if document.foot:
            parts += ["---", *(inline(paragraph.text) for paragraph in document.foot)]
        text = "\n\n".join(part for part in parts if part) + "\n"
        return leading(text, "](#", document.anchors, document.elsewhere and f"{document.elsewhere}.md")

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
                caption = f"**Figure {next(self._figures)}.** {inline(block.caption)} (In the HTML file.)"
                return f"{caption}{self._got(block)}"
            case Tiles():
                return "\n".join(_tile(each) for each in block.items) + self._got(block)
            case Bars():
                return "\n".join(f"- {inline(each.text)}" for each in block.items) + self._got(block)
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

    def _got(self, block: Block) -> str:
        if not block.quantities:
            return ""
        ledger = self._document.ledger
        kinds = (
            f"{how}: {', '.join(f'[{inline(ledger[key].name)}](#{entry_anchor(key)})' for key in keys)}"
            for how, keys in by_how(ledger, block.quantities)
        )
        return f"\n\n*How: {'; '.join(kinds)}.*"


def _tile(tile: Tile) -> str:
    note = f"; {inline(tile.note)}" if tile.note else ""
    return f"- {inline(tile.label)}: **{inline(tile.value.text)}**{note}"


def _row(cells) -> str:
    return f"| {' | '.join(cells)} |"


def _heading(column: Column) -> str:
    return inline(column.full_heading) + (f" ({inline(column.shown_unit)})" if column.shown_unit else "")


def _cell(cell: Cell) -> str:
    return inline(cell.text)
