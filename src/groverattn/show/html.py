"""A document as one HTML file that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

import functools
import itertools
from importlib.resources import files

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from groverattn.show.document import Document, Figure, entry_anchor
from groverattn.show.inline import Piece, pieces
from groverattn.show.inline_svg import inline_svg


def html(document: Document) -> str:
    """Return the whole page.

    All words are escaped; figures and the style sheet are this package's own.
    """
    numbers = {"table": itertools.count(1), "figure": itertools.count(1)}
    page = _template().render(
        document=document,
        style=Markup(_file("report.css")),
        inline=inline,
        draw=draw,
        entry_anchor=entry_anchor,
        next_number=lambda kind: next(numbers[kind]),
        kind=lambda block: type(block).__name__.lower(),
    )
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


@functools.cache
def _template():
    environment = Environment(
        loader=BaseLoader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("report.html"))


def _file(name: str) -> str:
    return (files("groverattn.show") / "templates" / name).read_text("utf-8")


def inline(sentence: str) -> Markup:
    """Return a sentence with its code, links and numbers.

    >>> print(inline("a `b` < c, 2^3"))
    a <code>b</code> &lt; c, 2³
    """
    return Markup("").join(map(_piece, pieces(sentence)))


def _piece(piece: Piece) -> Markup:
    text = escape(piece.text)
    if piece.kind == "code":
        return Markup("<code>{}</code>").format(text)
    if piece.kind in ("link", "paper"):
        return Markup('<a href="{}">{}</a>').format(piece.target, text)
    return text


def draw(figure: Figure, number: int) -> Markup:
    """Return a figure as an element of the page."""
    return Markup(inline_svg(figure.svg, f"figure{number}-", "".join(piece.text for piece in pieces(figure.caption))))
