"""Laws by name for the cost of finding all marked keys of one row. They answer different questions: never mix them.

- ideal: t is known in every round. A lower bound that no procedure here reaches.
- expected: what the shipped procedure does on average.
- proven: the published upper bound with all its constants (Cade et al., arXiv:2203.04975).
- worst: the shipped procedure when every draw is the largest and every round runs to its end.

ideal < expected < proven and expected < worst. The published bound has a more expensive last check: up to about 24
marked keys worst is below proven, beyond that above it, and always below the maximum of proven (see test).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError, real_number, unknown_name, whole_number
from groverattn.reference.search.cost import SearchCost, sum_over_rounds
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.unknown import UnknownNumberSearch


def cade_f(n: int, t: ArrayLike) -> NDArray[np.float64]:
    """F(n, t) of Cade et al., arXiv:2203.04975, Eq. (3): expected queries of one search without time-out.

    (9/4) n / sqrt((n - t) t) + ceil(log_{6/5}(n / (2 sqrt((n - t) t)))) - 3 for 1 <= t < n/4, and 2.0344 from there on.

    >>> cade_f(100, [1, 30]).round(4).tolist()
    [28.6134, 2.0344]
    """
    marked = np.asarray(t, dtype=np.float64)
    few = 4 * marked < n
    half_inverse = n / (2 * np.sqrt((n - marked) * marked, where=few, out=np.full(marked.shape, n / 2)))
    return np.where(few, 4.5 * half_inverse + np.ceil(np.log(half_inverse) / math.log(6 / 5)) - 3, 2.0344)


def cade_expected_queries(n: int, t: ArrayLike, n_samples: int = 0) -> NDArray[np.float64]:
    """Cade et al.'s bound on the expected quantum queries to find one of t >= 1 marked keys (arXiv:2203.04975).

    (1 - t/n)^K F (1 + 1 / (1 - F / (9.2 sqrt(n)))) with K = `n_samples` classical samples tried first.

    >>> float(cade_expected_queries(100, 1, n_samples=130).round(6))
    18.991529
    """
    f = cade_f(n, t)
    p_not_sampled = (1 - np.asarray(t, dtype=np.float64) / n) ** n_samples
    return p_not_sampled * f * (1 + 1 / (1 - f / (9.2 * math.sqrt(n))))


def cade_worst_queries(n: int, p_failure: float) -> float:
    """9.2 ceil(log_3(1/p_failure)) sqrt(n): queries when nothing is marked, which are never exceeded.

    Source: Cade et al., arXiv:2203.04975.

    >>> round(cade_worst_queries(100, 1e-5), 6)
    1012.0
    """
    return 9.2 * math.ceil(-math.log(p_failure) / math.log(3)) * math.sqrt(n)


# Our assumption: 128 times the largest published top-k (2048). The expected law takes about 2 s there.
N_MARKED_MAX = 1 << 18


# Below it squares and logarithms in the laws leave the range of floating point.
P_FAILURE_MIN = 1e-150


# An estimate asks for the same again on every machine and data access, its verdict at some hundred numbers of keys.
@functools.lru_cache(maxsize=32_768, typed=True)
def search_cost(law: str, n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    """Cost of finding all of `n_marked` keys among `n_keys` under the named law.

    Found keys are excluded and n stays, so the rounds have t = n_marked, ..., 1 keys left.

    Args:
        law: ideal, expected, proven or worst.
        n_keys: number of keys n.
        n_marked: number of marked keys, 0 to n_keys.
        p_failure: probability allowed that a marked key of this row is left unfound.

    Raises:
        InputError: an unknown law or a number out of range.

    >>> [round(search_cost(law, 1024, 32, 1e-6).iterates_expected) for law in LAWS]
    [201, 468, 6654, 7986]
    """
    check_law(law)
    n_keys, n_marked = whole_number("n_keys", n_keys), whole_number("n_marked", n_marked)
    p_failure = real_number("p_failure", p_failure)
    check_rounds(n_marked)
    if not (n_keys >= 2 and 0 <= n_marked <= n_keys and P_FAILURE_MIN <= p_failure < 1):
        raise InputError(
            given=f"n_keys = {n_keys}, n_marked = {n_marked}, p_failure = {p_failure}",
            allowed=f"n_keys >= 2, 0 <= n_marked <= n_keys, 0 < p_failure < 1, not below {P_FAILURE_MIN:g}",
            why="these are the cases that the laws cover",
            do="check which number is which",
        )
    return LAWS[law](n_keys, n_marked, p_failure)


# Where the law is summed to; four times as few keys are summed beside it. Our choice: some hundredths of a second.
MARKED_AT_SCALE = 1 << 11


@functools.lru_cache(maxsize=32_768)
def cost_at_scale(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    """Cost under the law `expected`, exact up to `MARKED_AT_SCALE` marked keys and beyond within half a per cent.

    A round with t keys left costs by t/n, beside a last check that grows like sqrt(n): at one k/n the row is
    a k + b sqrt(k) (Euler-Maclaurin; derived, see test). a and b are those of two rows with fewer marked keys.

    Raises:
        InputError: as `search_cost`.

    >>> round(cost_at_scale(1 << 24, 1 << 14, 0.005).iterates_expected, -4)
    1270000.0
    """
    if n_marked <= MARKED_AT_SCALE:
        return search_cost("expected", n_keys, n_marked, p_failure)
    search, sizes = UnknownNumberSearch(p_failure), (MARKED_AT_SCALE, MARKED_AT_SCALE // 4)
    more, less = (search.cost_with_faults(n_keys * k // n_marked, k, 0.0) for k in sizes)

    def at(name: str) -> float:
        one, other = getattr(more, name), getattr(less, name)
        per_key = (one - 2 * other) * 2 / MARKED_AT_SCALE
        per_root = (one - per_key * MARKED_AT_SCALE) / math.sqrt(MARKED_AT_SCALE)
        return max(0.0, per_key * n_marked + per_root * math.sqrt(n_marked))

    names = ("iterates_expected", "checks_expected", "phased_expected")
    return attrs.evolve(more, iterates_max=None, **{name: at(name) for name in names})


def check_rounds(n_marked: int) -> None:
    """Raise InputError if a law would sum over too many rounds.

    >>> check_rounds(512)
    """
    if n_marked > N_MARKED_MAX:
        raise InputError(
            given=f"n_marked = {n_marked}",
            allowed=f"at most {N_MARKED_MAX:,}",
            why="every marked key is a round of the search, and the law sums over the rounds one by one",
            do="choose fewer marked keys; with this many, reading the row is the better method",
        )


def check_law(law: str, *others: str) -> None:
    """Raise InputError unless `law` is the name of a law or one of `others`."""
    if law not in (*LAWS, *others):
        raise InputError(
            given=f"law {law!r}",
            allowed=", ".join((*LAWS, *others)),
            why="the laws answer different questions",
            do="expected is what the shipped procedure costs; proven is the published bound",
        )


def _ideal(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    return KnownNumberSearch(n_marked, p_failure).cost(n_keys, n_marked)


def _expected(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    return UnknownNumberSearch(p_failure).cost(n_keys, n_marked)


def _worst(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    """Every trial of every round happens, at its largest number of iterates; the last of each is phased."""
    search = UnknownNumberSearch(p_failure)
    cost = search.cost_with_faults(
        n_keys, n_marked, 0.0
    )  # every fault counts: in this case all rounds run to their end
    rounds = [search.trials(n_keys, found) for found in range(n_marked + 1)]
    return attrs.evolve(
        cost,
        iterates_expected=float(cost.iterates_max or 0),
        phased_expected=float(sum_over_rounds(rounds, lambda trial: trial.iterates_max * trial.is_phased)),
        checks_expected=float(sum_over_rounds(rounds, lambda trial: 1)),
        source="cut-off of the shipped procedure: every trial of every round at its largest j",
    )


def _proven(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    """Sum the bound of one search over the rounds, each of which may fail with an equal share (union bound)."""
    p_round = p_failure / max(n_marked, 1)  # the round with nothing left cannot fail
    last = cade_worst_queries(n_keys, p_round)
    return SearchCost(
        iterates_expected=float(cade_expected_queries(n_keys, np.arange(1, n_marked + 1)).sum()) + last,
        iterates_max=math.ceil((n_marked + 1) * last),
        checks_expected=0.0,  # the published count of queries has the checks in it
        p_failure=p_failure,
        source="upper bound of arXiv:2203.04975, Eq. (3) and its lemma on unknown numbers, no classical samples first",
    )


LAWS: dict[str, Callable[[int, int, float], SearchCost]] = {
    "ideal": _ideal,
    "expected": _expected,
    "proven": _proven,
    "worst": _worst,
}

LAW_WORDS = {
    "ideal": "the number of marked keys is known: a floor that no procedure here reaches",
    "expected": "the number of marked keys is not known: the mean of the search that `groverattn simulate` runs",
    "proven": "a published upper bound with all its constants",
    "worst": "the same search with every trial at its longest",
}
"""What each law says, beside its numbers."""

RUNS = {
    "unknown": "growing trials from short to long, begun anew after each find",
    "posterior": "runs of least cost per success, from a posterior over the number of keys left",
}
"""Rules of runs that a row is priced with, by search method."""


def check_runs(method: str) -> None:
    """Raise InputError unless `method` is the name of a rule of runs."""
    if method not in RUNS:
        raise unknown_name("rule of runs", method, RUNS, "each is a procedure with its own cost")
