"""Document, table and figure as records, which `terminal`, `markdown` and `html` write."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import attrs

from groverattn.show.glance import Bars, Tiles
from groverattn.show.numbers import Cell, alike

T = TypeVar("T")

How = Literal["counted", "formula", "assumption"]

IN_CELL = "unit in the cell"
"""Unit of a column whose cells name their own: times from nanoseconds to years."""


@attrs.frozen
class Column:
    """One column of a table.

    Attributes:
        heading: what it holds.
        unit: unit of its numbers, or `IN_CELL`; empty for a column of words.
        quantity: key of the ledger's entry that says how its numbers were got; empty for words, and where the rows say.
        short: a heading for a terminal, where columns are narrow; empty: the same.
        aside: whether a terminal has the column's words below the table, where they have the width.
        group: what stands above the headings of this column and its neighbours of the same group; empty: nothing.
    """

    heading: str
    unit: str = ""
    quantity: str = ""
    short: str = attrs.field(default="", kw_only=True)
    aside: bool = attrs.field(default=False, kw_only=True)
    group: str = attrs.field(default="", kw_only=True)

    @property
    def full_heading(self) -> str:
        """The heading where groups have no line of their own.

        >>> Column("time", group="`best`").full_heading
        '`best`: time'
        """
        return f"{self.group}: {self.heading}" if self.group else self.heading

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers, which are set to the right."""
        return bool(self.unit)

    @property
    def shown_unit(self) -> str:
        """The unit as it is printed: not again where the heading or the cells have it."""
        return "" if self.unit == IN_CELL or self.unit in self.heading else self.unit


@attrs.frozen
class Table:
    """A table with a caption.

    Attributes:
        caption: what it shows.
        columns: from left to right.
        rows: cells, as many in each as there are columns; counts and times of a column are written alike.
        row_quantities: keys of the ledger, one per row, where each row is a quantity of its own.
        row_anchors: identifiers that links lead to, one per row.
        notes: sentences below it.

    Raises:
        ValueError: a row with more or fewer cells than there are columns.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_quantities: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    row_anchors: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    notes: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.caption!r} has not {len(self.columns)} cells")
        for each in (self.row_quantities, self.row_anchors):
            if each and len(each) != len(self.rows):
                raise ValueError(f"{self.caption!r} has not one quantity or anchor per row")
        columns = [alike([row[i] for row in self.rows]) for i in range(len(self.columns))]
        object.__setattr__(self, "rows", tuple(zip(*columns, strict=True)))

    def without(self, *headings: str) -> Table:
        """Return the table without the columns of these headings."""
        kept = [i for i, column in enumerate(self.columns) if column.heading not in headings]
        return attrs.evolve(
            self,
            columns=tuple(self.columns[i] for i in kept),
            rows=tuple(tuple(row[i] for i in kept) for row in self.rows),
        )

    @property
    def quantities(self) -> tuple[str, ...]:
        """Keys of the ledger that its numbers come under, each once."""
        keys = (*self.row_quantities, *(column.quantity for column in self.columns))
        return tuple(dict.fromkeys(key for key in keys if key))

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Groups of the columns from left to right, each with its number of columns; empty if there are none.

        >>> Table("", (Column("a"), Column("b", group="g"), Column("c", group="g")), ()).groups
        [('', 1), ('g', 2)]
        """
        runs = [(group, len(list(same))) for group, same in itertools.groupby(self.columns, lambda each: each.group)]
        return runs if any(group for group, _ in runs) else []


def table_of(
    caption: str, items: Iterable[T], *columns: tuple[Column, Callable[[T], Cell]], notes: Iterable[str] = ()
) -> Table:
    """Return a table with a row for each item; a column comes with what makes its cell of an item."""
    rows = tuple(tuple(cell(item) for _, cell in columns) for item in items)
    return Table(caption, tuple(column for column, _ in columns), rows, notes=tuple(notes))


