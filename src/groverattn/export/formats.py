"""Text of an export in each format."""

from __future__ import annotations

import json

from groverattn.export.request import TOTALS, ExportRequest
from groverattn.physical.counts_file import CountsRecord
from groverattn.row.request import RowRequest
from groverattn.show.numbers import reproducible


def export_text(request: ExportRequest) -> str:
    """Return the text of an export; counts are one JSON object of the schema `groverattn.counts/1`.

    In QREF the number of iterates of a search is the input parameter `n_iterates` unless it is given.

    Raises:
        InputError: a file that cannot be read, what `chosen_circuit` refuses, a circuit too large to be written out, or
            an estimate that cannot be made.

    >>> export_text(ExportRequest(to="openqasm3")).count("ccx ")
    33
    """
    if request.of in TOTALS:
        return _counts_text(_counts_of_estimate(request.sizes(), request.of))
    head = None if request.head.file is None else request.head.read()
    # only now, because circuits take seconds to import
    import sympy

    from groverattn.costs.counting import cost_of, count
    from groverattn.export.circuits import chosen_circuit
    from groverattn.export.openqasm import openqasm_program
    from groverattn.export.qref_program import ExternalCalls, qref_json, qref_program

    chosen, n_iterates = chosen_circuit(request, head), request.n_iterates
    if request.to == "qref" and n_iterates is None:
        n_iterates = sympy.Symbol("n_iterates", integer=True, positive=True)
    bloq = chosen.bloq(request.of, n_iterates)
    if request.to == "openqasm3":
        return openqasm_program(bloq, chosen.inputs)
    if request.to == "qref":
        return qref_json(qref_program(bloq))
    calls = cost_of(bloq, ExternalCalls())
    return _counts_text(CountsRecord(of=request.of, inputs=chosen.inputs, counts=count(bloq), external_calls=calls))


def _counts_of_estimate(request: RowRequest, of: str) -> CountsRecord:
    """The expected counts of a row, or of all rows of a head or a model, by the search law of the request."""
    from groverattn.estimation.estimate import estimate

    row, n_rows = estimate(request).row, request.n_tokens
    rows = {"row": 1, "head": n_rows, "model": n_rows * request.layers * request.query_heads}
    return CountsRecord(
        of=of,
        inputs=request.as_json(),
        counts=getattr(row.totals, of),
        external_calls=row.memory.calls * rows[of],
        error_budget=row.physical.error_budget if of == "row" else None,
    )


def _counts_text(record: CountsRecord) -> str:
    return json.dumps(reproducible(record.as_json()), indent=2, allow_nan=False) + "\n"
