"""The search of a row as a request asks for it: the scores, how many keys a query tests, and what that costs."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import attrs

from groverattn.bloqs.score.finding import approximate_score, pass_rates
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.search.block_oracle import BlockOracle
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.costs.search_totals import SearchTotals, count_search, search_totals
from groverattn.errors import InputError
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.reference.blocks.dealing import check_keys_per_query
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.blocks.plan import Finder, SearchPlan
from groverattn.reference.blocks.sampled import FinderRates
from groverattn.reference.search.cost import IterateShare, SearchCost
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.circuit import iterate_with, oracle_with, score_of
from groverattn.row.designs import replaced
from groverattn.row.request import READS_LIMIT_MAX, RowRequest
from groverattn.show.numbers import number_text

# Keys per query that are tried around the best of the formula; the cost is flat there.
_STEPS = 6
_STEP = 2 ** (1 / 4)

# The largest share of the error budget that a price gives to the search, our choice: see `groverattn.row.price`. With a
# smaller one parts may take a millionth fewer iterates, as a part that misses stops early.
LARGEST_SHARE = 0.5
_OF_THE_SHARE = 1 - 1e-5
_OF_A_FLOOR = 0.9  # a margin, since the number of blocks that hold a key varies
# A last check that may miss a key less often can have fewer iterates, over three blocks by a third (see test).
_OF_A_CHECK = 0.6

# Reads of blocks per marked key: the measured means at n = 2^17 and 2^20 (see docs/oracle.md), for the choice of u.
_TRIALS_PER_KEY = {"unknown": 5.3, "posterior": 1.25}


@attrs.frozen
class RowSearch:
    """How a row is searched: scores, plan, and the circuits of its iterates.

    Attributes:
        request: choices, and sizes with the dead keys that fill the row up.
        plan: the rule of the runs, with the numbers of keys per query and of parts.
        exact: the score that ends the search.
        finding: the approximate score that finds first, if there is one.
        n_read: keys of the row that are read first; the sizes of the request are without them.
    """

    request: RowRequest
    plan: SearchPlan
    exact: KeyScore
    finding: KeyScore | None = None
    n_read: int = 0

    @classmethod
    def of(cls, request: RowRequest, exact: KeyScore | None = None) -> RowSearch:
        """Return the search of a request, with what it leaves open chosen for the fewest Toffolis.

        Args:
            request: sizes and choices.
            exact: the score of its query, if it is there already; it is used for other numbers of keys too.

        Raises:
            InputError: more keys per query than half of the keys, or an approximate score that leaves nothing.
        """
        exact = score_of(request) if exact is None else exact
        if n_read := request.read.n_keys:
            left = request.left
            # what may be read is a share of all keys, and some have been
            limit = max(request.design.reads_limit * request.shape.n_keys - n_read, 0.0) / left.shape.n_keys
            design = attrs.evolve(request.design, reads_limit=min(limit, READS_LIMIT_MAX))
            return attrs.evolve(cls.of(attrs.evolve(left, design=design), exact), n_read=n_read)
        design, n_keys = request.design, request.shape.n_keys
        if design.n_searched is not None:
            _check_searched(design.n_searched, request.shape.n_keys)
            # what may be read is a share of the keys that there are, and not of the dead ones
            limit = design.reads_limit * request.shape.n_keys / design.n_searched
            shape = replaced(request.shape, n_keys=design.n_searched)
            request = replaced(request, shape=shape, design=replaced(design, reads_limit=limit))
        u = design.u or best_keys_per_query(request, exact, request.shape.n_marked)
        check_keys_per_query(u, request.shape.n_keys)
        n_parts = (design.n_parts or 1) * (design.n_machines or 1)
        if request.shape.n_keys < 2 * n_parts:
            raise InputError(
                given=f"{n_keys:,} keys in {n_parts:,} parts",
                allowed="two keys or more in each part",
                why="a search has an index of one qubit or more",
                do="take fewer parts or machines",
            )
        searched = cls(request, SearchPlan(design.method, u, n_parts=n_parts), exact)
        if design.first_score == "exact":
            return searched
        both = searched._with_finder()
        if design.first_score == "approximate" or both.toffoli < searched.toffoli:
            return both
        return searched

    def _with_finder(self) -> RowSearch:
        shape, design = self.request.shape, self.request.design
        finding = approximate_score(
            self.exact,
            design.significant_bits,
            design.lowest_column,
            design.score_margin,
        )
        rates = pass_rates(finding, self.exact.threshold, shape.n_keys, shape.n_marked)
        u = design.u or best_keys_per_query(self.request, finding, max(round(rates.candidates), 1))
        n_false = rates.candidates - shape.n_marked + rates.missed
        finder = Finder(u, FinderRates(1 - rates.missed / shape.n_marked, n_false))
        return attrs.evolve(self, plan=attrs.evolve(self.plan, finder=finder), finding=finding)

    @functools.cached_property
    def toffoli(self) -> float:
        """Toffolis of a row with half of the error budget for the search, expected."""
        cost = self.cost(self.request.error_budget / 2, "expected")
        return sum(share.iterates * count(self.iterate(share)).toffoli for share in self.shares(cost))

    def at(self, n_keys: int) -> RowSearch:
        """Return the search of fewer keys by the same choices, with as many keys per query as suit them."""
        request = attrs.evolve(self.request, shape=attrs.evolve(self.request.shape, n_keys=n_keys))
        if self.plan.n_parts > 1:
            return self._in_fewer_parts(request)
        u = min(self.plan.keys_per_query, near_best_keys_per_query(request, self.exact, request.shape.n_marked))
        if self.plan.is_plain or n_keys == self.request.shape.n_keys:
            u = self.plan.keys_per_query
        design = attrs.evolve(request.design, keys_per_query=str(u), n_searched=None, **self._block_for(n_keys // u))
        return attrs.evolve(RowSearch.of(attrs.evolve(request, design=design), self.exact), n_read=self.n_read)

    def _block_for(self, n_words: int) -> dict[str, Any]:
        """The block of a table of fewer words, half of them at most; a walk over single words if none is left."""
        block = self.request.design.block
        if block is None or 2 * block <= n_words:
            return {}
        largest = 1 << (n_words // 2).bit_length() - 1 if n_words >= 4 else 1
        return {"block": largest} if largest > 1 else {"block": None, "data_access": "qrom"}

    def without_limit(self) -> RowSearch:
        """Return the same search, however many keys it reads after measurements."""
        design = attrs.evolve(self.request.design, reads_limit=READS_LIMIT_MAX)
        return attrs.evolve(self, request=attrs.evolve(self.request, design=design))

    def _in_fewer_parts(self, request: RowRequest) -> RowSearch:
        """Parts of the same size; as many on each machine."""
        n_machines = request.design.n_machines or 1
        n_parts = -(-request.shape.n_keys // (self.part_keys * n_machines))
        n_searched = self.part_keys * n_parts * n_machines
        design = attrs.evolve(request.design, n_parts=n_parts, n_searched=n_searched)
        return attrs.evolve(RowSearch.of(attrs.evolve(request, design=design), self.exact), n_read=self.n_read)

    @classmethod
    def at_limits(cls, request: RowRequest, exact: KeyScore, n_keys: int, n_marked: int) -> RowSearch:
        """Return the search of any n and k, as the verdict asks for it: of the exact score alone.

        What is left open is chosen by the formula; an approximate score saves Toffolis, and a bound without factories
        does not look at these.
        """
        request = attrs.evolve(request, shape=attrs.evolve(request.shape, n_keys=n_keys, n_marked=n_marked))
        u = request.design.u or near_best_keys_per_query(request, exact, n_marked)
        return cls(request, SearchPlan(request.design.method, u), exact)

    def cost_at_scale(self, p_miss: float) -> SearchCost:
        """Return the cost at numbers of keys that may be very large (see `SearchPlan.cost_at_scale`)."""
        shape = self.request.shape
        cost = self.plan.cost_at_scale(self.request.search_law, shape.n_keys, shape.n_marked, p_miss)
        return self._within_limit(cost)

    def score_of(self, share: IterateShare) -> KeyScore:
        """Return the score of a share of the iterates."""
        return self.exact if share.score == "exact" or self.finding is None else self.finding

    def cost(self, p_miss: float, law: str | None = None) -> SearchCost:
        """Return what a law says of the row, by default that of the request.

        Raises:
            InputError: what the law refuses, or more keys read after measurements than the request allows.
        """
        shape = self.request.shape
        cost = self.plan.cost(law or self.request.search_law, shape.n_keys, shape.n_marked, p_miss)
        return attrs.evolve(self._within_limit(cost), reads_first=self.n_read)

    def iterates_within(self, p_miss: float) -> float:
        """Iterates of the row that no design with these choices goes below, if it may miss a key with `p_miss`.

        Over blocks, less than those of a search that knows how many blocks hold a marked key (see test).
        """
        shape, plan = self.request.shape, self.plan
        if plan.keys_per_query == 1:
            cost = plan.cost(self.request.search_law, shape.n_keys, shape.n_marked, p_miss)
            return _OF_THE_SHARE * cost.iterates_expected
        if (self.request.search_law, plan.method) == ("worst", "unknown"):
            growing = GrowingBlockSearch(p_miss, plan.keys_per_query)
            return _OF_A_CHECK * growing.iterates_max(shape.n_keys, shape.n_marked)
        n_blocks = -(-shape.n_keys // plan.keys_per_query)
        holding = round(-n_blocks * math.expm1(shape.n_marked * math.log1p(-1 / n_blocks)))
        return _OF_A_FLOOR * search_cost("ideal", n_blocks, holding, p_miss).iterates_expected

    def laws(self, p_miss: float) -> dict[str, SearchCost]:
        """Return what each law says of the row, but for those that its plan has none of."""
        shape, known = self.request.shape, [law for law in LAWS if self.plan.has(law)]
        costs = {law: self.plan.cost(law, shape.n_keys, shape.n_marked, p_miss) for law in known}
        return {law: attrs.evolve(cost, reads_first=self.n_read) for law, cost in costs.items()}

    def _within_limit(self, cost: SearchCost) -> SearchCost:
        shape, limit = self.request.shape, self.request.design.reads_limit
        if not self.plan.is_plain and cost.checks_expected > limit * shape.n_keys:
            together, n_parts = self.plan.keys_per_query, self.plan.n_parts
            dealt = f"{n_parts:,} parts, " if n_parts > 1 else ""
            fewer = "fewer keys per query, --method posterior" if together > 1 else "fewer parts or machines"
            raise InputError(
                given=f"{dealt}{together} key{'s' * (together > 1)} per query: {cost.checks_expected:,.0f} of "
                f"{shape.n_keys:,} keys would be read after measurements",
                allowed=f"reads of at most {number_text(limit)} of the keys{' that are left' if self.n_read else ''}",
                why="a search that reads the keys is a scan with a quantum computer beside it",
                do=f"take {fewer}, or a larger --reads-limit",
            )
        return cost

    def shares(self, cost: SearchCost) -> Iterable[IterateShare]:
        """Return the iterates of a cost by circuit."""
        n_keys, trials = self.part_keys, cost.trials_expected
        return cost.shares or [IterateShare("exact", n_keys, 1, cost.iterates_expected, trials)]

    @property
    def part_keys(self) -> int:
        """Keys of a part."""
        return self.request.shape.n_keys // self.plan.n_parts

    def iterate(self, share: IterateShare | None = None) -> GroverIterate:
        """Return the circuit of an iterate: of a share, or the exact one on the whole key table."""
        if share is None:
            return iterate_with(self.request, self.exact, self.plan.keys_per_query, self.part_keys)
        n_keys = self.part_keys
        whole = -(-n_keys // share.keys_per_query)
        n_keys = n_keys if share.n_blocks == whole else share.n_blocks * share.keys_per_query
        return iterate_with(self.request, self.score_of(share), share.keys_per_query, n_keys)

    @property
    def oracle(self) -> PhaseOracle | BlockOracle:
        """The oracle of the exact score on the whole key table."""
        return oracle_with(self.request, self.exact, self.plan.keys_per_query, self.part_keys)

    def of_one_machine(self, cost: SearchCost, p_miss: float) -> float:
        """Return the share of all iterates that a machine runs; of several, the one that runs the most.

        Args:
            cost: of the row, by the law of its parts.
            p_miss: what the search was allowed to miss; `cost.p_failure`, what it does miss, is far smaller.
        """
        n_machines = self.request.design.n_machines or 1
        if n_machines == 1:
            return 1.0
        shape, n_parts = self.request.shape, self.plan.n_parts
        parallel = ParallelSearch(n_parts, p_miss)
        return parallel.slowest(shape.n_keys, shape.n_marked, parts_each=n_parts // n_machines) / cost.iterates_expected

    def totals(self, cost: SearchCost, n_rows: int = 1, n_heads: int = 1) -> SearchTotals:
        """Return the counts of a row, a head and a model."""
        if not cost.shares:
            return search_totals(self.iterate(), cost, n_rows, n_heads)
        parts = [(share, count_search(self.iterate(share))) for share in cost.shares]
        rows = [
            counted.iterate.total.repeated(share.iterates).then(counted.trial.repeated(share.trials))
            for share, counted in parts
        ]
        row = functools.reduce(lambda one, other: one.then(other), rows)
        schedule = tuple(cycle for share, counted in parts for cycle in counted.cycles(share.iterates, share.trials))
        counted = count_search(self.iterate())
        return SearchTotals(counted, row, schedule, row.repeated(n_rows), row.repeated(n_rows * n_heads))


def _check_searched(n_searched: int, n_keys: int) -> None:
    if not n_keys <= n_searched <= N_KEYS_MAX:
        raise InputError(
            given=f"n_searched = {n_searched:,} for {n_keys:,} keys",
            allowed=f"{n_keys:,} to {N_KEYS_MAX:,}",
            why="dead keys fill the row up",
            do="leave n_searched out",
        )


def near_best_keys_per_query(request: RowRequest, score: KeyScore, n_marked: int) -> int:
    """Return about the best number of keys per query, by the formula of a kept address: sqrt(3 n / S).

    With T = N - 2 + u S Toffolis an iterate and iterates in proportion to N^(1/2), N = n/u blocks; S is the Toffolis of
    the score. No more than keep the reads within the limit of the request.

    Args:
        request: sizes and choices.
        score: the score that the oracle marks by.
        n_marked: keys that it marks.
    """
    around = round(math.sqrt(3 * request.shape.n_keys / max(count(score).toffoli, 1)))
    return max(1, min(around, _most_keys_per_query(request, n_marked)))


def _most_keys_per_query(request: RowRequest, n_marked: int) -> int:
    n_keys, design = request.shape.n_keys, request.design
    return max(1, min(n_keys // 3, int(design.reads_limit * n_keys / (_TRIALS_PER_KEY[design.method] * n_marked))))


@functools.lru_cache(maxsize=1024)
def best_keys_per_query(request: RowRequest, score: KeyScore, n_marked: int) -> int:
    """Return the number of keys per query that takes the fewest Toffolis with a score, as counted.

    N^(1/2) T is least, T the Toffolis of an iterate; tried are powers of 2^(1/4) around `near_best_keys_per_query`,
    powers of two, and one. It is flat there: half of the best or twice as much cost a quarter more.

    Args: see `near_best_keys_per_query`.

    >>> from groverattn.row.request import ONE_KEY
    >>> request = RowRequest.of(preset="llama3.1-8b", **ONE_KEY | {"data_access": "one-hot"})
    >>> best_keys_per_query(request, score_of(request), 512)
    16
    """
    n_keys = request.shape.n_keys
    around = near_best_keys_per_query(request, score, n_marked)
    tried = {1, *(round(around * _STEP**step) for step in range(-_STEPS, _STEPS + 1))}
    tried |= {1 << u.bit_length() >> 1 for u in tried}  # a power of two of blocks needs no rotations

    def toffoli(u: int) -> float:
        return math.sqrt(-(-n_keys // u)) * count(iterate_with(request, score, u)).toffoli

    return min(sorted(u for u in tried if 1 <= u <= _most_keys_per_query(request, n_marked)), key=toffoli)
