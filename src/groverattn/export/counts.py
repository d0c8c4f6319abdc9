"""Logical counts as one JSON object that other estimators read: schema `groverattn.counts/1`."""

from __future__ import annotations

from typing import Any

import attrs
from qualtran import Bloq

from groverattn.costs.counting import cost_of, count
from groverattn.estimation.estimate import estimate
from groverattn.export.qref_costs import ExternalCalls
from groverattn.physical.counts_file import CountsRecord
from groverattn.row.request import RowRequest

TOTALS = ("row", "head", "model")


def counts_of_circuit(bloq: Bloq, of: str, inputs: dict[str, Any]) -> CountsRecord:
    """Return the counts of a bloq.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> counts_of_circuit(FullAdder(), "adder", {}).as_json()["cczCount"]
    1
    """
    return CountsRecord(of=of, inputs=inputs, counts=count(bloq), external_calls=cost_of(bloq, ExternalCalls()))


def counts_of_estimate(request: RowRequest, of: str) -> CountsRecord:
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
