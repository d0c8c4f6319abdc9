"""A document as one HTML file that needs no other file and no network; it reads the same without its script.

The script of the page is this package's own, and the page's policy lets no other one run and nothing be loaded.
"""

from __future__ import annotations

import base64
import csv
import functools
import hashlib
import io
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from groverattn.show.document import Block, Document, Figure, Table, by_how, entry_anchor
from groverattn.show.inline_svg import PARTS, inline_svg
from groverattn.show.markdown import bare, leading
from groverattn.show.markdown import inline as to_markdown
from groverattn.show.numbers import Cell, reproducible, share_text


def html(document: Document) -> str:
    """Return the whole page.

    All words are escaped; figures, style sheet and script are this package's own.
    """
    script = _script()
    page = _rendered(
        "report.html",
        document=document,
        numbered=True,
        ledger=document.ledger,
        script=Markup(script),
        policy=policy(script),
        data=Markup(json_text(document.data)) if document.data else "",
    )
    return leading(page, '<a href="#', document.anchors, document.elsewhere and f"{document.elsewhere}.html")


def _script() -> str:
    """The script as it stands in the page: without indentation, as `_rendered` leaves none of its lines empty."""
    text = (files("groverattn.show") / "templates" / "report.js").read_text("utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def policy(script: str) -> str:
    """The content security policy: the one script by its hash, styles of the page, and nothing from outside."""
    digest = base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'"


def json_text(data: Mapping[str, Any]) -> str:
    """JSON that no parser of HTML takes for a tag."""
    text = json.dumps(reproducible(data), separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def fragment(blocks: Iterable[Block]) -> str:
    """Return some blocks without a page around them, as a notebook shows them."""
    return _rendered("fragment.html", blocks=tuple(blocks), numbered=False, ledger=None)


def _rendered(template: str, **given: Any) -> str:
    numbers = {"table": itertools.count(1), "figure": itertools.count(1)}
    page = (
        _environment()
        .get_template(template)
        .render(
            inline=inline,
            draw=draw,
            entry_anchor=entry_anchor,
            by_how=by_how,
            csv_link=csv_link,
            number_of=number_text,
            colour=lambda part, place: "var(--line)" if part.unused else PARTS[place % len(PARTS)],
            bare=bare,
            share_text=share_text,
            next_number=lambda kind: next(numbers[kind]),
            kind=lambda block: type(block).__name__.lower(),
            **given,
        )
    )
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("groverattn.show"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


# Escapes, code and links: a sentence can hold nothing else.
_MARKDOWN = MarkdownIt("zero").enable(["escape", "backticks", "link"])


def inline(sentence: str) -> Markup:
    """Return a sentence with its code, links and numbers.

    >>> print(inline("a `b` < c, 2^3"))
    a <code>b</code> &lt; c, 2³
    """
    return Markup(_MARKDOWN.renderInline(_TOGETHER.sub(_unbroken, to_markdown(sentence))))


# Numbers that no line ends in: 2.3 × 10⁷, n = 2⁵⁶, 8.59 min.
_TOGETHER = re.compile(r"\d × 10|\b[nkdp] = \S|\d (?:[mµnp]?s|min|h|days|years|times|qubits)\b|\d %")


def _unbroken(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\N{NO-BREAK SPACE}")


def draw(figure: Figure, number: int) -> Markup:
    """Return a figure as an element of the page, or as two, of which the style sheet shows the one that fits."""
    prefix, says = f"figure{number}-", bare(figure.caption)
    if not figure.narrow:
        return Markup(inline_svg(figure.svg, prefix, says, figure.values))
    wide = inline_svg(figure.svg, prefix, says, figure.values, "wide")
    return Markup(f"{wide}\n{inline_svg(figure.narrow, f'{prefix}narrow-', says, figure.values, 'narrow')}")


def csv_link(table: Table) -> str:
    """Return a link that holds the table as CSV: numbers in full, words without marks.

    >>> from groverattn.show.document import Column
    >>> csv_link(Table("", (Column("a"), Column("n", "keys")), ((Cell("`x`"), Cell("1.2e3", 1234)),)))
    'data:text/csv;charset=utf-8,a%2Cn%20%28keys%29%0D%0Ax%2C1234%0D%0A'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        bare(each.full_heading + (f" ({each.shown_unit})" if each.shown_unit else "")) for each in table.columns
    )
    writer.writerows([number_text(cell) or bare(cell.text) for cell in row] for row in table.rows)
    return f"data:text/csv;charset=utf-8,{quote(text.getvalue(), safe='')}"


def number_text(cell: Cell) -> str:
    """Return the number behind a cell, to twelve digits; empty if there is none."""
    return "" if cell.value is None else f"{cell.value:.12g}"
