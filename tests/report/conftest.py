"""One report of two models, computed once, and readers of pages and of Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import attrs
import pytest

from groverattn.report.build import report
from groverattn.row.request import RowRequest
from groverattn.show.document import Document
from groverattn.show.html import html
from groverattn.show.markdown import markdown

PRESETS = ("toy", "gpt2")
VOID = {"meta", "br", "hr", "img", "input", "link"}


@attrs.define
class ReadTable:
    """A table as it is read: caption, headings with the groups above them, and cells."""

    caption: str = ""
    headings: list[str] = attrs.field(factory=list)
    rows: list[list[str]] = attrs.field(factory=list)
    groups: list[str] = attrs.field(factory=list)


class Page(HTMLParser):
    """Reads a page, and complains where a tag is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tables: list[ReadTable] = []
        self.words = ""
        self._into: list[str] | None = None
        self._groups: list[str] | None = None
        self._width = 0
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self._attributes(tag, attrs)
        if tag == "table":
            self.tables.append(ReadTable())
        elif tag == "tr" and ("class", "groups") in attrs:
            self.tables[-1].groups = []
            self._groups = self.tables[-1].groups
        elif tag == "tr":
            self.tables[-1].rows.append([])
            self._groups = None
        elif self._groups is not None and tag in ("td", "th"):
            self._into, self._width = [], int(dict(attrs)["colspan"])
        elif tag in ("td", "th", "caption"):
            self._into = []

    def handle_startendtag(self, tag, attrs):
        self._attributes(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        if self._groups is not None and tag in ("td", "th"):
            self._groups += [self._taken()] * self._width
        elif tag == "caption":
            self.tables[-1].caption = self._taken()
        elif tag == "th":
            self.tables[-1].headings.append(self._taken())
        elif tag == "td":
            self.tables[-1].rows[-1].append(self._taken())

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title", "script"):
            self.words += data
        if self._into is not None:
            self._into.append(data)

    def _attributes(self, tag, attributes):
        for name, value in attributes:
            self.attributes.append((tag, name, value))
            if name == "id":
                self.ids.append(value)
            if name == "href" and value.startswith("#"):
                self.targets.append(value[1:])

    def _taken(self) -> str:
        text, self._into = " ".join("".join(self._into or []).split()), None
        return text


def page_tables(page: Page) -> list[ReadTable]:
    """The tables of a page, without the empty row of the headings; a group stands before each of its headings."""
    for table in page.tables:
        table.rows = [row for row in table.rows if row]
        if table.groups:
            paired = zip(table.groups, table.headings, strict=True)
            table.headings = [f"{group}: {heading}" if group else heading for group, heading in paired]
    return page.tables


_LINK = re.compile(r"(?<!\\)\[([^\]]+)\]\([^)]*\)")


def markdown_tables(text: str) -> list[ReadTable]:
    """The tables of a Markdown text."""
    tables = []
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("**Table "):
            rows = []
            for row in lines[i + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append([_plain(cell) for cell in re.split(r"(?<!\\)\|", row)[1:-1]])
            tables.append(ReadTable(_plain(line), rows[0], rows[2:]))
    return tables


def _plain(text: str) -> str:
    text = re.sub(r'<a id="[^"]*"></a>', "", text)
    text = _LINK.sub(r"\1", text).replace("**", "").replace("`", "")
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())


@pytest.fixture(scope="session")
def requests():
    return [RowRequest.of(preset=preset) for preset in PRESETS]


@pytest.fixture(scope="session")
def document(requests) -> Document:
    return report(requests)


@pytest.fixture(scope="session")
def page_text(document) -> str:
    return html(document)


@pytest.fixture(scope="session")
def markdown_text(document) -> str:
    return markdown(document)


@pytest.fixture(scope="session")
def page(page_text) -> Page:
    return Page(page_text)


@pytest.fixture(scope="session")
def read_page():
    return Page


@pytest.fixture(scope="session")
def html_tables(page) -> list[ReadTable]:
    return page_tables(page)


@pytest.fixture(scope="session")
def md_tables(markdown_text) -> list[ReadTable]:
    return markdown_tables(markdown_text)
