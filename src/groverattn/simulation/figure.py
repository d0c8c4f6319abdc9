"""The amplitudes of a small search as a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from groverattn.show.figures import DIGITS, GREY, RED, canvas, svg_text, tidy
from groverattn.show.result import draw, picture_of
from groverattn.simulation.amplitudes import Amplitudes, p_marked


@picture_of.register
def _(result: Amplitudes, *n_iterates: int) -> str:
    """The amplitude of every key after each number of iterates, one panel each; or after some of these numbers."""
    chosen = n_iterates or tuple(range(len(result.states)))
    figure, panels = canvas(2.4 * len(chosen), 2.6, 1, len(chosen), sharey=True)
    panels = np.atleast_1d(panels)
    for panel, j in zip(panels, chosen, strict=True):
        _bars(panel, result, j)
    panels[0].set_ylabel("amplitude", fontsize=9)
    panels[0].legend(frameon=False, fontsize=8, loc="upper left")
    return svg_text(figure)


@draw.register
def _(result: Amplitudes, ax: Any) -> None:
    """The amplitude of every key after the largest number of iterates."""
    _bars(ax, result, len(result.states) - 1)
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def _bars(panel: Any, result: Amplitudes, j: int) -> None:
    heights, marked = result.states[j].real.round(DIGITS), result.marked
    index = np.arange(heights.size)
    for chosen, colour, label in ((~marked, GREY, "not marked"), (marked, RED, "marked")):
        panel.bar(index[chosen], heights[chosen], width=0.7, color=colour, label=label)
    panel.axhline(0, color="black", linewidth=0.8)
    title = f"{j} iterate{'' if j == 1 else 's'}: P(marked) = {p_marked(result.states[j], marked):.3f}"
    panel.set_title(title, fontsize=9)
    panel.set_xlabel("key", fontsize=9)
    tidy(panel)
