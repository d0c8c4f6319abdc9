"""Plan of a search: the rule of its runs, how many keys a query tests, and whether another score finds first."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np

from groverattn.errors import InputError, check_between
from groverattn.reference.blocks.growing import GrowingBlockSearch, check_marked, known_number_floor
from groverattn.reference.blocks.odd_blocks import Blocks, odd_law
from groverattn.reference.blocks.posterior import PosteriorSearch
from groverattn.reference.blocks.sampled import FinderRates, sampled_cost
from groverattn.reference.search.cost import IterateShare, SearchCost
from groverattn.reference.search.laws import (
    MARKED_AT_SCALE,
    N_MARKED_MAX,
    P_FAILURE_MIN,
    cade_expected_queries,
    cade_worst_queries,
    check_law,
    check_rounds,
    check_runs,
    cost_at_scale,
    search_cost,
)
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.reference.search.unknown import UnknownNumberSearch

_BLOCKS_PER_KEY, _BLOCKS_AT_SCALE, _KEYS_AT_SCALE, _ROWS_AT_SCALE = 64, 1 << 12, 64, 8


@attrs.frozen
class Finder:
    """Approximate score that finds keys before the exact one ends the search.

    Attributes:
        keys_per_query: places in a block while it searches.
        rates: what it marks.
        n_handed_over: number of keys believed to be left at which the exact score takes over. Our choice, from sampled
            costs: 1 to 16 differ by a few per cent.
    """

    keys_per_query: int
    rates: FinderRates
    n_handed_over: float = 12.0


@attrs.frozen
class SearchPlan:
    """How a row is searched.

    Attributes:
        method: rule of the runs, a name in RUNS.
        keys_per_query: keys that a query tests, u; each belongs to one of N = ceil(n/u) blocks.
        finder: an approximate score that searches first; only with `posterior`.
        n_parts: equal parts of the keys, each of which is searched by itself; with the method `unknown` and one key per
            query.

    Raises:
        InputError: an unknown method, u < 1, a finder with another method, or parts with anything else.

    >>> plan = SearchPlan("posterior", keys_per_query=16)
    >>> round(plan.cost("ideal", 1 << 17, 1, 0.005).iterates_expected)
    62
    """

    method: str = "unknown"
    keys_per_query: int = 1
    finder: Finder | None = None
    n_parts: int = 1

    def __attrs_post_init__(self) -> None:
        check_runs(self.method)
        if self.n_parts > 1 and (self.method, self.keys_per_query) != ("unknown", 1):
            raise InputError(
                given=f"{self.n_parts} parts with {self.keys_per_query} keys per query and the method {self.method}",
                allowed="parts that are searched with one key per query by the method unknown",
                why="no other law of the parts is known to us",
                do="leave the parts or the other two out",
            )
        check_between("keys_per_query", self.keys_per_query, 1, 1 << 40, "each query tests this number of keys")
        if self.finder is not None and self.method != "posterior":
            raise InputError(
                given=f"an approximate score with the method {self.method}",
                allowed="with the method posterior",
                why="what it finds, and when the exact score takes over, is decided by the posterior",
                do="choose --method posterior",
            )

    @property
    def is_plain(self) -> bool:
        """Whether this is the search of one key per query by growing trials."""
        return self == SearchPlan()

    def has(self, law: str) -> bool:
        """Whether a law is known for it: no bound of the runs of a posterior is; of parts, the expected law alone."""
        return law == "expected" if self.n_parts > 1 else law != "worst" or self.method != "posterior"

    def stages(self, p_failure: float) -> tuple[PosteriorSearch, ...]:
        """Return the stages of the method `posterior`: with the approximate score, if there is one, then the exact."""
        last = PosteriorSearch(p_failure, self.keys_per_query)
        if self.finder is None:
            return (last,)
        return PosteriorSearch(p_failure, self.finder.keys_per_query, self.finder.n_handed_over), last

    def cost(self, law: str, n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
        """Return the cost of finding all of `n_marked` keys among `n_keys` under a law (see `laws.search_cost`).

        Over blocks, `ideal` is the best run for the number left, known; `proven` is the published bound over N blocks
        that are dealt anew in each round; `worst` is that of the growing trials only, as no bound of the runs of a
        posterior is known.

        Raises:
            InputError: as `search_cost`; fewer than three blocks, more marked keys than the law of odd blocks is
                computed for, or the law `worst` of the method `posterior`.
        """
        if self.is_plain:
            return search_cost(law, n_keys, n_marked, p_failure)
        check_law(law)
        if not self.has(law):
            raise InputError(
                given=f"the law {law} with the method {self.method} and {self.n_parts} parts",
                allowed="ideal, expected or proven with the method posterior; expected with parts",
                why="the runs follow the outcomes, or the keys are dealt at random, and no bound of either is known",
                do="leave out --search-law, or take --method unknown --n-parts 1",
            )
        if self.n_parts > 1:
            check_rounds(min(n_marked, n_keys // self.n_parts))
            return _of_all_parts(n_keys, n_marked, p_failure, self.n_parts)
        check_between("n_marked", n_marked, 0, min(n_keys, N_MARKED_MAX), "t of the keys are marked")
        blocks = Blocks.of(n_keys, self.keys_per_query)
        if law == "ideal":
            return known_number_floor(blocks, n_marked)
        if law == "proven":
            return _proven(blocks, n_marked, p_failure)
        if self.method == "posterior":
            rates = None if self.finder is None else self.finder.rates
            return sampled_cost(self.stages(p_failure), n_keys, n_marked, rates)
        growing = GrowingBlockSearch(p_failure, self.keys_per_query)
        return _growing_cost(growing, n_keys, n_marked, worst=law == "worst")

    def cost_with_faults(self, n_keys: int, n_marked: int, p_failure: float, fault_rate: float) -> SearchCost:
        """Return the cost under the law `expected` on a machine with logical faults (see `reference.search.faults`).

        Args:
            n_keys: number of keys.
            n_marked: how many are marked.
            p_failure: probability of a miss that is allowed without faults.
            fault_rate: probability of a fault in an iterate, of which the search does not know.

        Raises:
            InputError: as `cost`, or fault_rate not in 0 to 1.

        >>> SearchPlan(keys_per_query=4).cost_with_faults(4096, 8, 0.01, 0.005).iterates_expected > 256
        True
        """
        if self.is_plain:
            return UnknownNumberSearch(p_failure).cost_with_faults(n_keys, n_marked, fault_rate)
        if self.method == "posterior":
            rates = None if self.finder is None else self.finder.rates
            return sampled_cost(self.stages(p_failure), n_keys, n_marked, rates, fault_rate=fault_rate)
        return GrowingBlockSearch(p_failure, self.keys_per_query).cost_with_faults(n_keys, n_marked, fault_rate)

    def cost_at_scale(self, law: str, n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
        """Return the cost within some per cent, at once for many numbers of keys that may be very large.

        It is taken at a power of two of blocks, of which there are at most 64 for each marked key, and at a power of
        two of at most 64 keys per query, and follows N^(1/2) from there: the best lengths of runs do, and marked keys
        hardly share blocks (see test). The search of one key per query by growing trials is exact at any number of
        keys, and within half a per cent beyond 2,048 marked ones (`laws.cost_at_scale`); how often it misses a key on a
        machine with faults is left out.

        Raises:
            InputError: as `cost`.
        """
        if self.is_plain and law == "expected":
            return _plain_at_scale(n_keys, n_marked, p_failure)
        if self.is_plain or self.n_parts > 1:
            return self.cost(law, n_keys, n_marked, p_failure)
        n_blocks, most = -(-n_keys // self.keys_per_query), 1 << (_BLOCKS_PER_KEY * n_marked - 1).bit_length()
        taken = min(1 << n_blocks.bit_length() - 1, max(_BLOCKS_AT_SCALE, most))
        size = min(1 << self.keys_per_query.bit_length() - 1, _KEYS_AT_SCALE)
        small = attrs.evolve(self, keys_per_query=size)
        if self.method == "posterior" and law == "expected" and self.finder is None:
            cost = sampled_cost(small.stages(p_failure), taken * size, n_marked, n_rows=_ROWS_AT_SCALE)
        else:
            cost = small.cost(law, taken * size, n_marked, p_failure)
        longer, wider = math.sqrt(n_blocks / taken), self.keys_per_query / size
        shares = (
            attrs.evolve(
                share,
                n_blocks=round(share.n_blocks * n_blocks / taken),
                keys_per_query=round(share.keys_per_query * wider),
                iterates=share.iterates * longer,
            )
            for share in cost.shares
        )
        return attrs.evolve(
            cost,
            iterates_expected=cost.iterates_expected * longer,
            checks_expected=cost.checks_expected * wider,
            shares=tuple(shares),
        )


# Every data access, block and unload of a row asks for the same.
@functools.lru_cache(maxsize=1024)
def _growing_cost(search: GrowingBlockSearch, n_keys: int, n_marked: int, *, worst: bool) -> SearchCost:
    return search.worst_cost(n_keys, n_marked) if worst else search.cost(n_keys, n_marked)


# A verdict asks for it at some hundred numbers of keys; misses would take three times as long again.
@functools.lru_cache(maxsize=32_768)
def _plain_at_scale(n_keys: int, n_marked: int, p_failure: float) -> SearchCost:
    if n_marked > MARKED_AT_SCALE or not (2 <= n_keys >= n_marked and p_failure >= P_FAILURE_MIN):
        return cost_at_scale(n_keys, n_marked, p_failure)  # it says what is out of range
    return UnknownNumberSearch(p_failure).cost_with_faults(n_keys, n_marked, 0.0)


@functools.lru_cache(maxsize=4096)
def _of_all_parts(n_keys: int, n_marked: int, p_failure: float, n_parts: int) -> SearchCost:
    return ParallelSearch(n_parts, p_failure).whole(n_keys, n_marked)


def _proven(blocks: Blocks, n_marked: int, p_failure: float) -> SearchCost:
    """Bound of one search over N blocks, over the law of the odd ones, summed over a round for each number left."""
    check_marked(blocks, n_marked)
    n = blocks.n_blocks
    last = cade_worst_queries(n, p_failure / max(n_marked, 1))
    queries = np.append(last, cade_expected_queries(n, np.arange(1, n_marked + 1)))  # of 0, 1, ... odd blocks
    law = odd_law(blocks, n_marked)
    rounds = (law @ queries)[1:]
    return SearchCost(
        iterates_expected=float(rounds.sum()) + last,
        iterates_max=math.ceil((n_marked + 1) * last),
        checks_expected=0.0,
        p_failure=p_failure + float(law[1:, [0]].sum()) if n_marked else p_failure,
        source="upper bound of arXiv:2203.04975, Eq. (3) and its lemma on unknown numbers, over the law of odd blocks",
        shares=(IterateShare("exact", n, blocks.size, float(rounds.sum()) + last, 0.0),),
    )
