"""The exact cost of a search from the trials of its rounds: the cost reading of what the engines run."""

from __future__ import annotations

import itertools
import math
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.errors import InputError
from groverattn.reference.search_cost import SearchCost
from groverattn.reference.trials import Trial

_ROUNDS_PER_BLOCK = 4096  # about 1 MiB an array: rounds are summed in blocks, so memory does not grow with t


class ThresholdSearch(Protocol):
    """Finds every key whose score reaches a threshold, one in each round.

    A round makes its trials in order until one of them measures a marked key that is new. If none does, the search
    stops; if one does, the next round begins.
    """

    @property
    def excludes_found(self) -> bool:
        """Whether a key that was found is taken out (its live flag is cleared; n stays)."""
        ...

    @property
    def source(self) -> str:
        """Where the procedure is from."""
        ...

    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        """Return the trials of the round that begins when `n_found` of n keys have been found; none: stop."""
        ...


@attrs.frozen
class RoundCosts:
    """Expectations of one round for each number of keys left; all arrays have the shape of `left`."""

    iterates: NDArray[np.float64]
    phased: NDArray[np.float64]
    checks: NDArray[np.float64]
    p_fails: NDArray[np.float64]


def round_costs(
    trials: tuple[Trial, ...], n: int, left: NDArray[np.int64], share_new: float | NDArray[np.float64] = 1.0
) -> RoundCosts:
    """Return what a round costs when `left` keys are marked, of which `share_new` are new.

    A trial happens if those before it failed, and costs its iterates and one check whether it succeeds or not. How
    often a trial happens that is repeated is the mean of a geometric law that is cut off.

    >>> from groverattn.reference.trials import UniformTrial
    >>> round_costs((UniformTrial(1), UniformTrial(3)), 4, np.array([1, 4])).iterates.round(9).tolist()
    [0.75, 0.0]
    """
    iterates, phased, checks = (np.zeros(left.shape) for _ in range(3))
    happens = np.ones(left.shape)
    for trial, group in itertools.groupby(trials):
        p_success, repeats = trial.success(n, left) * share_new, np.full(left.shape, float(len(list(group))))
        with np.errstate(divide="ignore"):  # log(0) where it surely succeeds
            log_fails = repeats * np.log1p(-p_success)
        times = happens * np.divide(-np.expm1(log_fails), p_success, out=repeats, where=p_success > 0)
        iterates += times * trial.iterates_mean
        phased += times * trial.iterates_mean * trial.is_phased
        checks += times
        happens = happens * np.exp(log_fails)
    return RoundCosts(iterates, phased, checks, happens)


def exact_cost(search: ThresholdSearch, n: int, t: int) -> SearchCost:
    """Return the exact cost of finding t marked keys of n.

    Derived (see test, against simulation): the round with u keys left happens if none before it failed. A failure with
    keys left is a miss, unless the search had already found as many as it was to find.

    Raises:
        InputError: t < 0 or t > n.
    """
    if not 0 <= t <= n:
        raise InputError(
            given=f"t = {t}", allowed=f"0 to {n}", why=f"t of the {n} keys are marked", do="give n first, then t"
        )
    sums, log_reached, iterates_max = np.zeros(3), 0.0, 0
    rounds = itertools.groupby(((found, search.trials(n, found)) for found in range(t + 1)), key=lambda pair: pair[1])
    for trials, group in rounds:
        if not trials:
            break
        found = np.array([pair[0] for pair in group])
        iterates_max += found.size * sum(trial.iterates_max for trial in trials)
        for block in np.split(found, range(_ROUNDS_PER_BLOCK, found.size, _ROUNDS_PER_BLOCK)):
            left = t - block
            if search.excludes_found:
                costs = round_costs(trials, n, left)
            else:
                costs = round_costs(trials, n, np.full(left.shape, t), left / max(t, 1))
            log_survives = np.cumsum(np.log1p(-np.where(left == 0, 0.0, costs.p_fails)))
            reached = np.exp(log_reached + np.concatenate(([0.0], log_survives[:-1])))
            sums += [reached @ costs.iterates, reached @ costs.phased, reached @ costs.checks]
            log_reached += float(log_survives[-1])
    iterates, phased, checks = (float(value) for value in sums)
    return SearchCost(
        iterates_expected=iterates,
        iterates_max=iterates_max,
        checks_expected=checks,
        p_failure=-math.expm1(log_reached) + 0.0,  # not -0.0
        source=search.source,
        phased_expected=phased,
    )
