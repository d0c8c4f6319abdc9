"""Kind `estimate`: the inputs of `groverattn estimate`, and one row of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groverattn.estimation import columns as sheet
from groverattn.estimation.estimate import SCHEMA as RESULT_SCHEMA
from groverattn.inputs import Input, between, inputs_of, make
from groverattn.physical.machines.hardware import hardware, is_machine_file
from groverattn.problem.presets import PRESETS
from groverattn.row.request import RowRequest
from groverattn.sweep.kinds import ERROR, ID, SCHEMA, Column, Kind, Values, asked
from groverattn.whole_model.loading import IO_BITS_PER_S
from groverattn.whole_model.model import Regime, WholeModel, whole_model

_OF_A_MODEL = {
    "whole_model": Input("whole_model", bool, False, False, "Whether the whole model is asked for too."),
    "io_bits_per_s": Input(
        *(
            "io_bits_per_s",
            float,
            False,
            IO_BITS_PER_S,
            "whole_model: rate at which keys are written, bits per second.",
        ),
        between(1e-300, 1e300, "keys are written at this rate"),
    ),
}


def _machines_per_row_s(prefill: Regime) -> float | None:
    """A prefill of one row per head has no schedule with a machine per row."""
    return prefill.rows.least_s if prefill.rows_per_head > 1 else None


def _fastest_s(regime: Regime) -> float:
    return min(rival.time_s for rival in regime.rivals)


# fmt: off
_MODEL_COLUMNS = (
    Column("token_s", "whole_model: time of a generated token on one machine, seconds",
           lambda model: model.decode.rows.time_s),
    Column("token_per_head_s", "the same with a machine for every head of a layer",
           lambda model: model.decode.rows.layers * model.decode.head.time_s),
    Column("token_gpu_fastest_s", "the same on the fastest GPU", lambda model: _fastest_s(model.decode)),
    Column("prefill_s", "whole_model: time of all rows of a full context on one machine, seconds",
           lambda model: model.prefill.rows.time_s),
    Column("prefill_per_row_s", "the same with a machine for every row of a layer",
           lambda model: _machines_per_row_s(model.prefill)),
    Column("prefill_gpu_fastest_s", "the same on the fastest GPU", lambda model: _fastest_s(model.prefill)),
    Column("loading_s", "time to write the keys of a full context, seconds", lambda model: model.prefill.loading_s),
)
# fmt: on

_INPUTS = inputs_of(RowRequest) | _OF_A_MODEL
_MORE_INPUTS = ("key_numbers", "score_method", "qram_latency_us", "qram_qubits_per_bit", "qram_p_error", *_OF_A_MODEL)


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
    cells: dict[str, Any] = sheet.sheet_row(request) | {"key_numbers": request.key_numbers}
    if values["whole_model"] and not cells["error"]:
        model: WholeModel = whole_model(request, io_bits_per_s=values["io_bits_per_s"])
        cells |= {column.name: column.value(model) for column in _MODEL_COLUMNS if column.value}
    return cells


# Points that follow each other share, from the left: the law's cost at other n, the parts of a score, the iterate.
_SHARED = ("score_method", "preset", "d_head", "query_bits", "key_bits", "n_marked", "n_keys", "data_access")

ESTIMATE = Kind(
    name="estimate",
    schema="groverattn.sweep.estimate/1",
    result_schema=RESULT_SCHEMA,
    inputs=_INPUTS,
    columns=(
        *(ID, SCHEMA),
        *(Column(each.name, each.meaning) for each in sheet.COLUMNS if each.name not in (ID.name, ERROR.name)),
        *(*_MODEL_COLUMNS, *asked(_INPUTS, *_MORE_INPUTS), ERROR),
    ),
    result=result,
    order=(*_SHARED, "search_law", "error_budget", "hardware"),
    shared=_SHARED,
    files={"hardware": is_machine_file},
    check_file=lambda path: hardware(str(path)),
    from_preset=frozenset().union(*(RowRequest.completed({"preset": name}) for name in PRESETS)),
)
