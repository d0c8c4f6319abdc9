"""The space-time frontier as a figure."""

from __future__ import annotations

from typing import Any

from groverattn.show.figures import svg_text

_MACHINES = (
    ("one machine", lambda s: s == 1, "o", "#2f5d8a"),
    ("several machines, mean of one", lambda s: s > 1, "s", "#c1440e"),
)


def frontier_svg(result: dict[str, Any], classical: list[dict[str, Any]]) -> str:
    """Draw the Pareto set of physical qubits and time, with the times of the classical lines below it.

    Args:
        result: what `Frontier.as_json` returns.
        classical: the classical lines of the same row, as `estimate` prints them.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    points = result["points"]
    x, y = ([point[name] for point in points] for name in ("qubits", "duration_s"))
    axes.step(x, y, where="post", color="#8a96a3", linewidth=1)
    for label, chosen, marker, colour in _MACHINES:
        of_kind = [point for point in points if chosen(point["n_machines"])]
        if of_kind:
            xs, ys = ([point[name] for point in of_kind] for name in ("qubits", "duration_s"))
            axes.plot(xs, ys, marker, color=colour, markersize=4, label=label)
    times = [line["time_s_per_row"] for line in classical]
    axes.axhspan(min(times), max(times), color="#4c9f70", alpha=0.35, label="one row on a GPU")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("physical qubits")
    axes.set_ylabel("time of one row, seconds")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    return svg_text(figure)
