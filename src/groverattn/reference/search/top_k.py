"""Search for the k keys with the largest scores when no threshold is known: maximum finding with k keys kept."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError, check_between
from groverattn.reference.search.cost import SearchCost, round_costs, with_misses
from groverattn.reference.search.faults import check_fault_rate
from groverattn.reference.search.trials import Trial
from groverattn.reference.search.unknown import UnknownNumberSearch


@attrs.frozen
class TopKSearch:
    """Maximum finding: k keys, random at first, of which the worst is replaced by a better one until none is found.

    Durr and Hoyer's maximum finding (arXiv:quant-ph/9607014) with k keys kept (Durr, Heiligman, Hoyer, Mhalla,
    arXiv:quant-ph/0401091). The threshold of a round is one more than the smallest score kept, and the keys kept are
    excluded. A key that is found takes the place of the worst. Keys that tie with the k-th largest are not looked for.

    Attributes:
        n_kept: number of keys k.
        p_failure: probability allowed that the fixed-point search of a round sees nothing although a key is better.
        growth: as in UnknownNumberSearch.

    Raises:
        InputError: n_kept < 1, or what UnknownNumberSearch refuses.
    """

    n_kept: int
    p_failure: float
    growth: float = attrs.field(default=1.34, kw_only=True)

    def __attrs_post_init__(self) -> None:
        UnknownNumberSearch(self.p_failure, growth=self.growth)
        check_between("n_kept", self.n_kept, 1, math.inf, "the search keeps this number of keys")

    @property
    def source(self) -> str:
        """Where the procedure is from."""
        return "maximum finding with k keys kept, arXiv:quant-ph/0401091, exact recursion, derived, see test"

    def trials(self, n: int) -> tuple[Trial, ...]:
        """Trials of a round, the same for all."""
        return UnknownNumberSearch(self.p_failure, growth=self.growth).trials(n, 0)

    def cost(self, n: int, is_read: NDArray[np.bool_] | None = None) -> SearchCost:
        """Exact cost of finding the k best of n keys with different scores.

        Derived (see test, against simulation). Let the keys come in a random order, of which the best k are kept. The
        worst of these has rank r at some time iff the key of rank r has come and exactly k - 1 better ones have: iff it
        is among the first k to come of the r best, which has probability k / r whatever the other ranks are. Then
        t = r - k keys are marked, and the cost is the sum over t of k / (t + k) times the cost of a round, if none
        before it failed. For many keys, the sum over t of k / (t + k) sqrt(n / t) is pi sqrt(n k), where a known
        threshold takes 2 sqrt(n k): not to know it costs a factor of pi / 2. The k keys that are read at the start
        count as checks.

        Keys that are read first come before all others, and only the others are searched. With a of the better keys
        read and m not, a key that is not read has probability (k - a) / (m + 1), if a < k and r > k; one that is read
        is the worst at some time for sure, if a < k.

        Args:
            n: number of keys.
            is_read: which keys are read first, in the order of falling scores, shape (n,); None: k random ones.

        Raises:
            InputError: n <= n_kept.

        >>> round(TopKSearch(1, p_failure=0.01).cost(1024).iterates_expected / 32, 2)
        4.99
        >>> best_is_read = np.arange(1024) == 0
        >>> round(TopKSearch(1, p_failure=0.01).cost(1024, best_is_read).iterates_expected)  # the last check
        108
        """
        return with_misses(lambda fault_rate: self.cost_with_faults(n, fault_rate, is_read))

    def cost_with_faults(self, n: int, fault_rate: float, is_read: NDArray[np.bool_] | None = None) -> SearchCost:
        """Exact cost on a machine with logical faults (see `ThresholdSearch.cost_with_faults`).

        Raises:
            InputError: n <= n_kept, or fault_rate not in 0 to 1.
        """
        check_fault_rate(fault_rate)
        if n <= self.n_kept:
            raise InputError(
                given=f"the {self.n_kept} best of {n} keys",
                allowed="fewer than there are",
                why="all keys are kept without a search",
                do="read the row",
            )
        is_read = np.zeros(n, dtype=bool) if is_read is None else is_read
        n_read = int(is_read.sum())
        weight = self._p_worst(is_read)
        left = np.flatnonzero(weight)[::-1]
        weight, trials = weight[left], self.trials(n - n_read)
        costs = round_costs([trials] * left.size, n - n_read, left, fault_rate=fault_rate)
        log_survives = np.cumsum(np.log1p(-np.where(left == 0, 0.0, costs.p_fails) * weight))
        happens = weight * np.exp(np.concatenate(([0.0], log_survives[:-1])))
        return SearchCost(
            iterates_expected=float(happens @ costs.iterates),
            iterates_max=left.size * sum(trial.iterates_max for trial in trials),
            checks_expected=float(happens @ costs.checks) + max(self.n_kept, n_read),
            p_failure=-float(np.expm1(log_survives[-1])) + 0.0,
            source=self.source,
            phased_expected=float(happens @ costs.phased),
        )

    def _p_worst(self, is_read: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Probability that the worst key kept has rank k, k + 1, ... n in some round, shape (n - k + 1,)."""
        read_before = np.cumsum(is_read) - is_read
        others_before = np.arange(is_read.size) - read_before
        open_places = np.maximum(self.n_kept - read_before, 0)
        p = np.where(is_read, open_places > 0, np.minimum(open_places / (others_before + 1), 1.0))
        return p[self.n_kept - 1 :]
