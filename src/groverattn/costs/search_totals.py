"""Logical counts of a row, a head and a model, from one Grover iterate."""

from __future__ import annotations

import functools
from functools import cached_property

import attrs

from groverattn.bloqs.costed import reading
from groverattn.bloqs.search.any_oracle import selection_of
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.costs.counting import IterateCounts, count, count_iterate
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.phases import phases_of
from groverattn.costs.schedule import Cycle, Phase, Schedule
from groverattn.reference.search.cost import SearchCost


@attrs.frozen
class SearchCounts:
    """What a search by this iterate is made of; each count is made when it is first read.

    Attributes:
        searched: the iterate, of any phase oracle.
    """

    searched: GroverIterate

    @cached_property
    def iterate(self) -> IterateCounts:
        """One Grover iterate and its parts."""
        return count_iterate(self.searched)

    @cached_property
    def phased(self) -> LogicalCounts:
        """One iterate of the fixed-point search, with phases other than -1; InputError if the oracle has no angle."""
        return count(phased_iterate(self.searched))

    def cycles(self, iterates: float, trials: float) -> Schedule:
        """Return the phases of a number of iterates, and of the trials that they are part of."""
        trial = Phase("prepare", self.trial.toffoli, self.trial.measurement_depth)
        trial = trial.but(t=self.trial.t, rotation=self.trial.rotation, measurement=self.trial.measurement)
        return Cycle(iterates, phases_of(self.searched)), Cycle(trials, (trial,))

    @cached_property
    def trial(self) -> LogicalCounts:
        """Preparation of the uniform superposition and measurement of the index."""
        prepare = count(GroverSearch(self.searched, n_iterates=0))
        return attrs.evolve(prepare, measurement=prepare.measurement + selection_of(self.searched.oracle).bitsize)


@attrs.frozen
class SearchTotals:
    """Costs of a search, one run after the other on the same qubits.

    Attributes:
        counted: what the search is made of.
        row: expected cost of finding all marked keys of one row.
        schedule: its phases, and how often each is run.
        head: all rows of a head.
        model: all heads and layers, for one full context.
    """

    counted: SearchCounts
    row: LogicalCounts
    schedule: Schedule
    head: LogicalCounts
    model: LogicalCounts

    @property
    def iterate(self) -> IterateCounts:
        """One Grover iterate and its parts."""
        return self.counted.iterate

    @property
    def phased_iterate(self) -> LogicalCounts | None:
        """One iterate of the fixed-point search; None over blocks of several keys, which have no such search."""
        blocks = getattr(self.counted.searched.oracle, "keys_per_query", 1) > 1
        return None if blocks else self.counted.phased


def search_totals(iterate: GroverIterate, cost: SearchCost, n_rows: int, n_heads: int) -> SearchTotals:
    """Multiply the counted iterate by a search law.

    A row takes `cost.iterates_expected` iterates, of which `cost.phased_expected` have phases (two rotations and a few
    And more), and for every trial one preparation of the uniform superposition and one measurement of the index; the
    law `proven` has its checks among the iterates, so it is charged no preparation. Every row searches all n keys, as
    in a bidirectional head; `groverattn.whole_model.model` sums the rows of a causal one.

    Args:
        iterate: the iterate, with data or sizes only, of any phase oracle.
        cost: what the search law says of one row.
        n_rows: rows per head.
        n_heads: query heads times layers.

    Raises:
        InputError: the oracle does not state its width or a depth, or has no angle where the law needs phases.
    """
    counted = count_search(iterate)
    plain = cost.iterates_expected - cost.phased_expected
    row = counted.iterate.total.repeated(plain).then(counted.trial.repeated(cost.checks_expected))
    schedule = counted.cycles(plain, cost.checks_expected)
    if cost.phased_expected:
        row = row.then(counted.phased.repeated(cost.phased_expected))
        schedule += (Cycle(cost.phased_expected, phases_of(phased_iterate(iterate))),)
    return SearchTotals(counted, row, schedule, row.repeated(n_rows), row.repeated(n_rows * n_heads))


@functools.lru_cache(maxsize=1024)
def count_search(iterate: GroverIterate) -> SearchCounts:
    """Return the counts of a search, the same for each iterate: laws and machines share them."""
    return SearchCounts(iterate)


def phased_iterate(iterate: GroverIterate) -> GroverIterate:
    """Return an iterate of the fixed-point search, for counting: its counts do not depend on the angles (see test).

    Raises:
        InputError: the oracle has no angle.
    """
    reading(iterate.oracle, "angle")
    any_angle_but_pi = 1.0
    oracle = attrs.evolve(iterate.oracle, angle=any_angle_but_pi)
    return attrs.evolve(iterate, oracle=oracle, diffusion_angle=any_angle_but_pi)
