"""Columns of a sheet of estimates: one row per request, as a CSV file that people can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Literal

import attrs

from groverattn.classical.lines import fastest_of, slowest_of
from groverattn.costs.counting import count_iterate
from groverattn.errors import InputError
from groverattn.estimation.estimate import estimate
from groverattn.row.designs import loads
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch

SEARCH_LAW = "expected"
HARDWARE = "gidney-fowler-2018"

# Six significant digits are written; the last of them may differ between platforms.
DIGITS = 6


@attrs.frozen
class Column:
    """One column of the sheet.

    Attributes:
        name: heading, with the unit where there is one.
        meaning: what the number is, in words.
        of: which part of an estimate it is taken from; a request that no machine can run lacks the later ones.
        value: takes it from this part.
    """

    name: str
    meaning: str
    of: Literal["request", "gpu", "iterate", "search", "estimate", "error"]
    value: Callable[[Any], Any]


# fmt: off
COLUMNS = (
    Column("id", "first 12 digits of the SHA-256 of the inputs", "request", lambda r: _identity(r.as_json())),
    Column("preset", "model or synthetic sizes, see `groverattn presets`", "request", lambda r: r.name),
    Column("layers", "attention layers", "request", lambda r: r.layers),
    Column("query_heads", "query heads per layer", "request", lambda r: r.query_heads),
    Column("gqa_group", "query heads that share one memory of keys", "request", lambda r: r.gqa_group),
    Column("n_keys", "keys that a row searches, n", "request", lambda r: r.shape.n_keys),
    Column("d_head", "numbers per key, d", "request", lambda r: r.shape.d_head),
    Column("n_marked", "marked keys per row, k", "request", lambda r: r.shape.n_marked),
    Column("key_bits", "bits per number of a key", "request", lambda r: r.shape.key_bits),
    Column("query_bits", "bits per number of the query", "request", lambda r: r.shape.query_bits),
    Column("data_access", "how the circuit reaches the keys; auto: the best", "request",
           lambda r: r.design.data_access),
    Column("search_law", "law of the number of iterates", "request", lambda r: r.search_law),
    Column("hardware", "machine model", "request", lambda r: r.hardware),
    Column("error_budget", "probability allowed that a row's answer is wrong, for any reason",
           "request", lambda r: r.error_budget),
    Column("design", "the design that was chosen, in words", "estimate", lambda e: e.row.design_text),
    Column("toffoli", "Toffoli gates of one iterate, each one CCZ state or 4 T", "iterate", lambda i: i.total.toffoli),
    Column("t_count", "T gates of one iterate, those of Toffolis and rotations included",
           "estimate", lambda e: e.totals.iterate.total.t_count(e.physical.t_per_rotation)),
    Column("rotation", "rotations of one iterate; 0 where n is a power of two", "iterate", lambda i: i.total.rotation),
    Column("clifford", "Clifford gates of one iterate; a CNOT on m targets counts m",
           "iterate", lambda i: i.total.clifford),
    Column("measurements", "measurements of one iterate, without those inside Toffolis",
           "iterate", lambda i: i.total.measurement),
    Column("logical_qubits", "largest number of qubits alive at once", "iterate", lambda i: i.total.logical_qubits),
    Column("toffoli_depth", "Toffolis on the longest path of one iterate",
           "iterate", lambda i: i.total.toffoli_depth),
    Column("measurement_depth", "measurements that later gates wait for on the longest path of one iterate",
           "iterate", lambda i: i.total.measurement_depth),
    Column("load", "Toffolis of loading the key", "iterate", lambda i: i.toffoli_parts["load"]),
    Column("unload", "Toffolis of unloading it", "iterate", lambda i: i.toffoli_parts["unload"]),
    Column("score", "Toffolis of the score and its undoing", "iterate", lambda i: i.toffoli_parts["score"]),
    Column("predicate", "Toffolis of the threshold and the live flag",
           "iterate", lambda i: i.toffoli_parts["predicate"]),
    Column("diffusion", "Toffolis of the diffusion", "iterate", lambda i: i.toffoli_parts["diffusion"]),
    Column("keys_per_part", "keys that one search of a part looks at", "estimate", lambda e: e.search.part_keys),
    Column("keys_read", "keys that a row reads, first and after measurements", "search", lambda c: c.reads_expected),
    Column("iterates_expected", "iterates of one row on average under the law",
           "search", lambda c: c.iterates_expected),
    Column("p_miss", "probability that a row misses a marked key", "search", lambda c: c.p_failure),
    Column("physical_qubits", "physical qubits that run one row", "estimate", lambda e: e.row.qubits),
    Column("duration_s", "time of one row, seconds", "estimate", lambda e: e.physical.duration_s),
    Column("code_distance", "distance of the surface code of the data", "estimate", lambda e: e.physical.code_distance),
    Column("factory", "magic state factory", "estimate", lambda e: e.physical.factory),
    Column("n_factories", "copies of it", "estimate", lambda e: e.physical.n_factories),
    Column("limited_by", "what most of the time waits for: factory, reaction, layout, consumption or clifford",
           "estimate", lambda e: e.physical.limited_by),
    Column("factory_limit_s", "time in which the factories make the states",
           "estimate", lambda e: e.physical.limits_s["factory"]),
    Column("reaction_limit_s", "measurement depth times reaction time",
           "estimate", lambda e: e.physical.limits_s["reaction"]),
    Column("layout_limit_s", "time of the fan-outs and of bringing states to their qubits; 0: not in the model",
           "estimate", lambda e: e.physical.limits_s["layout"]),
    Column("consumption_limit_s", "time to take up the states; 0: not in the model",
           "estimate", lambda e: e.physical.limits_s["consumption"]),
    Column("clifford_limit_s", "least time of the Clifford gates; 0: in the consumption",
           "estimate", lambda e: e.physical.limits_s["clifford"]),
    Column("store", "CCZ states in store", "estimate", lambda e: e.physical.store),
    Column("control_s", "of the reaction limit: the control computer reads the keys",
           "estimate", lambda e: e.physical.control_s),
    Column("p_failure", "probability that the answer of one row is wrong", "estimate", lambda e: e.row.p_failure),
    Column("p_storage", "part of it: a stored logical qubit fails", "estimate", lambda e: e.row.p_parts["storage"]),
    Column("p_distillation", "part of it: a magic state is wrong",
           "estimate", lambda e: e.row.p_parts["distillation"]),
    Column("p_synthesis", "part of it: rotations made of T gates", "estimate", lambda e: e.row.p_parts["synthesis"]),
    Column("classical_fastest", "GPU line with the least time per row", "gpu", lambda lines: fastest_of(lines).name),
    Column("classical_fastest_s", "its time per row, seconds", "gpu", lambda lines: fastest_of(lines).time_s_per_row),
    Column("classical_slowest", "GPU line with the most time per row", "gpu", lambda lines: slowest_of(lines).name),
    Column("classical_slowest_s", "its time per row, seconds", "gpu", lambda lines: slowest_of(lines).time_s_per_row),
    Column("slower_by_slowest", "time of the quantum row over that of the slowest GPU line",
           "estimate", lambda e: e.slower_by_slowest),
    Column("slower_by_fastest", "the same over the fastest GPU line", "estimate", lambda e: e.slower_by_fastest),
    Column("crossover_n_keys", "keys from which the quantum row is faster; empty: none",
           "estimate", lambda e: e.crossover.n_keys),
    Column("crossover_reason", "the verdict in words", "estimate", lambda e: e.crossover.reason),
    Column("error", "why numbers of this row are missing; empty: none is", "error", str),
)
# fmt: on


def sheet_row(request: RowRequest) -> dict[str, str]:
    """Return one row, as it is written; where a part of the estimate is out of reach, the row says why.

    >>> row = sheet_row(RowRequest.of(preset="toy"))
    >>> row["load"], row["crossover_n_keys"], row["error"]
    ('14', '', '')
    """
    parts = _parts(request)
    return {column.name: _text(column.value(parts[column.of])) if column.of in parts else "" for column in COLUMNS}


def _parts(request: RowRequest) -> dict[str, Any]:
    """What columns are taken from: all of an estimate, or what can be said without a machine that runs the row."""
    parts: dict[str, Any] = {"request": request, "gpu": request.classical()}
    try:
        result = estimate(request)
        return parts | {"iterate": result.totals.iterate, "search": result.cost, "estimate": result}
    except InputError as error:
        parts["error"] = error
    try:
        design = next(loads(request)).fixed(request)
        search = RowSearch.of(next(design))
        return parts | {"iterate": count_iterate(search.iterate()), "search": search.cost(request.error_budget)}
    except (InputError, StopIteration):
        return parts


def _identity(inputs: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
