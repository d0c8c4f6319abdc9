"""Circuit that is exported, of a row with keys or of sizes alone, and its text in each format."""

from __future__ import annotations

import json
from typing import Any

import attrs
import sympy
from qualtran import Bloq

from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.costs.counting import cost_of, count
from groverattn.errors import unknown_name
from groverattn.estimation.estimate import estimate
from groverattn.export.openqasm import openqasm_program
from groverattn.export.qref_program import ExternalCalls, qref_json, qref_program
from groverattn.export.request import CIRCUITS, TOTALS, ExportRequest
from groverattn.physical.counts_file import CountsRecord
from groverattn.problem.chosen_head import head_instance
from groverattn.reference.search.amplification import ideal_iterates
from groverattn.row.circuit import iterate_of
from groverattn.row.request import RowRequest
from groverattn.verification.row import SearchedRow


@attrs.frozen
class ChosenCircuit:
    """One Grover iterate, and what is around and inside it.

    Attributes:
        iterate: the iterate, with the keys of a row or with sizes only.
        n_marked: keys that it marks.
        inputs: what it was made from, as it is written beside an export.
    """

    iterate: GroverIterate
    n_marked: int
    inputs: dict[str, Any]

    @classmethod
    def of(cls, row: SearchedRow, **more: Any) -> ChosenCircuit:
        """Return the circuit of a row, with more inputs to be written beside it.

        >>> ChosenCircuit.of(SearchedRow.random(n_keys=16, d_head=2, n_marked=4)).bloq("search").n_iterates
        1
        """
        n_marked = int(row.is_marked.sum())
        return cls(GroverIterate(row.oracle()), n_marked, row.inputs(n_marked=n_marked) | more)

    def bloq(self, what: str, n_iterates: Any = None) -> Bloq:
        """Return the load, the oracle, the iterate, or the search with `n_iterates` of them.

        By default the search makes as many as find a marked key most probably (`ideal_iterates`). For a formula the
        number may be a SymPy symbol.

        Raises:
            InputError: another name.
        """
        parts = {"lookup": self.iterate.oracle.lookup, "oracle": self.iterate.oracle, "iterate": self.iterate}
        if what not in CIRCUITS:
            raise unknown_name("circuit", what, CIRCUITS, "these are the circuits of a search")
        if what in parts:
            return parts[what]
        if n_iterates is None:
            n_iterates = int(ideal_iterates(self.iterate.oracle.lookup.table.n_keys, self.n_marked))
        return GroverSearch(self.iterate, n_iterates)


def chosen_circuit(request: ExportRequest) -> ChosenCircuit:
    """Return the circuit of a row of a file, of a random row, or of sizes.

    Raises:
        InputError: a file that cannot be read, no such row, one that is read whole, sizes that are missing, or a key
            memory too large to write gate by gate.
    """
    asked = request.of_circuit
    if request.head.file is not None:
        n_marked, bits = asked.pop("n_marked", 16), [asked.pop(name, 8) for name in ("query_bits", "key_bits")]
        instance = head_instance(request.head.read(), n_marked, *bits)
        return ChosenCircuit.of(SearchedRow.checked(instance, request.row, **asked))
    if request.to == "openqasm3":
        seed = request.seed or 0
        sizes = {"n_keys": 8, "d_head": 2} | request.given("n_keys", "d_head")
        return ChosenCircuit.of(SearchedRow.random(**sizes, **asked, seed=seed), seed=seed)
    sizes = request.sizes()
    inputs = {**attrs.asdict(sizes.shape), "name": sizes.name, **attrs.asdict(sizes.design)}
    return ChosenCircuit(iterate_of(sizes), sizes.shape.n_marked, inputs)


def export_text(request: ExportRequest) -> str:
    """Return the text of an export; counts are one JSON object of the schema `groverattn.counts/1`.

    In QREF the number of iterates of a search is the input parameter `n_iterates` unless it is given.

    Raises:
        InputError: as `chosen_circuit`, a circuit too large to be written out, or an estimate that cannot be made.

    >>> export_text(ExportRequest(to="openqasm3")).count("ccx ")
    33
    """
    if request.of in TOTALS:
        return _counts_text(_counts_of_estimate(request.sizes(), request.of))
    chosen, n_iterates = chosen_circuit(request), request.n_iterates
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
