"""From how many keys on a row's search asks fewer questions than a scan reads keys, under every query law."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from groverattn.reference.search_cost import SearchCost
from groverattn.reference.search_laws import LAWS, search_cost
from groverattn.study.records_csv import write_records

FILE_NAME = "query_crossover.csv"

N_MARKED = (1, 4, 16, 64, 256, 1024, 2048)
P_FAILURE_HEAD = 1e-3
_EXPONENT_MAX = 60


@attrs.frozen
class QueryCrossoverRecord:
    """Oracle calls and classical checks of a row, against the keys that a scan reads. Queries, not gates nor time.

    A query of the oracle loads a key in superposition, which costs n or about sqrt(n) Toffolis where a scan reads it in
    nanoseconds: this is the most that the quantum side can hope for, and no speed-up.

    Attributes:
        law: the query law.
        n_marked: marked keys of a row, k.
        n_keys: from this number of keys on the search asks fewer questions; failure allowed in a row: 1e-3 / n.
        keys_per_marked: n_keys / n_marked.
        queries_at_1024: questions over keys at n = 1,024, if k is at most a quarter of it: above 1, the search loses.
        queries_at_131072: the same at n = 131,072.
    """

    law: str
    n_marked: int
    n_keys: int
    keys_per_marked: float
    queries_at_1024: float | None
    queries_at_131072: float | None


def records() -> Iterator[QueryCrossoverRecord]:
    """One record for every law and number of marked keys."""
    for law in LAWS:
        for k in N_MARKED:
            n = least_keys(law, k)
            yield QueryCrossoverRecord(law, k, n, n / k, _share(law, 1024, k), _share(law, 131072, k))


def least_keys(law: str, n_marked: int) -> int:
    """Return the least n from which on the law's queries stay below n, by bisection.

    Queries over n fall as n grows, from n = 4 k on, but for steps of one iterate; the scan over powers of two starts at
    the top, so the last crossing is the one that counts.

    >>> least_keys("expected", 16)
    1052
    """
    low, high = 2, 1 << _EXPONENT_MAX
    least = max(2, 4 * n_marked)
    for exponent in range(_EXPONENT_MAX, 0, -1):
        n = 1 << exponent
        if n < least or _queries(search_cost(law, n, n_marked, P_FAILURE_HEAD / n)) >= n:
            low = n
            break
        high = n
    while high - low > 1:
        middle = (low + high) // 2
        wins = middle >= least and _queries(search_cost(law, middle, n_marked, P_FAILURE_HEAD / middle)) < middle
        low, high = (low, middle) if wins else (middle, high)
    return high


def _queries(cost: SearchCost) -> float:
    return cost.iterates_expected + cost.checks_expected


def _share(law: str, n: int, n_marked: int) -> float | None:
    return _queries(search_cost(law, n, n_marked, P_FAILURE_HEAD / n)) / n if 4 * n_marked <= n else None


def write(directory: Path) -> None:
    """Write the sheet as a CSV file."""
    write_records(directory / FILE_NAME, QueryCrossoverRecord, records())
