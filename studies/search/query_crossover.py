"""From how many keys on a row's search asks fewer questions than a scan reads keys, under every query law."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.laws import LAWS, search_cost
from studies.search import P_FAILURE_HEAD
from studies.sheet import Sheet

N_MARKED = (1, 4, 16, 64, 256, 1024, 2048)
_EXPONENT_MAX = 60
_STEPS_MATTER_UP_TO = 4096  # beyond, a step of one iterate is less than a thousandth of n
_SIZES_LOOKED_AT = 64


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
    """Return the least n from which on the law's queries stay below n.

    By bisection from the top, so that the last crossing counts, and then upwards over the next sizes: whole numbers of
    iterates make the queries rise in steps, and just above the crossing they may reach n once more.

    >>> least_keys("expected", 16)
    255
    """
    low, high = n_marked, 1 << _EXPONENT_MAX
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _wins(law, middle, n_marked) else (middle, high)
    looked_at = range(high, high + max(_SIZES_LOOKED_AT, high // 4) if high < _STEPS_MATTER_UP_TO else high)
    return max((n for n in looked_at if not _wins(law, n, n_marked)), default=high - 1) + 1


def _wins(law: str, n: int, n_marked: int) -> bool:
    return n >= 2 and _queries(search_cost(law, n, n_marked, P_FAILURE_HEAD / n)) < n


def _queries(cost: SearchCost) -> float:
    return cost.iterates_expected + cost.checks_expected


def _share(law: str, n: int, n_marked: int) -> float | None:
    return _queries(search_cost(law, n, n_marked, P_FAILURE_HEAD / n)) / n if 4 * n_marked <= n else None


SHEET = Sheet("query_crossover.csv", QueryCrossoverRecord, records)
