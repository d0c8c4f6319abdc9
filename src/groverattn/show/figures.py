"""Figures, as SVG text that is the same bytes each time; Matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from typing import Any

BLUE, RED, GREY, GREEN = "#2f5d8a", "#c1440e", "#8a96a3", "#4c9f70"
"""Colours of what is drawn; `inline_svg` has a lighter one of each for dark pages."""

DIGITS = 9
"""Decimals that are drawn: those beyond are rounding, and would change the bytes."""


def canvas(width: float, height: float, *shape: int, **grid: Any) -> tuple[Any, Any]:
    """Return a figure of this size in inches, and its axes: one, or an array of rows and columns."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(*shape, **grid)


def tidy(*panels: Any, size: float | None = 8) -> None:
    """Take away the lines above and on the right, and write ticks in a small size."""
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        if size is not None:
            panel.tick_params(labelsize=size)


def svg_text(figure: Any) -> str:
    """Write without a date, and with the identifiers that a fixed salt gives."""
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "groverattn"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "groverattn"})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
