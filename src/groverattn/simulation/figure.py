"""The amplitudes of a small search as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groverattn.show.figures import DIGITS, GREY, RED, canvas, svg_text, tidy


def amplitudes_svg(amplitudes: Sequence[NDArray[np.float64]], marked: NDArray[np.bool_]) -> str:
    """Draw the amplitude of every index after 0, 1, 2, ... iterates, one panel each, marked keys in colour.

    Args:
        amplitudes: for each number of iterates the amplitudes of all indices, shape (n,).
        marked: which indices are marked, shape (n,).
    """
    figure, panels = canvas(2.4 * len(amplitudes), 2.6, 1, len(amplitudes), sharey=True)
    panels = np.atleast_1d(panels)
    for j, (panel, heights) in enumerate(zip(panels, amplitudes, strict=True)):
        index, heights = np.arange(heights.size), heights.round(DIGITS)
        for chosen, colour, label in ((~marked, GREY, "not marked"), (marked, RED, "marked")):
            panel.bar(index[chosen], heights[chosen], width=0.7, color=colour, label=label)
        panel.axhline(0, color="black", linewidth=0.8)
        panel.set_title(f"{j} iterate{'' if j == 1 else 's'}: P(marked) = {p_marked(heights, marked):.3f}", fontsize=9)
        panel.set_xlabel("key", fontsize=9)
        tidy(panel)
    panels[0].set_ylabel("amplitude", fontsize=9)
    panels[0].legend(frameon=False, fontsize=8, loc="upper left")
    return svg_text(figure)


def p_marked(amplitudes: NDArray[np.inexact], marked: NDArray[np.bool_]) -> float:
    """Return the probability that a measured index is marked."""
    return float((np.abs(amplitudes[marked]) ** 2).sum())
