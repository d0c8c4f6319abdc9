"""Figures, as SVG text that is the same bytes each time; Matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from typing import Any


def svg_text(figure: Any) -> str:
    """Write without a date, and with the identifiers that a fixed salt gives."""
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "groverattn"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "groverattn"})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
