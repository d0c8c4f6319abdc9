"""Search procedures by name, as a user chooses them."""

from __future__ import annotations

import attrs

from groverattn.errors import InputError, unknown_name
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.collector import CouponCollector
from groverattn.reference.search.cost import SearchCost, ThresholdSearch
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.expected import ExpectedNumberSearch
from groverattn.reference.search.fixed_point import check_p_failure
from groverattn.reference.search.known import KnownNumberSearch
from groverattn.reference.search.laws import RUNS
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.unknown import UnknownNumberSearch

SEARCH_METHODS = {
    "unknown": "number of marked keys unknown: growing trials, last check by fixed-point search",
    "posterior": "number unknown: runs of least cost per success, from a posterior over the number left",
    "expected": "number expected: as unknown, begun at that number",
    "counted": "number estimated by quantum counting first, then as expected",
    "known": "number of marked keys known: no last check",
    "collector": "number known, found keys not excluded: runs can be shared by parallel machines",
    "top-k": "no threshold: the k best keys by maximum finding",
}

_NO_BLOCKS = {
    "expected": "its last check takes phases other than -1, of which two marked keys in a block make the square",
    "counted": "it counts the odd blocks of one arrangement, and blocks are dealt anew in every run",
    "known": "how many blocks are odd is not known where the number of marked keys is",
    "collector": "its runs share one key table, and blocks are dealt anew in every run",
    "top-k": "a threshold that follows what is found needs the last check by a fixed-point search",
}


@attrs.frozen(kw_only=True)
class SearchMethod:
    """Choice of the procedure that searches the rows of a head.

    Attributes:
        name: one of SEARCH_METHODS.
        n_expected: k: the expected number of marked keys of `expected`, the number of keys kept of `top-k`.
        p_failure: probability allowed that a row misses a key.
        growth: factor of the bound after a failed trial (`unknown`, `expected`, `top-k`); None: the procedure's own.
        n_marked_max: a row is given up as soon as one key more is found (`unknown`, `expected`, `counted`).
        keys_per_query: keys that a query tests (`unknown`, `posterior`).
        first_score: "exact", or "approximate" for a score that finds first, then the exact one (`posterior`).

    Raises:
        InputError: an unknown name, or a number that the procedure refuses or does not use.
    """

    name: str = "unknown"
    n_expected: float
    p_failure: float
    growth: float | None = None
    n_marked_max: int | None = None
    keys_per_query: int = 1
    first_score: str = "exact"

    def __attrs_post_init__(self) -> None:
        if self.name not in SEARCH_METHODS:
            raise unknown_name("search method", self.name, SEARCH_METHODS, "each is a procedure with its own cost")
        check_p_failure(self.p_failure)
        self._refuse_ignored("growth", ("unknown", "expected", "top-k"), self.growth)
        self._refuse_ignored("marked_limit", ("unknown", "expected", "counted"), self.n_marked_max)
        if self.keys_per_query > 1:
            self._refuse_blocks()
        if self.first_score != "exact" and (self.first_score != "approximate" or self.name != "posterior"):
            raise InputError(
                given=f"first_score = {self.first_score} with the search method {self.name}",
                allowed="exact, or approximate with posterior",
                why="when the exact score takes over is decided by the posterior of the number left",
                do="leave it out, or choose --method posterior",
            )
        {"top-k": self.top_k, "counted": self.counted}.get(self.name, lambda: self.for_threshold(1))()

    def _refuse_blocks(self) -> None:
        if self.name not in RUNS:
            raise InputError(
                given=f"keys_per_query = {self.keys_per_query} with the search method {self.name}",
                allowed=f"with {', '.join(RUNS)}",
                why=_NO_BLOCKS[self.name],
                do="leave it out, or choose another method",
            )
        if self.growth is not None or self.n_marked_max is not None:
            raise InputError(
                given=f"growth or marked_limit with keys_per_query = {self.keys_per_query}",
                allowed="neither, or one key per query",
                why="all marked keys of the measured block are found, and the last check is a list of plain runs",
                do="leave them out",
            )

    def _refuse_ignored(self, option: str, used_by: tuple[str, ...], value: float | None) -> None:
        if value is not None and self.name not in used_by:
            raise InputError(
                given=f"{option} = {value} with the search method {self.name}",
                allowed=f"with {', '.join(used_by)}",
                why="this method does not use it",
                do="leave it out, or choose another method",
            )

    @property
    def keeps_largest(self) -> bool:
        """Whether the procedure has no threshold."""
        return self.name == "top-k"

    @property
    def n_keys_min(self) -> int:
        """Keys that it searches at least: `posterior` needs three blocks. A row of fewer is read."""
        return 3 if self.name == "posterior" else 2

    @property
    def n_kept(self) -> int:
        """Number of keys that `top-k` keeps."""
        return int(self.n_expected)

    @property
    def plan(self) -> SearchPlan:
        """How a row is searched by `unknown` and `posterior`, as it is priced."""
        return SearchPlan(self.name if self.name in RUNS else "unknown", self.keys_per_query)

    def top_k(self) -> TopKSearch:
        """Procedure without a threshold."""
        return TopKSearch(self.n_kept, self.p_failure, **self._growth)

    @property
    def counts_first(self) -> bool:
        """Whether the procedure begins with quantum counting."""
        return self.name == "counted"

    def counted(self) -> CountedNumberSearch:
        """Procedure that begins with quantum counting."""
        return CountedNumberSearch(self.p_failure, n_marked_max=self.n_marked_max)

    def after_reading(self, n_marked: int) -> SearchMethod:
        """Return the procedure for what is left of a row of which so many marked keys have been read before.

        >>> SearchMethod(name="expected", n_expected=8, p_failure=0.1).after_reading(5).n_expected
        3
        """
        if self.keeps_largest:
            return self
        limit = None if self.n_marked_max is None else max(self.n_marked_max - n_marked, 0)
        return attrs.evolve(self, n_expected=max(self.n_expected - n_marked, 0), n_marked_max=limit)

    def cost(self, n: int, t: int) -> SearchCost:
        """Exact cost of a row of n keys, of which t are marked (t is not looked at by top-k)."""
        if self.keeps_largest:
            return self.top_k().cost(n)
        if self.name == "posterior" or self.keys_per_query > 1:
            return self.plan.cost("expected", n, t, self.p_failure)
        return self.counted().cost(n, t) if self.counts_first else self.for_threshold(t).cost(n, t)

    def for_threshold(self, n_marked: int) -> ThresholdSearch:
        """Procedure for a row with a threshold, other than `counted`.

        Args:
            n_marked: how many keys reach it; only `known` and `collector` are told.
        """
        if self.name == "known":
            return KnownNumberSearch(n_marked, self.p_failure)
        if self.name == "collector":
            return CouponCollector(n_marked, self.p_failure)
        if self.name == "expected":
            growths = {} if self.growth is None else {"growth": self.growth, "cold_growth": self.growth}
            return ExpectedNumberSearch(self.n_expected, self.p_failure, n_marked_max=self.n_marked_max, **growths)
        return UnknownNumberSearch(self.p_failure, n_marked_max=self.n_marked_max, **self._growth)

    @property
    def _growth(self) -> dict[str, float]:
        return {} if self.growth is None else {"growth": self.growth}
