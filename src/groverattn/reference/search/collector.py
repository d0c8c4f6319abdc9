"""Search for every marked key without excluding the found ones: all runs are alike and can be made in parallel."""

from __future__ import annotations

import attrs

from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.fixed_point import check_p_failure
from groverattn.reference.search.known import check_n_marked, repeated_best
from groverattn.reference.search.trials import Trial


@attrs.frozen
class CouponCollector(ThresholdSearch):
    """Coupon collector: draws from the t marked keys by Grover searches for known t, until each has been drawn.

    Every run has the same circuit and the same key table, so S machines share the runs without communication, and
    nothing is loaded again. It takes t H_t draws instead of t (H_t = 1 + 1/2 + ... + 1/t), each as expensive as the
    first of the search with exclusion: about 0.690 H_t sqrt(n t) iterates and checks (derived, see test).

    Attributes:
        n_marked: number of marked keys t, known, such as from quantum counting.
        p_failure: probability allowed that a marked key is left undrawn.

    Raises:
        InputError: n_marked < 0, or p_failure not strictly between 0 and 1.

    >>> round(CouponCollector(32, p_failure=1e-6).cost(1024, 32).iterates_expected)
    434
    """

    n_marked: int
    p_failure: float
    excludes_found = False
    source = "coupon collector over arXiv:quant-ph/9605034, Section 3, exact recursion, derived, see test"

    def __attrs_post_init__(self) -> None:
        check_p_failure(self.p_failure)
        check_n_marked(self.n_marked)

    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        if n_found >= self.n_marked:
            return ()
        share_new = 1 - n_found / self.n_marked
        return repeated_best(n, self.n_marked, share_new, self.p_failure / self.n_marked)
