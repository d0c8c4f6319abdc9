"""Tables of results for the terminal; they read the printed objects and compute nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table

Json = dict[str, Any]


# What each law says, beside its numbers.
LAWS_IN_WORDS = {
    "ideal": "number known: a floor",
    "expected": "`simulate`, on average",
    "proven": "published, with checks",
    "worst": "every trial at its most",
}


QRAM_IN_WORDS = (
    "Assumption: qram is no circuit. Its calls have no gates in any count, and cost the time, qubits and failure that "
    "the options --qram-... say; by default 10 us each and nothing else. No such memory exists."
)


def simple_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], n_text: int = 1) -> Table:
    """A table whose first `n_text` columns are words and the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i < n_text else "right")
    for row in rows:
        table.add_row(*row)
    return table
