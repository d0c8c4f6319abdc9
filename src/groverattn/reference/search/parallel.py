"""Search of one row shared by S machines, each with its own part of the keys."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_between
from groverattn.reference.search.cost import SearchCost, mean_cost, with_misses
from groverattn.reference.search.unknown import UnknownNumberSearch

_OF_ALL_PARTS = ("iterates_expected", "checks_expected", "phased_expected")


@attrs.frozen
class ParallelSearch:
    """Search on S machines: n keys are dealt to them at random, n / S each, and each finds the marked keys of its part.

    Every machine has about t / S of the marked keys among n / S keys, and finds them in about sqrt(n t) / S iterates.
    Where many are marked its time falls nearly as 1 / S (see test: on 16 machines 14-fold with 4,096 of 65,536 keys
    marked, 7-fold with 16). Where few are marked the last check decides, and it takes sqrt(n / S) iterates on every
    machine: the time falls about as 1 / sqrt(S), the sum over the machines grows as sqrt(S) (Zalka,
    arXiv:quant-ph/9711070: no better for one key).

    Attributes:
        n_machines: number of machines S.
        p_failure: probability allowed that any machine's last check misses a key; each gets an equal share.

    Raises:
        InputError: n_machines < 1, or p_failure not strictly between 0 and 1.
    """

    n_machines: int
    p_failure: float

    def __attrs_post_init__(self) -> None:
        check_between("n_machines", self.n_machines, 1, math.inf, "they share the keys of a row")
        UnknownNumberSearch(self.p_failure)

    @property
    def of_one_machine(self) -> UnknownNumberSearch:
        """What every machine runs on its part."""
        return UnknownNumberSearch(self.p_failure / self.n_machines)

    def cost(self, n: int, t: int) -> SearchCost:
        """Expected cost of one machine: exact, averaged over how many of the t marked keys it was dealt.

        All machines together take n_machines times as much. The slowest takes longer than this mean.
        The failure probability takes the machines as independent; with faults it is a union bound, the probability of
        a fault that of an iterate on any of them.

        Raises:
            InputError: n is not a multiple of n_machines, a part of fewer than 2 keys, or t not in 0, ..., n.

        >>> one, four = (ParallelSearch(s, p_failure=1e-6).cost(4096, 1).iterates_expected for s in (1, 4))
        >>> round(one / four, 1)
        2.3
        """
        part, rest = divmod(n, self.n_machines)
        if rest or part < 2 or not 0 <= t <= n:
            raise InputError(
                given=f"n = {n}, t = {t} on {self.n_machines} machines",
                allowed="n a multiple of the number of machines, 2 or more keys for each, 0 <= t <= n",
                why="the keys are dealt in equal parts",
                do="choose powers of two",
            )
        counts, weights = _dealt(n, t, part)
        likely = weights > 1e-15 * weights.max()
        mean = with_misses(functools.partial(self._mean_machine, part, counts[likely], weights[likely]))
        p_failure = float(1 - (1 - mean.p_failure) ** self.n_machines)
        return attrs.evolve(
            mean,
            iterates_max=self.of_one_machine.cost_with_faults(part, min(t, part), 0.0).iterates_max,
            p_failure=p_failure,
            misses=tuple(p_failure + self.n_machines * (p_miss - mean.p_failure) for p_miss in mean.misses),
            source=f"keys dealt to {self.n_machines} machines; {self.of_one_machine.source}",
        )

    def whole(self, n: int, t: int) -> SearchCost:
        """Expected cost of all parts together, searched side by side or in turn.

        Raises:
            InputError: as `cost`.

        >>> search = ParallelSearch(4, p_failure=1e-6)
        >>> round(search.whole(4096, 1).iterates_expected / search.cost(4096, 1).iterates_expected, 9)
        4.0
        """
        part = self.cost(n, t)
        whole = with_misses(functools.partial(self._all_parts, n, t))
        return attrs.evolve(whole, iterates_max=self.n_machines * (part.iterates_max or 0), source=part.source)

    def _all_parts(self, n: int, t: int, fault_rate: float) -> SearchCost:
        part = n // self.n_machines
        counts, weights = _dealt(n, t, part)
        likely = weights > 1e-15 * weights.max()
        mean = self._mean_machine(part, counts[likely], weights[likely], fault_rate)
        numbers = {name: self.n_machines * getattr(mean, name) for name in _OF_ALL_PARTS}
        return attrs.evolve(mean, p_failure=float(-np.expm1(self.n_machines * np.log1p(-mean.p_failure))), **numbers)

    def _mean_machine(
        self, part: int, counts: NDArray[np.int64], weights: NDArray[np.float64], fault_rate: float
    ) -> SearchCost:
        search = self.of_one_machine
        costs = [search.cost_with_faults(part, count, fault_rate) for count in counts.tolist()]
        return mean_cost(costs, weights, iterates_max=None, source=search.source)


def _dealt(n: int, t: int, part: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of marked keys among `part` of n keys, and their probabilities: the hypergeometric law.

    From the ratio of neighbours: SciPy's hypergeometric takes minutes beyond about 10^10 keys.
    """
    counts = np.arange(max(0, part - (n - t)), min(t, part) + 1)
    before = counts[:-1].astype(float)
    log_ratio = np.log((t - before) * (part - before)) - np.log((before + 1) * (n - t - part + before + 1))
    log_weights = np.concatenate([[0.0], np.cumsum(log_ratio)])
    weights = np.exp(log_weights - log_weights.max())
    return counts, weights / weights.sum()
