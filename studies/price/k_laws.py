"""Rows of the presets whose k is assumed, with that k and with k by the law measured on a small language model."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import attrs

from groverattn.classical.lines import slowest_of
from groverattn.errors import InputError
from groverattn.estimation.columns import HARDWARE, SEARCH_LAW
from groverattn.models.k_laws import k_law
from groverattn.models.preset import TRAINED
from groverattn.models.presets import PRESETS
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice
from groverattn.row.request import RowRequest
from studies.sheet import Sheet

LAW = "smollm2-135m"


@attrs.frozen
class KRecord:
    """One row of one preset, by its best design, with k from one source.

    Attributes:
        preset: model, see `groverattn presets`.
        n_keys: keys that a row searches.
        d_head: numbers per key.
        k_from: assumed (our assumption, that of `presets.csv`), or the name of a law of k.
        weight: share of a row's softmax weight that the k keys hold in the median head; empty: assumed.
        n_marked: k.
        n_marked_low, n_marked_high: k by the interval of the law's exponent.
        n_marked_late: k by the exponent of the fit to large n alone; empty: n is not beyond what was measured.
        n_marked_few, n_marked_many: k of the heads at 10 % and 90 %.
        extrapolated: whether n lies outside of what was measured.
        iterates: Grover iterates of the row, expected.
        physical_qubits: physical qubits.
        duration_s: time of the row, seconds.
        slower_by_slowest, slower_by_fastest: over the slowest and the fastest GPU line.
        time_over_assumed: time over that with the assumed k.
        error: why numbers are missing; empty: none is.
    """

    preset: str
    n_keys: int
    d_head: int
    k_from: str
    weight: float | None
    n_marked: int
    n_marked_low: int | None = None
    n_marked_high: int | None = None
    n_marked_late: int | None = None
    n_marked_few: int | None = None
    n_marked_many: int | None = None
    extrapolated: bool | None = None
    iterates: float | None = None
    physical_qubits: int | None = None
    duration_s: float | None = None
    slower_by_slowest: float | None = None
    slower_by_fastest: float | None = None
    time_over_assumed: float | None = None
    error: str = ""


def records() -> Iterator[KRecord]:
    """Yield the records of every preset whose k is our assumption and whose rows are no shorter than those measured."""
    for name, model in PRESETS.items():
        if model.k != TRAINED and model.keys_in_view >= k_law(LAW).n_min:
            yield from preset_records(name)


def preset_records(preset: str) -> Iterator[KRecord]:
    """Yield the record with the assumed k, and one for each share of the weight that the law was measured for.

    >>> [record.n_marked for record in preset_records("toy")][0]
    2
    """
    assumed = _priced(preset)
    yield _record(assumed, None, assumed)
    for weight in k_law(LAW).weights:
        yield _record(_priced(preset, weight), weight, assumed)


Priced = tuple[RowRequest, RowPrice | InputError]


@functools.lru_cache(maxsize=1024)
def _priced(preset: str, weight: float | None = None) -> Priced:
    law = {} if weight is None else {"k_law": LAW, "k_weight": weight}
    request = RowRequest.of(preset=preset, search_law=SEARCH_LAW, hardware=HARDWARE, **law)
    try:
        return request, best_row(request)
    except InputError as error:
        return request, error


def _record(priced: Priced, weight: float | None, assumed: Priced) -> KRecord:
    (request, row), shape = priced, priced[0].shape
    record = KRecord(
        preset=request.name,
        n_keys=shape.n_keys,
        d_head=shape.d_head,
        k_from="assumed" if weight is None else LAW,
        weight=weight,
        n_marked=shape.n_marked,
        **_of_law(request),
    )
    if isinstance(row, InputError):
        return attrs.evolve(record, error=str(row))
    lines, duration_s, other = request.classical(), row.physical.duration_s, assumed[1]
    return attrs.evolve(
        record,
        iterates=row.cost.iterates_expected,
        physical_qubits=row.qubits,
        duration_s=duration_s,
        slower_by_slowest=duration_s / slowest_of(lines).time_s_per_row,
        slower_by_fastest=duration_s / min(line.time_s_per_row for line in lines),
        time_over_assumed=None if isinstance(other, InputError) else duration_s / other.physical.duration_s,
    )


def _of_law(request: RowRequest) -> dict[str, Any]:
    found = request.k_from.at(request.shape.n_keys)
    if found is None:
        return {}
    (low, high), (few, many) = found.by_exponent, found.of_heads
    numbers = {"n_marked_low": low, "n_marked_high": high, "n_marked_late": found.late}
    return numbers | {"n_marked_few": few, "n_marked_many": many, "extrapolated": found.extrapolated}


SHEET = Sheet("k_laws.csv", KRecord, records)
