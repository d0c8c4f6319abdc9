"""The report of a head as a figure; it reads what was measured and computes nothing but quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.diagnosis.diagnosis import MASSES, Diagnosis
from groverattn.diagnosis.survey import WEIGHT, HeadSummary, HeadSurvey
from groverattn.errors import InputError
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.show.figures import BLUE, DIGITS, GREY, RED, canvas, svg_text, tidy
from groverattn.show.result import draw, picture_of

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


def survey_svg(summaries: Sequence[HeadSummary], chosen: HeadSummary | None = None) -> str:
    """Draw every head, layer by layer: the weight that k keys hold, and the keys that hold 90 % of it.

    Args:
        summaries: the heads of one file, of one k.
        chosen: the head to be marked, if it is one of them.
    """
    figure, (held, needed) = canvas(10.2, 3.9, 1, 2)
    first, places = summaries[0], np.arange(len(summaries))
    at = next((place for place, summary in enumerate(summaries) if summary == chosen), None)
    figure.suptitle(f"{len(summaries)} heads, n = {first.n_keys:,}, k = {first.n_marked}", fontsize=10)
    _spread(held, places, [summary.held for summary in summaries], at)
    held.set_ylim(0, 1.03)
    held.set_ylabel(f"softmax weight of the {first.n_marked} largest keys", fontsize=9)
    _spread(needed, places, [summary.needed for summary in summaries], at)
    needed.axhline(first.n_marked, color="black", linestyle=":", linewidth=1, label=f"k = {first.n_marked}")
    needed.set_ylim(0, first.n_keys)
    needed.set_ylabel(f"keys that hold {100 * WEIGHT:.0f} % of the weight", fontsize=9)
    for panel in (held, needed):
        _layers(panel, summaries)
        tidy(panel)
    figure.legend(*needed.get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside lower center", ncols=4)
    return svg_text(figure)


def _spread(panel: Any, places: Any, spreads: Sequence[Any], at: int | None) -> None:
    """A dot for the median row of each head, and a line from 10 to 90 % of the rows."""
    low, median, high = (np.round([getattr(each, of) for each in spreads], DIGITS) for of in ("low", "median", "high"))
    panel.vlines(places, low, high, color=_LIGHT, linewidth=2, label="10 to 90 % of the rows")
    panel.plot(places, median, "o", color=BLUE, markersize=3, label="median row")
    if at is not None:
        panel.plot([at], [median[at]], "D", color=RED, markersize=6, label="the head looked at below")


def _layers(panel: Any, summaries: Sequence[HeadSummary]) -> None:
    """Name the layers below their heads; number the heads where there are no layers."""
    layers = [summary.layer for summary in summaries]
    starts = [at for at, layer in enumerate(layers) if at == 0 or layer != layers[at - 1]]
    if layers[0] is None or len(starts) == 1:
        panel.set_xlabel("head", fontsize=9)
        return
    for at in starts[1:]:
        panel.axvline(at - 0.5, color=GREY, linewidth=0.5)
    centres = [(a + b - 1) / 2 for a, b in zip(starts, [*starts[1:], len(layers)], strict=True)]
    panel.set_xticks(centres, [str(layers[at]) for at in starts])
    panel.set_xlabel("layer; heads from left to right", fontsize=9)


_KEYS_MAX, _SHADES = 64, 24


def attention_svg(B: SparseRankOne) -> str:
    """Draw the weights of exact attention, those of D(B)^-1 B, and their difference, every entry a square.

    Raises:
        InputError: more than 64 keys, too many to tell apart.
    """
    import matplotlib

    _check_small(B)
    every_key = np.eye(B.head.n_keys)
    exact, approximate = exact_attention(attrs.evolve(B.head, values=every_key), B.rows), B.output(every_key)
    figure, panels = canvas(10.2, 3.4, 1, 3, sharex=True, sharey=True)
    highest = float(exact.max())
    blues, red_to_blue = (matplotlib.colormaps[name].resampled(_SHADES) for name in ("Blues", "RdBu_r"))
    weights = {"cmap": blues, "vmin": 0.0, "vmax": highest}
    difference = {"cmap": red_to_blue, "vmin": -highest, "vmax": highest}
    _panel(panels[0], "exact attention", exact, weights)
    _panel(panels[1], "B: found entries, one constant a row", approximate, weights)
    _panel(panels[2], "B minus exact", approximate - exact, difference)
    panels[0].set_ylabel("row (query)", fontsize=9)
    panels[0].invert_yaxis()
    return svg_text(figure)


def _check_small(B: SparseRankOne) -> None:
    if B.head.n_keys > _KEYS_MAX:
        raise InputError(
            given=f"a head of {B.head.n_keys} keys",
            allowed=f"up to {_KEYS_MAX}",
            why="every entry of the matrix is drawn as a square",
            do="draw a smaller head; `groverattn diagnose --figure` draws large ones",
        )


def _panel(panel: Any, title: str, entries: NDArray[np.float64], colours: dict[str, Any]) -> None:
    squares = panel.pcolormesh(entries.round(DIGITS), **colours)
    panel.figure.colorbar(squares, ax=panel, shrink=0.85).ax.tick_params(labelsize=7)
    panel.set_title(title, fontsize=10)
    panel.set_xlabel("key", fontsize=9)
    panel.set_aspect("equal")
    n_rows, n_keys = entries.shape
    panel.set_xticks(np.arange(0, n_keys, 4) + 0.5, [str(key) for key in range(0, n_keys, 4)])
    panel.set_yticks(np.arange(0, n_rows, 4) + 0.5, [str(row) for row in range(0, n_rows, 4)])
    panel.tick_params(labelsize=8)


@picture_of.register
def _(result: Diagnosis) -> str:
    return diagnosis_svg(result)


@picture_of.register
def _(result: HeadSurvey, *chosen: HeadSummary) -> str:
    """Every head; one of them may be marked."""
    return survey_svg(result.heads, *chosen)


@draw.register
def _(result: HeadSurvey, ax: Any) -> None:
    """The softmax weight that the k largest keys hold, head by head."""
    _spread(ax, np.arange(len(result.heads)), [head.held for head in result.heads], None)
    ax.set_ylim(0, 1.03)
    ax.set_ylabel(f"softmax weight of the {result.heads[0].n_marked} largest keys", fontsize=9)
    tidy(ax)
