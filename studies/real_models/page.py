"""Tables of docs/real_models.md, from the committed sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from studies.real_models import goodness, heads, k_law, same_rows, tails, windows
from studies.real_models.captures import N_KEYS, TEXTS
from studies.real_models.power_law import PowerLaw

FILE_NAME = "docs/real_models.md"
Rows = Sequence[Mapping[str, Any]]

_LARGEST = str(N_KEYS[-1])
_SPREAD = ("50", "10", "90")
_HEADS = (("50", "median head"), ("10", "10 % head"), ("90", "90 % head"))
_TAILS = ("ones", "zero", "mean_score", "midpoint", "exact_sum")


def blocks(root: Path) -> dict[str, str]:
    """Return each table as Markdown, by the name of its block."""
    keys, laws = heads.KEYS_SHEET.read(root), k_law.SHEET.read(root)
    return {
        "keys": keys_table(keys, laws),
        "same rows": same_rows_table(same_rows.SHEET.read(root)),
        "exponents": exponents_table(heads.EXPONENTS_SHEET.read(root)),
        "thresholds": thresholds_table(goodness.SHEET.read(root)),
        "tails": tails_table(tails.SHEET.read(root)),
        "windows": windows_table(windows.SHEET.read(root)),
    }


def keys_table(keys: Rows, laws: Rows) -> str:
    """Keys that hold 90, 95 and 99 %, and the weight of the first and the last keys, n by n; then the laws."""
    lines = ["| n | 90 % | 95 % | 99 % | weight of the first 4 | of the last 64 |", "|--:|--:|--:|--:|--:|--:|"]
    for text, n in [("all", str(n)) for n in N_KEYS] + [(text, _LARGEST) for text in TEXTS]:
        of_n = {row["heads"]: row for row in keys if (row["n_keys"], row["text"]) == (n, text)}
        cells = [_spread([of_n[at][f"k{weight}"] for at in _SPREAD]) for weight in (90, 95, 99)]
        cells += [_spread([of_n[at][name] for at in _SPREAD], percent=True) for name in ("first_4", "last_64")]
        lines.append(_line(f"{int(n):,}" + ("" if text == "all" else f", {text} alone"), *cells))
    for percentile, name in _HEADS:
        cells = [_law(row) for row in laws if row["percentile"] == percentile]
        lines.append(_line(f"law, {name}", *cells, "", ""))
    return "\n".join(lines)


def same_rows_table(rows: Rows) -> str:
    """Keys that the last rows of the texts need of n keys that are kept, and the laws of these numbers."""
    lines = ["| n kept | 90 % | 95 % | 99 % |", "|--:|--:|--:|--:|"]
    columns = ("k90", "k95", "k99")
    for n in map(str, N_KEYS):
        of_n = {row["percentile"]: row for row in rows if row["n_keys"] == n}
        lines.append(_line(f"{int(n):,}", *(_spread([of_n[at][name] for at in _SPREAD]) for name in columns)))
    for percentile, name in _HEADS:
        of_heads = [row for row in rows if row["percentile"] == percentile]
        fits = [PowerLaw.fit(N_KEYS, np.array([float(row[column]) for row in of_heads])) for column in columns]
        lines.append(_line(f"law, {name}", *(f"{fit.coefficient:.1f} n^{fit.exponent:.2f}" for fit in fits)))
    return "\n".join(lines)


def exponents_table(exponents: Rows) -> str:
    """Exponents of the heads, and of how many the interval is on one side of 0 and 1/2."""
    lines = [
        "| weight | exponent | " + " | ".join(TEXTS) + " | above 0 | below 1/2 | above 1/2 |",
        "|--:|--:" + "|--:" * len(TEXTS) + "|--:|--:|--:|",
    ]
    for weight in ("0.9", "0.95", "0.99"):
        of_text = {row["text"]: row for row in exponents if row["weight"] == weight}
        every = of_text["all"]
        cells = [f"{float(every['median']):.2f} ({float(every['low']):.2f} to {float(every['high']):.2f})"]
        cells += [f"{float(of_text[text]['median']):.2f}" for text in TEXTS]
        cells += [every[name] for name in ("above_0", "below_half", "above_half")]
        lines.append(_line(f"{100 * float(weight):.0f} %", *cells))
    return "\n".join(lines)


def thresholds_table(good: Rows) -> str:
    """Tails below k keys, and what one threshold for all rows of a head marks, at the largest n."""
    lines = [
        "| k | range of the tail, nats | weight of the tail | keys marked over k: 10 % to 90 % of rows | most "
        "| rows with k/2 to 2k | rows with none | D2: keys over k | D2: weight left |",
        "|--:" * 9 + "|",
    ]
    for k in _counts(good):
        of_k = {row["percentile"]: row for row in good if (row["n_keys"], row["n_marked"]) == (_LARGEST, k)}
        middle = of_k["50"]
        marked = " to ".join(f"{float(middle[name]):.2f}" for name in ("marked_low", "marked_high"))
        share = [f"{100 * float(middle[name]):.0f} %" for name in ("share_near", "share_none")]
        cells = [
            _spread([of_k[at]["tail_range"] for at in _SPREAD]),
            _spread([of_k[at]["tail_mass"] for at in _SPREAD], percent=True),
            *(marked, f"{float(middle['marked_max']):.1f}", *share),
            f"{float(middle['strict_median']):.2f}",
            f"{100 * float(middle['strict_mass']):.0f} %",
        ]
        lines.append(_line(k, *cells))
    return "\n".join(lines)


def tails_table(errors: Rows) -> str:
    """Errors of each tail and the certificates of the default, at the largest n."""
    lines = [
        f"| k | {' | '.join(f'`{name}`' for name in _TAILS)} | worst row | smallest bound | from the range |",
        "|--:" * (len(_TAILS) + 4) + "|",
    ]
    for k in _counts(errors):
        of_k = {row["tail"]: row for row in errors if (row["n_keys"], row["n_marked"]) == (_LARGEST, k)}
        default = of_k["mean_score"]
        cells = [f"{float(of_k[name]['error_median']):.4f}" for name in _TAILS]
        names = ("worst_row_median", "best_bound_median", "range_bound_median")
        lines.append(_line(k, *cells, *(f"{float(default[name]):.3f}" for name in names)))
    return "\n".join(lines)


def windows_table(shares: Rows) -> str:
    """Where the marked keys lie, mean over the heads, at the largest n."""
    columns = {
        "first_4": "first 4",
        "last_16": "last 16",
        "last_64": "last 64",
        "last_256": "last 256",
        "first_4_last_64": "first 4 or last 64",
        "previous_row": "marked by the row before",
        "previous_first_4_last_64": "any of these two",
    }
    lines = [f"| k | {' | '.join(columns.values())} |", "|--:" * (len(columns) + 1) + "|"]
    for k in _counts(shares):
        (row,) = [
            row
            for row in shares
            if (row["n_keys"], row["n_marked"], row["text"], row["heads"]) == (_LARGEST, k, "all", "mean")
        ]
        lines.append(_line(k, *(f"{100 * float(row[name]):.0f} %" for name in columns)))
    return "\n".join(lines)


def _counts(rows: Rows) -> list[str]:
    return list(dict.fromkeys(row["n_marked"] for row in rows if row["n_keys"] == _LARGEST))


def _spread(numbers: Sequence[str], *, percent: bool = False) -> str:
    middle, low, high = (f"{100 * float(each) if percent else float(each):,.0f}" for each in numbers)
    return f"{middle} ({low} to {high})" + (" %" if percent else "")


def _law(row: Mapping[str, Any]) -> str:
    exponent, low, high = (f"{float(row[name]):.2f}" for name in ("exponent", "exponent_low", "exponent_high"))
    return f"{float(row['coefficient']):.1f} n^{exponent} ({low} to {high})"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
