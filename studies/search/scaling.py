"""How the iterates of a search grow with the number of keys and of marked keys: drawn, exact, and under every law."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import attrs
import numpy as np

from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.unknown import UnknownNumberSearch
from groverattn.show.figures import svg_text
from groverattn.simulation.draws.rounds import draw_searches
from studies.search import P_FAILURE_HEAD
from studies.sheet import Sheet

N_ROWS = 400
N_KEYS = tuple(1 << m for m in range(12, 23, 2))  # three decades
N_MARKED = tuple(1 << m for m in range(4, 12))  # two decades
LEAST_KEYS_PER_MARKED = 16


@attrs.frozen
class ScalingRecord:
    """Searches of rows of one size, their outcomes drawn from the exact distribution (engine `law`).

    Attributes:
        n_keys: keys of the row, n.
        n_marked: marked keys, k; the search is not told.
        p_failure_row: failure allowed in a row, 1e-3 / n.
        rows: rows drawn.
        rows_with_a_miss: rows in which a marked key was left unfound.
        iterates_mean: iterates of a row, mean over the rows drawn.
        iterates_standard_error: standard error of that mean.
        finding_queries_mean: iterates and checks before the round that finds nothing, mean over the rows drawn.
        checks_mean: measured keys that were read classically, mean over the rows drawn.
        iterates_ideal: iterates of a row under the law `ideal`.
        iterates_expected: under the law `expected`: the exact mean of what is drawn.
        iterates_proven: under the law `proven`.
        iterates_worst: under the law `worst`.
        keys_of_a_scan: keys that a classical scan of the row reads, n.
    """

    n_keys: int
    n_marked: int
    p_failure_row: float
    rows: int
    rows_with_a_miss: int
    iterates_mean: float
    iterates_standard_error: float
    finding_queries_mean: float
    checks_mean: float
    iterates_ideal: float
    iterates_expected: float
    iterates_proven: float
    iterates_worst: float
    keys_of_a_scan: int


def sizes() -> Iterator[tuple[int, int]]:
    """The sizes (n, k), with few enough keys marked that a search makes sense."""
    for n in N_KEYS:
        for k in N_MARKED:
            if n >= LEAST_KEYS_PER_MARKED * k:
                yield n, k


@cache
def scaling_records() -> tuple[ScalingRecord, ...]:
    """Draw the searches of all sizes; the same for the same seeds on every machine."""
    return tuple(_record(n, k) for n, k in sizes())


def _record(n: int, k: int) -> ScalingRecord:
    p_failure = P_FAILURE_HEAD / n
    search = UnknownNumberSearch(p_failure)
    draws = draw_searches(search, n, np.full(N_ROWS, k), np.random.default_rng([n, k]))
    # The last round is the same search with nothing marked, whose trials are all made; its mean is exact.
    last_round = search.cost(n, 0)
    queries = float((draws.iterates + draws.checks).mean())
    laws = {law: search_cost(law, n, k, p_failure) for law in ("ideal", "expected", "proven", "worst")}
    return ScalingRecord(
        n_keys=n,
        n_marked=k,
        p_failure_row=p_failure,
        rows=N_ROWS,
        rows_with_a_miss=int((draws.found < k).sum()),
        iterates_mean=float(draws.iterates.mean()),
        iterates_standard_error=float(draws.iterates.std(ddof=1) / math.sqrt(N_ROWS)),
        finding_queries_mean=queries - last_round.iterates_expected - last_round.checks_expected,
        checks_mean=float(draws.checks.mean()),
        iterates_ideal=laws["ideal"].iterates_expected,
        iterates_expected=laws["expected"].iterates_expected,
        iterates_proven=laws["proven"].iterates_expected,
        iterates_worst=laws["worst"].iterates_expected,
        keys_of_a_scan=n,
    )


_LAW_COLOURS = {"ideal": "#4c9f70", "expected": "#2f5d8a", "proven": "#b0722a"}


def scaling_svg(records: Sequence[ScalingRecord]) -> str:
    """Draw iterates of a row against n at two k, and against k at the largest n: drawn, under the laws, and a scan."""
    from matplotlib.figure import Figure

    n_marked = sorted({record.n_marked for record in records})
    few, many, most_keys = n_marked[0], n_marked[-4], max(record.n_keys for record in records)
    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    _scaling_panel(panels[0], "n_keys", f"k = {few}", [r for r in records if r.n_marked == few])
    _scaling_panel(panels[1], "n_keys", f"k = {many}", [r for r in records if r.n_marked == many])
    _scaling_panel(panels[2], "n_marked", f"n = {most_keys:,}", [r for r in records if r.n_keys == most_keys])
    panels[0].set_ylabel("Grover iterates of one row", fontsize=9)
    panels[2].legend(frameon=False, fontsize=8, loc="lower right")
    return svg_text(figure)


def _scaling_panel(panel: Any, axis: str, title: str, records: Sequence[ScalingRecord]) -> None:
    x = [getattr(record, axis) for record in records]
    scan = [record.keys_of_a_scan for record in records]
    panel.plot(x, scan, color="black", linestyle="--", label="scan: keys read (no iterates)")
    for law, colour in _LAW_COLOURS.items():
        panel.plot(x, [getattr(record, f"iterates_{law}") for record in records], color=colour, label=f"law {law}")
    drawn = [record.iterates_mean for record in records]
    label = f"searches drawn, mean of {records[0].rows}"
    panel.plot(x, drawn, "o", color=_LAW_COLOURS["expected"], markersize=4, label=label)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_title(title, fontsize=10)
    panel.set_xlabel("keys n" if axis == "n_keys" else "marked keys k", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize=8)


SHEET = Sheet("scaling.csv", ScalingRecord, scaling_records)
