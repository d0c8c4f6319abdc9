"""Logical counts of a row, a head and a model, from one Grover iterate."""

from __future__ import annotations

import functools

import attrs

from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.costs.counting import IterateCounts, count, count_iterate
from groverattn.costs.logical import LogicalCounts
from groverattn.reference.search.cost import SearchCost


@attrs.frozen
class SearchTotals:
    """Costs of a search, one run after the other on the same qubits.

    Attributes:
        iterate: one Grover iterate and its parts.
        phased_iterate: one iterate of the fixed-point search, with phases other than -1.
        row: expected cost of finding all marked keys of one row.
        head: all rows of a head.
        model: all heads and layers, for one full context.
    """

    iterate: IterateCounts
    phased_iterate: LogicalCounts
    row: LogicalCounts
    head: LogicalCounts
    model: LogicalCounts


def search_totals(iterate: GroverIterate, cost: SearchCost, n_rows: int, n_heads: int) -> SearchTotals:
    """Multiply the counted iterate by a search law.

    A row takes `cost.iterates_expected` iterates, of which `cost.phased_expected` have phases (two rotations and a few
    And more), and for every trial one preparation of the uniform superposition and one measurement of the index; the
    law `proven` has its checks among the iterates, so it is charged no preparation. Every row searches all n keys, as
    in a bidirectional head; `groverattn.whole_model.model` sums the rows of a causal one.

    Args:
        iterate: the iterate, with data or sizes only.
        cost: what the search law says of one row.
        n_rows: rows per head.
        n_heads: query heads times layers.
    """
    counted = count_search(iterate)
    row = counted.iterate.total.repeated(cost.iterates_expected - cost.phased_expected).then(
        counted.trial.repeated(cost.checks_expected)
    )
    if cost.phased_expected:
        row = row.then(counted.phased.repeated(cost.phased_expected))
    return SearchTotals(counted.iterate, counted.phased, row, row.repeated(n_rows), row.repeated(n_rows * n_heads))


@attrs.frozen
class SearchCounts:
    """What a search is made of.

    Attributes:
        iterate: one Grover iterate and its parts.
        phased: one iterate of the fixed-point search.
        trial: preparation of the uniform superposition and measurement of the index.
    """

    iterate: IterateCounts
    phased: LogicalCounts
    trial: LogicalCounts


@functools.lru_cache(maxsize=1024)
def count_search(iterate: GroverIterate) -> SearchCounts:
    """Count the parts of a search, once for each iterate: laws and machines share them."""
    prepare = count(GroverSearch(iterate, n_iterates=0))
    index_bits = iterate.oracle.lookup.table.index_bits
    trial = attrs.evolve(prepare, measurement=prepare.measurement + index_bits)
    return SearchCounts(count_iterate(iterate), count(phased_iterate(iterate)), trial)


def phased_iterate(iterate: GroverIterate) -> GroverIterate:
    """Return an iterate of the fixed-point search, for counting: its counts do not depend on the angles (see test)."""
    oracle = attrs.evolve(iterate.oracle, angle=_ANY_ANGLE_BUT_PI)
    return attrs.evolve(iterate, oracle=oracle, diffusion_angle=_ANY_ANGLE_BUT_PI)


_ANY_ANGLE_BUT_PI = 1.0
