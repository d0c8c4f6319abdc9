"""Figures of one row: the space-time frontier, the place of a row in it, and what changing one choice does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from groverattn.classical.lines import ClassicalLine
from groverattn.frontier.frontier import Frontier, FrontierPoint
from groverattn.frontier.keys_per_query import BlockRows
from groverattn.frontier.tradeoffs import Curve, TradeOffs
from groverattn.show.figures import BLUE, DIGITS, GREEN, GREY, RED, canvas, svg_text, tidy
from groverattn.show.numbers import count_text, time_text
from groverattn.show.result import draw, picture_of

_MACHINES = (
    ("one machine", lambda s: s == 1, "o", BLUE),
    ("several machines", lambda s: s > 1, "s", RED),
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
    cheapest = min(points, key=lambda point: point.price.volume_qubit_s)
    label = f"least qubits x time: {time_text(cheapest.duration_s)} on {count_text(cheapest.qubits)} qubits"
    ax.plot([cheapest.qubits], [cheapest.duration_s], "*", color="#000000", markersize=11, label=label)
    times = [line.time_s_per_row for line in result.request.classical()]
    ax.axhspan(
        min(times),
        max(times),
        color=GREEN,
        alpha=0.35,
        label=f"the same row on a GPU: {time_text(max(times))} to {time_text(min(times))}",
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("physical qubits")
    ax.set_ylabel("time of one row, seconds")
    tidy(ax, size=None)
    name, shape = result.request.name, result.request.shape
    ax.set_title(f"{name}: one row, n = {shape.n_keys:,} keys, k = {shape.n_marked:,}", fontsize=10, loc="left")
    ax.legend(frameon=False, fontsize=9, loc="best")


@picture_of.register
def _(result: BlockRows) -> str:
    """Toffolis of the row, and the share of the keys that is read, against keys per query."""
    figure, (cost, read) = canvas(8.0, 3.0, 1, 2)
    draw(result, cost)
    xs = [row.keys_per_query for row in result.rows]
    read.plot(xs, [row.keys_read / result.request.shape.n_keys for row in result.rows], "o-", color=RED, markersize=4)
    read.axhline(1, color=GREEN, label="a scan")
    read.set_ylabel("keys read, over n", fontsize=9)
    read.legend(frameon=False, fontsize=8)
    for panel in (cost, read):
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xlabel("keys per query u", fontsize=9)
        tidy(panel)
    return svg_text(figure)


@draw.register
def _(result: BlockRows, ax: Any) -> None:
    """Toffolis of the row against keys per query."""
    xs = [row.keys_per_query for row in result.rows]
    ax.plot(xs, [row.toffoli for row in result.rows], "o-", color=BLUE, markersize=4)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel("keys per query u", fontsize=9)
    ax.set_ylabel("Toffolis of a row", fontsize=9)
    tidy(ax)


_LABELS = {
    "keys_per_query": "keys per query",
    "n_keys": "keys n",
    "n_marked": "marked keys k",
    "bits": "bits of a number",
    "error_budget": "probability of a wrong row",
    "data_access": "data access",
    "block": "keys in a block of the lookup",
    "n_machines": "machines that share the row",
    "hardware": "machine",
}
_NAMES = ("data_access", "hardware")
_POWERS_OF_TWO = ("n_keys", "n_marked", "block", "n_machines", "keys_per_query")


def tradeoffs_svg(curves: Sequence[Curve]) -> str:
    """Draw time above and physical qubits below, a column for each choice; the other choices are as at the start.

    The axis of time reaches down to the GPUs. The start is marked where it is among the values.
    """
    figure, panels = canvas(2.5 * len(curves), 5.0, 2, len(curves), sharex="col", sharey="row", squeeze=False)
    for column, curve in enumerate(curves):
        places = _places(curve)
        _times(panels[0, column], places, curve)
        _line(panels[1, column], places, [point.qubits for point in curve.points], curve)
        _ticks(panels[1, column], places, curve)
    for panel in panels.flat:
        panel.set_yscale("log")
        tidy(panel)
    panels[0, 0].set_ylabel("time of one row, seconds", fontsize=9)
    panels[1, 0].set_ylabel("physical qubits", fontsize=9)
    panels[0, 0].legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(0, 0.42))
    return svg_text(figure)


def place_svg(designs: Sequence[FrontierPoint], row: FrontierPoint, classical: Sequence[ClassicalLine]) -> str:
    """Draw one row beside the designs that nothing beats at the start, in physical qubits and seconds.

    Args:
        designs: the points of a frontier, fewest qubits first.
        row: the row as it is chosen.
        classical: GPUs on that row.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.8))
    panel = figure.add_axes((0.11, 0.13, 0.86, 0.78))  # a layout that is worked out takes as long as all the rest
    qubits, times = ([round(x, DIGITS) for x in each] for each in _qubits_and_times(designs))
    panel.step(qubits, times, where="post", color=GREY, linewidth=1, label="designs that nothing beats, at the start")
    panel.plot([row.qubits], [row.duration_s], "*", color=RED, markersize=14, label="the row as chosen")
    gpu = [line.time_s_per_row for line in classical]
    panel.axhspan(min(gpu), max(gpu), color=GREEN, alpha=0.35, label="the same row on a GPU")
    factor = count_text(row.duration_s / max(gpu))
    panel.set_title(f"{time_text(row.duration_s)} a row, {factor} times as long as the slowest GPU line", fontsize=10)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(1e5, 1e14)
    panel.set_ylim(1e-9, 1e10)
    panel.minorticks_off()
    panel.set_xlabel("physical qubits", fontsize=9)
    panel.set_ylabel("time of one row, seconds", fontsize=9)
    tidy(panel)
    panel.legend(frameon=False, fontsize=8, loc="upper right")
    return svg_text(figure)


