"""The report of a head as tables of 80 columns; they read the printed object and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.diagnosis.survey import NARROW_NATS, WEIGHT, HeadSummary
from groverattn.show.tables import simple_table

Json = dict[str, Any]


def diagnosis_table(result: Json) -> RenderableType:
    """How the weight of a head is spread over its keys, and what each tail costs."""
    inputs, shared = result["inputs"], result["shared_threshold"]
    mask = "causal" if inputs["causal"] else "bidirectional"
    heading = (
        f"{inputs['head']}: n = {inputs['n_keys']:,}, d = {inputs['d_head']}, {mask}, k = {inputs['n_marked']}; "
        f"{result['rows_with_a_tail']:,} of {result['rows']:,} rows see more keys than were found, "
        f"{result['rows_with_ties']:,} have ties with the k-th"
    )
    rows = [
        ("keys found, |S|", result["n_marked"], ""),
        ("their threshold tau", result["tau"], "nats"),
        ("tail's range, eta", result["tail_range"], "nats"),
        ("tail's mass, w", result["tail_mass"], ""),
        *((f"keys that hold {100 * float(mass):.0f} %", each, "") for mass, each in result["keys_for_mass"].items()),
        ("one tau: keys found", shared["n_marked"], ""),
        ("one tau: tail's mass", shared["tail_mass"], ""),
    ]
    spread = Table(title="Over the rows", title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    spread.add_column("")
    for name in ("least", "10 %", "median", "90 %", "most"):
        spread.add_column(name, justify="right")
    spread.add_column("")
    for name, summary, unit in rows:
        spread.add_row(name, *(_number(summary[at]) for at in ("min", "low", "median", "high", "max")), unit)
    return Group(
        Text(heading),
        "",
        spread,
        Text(
            f"With one tau for all rows, none keeps more than k keys only if tau is above {_number(shared['above'])}: "
            "the two last lines."
        ),
        "",
        _tails(result),
        Text(_NOTE.format(linear=_linear(result))),
    )


def _tails(result: Json) -> Table:
    table = Table(
        title="What each tail costs in the output, over max |V|: median row and worst row",
        title_justify="left",
        title_style="bold",
        show_edge=False,
        pad_edge=False,
    )
    table.box, table.padding = box.SIMPLE_HEAD, (0, 0)
    table.add_column("\ntail", no_wrap=True)
    for name in ("error", "range", "mass", "best"):
        for of in ("median", "worst"):
            table.add_column(f"{name}\n{of}", justify="right", no_wrap=True, min_width=7)
    quantities = [f"{name}_{of}" for name in ("error", "range_bound", "mass_bound", "best_bound")
                  for of in ("median", "max")]  # fmt: skip
    for tail in result["tails"]:
        name = f"{tail['tail']}{' *' if tail['reads_tail'] else ''}"
        table.add_row(name, *(_short(tail[quantity]) for quantity in quantities))
    return table


_ROUNDING = 1e-12  # of sums of some thousand values: below it a number says nothing of the head


_NOTE = (
    "range: bound 2 tanh(R/4), known beforehand if the range is promised; mass: bound from the tail's mass, known "
    "afterwards; best: the smallest proved bound, afterwards. 2 holds for any weights. * reads every tail score: a "
    "reference, no part of the method. {linear}"
)


def _linear(result: Json) -> str:
    """How often the first-order tail is what its name says."""
    return " ".join(
        f"{tail['tail']} is linear in {tail['rows_linear']:,} of {tail['rows']:,} rows, and mean_score in the others."
        for tail in result["tails"]
        if tail["tail"] == "first_order"
    )


def _short(number: float) -> str:
    """Two digits in at most six characters; rounding errors of sums are 0.

    >>> [_short(number) for number in (0.0025, 5.8e-5, 1.3, 1.1e-16)]
    ['0.0025', '5.8e-5', '1.3', '0']
    """
    return f"{number:.2g}".replace("e-0", "e-") if abs(number) > _ROUNDING else "0"


def _number(number: float) -> str:
    if abs(number) <= _ROUNDING:
        return "0"
    return f"{number:,.0f}" if number == round(number) and abs(number) >= 1 else f"{number:.3g}"


_SHOWN = 9


def survey_table(summaries: Sequence[HeadSummary], n_shown: int = _SHOWN) -> RenderableType:
    """One line per head; of many heads so many, from the most to the least concentrated, the middle one among them."""
    ranked = sorted(summaries, key=lambda summary: -summary.held.median)
    shown, last = ranked, len(ranked) - 1
    if len(ranked) > n_shown:
        shown = [ranked[-(-i * last // (n_shown - 1))] for i in range(n_shown)]
    first = ranked[0]
    title = (
        f"{len(shown)} of {len(ranked)} heads, n = {first.n_keys:,}, k = {first.n_marked}; medians over the rows of a "
        "head"
    )
    columns = ["head", f"{first.n_marked} keys hold", f"keys for {100 * WEIGHT:.0f} %", "tail range",
               f"rows within {NARROW_NATS:g} nat"]  # fmt: skip
    rows = [
        (
            summary.name,
            f"{100 * summary.held.median:.0f} %",
            f"{summary.needed.median:g}",
            f"{summary.tail_range.median:.1f} nats",
            f"{summary.rows_narrow} of {summary.rows_with_a_tail}",
        )
        for summary in shown
    ]
    return simple_table(title, columns, rows)
