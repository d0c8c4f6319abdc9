"""Text of an export in each format; counts as one JSON object of the schema `groverattn.counts/1`."""

from __future__ import annotations

import json

from groverattn.costs.counting import cost_of, count
from groverattn.estimation.estimate import estimate
from groverattn.export.circuits import chosen_circuit
from groverattn.export.qref_costs import ExternalCalls
from groverattn.export.request import TOTALS, ExportRequest
from groverattn.physical.counts_file import CountsRecord
from groverattn.row.request import RowRequest


def export_text(request: ExportRequest) -> str:
    """Return the text of an export.

    In QREF the number of iterates of a search is the input parameter `n_iterates` unless it is given.

    Raises:
        InputError: as `chosen_circuit`, a circuit too large to be written out, or an estimate that cannot be made.

    >>> export_text(ExportRequest(to="openqasm3")).count("ccx ")
    33
    """
    if request.of in TOTALS:
        return _counts_text(counts_of_estimate(request.sizes(), request.of))
    chosen, n_iterates = chosen_circuit(request), request.n_iterates
    if request.to == "openqasm3":
        from groverattn.export.openqasm import openqasm_program

        return openqasm_program(chosen.bloq(request.of, n_iterates), chosen.inputs)
    if request.to == "qref":
        import sympy

        from groverattn.export.qref_program import qref_json, qref_program

        times = sympy.Symbol("n_iterates", integer=True, positive=True) if n_iterates is None else n_iterates
        return qref_json(qref_program(chosen.bloq(request.of, times)))
    bloq = chosen.bloq(request.of, n_iterates)
    calls = cost_of(bloq, ExternalCalls())
    return _counts_text(CountsRecord(of=request.of, inputs=chosen.inputs, counts=count(bloq), external_calls=calls))


def counts_of_estimate(request: RowRequest, of: str) -> CountsRecord:
    """Return the expected counts of a row, or of all rows of a head or a model, by the search law of the request.

    Raises:
        InputError: an estimate that cannot be made.
    """
    row, n_rows = estimate(request).row, request.shape.n_keys
    rows = {"row": 1, "head": n_rows, "model": n_rows * request.layers * request.query_heads}
    return CountsRecord(
        of=of,
        inputs=request.as_json(),
        counts=getattr(row.totals, of),
        external_calls=row.memory.calls * rows[of],
        error_budget=row.physical.error_budget if of == "row" else None,
    )


def _counts_text(record: CountsRecord) -> str:
    return json.dumps(record.as_json(), indent=2, allow_nan=False) + "\n"
