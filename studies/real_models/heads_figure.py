"""Figure of a real model's heads: k over n with its law, exponents over the layers, and what B costs over k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groverattn.show.figures import BLUE, DIGITS, GREEN, GREY, RED, canvas, svg_text, tidy

Rows = Sequence[Mapping[str, Any]]
_COLOURS = {"0.9": BLUE, "0.99": RED}


def heads_svg(keys: Rows, laws: Rows, heads: Rows, tails: Rows) -> str:
    """Draw three panels.

    Args:
        keys, laws, heads, tails: rows of model_keys.csv, model_k_laws.csv, model_heads.csv and model_tails.csv.
    """
    figure, panels = canvas(10.5, 3.6, 1, 3)
    _keys(panels[0], keys, laws)
    _exponents(panels[1], heads)
    _errors(panels[2], tails)
    tidy(*panels)
    return svg_text(figure)


def _keys(panel: Any, keys: Rows, laws: Rows) -> None:
    for weight, colour in _COLOURS.items():
        column = f"k{100 * float(weight):.0f}"
        lines = {at: [row for row in keys if (row["text"], row["heads"]) == ("all", at)] for at in ("10", "50", "90")}
        n = [int(row["n_keys"]) for row in lines["50"]]
        low, median, high = (_drawn(lines[at], column) for at in ("10", "50", "90"))
        panel.fill_between(n, low, high, color=colour, alpha=0.15, linewidth=0)
        panel.plot(n, median, "o", color=colour, markersize=4, label=f"{100 * float(weight):.0f} % of the weight")
        (law,) = [row for row in laws if (str(row["weight"]), str(row["percentile"])) == (weight, "50")]
        fitted = [round(float(law["coefficient"]) * each ** float(law["exponent"]), DIGITS) for each in n]
        panel.plot(n, fitted, color=colour, linewidth=1)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlabel("keys n of a row", fontsize=9)
    panel.set_ylabel("keys k that hold it", fontsize=9)
    panel.set_title("dots: median head; band: 10 to 90 % of heads", fontsize=8, loc="left")
    panel.legend(frameon=False, fontsize=8, loc="upper left")


def _exponents(panel: Any, heads: Rows) -> None:
    layers = np.array([int(row["layer"]) for row in heads])
    for weight, colour in _COLOURS.items():
        exponent = np.array(_drawn(heads, f"exponent_{100 * float(weight):.0f}"))
        panel.plot(layers, exponent, "o", color=colour, alpha=0.3, markersize=3, linewidth=0)
        shown = sorted(set(layers.tolist()))
        panel.plot(shown, [np.median(exponent[layers == layer]) for layer in shown], color=colour, linewidth=1)
    panel.axhline(0.5, color=GREY, linewidth=0.8, linestyle="--")
    panel.set_xlabel("layer", fontsize=9)
    panel.set_ylabel("exponent of k in n", fontsize=9)
    panel.set_title("dots: heads; line: median of the layer", fontsize=8, loc="left")


def _errors(panel: Any, tails: Rows) -> None:
    n_keys = max(int(row["n_keys"]) for row in tails)
    for name, colour in (("ones", GREY), ("zero", RED), ("mean_score", BLUE), ("exact_sum", GREEN)):
        rows = [row for row in tails if row["tail"] == name and int(row["n_keys"]) == n_keys]
        style = "--" if name == "zero" else "-"
        label = name + (" *" if str(rows[0]["reads_tail"]) == "True" else "")
        panel.plot(_drawn(rows, "n_marked"), _drawn(rows, "error_median"), style, color=colour, label=label)
        if name == "mean_score":
            bound = _drawn(rows, "best_bound_median")
            panel.plot(_drawn(rows, "n_marked"), bound, ":", color=colour, label="its certificate")
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlabel(f"marked keys k of n = {n_keys:,}", fontsize=9)
    panel.set_ylabel("error of the output over max |V|", fontsize=9)
    panel.set_title("median head, median row   (* reads the tail)", fontsize=8, loc="left")
    panel.legend(frameon=False, fontsize=8)


def _drawn(rows: Rows, column: str) -> list[float]:
    return [round(float(row[column]), DIGITS) for row in rows]
