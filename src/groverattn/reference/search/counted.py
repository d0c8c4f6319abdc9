"""Search for every marked key after estimating their number by quantum counting."""

from __future__ import annotations

import attrs
import numpy as np

from groverattn.reference.search.cost import SearchCost, mean_cost
from groverattn.reference.search.counting import counting_distribution, counting_estimate, counting_iterates
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.fixed_point import check_p_failure

_SHARE_LEFT_OUT = 0.01


@attrs.frozen
class CountedNumberSearch:
    """Search that estimates the number of marked keys first and takes the estimate as the expected number.

    The estimate (Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055) takes 2^m - 1 controlled iterates on m more
    qubits; by default m = ceil(log2(n) / 2), about sqrt(n) iterates, which errs by about 2 pi sqrt(t). The failure
    probability does not rest on it: every round of the search ends with the fixed-point search.

    Attributes:
        p_failure: probability allowed that the fixed-point search of a round sees nothing although a key is left.
        n_bits: control qubits m; None: the default.
        n_marked_max: as in UnknownNumberSearch.

    Raises:
        InputError: what ExpectedNumberSearch or the counting refuses.
    """

    p_failure: float
    n_bits: int | None = attrs.field(default=None, kw_only=True)
    n_marked_max: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        self.after(2, 0)
        if self.n_bits is not None:
            counting_iterates(self.n_bits)

    def bits(self, n: int) -> int:
        """Number of control qubits for n keys.

        >>> CountedNumberSearch(0.01).bits(1 << 17)
        9
        """
        return -(-(n - 1).bit_length() // 2) if self.n_bits is None else self.n_bits

    def after(self, n: int, outcome: int) -> ExpectedNumberSearch:
        """Search that follows an outcome of the counting."""
        n_bits = max(self.bits(n), 1)
        estimate = float(counting_estimate(n, outcome, n_bits))
        return ExpectedNumberSearch(estimate, self.p_failure, n_marked_max=self.n_marked_max)

    def cost(self, n: int, t: int) -> SearchCost:
        """Cost of counting and finding t marked keys of n, averaged over the outcomes of the counting.

        Over the most likely outcomes, which make up 99 %: the others, up to 2^m, change the mean little (derived, see
        test). `iterates_max` is over the same outcomes. A controlled iterate counts as an iterate.

        Raises:
            InputError: n < 2, t < 0 or t > n.
        """
        n_bits = self.bits(n)
        p = counting_distribution(n, t, n_bits)
        by_distance = p[: p.size // 2 + 1].copy()  # y and 2^m - y stand for the same estimate
        by_distance[1 : (p.size + 1) // 2] += p[: p.size // 2 : -1]
        order = np.argsort(-by_distance)
        likely = order[: 1 + int(np.searchsorted(np.cumsum(by_distance[order]), 1 - _SHARE_LEFT_OUT))]
        weights = by_distance[likely] / by_distance[likely].sum()
        costs = [self.after(n, int(outcome)).cost(n, t) for outcome in likely]
        source = "quantum counting, arXiv:quant-ph/0005055, and the search begun at its estimate, derived, see test"
        cost = mean_cost(costs, weights, iterates_max=max(cost.iterates_max or 0 for cost in costs), source=source)
        counting = counting_iterates(n_bits)
        return attrs.evolve(
            cost,
            iterates_expected=counting + cost.iterates_expected,
            iterates_max=counting + (cost.iterates_max or 0),
        )
