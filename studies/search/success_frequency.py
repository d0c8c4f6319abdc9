"""How often a row misses a key, counted over many seeded rows, against what is promised and what is computed."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from scipy.stats import binomtest

from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.draws.rounds import draw_searches
from studies.sheet import Sheet

N_ROWS = 20_000
SIZES = ((64, 1), (256, 4), (1024, 16), (4096, 32), (4096, 0))
P_FAILURE = 0.05  # large, so that there are failures to count
METHODS = ("unknown", "expected", "known", "collector")


@attrs.frozen
class FrequencyRecord:
    """Rows of one size, their outcomes drawn from the exact distribution.

    Attributes:
        method: the search procedure.
        n_keys: keys of a row.
        n_marked: marked keys.
        p_promised: failure probability that the procedure was asked to keep in a row.
        p_exact: its failure probability by the exact recursion.
        rows: seeded rows.
        rows_with_a_miss: rows in which a marked key was left unfound.
        frequency: their share.
        frequency_low: lower end of its 99 % interval (Clopper and Pearson).
        frequency_high: upper end.
        promise_kept: whether the upper end is not above the promise.
        law_confirmed: whether the exact value is in the interval.
    """

    method: str
    n_keys: int
    n_marked: int
    p_promised: float
    p_exact: float
    rows: int
    rows_with_a_miss: int
    frequency: float
    frequency_low: float
    frequency_high: float
    promise_kept: bool
    law_confirmed: bool


def records() -> Iterator[FrequencyRecord]:
    """One record for each method and size."""
    for name in METHODS:
        for n, k in SIZES:
            yield record(name, n, k)


def record(name: str, n: int, k: int, n_rows: int = N_ROWS) -> FrequencyRecord:
    """Draw the rows of one method and size."""
    search = SearchMethod(name=name, n_expected=max(k, 1), p_failure=P_FAILURE).for_threshold(k)
    rng = np.random.default_rng([METHODS.index(name), n, k])
    misses = int((draw_searches(search, n, np.full(n_rows, k), rng).found < k).sum())
    interval = binomtest(misses, n_rows).proportion_ci(0.99, method="exact")
    p_exact = search.cost(n, k).p_failure
    return FrequencyRecord(
        method=name,
        n_keys=n,
        n_marked=k,
        p_promised=P_FAILURE,
        p_exact=p_exact,
        rows=n_rows,
        rows_with_a_miss=misses,
        frequency=misses / n_rows,
        frequency_low=float(interval.low),
        frequency_high=float(interval.high),
        promise_kept=bool(interval.high <= P_FAILURE),
        law_confirmed=bool(interval.low <= p_exact <= interval.high),
    )


SHEET = Sheet("success_frequency.csv", FrequencyRecord, records)
