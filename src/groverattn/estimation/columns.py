"""The sheet of all presets: one row per preset and data access, as a CSV file that people can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import attrs

from groverattn.classical.lines import classical_lines
from groverattn.costs.counting import count_iterate
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.reference.search.laws import search_cost
from groverattn.row.circuit import iterate_of
from groverattn.row.request import RowRequest

Json = dict[str, Any]


SEARCH_LAW = "expected"


HARDWARE = "gidney-fowler-2018"


# Six significant digits are written; the last of them may differ between platforms.
_DIGITS = 6


@attrs.frozen
class Column:
    """One column of the sheet.

    Attributes:
        name: heading, with the unit where there is one.
        meaning: what the number is, in words.
        value: takes it from an estimate's JSON object; None where the estimate has none.
    """

    name: str
    meaning: str
    value: Callable[[Json], Any]


def _at(*path: str) -> Callable[[Json], Any]:
    def value(result: Json) -> Any:
        found: Any = result
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return value


def _line(choose: Callable[..., Json], key: str) -> Callable[[Json], Any]:
    return lambda result: choose(result["classical"], key=lambda line: line["time_s_per_row"])[key]


COLUMNS = (
    Column("id", "first 12 digits of the SHA-256 of the inputs", lambda result: _identity(result["inputs"])),
    Column("preset", "model or synthetic sizes, see `groverattn presets`", _at("inputs", "name")),
    Column("layers", "attention layers", _at("inputs", "layers")),
    Column("query_heads", "query heads per layer", _at("inputs", "query_heads")),
    Column("gqa_group", "query heads that share one memory of keys", _at("inputs", "gqa_group")),
    Column("n_keys", "keys that a row searches, n", _at("inputs", "shape", "n_keys")),
    Column("d_head", "numbers per key, d", _at("inputs", "shape", "d_head")),
    Column("n_marked", "marked keys per row, k", _at("inputs", "shape", "n_marked")),
    Column("key_bits", "bits per number of a key", _at("inputs", "shape", "key_bits")),
    Column("query_bits", "bits per number of the query", _at("inputs", "shape", "query_bits")),
    Column("data_access", "how the circuit reaches the keys", _at("inputs", "data_access")),
    Column("search_law", "law of the number of iterates", _at("inputs", "search_law")),
    Column("hardware", "machine model", _at("inputs", "hardware")),
    Column(
        "error_budget",
        "probability allowed that a row's answer is wrong, for any reason",
        _at("inputs", "error_budget"),
    ),
    Column("toffoli", "Toffoli gates of one iterate, each one CCZ state or 4 T", _at("iterate", "toffoli")),
    Column("t_count", "T gates of one iterate, those of Toffolis and rotations included", _at("iterate", "t_count")),
    Column("rotation", "rotations of one iterate; 0 where n is a power of two", _at("iterate", "rotation")),
    Column("clifford", "Clifford gates of one iterate; a CNOT on m targets counts m", _at("iterate", "clifford")),
    Column(
        "measurements", "measurements of one iterate, without those inside Toffolis", _at("iterate", "measurements")
    ),
    Column("logical_qubits", "largest number of qubits alive at once", _at("iterate", "logical_qubits")),
    Column("toffoli_depth", "Toffolis on the longest path of one iterate", _at("iterate", "toffoli_depth")),
    Column(
        "measurement_depth",
        "measurements that later gates wait for on the longest path of one iterate",
        _at("iterate", "measurement_depth"),
    ),
    Column("load", "Toffolis of loading the key", _at("iterate", "parts", "load")),
    Column("unload", "Toffolis of unloading it", _at("iterate", "parts", "unload")),
    Column("score", "Toffolis of the score and its undoing", _at("iterate", "parts", "score")),
    Column("predicate", "Toffolis of the threshold and the live flag", _at("iterate", "parts", "predicate")),
    Column("diffusion", "Toffolis of the diffusion", _at("iterate", "parts", "diffusion")),
    Column("iterates_expected", "iterates of one row on average under the law", _at("search", "iterates_expected")),
    Column("p_miss", "probability that a row misses a marked key", _at("search", "p_failure")),
    Column("physical_qubits", "physical qubits that run one row", _at("physical", "qubits")),
    Column("duration_s", "time of one row, seconds", _at("physical", "duration_s")),
    Column("code_distance", "distance of the surface code of the data", _at("physical", "code_distance")),
    Column("factory", "magic state factory", _at("physical", "factory")),
    Column("n_factories", "copies of it", _at("physical", "n_factories")),
    Column(
        "limited_by", "what sets the time: factory, reaction, consumption or clifford", _at("physical", "limited_by")
    ),
    Column("factory_limit_s", "time in which the factories make the states", _at("physical", "limits_s", "factory")),
    Column("reaction_limit_s", "measurement depth times reaction time", _at("physical", "limits_s", "reaction")),
    Column(
        "consumption_limit_s",
        "time to take up the states; 0: not in the model",
        _at("physical", "limits_s", "consumption"),
    ),
    Column(
        "clifford_limit_s",
        "least time of the Clifford gates; 0: in the consumption",
        _at("physical", "limits_s", "clifford"),
    ),
    Column("control_s", "of the reaction limit: the control computer reads the keys", _at("physical", "control_s")),
    Column("p_failure", "probability that the answer of one row is wrong", _at("physical", "p_failure")),
    Column("p_storage", "part of it: a stored logical qubit fails", _at("error_budget", "storage")),
    Column("p_distillation", "part of it: a magic state is wrong", _at("error_budget", "distillation")),
    Column("p_synthesis", "part of it: rotations made of T gates", _at("error_budget", "synthesis")),
    Column("classical_fastest", "GPU line with the least time per row", _line(min, "name")),
    Column("classical_fastest_s", "its time per row, seconds", _line(min, "time_s_per_row")),
    Column("classical_slowest", "GPU line with the most time per row", _line(max, "name")),
    Column("classical_slowest_s", "its time per row, seconds", _line(max, "time_s_per_row")),
    Column("crossover_n_keys", "keys from which the quantum row is faster; empty: none", _at("crossover", "n_keys")),
    Column("crossover_reason", "the verdict in words", _at("crossover", "reason")),
    Column("error", "why numbers of this row are missing; empty: none is", _at("error")),
)


def sheet_row(request: RowRequest) -> dict[str, str]:
    """Compute one row, as it is written; where a part of the estimate is out of reach, the row says why.

    >>> from groverattn.row.request import RowRequest
    >>> row = sheet_row(RowRequest.of(preset="toy"))
    >>> row["load"], row["crossover_n_keys"], row["error"]
    ('14', '', '')
    """
    try:
        result = estimate(request).as_json()
    except InputError as error:
        result = _without_machine(request) | {"error": str(error)}
    return {column.name: _text(column.value(result)) for column in COLUMNS}


def _without_machine(request: RowRequest) -> Json:
    """What can be said without a machine that runs a row; less where the circuit itself is refused."""
    shape = request.shape
    lines = classical_lines(shape.n_keys, shape.d_head, request.gqa_group, key_numbers=request.key_numbers)
    known: Json = {"inputs": attrs.asdict(request), "classical": [attrs.asdict(line) for line in lines]}
    try:
        cost = search_cost(request.search_law, shape.n_keys, shape.n_marked, request.error_budget)
        counted = count_iterate(iterate_of(request))
    except InputError:
        return known
    gates = attrs.asdict(counted.total)
    iterate = gates | {"measurements": gates["measurement"], "parts": counted.toffoli_parts}
    return known | {"iterate": iterate, "search": attrs.asdict(cost)}


def _identity(inputs: Json) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)
