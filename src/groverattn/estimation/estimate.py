"""One estimate: sizes in, counts, machine, classical line and verdict out."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.classical.lines import ClassicalLine, slowest_of
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.search_totals import SearchTotals
from groverattn.estimation.ledger import Provenance, provenance
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.reference.search.cost import SearchCost
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch
from groverattn.row.verdict import Verdict, row_verdict
from groverattn.show.result import Drawn

SCHEMA = "groverattn.estimate/2"


@attrs.frozen
class Estimate(Drawn):
    """Everything that an estimate says; `as_json` is its public form.

    Attributes:
        asked: the inputs.
        request: the same with the best design in place of what they leave open.
        search: how the row is searched, with what the inputs left open chosen.
        laws: the numbers of every search law, side by side, at the probability of a miss that `row` allows.
        row: what one row costs, and how its error budget was split.
        classical: GPUs on the same row.
        crossover: from how many keys on the quantum row is faster.
        provenance: how each number was got.
    """

    asked: RowRequest
    request: RowRequest
    search: RowSearch
    laws: dict[str, SearchCost]
    row: RowPrice
    classical: tuple[ClassicalLine, ...]
    crossover: Verdict
    provenance: list[Provenance]

    @property
    def cost(self) -> SearchCost:
        """The numbers of the search law that the estimate was asked for."""
        return self.row.cost

    @property
    def totals(self) -> SearchTotals:
        """Counts per iterate, row, head and model."""
        return self.row.totals

    @property
    def physical(self) -> PhysicalEstimate:
        """The machine that runs one row, without an external memory."""
        return self.row.physical

    @property
    def slower_by_slowest(self) -> float:
        """Time of the quantum row over that of the slowest GPU line."""
        return self.physical.duration_s / slowest_of(self.classical).time_s_per_row

    @property
    def slower_given_tau(self) -> float:
        """The same over the slowest GPU line that selects nothing: the rival where the threshold is given."""
        return self.physical.duration_s / slowest_of(self.classical, selecting=False).time_s_per_row

    @property
    def slower_by_fastest(self) -> float:
        """The same over the fastest GPU line."""
        return self.physical.duration_s / min(line.time_s_per_row for line in self.classical)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `estimate --format json` prints."""
        t_per_rotation, phased = self.physical.t_per_rotation, self.totals.phased_iterate
        iterate = _counts_json(self.totals.iterate.total, t_per_rotation)
        return {
            "schema": SCHEMA,
            "inputs": self.asked.as_json(),
            "design": self.request.design.as_json(),
            "iterate": iterate | {"parts": self.totals.iterate.toffoli_parts},
            "search": {
                "law": self.request.search_law,
                "iterates_expected": self.cost.iterates_expected,
                "iterates_max": self.cost.iterates_max,
                "checks_expected": self.cost.checks_expected,
                "phased_expected": self.cost.phased_expected,
                "p_miss_allowed": self.row.p_miss,
                "p_failure": self.cost.p_failure,
                **_blocks_json(self.search, self.cost),
            },
            "laws": {law: attrs.asdict(cost) for law, cost in self.laws.items()},
            "classical_key_visits": self.request.shape.n_keys,
            "phased_iterate": phased and _counts_json(phased, t_per_rotation),
            "row": _counts_json(self.totals.row, t_per_rotation),
            "head": _counts_json(self.totals.head, t_per_rotation),
            "model": _counts_json(self.totals.model, t_per_rotation),
            "physical": _physical_json(self.row),
            "slower_by_slowest": self.slower_by_slowest,
            "slower_given_tau": self.slower_given_tau,
            "slower_by_fastest": self.slower_by_fastest,
            "error_budget": {
                "allowed": self.request.error_budget,
                "p_failure": self.row.p_failure,
                **self.row.p_parts,
            },
            "classical": [attrs.asdict(line) for line in self.classical],
            "crossover": self.crossover.as_json(),
            "provenance": [attrs.asdict(entry) for entry in self.provenance],
        }


def estimate(request: RowRequest) -> Estimate:
    """Choose the best design for these sizes, count its circuit, price it and compare it.

    Raises:
        InputError: an unknown name, or a run that no machine of this kind can do within the error budget.

    >>> from groverattn.row.request import ONE_KEY
    >>> one_key = RowRequest.of(n_keys=1024, d_head=64, n_marked=32, **ONE_KEY)
    >>> estimate(one_key).totals.iterate.toffoli_parts["load"]
    1022
    """
    row = best_row(request)
    pricing = RowPricing.of(row.request)
    return Estimate(
        asked=request,
        request=row.request,
        search=pricing.search,
        laws=pricing.search.laws(row.p_miss),
        row=row,
        classical=request.classical(),
        crossover=row_verdict(row.request, pricing.search.exact),
        provenance=provenance(row.request.design.data_access, row.cost, pricing.machine, request.k_from),
    )


def _counts_json(counts: LogicalCounts, t_per_rotation: int) -> dict[str, int]:
    return {
        "toffoli": counts.toffoli,
        "t_count": counts.t_count(t_per_rotation),
        "rotation": counts.rotation,
        "clifford": counts.clifford,
        "measurements": counts.measurement,
        "logical_qubits": counts.logical_qubits,
        "toffoli_depth": counts.toffoli_depth,
        "measurement_depth": counts.measurement_depth,
        "control_bits": counts.control_bits,
    }


def _blocks_json(search: RowSearch, cost: SearchCost) -> dict[str, Any]:
    """How many keys a query tests, and what is read beside that."""
    plan, n_keys = search.plan, search.request.shape.n_keys  # those that are searched
    return {
        "method": plan.method,
        "keys_per_query": plan.keys_per_query,
        "n_blocks": -(-n_keys // plan.keys_per_query),
        "n_parts": plan.n_parts,
        "keys_per_part": search.part_keys,
        "first_score": "exact" if plan.finder is None else "approximate",
        "trials_expected": cost.trials_expected,
        "keys_read_expected": cost.reads_expected,
        "keys_read_over_scan": cost.reads_expected / (n_keys + search.n_read),
        "key_tests_expected": cost.key_tests,
        "iterates_error": cost.iterates_error,
        "p_missed_estimate": cost.p_missed,
        "shares": [attrs.asdict(share) for share in cost.shares],
    }


def _physical_json(row: RowPrice) -> dict[str, Any]:
    physical, memory = row.physical, row.memory
    return {
        "qubits": row.qubits,
        "duration_s": physical.duration_s,
        "expected_duration_s": row.expected_duration_s,
        "code_distance": physical.code_distance,
        "n_factories": physical.n_factories,
        "p_failure": row.p_failure,
        "limited_by": physical.limited_by,
        "phases": [attrs.asdict(phase) for phase in physical.phases],
        "limits_s": physical.limits_s,
        "control_s": physical.control_s,
        "waiting_s": physical.waiting_s,
        "factory": physical.factory,
        "t_per_rotation": physical.t_per_rotation,
        "n_machines": row.n_machines,
        "of_one_machine": {
            "qubits": physical.qubits,
            "data_qubits": physical.data_qubits,
            "store_qubits": physical.store_qubits,
            "factory_qubits": physical.factory_qubits,
        },
        "store": physical.store,
        "faults_expected": row.faults,
        "memory_qubits": memory.qubits,
        "memory_calls": memory.calls,
        "runs": "one row",
        "leaves_out": physical.leaves_out,
    }
