"""Designs of the search of one row, before error correction, and the least wide one under a limit of the depth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.search_totals import search_totals
from groverattn.errors import InputError
from groverattn.physical.factories import pareto
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.laws import search_cost
from groverattn.reference.search.parallel import ParallelSearch

# The methods that differ in kind: fewest Toffolis, and fewest qubits.
SCORE_METHODS = ("shared-sums", "in-place")
OTHER_ACCESSES = ("qrom", "qroam-dirty", "bucket-brigade", "bucket-brigade-wide")
_READS_MAX = 0.5  # of the keys, our choice: a search that reads more is a scan
# Our choice: beyond it a block is wider than the bucket brigade, which is faster.
_BLOCK_QUBITS_MAX = 1 << 26


@attrs.frozen
class SearchDesign:
    """One way to search a row, before error correction.

    Attributes:
        data_access: its name; with the block where there is one.
        score_method: its name.
        n_machines: machines S, each with its own part of the keys.
        row: counts of one machine for its part of the row, on average.
        p_miss: probability that the row's search misses a marked key.
    """

    data_access: str
    score_method: str
    n_machines: int
    row: LogicalCounts
    p_miss: float

    @property
    def width(self) -> int:
        """Logical qubits of all machines."""
        return self.n_machines * self.row.logical_qubits

    @property
    def depth(self) -> int:
        """Measurement depth of the row; the machines run side by side."""
        return self.row.measurement_depth

    @property
    def toffoli(self) -> int:
        """Toffolis of all machines."""
        return self.n_machines * self.row.toffoli

    @property
    def gates(self) -> int:
        """G-cost: all gates of all machines, Cliffords included (arXiv:1910.01700, Section 2)."""
        row = self.row
        return self.n_machines * (row.toffoli + row.t + row.rotation + row.clifford + row.measurement)

    @property
    def traffic(self) -> float:
        """Clifford gates for each logical qubit: how long the traffic holds the qubits up."""
        return self.row.clifford / self.row.logical_qubits

    @property
    def depth_times_width(self) -> int:
        """DW-cost: depth times width (arXiv:1910.01700, Section 2), with the measurement depth as depth."""
        return self.depth * self.width

    @property
    def name(self) -> str:
        """What it is, in words."""
        machines = f", {self.n_machines:,} machines" if self.n_machines > 1 else ""
        return f"{self.data_access}, {self.score_method}{machines}"


def search_designs(shape: Shape, law: str, p_miss: float) -> list[SearchDesign]:
    """Return the designs that no other one equals or beats in width, depth, Toffolis and Clifford traffic.

    Several machines follow the law `expected` only: the cost of `reference.parallel_search`, the mean of one machine.
    The slowest of them takes longer than this mean.

    Raises:
        InputError: an unknown law.

    >>> designs = search_designs(Shape(1024, 64, 32, 8, 8), "expected", p_miss=0.005)
    >>> min(designs, key=lambda design: design.width).name
    'qrom, in-place'
    """
    query = representative_query(shape)
    threshold = representative_threshold(shape, query)
    scores = {method: make_score(method, query, threshold, shape.key_bits) for method in SCORE_METHODS}
    designs = [
        search_design(lookup, name, method, score, machines, cost)
        for machines, n_part, cost in _machine_costs(shape, law, p_miss)
        for name, lookup in _lookups(KeyTable(n_part, shape.d_head, shape.key_bits))
        for method, score in scores.items()
    ]
    designs += _block_designs(shape, law, p_miss, scores)
    return pareto(designs, lambda design: (design.width, design.depth, design.toffoli, design.traffic))


def _machine_costs(shape: Shape, law: str, p_miss: float) -> Iterator[tuple[int, int, SearchCost]]:
    """Numbers of machines, keys of each, and the cost of one; powers of 4, and dead keys fill up to a power of two."""
    yield 1, shape.n_keys, search_cost(law, shape.n_keys, shape.n_marked, p_miss)
    machines, filled_up = 4, 1 << (shape.n_keys - 1).bit_length()
    if filled_up > shape.n_keys:
        yield 1, filled_up, search_cost(law, filled_up, shape.n_marked, p_miss)
    while law == "expected" and filled_up // machines >= 4:
        yield machines, filled_up // machines, ParallelSearch(machines, p_miss).cost(filled_up, shape.n_marked)
        machines *= 4


def _lookups(table: KeyTable) -> Iterator[tuple[str, KeyLookup]]:
    for access in OTHER_ACCESSES:
        try:
            yield access, key_lookup(access, table)
        except InputError:  # fewer keys than the access is made for
            continue
    block = 2
    while 2 * block <= table.n_keys and block * table.word_bits <= _BLOCK_QUBITS_MAX:
        yield f"qroam, block {block:,}", QROAMLookup(table, block=block)
        block *= 2


def _block_designs(shape: Shape, law: str, p_miss: float, scores: dict[str, KeyScore]) -> Iterator[SearchDesign]:
    """Searches that test several keys in a call: powers of two, as long as what is read is not half of a scan.

    Runs follow a posterior under the law `expected`; the keys that a measured block holds are read. Words are scored
    one at a time or, with a kept address, some side by side.
    """
    table = KeyTable(shape.n_keys, shape.d_head, shape.key_bits)
    u = 2
    while 6 * u <= shape.n_keys:
        plan = SearchPlan("posterior" if law == "expected" else "unknown", u)
        try:
            cost = plan.cost_at_scale(law, shape.n_keys, shape.n_marked, p_miss)
        except InputError:  # too many marked keys for so few blocks
            return
        if cost.checks_expected > _READS_MAX * shape.n_keys:
            return
        for access, at_once in _block_accesses(u):
            for method, score in scores.items():
                oracle = oracle_of(access, table, score, keys_per_query=u, words_at_once=at_once)
                together = f", {at_once} at once" if at_once > 1 else ""
                name = f"{access}, u = {u}{together}"
                row = search_totals(GroverIterate(oracle), attrs.evolve(cost, shares=()), 1, 1).row
                yield SearchDesign(name, method, 1, row, cost.p_failure)
        u *= 2


def _block_accesses(keys_per_query: int) -> Iterator[tuple[str, int]]:
    """Data accesses that suit blocks, each with its numbers of words that are scored side by side."""
    yield from ((access, 1) for access in OTHER_ACCESSES)
    at_once = 1
    while at_once <= keys_per_query:
        yield "one-hot", at_once
        at_once *= 4


def search_design(
    lookup: KeyLookup, name: str, method: str, score: KeyScore, machines: int, cost: SearchCost
) -> SearchDesign:
    """Return one design: the circuit of a lookup and a score, and what the search costs each of the machines."""
    iterate = GroverIterate(PhaseOracle(lookup, score))
    return SearchDesign(name, method, machines, search_totals(iterate, cost, 1, 1).row, cost.p_failure)


# From ten milliseconds to four months at a reaction time of 10 us: our choice. NIST's least limit, 2^40, binds no row.
DEPTH_LIMITS = tuple(1 << bits for bits in (10, 15, 20, 25, 30, 40))


@attrs.frozen
class DepthLimit:
    """The least wide design within one limit.

    Attributes:
        depth_max: largest measurement depth allowed.
        design: the design; None if none keeps the limit.
        least_depth: smallest depth that any design has.
    """

    depth_max: int
    design: SearchDesign | None
    least_depth: int

    def as_json(self) -> dict[str, Any]:
        """Return the printed object; numbers are None where no design keeps the limit."""
        found = self.design
        return {
            "depth_max": self.depth_max,
            "design": None if found is None else found.name,
            **{
                name: getattr(found, name, None) for name in ("depth", "width", "toffoli", "gates", "depth_times_width")
            },
            "least_depth": self.least_depth,
        }


def depth_limits(designs: Sequence[SearchDesign], limits: Sequence[int] = DEPTH_LIMITS) -> list[DepthLimit]:
    """Return the least wide design under each limit of the depth.

    The tables of quantum attacks on ciphers ask the same (MAXDEPTH of NIST's call for post-quantum algorithms, as used
    in arXiv:1910.01700): a machine that cannot run deeper than a limit has to search with more qubits. Depth is the
    measurement depth here, since a reaction time for each of its measurements bounds the time of the row.
    """
    least = min(design.depth for design in designs)

    def least_wide(limit: int) -> SearchDesign | None:
        within = [design for design in designs if design.depth <= limit]
        return min(within, key=lambda design: (design.width, design.toffoli), default=None)

    return [DepthLimit(limit, least_wide(limit), least) for limit in limits]
