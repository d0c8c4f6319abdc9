"""How often a row over blocks misses a key, counted over 10^4 rows drawn from the exact law."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from scipy.stats import binomtest

from groverattn.reference.blocks.posterior import PosteriorSearch
from groverattn.reference.blocks.sampled import FinderRates, sampled_rows
from studies.sheet import Sheet

N_ROWS, ROWS_AT_ONCE = 10_000, 500
N_KEYS = 1024
N_MARKED = (1, 2, 3, 32)
P_FAILURE = 0.05  # large, so that there are failures to count
APPROXIMATE = FinderRates(p_hit=0.9, n_false=8.0)


@attrs.frozen
class MissRecord:
    """10^4 rows of 1,024 keys.

    Attributes:
        keys_per_query: places in a block; 1: no blocks.
        first_score: exact, or approximate: it marks nine of ten marked keys and 8 others, and hands over.
        n_marked: marked keys.
        p_promised: probability of a miss that the search was asked to keep.
        rows: seeded rows.
        rows_with_a_miss: rows in which a marked key was left unfound.
        frequency: their share.
        frequency_high: upper end of its 99 % interval (Clopper and Pearson).
        promise_kept: whether the upper end is not above the promise.
    """

    keys_per_query: int
    first_score: str
    n_marked: int
    p_promised: float
    rows: int
    rows_with_a_miss: int
    frequency: float
    frequency_high: float
    promise_kept: bool


def records() -> Iterator[MissRecord]:
    """One record for each search and number of marked keys."""
    for keys_per_query in (1, 4, 8):
        for k in N_MARKED:
            yield record(keys_per_query, k)
    for k in N_MARKED:
        yield record(4, k, APPROXIMATE)


def record(keys_per_query: int, n_marked: int, rates: FinderRates | None = None, n_rows: int = N_ROWS) -> MissRecord:
    """Draw the rows of one search."""
    stages = (PosteriorSearch(P_FAILURE, keys_per_query),)
    if rates is not None:
        stages = (PosteriorSearch(P_FAILURE, 2 * keys_per_query, n_handed_over=3.0), *stages)
    misses = 0
    for seed in range(-(-n_rows // ROWS_AT_ONCE)):
        some = min(ROWS_AT_ONCE, n_rows - seed * ROWS_AT_ONCE)
        found = sampled_rows(stages, N_KEYS, n_marked, rates, n_rows=some, seed=seed).n_found
        misses += int((found < n_marked).sum())
    high = binomtest(misses, n_rows).proportion_ci(0.99, method="exact").high
    return MissRecord(
        keys_per_query=keys_per_query,
        first_score="exact" if rates is None else "approximate",
        n_marked=n_marked,
        p_promised=P_FAILURE,
        rows=n_rows,
        rows_with_a_miss=misses,
        frequency=misses / n_rows,
        frequency_high=float(high),
        promise_kept=bool(high <= P_FAILURE),
    )


SHEET = Sheet("block_misses.csv", MissRecord, records)
