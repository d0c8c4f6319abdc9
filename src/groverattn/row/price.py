"""One row on its machines: how the error budget is split between the search and the machine, and what it then costs."""

from __future__ import annotations

import functools
import math

import attrs

from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Schedule
from groverattn.costs.search_totals import SearchTotals
from groverattn.errors import InputError
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.surface_code import estimate_below
from groverattn.reference.search.cost import SearchCost
from groverattn.reference.search.faults import RATE_MAX
from groverattn.row.designs import design_text
from groverattn.row.request import RowRequest
from groverattn.row.search import LARGEST_SHARE, RowSearch
from groverattn.show.numbers import number_text, probability_text

# Share of the error budget for the search, and what else is tried with a memory that fails. Our choice: the optimum is
# flat, a factor e costs a few per cent of iterates.
_SHARES = (LARGEST_SHARE, 0.1, 0.01)
# Faults in a row: beyond, trials that are lost would count. Our choice.
_FAULTS_MAX = 0.9


@attrs.frozen
class ExternalMemory:
    """What the calls of a memory outside the circuit add to one row; nothing, but for the data access `qram`.

    Attributes:
        calls: calls of the memory, expected.
        waiting_s: time that they take, seconds.
        qubits: physical qubits of the memory.
        p_failure: probability that one of them fails, to first order.
    """

    calls: float
    waiting_s: float
    qubits: int
    p_failure: float

    @classmethod
    def of(cls, iterate: GroverIterate, cost: SearchCost, price: QRAMPrice) -> ExternalMemory:
        """Add up the calls of one row."""
        calls = cost.iterates_expected * iterate.oracle.external_calls
        table = iterate.oracle.lookup.table
        stored_bits = table.n_keys * table.word_bits if calls else 0
        qubits = round(price.physical_qubits_per_bit * stored_bits)
        return cls(calls, calls * price.latency_us * 1e-6, qubits, calls * price.p_error)


@attrs.frozen
class RowPrice:
    """What one row costs, and where its error budget went.

    Attributes:
        request: the request, with its design chosen.
        error_budget: probability allowed that the row's answer is wrong, for any reason.
        p_miss: part of it that the search was given: probability allowed that a marked key is left unfound.
        cost: the search law at that probability.
        totals: counts per iterate, row, head and model.
        memory: calls of a memory outside the circuit.
        physical: a machine that runs the row, or the slowest of those that share it; without that memory.
    """

    request: RowRequest
    error_budget: float
    p_miss: float
    cost: SearchCost
    totals: SearchTotals
    memory: ExternalMemory
    physical: PhysicalEstimate

    @property
    def n_machines(self) -> int:
        """Machines that share the keys."""
        return self.request.design.n_machines or 1

    @property
    def design_text(self) -> str:
        """The design in words, from the load of the keys to the machines.

        >>> from groverattn.row.best import best_row
        >>> best_row(RowRequest.of(preset="gpt2", data_access="qrom")).design_text
        'qrom, 16 parts of 64 keys in turn, shared-sums'
        """
        store = f", {self.physical.store:,} states in store" if self.physical.store else ""
        return design_text(self.request) + store

    @property
    def qubits(self) -> int:
        """Physical qubits of all machines and of the memory."""
        return self.n_machines * self.physical.qubits + self.memory.qubits

    @property
    def volume_qubit_s(self) -> float:
        """Space-time volume, physical qubits times seconds."""
        return self.qubits * self.physical.duration_s

    @property
    def p_failure(self) -> float:
        """Probability that the row's answer is wrong, to first order the sum of the parts; within the budget."""
        return sum(self.p_parts.values())

    @property
    def faults(self) -> dict[str, float]:
        """Logical faults expected in a row: of storage, magic states, rotations and the memory."""
        machine = self.physical
        return {
            "storage": self.n_machines * machine.p_data,
            "distillation": self.n_machines * machine.p_factory,
            "synthesis": self.n_machines * machine.p_synthesis,
            "memory": self.memory.p_failure,
        }

    @property
    def p_parts(self) -> dict[str, float]:
        """The budget as it is spent: by the search, and by the faults that hide keys, in proportion to their number."""
        faults = self.faults
        total = sum(faults.values())
        hidden = self.cost.p_miss(min(total / self.cost.iterates_expected, RATE_MAX)) - self.cost.p_failure
        return {"search": self.cost.p_failure} | {name: hidden * each / total for name, each in faults.items()}

    @property
    def expected_duration_s(self) -> float:
        """Mean time of the row with the trials that faults spoil, seconds.

        A fault falls into a longer trial more often: about twice the mean trial is lost with each, our estimate; at
        most the row, which is lost under a law that does not tell how many trials there are.
        """
        lost = sum(self.faults.values()) / max(self.cost.trials_expected / 2, 1)
        return self.physical.duration_s * (1 + lost)

    def merit(self, objective: str) -> tuple[float, float]:
        """Return what the row has of an objective, and what decides between rows that have the same of it."""
        if objective == "time":
            return self.physical.duration_s, float(self.qubits)
        if objective == "qubits":
            return float(self.qubits), self.physical.duration_s
        if objective == "toffoli":
            return float(self.totals.row.toffoli), self.volume_qubit_s
        return self.volume_qubit_s, self.physical.duration_s


