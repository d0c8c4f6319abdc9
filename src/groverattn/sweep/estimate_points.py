"""Kind `estimate`: the inputs of `groverattn estimate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from groverattn.estimation import columns as sheet
from groverattn.estimation.estimate import SCHEMA as RESULT_SCHEMA
from groverattn.inputs import Input, between, inputs_of, make
from groverattn.models.configuration.model_config import read_config
from groverattn.models.k_laws import is_law_file, read_k_law
from groverattn.physical.machines.hardware import hardware, is_machine_file
from groverattn.row.model_sizes import OF_A_MODEL
from groverattn.row.request import RowRequest
from groverattn.sweep.kinds import Kind, Values
from groverattn.whole_model.loading import IO_BITS_PER_S
from groverattn.whole_model.model import WholeModel, whole_model

_KEYS_WRITTEN = between(1e-300, 1e300, "keys are written at this rate")
_RATE = "whole_model: rate at which keys are written, bits per second."
_OF_A_MODEL = {
    "whole_model": Input("whole_model", bool, False, False, "Whether the whole model is asked for too."),
    "io_bits_per_s": Input("io_bits_per_s", float, False, IO_BITS_PER_S, _RATE, _KEYS_WRITTEN),
}
_INPUTS = inputs_of(RowRequest) | _OF_A_MODEL
_OF_SHEET = {column.name: column.meaning for column in sheet.COLUMNS if column.name not in ("id", "error")}
_MORE_INPUTS = [name for name in _INPUTS if name not in _OF_SHEET]
_MODEL_COLUMNS = {
    "token_s": "whole_model: time of a generated token on one machine, seconds",
    "token_per_head_s": "the same with a machine for every head of a layer",
    "token_gpu_fastest_s": "the same on the fastest GPU",
    "prefill_s": "whole_model: time of all rows of a full context on one machine, seconds",
    "prefill_per_row_s": "the same with a machine for every row of a layer",
    "prefill_gpu_fastest_s": "the same on the fastest GPU",
    "loading_s": "time to write the keys of a full context, seconds",
}


def request_of(values: Values) -> RowRequest:
    """Return the request of a point.

    Raises:
        InputError: sizes that are missing or do not go together.
    """
    return make(RowRequest, {name: values[name] for name in inputs_of(RowRequest)})


def result(values: Values) -> Mapping[str, Any]:
    """Return the cells of a point: those of `estimates/presets.csv`, and of the whole model where it is asked for.

    Raises:
        InputError: sizes that are missing or do not go together.
    """
    request = request_of(values)
    cells: dict[str, Any] = sheet.sheet_row(request) | {"key_numbers": request.key_numbers, "note": request.note}
    if values["whole_model"] and not cells["error"]:
        cells |= _of_model(whole_model(request, io_bits_per_s=values["io_bits_per_s"]))
    return cells


def _of_model(model: WholeModel) -> dict[str, float | None]:
    decode, prefill = model.decode, model.prefill
    times = (
        decode.rows.time_s,
        decode.rows.time_s / decode.query_heads,
        min(rival.time_s for rival in decode.rivals),
        prefill.rows.time_s,
        prefill.rows.least_s if prefill.rows_per_head > 1 else None,  # one row per head: no machine for every row
        min(rival.time_s for rival in prefill.rivals),
        prefill.loading_s,
    )
    return dict(zip(_MODEL_COLUMNS, times, strict=True))


# Points that follow each other share, from the left: the law's cost at other n, the parts of a score, the iterate.
_SHARED = (
    *("score_method", "preset", "config", "d_head", "query_bits", "key_bits", "k_law", "k_weight"),
    *("n_marked", "n_keys", "data_access"),
)

_READ: dict[str, Callable[[Path], object]] = {
    "hardware": lambda path: hardware(str(path)),
    "config": read_config,
    "k_law": read_k_law,
}

ESTIMATE = Kind(
    name="estimate",
    schema="groverattn.sweep.estimate/2",
    result_schema=RESULT_SCHEMA,
    inputs=_INPUTS,
    columns=_OF_SHEET | _MODEL_COLUMNS | {name: _INPUTS[name].help_in_python for name in _MORE_INPUTS},
    result=result,
    order=(*_SHARED, "search_law", "error_budget", "hardware"),
    shared=_SHARED,
    files={"hardware": is_machine_file, "config": lambda path: True, "k_law": is_law_file},
    check_file=lambda name, path: _READ[name](path),
    from_preset=frozenset(OF_A_MODEL),
)
