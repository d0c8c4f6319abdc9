"""The space-time frontier as a figure."""

from __future__ import annotations

from typing import Any

from groverattn.frontier.frontier import Frontier
from groverattn.show.figures import BLUE, GREEN, GREY, RED, canvas, svg_text, tidy
from groverattn.show.result import draw

_MACHINES = (
    ("one machine", lambda s: s == 1, "o", BLUE),
    ("several machines, mean of one", lambda s: s > 1, "s", RED),
)


def frontier_svg(result: Frontier) -> str:
    """Draw the Pareto set of physical qubits and time, with the times of the GPUs below it."""
    figure, axes = canvas(6.4, 4.0)
    draw(result, axes)
    return svg_text(figure)


@draw.register
def _(result: Frontier, ax: Any) -> None:
    points = result.points
    ax.step([p.qubits for p in points], [p.duration_s for p in points], where="post", color=GREY, linewidth=1)
    for label, chosen, marker, colour in _MACHINES:
        of_kind = [point for point in points if chosen(point.design.n_machines)]
        if of_kind:
            xs, ys = [point.qubits for point in of_kind], [point.duration_s for point in of_kind]
            ax.plot(xs, ys, marker, color=colour, markersize=4, label=label)
    times = [line.time_s_per_row for line in result.request.classical()]
    ax.axhspan(min(times), max(times), color=GREEN, alpha=0.35, label="one row on a GPU")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("physical qubits")
    ax.set_ylabel("time of one row, seconds")
    tidy(ax, size=None)
    ax.legend(frameon=False, fontsize=9, loc="upper right")
