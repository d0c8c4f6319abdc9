"""How the iterates of a search grow with the number of keys and of marked keys: drawn, exact, and under every law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs
import numpy as np

from groverattn.reference.search_laws import search_cost
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.study.records_csv import write_records
from groverattn.verify.law_head import draw_searches

FILE_NAME = "scaling.csv"

N_ROWS = 400
P_FAILURE_HEAD = 1e-3
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


def write(directory: Path) -> None:
    """Write the sheet as a CSV file, one row per size."""
    write_records(directory / FILE_NAME, ScalingRecord, scaling_records())
