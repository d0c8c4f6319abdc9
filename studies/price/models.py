"""The attention of every preset as a whole: one token and one prefill, beside the GPU that is slowest at it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from groverattn.errors import InputError
from groverattn.models.presets import PRESETS
from groverattn.row.request import RowRequest
from groverattn.whole_model.model import Regime, WholeModel, whole_model
from groverattn.whole_model.rivals import Rival
from studies.sheet import Sheet

DATA_ACCESSES = ("qroam", "bucket-brigade-wide")
SEARCH_LAW = "expected"
HARDWARE = "gidney-fowler-2018"


@attrs.frozen
class RegimeRecord:
    """A token or a prefill of one model with one data access. Times in seconds, attention only.

    Attributes:
        preset: model, see `groverattn presets`.
        data_access: how the circuit reaches the keys.
        kind: decode (one generated token at the full context) or prefill (causal, all rows).
        qubits: physical qubits of one machine, built for the longest row.
        row_s: time of the longest row.
        rows: rows that are searched in all heads and layers.
        iterates: Grover iterates of all of them, expected.
        toffoli: Toffoli gates of all of them, expected.
        time_s: all of them on one machine.
        time_share: time_s over that of rows that all search n keys; 1 for a token.
        machines: machines at the most that work side by side, one per row of a layer.
        machines_s: all rows on that many machines; layers wait for each other.
        loading_bits: bits of the keys that are new.
        loading_s: their writing at 1 Gbit/s (our assumption).
        gpu: GPU that takes longest.
        gpu_s: its time.
        gpu_machines: machines, one row at a time each, that take no longer, at least; empty: no number of them does.
        gpu_words: the same in words.
        wrong_rows: rows with a wrong answer, at most, expected.
        budget_per_row: probability that a row may be wrong so that all are right with probability 0.99.
        strict_iterates: iterates of the longest row within that budget, over those without; empty: out of reach.
        strict_code_distance: its code distance.
        strict_qubits: its physical qubits.
        strict_row_s: its time.
        error: why numbers are missing; empty: none is.
    """

    preset: str
    data_access: str
    kind: str
    qubits: int | None = None
    row_s: float | None = None
    rows: int | None = None
    iterates: float | None = None
    toffoli: float | None = None
    time_s: float | None = None
    time_share: float | None = None
    machines: int | None = None
    machines_s: float | None = None
    loading_bits: int | None = None
    loading_s: float | None = None
    gpu: str | None = None
    gpu_s: float | None = None
    gpu_machines: int | None = None
    gpu_words: str | None = None
    wrong_rows: float | None = None
    budget_per_row: float | None = None
    strict_iterates: float | None = None
    strict_code_distance: int | None = None
    strict_qubits: int | None = None
    strict_row_s: float | None = None
    error: str = ""


def records() -> Iterator[RegimeRecord]:
    """Yield two records for every preset and data access."""
    for preset in PRESETS:
        for access in DATA_ACCESSES:
            yield from model_records(preset, access)


def model_records(preset: str, data_access: str) -> Iterator[RegimeRecord]:
    """Yield the record of a token and that of a prefill; one that only says why if no machine can run a row.

    >>> [record.rows for record in model_records("gpt2", "qroam")]
    [144, 142848]
    """
    request = RowRequest.of(preset=preset, data_access=data_access, search_law=SEARCH_LAW, hardware=HARDWARE)
    try:
        model = whole_model(request)
    except InputError as error:
        yield from (RegimeRecord(preset, data_access, kind, error=str(error)) for kind in ("decode", "prefill"))
        return
    for regime in (model.decode, model.prefill):
        yield _record(model, regime)


def _record(model: WholeModel, regime: Regime) -> RegimeRecord:
    request, rows, wrong = model.request, regime.rows, regime.wrong
    n_rows, total = regime.scopes["model"]
    slowest: Rival = max(regime.rivals, key=lambda rival: rival.time_s)
    strict = wrong.strict
    return RegimeRecord(
        preset=request.name,
        data_access=request.design.data_access,
        kind=regime.kind,
        qubits=rows.qubits,
        row_s=rows.longest_s,
        rows=n_rows,
        iterates=total.iterates,
        toffoli=float(total.toffoli),
        time_s=rows.time_s,
        time_share=model.causal_share if regime.kind == "prefill" else 1.0,
        machines=rows.per_layer,
        machines_s=rows.least_s,
        loading_bits=round(regime.loading_s * model.loading.io_bits_per_s),
        loading_s=regime.loading_s,
        gpu=slowest.gpu,
        gpu_s=slowest.time_s,
        gpu_machines=slowest.machines,
        gpu_words=slowest.words,
        wrong_rows=wrong.expected,
        budget_per_row=wrong.budget_per_row,
        strict_iterates=strict and strict.cost.iterates_expected / wrong.row.cost.iterates_expected,
        strict_code_distance=strict and strict.physical.code_distance,
        strict_qubits=strict and strict.qubits,
        strict_row_s=strict and strict.physical.duration_s,
    )


SHEET = Sheet("models.csv", RegimeRecord, records)
