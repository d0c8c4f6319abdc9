"""Points of the kind `estimate`: the inputs of `groverattn estimate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.methods import SCORES
from groverattn.errors import check_error_budget, unknown_name
from groverattn.estimation import columns as sheet_columns
from groverattn.estimation.estimate import SCHEMA as RESULT_SCHEMA
from groverattn.inputs import inputs_of, make
from groverattn.physical.machines.hardware import HARDWARE, hardware
from groverattn.problem.fixed_point import BITS_MAX, BITS_MIN
from groverattn.problem.presets import PRESETS
from groverattn.problem.shapes import D_HEAD_MAX, N_KEYS_MAX
from groverattn.reference.search.laws import LAWS, N_MARKED_MAX
from groverattn.row.request import RowRequest
from groverattn.sweep.inputs import ERROR, ID, SCHEMA, Input, SheetColumn, between, named
from groverattn.whole_model.loading import IO_BITS_PER_S
from groverattn.whole_model.model import whole_model

__all__ = ["COLUMNS", "INPUTS", "ORDER", "RESULT_SCHEMA", "SHARED", "check_file", "result", "said"]

_COUNT_MAX = 1 << 40  # layers, heads: no model has more, and products of them stay exact


def is_machine_file(name: str) -> bool:
    """Whether `hardware` takes a name for a path.

    >>> is_machine_file("mine.toml"), is_machine_file("gidney-2025")
    (True, False)
    """
    return name.endswith(".toml") or "/" in name or "\\" in name


def _check_hardware(name: str) -> None:
    if not is_machine_file(name) and name not in HARDWARE:
        raise unknown_name("hardware", name, HARDWARE, "there is no machine of this name")


_bits = between(BITS_MIN, BITS_MAX, "a signed number needs a sign and a digit, and heads hold no more than 16 bits")
_count = between(1, _COUNT_MAX, "it counts something that every model has")
_not_negative = between(0.0, 1e300, "it is a time, or a number of qubits")

INPUTS = (
    Input("preset", str, check=named("preset", PRESETS, "there is no preset of this name")),
    Input("n_keys", int, check=between(2, N_KEYS_MAX, "a search has at least two keys, and an index fits int64")),
    Input("d_head", int, check=between(1, D_HEAD_MAX, "published heads have at most some hundred numbers per key")),
    Input("n_marked", int, check=between(1, N_MARKED_MAX, "every marked key is a round of the search")),
    Input("key_bits", int, 8, _bits),
    Input("query_bits", int, 8, _bits),
    Input("data_access", str, "qrom", named("data access", DATA_ACCESSES, "each is a circuit of its own")),
    Input("score_method", str, "shared-sums", named("score method", SCORES, "each is a circuit of its own")),
    Input("search_law", str, "expected", named("law", LAWS, "the laws answer different questions")),
    Input("hardware", str, "gidney-fowler-2018", _check_hardware, is_machine_file),
    Input("error_budget", float, 0.01, check_error_budget),
    Input("qram_latency_us", float, 10.0, _not_negative),
    Input("qram_qubits_per_bit", float, 0.0, _not_negative),
    Input("qram_p_error", float, 0.0, between(0.0, 1.0, "it is a probability")),
    Input("whole_model", bool, False),
    Input("io_bits_per_s", float, IO_BITS_PER_S, between(1e-300, 1e300, "keys are written at this rate")),
    # what `RowRequest` takes and the command line does not: models that are no preset
    Input("name", str),
    Input("layers", int, check=_count),
    Input("query_heads", int, check=_count),
    Input("gqa_group", int, check=_count),
    Input("key_numbers", int, check=_count),
)


# Points that follow each other share, from the left: the law's cost at other n, the parts of a score, the iterate.
ORDER = (
    *("score_method", "preset", "d_head", "query_bits", "key_bits", "n_marked", "n_keys", "data_access"),
    *("search_law", "error_budget", "hardware"),
)
SHARED = ORDER[: ORDER.index("data_access") + 1]

_WHOLE_MODEL = {
    "token_s": "whole_model: time of a generated token on one machine, seconds",
    "token_per_head_s": "the same with a machine for every head of a layer",
    "token_gpu_fastest_s": "the same on the fastest GPU",
    "prefill_s": "whole_model: time of all rows of a full context on one machine, seconds",
    "prefill_per_row_s": "the same with a machine for every row of a layer",
    "prefill_gpu_fastest_s": "the same on the fastest GPU",
    "loading_s": "time to write the keys of a full context, seconds",
}

_MORE_INPUTS = (
    SheetColumn("key_numbers", "numbers that a GPU reads per key; empty: d_head"),
    SheetColumn("score_method", "how the score is added up"),
    SheetColumn("qram_latency_us", "data access qram: assumed time of one call, microseconds"),
    SheetColumn("qram_qubits_per_bit", "data access qram: assumed physical qubits per stored bit"),
    SheetColumn("qram_p_error", "data access qram: assumed failure probability of one call"),
    SheetColumn("whole_model", "whether the whole model was asked for"),
    SheetColumn("io_bits_per_s", "whole_model: rate at which keys are written, bits per second"),
)

COLUMNS = (
    ID,
    SCHEMA,
    *(
        SheetColumn(column.name, column.meaning)
        for column in sheet_columns.COLUMNS
        if column.name not in ("id", "error")
    ),
    *(SheetColumn(name, meaning) for name, meaning in _WHOLE_MODEL.items()),
    *_MORE_INPUTS,
    ERROR,
)


def request_of(values: Mapping[str, Any], folder: Path) -> RowRequest:
    """Return the request of a point.

    Raises:
        InputError: sizes that are missing or do not go together.
    """
    inputs = {name: values[name] for name in inputs_of(RowRequest)}
    if is_machine_file(inputs["hardware"]):
        inputs["hardware"] = str(folder / inputs["hardware"])
    return make(RowRequest, inputs)


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells that say what a point was asked for."""
    return dict(values)


def result(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the cells of a point: those of `estimates/presets.csv`, and of the whole model where it is asked for.

    Raises:
        InputError: sizes that are missing or do not go together.
    """
    request = request_of(values, folder)
    cells: dict[str, Any] = sheet_columns.sheet_row(request) | {"key_numbers": request.key_numbers}
    if values["whole_model"] and not cells["error"]:
        cells |= _whole_model_cells(request, values["io_bits_per_s"])
    return cells


def check_file(path: Path) -> None:
    """Raise InputError unless the file describes a machine."""
    hardware(str(path))


def _whole_model_cells(request: RowRequest, io_bits_per_s: float) -> dict[str, Any]:
    both = whole_model(request, io_bits_per_s=io_bits_per_s).as_json()
    token, prefill = both["decode"], both["prefill"]
    numbers = (
        token["model"]["time_s"],
        _time_with("one machine per head", token),
        _fastest(token),
        prefill["model"]["time_s"],
        _time_with("one machine per row", prefill),
        _fastest(prefill),
        prefill["loading_s"],
    )
    return dict(zip(_WHOLE_MODEL, numbers, strict=True))


def _time_with(machines: str, regime: dict[str, Any]) -> float | None:
    """A prefill of one row has no schedule with a machine per row."""
    times = {schedule["what"]: schedule["time_s"] for schedule in regime["side_by_side"]}
    return times.get(machines)


def _fastest(regime: dict[str, Any]) -> float:
    return min(line["time_s"] for line in regime["classical"])
