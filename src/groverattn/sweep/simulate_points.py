"""Kind `simulate`: the inputs of `groverattn simulate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groverattn.inputs import inputs_of, make
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest, row_range
from groverattn.simulation.result import SCHEMA as RESULT_SCHEMA
from groverattn.sweep.kinds import Kind, Row, Values

_NUMBERS = {
    "head_name": "file and head, or how it was drawn",
    "n_keys": "keys of the head, n",
    "d_head": "numbers per key, d",
    "causal": "whether row i sees keys 0 to i only",
    "key_bits": "bits per number of a key",
    "query_bits": "bits per number of the query",
    "threshold_rule": "how the thresholds of the rows were set",
    "engine": "what stood for the quantum computer",
    "method": "search procedure",
    "growth": "its growth factor; empty: its own",
    "data_access": "how the circuit reached the keys",
    "seed": "seed of all draws",
    "error_budget": "probability allowed that any row misses a key",
    "p_failure_row": "part of it that a row gets",
    "rows_begin": "first row searched",
    "rows_end": "first row after them",
    "rows_searched": "rows, those read whole included",
    "rows_read_whole": "rows read classically, because nothing is to be searched in them",
    "rows_with_circuit_run": "rows whose circuit was run gate by gate",
    "rows_stopped_early": "rows given up at marked_limit",
    "rows_with_a_miss": "rows in which a marked key was left unfound",
    "marked": "marked keys of all rows",
    "found": "keys that were found",
    "missed": "marked keys that were not",
    "false": "keys found that are not marked",
    "circuit_mismatches": "keys on which a circuit and arithmetic differ",
    "iterates": "Grover iterates of all rows, one oracle call each",
    "phased_iterates": "those of the fixed-point search among them",
    "iterates_of_method": "mean of iterates, exact, for the procedure that was run",
    "iterates_ideal": "mean under the law ideal; empty: not asked for",
    "iterates_expected": "mean under the law expected",
    "iterates_proven": "bound of the mean under the law proven",
    "iterates_worst": "most under the law worst",
    "classical_key_visits": "keys read to check what was measured",
    "key_visits_of_a_scan": "keys that a scan of the same rows reads",
    "rows_assessed": "rows whose output was compared with exact attention",
    "max_output_error": "largest difference of an output number",
    "max_output_error_row": "the row it is in",
    "output_error_bound": "largest bound of it known beforehand",
    "output_error_certificate": "largest bound of it from the mass of the tail",
    "max_value": "largest magnitude of a value, the unit of the output errors",
    "passed": "whether nothing was missed or false and every error is within its bounds",
}


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
    printed = simulation.as_json()
    inputs = printed["inputs"]
    head_name, (begin, end) = inputs.pop("head"), inputs.pop("rows")  # the cell `head` is what was asked for
    return {
        **(inputs | printed),
        **{"head_name": head_name, "rows_begin": begin, "rows_end": end},
        "rows_searched": printed["rows"],
        "iterates_of_method": printed["iterates_expected_of_method"],
        **{f"iterates_{law}": iterates for law, iterates in printed["iterates_expected_by_law"].items()},
    }


_INPUTS = inputs_of(SimulationRequest)
# of the rows it says the first one and the last
_ASKED = [name for name in _INPUTS if name not in {*_NUMBERS, "rows"}]

SIMULATE = Kind(
    name="simulate",
    schema="groverattn.sweep.simulate/2",
    result_schema=RESULT_SCHEMA,
    inputs=_INPUTS,
    columns={name: _INPUTS[name].help_in_python for name in _ASKED} | _NUMBERS,
    result=result,
    order=("file", "layer", "head", "causal", "n_keys", "d_head", "key_bits", "query_bits", "n_marked", "seed"),
    shared=("file", "layer", "head", "causal"),
    files={"file": lambda path: True},
    said=said,
)
