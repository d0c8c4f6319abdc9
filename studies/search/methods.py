"""What each way of searching a row costs, side by side: methods, quantum counting, and parallel machines."""

from __future__ import annotations

import math
from collections.abc import Iterator

import attrs

from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.reference.search.parallel import ParallelSearch
from studies.search import P_FAILURE_HEAD
from studies.sheet import Sheet

SIZES = ((1024, 32), (8192, 64), (131072, 64), (131072, 512), (131072, 2048))
MACHINES = (4, 16, 64, 256)
WRONG_GUESSES = (0.1, 0.5, 2.0, 10.0)


@attrs.frozen
class MethodRecord:
    """One row, exact cost.

    Attributes:
        n_keys: keys of the row, n.
        n_marked: marked keys, k.
        p_failure_row: failure allowed in the row, 1e-3 / n.
        method: how the row is searched.
        told: what the search knows beforehand.
        machines: machines that share the row's keys.
        iterates: expected iterates; with several machines, of each of them.
        phased: those of them with the phases of a fixed-point search.
        checks: keys read classically; with several machines, by each of them.
        iterates_in_sqrt_nk: iterates of all machines together, over sqrt(n k).
        p_failure: failure probability of the row.
        keys_of_a_scan: keys that a classical scan reads, n.
    """

    n_keys: int
    n_marked: int
    p_failure_row: float
    method: str
    told: str
    machines: int
    iterates: float
    phased: float
    checks: float
    iterates_in_sqrt_nk: float
    p_failure: float
    keys_of_a_scan: int


_TOLD = {
    "unknown": "nothing",
    "posterior": "nothing; iterates are the mean of 32 sampled rows",
    "expected": "about k are marked, and k are",
    "counted": "nothing; the iterates of the counting are among those of the row",
    "known": "k are marked",
    "collector": "k are marked",
    "top-k": "k, and no threshold",
}


def records() -> Iterator[MethodRecord]:
    """All ways at all sizes."""
    for n, k in SIZES:
        yield from records_of(n, k)


def records_of(n: int, k: int) -> Iterator[MethodRecord]:
    """Every method at one size, the method `expected` with wrong guesses, and `unknown` on several machines."""
    for name in SEARCH_METHODS:
        yield _record(n, k, name, _TOLD[name], _cost(name, n, k, k))
    for guess in WRONG_GUESSES:
        told = f"about {guess * k:g} are marked, and k are"
        yield _record(n, k, "expected", told, _cost("expected", n, k, guess * k))
    for machines in MACHINES:
        cost = ParallelSearch(machines, P_FAILURE_HEAD / n).cost(n, k)
        yield _record(n, k, "unknown", "nothing", cost, machines)


def _cost(name: str, n: int, k: int, n_expected: float) -> SearchCost:
    return SearchMethod(name=name, n_expected=n_expected, p_failure=P_FAILURE_HEAD / n).cost(n, k)


def _record(n: int, k: int, name: str, told: str, cost: SearchCost, machines: int = 1) -> MethodRecord:
    return MethodRecord(
        n_keys=n,
        n_marked=k,
        p_failure_row=P_FAILURE_HEAD / n,
        method=name,
        told=told,
        machines=machines,
        iterates=cost.iterates_expected,
        phased=cost.phased_expected,
        checks=cost.checks_expected,
        iterates_in_sqrt_nk=machines * cost.iterates_expected / math.sqrt(n * k),
        p_failure=cost.p_failure,
        keys_of_a_scan=n,
    )


SHEET = Sheet("search_methods.csv", MethodRecord, records)
