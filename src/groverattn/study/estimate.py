"""One estimate: sizes in, counts, machine, classical line and verdict out."""

from __future__ import annotations

import functools
from typing import Any

import attrs

from groverattn.bloqs.data_access import key_lookup
from groverattn.bloqs.grover import GroverIterate
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.qram import QRAMLookup, QRAMPrice
from groverattn.bloqs.scores import AnyScore
from groverattn.bloqs.scores import score as make_score
from groverattn.costs.classical import ClassicalLine, classical_lines
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.search_totals import SearchTotals, phased_iterate, search_totals
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.hardware import hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.problem.errors import InputError, check_error_budget
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.reference.search_cost import SearchCost
from groverattn.reference.search_laws import LAWS, check_law, search_cost
from groverattn.study.provenance import Provenance, provenance
from groverattn.study.verdict import Verdict, find_verdict

SCHEMA = "groverattn.estimate/1"


@attrs.frozen(kw_only=True)
class EstimateRequest:
    """What an estimate is asked for.

    Attributes:
        shape: sizes of one search.
        name: preset name, or what to call the sizes.
        layers, query_heads, gqa_group: how many heads there are, and how many query heads share one key memory.
        data_access, score_method, search_law, hardware: by name.
        qram: what a call of the memory is assumed to cost, for the data access `qram`.
        error_budget: probability that a row's physical run fails, and that any row of a head misses a marked key.

    Raises:
        InputError: an error budget that is no probability above 0 and below 1.
    """

    shape: Shape
    name: str = "custom"
    layers: int = 1
    query_heads: int = 1
    gqa_group: int = 1
    data_access: str = "qrom"
    score_method: str = "shared-sums"
    qram: QRAMPrice = attrs.field(factory=QRAMPrice)
    search_law: str = "expected"
    hardware: str = "gidney-fowler-2018"
    error_budget: float = 0.01

    def __attrs_post_init__(self) -> None:
        check_error_budget(self.error_budget)

    @property
    def p_miss_row(self) -> float:
        """Probability allowed that one row misses a key: a union bound over the rows of a head."""
        return self.error_budget / self.shape.n_keys


