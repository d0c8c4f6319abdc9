"""One estimate: sizes in, counts, machine, classical line and verdict out."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs

from groverattn.bloqs.grover import GroverIterate
from groverattn.bloqs.qram import QRAMPrice
from groverattn.bloqs.scores import score as make_score
from groverattn.costs.classical import ClassicalLine, classical_lines
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.search_totals import SearchTotals
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.hardware import hardware
from groverattn.problem.errors import InputError, check_error_budget, real_number, whole_number
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.reference.search_cost import SearchCost
from groverattn.reference.search_laws import LAWS, check_law, search_cost
from groverattn.study.memory_need import check_score_memory
from groverattn.study.provenance import Provenance, provenance
from groverattn.study.quantum_time import iterate_of, row_verdict
from groverattn.study.row_price import RowPrice, RowPricing
from groverattn.study.verdict import Verdict

SCHEMA = "groverattn.estimate/2"

_OF_A_MODEL_MAX = 1 << 40  # our assumption: products of such numbers stay exact


def _number_of(name: str, value: object) -> int:
    number = whole_number(name, value)
    if not 1 <= number <= _OF_A_MODEL_MAX:
        raise InputError(
            given=f"{name} = {number}",
            allowed=f"1 to {_OF_A_MODEL_MAX:,}",
            why="every model has at least one, and none has more",
            do=f"correct {name}",
        )
    return number


def _key_numbers(value: object) -> int:
    return _number_of("key_numbers", value)


@attrs.frozen(kw_only=True)
class EstimateRequest:
    """What an estimate is asked for.

    Attributes:
        shape: sizes of one search.
        name: preset name, or what to call the sizes.
        layers, query_heads, gqa_group: how many heads there are, and how many query heads share one key memory.
        key_numbers: numbers that a GPU reads per key of that memory; None: d_head (see `costs.classical.KeyMemory`).
        data_access, score_method, search_law, hardware: by name.
        qram: what a call of the memory is assumed to cost, for the data access `qram`.
        error_budget: probability allowed that the answer of one row is wrong, for any reason: a key that the search
            misses, storage, magic states, synthesis, or the memory.

    Raises:
        InputError: an error budget that is no probability above 0 and below 1, a number of something below 1, or query
            heads that are no whole number of groups.
    """

    shape: Shape
    name: str = "custom"
    layers: int = attrs.field(default=1, converter=partial(_number_of, "layers"))
    query_heads: int = attrs.field(default=1, converter=partial(_number_of, "query_heads"))
    gqa_group: int = attrs.field(default=1, converter=partial(_number_of, "gqa_group"))
    key_numbers: int | None = attrs.field(default=None, converter=attrs.converters.optional(_key_numbers))
    data_access: str = "qrom"
    score_method: str = "shared-sums"
    qram: QRAMPrice = attrs.field(factory=QRAMPrice)
    search_law: str = "expected"
    hardware: str = "gidney-fowler-2018"
    error_budget: float = attrs.field(default=0.01, converter=partial(real_number, "error_budget"))

    def __attrs_post_init__(self) -> None:
        check_error_budget(self.error_budget)
        if self.query_heads % self.gqa_group:
            raise InputError(
                given=f"query_heads = {self.query_heads}, gqa_group = {self.gqa_group}",
                allowed="query_heads that are a multiple of gqa_group",
                why="every group of query heads shares one memory of keys",
                do="give both",
            )


@attrs.frozen
class Estimate:
    """Everything that an estimate says; `as_json` is its public form.

    Attributes:
        request: the inputs.
        laws: the numbers of every search law, side by side, at the probability of a miss that `row` allows.
        row: what one row costs, and how its error budget was split.
        classical: GPUs on the same row.
        crossover: from how many keys on the quantum row is faster.
        provenance: how each number was got.
    """

    request: EstimateRequest
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

    def as_json(self) -> dict[str, Any]:
        """Return the object that `estimate --format json` prints."""
        t_per_rotation = self.physical.t_per_rotation
        iterate = _counts_json(self.totals.iterate.total, t_per_rotation)
        return {
            "schema": SCHEMA,
            "inputs": attrs.asdict(self.request),
            "iterate": iterate | {"parts": self.totals.iterate.toffoli_parts},
            "search": {
                "law": self.request.search_law,
                "iterates_expected": self.cost.iterates_expected,
                "iterates_max": self.cost.iterates_max,
                "checks_expected": self.cost.checks_expected,
                "phased_expected": self.cost.phased_expected,
                "p_miss_allowed": self.row.p_miss,
                "p_failure": self.cost.p_failure,
            },
            "laws": {law: attrs.asdict(cost) for law, cost in self.laws.items()},
            "classical_key_visits": self.request.shape.n_keys,
            "phased_iterate": _counts_json(self.totals.phased_iterate, t_per_rotation),
            "row": _counts_json(self.totals.row, t_per_rotation),
            "head": _counts_json(self.totals.head, t_per_rotation),
            "model": _counts_json(self.totals.model, t_per_rotation),
            "physical": _physical_json(self.row),
            "error_budget": {
                "allowed": self.request.error_budget,
                "p_failure": self.row.p_failure,
                **self.row.p_parts,
            },
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
    iterate = sizes_only_iterate(shape, request.data_access, request.score_method, request.qram)
    row = RowPricing(
        iterate=iterate,
        n_keys=shape.n_keys,
        n_marked=shape.n_marked,
        law=request.search_law,
        machine=machine,
        price=request.qram,
        error_budget=request.error_budget,
        n_heads=request.layers * request.query_heads,
    ).best()
    return Estimate(
        request=request,
        laws={law: search_cost(law, shape.n_keys, shape.n_marked, row.p_miss) for law in LAWS},
        row=row,
        classical=classical_of(request),
        crossover=row_verdict(request, iterate.oracle.score),
        provenance=provenance(request.data_access, row.cost, machine),
    )


def classical_of(request: EstimateRequest) -> tuple[ClassicalLine, ...]:
    """Return the GPUs on the row that a request asks for."""
    shape = request.shape
    return classical_lines(shape.n_keys, shape.d_head, request.gqa_group, key_numbers=request.key_numbers)


def sizes_only_iterate(
    shape: Shape, data_access: str, score_method: str = "shared-sums", qram: QRAMPrice | None = None
) -> GroverIterate:
    """Return the Grover iterate of these sizes, with the score of a representative query.

    Raises:
        InputError: an unknown data access or score method.
    """
    if score_method == "shared-sums":
        check_score_memory(shape.d_head)
    query = representative_query(shape)
    score = make_score(score_method, query, representative_threshold(shape, query), shape.key_bits)
    return iterate_of(shape, data_access, score, qram)


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
        "limits_s": physical.limits_s,
        "control_s": physical.control_s,
        "waiting_s": physical.waiting_s,
        "factory": physical.factory,
        "t_per_rotation": physical.t_per_rotation,
        "data_qubits": physical.data_qubits,
        "factory_qubits": physical.factory_qubits,
        "memory_qubits": memory.qubits,
        "memory_calls": memory.calls,
        "runs": "one row",
    }