@attrs.frozen
class RowPricing:
    """A row that is to be priced, by a design that is chosen.

    Attributes:
        request: sizes, design, law, machine and error budget.
        search: how the row is searched, and its circuits.
        machine: what it runs on, if not the machine that the request names.
    """

    request: RowRequest
    search: RowSearch
    _machine: Hardware | None = None

    @classmethod
    def of(cls, request: RowRequest, machine: Hardware | None = None) -> RowPricing:
        """Return the row of a request, on its own machine unless another is given.

        Raises:
            InputError: the design is not chosen, or does not fit the sizes.
        """
        return cls(request, RowSearch.of(request), machine)

    @functools.cached_property
    def iterate(self) -> GroverIterate:
        """The circuit of an iterate with the exact score."""
        return self.search.iterate()

    @property
    def machine(self) -> Hardware:
        """What the row runs on."""
        return self._machine or hardware(self.request.hardware)

    @property
    def iterates_at_least(self) -> float:
        """Iterates expected with the largest share of the budget for the search; infinite if its law is refused.

        0 where the budget may have to be shared in another way: with a second score that finds first, and where a
        memory that fails leaves too little of it.
        """
        if self.search.finding is not None:
            return 0.0
        try:
            return self.search.cost(_SHARES[0] * self.request.error_budget).iterates_expected
        except InputError:  # what is wrong is said where the row is priced
            return 0.0 if self.iterate.oracle.external_calls else math.inf

    def best(self) -> RowPrice:
        """Return the price on the best machine for the objective.

        Raises:
            InputError: what is left is not enough for the machine, or the memory alone fails too often.
        """
        price = self.best_below(math.inf)
        assert price is not None
        return price

    def best_below(self, merit: float) -> RowPrice | None:
        """Return the same if it may have less of the objective than `merit`; None if it surely has not.

        Raises:
            InputError: as `best`.
        """
        if not self.iterate.oracle.external_calls:
            return self.at(_SHARES[0], merit)
        found, refused = [], []
        for share in _SHARES:
            try:
                found.append(self.at(share, merit))
            except InputError as error:
                refused.append(error)
        if not found:
            raise refused[-1]
        objective = self.request.optimise
        return min((price for price in found if price), key=lambda price: price.merit(objective), default=None)

    def run(self, share: float = _SHARES[0]) -> MachineRun:
        """Return what a machine has to run, with this share of the budget for the search.

        Raises:
            InputError: the memory alone fails too often.
        """
        request, budget = self.request, self.request.error_budget
        cost = self.search.cost(share * budget)
        if not cost.iterates_expected:
            raise InputError(
                given=f"a row without an iterate: {request.shape.n_marked:,} marked of {request.shape.n_keys:,} keys",
                allowed="rows with a circuit that has a Toffoli",
                why=f"by the law {request.search_law} the keys are read at random until all are found",
                do="choose fewer marked keys, or another search law",
            )
        memory = ExternalMemory.of(self.iterate, cost, request.qram)
        faults = budget  # where there is no iterate, which the machine refuses
        if cost.iterates_expected:
            faults = min(cost.faults_allowed(budget) * cost.iterates_expected, _FAULTS_MAX)
        left = faults - memory.p_failure
        if left <= 0:
            raise InputError(
                given=f"{number_text(memory.calls)} calls of a memory that fails with p = "
                f"{probability_text(request.qram.p_error)} each",
                allowed=f"a failure below {probability_text(faults / max(memory.calls, 1))} per call",
                why=f"{number_text(memory.p_failure)} of them are expected to fail in a row, and "
                f"{number_text(faults)} faults would hide "
                f"keys with the error budget of {probability_text(budget)}",
                do="assume a better memory, or allow a larger error budget",
            )
        totals = self.search.totals(cost, request.n_tokens, request.layers * request.query_heads)
        of_one = self.search.of_one_machine(cost, share * budget)
        return MachineRun.of(cost, totals, memory, left / (request.design.n_machines or 1), of_one)

    def at(self, share: float, merit: float = math.inf) -> RowPrice | None:
        """Return the price with this share of the budget for the search; None if it has more of the objective.

        Raises:
            InputError: the rest is not enough for the machine, or for the memory.
        """
        request, design, run = self.request, self.request.design, self.run(share)
        if request.optimise == "toffoli" and run.totals.row.toffoli > merit:
            return None
        below = math.inf
        if not run.memory.calls and request.optimise != "toffoli":
            below = merit if request.optimise == "time" else merit / (design.n_machines or 1)
        physical = estimate_below(
            run.counts,
            self.machine,
            run.error_budget,
            below,
            run.schedule,
            request.optimise,
            design.n_factories,
            design.store,
            run.memory.waiting_s,
        )
        if physical is None:
            return None
        u = self.search.plan.keys_per_query
        request = attrs.evolve(request, design=attrs.evolve(design, keys_per_query=str(u)))
        budget = request.error_budget
        return RowPrice(request, budget, share * budget, run.cost, run.totals, run.memory, physical)


@attrs.frozen
class MachineRun:
    """What one machine runs: the row, or the largest part of it that one of several machines has.

    Attributes:
        cost: the search law of the row.
        totals: counts of the row.
        memory: calls of a memory outside the circuit.
        counts, schedule: of this machine.
        error_budget: logical faults that it may have in the row, expected.
    """

    cost: SearchCost
    totals: SearchTotals
    memory: ExternalMemory
    counts: LogicalCounts
    schedule: Schedule
    error_budget: float

    @classmethod
    def of(
        cls, cost: SearchCost, totals: SearchTotals, memory: ExternalMemory, error_budget: float, share: float
    ) -> MachineRun:
        """Return the run of the machine that has the most of it: `share` of all iterates, and of all else."""
        if share == 1:
            return cls(cost, totals, memory, totals.row, totals.schedule, error_budget)
        schedule = tuple(cycle.repeated(share) for cycle in totals.schedule)
        return cls(cost, totals, memory, totals.row.repeated(share), schedule, error_budget)
