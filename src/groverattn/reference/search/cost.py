"""Exact cost of a search from the trials of its rounds, which are what the engines run."""

from __future__ import annotations

import functools
import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.search.faults import FAULTS_PER_ROW, RATE_MAX, check_fault_rate, misses_at
from groverattn.reference.search.trials import Trial, success_of_each

_ROUNDS_PER_BLOCK = 4096  # about 1 MiB an array: rounds are summed in blocks, so memory does not grow with t


@attrs.frozen
class IterateShare:
    """Iterates of a search that have the same circuit.

    Attributes:
        score: "exact", or "approximate" for a score that only finds keys.
        n_blocks: blocks of the key table; with one key per query, keys.
        keys_per_query: places in a block u.
        iterates: expected number of them.
        trials: expected number of runs that they are part of.
    """

    score: str
    n_blocks: int
    keys_per_query: int
    iterates: float
    trials: float


@attrs.frozen
class SearchCost:
    """Cost of finding every marked key of one row.

    One iterate is one phase oracle (compute, flip, uncompute) and one diffusion. One check is one classical inner
    product of the query with a key that was read after a measurement.

    Attributes:
        iterates_expected: expected number of Grover iterates.
        iterates_max: number of iterates that is never exceeded; None: no bound is known.
        checks_expected: expected number of classical checks that are not counted among the iterates.
        p_failure: probability, or the stated bound of it, that a marked key is left unfound.
        source: where the law is from.
        phased_expected: how many of the expected iterates have the phases of a fixed-point search.
        shares: the iterates by circuit, where they are not all on the whole table with one key per query.
        iterates_error: standard error of `iterates_expected` where that is the mean of a sample of rows; else 0.
        p_missed: estimate of the realised probability of a miss, where `p_failure` is only what is promised.
        reads_first: keys that are read before the search, each an inner product too; in no other number here.
        misses: bounds of `p_failure` with so many logical faults in `iterates_expected` that 1 and 10 are expected
            (`FAULTS_PER_ROW`); empty: only that a miss takes a fault is known.
    """

    iterates_expected: float
    iterates_max: int | None
    checks_expected: float
    p_failure: float
    source: str
    phased_expected: float = 0.0
    shares: tuple[IterateShare, ...] = ()
    iterates_error: float = 0.0
    p_missed: float | None = None
    misses: tuple[float, ...] = ()
    reads_first: int = 0

    def p_miss(self, fault_rate: float) -> float:
        """Return a bound of the probability that a row misses a key, with logical faults.

        It is on the line through `misses`, 1 beyond their end and beyond `RATE_MAX`. Up to 0.1 the exact law lies below
        (see test), from there on at most a fifth above. Without `misses` every fault is a miss: up to the first one
        the search is that without faults.

        Args:
            fault_rate: probability of a logical fault in an iterate (see `faults`).

        Raises:
            InputError: fault_rate not in 0 to 1.
        """
        check_fault_rate(fault_rate)
        faults = fault_rate * self.iterates_expected
        return min(float(np.interp(faults, *self._miss_points, right=1.0)), 1.0) if fault_rate <= RATE_MAX else 1.0

    def faults_allowed(self, p_miss: float) -> float:
        """Return the largest probability of a fault in an iterate at which `p_miss` is at most this; 0: none is.

        >>> from groverattn.reference.search.unknown import UnknownNumberSearch
        >>> cost = UnknownNumberSearch(0.005).cost(131072, 512)
        >>> round(cost.faults_allowed(0.005) * cost.iterates_expected, 2)  # faults in a row
        0.78
        """
        if p_miss < self.p_failure or not self.iterates_expected:
            return 0.0 if p_miss < self.p_failure else RATE_MAX
        faults, bounds = self._miss_points
        return min(float(np.interp(p_miss, bounds, faults)) / self.iterates_expected, RATE_MAX)

    @property
    def check_iterates(self) -> float:
        """Iterates of a row in which a fault costs a key: `p_miss` is at most `p_failure` + f times as many.

        With f the probability of a fault in an iterate, up to one expected fault in a row.
        """
        return (self._miss_points[1][1] - self.p_failure) * self.iterates_expected

    @property
    def _miss_points(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Expected faults in a row, and bounds of the probability of a miss."""
        if not self.misses:
            return (0.0, 1.0), (self.p_failure, self.p_failure + 1.0)
        return (0.0, *FAULTS_PER_ROW), (self.p_failure, *self.misses)

    @property
    def reads_expected(self) -> float:
        """Expected number of keys that a row reads: before its search, and after its measurements."""
        return self.reads_first + self.checks_expected

    @property
    def trials_expected(self) -> float:
        """Expected number of measurements of the index: with one key per query, each is a check."""
        return sum(share.trials for share in self.shares) if self.shares else self.checks_expected

    @property
    def key_tests(self) -> float:
        """Expected number of keys tested inside oracles, u in each call."""
        if not self.shares:
            return self.iterates_expected
        return sum(share.keys_per_query * share.iterates for share in self.shares)


class ThresholdSearch(ABC):
    """Base of the searches for every key whose score reaches a threshold, one key in each round.

    A round makes its trials in order until one of them measures a marked key that is new. If none does, the search
    stops; if one does, the next round begins.

    Attributes:
        excludes_found: whether a key that was found is taken out (its live flag is cleared; n stays).
        source: where the procedure is from.
    """

    excludes_found: ClassVar[bool] = True
    source: ClassVar[str]

    @abstractmethod
    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        """Trials of the round that begins when `n_found` of n keys have been found; none: stop.

        Raises:
            InputError: n < 2.
        """

    def cost(self, n: int, t: int) -> SearchCost:
        """Exact cost of finding t marked keys of n.

        Raises:
            InputError: n < 2, t < 0 or t > n.
        """
        return with_misses(functools.partial(self.cost_with_faults, n, t))

    def cost_with_faults(self, n: int, t: int, fault_rate: float) -> SearchCost:
        """Exact cost of finding t marked keys of n on a machine with logical faults (see `faults`).

        Derived (see test, against simulation): the round with u keys left happens if none before it failed. A failure
        with keys left is a miss, unless the search had already found as many as it was to find.

        Args:
            n: number of keys.
            t: how many are marked.
            fault_rate: probability of a fault in an iterate.

        Raises:
            InputError: n < 2, t < 0 or t > n, or fault_rate not in 0 to 1.
        """
        check_fault_rate(fault_rate)
        check_between("t", t, 0, n, f"t of the {n} keys are marked", "give n first, then t")
        rounds = list(itertools.takewhile(bool, (self.trials(n, found) for found in range(t + 1))))
        if not rounds:
            return SearchCost(0.0, 0, 0.0, 0.0, self.source)
        left = t - np.arange(len(rounds))
        if self.excludes_found:
            costs = round_costs(rounds, n, left, fault_rate=fault_rate)
        else:
            costs = round_costs(rounds, n, np.full(left.shape, t), left / max(t, 1), fault_rate)
        log_survives = np.cumsum(np.log1p(-np.where(left == 0, 0.0, costs.p_fails)))
        reached = np.exp(np.concatenate(([0.0], log_survives[:-1])))
        return SearchCost(
            iterates_expected=float(reached @ costs.iterates),
            iterates_max=sum_over_rounds(rounds, lambda trial: trial.iterates_max),
            checks_expected=float(reached @ costs.checks),
            p_failure=-math.expm1(log_survives[-1]) + 0.0,  # not -0.0
            source=self.source,
            phased_expected=float(reached @ costs.phased),
        )


def with_misses(cost_with_faults: Callable[[float], SearchCost]) -> SearchCost:
    """Return the cost without faults, and how often a key is missed with some."""
    cost = cost_with_faults(0.0)
    p_failure = cost.p_failure
    misses = misses_at(lambda rate: cost_with_faults(rate).p_failure if rate else p_failure, cost.iterates_expected)
    return attrs.evolve(cost, misses=misses)


def mean_cost(costs: Sequence[SearchCost], weights: NDArray[np.float64], **others: Any) -> SearchCost:
    """Mean of some costs by weights that sum to 1; `others` are fields with another value, `iterates_max` and `source`.

    >>> costs = SearchCost(1.0, 1, 0.0, 0.0, ""), SearchCost(3.0, 3, 0.0, 0.0, "")
    >>> mean_cost(costs, np.array([0.25, 0.75]), iterates_max=3, source="").iterates_expected
    2.5
    """
    names = ("iterates_expected", "checks_expected", "p_failure", "phased_expected")
    means: dict[str, Any] = {name: float(np.array([getattr(cost, name) for cost in costs]) @ weights) for name in names}
    return SearchCost(**(means | others))


@attrs.frozen
class RoundCosts:
    """Expectations of some rounds; all arrays have shape (rounds,)."""

    iterates: NDArray[np.float64]
    phased: NDArray[np.float64]
    checks: NDArray[np.float64]
    p_fails: NDArray[np.float64]


def round_costs(
    rounds: Sequence[tuple[Trial, ...]],
    n: int,
    marked: NDArray[np.int64],
    share_new: NDArray[np.float64] | float = 1.0,
    fault_rate: float = 0.0,
) -> RoundCosts:
    """Costs of some rounds.

    A trial happens if those before it failed, and costs its iterates and one check whether it succeeds or not. The
    number of times a repeated trial happens has the mean of a truncated geometric law.

    Args:
        rounds: the trials of each round.
        n: number of keys.
        marked: how many keys are marked in each round, shape (rounds,).
        share_new: which share of them has not been found before, shape (rounds,) or one number.
        fault_rate: probability of a logical fault in an iterate (see `faults`).

    >>> from groverattn.reference.search.trials import UniformTrial
    >>> trials = UniformTrial(1), UniformTrial(3)
    >>> round_costs([trials, trials], 4, np.array([1, 4])).iterates.round(9).tolist()
    [0.75, 0.0]
    """
    share = np.broadcast_to(share_new, marked.shape)
    blocks = [slice(at, at + _ROUNDS_PER_BLOCK) for at in range(0, len(rounds), _ROUNDS_PER_BLOCK)]
    parts = [_block_costs(rounds[block], n, marked[block], share[block], fault_rate) for block in blocks]
    names = [field.name for field in attrs.fields(RoundCosts)]
    return RoundCosts(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _block_costs(
    rounds: Sequence[tuple[Trial, ...]],
    n: int,
    marked: NDArray[np.int64],
    share_new: NDArray[np.float64],
    fault_rate: float,
) -> RoundCosts:
    """One row of every matrix is a round, one column a trial with its repetitions; what is missing never happens."""
    if all(trials is rounds[0] for trials in rounds):
        p_success, iterates, phased, repeats = _of_rounds_alike(rounds[0], n, marked, fault_rate)
    else:
        p_success, iterates, phased, repeats = _of_mixed_rounds(rounds, n, marked, fault_rate)
    p_success *= share_new[:, None]
    with np.errstate(divide="ignore"):  # log(0) where it surely succeeds
        log_fails = np.multiply(repeats, np.log1p(-p_success), out=np.zeros_like(p_success), where=repeats > 0)
    happens = np.exp(np.cumsum(np.hstack((np.zeros((len(rounds), 1)), log_fails)), axis=1))
    times = np.broadcast_to(repeats, p_success.shape).copy()
    times = happens[:, :-1] * np.divide(-np.expm1(log_fails), p_success, out=times, where=p_success > 0)
    return RoundCosts((times * iterates).sum(axis=1), (times * phased).sum(axis=1), times.sum(axis=1), happens[:, -1])


def _of_rounds_alike(
    trials: tuple[Trial, ...], n: int, marked: NDArray[np.int64], fault_rate: float
) -> tuple[NDArray[np.float64], ...]:
    """Probabilities of success, shape (rounds, trials); iterates, phased ones and repetitions, (trials,)."""
    distinct, repeats = zip(*((trial, len(list(group))) for trial, group in itertools.groupby(trials)), strict=True)
    iterates = np.array([trial.iterates_mean for trial in distinct])
    phased = iterates * np.array([trial.is_phased for trial in distinct])
    return success_of_each(distinct, n, marked, fault_rate), iterates, phased, np.array(repeats, dtype=np.float64)


def _of_mixed_rounds(
    rounds: Sequence[tuple[Trial, ...]], n: int, marked: NDArray[np.int64], fault_rate: float
) -> tuple[NDArray[np.float64], ...]:
    """As `_of_rounds_alike`, where each round may have other trials; all arrays have shape (rounds, most trials)."""
    places = _places(rounds)
    shape = len(rounds), 1 + max(columns[0] for of_trial in places.values() for _, columns, _ in of_trial)
    p_success, iterates, phased, repeats = np.zeros((4, *shape))
    for trial, of_trial in places.items():
        rows, columns, counts = (np.concatenate(values) for values in zip(*of_trial, strict=True))
        at = rows, columns
        p_success[at] = trial.success(n, marked[rows], fault_rate)
        iterates[at] = trial.iterates_mean
        phased[at] = trial.iterates_mean * trial.is_phased
        repeats[at] = counts
    return p_success, iterates, phased, repeats


def _places(rounds: Sequence[tuple[Trial, ...]]) -> dict[Trial, list[tuple[NDArray[np.intp], ...]]]:
    """Rounds and columns of each trial, and how often it is made there, piece by piece."""
    alike: dict[int, list[int]] = {}  # rounds with the same trials are mostly the same object
    for row, trials in enumerate(rounds):
        alike.setdefault(id(trials), []).append(row)
    places: dict[Trial, list[tuple[NDArray[np.intp], ...]]] = {}
    for rows in map(np.array, alike.values()):
        for column, (trial, group) in enumerate(itertools.groupby(rounds[rows[0]])):
            piece = rows, np.full(rows.size, column), np.full(rows.size, len(list(group)))
            places.setdefault(trial, []).append(piece)
    return places


def sum_over_rounds(rounds: Sequence[tuple[Trial, ...]], of_trial: Callable[[Trial], int]) -> int:
    """Sum of a number of each trial over all rounds; rounds are mostly the same object.

    >>> from groverattn.reference.search.trials import UniformTrial
    >>> sum_over_rounds([(UniformTrial(1), UniformTrial(3))] * 5, lambda trial: trial.iterates_max)
    10
    """
    distinct = {id(trials): trials for trials in rounds}
    of_round = {key: sum(map(of_trial, trials)) for key, trials in distinct.items()}
    return sum(of_round[id(trials)] for trials in rounds)