@attrs.frozen
class Figure:
    """A figure.

    Attributes:
        svg: a complete SVG image.
        caption: what it shows, with what is on the axes.
        quantities: keys of the ledger that its numbers come under.
        values: what a pointer on an element says; the i-th is of the element `value-i` of the image.
        narrow: the same for the width of a phone; empty: it is legible there.
    """

    svg: str
    caption: str
    quantities: tuple[str, ...]
    values: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    narrow: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Paragraph:
    """Sentences.

    Attributes:
        text: see `inline` for what may stand in it.
        quantities: keys of the ledger that its numbers come under.
        stressed: whether it is set apart, as the verdict is.
    """

    text: str
    quantities: tuple[str, ...] = ()
    stressed: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Points:
    """A list of sentences."""

    items: tuple[str, ...]
    quantities: tuple[str, ...] = ()


Block = Paragraph | Points | Table | Figure | Tiles | Bars


@attrs.frozen
class Section:
    """A section, or a chapter of sections.

    Attributes:
        title: its heading.
        anchor: identifier that links lead to; no other section has it.
        blocks: what stands below the heading.
        sections: sections of a chapter.
        folded: whether a page shows the heading alone until it is opened, or printed.
        on_paper: whether it is printed.
    """

    title: str
    anchor: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    folded: bool = attrs.field(default=False, kw_only=True)
    on_paper: bool = attrs.field(default=True, kw_only=True)

    def walk(self) -> Iterator[Section]:
        """Yield the section and those in it, in order."""
        yield self
        for section in self.sections:
            yield from section.walk()


@attrs.frozen
class Entry:
    """One line of the ledger.

    Attributes:
        name: the quantity, in words.
        how: counted from circuits that are run, computed by a formula, or assumed.
        source: paper, reason, or what was counted.
        check: the command or the test that checks it.
        quantity: what the JSON of an estimate calls it; empty if it has no such number.
    """

    name: str
    how: How
    source: str
    check: str = ""
    quantity: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Document:
    """A document.

    Attributes:
        title: of all of it.
        lead: what it is.
        chapters: sections, which may hold sections.
        ledger: how each quantity was got, by key.
        foot: what stands at the end.
        elsewhere: name, without its ending, of the document beside it that links to other anchors lead to.
        data: the results as a JSON object, which the page holds.
        name: what files that are saved from the page are called.
    """

    title: str
    lead: tuple[Paragraph, ...]
    chapters: tuple[Section, ...]
    ledger: Mapping[str, Entry]
    foot: tuple[Paragraph, ...] = attrs.field(default=(), kw_only=True)
    elsewhere: str = attrs.field(default="", kw_only=True)
    data: Mapping[str, Any] | None = attrs.field(default=None, kw_only=True)
    name: str = attrs.field(default="report", kw_only=True)

    @property
    def anchors(self) -> frozenset[str]:
        """Identifiers that links within it lead to."""
        tables = (block for each in self.sections() for block in each.blocks if isinstance(block, Table))
        rows = (anchor for table in tables for anchor in table.row_anchors)
        return frozenset((*(each.anchor for each in self.sections()), *rows))

    def sections(self) -> Iterator[Section]:
        """Yield all sections, in order."""
        for chapter in self.chapters:
            yield from chapter.walk()


def by_how(ledger: Mapping[str, Entry], quantities: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the keys of quantities by how these were got, in the order of their first ones."""
    found: dict[str, list[str]] = {}
    for key in quantities:
        found.setdefault(ledger[key].how, []).append(key)
    return list(found.items())


def used(section: Section) -> tuple[str, ...]:
    """Return the keys of the ledger that the blocks of a section use, without those of its own sections."""
    return tuple(dict.fromkeys(key for block in section.blocks for key in block.quantities))


def entry_anchor(key: str) -> str:
    """Return the identifier of one line of the ledger."""
    return f"ledger-{key}"
