"""Rows of a causal head, each priced on the machine that is built for the longest."""

from __future__ import annotations

import functools

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.demand import Demand
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import Factory, candidate_factories
from groverattn.physical.machines.hardware import Hardware
from groverattn.reference.search.cost import SearchCost
from groverattn.row.price import MachineRun, RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.whole_model.quadrature import sum_over_rows

# A machine built for a row without rotations has spent nothing on them; shorter rows leave this much of its budget.
_SYNTHESIS_SHARE = 0.01


@attrs.frozen
class RowMachine:
    """A machine that was built for one row and runs shorter ones too.

    Attributes:
        hardware: what it is built of.
        built: its factories and code distance.
        longest: counts of the row that it was built for.
    """

    hardware: Hardware
    built: PhysicalEstimate
    longest: LogicalCounts

    def time_s(self, run: MachineRun) -> float:
        """Return the time of a row, seconds: its phases or its Clifford gates, and the waiting.

        Factories, their number, store, code distance and operating tiles stay what they are. Rotations get as much of
        the error budget as those of the longest row.
        """
        built, factory, waiting_s = self.built, self.factory, run.memory.waiting_s
        demand = Demand.of(run.counts, run.schedule, self.hardware, built.error_budget, self.p_synthesis, waiting_s)
        each = np.array([factory.cycles_per_toffoli]), np.array([factory.cycles_per_t])
        work = demand.pace.work(*each) / built.n_factories
        filling = built.store * each[0] / built.n_factories
        cycles = demand.pace.cycles(demand.pace.busy(built.code_distance), work, filling)[0]
        clifford_s = built.limits_s["clifford"] * run.counts.clifford / max(self.longest.clifford, 1)
        return max(float(cycles) * self.hardware.cycle_time_us * 1e-6, clifford_s) + waiting_s

    @property
    def p_synthesis(self) -> float:
        """What the rotations of a row may spend of the error budget."""
        return self.built.p_synthesis or _SYNTHESIS_SHARE * self.built.error_budget

    @functools.cached_property
    def factory(self) -> Factory:
        """The factory of which the machine has copies."""
        families = (candidate_factories(family, self.hardware) for family in self.hardware.factories)
        return next(each for family in families for each in family if each.name == self.built.factory)


@attrs.frozen
class PricedRow:
    """One row, priced on the machine of the longest.

    Attributes:
        n_searched: indices that are searched: the keys of the row, or more with dead ones.
        cost: the search law.
        counts: expected counts, with the logical qubits of the circuit.
        time_s: time on the machine, seconds.
    """

    n_searched: int
    cost: SearchCost
    counts: LogicalCounts
    time_s: float


@attrs.frozen
class RowsSum:
    """Searched rows, one after the other: of one head, or of several.

    Attributes:
        iterates: expected iterates.
        toffoli: expected Toffoli gates.
        time_s: time, one row after the other, seconds.

    >>> RowsSum(1.0, 2.0, 3.0).times(2).plus(RowsSum(1.0, 1.0, 1.0))
    RowsSum(iterates=3.0, toffoli=5.0, time_s=7.0)
    """

    iterates: float
    toffoli: float
    time_s: float

    def times(self, n: int) -> RowsSum:
        """Return n times these rows."""
        return RowsSum(n * self.iterates, n * self.toffoli, n * self.time_s)

    def plus(self, other: RowsSum) -> RowsSum:
        """Return these rows and others."""
        return RowsSum(self.iterates + other.iterates, self.toffoli + other.toffoli, self.time_s + other.time_s)


@attrs.frozen
class CausalRows:
    """The rows of a causal head: row i sees keys 0 to i and searches only these.

    A row that sees no more keys than are to be found is read classically, as `groverattn simulate` does; the others
    look for k keys. A number of keys that is not a power of two takes rotations in every iterate, whose T gates wait
    for each other. Such a row may be filled up with dead keys, to the next power of two or to as many indices as the
    longest row has: each row does what takes the least time. The limit of reads is for the longest row: a row of few
    more keys than are to be found may read more of its own. What rows read first is the same for all of them, and so is
    how many marked keys are among it.

    Attributes:
        request: sizes and choices.
        pricing: the longest row.
        price: what it costs, and the machine that it was priced on.
    """

    request: RowRequest
    pricing: RowPricing
    price: RowPrice

    @property
    def first(self) -> int:
        """Keys of the shortest row that is searched."""
        return self.request.read.n_keys + self.request.left.shape.n_marked + 1

    @property
    def last(self) -> int:
        """Keys of the longest row."""
        return self.request.shape.n_keys

    @property
    def n_searched(self) -> int:
        """Rows that are searched."""
        return self.last - self.first + 1

    @functools.cached_property
    def machine(self) -> RowMachine:
        """The machine of the longest row."""
        return RowMachine(self.pricing.machine, self.price.physical, self.pricing.run().counts)

    @functools.cached_property
    def total(self) -> RowsSum:
        """The sum over the searched rows."""
        return self.up_to(self.last)

    def up_to(self, last: int) -> RowsSum:
        """Return the sum over the searched rows up to the one of `last` keys; rows with as many parts cost the same."""
        search, n_read = self.pricing.search, self.request.read.n_keys
        n_machines = self.request.design.n_machines or 1
        step = search.part_keys * n_machines if search.plan.n_parts > 1 else 1
        of_left = sum_over_rows(lambda left: self.numbers(n_read + left), self.first - n_read, last - n_read, step)
        return RowsSum(*of_left.tolist())

    def row(self, n_keys: int) -> PricedRow:
        """Return the row that sees `n_keys` keys, more than are read first and to be found."""
        left = n_keys - self.request.read.n_keys
        power_of_two = 1 << (left - 1).bit_length()
        longest = self.pricing.search.request.shape.n_keys
        sizes = dict.fromkeys((left, min(power_of_two, longest), longest))
        return min(map(self._priced, sizes), key=lambda row: row.time_s)

    def numbers(self, n_keys: int) -> NDArray[np.float64]:
        """Return iterates, Toffoli gates and seconds of the row that sees `n_keys` keys, shape (3,)."""
        row = self.row(n_keys)
        return np.array([row.cost.iterates_expected, row.counts.toffoli, row.time_s])

    @functools.cached_property
    def _known(self) -> dict[int, PricedRow]:
        return {}

    def _priced(self, n_searched: int) -> PricedRow:
        """Return the row that searches exactly this number of indices; it serves all rows that are filled up to it."""
        if n_searched in self._known:
            return self._known[n_searched]
        pricing = RowPricing(self.request, self.pricing.search.at(n_searched).without_limit())
        run = pricing.run(self.price.p_miss / self.price.error_budget)
        priced = PricedRow(n_searched, run.cost, run.totals.row, self.machine.time_s(run))
        self._known[n_searched] = priced
        return priced
