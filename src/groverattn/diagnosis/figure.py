"""The report of a head as a figure; it reads what was measured and computes nothing but quantiles."""

from __future__ import annotations

from typing import Any

import numpy as np

from groverattn.diagnosis.diagnosis import MASSES, Diagnosis
from groverattn.show.figures import BLUE, DIGITS, RED, canvas, svg_text, tidy
from groverattn.show.result import draw

_LIGHT = "#a9c1d9"
_BOUNDS = (("mass_bound", "^", "bound from the mass, worst"), ("best_bound", "v", "smallest bound, worst"))


def diagnosis_svg(diagnosis: Diagnosis) -> str:
    """Four panels as SVG: mass over k, tail range and tail mass of the rows, error per tail.

    The same bytes for the same numbers.
    """
    figure, panels = canvas(10.5, 7.0, 2, 2)
    head, k = diagnosis.head, diagnosis.largest.k
    mask = "causal" if head.causal else "bidirectional"
    figure.suptitle(f"{head.name}, n = {head.n_keys:,}, {mask}, k = {k}", fontsize=11)
    _mass_panel(panels[0, 0], diagnosis)
    _rows_panel(panels[0, 1], diagnosis, "tail_range", "range of the tail, nats", 1.0, "1 nat")
    _rows_panel(panels[1, 0], diagnosis, "tail_mass", "softmax weight of the tail", 0.1, "10 %")
    panels[1, 0].set_ylim(0, 1.15)
    _tails_panel(panels[1, 1], diagnosis)
    tidy(*panels.flat)
    return svg_text(figure)


@draw.register
def _(result: Diagnosis, ax: Any) -> None:
    """The softmax weight that the largest keys of a row hold."""
    _mass_panel(ax, result)
    tidy(ax)


def _mass_panel(panel: Any, diagnosis: Diagnosis) -> None:
    """Weight of the k largest scores against k; where the median row reaches 90, 95 and 99 %."""
    low, median, high = np.percentile(diagnosis.held, (10, 50, 90), axis=0).round(DIGITS)
    panel.fill_between(diagnosis.counts, low, high, color=_LIGHT, linewidth=0, label="10 to 90 % of the rows")
    panel.plot(diagnosis.counts, median, color=BLUE, label="median row")
    panel.axvline(diagnosis.largest.k, color="black", linestyle=":", linewidth=1, label=f"k = {diagnosis.largest.k}")
    lines = []
    for mass, column in zip(MASSES, diagnosis.needed.T, strict=True):
        needed = float(np.median(column))
        panel.plot([needed], [mass], "o", color=RED, markersize=5)
        lines.append(f"{100 * mass:.0f} %: k = {needed:g}")
    panel.text(
        0.98, 0.04, "median row\n" + "\n".join(lines), transform=panel.transAxes, ha="right", fontsize=8, color=RED
    )
    panel.set_xscale("log", base=2)
    panel.set_ylim(0, 1.03)
    panel.set_xlabel("largest keys of the row, k", fontsize=9)
    panel.set_ylabel("softmax weight that they hold", fontsize=9)
    panel.legend(frameon=False, fontsize=8, loc="center right", bbox_to_anchor=(1.0, 0.42))


def _rows_panel(panel: Any, diagnosis: Diagnosis, name: str, label: str, line: float, line_label: str) -> None:
    """One number of every row that has a tail, in the order of the rows, with the median."""
    at = np.flatnonzero(diagnosis.largest.has_tail)
    numbers = getattr(diagnosis.largest, name)[at].round(DIGITS)
    panel.plot(at, numbers, ".", color=BLUE, markersize=4 if at.size <= 512 else 2)
    median = float(np.median(numbers))
    panel.axhline(median, color=RED, linewidth=1, label=f"median {median:.2g}")
    panel.axhline(line, color="black", linestyle=":", linewidth=1, label=line_label)
    panel.set_ylim(0, 1.2 * max(line, float(numbers.max())))
    panel.set_xlabel("row", fontsize=9)
    panel.set_ylabel(label, fontsize=9)
    panel.legend(frameon=False, fontsize=8, loc="upper right", ncols=2)


def _tails_panel(panel: Any, diagnosis: Diagnosis) -> None:
    """Error of the output per tail, from the median row to the worst one, and the bounds of the worst row."""
    places = np.arange(len(diagnosis.tails))[::-1]
    for place, tail in zip(places, diagnosis.tails, strict=True):
        first = place == places[0]
        error = np.round([tail.error_median, tail.error_max], DIGITS)
        panel.plot(
            error,
            [place, place],
            color=BLUE,
            linewidth=3,
            solid_capstyle="butt",
            label="error, median to worst" if first else None,
        )
        for name, marker, label in _BOUNDS:
            bound = round(getattr(tail, f"{name}_max"), DIGITS)
            panel.plot(
                [bound],
                [place],
                marker,
                color=RED if name == "best_bound" else "black",
                markersize=5,
                label=label if first else None,
                linestyle="none",
            )
    top = len(diagnosis.tails) - 0.4
    panel.plot([2, 2], [-0.6, top], color="black", linestyle=":", linewidth=1, label="2: any weights")
    panel.set_xscale("log")
    panel.set_yticks(places, [tail.tail + (" *" if tail.reads_tail else "") for tail in diagnosis.tails])
    panel.set_ylim(-0.6, top + 1.6)
    panel.set_xlabel("error of the output over max |V|   (* reads the tail: a reference)", fontsize=9)
    panel.legend(frameon=False, fontsize=8, loc="upper center", ncols=2)