@attrs.frozen
class Estimate:
    """Everything that an estimate says; `as_json` is its public form.

    Attributes:
        request: the inputs.
        laws: the numbers of every search law, side by side.
        totals: counts per iterate, row, head and model.
        memory: calls of a memory outside the circuit.
        physical: the machine that runs one row, without that memory.
        classical: GPUs on the same row.
        crossover: from how many keys on the quantum row is faster.
        provenance: how each number was got.
    """

    request: EstimateRequest
    laws: dict[str, SearchCost]
    totals: SearchTotals
    memory: ExternalMemory
    physical: PhysicalEstimate
    classical: list[ClassicalLine]
    crossover: Verdict
    provenance: list[Provenance]

    @property
    def cost(self) -> SearchCost:
        """The numbers of the search law that the estimate was asked for."""
        return self.laws[self.request.search_law]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `estimate --format json` prints."""
        t_per_rotation = self.physical.t_per_rotation
        iterate = _counts_json(self.totals.iterate.total, t_per_rotation)
        return {
            "schema": SCHEMA,
            "inputs": attrs.asdict(self.request) | {"p_miss_row": self.request.p_miss_row},
            "iterate": iterate | {"parts": self.totals.iterate.toffoli_parts},
            "search": {
                "law": self.request.search_law,
                "iterates_expected": self.cost.iterates_expected,
                "iterates_max": self.cost.iterates_max,
                "checks_expected": self.cost.checks_expected,
                "phased_expected": self.cost.phased_expected,
                "p_failure": self.cost.p_failure,
            },
            "laws": {law: attrs.asdict(cost) for law, cost in self.laws.items()},
            "classical_key_visits": self.request.shape.n_keys,
            "phased_iterate": _counts_json(self.totals.phased_iterate, t_per_rotation),
            "row": _counts_json(self.totals.row, t_per_rotation),
            "head": _counts_json(self.totals.head, t_per_rotation),
            "model": _counts_json(self.totals.model, t_per_rotation),
            "physical": _physical_json(self.physical, self.memory),
            "classical": [attrs.asdict(line) for line in self.classical],
            "crossover": self.crossover.as_json(),
            "provenance": [attrs.asdict(entry) for entry in self.provenance],
        }


def estimate(request: EstimateRequest) -> Estimate:
    """Count the circuit for these sizes, price it and compare it.

    Raises:
        InputError: an unknown name, or a run that no machine of this kind can do within the error budget.

    >>> shape = Shape(n_keys=1024, d_head=64, n_marked=32, key_bits=8, query_bits=8)
    >>> estimate(EstimateRequest(shape=shape)).totals.iterate.toffoli_parts["load"]
    1022
    """
    shape = request.shape
    machine = hardware(request.hardware)
    check_law(request.search_law)
    laws = {law: search_cost(law, shape.n_keys, shape.n_marked, request.p_miss_row) for law in LAWS}
    cost = laws[request.search_law]
    iterate = sizes_only_iterate(shape, request.data_access, request.score_method, request.qram)
    memory = _memory(request, iterate, cost)
    totals = search_totals(iterate, cost, shape.n_keys, request.layers * request.query_heads)
    return Estimate(
        request=request,
        laws=laws,
        totals=totals,
        memory=memory,
        physical=physical_estimate(
            totals.row, machine, request.error_budget - memory.p_failure, waiting_s=memory.waiting_s
        ),
        classical=classical_lines(shape.n_keys, shape.d_head, request.gqa_group),
        crossover=_crossover(request, iterate.oracle.score),
        provenance=provenance(request.data_access, cost, machine),
    )


def sizes_only_iterate(
    shape: Shape, data_access: str, score_method: str = "shared-sums", qram: QRAMPrice | None = None
) -> GroverIterate:
    """Return the Grover iterate of these sizes, with the score of a representative query.

    Raises:
        InputError: an unknown data access or score method.
    """
    query = representative_query(shape)
    score = make_score(score_method, query, representative_threshold(shape, query), shape.key_bits)
    return _iterate(shape, data_access, score, qram)


def _iterate(shape: Shape, data_access: str, score: AnyScore, qram: QRAMPrice | None) -> GroverIterate:
    lookup = key_lookup(data_access, KeyTable(shape.n_keys, shape.d_head, shape.key_bits))
    if qram is not None and isinstance(lookup, QRAMLookup):
        lookup = attrs.evolve(lookup, price=qram)
    return GroverIterate(PhaseOracle(lookup, score))


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


def _memory(request: EstimateRequest, iterate: GroverIterate, cost: SearchCost) -> ExternalMemory:
    """Add up the calls of one row.

    Raises:
        InputError: the calls alone fail more often than the budget allows.
    """
    calls = cost.iterates_expected * iterate.oracle.external_calls
    p_failure = calls * request.qram.p_error
    if p_failure >= request.error_budget:
        raise InputError(
            given=f"{calls:.3g} calls of a memory that fails with p = {request.qram.p_error:.2g} each",
            allowed=f"a failure below {request.error_budget / calls:.2g} per call",
            why=f"together they would fail with p = {p_failure:.2g}, and the error budget is {request.error_budget:g}",
            do="assume a better memory, or allow a larger error budget",
        )
    table = iterate.oracle.lookup.table
    stored_bits = table.n_keys * table.word_bits if calls else 0
    qubits = round(request.qram.physical_qubits_per_bit * stored_bits)
    return ExternalMemory(calls, calls * request.qram.latency_us * 1e-6, qubits, p_failure)


def _crossover(request: EstimateRequest, score: AnyScore) -> Verdict:
    """Compare the best that the quantum row can do with the classical lines.

    The quantum time is the reaction limit alone: measurement depth times reaction time, with as many factories as that
    takes, Cliffords and the control computer for nothing. A "no crossover" therefore holds for every number of
    factories.
    """
    reaction_s = hardware(request.hardware).reaction_time_us * 1e-6

    @functools.cache  # both classical lines ask at the same numbers of keys
    def quantum_time_s(n_keys: int) -> float:
        shape = attrs.evolve(request.shape, n_keys=n_keys)
        law = search_cost(request.search_law, n_keys, shape.n_marked, request.error_budget / n_keys)
        iterate = _iterate(shape, request.data_access, score, request.qram)
        latency_s = iterate.oracle.external_calls * request.qram.latency_us * 1e-6
        phased_depth = phased_iterate(iterate).measurement_depth if law.phased_expected else 0
        plain = law.iterates_expected - law.phased_expected
        depth = plain * iterate.measurement_depth + law.phased_expected * phased_depth
        return depth * reaction_s + law.iterates_expected * latency_s

    def lines(n_keys: int) -> list[ClassicalLine]:
        return classical_lines(n_keys, request.shape.d_head, request.gqa_group)

    return find_verdict(quantum_time_s, lines, n_min=4 * request.shape.n_marked)


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
    }


def _physical_json(physical: PhysicalEstimate, memory: ExternalMemory) -> dict[str, Any]:
    return {
        "qubits": physical.qubits + memory.qubits,
        "duration_s": physical.duration_s,
        "code_distance": physical.code_distance,
        "n_factories": physical.n_factories,
        "p_failure": physical.p_failure + memory.p_failure,
        "limited_by": physical.limited_by,
        "factory": physical.factory,
        "data_qubits": physical.data_qubits,
        "factory_qubits": physical.factory_qubits,
        "memory_qubits": memory.qubits,
        "memory_calls": memory.calls,
        "runs": "one row",
    }
