"""One row on one machine: how the error budget is split between the search and the machine, and what it then costs."""

from __future__ import annotations

import functools
import math

import attrs
from scipy.optimize import minimize_scalar

from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.search_totals import SearchTotals
from groverattn.errors import InputError
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.reference.search.cost import SearchCost
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch

# Shares of the budget that the search may be given. The optimum is flat: a factor e costs a few per cent of iterates.
_SHARES = (0.003, 0.95)
_LOG_SHARE_PRECISION = 0.1
_SHARE_OF_BLOCKS = 0.5
_PROBES = (0.1, 0.5, 0.9, 0.003)


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
        error_budget: probability allowed that the row's answer is wrong, for any reason.
        p_miss: part of it that the search was given: probability allowed that a marked key is left unfound.
        cost: the search law at that probability.
        totals: counts per iterate, row, head and model.
        memory: calls of a memory outside the circuit.
        physical: the machine that runs the row, without that memory.
    """

    error_budget: float
    p_miss: float
    cost: SearchCost
    totals: SearchTotals
    memory: ExternalMemory
    physical: PhysicalEstimate

    @property
    def qubits(self) -> int:
        """Physical qubits of the machine and of the memory."""
        return self.physical.qubits + self.memory.qubits

    @property
    def p_failure(self) -> float:
        """Probability that the row's answer is wrong, to first order the sum of the parts; within the budget."""
        return sum(self.p_parts.values())

    @property
    def p_parts(self) -> dict[str, float]:
        """The budget as it is spent: search, storage, distillation, synthesis and memory."""
        return {
            "search": self.cost.p_failure,
            "storage": self.physical.p_data,
            "distillation": self.physical.p_factory,
            "synthesis": self.physical.p_synthesis,
            "memory": self.memory.p_failure,
        }

    @property
    def expected_duration_s(self) -> float:
        """Mean time until a row is right, seconds, if a wrong one were noticed and repeated (our assumption)."""
        return self.physical.duration_s / (1 - self.p_failure)


@attrs.frozen
class RowPricing:
    """A row that is to be priced.

    Attributes:
        request: sizes, law, machine and error budget.
        search: how the row is searched, and its circuits.
    """

    request: RowRequest
    search: RowSearch

    @classmethod
    def of(cls, request: RowRequest) -> RowPricing:
        """Return the row of a request."""
        return cls(request, RowSearch.of(request))

    @functools.cached_property
    def iterate(self) -> GroverIterate:
        """The circuit of an iterate with the exact score on all keys."""
        return self.search.iterate()

    @property
    def machine(self) -> Hardware:
        """What the row runs on."""
        return hardware(self.request.hardware)

    def best(self) -> RowPrice:
        """Return the split of least space-time volume.

        The machine splits what the search leaves it (`physical_estimate`); here the share of the search is chosen, by
        bounded scalar minimisation (Brent) over its logarithm. A search over blocks or by a posterior gets half, for
        its cost is a sampled mean or a sum over all numbers of keys left; the optimum is flat (our choice).

        Raises:
            InputError: no share leaves enough for the machine, or the memory alone fails too often.
        """
        if not self.search.plan.is_plain:
            return self.at(_SHARE_OF_BLOCKS)
        best: dict[str, RowPrice] = {}
        refused: list[InputError] = []

        def log_volume(log_share: float) -> float:
            try:
                row = self.at(math.exp(log_share))
            except InputError as error:
                refused.append(error)
                return math.inf
            if "row" not in best or _volume(row) < _volume(best["row"]):
                best["row"] = row
            return math.log(_volume(row))

        bounds = tuple(math.log(share) for share in _SHARES)
        # A small share takes more iterates, and so more calls of a memory: any of these may be the one that fits.
        if all(math.isinf(log_volume(math.log(share))) for share in _PROBES):
            raise refused[0]
        minimize_scalar(log_volume, bounds=bounds, method="bounded", options={"xatol": _LOG_SHARE_PRECISION})
        return best["row"]

    def at(self, share: float) -> RowPrice:
        """Return the price with this share of the budget for the search.

        Raises:
            InputError: the rest is not enough for the machine, or for the memory.
        """
        request, budget = self.request, self.request.error_budget
        p_miss = share * budget
        cost = self.search.cost(p_miss)
        memory = ExternalMemory.of(self.iterate, cost, request.qram)
        left = budget - cost.p_failure - memory.p_failure
        if left <= 0:
            raise InputError(
                given=f"{memory.calls:.3g} calls of a memory that fails with p = {request.qram.p_error:.2g} each",
                allowed=f"a failure below {budget / memory.calls:.2g} per call",
                why=f"together they would fail with p = {memory.p_failure:.2g}, and the error budget is {budget:g}",
                do="assume a better memory, or allow a larger error budget",
            )
        totals = self.search.totals(cost, request.shape.n_keys, request.layers * request.query_heads)
        physical = physical_estimate(totals.row, self.machine, left, waiting_s=memory.waiting_s)
        return RowPrice(budget, p_miss, cost, totals, memory, physical)


def _volume(row: RowPrice) -> float:
    return row.qubits * row.physical.duration_s


def price_row(request: RowRequest) -> RowPrice:
    """Return the price of a request's row, its error budget split for the least space-time volume.

    Raises:
        InputError: no split leaves enough for the machine, or the memory alone fails too often.

    >>> price_row(RowRequest.of(preset="toy")).physical.code_distance > 0
    True
    """
    return RowPricing.of(request).best()
