"""Figure of estimates/tails.csv: what each tail costs on every real head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groverattn.reference.attention.tails import TAILS
from groverattn.show.figures import BLUE, DIGITS, RED, canvas, svg_text, tidy


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
