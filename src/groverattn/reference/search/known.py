"""Search for every marked key when their number is known: a lower bound for procedures that do not know it."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_between
from groverattn.reference.search.amplification import rotation_angle, success_probability
from groverattn.reference.search.cost import SearchCost, ThresholdSearch
from groverattn.reference.search.fixed_point import check_p_failure
from groverattn.reference.search.trials import FixedTrial, GroverRun, Trial, shared


@attrs.frozen
class KnownNumberSearch(ThresholdSearch):
    """Search for a known number of keys: with t - f left, the best number of iterates for t - f, until it succeeds.

    A round is cut off after as many failures as happen with probability p_failure / t if t is correct, and the search
    ends when t keys are found: no last check is needed.

    Attributes:
        n_marked: number of marked keys t, known.
        p_failure: probability allowed that a marked key is left unfound.

    Raises:
        InputError: n_marked < 0, or p_failure not strictly between 0 and 1.

    >>> [trial.iterates_max for trial in KnownNumberSearch(1, p_failure=0.1).trials(1024, n_found=0)]
    [18, 18]
    """

    n_marked: int
    p_failure: float
    source = "known number of marked keys, arXiv:quant-ph/9605034, Section 3; restarts optimised, derived, see test"

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        check_n_marked(self.n_marked)

    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        if n_found >= self.n_marked:
            return ()
        return repeated_best(n, self.n_marked - n_found, 1.0, self.p_failure / self.n_marked)

    def cost(self, n: int, t: int) -> SearchCost:
        """Exact cost of finding t = n_marked keys of n, in closed form.

        Raises:
            InputError: t is not the known number, or more than n.

        >>> round(KnownNumberSearch(32, p_failure=1e-6).cost(1024, 32).iterates_expected)
        201
        """
        if t != self.n_marked or t > n:
            raise InputError(
                given=f"t = {t} marked keys of {n}",
                allowed=f"the number that the search knows, {self.n_marked}",
                why="its rounds are planned for that number",
                do="take the search with unknown number",
            )
        left = np.arange(1, t + 1)
        j = best_known_number_iterates(n, left)
        p_success = success_probability(n, left, j)
        log_fails = np.log1p(-np.minimum(p_success, 1 - 1e-16))
        repeats = np.ceil(math.log(self.p_failure / max(t, 1)) / log_fails)
        p_stop = np.exp(repeats * log_fails)
        before = np.cumsum(np.log1p(-p_stop[::-1]))  # rounds run from t keys left down to 1
        reached = np.exp(np.concatenate(([0.0], before)))[:t][::-1]
        measurements = reached * (1 - p_stop) / p_success  # mean of a geometric law that is cut off
        return SearchCost(
            iterates_expected=float(j @ measurements),
            iterates_max=int(j @ repeats),
            checks_expected=float(measurements.sum()),
            p_failure=-math.expm1(float(np.log1p(-p_stop).sum())) + 0.0,
            source=self.source,
        )


def check_n_marked(n_marked: int) -> None:
    """Raise InputError if it is negative."""
    check_between("n_marked", n_marked, 0, math.inf, "it is the number of keys that reach the threshold")


@functools.lru_cache(maxsize=4096)
def repeated_best(n: int, n_marked: int, share_new: float, p_failure: float) -> tuple[Trial, ...]:
    """Best run for a known number of marked keys, repeated until all fail with probability p_failure.

    Args:
        n: number of keys.
        n_marked: number of marked keys, which may have been found before.
        share_new: share of them that is new.
        p_failure: probability allowed that no repetition gives a new one.
    """
    j = int(best_known_number_iterates(n, np.array([n_marked]))[0])
    p_success = min(float(success_probability(n, n_marked, j)) * share_new, 1 - 1e-16)
    repeats = math.ceil(math.log(p_failure) / math.log1p(-p_success))
    return (shared(FixedTrial(GroverRun(j))),) * repeats


_CROSSING = 1.1655611852072114  # tan(u) = 2 u


def best_known_number_iterates(n: int, t: NDArray[np.integer]) -> NDArray[np.int64]:
    """Number of iterates j that minimises (j + 1) / sin^2((2j+1) theta), the cost with restarts when t is known.

    A measurement and its check are charged as one iterate (our assumption): without a charge, j = 0 would be free and
    always best. Derived: with u = (2j+1) theta the derivative vanishes where tan(u) = 2 u + 2 theta. tan is convex
    and starts below the line for theta < 1.39, so it crosses once below pi/2, and the minimum is one of the two
    integers around. For small t/n the cost is 0.690 sqrt(n/t). Newton's method on u - arctan(2 u + 2 theta), which is
    convex, is exact after five steps from the crossing at theta = 0.

    Args:
        n: number of keys.
        t: numbers of marked keys, each 1 to n, shape (m,).

    >>> best_known_number_iterates(1 << 20, np.array([1, 100, 1 << 19])).tolist()
    [596, 59, 0]
    """
    theta = rotation_angle(n, t)
    u = np.full_like(theta, _CROSSING)
    for _ in range(5):
        line = 2 * (u + theta)
        u -= (u - np.arctan(line)) / (1 - 2 / (1 + line**2))
    below = np.maximum(np.floor((u / theta - 1) / 2), 0).astype(np.int64)
    cost_below, cost_above = ((j + 1) / success_probability(n, t, j) for j in (below, below + 1))
    return np.where(cost_below <= cost_above, below, below + 1)
