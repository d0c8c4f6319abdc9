"""The heads of a file as a table, most concentrated first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from groverattn.study.head_survey import NARROW_NATS, WEIGHT, HeadSummary
from groverattn.study.tables import simple_table

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