def _qubits_and_times(points: Sequence[FrontierPoint]) -> tuple[list[float], list[float]]:
    return [float(point.qubits) for point in points], [point.duration_s for point in points]


def _places(curve: Curve) -> list[float]:
    """Where the values lie on an axis: evenly spaced powers, numbers as they are, names one after the other."""
    if curve.choice in _POWERS_OF_TWO:
        return [math.log2(value) for value in curve.values]
    if curve.choice == "error_budget":
        return [round(-math.log10(value), DIGITS) for value in curve.values]
    if curve.choice == "bits":
        return [float(value) for value in curve.values]
    return [float(place) for place in range(len(curve.values))]


def _times(panel: Any, places: list[float], curve: Curve) -> None:
    fastest, slowest = zip(*curve.gpu_s, strict=True)
    panel.fill_between(places, fastest, slowest, color=GREEN, alpha=0.35, linewidth=0, label="one row on a GPU")
    _line(panel, places, [point.duration_s for point in curve.points], curve)


def _line(panel: Any, places: list[float], numbers: list[Any], curve: Curve) -> None:
    """Points, with a line where the values have an order."""
    numbers, style = [round(number, DIGITS) for number in numbers], "o" if curve.choice in _NAMES else "o-"
    panel.plot(places, numbers, style, color=BLUE, markersize=3.5, linewidth=1, label="quantum")
    if curve.at is not None:
        panel.plot([places[curve.at]], [numbers[curve.at]], "D", color=RED, markersize=6, label="start")


def _ticks(panel: Any, places: list[float], curve: Curve) -> None:
    texts = [str(value) for value in curve.values]
    if curve.choice in _POWERS_OF_TWO:
        texts = [f"$2^{{{place:.0f}}}$" for place in places]
    elif curve.choice == "error_budget":
        texts = [f"$10^{{-{place:.0f}}}$" for place in places]
    panel.set_xticks(places, texts, rotation=90 if curve.choice in _NAMES else 0)
    panel.set_xlabel(_LABELS[curve.choice], fontsize=9)


@picture_of.register
def _(result: Frontier, *row: FrontierPoint) -> str:
    """The Pareto set; with one row, its place among these designs."""
    return place_svg(result.points, row[0], result.request.classical()) if row else frontier_svg(result)


@picture_of.register
def _(result: TradeOffs) -> str:
    return tradeoffs_svg(result.curves)


@draw.register
def _(result: TradeOffs, ax: Any) -> None:
    """The time of the row with each value of the first choice."""
    (curve, *_), places = result.curves, _places(result.curves[0])
    _times(ax, places, curve)
    _ticks(ax, places, curve)
    ax.set_yscale("log")
    ax.set_ylabel("time of one row, seconds", fontsize=9)
    tidy(ax)
