"""A document as one HTML file that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from groverattn.show.document import Block, Document, Figure, entry_anchor
from groverattn.show.inline_svg import inline_svg
from groverattn.show.markdown import bare
from groverattn.show.markdown import inline as to_markdown


def html(document: Document) -> str:
    """Return the whole page.

    All words are escaped; figures and the style sheet are this package's own.
    """
    return _rendered("report.html", document=document, numbered=True, ledger=document.ledger)


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
    return Markup(_MARKDOWN.renderInline(to_markdown(sentence)))


def draw(figure: Figure, number: int) -> Markup:
    """Return a figure as an element of the page."""
    return Markup(inline_svg(figure.svg, f"figure{number}-", bare(figure.caption)))
