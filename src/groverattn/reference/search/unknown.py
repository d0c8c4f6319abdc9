"""Search for every marked key when their number is unknown: the default procedure."""

from __future__ import annotations

import functools
import math

import attrs

from groverattn.errors import check_between
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.fixed_point import check_p_failure, fixed_point_iterates
from groverattn.reference.search.trials import FixedTrial, GroverRun, Trial, UniformTrial, shared


@attrs.frozen
class UnknownNumberSearch(ThresholdSearch):
    """Search by Boyer, Brassard, Hoyer and Tapp, repeated with the found keys excluded until nothing is left.

    A round starts at m = 1. A trial draws j uniformly from 0, ..., ceil(m) - 1, applies j iterates to the uniform
    superposition, measures, and checks the measured key classically. On success the key is excluded (its live flag is
    cleared; n stays) and a new round starts. On failure m grows by `growth` until it has reached sqrt(n). If the trial
    at sqrt(n) fails too, one fixed-point search (Yoder, Low, Chuang, arXiv:1409.3305) asks whether any key is left: it
    finds one with probability at least 1 - p_failure, whatever their number. If it finds none, the search stops.

    So a round overlooks what is left with probability at most p_failure. Over all rounds together it is less than a
    third of p_failure in every case tried (see test): few rounds get to their last trial. `cost` gives it exactly.

    Attributes:
        p_failure: probability allowed that the fixed-point search of a round sees nothing although a key is left.
        growth: factor of m after a failure. Our choice, from the exact cost on a grid: with 8 to 2048 marked keys, 1.34
            is within 1.6 % of the best growth for 2^17 keys and within 3.3 % for 2^10 to 2^20; for a single marked key
            a growth near 2 takes about a tenth less (see test). The published proof needs growth < 4/3, which the
            exact recursion does not rest on.
        n_marked_max: if given, the largest number of marked keys promised; the search stops when it finds one more.

    Raises:
        InputError: growth <= 1, p_failure not strictly between 0 and 1, or n_marked_max < 0.

    >>> [trial.iterates_max for trial in UnknownNumberSearch(p_failure=0.1).trials(16, n_found=0)]
    [0, 1, 1, 2, 3, 3, 4]
    >>> cost = UnknownNumberSearch(p_failure=1e-6).cost(n=1024, t=32)
    >>> round(cost.iterates_expected), round(cost.checks_expected), round(cost.phased_expected)
    (468, 205, 146)
    """

    p_failure: float
    growth: float = attrs.field(default=1.34, kw_only=True)
    n_marked_max: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        check_growth(self.growth)
        if self.n_marked_max is not None:
            why, do = "a row with more marked keys is given up and reported", "leave it out to find all keys"
            check_between("n_marked_max", self.n_marked_max, 0, math.inf, why, do)

    @property
    def source(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Where the procedure is from."""
        return (
            f"exact recursion of arXiv:quant-ph/9605034 with growth {self.growth:g} and a last check by "
            "arXiv:1409.3305, derived, see test"
        )

    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        if n_found == n or (self.n_marked_max is not None and n_found > self.n_marked_max):
            return ()
        return growing_trials(n, self.growth, 1.0, self.p_failure)

    def empty_round(self, n: int) -> float:
        """Expected iterates of a round that finds nothing among n keys, with which a search ends.

        >>> search = UnknownNumberSearch(p_failure=0.1)
        >>> search.empty_round(16) == sum(trial.iterates_mean for trial in search.trials(16, n_found=0))
        True
        """
        return _growing_iterates(n, self.growth) + fixed_point_iterates(n, 1, self.p_failure)


@functools.lru_cache(maxsize=4096)
def _growing_iterates(n: int, growth: float) -> float:
    return sum(UniformTrial(bound).iterates_mean for bound in growing_bounds(n, growth, 1.0))


@functools.lru_cache(maxsize=4096)
def growing_trials(n: int, growth: float, start: float, p_failure: float) -> tuple[Trial, ...]:
    """Trials with m = start, growth * start, ... up to sqrt(n), and the fixed-point search after them.

    Raises:
        InputError: n < 2.
    """
    check = GroverRun(fixed_point_iterates(n, 1, p_failure), p_failure)
    uniform = map(UniformTrial, growing_bounds(n, growth, start))
    return (*map(shared, uniform), shared(FixedTrial(check)))


def growing_bounds(n: int, growth: float, start: float) -> list[int]:
    """Return the bounds of the trials: start, growth * start, ..., each rounded up, and ceil(sqrt(n)) at last.

    Raises:
        InputError: n < 2.

    >>> growing_bounds(16, 1.34, 1.0)
    [1, 2, 2, 3, 4, 4]
    """
    check_between("n", n, 2, math.inf, "there is nothing to search among fewer keys", "read the row")
    bounds, m = [], start
    while m < math.sqrt(n):
        bounds.append(math.ceil(m))
        m *= growth
    return [*bounds, math.isqrt(n - 1) + 1]  # ceil(sqrt(n)), exactly


GROWTH_MAX = 1.5
"""Up to this growth all rounds together fail less often than p_failure (see test). Beyond, most rounds get to their
last trial, and their failure probabilities add up: ninefold at growth 2 and 2,048 of 131,072 keys."""
_GROWTH_MIN = 1.01
_GROWTH_ADVICE = "leave it out: 1.34 is what the exact cost recommends"


def check_promise(growth: float | None) -> None:
    """Raise InputError if a search with this growth may fail more often than it was asked to; None is the default."""
    if growth is not None and growth > GROWTH_MAX:
        why = "with longer steps most rounds get to their last check, and their failures exceed the error budget"
        check_between("--growth", growth, _GROWTH_MIN, GROWTH_MAX, why, _GROWTH_ADVICE)


def check_growth(growth: float) -> None:
    """Raise InputError if the bound m would never reach sqrt(n)."""
    why = "the bound m has to reach sqrt(n) in a reasonable number of trials"
    check_between("growth", growth, _GROWTH_MIN, math.inf, why, _GROWTH_ADVICE)
