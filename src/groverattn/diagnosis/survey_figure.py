"""Real heads as figures: how sparse each of them is, and what each tail costs on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groverattn.diagnosis.survey import WEIGHT, HeadSummary
from groverattn.reference.attention.tails import TAILS
from groverattn.show.figures import BLUE, DIGITS, GREY, RED, canvas, svg_text, tidy

_LIGHT = "#a9c1d9"


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


def tails_svg(records: Sequence[Mapping[str, Any]]) -> str:
    """Draw the largest error of the output of every head, a line of dots for each tail and mask.

    Args:
        records: the rows of estimates/tails.csv, or `TailErrors` as mappings.
    """
    figure, panel = canvas(8.4, 3.9)
    names = list(TAILS)
    for i, (label, causal, colour) in enumerate((("bidirectional", "False", BLUE), ("causal mask", "True", RED))):
        for row, name in enumerate(names):
            errors = [
                round(float(record["error_max"]), DIGITS)
                for record in records
                if record["tail"] == name and str(record["causal"]) == causal
            ]
            height = row + (i - 0.5) * 0.36
            panel.plot(errors, [height] * len(errors), "o", color=colour, alpha=0.25, markersize=3.5, linewidth=0)
            if errors:
                panel.plot([np.median(errors)] * 2, [height - 0.15, height + 0.15], color=colour)
        panel.plot([], [], color=colour, label=f"{label}, every head; line: the median")
    panel.set_yticks(range(len(names)), [name + (" *" if TAILS[name].reads_tail else "") for name in names])
    panel.invert_yaxis()
    panel.set_xscale("log")
    panel.set_xlabel("largest error of the output over max |V|, worst row of the head   (* reads the tail)", fontsize=9)
    tidy(panel)
    panel.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, 1.12), ncols=2)
    return svg_text(figure)
