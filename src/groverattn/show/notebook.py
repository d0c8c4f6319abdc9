"""What a notebook shows: tables as text of a fixed width, figures as images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, RenderableType

if TYPE_CHECKING:
    from IPython.display import SVG

COLUMNS = 100


def show(*parts: RenderableType) -> None:
    """Print tables and texts, each as wide as a notebook's page and without colours.

    >>> from groverattn.show.tables import simple_table
    >>> show("one key", simple_table("", ["key", "score"], [("7", "12")]))
    one key
    key ┃ score
    ━━━━╇━━━━━━
    7   │    12
    """
    console = Console(width=COLUMNS, color_system=None, force_jupyter=False, highlight=False)
    for part in parts:
        console.print(part)


def figure(svg: str) -> SVG:
    """Return a figure of the package as what a cell displays.

    Raises:
        ModuleNotFoundError: IPython is not installed; where a notebook runs, it is.
    """
    from IPython.display import SVG

    return SVG(svg)
