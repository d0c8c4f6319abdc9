"""A figure as a part of a page: its words are text, its black is the page's ink, its identifiers are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

# Colours of the figures by the names that the page gives them, lighter ones on a dark page.
PALETTE = {
    "#000000": "currentColor",
    "#787878": "var(--soft)",
    "#8a96a3": "var(--grey)",
    "#2f5d8a": "var(--blue)",
    "#c1440e": "var(--red)",
    "#4c9f70": "var(--green)",
    "#2e9c72": "var(--green)",
    "#d1661c": "var(--orange)",
    "#8e5bb5": "var(--violet)",
    "#4a86b8": "var(--sky)",
    "#c2457a": "var(--pink)",
}
PARTS = tuple(f"var(--{name})" for name in ("blue", "orange", "green", "violet", "sky", "pink", "red", "grey"))
"""Colours of the parts of a bar, in this order."""

# The style sheet inside the image would hold for the whole page; what it says stands in the page's own.
_NOT_DRAWN = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL
)
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_IDENTIFIER = re.compile(r' \bid="([^"]*)"')
_VALUE = re.compile(r'<g id="value-(\d+)">')
_REFERENCE = re.compile(r'(href="#|url\(#)([^")]*)')
_FONT_FAMILY = re.compile(r" ?font-family: [^;\"]*;?")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_PLACE = re.compile(r'\b(d|x|y|points|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_MICRO = re.compile(r"(?<=\d )us\b")
_SPACE = re.compile(r"\s*\n\s*")

_PIXELS_PER_POINT = 4 / 3


def with_text(draw: Callable[[], str]) -> str:
    """Return what `draw` draws with Matplotlib, its words as text and not as outlines."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        return draw()


def inline_svg(svg: str, prefix: str, description: str, values: Sequence[str] = (), kind: str = "") -> str:
    """Return an SVG image as an element of a page.

    Args:
        svg: the image as Matplotlib writes it.
        prefix: put before every identifier, so that no two figures of a page share one.
        description: for those who do not see it.
        values: what a pointer on the element `value-i` says, by i.
        kind: class of the element, by which a style sheet shows it or not.

    >>> print(inline_svg('<svg viewBox="0 0 72 36"><g fill="#000000"/></svg>', "f1-", "a line"))
    <svg viewBox="0 0 72 36" style="max-width:96px" role="img" aria-label="a line"><g fill="currentColor"/></svg>
    """
    drawn = _NOT_DRAWN.sub("", svg).strip().replace("xlink:href", "href")
    drawn = _MICRO.sub("µs", _FONT_FAMILY.sub("", drawn)).replace("fill: #ffffff", "fill: none")
    drawn = _VALUE.sub(lambda found: f"<g><title>{escape(values[int(found[1])])}</title>", drawn)
    drawn = _with_prefix(drawn, prefix)
    drawn = _COLOUR.sub(lambda found: PALETTE.get(found[0], found[0]), drawn)
    drawn = _PLACE.sub(lambda found: _LONG_NUMBER.sub(_shorter, found[0]), drawn)
    return _SPACE.sub("\n", _ROOT.sub(lambda found: _root(found[0], description, kind), drawn, count=1))


def _with_prefix(drawn: str, prefix: str) -> str:
    """Rename the identifiers that something refers to, and leave the others out."""
    named = {found[2] for found in _REFERENCE.finditer(drawn)}
    drawn = _REFERENCE.sub(rf"\1{prefix}\2", drawn)
    return _IDENTIFIER.sub(lambda found: f' id="{prefix}{found[1]}"' if found[1] in named else "", drawn)


def _root(tag: str, description: str, kind: str) -> str:
    size = _SIZE.search(tag)
    if size is None:
        raise ValueError("an SVG image without a viewBox")
    width = round(float(size[1]) * _PIXELS_PER_POINT)
    named = f' class="{kind}"' if kind else ""
    return f'<svg {size[0]}{named} style="max-width:{width}px" role="img" aria-label="{escape(description)}">'


def _shorter(found: re.Match[str]) -> str:
    """A hundredth of a point is enough."""
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
