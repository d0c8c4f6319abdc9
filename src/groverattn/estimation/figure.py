"""An estimate as figures: what the time of a row waits for, where its error budget goes, and where the Toffolis go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groverattn.estimation.compare import Comparison
from groverattn.estimation.estimate import Estimate
from groverattn.show.figures import BLUE, DIGITS, GREEN, GREY, RED, canvas, svg_text, tidy
from groverattn.show.numbers import time_text
from groverattn.show.result import draw, picture_of

_COLOURS = (BLUE, RED, GREY, "#b0722a")
_HEIGHT = 0.7


def estimate_svg(results: Mapping[str, Estimate]) -> str:
    """Draw the limits of the time of one row, and the parts of its error budget, a bar for each estimate.

    Args:
        results: up to four estimates by what to call them, all of the same row.
    """
    figure, (times, errors) = canvas(10.2, 3.4, 1, 2, width_ratios=(1.25, 1))
    _limits(times, results)
    _budget(errors, results)
    for panel in (times, errors):
        panel.invert_yaxis()
        tidy(panel)
    return svg_text(figure)


@draw.register
def _(result: Estimate, ax: Any) -> None:
    """What the time of the row waits for."""
    _limits(ax, {result.request.design.data_access: result})
    ax.invert_yaxis()
    tidy(ax)


def _limits(panel: Any, results: Mapping[str, Estimate]) -> None:
    """A point for each limit on a logarithmic axis, where a bar would have no foot."""
    limits = {name: result.physical.limits_s for name, result in results.items()}
    gpu = [line.time_s_per_row for result in results.values() for line in result.classical]
    longest = max(seconds for parts in limits.values() for seconds in parts.values())
    for colour, (circuit, parts), rows in _in_rows(limits):
        at = [(row, seconds) for row, seconds in zip(rows, parts.values(), strict=True) if seconds]
        panel.plot([seconds for _, seconds in at], [row for row, _ in at], "o", color=colour, label=circuit)
        for row, seconds in at:
            panel.annotate(time_text(seconds), (seconds, row), (6, 0), textcoords="offset points", va="center", size=7)
    names = [
        name if any(parts[name] for parts in limits.values()) else f"{name}: none"
        for name in next(iter(limits.values()))
    ]
    panel.axvspan(min(gpu), max(gpu), color=GREEN, alpha=0.35, label="one row on a GPU")
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(-0.6, len(names) - 0.4)
    panel.set_xscale("log")
    panel.set_xlim(min(gpu) / 10, 300 * longest)
    panel.grid(axis="y", color=GREY, alpha=0.3, linewidth=0.5)
    panel.set_xlabel("seconds; the largest is the time of the row", fontsize=9)
    panel.set_title("What the time of one row waits for", fontsize=10)
    panel.legend(frameon=False, fontsize=8, loc="center")


def _budget(panel: Any, results: Mapping[str, Estimate]) -> None:
    """A bar for each part, of all that is allowed; without the memory, which only an assumption has."""
    allowed = next(iter(results.values())).request.error_budget
    budgets = {
        name: {part: result.row.p_parts[part] for part in ("search", "storage", "distillation", "synthesis")}
        for name, result in results.items()
    }
    for colour, (circuit, parts), rows in _in_rows(budgets):
        shares = [round(100 * p / allowed, DIGITS) for p in parts.values()]
        bars = panel.barh(rows, shares, height=_HEIGHT / len(budgets), color=colour, label=circuit)
        panel.bar_label(bars, [f" {share:.2g} %" for share in shares], fontsize=7)
    panel.set_yticks(range(len(next(iter(budgets.values())))), next(iter(budgets.values())))
    panel.set_xlim(0, 100)
    panel.set_xlabel(f"per cent of the error budget of a row, {allowed:g}", fontsize=9)
    panel.set_title("Where the error budget goes", fontsize=10)
    panel.legend(frameon=False, fontsize=8, loc="lower right")


def _in_rows(parts: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, tuple[str, Mapping], list[float]]]:
    """Yield colour, name and numbers of each estimate, and the heights that these are drawn at, side by side."""
    n = len(parts)
    for i, (colour, named) in enumerate(zip(_COLOURS, parts.items(), strict=False)):
        yield colour, named, [row + (i - (n - 1) / 2) * _HEIGHT / n for row in range(len(named[1]))]


@picture_of.register
def _(result: Estimate, *others: Estimate) -> str:
    """What the time waits for and where the error budget goes, of one or several data accesses."""
    return estimate_svg({each.request.design.data_access: each for each in (result, *others)})


@picture_of.register
def _(result: Comparison) -> str:
    """Where the Toffolis of an iterate go, a bar for every data access that can run."""
    priced = {name: each for name, each in result.estimates.items() if isinstance(each, Estimate)}
    figure, axes = canvas(8.4, 0.45 * len(priced) + 1.2)
    for row, each in enumerate(priced.values()):
        parts, left = each.totals.iterate.toffoli_parts, 0.0
        for (part, gates), colour in zip(parts.items(), (*_COLOURS, GREEN), strict=False):
            share = 100 * gates / max(sum(parts.values()), 1)
            axes.barh(row, share, left=left, height=0.7, color=colour, label=part if not row else None)
            left += share
        axes.text(101, row, f"{each.totals.iterate.total.toffoli:,}", va="center", fontsize=8)
    axes.set_yticks(range(len(priced)), list(priced))
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the Toffolis of an iterate, %; their number on the right", fontsize=9)
    tidy(axes)
    axes.legend(frameon=False, fontsize=8, ncols=5, loc="lower left", bbox_to_anchor=(0, 1))
    return svg_text(figure)


@draw.register
def _(result: Comparison, ax: Any) -> None:
    """Time of the row under every data access, against physical qubits."""
    for name, each in result.estimates.items():
        if isinstance(each, Estimate):
            ax.plot(each.row.qubits, each.physical.duration_s, "o", color=BLUE)
            ax.annotate(
                name, (each.row.qubits, each.physical.duration_s), fontsize=8, xytext=(4, 4), textcoords="offset points"
            )
    ax.set(xscale="log", yscale="log", xlabel="physical qubits", ylabel="time of one row, seconds")
    tidy(ax)
