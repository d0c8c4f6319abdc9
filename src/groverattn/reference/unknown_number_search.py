"""Finding every marked key when their number is unknown: the procedure that is simulated, and its exact cost."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.errors import InputError
from groverattn.reference.amplification import mean_trial_success
from groverattn.reference.search_cost import SearchCost

_ROUNDS_PER_BLOCK = 4096  # about 4 MiB an array: rounds are summed in blocks, so memory does not grow with t


@attrs.frozen
class UnknownNumberSearch:
    """Boyer, Brassard, Hoyer and Tapp's search, repeated with the found keys excluded until nothing is left.

    A round starts at m = 1. A trial draws j uniformly from 0, ..., ceil(m) - 1, applies j iterates to the uniform
    superposition, measures, and checks the measured key classically. On success the key is excluded (its live flag is
    cleared; n stays) and a new round starts. On failure m grows to min(growth * m, sqrt(n)). The search stops when
    `n_final_trials` consecutive trials of one round have failed at the cap m = sqrt(n).

    Why it stops right: a trial at the cap succeeds with probability at least 1/4 while any key is marked. For
    1 <= t < n, sin(2 theta) = 2 sqrt(t (n - t)) / n >= 2 sqrt(n - 1) / n >= 1 / sqrt(n) as soon as n >= 4/3; so
    ceil(sqrt(n)) >= 1 / sin(2 theta), the condition of Lemma 2 of arXiv:quant-ph/9605034. At t = n, every trial does.
    So one round overlooks what is left with probability at most (3/4)^n_final_trials <= p_failure; the exact
    probability over all rounds is in `cost`, and is smaller than p_failure (see test), as capped trials succeed more
    often than 1/4.

    Attributes:
        growth: factor of m after a failure. Our choice: with 1.34 a round costs 1.24 to 1.48 sqrt(n/t), checks
            included, with the published 6/5 1.45 to 1.64 (derived, see test). The published proof of the expected cost
            needs growth < 4/3; the exact recursion here does not rest on it.
        p_failure: probability asked for that a round stops although keys are left.

    Raises:
        InputError: growth <= 1, or p_failure not strictly between 0 and 1.

    >>> UnknownNumberSearch(p_failure=0.1).bounds(16).tolist()
    [1, 2, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
    """

    p_failure: float
    growth: float = attrs.field(default=1.34, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.p_failure < 1:
            raise InputError(
                given=f"p_failure = {self.p_failure}",
                allowed="strictly between 0 and 1",
                why="the number of final trials is ln(1/p_failure) / ln(4/3)",
                do="take the failure allowed in all, divided by the number of rows",
            )
        if not (1 < self.growth < math.inf):
            raise InputError(
                given=f"growth = {self.growth}",
                allowed="more than 1, and finite",
                why="the bound m has to reach sqrt(n)",
                do="leave it at 1.34",
            )

    @property
    def n_final_trials(self) -> int:
        """Failing trials at the cap after which the search stops: ceil(ln(1/p_failure) / ln(4/3))."""
        return math.ceil(-math.log(self.p_failure) / math.log(4 / 3))

    def bounds(self, n: int) -> NDArray[np.int64]:
        """Return ceil(m) of each trial of a round in order, int64; trial s draws j from 0, ..., bounds[s] - 1.

        A round in which all of them fail is the last.

        Raises:
            InputError: n < 2.
        """
        if n < 2:
            raise InputError(
                given=f"n = {n} keys", allowed="2 or more", why="there is nothing to search", do="read the row"
            )
        ramp, m = [], 1.0
        while m < math.sqrt(n):
            ramp.append(math.ceil(m))
            m *= self.growth
        cap = math.isqrt(n - 1) + 1  # ceil(sqrt(n)), exactly
        return np.array(ramp + [cap] * self.n_final_trials, dtype=np.int64)

    def cost(self, n: int, t: int) -> SearchCost:
        """Return the exact cost of finding t marked keys of n: rounds t, t-1, ..., 1 and the round that finds nothing.

        Derived (see test, against simulation). Let P_s be the success probability of trial s with u keys left. The
        trial happens if those before it failed, and costs (bounds[s] - 1) / 2 iterates on average and one check
        whether it succeeds or not. The round fails with probability f_u = prod_s (1 - P_s), and then the search stops;
        so round u happens with probability prod over v > u of (1 - f_v). `iterates_max` lets every trial of all t + 1
        rounds draw its largest j.

        Raises:
            InputError: n < 2, t < 0 or t > n.

        >>> cost = UnknownNumberSearch(p_failure=1e-6).cost(n=1024, t=32)
        >>> round(cost.iterates_expected), round(cost.checks_expected), cost.iterates_max
        (1073, 252, 53064)
        """
        bounds = self.bounds(n)
        if not 0 <= t <= n:
            raise InputError(
                given=f"t = {t}", allowed=f"0 to {n}", why=f"t of the {n} keys are marked", do="give n first, then t"
            )
        iterates = checks = log_reached = 0.0
        for most in range(t, -1, -_ROUNDS_PER_BLOCK):
            left = np.arange(most, max(most - _ROUNDS_PER_BLOCK, -1), -1)
            round_iterates, round_checks, p_stop = _rounds(n, left, bounds)
            p_stop[left == 0] = 0.0  # stopping with nothing left is no failure
            log_reached_after = log_reached + np.cumsum(np.log1p(-p_stop))
            reached = np.exp(np.concatenate(([log_reached], log_reached_after[:-1])))
            iterates += float(reached @ round_iterates)
            checks += float(reached @ round_checks)
            log_reached = float(log_reached_after[-1])
        return SearchCost(
            iterates_expected=iterates,
            iterates_max=(int(t) + 1) * int((bounds - 1).sum()),
            checks_expected=checks,
            p_failure=-math.expm1(log_reached) + 0.0,  # not -0.0
            source=f"exact recursion of arXiv:quant-ph/9605034 with growth {self.growth:g}, derived, see test",
        )


def _rounds(n: int, left: NDArray[np.int64], bounds: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Return expected iterates, expected checks and the probability that all trials fail, for each number left."""
    p_fails = 1.0 - mean_trial_success(n, left[:, None], bounds)
    happens: NDArray[np.float64] = np.cumprod(np.hstack((np.ones((left.size, 1)), p_fails)), axis=1, dtype=np.float64)
    return happens[:, :-1] @ ((bounds - 1) / 2), happens[:, :-1].sum(axis=1), happens[:, -1]
