"""Figures, as SVG text that is the same bytes each time; Matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groverattn.study.scaling import ScalingRecord

_MARKED, _OTHER = "#c1440e", "#8a96a3"


def amplitudes_svg(amplitudes: Sequence[NDArray[np.float64]], marked: NDArray[np.bool_]) -> str:
    """Draw the amplitude of every index after 0, 1, 2, ... iterates, one panel each, marked keys in colour.

    Args:
        amplitudes: for each number of iterates the amplitudes of all indices, shape (n,).
        marked: which indices are marked, shape (n,).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.4 * len(amplitudes), 2.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(amplitudes), sharey=True))
    for j, (panel, heights) in enumerate(zip(panels, amplitudes, strict=True)):
        index, heights = np.arange(heights.size), heights.round(9)  # the digits beyond are the simulator's rounding
        for chosen, colour, label in ((~marked, _OTHER, "not marked"), (marked, _MARKED, "marked")):
            panel.bar(index[chosen], heights[chosen], width=0.7, color=colour, label=label)
        panel.axhline(0, color="black", linewidth=0.8)
        panel.set_title(f"{j} iterate{'' if j == 1 else 's'}: P(marked) = {p_marked(heights, marked):.3f}", fontsize=9)
        panel.set_xlabel("key", fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    panels[0].set_ylabel("amplitude", fontsize=9)
    panels[0].legend(frameon=False, fontsize=8, loc="upper left")
    return svg_text(figure)


def p_marked(amplitudes: NDArray[np.inexact], marked: NDArray[np.bool_]) -> float:
    """Return the probability that a measured index is marked."""
    return float((np.abs(amplitudes[marked]) ** 2).sum())


_LAW_COLOURS = {"ideal": "#4c9f70", "expected": "#2f5d8a", "proven": "#b0722a"}


def scaling_svg(records: Sequence[ScalingRecord]) -> str:
    """Draw iterates of a row against n at two k, and against k at the largest n: drawn, under the laws, and a scan."""
    from matplotlib.figure import Figure

    n_marked = sorted({record.n_marked for record in records})
    few, many, most_keys = n_marked[0], n_marked[-4], max(record.n_keys for record in records)
    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    _scaling_panel(panels[0], "n_keys", f"k = {few}", [r for r in records if r.n_marked == few])
    _scaling_panel(panels[1], "n_keys", f"k = {many}", [r for r in records if r.n_marked == many])
    _scaling_panel(panels[2], "n_marked", f"n = {most_keys:,}", [r for r in records if r.n_keys == most_keys])
    panels[0].set_ylabel("Grover iterates of one row", fontsize=9)
    panels[2].legend(frameon=False, fontsize=8, loc="lower right")
    return svg_text(figure)


def _scaling_panel(panel: Any, axis: str, title: str, records: Sequence[ScalingRecord]) -> None:
    x = [getattr(record, axis) for record in records]
    scan = [record.keys_of_a_scan for record in records]
    panel.plot(x, scan, color="black", linestyle="--", label="scan: keys read (no iterates)")
    for law, colour in _LAW_COLOURS.items():
        panel.plot(x, [getattr(record, f"iterates_{law}") for record in records], color=colour, label=f"law {law}")
    drawn = [record.iterates_mean for record in records]
    label = f"searches drawn, mean of {records[0].rows}"
    panel.plot(x, drawn, "o", color=_LAW_COLOURS["expected"], markersize=4, label=label)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_title(title, fontsize=10)
    panel.set_xlabel("keys n" if axis == "n_keys" else "marked keys k", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize=8)


def svg_text(figure: Any) -> str:
    """Write without a date, and with the identifiers that a fixed salt gives."""
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "groverattn"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "groverattn"})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
