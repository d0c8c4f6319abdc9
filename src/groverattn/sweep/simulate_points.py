"""Points of the kind `simulate`: the inputs of `groverattn simulate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.errors import check_error_budget
from groverattn.inputs import make
from groverattn.problem.fixed_point import BITS_MAX, BITS_MIN
from groverattn.problem.shapes import N_KEYS_MAX
from groverattn.reference.search.laws import LAWS
from groverattn.reference.search.methods import SEARCH_METHODS
from groverattn.reference.search.unknown import check_growth, check_promise
from groverattn.simulation.engines import ENGINES
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest, row_range
from groverattn.simulation.result import SCHEMA as RESULT_SCHEMA
from groverattn.sweep.inputs import ERROR, ID, SCHEMA, Input, SheetColumn, between, named

__all__ = ["COLUMNS", "INPUTS", "ORDER", "RESULT_SCHEMA", "SHARED", "check_file", "result", "said"]

_ALL_LAWS = (*LAWS, "all")


def _check_growth(growth: float) -> None:
    check_growth(growth)
    check_promise(growth)


def _is_file(path: str) -> bool:
    return True


_bits = between(BITS_MIN, BITS_MAX, "a signed number needs a sign and a digit, and heads hold no more than 16 bits")
_count = between(1, N_KEYS_MAX, "it counts keys or rows")
_index = between(0, N_KEYS_MAX, "layers, heads and keys are counted from 0")

INPUTS = (
    Input("file", str, names_file=_is_file),
    Input("layer", int, check=_index),
    Input("head", int, check=_index),
    Input("causal", bool, False),
    Input("n_keys", int, check=between(2, N_KEYS_MAX, "a search has at least two keys")),
    Input("d_head", int, check=_count),
    Input("n_marked", int, 16, _count),
    Input("sample_size", int, check=_count),
    Input("tau", float),
    Input("key_bits", int, 8, _bits),
    Input("query_bits", int, 8, _bits),
    Input("engine", str, "index", named("engine", ENGINES, "each simulates the search at its own depth")),
    Input("circuit_every", int, 1, _count),
    Input("method", str, "unknown", named("search method", SEARCH_METHODS, "each is a procedure with its own cost")),
    Input("growth", float, check=_check_growth),
    Input("marked_limit", int, check=_index),
    Input("search_law", str, "all", named("law", _ALL_LAWS, "the laws answer different questions")),
    Input("data_access", str, "qrom", named("data access", DATA_ACCESSES, "each is a circuit of its own")),
    Input("error_budget", float, 0.001, check_error_budget),
    Input("seed", int, 0, between(0, 2**63 - 1, "a generator is seeded with a whole number that is not negative")),
    Input("rows", str, check=row_range),
)

ORDER = ("file", "layer", "head", "causal", "n_keys", "d_head", "key_bits", "query_bits", "n_marked", "seed")
SHARED = ("file", "layer", "head", "causal")

# column, what it means, where the number stands in the JSON of `groverattn simulate`
_NUMBERS = (
    ("head_name", "file and head, or how it was drawn", "inputs.head"),
    ("n_keys", "keys of the head, n", "inputs.n_keys"),
    ("d_head", "numbers per key, d", "inputs.d_head"),
    ("causal", "whether row i sees keys 0 to i only", "inputs.causal"),
    ("key_bits", "bits per number of a key", "inputs.key_bits"),
    ("query_bits", "bits per number of the query", "inputs.query_bits"),
    ("threshold_rule", "how the thresholds of the rows were set", "inputs.threshold_rule"),
    ("engine", "what stood for the quantum computer", "inputs.engine"),
    ("method", "search procedure", "inputs.method"),
    ("growth", "its growth factor; empty: its own", "inputs.growth"),
    ("data_access", "how the circuit reached the keys", "inputs.data_access"),
    ("seed", "seed of all draws", "inputs.seed"),
    ("error_budget", "probability allowed that any row misses a key", "inputs.error_budget"),
    ("p_failure_row", "part of it that a row gets", "inputs.p_failure_row"),
    ("rows_begin", "first row searched", "inputs.rows.0"),
    ("rows_end", "first row after them", "inputs.rows.1"),
    ("rows_searched", "rows, those read whole included", "rows"),
    ("rows_read_whole", "rows read classically, because nothing is to be searched in them", "rows_read_whole"),
    ("rows_with_circuit_run", "rows whose circuit was run gate by gate", "rows_with_circuit_run"),
    ("rows_stopped_early", "rows given up at marked_limit", "rows_stopped_early"),
    ("rows_with_a_miss", "rows in which a marked key was left unfound", "rows_with_a_miss"),
    ("marked", "marked keys of all rows", "marked"),
    ("found", "keys that were found", "found"),
    ("missed", "marked keys that were not", "missed"),
    ("false", "keys found that are not marked", "false"),
    ("circuit_mismatches", "keys on which a circuit and arithmetic differ", "circuit_mismatches"),
    ("iterates", "Grover iterates of all rows, one oracle call each", "iterates"),
    ("phased_iterates", "those of the fixed-point search among them", "phased_iterates"),
    ("iterates_of_method", "mean of iterates, exact, for the procedure that was run", "iterates_expected_of_method"),
    ("iterates_ideal", "mean under the law ideal; empty: not asked for", "iterates_expected_by_law.ideal"),
    ("iterates_expected", "mean under the law expected", "iterates_expected_by_law.expected"),
    ("iterates_proven", "bound of the mean under the law proven", "iterates_expected_by_law.proven"),
    ("iterates_worst", "most under the law worst", "iterates_expected_by_law.worst"),
    ("classical_key_visits", "keys read to check what was measured", "classical_key_visits"),
    ("key_visits_of_a_scan", "keys that a scan of the same rows reads", "key_visits_of_a_scan"),
    ("rows_assessed", "rows whose output was compared with exact attention", "rows_assessed"),
    ("max_output_error", "largest difference of an output number", "max_output_error"),
    ("max_output_error_row", "the row it is in", "max_output_error_row"),
    ("output_error_bound", "largest bound of it known beforehand", "output_error_bound"),
    ("output_error_certificate", "largest bound of it from the mass of the tail", "output_error_certificate"),
    ("max_value", "largest magnitude of a value, the unit of the output errors", "max_value"),
    ("passed", "whether nothing was missed or false and every error is within its bounds", "passed"),
)

COLUMNS = (
    ID,
    SCHEMA,
    SheetColumn("file", "file of heads, as the study names it; empty: a random head"),
    SheetColumn("layer", "layer read from it"),
    SheetColumn("head", "query head read from it"),
    SheetColumn("n_marked", "k, the keys to be marked in a row"),
    SheetColumn("sample_size", "keys sampled for a row's threshold; empty: none"),
    SheetColumn("tau", "one threshold for all rows; empty: none"),
    SheetColumn("circuit_every", "engine index: the circuit of every so many-th row was run"),
    SheetColumn("marked_limit", "rows are given up at one key more; empty: never"),
    SheetColumn("search_law", "laws that the run is compared with"),
    *(SheetColumn(name, meaning) for name, meaning, _ in _NUMBERS),
    ERROR,
)


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells that say what a point was asked for."""
    if values["rows"] is None:
        return dict(values)
    rows = row_range(values["rows"])
    return dict(values) | {"rows_begin": rows.start, "rows_end": rows.stop}


def result(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the cells of a point.

    Raises:
        InputError: inputs that do not go together, a file that cannot be read, or a head too large for the method.
        KeyboardInterrupt: Ctrl-C; rows that are finished by then are no result of the point.
    """
    file = values["file"] if values["file"] is None else str(folder / values["file"])
    simulation = simulate(make(SimulationRequest, dict(values) | {"file": file}))
    if simulation.interrupted:
        raise KeyboardInterrupt
    printed = simulation.as_json()
    return {name: _at(printed, path) for name, _, path in _NUMBERS}


def check_file(path: Path) -> None:
    """Accept every file: what is wrong with one of heads is the error of the points that read it."""


def _at(printed: Any, path: str) -> Any:
    for key in path.split("."):
        printed = printed[int(key)] if isinstance(printed, list) else printed.get(key)
    return printed
