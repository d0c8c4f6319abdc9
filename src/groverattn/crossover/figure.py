"""The map of break-even times as a figure; it reads what was computed and draws."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groverattn.crossover.crossover import CrossoverResult
from groverattn.crossover.map import ASSUMED, FEWEST_TOFFOLIS, BreakEvenMap, PresetMark, break_even_map
from groverattn.files.whole import write_bytes, write_text
from groverattn.physical.machines.hardware import hardware
from groverattn.row.request import RowRequest
from groverattn.show.figures import DIGITS, canvas, svg_text, tidy
from groverattn.show.numbers import time_text
from groverattn.show.result import draw, picture_of

# Mid tones: as far from white paper as from a dark page.
_INK, _FLOOR, _NEEDED = "#787878", "#d1661c", "#2e9c72"
_FASTEST = "fastest"
_NOW = {FEWEST_TOFFOLIS: ("s", "#8e5bb5"), _FASTEST: ("D", "#4a86b8"), ASSUMED: ("o", "#c2457a")}
_LINES = {"slowest": (_NEEDED, "-", "slowest GPU line"), "fastest": ("#4a86b8", "--", "fastest GPU line")}
_LABELLED_ROW = 1  # lines are labelled low on the map, away from the presets
_APART = (1.7, 0.8)  # octaves of n and k by which two numbers on the map have to be apart
_DPI = 200


def write_map(path: Path, request: RowRequest) -> None:
    """Draw the map of a request and write it as SVG or PNG, by the ending of the name.

    Raises:
        InputError: an ending that is neither, or a place that cannot be written to.
    """
    figure = map_figure(break_even_map(request))
    if path.suffix.lower() == ".svg":
        write_text(path, svg_text(figure))
        return
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=_DPI, metadata={"Software": None})
    write_bytes(path, image.getvalue())


def map_svg(request: RowRequest) -> str:
    """Return the figure as SVG text, the same bytes for the same numbers."""
    return svg_text(map_figure(break_even_map(request)))


def map_figure(data: BreakEvenMap) -> Any:
    """Return a Matplotlib figure: needed times over n and k against both lines, and below them the presets one by one.

    The background is transparent, and nothing is black or white.
    """
    figure, (above, below) = canvas(7.4, 8.6, 2, 1, height_ratios=(1, 1.15))
    figure.patch.set_alpha(0)
    _contours(above, data)
    _presets(below, data)
    for panel in (above, below):
        _style(panel)
    return figure


@draw.register
def _(result: CrossoverResult, ax: Any) -> None:
    """The needed times over n and k, of the result's own d, heads, law and machine."""
    _contours(ax, break_even_map(result.request))
    _style(ax)


def _contours(panel: Any, data: BreakEvenMap) -> None:
    """Lines of equal time against both classical lines, the floor of one reaction, and the places of the presets."""
    shape, group = data.request.shape, data.request.gqa_group
    heads = f"{group} query heads share" if group > 1 else "one query head reads"
    panel.set_title(
        "Time that one Grover iterate may take if a row is to be as fast as on a GPU\n"
        f"d = {shape.d_head}, {heads} a memory of keys, search law {data.request.search_law}",
        fontsize=10,
        pad=38,
    )
    for name, (colour, style, title) in _LINES.items():
        needed_s = getattr(data.grid, f"{name}_s")
        _line_contours(panel, data, needed_s, colour, style)
        panel.plot([], [], color=colour, linestyle=style, linewidth=0.9, label=f"needed, {title}")
        if _is_on_map(data.reaction_s, needed_s):
            label = f"one reaction, {time_text(data.reaction_s)}, is enough, {title}"
            panel.plot([], [], color=_FLOOR, linestyle=style, linewidth=2, label=label)
    for number, (x, y) in enumerate(_places(data), start=1):
        panel.text(x, y, str(number), fontsize=8, color=_INK, ha="center", va="center", weight="bold")
    panel.set_xlabel("keys n (numbers: rows, as listed below)", fontsize=9)
    panel.set_ylabel("marked keys k", fontsize=9)
    for axis, values, step in ((panel.xaxis, data.grid.n_keys, 4), (panel.yaxis, data.grid.n_marked, 2)):
        powers = range(round(math.log2(values[0])), round(math.log2(values[-1])) + 1, step)
        axis.set_ticks(powers, [f"$2^{{{power}}}$" for power in powers])


def _line_contours(panel: Any, data: BreakEvenMap, needed_s: NDArray[np.float64], colour: str, style: str) -> None:
    """One line for every second decade of time, in powers of two so that they are straight where the law is."""
    x, y, log_s = np.log2(data.grid.n_keys), np.log2(data.grid.n_marked), np.log10(needed_s).round(DIGITS)
    low, high = math.ceil(np.nanmin(log_s)), math.floor(np.nanmax(log_s))
    levels = [level for level in range(low, high + 1) if level % 2 == 0]
    lines = panel.contour(x, y, log_s, levels=levels, colors=colour, linewidths=0.9, linestyles=style)
    row = log_s[_LABELLED_ROW]
    shown = [level for level in levels if np.nanmin(row) < level < np.nanmax(row)]
    at = [(float(np.interp(level, row, x)), float(y[_LABELLED_ROW])) for level in shown]
    texts = {level: time_text(10.0**level) for level in shown}
    panel.clabel(lines, levels=shown, fmt=texts, manual=at, fontsize=7.5, colors=colour)
    if _is_on_map(data.reaction_s, needed_s):
        floor = math.log10(data.reaction_s)
        panel.contour(x, y, log_s, levels=[floor], colors=_FLOOR, linewidths=2, linestyles=style)


