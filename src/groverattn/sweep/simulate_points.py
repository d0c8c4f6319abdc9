"""Kind `simulate`: the inputs of `groverattn simulate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groverattn.inputs import inputs_of, make
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest, row_range
from groverattn.simulation.result import SCHEMA as RESULT_SCHEMA
from groverattn.simulation.result import Simulation
from groverattn.sweep.kinds import ERROR, ID, SCHEMA, Column, Kind, Row, Values, asked

# fmt: off
_NUMBERS = (
    Column("head_name", "file and head, or how it was drawn", lambda s: s.instance.head.name),
    Column("n_keys", "keys of the head, n", lambda s: s.instance.n_keys),
    Column("d_head", "numbers per key, d", lambda s: s.instance.d_head),
    Column("causal", "whether row i sees keys 0 to i only", lambda s: s.instance.head.causal),
    Column("key_bits", "bits per number of a key", lambda s: s.instance.keys.bits),
    Column("query_bits", "bits per number of the query", lambda s: s.instance.queries.bits),
    Column("threshold_rule", "how the thresholds of the rows were set", lambda s: s.instance.threshold_rule),
    Column("engine", "what stood for the quantum computer", lambda s: s.request.engine.name),
    Column("method", "search procedure", lambda s: s.method.name),
    Column("growth", "its growth factor; empty: its own", lambda s: s.method.growth),
    Column("data_access", "how the circuit reached the keys", lambda s: s.request.data_access),
    Column("seed", "seed of all draws", lambda s: s.request.seed),
    Column("error_budget", "probability allowed that any row misses a key", lambda s: s.request.error_budget),
    Column("p_failure_row", "part of it that a row gets", lambda s: s.method.p_failure),
    Column("rows_begin", "first row searched", lambda s: s.rows[0].row),
    Column("rows_end", "first row after them", lambda s: s.rows[-1].row + 1),
    Column("rows_searched", "rows, those read whole included", lambda s: len(s.rows)),
    Column("rows_read_whole", "rows read classically, because nothing is to be searched in them",
           lambda s: s.total("read_whole")),
    Column("rows_with_circuit_run", "rows whose circuit was run gate by gate", lambda s: len(_circuit_mismatches(s))),
    Column("rows_stopped_early", "rows given up at marked_limit", lambda s: s.total("stopped_early")),
    Column("rows_with_a_miss", "rows in which a marked key was left unfound",
           lambda s: sum(row.missed > 0 for row in s.rows)),
    Column("marked", "marked keys of all rows", lambda s: s.total("n_marked")),
    Column("found", "keys that were found", lambda s: s.total("n_found")),
    Column("missed", "marked keys that were not", lambda s: s.total("missed")),
    Column("false", "keys found that are not marked", lambda s: s.total("false")),
    Column("circuit_mismatches", "keys on which a circuit and arithmetic differ",
           lambda s: sum(_circuit_mismatches(s))),
    Column("iterates", "Grover iterates of all rows, one oracle call each", lambda s: s.total("iterates")),
    Column("phased_iterates", "those of the fixed-point search among them", lambda s: s.total("phased_iterates")),
    Column("iterates_of_method", "mean of iterates, exact, for the procedure that was run",
           lambda s: s.method_iterates()),
    # those of all laws from one sum over the rows, see `result`
    Column("iterates_ideal", "mean under the law ideal; empty: not asked for"),
    Column("iterates_expected", "mean under the law expected"),
    Column("iterates_proven", "bound of the mean under the law proven"),
    Column("iterates_worst", "most under the law worst"),
    Column("classical_key_visits", "keys read to check what was measured", lambda s: s.total("key_visits")),
    Column("key_visits_of_a_scan", "keys that a scan of the same rows reads",
           lambda s: sum(s.instance.visible_keys(row.row) for row in s.rows)),
    Column("rows_assessed", "rows whose output was compared with exact attention", lambda s: len(s.output.rows)),
    Column("max_output_error", "largest difference of an output number", lambda s: float(s.output.errors.max())),
    Column("max_output_error_row", "the row it is in", lambda s: int(s.output.rows[s.output.errors.argmax()])),
    Column("output_error_bound", "largest bound of it known beforehand", lambda s: float(s.output.bounds.max())),
    Column("output_error_certificate", "largest bound of it from the mass of the tail",
           lambda s: float(s.output.certificates.max())),
    Column("max_value", "largest magnitude of a value, the unit of the output errors", lambda s: s.max_value),
    Column("passed", "whether nothing was missed or false and every error is within its bounds", lambda s: s.passed),
)
# fmt: on


def _circuit_mismatches(simulation: Simulation) -> list[int]:
    """Of each row whose circuit was run."""
    return [row.circuit_wrong for row in simulation.rows if row.circuit_wrong is not None]


def said(values: Values) -> Row:
    """Return the cells that say what a point was asked for."""
    if values["rows"] is None:
        return dict(values)
    rows = row_range(values["rows"])
    return dict(values) | {"rows_begin": rows.start, "rows_end": rows.stop}


def result(values: Values) -> Mapping[str, Any]:
    """Return the cells of a point.

    Raises:
        InputError: inputs that do not go together, a file that cannot be read, or a head too large for the method.
        KeyboardInterrupt: Ctrl-C; rows finished by then are not a result of the point.
    """
    simulation = simulate(make(SimulationRequest, values))
    if simulation.interrupted:
        raise KeyboardInterrupt
    by_law = {f"iterates_{law}": iterates for law, iterates in simulation.iterates_by_law().items()}
    return {column.name: column.value(simulation) for column in _NUMBERS if column.value} | by_law


_INPUTS = inputs_of(SimulationRequest)

SIMULATE = Kind(
    name="simulate",
    schema="groverattn.sweep.simulate/1",
    result_schema=RESULT_SCHEMA,
    inputs=_INPUTS,
    columns=(
        *(ID, SCHEMA),
        *asked(_INPUTS, "file", "layer", "head", "n_marked", "sample_size", "tau"),
        *asked(_INPUTS, "circuit_every", "marked_limit", "search_law"),
        *(*_NUMBERS, ERROR),
    ),
    result=result,
    order=("file", "layer", "head", "causal", "n_keys", "d_head", "key_bits", "query_bits", "n_marked", "seed"),
    shared=("file", "layer", "head", "causal"),
    files={"file": lambda path: True},
    said=said,
)
