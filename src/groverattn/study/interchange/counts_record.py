"""Logical counts as one JSON object that other estimators read: schema `groverattn.counts/1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from qualtran import Bloq

from groverattn.costs.counting import cost_of, count
from groverattn.costs.logical import LogicalCounts
from groverattn.study.estimate import EstimateRequest, estimate
from groverattn.study.interchange.qref_costs import ExternalCalls

SCHEMA = "groverattn.counts/1"
TOTALS = ("row", "head", "model")

# The keys of qdk.estimator.LogicalCounts, which leaves all others alone (qdk 1.33).
QDK_NAMES: dict[str, Callable[[LogicalCounts], int]] = {
    "numQubits": lambda counts: counts.logical_qubits,
    "tCount": lambda counts: counts.t,
    "rotationCount": lambda counts: counts.rotation,
    # our assumption: rotations follow each other
    "rotationDepth": lambda counts: counts.rotation,
    # an And, a Toffoli and a controlled swap alike
    "cczCount": lambda counts: counts.toffoli,
    "ccixCount": lambda counts: 0,
    "measurementCount": lambda counts: counts.measurement,
}


@attrs.frozen(kw_only=True)
class CountsRecord:
    """Counts and what they are of.

    Attributes:
        of: a circuit, or all rows of a head or a model.
        inputs: what it was made from.
        counts: the counts.
        external_calls: calls of a memory that is no part of the circuit; no other number here knows of them.
        error_budget: failure probability that the search leaves to the machine; None where nobody has split it.
    """

    of: str
    inputs: dict[str, Any]
    counts: LogicalCounts
    external_calls: float = 0
    error_budget: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object: our names, those of qdk, and what is beside them."""
        budget = {} if self.error_budget is None else {"error_budget": self.error_budget}
        return {
            "schema": SCHEMA,
            "of": self.of,
            "inputs": self.inputs,
            **attrs.asdict(self.counts),
            "external_calls": self.external_calls,
            **budget,
            **{name: value(self.counts) for name, value in QDK_NAMES.items()},
        }


def counts_of_circuit(bloq: Bloq, of: str, inputs: dict[str, Any]) -> CountsRecord:
    """Return the counts of a bloq.

    >>> from groverattn.bloqs.full_adder import FullAdder
    >>> counts_of_circuit(FullAdder(), "adder", {}).as_json()["cczCount"]
    1
    """
    return CountsRecord(of=of, inputs=inputs, counts=count(bloq), external_calls=cost_of(bloq, ExternalCalls()))


def counts_of_estimate(request: EstimateRequest, of: str) -> CountsRecord:
    """Return the expected counts of a row, or of all rows of a head or a model, by the search law of the request.

    Raises:
        InputError: an estimate that cannot be made.
    """
    row = estimate(request).row
    rows = {
        "row": 1,
        "head": request.shape.n_keys,
        "model": request.shape.n_keys * request.layers * request.query_heads,
    }
    return CountsRecord(
        of=of,
        inputs=attrs.asdict(request),
        counts=getattr(row.totals, of),
        external_calls=row.memory.calls * rows[of],
        error_budget=row.physical.error_budget if of == "row" else None,
    )