def _is_on_map(seconds: float, needed_s: NDArray[np.float64]) -> bool:
    return bool(np.nanmin(needed_s) < seconds < np.nanmax(needed_s))


def _places(data: BreakEvenMap) -> list[tuple[float, float]]:
    """Log2 of n and k where the marks lie, from left to right; those too close to tell apart are one."""
    places: list[tuple[float, float]] = []
    for mark in sorted(data.marks, key=lambda mark: (mark.n_keys, mark.n_marked)):
        if not any(_is_at(mark, place) for place in places):
            places.append((math.log2(mark.n_keys), math.log2(mark.n_marked)))
    return places


def _is_at(mark: PresetMark, place: tuple[float, float]) -> bool:
    dx, dy = math.log2(mark.n_keys) - place[0], math.log2(mark.n_marked) - place[1]
    return abs(dx) < _APART[0] and abs(dy) < _APART[1]


def _number(mark: PresetMark, places: Sequence[tuple[float, float]]) -> int:
    """Number of the place of a mark, from 1."""
    return next(number for number, place in enumerate(places, start=1) if _is_at(mark, place))


def _presets(panel: Any, data: BreakEvenMap) -> None:
    """One line per preset: what an iterate may take against both lines, one reaction, and what it takes now."""
    places = _places(data)
    numbers = {mark.names: _number(mark, places) for mark in data.marks}
    marks = sorted(data.marks, key=lambda mark: (numbers[mark.names], mark.names))
    heights = np.arange(len(marks))[::-1]
    for height, mark in zip(heights, marks, strict=True):
        panel.plot([mark.fastest_s, mark.slowest_s], [height] * 2, color=_NEEDED, linewidth=4, solid_capstyle="butt")
        for access, seconds in mark.now_s.items():
            marker, colour = _NOW.get(access, _NOW[_FASTEST])
            panel.plot([seconds], [height], marker, color=colour, markersize=5)
    panel.axvline(data.reaction_s, color=_FLOOR, linewidth=2)
    _preset_legend(panel, data)
    panel.set_xscale("log")
    panel.set_yticks(heights, [f"{', '.join(mark.names)}  {numbers[mark.names]}" for mark in marks])
    panel.set_ylim(-0.7, len(marks) - 0.3)
    _decades(panel, [mark.fastest_s for mark in marks] + [max(mark.now_s.values()) for mark in marks])
    panel.minorticks_off()
    panel.set_title(
        f"Time of one iterate of each row, at the limits of {hardware(data.request.hardware).name}",
        fontsize=10,
        pad=50,
    )
    panel.grid(axis="x", color=_INK, alpha=0.25, linewidth=0.5)


def _decades(panel: Any, seconds: list[float]) -> None:
    """Every second decade as a tick, and room for the first and the last time."""
    low, high = math.log10(min(seconds)) - 0.5, math.log10(max(seconds)) + 0.5
    ticks = [10.0**decade for decade in range(math.ceil(low), math.floor(high) + 1) if decade % 2 == 0]
    panel.set_xlim(10**low, 10**high)
    panel.set_xticks(ticks, [time_text(tick) for tick in ticks])


def _preset_legend(panel: Any, data: BreakEvenMap) -> None:
    circuits = sorted({mark.fastest_circuit for mark in data.marks})
    labels = {
        FEWEST_TOFFOLIS: f"now, {FEWEST_TOFFOLIS} (fewest Toffolis)",
        _FASTEST: f"now, {' or '.join(circuits)} (fastest circuit)",
        ASSUMED: f"now, {ASSUMED} (a memory that is assumed)",
    }
    panel.plot([], [], color=_NEEDED, linewidth=4, label="needed, fastest to slowest GPU line")
    panel.plot([], [], color=_FLOOR, linewidth=2, label=f"one reaction, {time_text(data.reaction_s)}")
    for kind, label in labels.items():
        marker, colour = _NOW[kind]
        panel.plot([], [], marker, color=colour, markersize=5, label=label)


def _style(panel: Any) -> None:
    panel.patch.set_alpha(0)
    tidy(panel)
    panel.spines[["left", "bottom"]].set_color(_INK)
    panel.tick_params(labelsize=8, colors=_INK, which="both")
    for text in (panel.title, panel.xaxis.label, panel.yaxis.label):
        text.set_color(_INK)
    panel.legend(
        frameon=False,
        fontsize=8,
        labelcolor=_INK,
        ncols=2,
        loc="lower center",
        bbox_to_anchor=(0.45, 1.0),
        borderaxespad=0.2,
    )


@picture_of.register
def _(result: CrossoverResult) -> str:
    """The map over n and k, with the presets."""
    return map_svg(result.request)
