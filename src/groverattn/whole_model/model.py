"""A whole model: all rows of all heads and layers, for one generated token and for a prefill, beside GPUs."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.classical.lines import KeyMemory, ModelTime, whole_model_times
from groverattn.physical.machines.hardware import check_modelled_here
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.show.numbers import count_text
from groverattn.show.result import Shown
from groverattn.whole_model.causal_rows import CausalRows, RowsSum
from groverattn.whole_model.head_rows import HeadRows, decode_rows, prefill_rows, window_rows
from groverattn.whole_model.loading import IO_BITS_PER_S, MemoryLoading
from groverattn.whole_model.rivals import Rival, Rows
from groverattn.whole_model.wrong_rows import WrongRows

SCHEMA = "groverattn.whole_model/1"
_OF_LOADING = ("memories", "bits_per_memory", "memory_s", "prefill_s", "token_s", "destination")


@attrs.frozen
class Regime:
    """One generated token at the full context (decode: one row a head), or the prefill of it (all rows of a head).

    Attributes:
        kind: decode or prefill.
        query_heads: heads of a layer; 1 for an indexer.
        full: rows of a head in the layers that see all keys.
        windows: those in the layers with a window; None: there are none.
        rows: the rows of the model.
        loading_s: time to write the keys that are new, seconds.
        rivals: GPUs.
        wrong: rows with a wrong answer.
    """

    kind: str
    query_heads: int
    full: HeadRows
    windows: HeadRows | None
    rows: Rows
    loading_s: float
    rivals: tuple[Rival, ...]
    wrong: WrongRows

    @property
    def rows_per_head(self) -> int:
        """Rows of a head that are searched, in a layer that sees all keys."""
        return self.full.per_head

    @property
    def head(self) -> RowsSum:
        """What these take, one after the other."""
        return self.full.total

    @property
    def scopes(self) -> dict[str, tuple[int, RowsSum]]:
        """Rows of a head, of a layer that sees all keys, and of the model, and what they take."""
        rows, total = self.full.in_heads(self.query_heads * self.full.layers)
        if self.windows is not None:
            more, others = self.windows.in_heads(self.query_heads * self.windows.layers)
            rows, total = rows + more, total.plus(others)
        return {"head": self.full.in_heads(1), "layer": self.full.in_heads(self.query_heads), "model": (rows, total)}

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            **{scope: {"rows": n_rows} | attrs.asdict(total) for scope, (n_rows, total) in self.scopes.items()},
            "windows": None if self.windows is None else attrs.asdict(self.windows),
            "side_by_side": self.side_by_side(),
            "loading_s": self.loading_s,
            "classical": [attrs.asdict(rival) for rival in self.rivals],
            "wrong_rows": self.wrong.as_json(),
        }

    def side_by_side(self) -> list[dict[str, Any]]:
        """Return the schedules of machines; layers follow each other, and so do the rows of one machine."""
        rows = self.rows
        schedules = [
            ("one machine", 1, rows.time_s),
            ("one machine per head", self.query_heads, rows.time_s / self.query_heads),
        ]
        if self.rows_per_head > 1:
            schedules.append(("one machine per row", rows.per_layer, rows.least_s))
        return [
            {"what": what, "machines": machines, "qubits": machines * rows.qubits, "time_s": time_s}
            for what, machines, time_s in schedules
        ]


@attrs.frozen
class WholeModel(Shown):
    """The attention of a whole model on a quantum computer, beside GPUs.

    Attributes:
        request: sizes and choices.
        rows: the rows of a causal head that sees all keys, and the machine of the longest one.
        decode: one generated token at the full context.
        prefill: all rows of a full context.
        loading: writing the keys.
    """

    request: RowRequest
    rows: CausalRows
    decode: Regime
    prefill: Regime
    loading: MemoryLoading

    @property
    def causal_share(self) -> float:
        """Time of the rows of a causal head over that of as many rows that all search n keys."""
        return self.prefill.head.time_s / (self.request.n_tokens * self.rows.price.physical.duration_s)

    def as_json(self) -> dict[str, Any]:
        """Return the object that tables and reports read."""
        request, price, n_keys = self.request, self.rows.price, self.request.shape.n_keys
        read = n_keys - self.rows.n_searched
        return {
            "schema": SCHEMA,
            "inputs": request.as_json() | {"io_bits_per_s": self.loading.io_bits_per_s},
            "machine": {
                "qubits": price.qubits,
                "longest_row_s": price.physical.duration_s,
                "least_row_s": _limit_s(price),
                "limited_by": price.physical.limited_by,
                "code_distance": price.physical.code_distance,
                "n_factories": price.physical.n_factories,
            },
            "causal": {
                "time_share": self.causal_share,
                "iterates_share": self.prefill.head.iterates / (request.n_tokens * price.cost.iterates_expected),
                "toffoli_share": self.prefill.head.toffoli / (request.n_tokens * price.totals.row.toffoli),
                "rows_read_per_head": request.pool * read,
                "keys_read_per_head": request.pool
                * (read * (read + 1) // 2 + self.rows.n_searched * request.read.n_keys),
            },
            "decode": self.decode.as_json(),
            "prefill": self.prefill.as_json(),
            "loading": {name: getattr(self.loading, name) for name in _OF_LOADING},
            "assumptions": assumptions(self),
        }


def whole_model(
    request: RowRequest, row: RowPrice | None = None, *, io_bits_per_s: float = IO_BITS_PER_S
) -> WholeModel:
    """Return what the attention of a whole model takes.

    The machine is the one of least space-time volume for the longest row, as in `groverattn estimate`, and shorter rows
    run on it too. Prefill is causal (`CausalRows`): its rows are summed by a quadrature.

    Args:
        request: sizes and choices.
        row: the longest row if it is priced already, as `Estimate.row`; None prices it.
        io_bits_per_s: rate at which keys are written.

    Raises:
        InputError: an unknown name, a rate that is not positive, or a row that no machine of this kind can run.

    >>> from groverattn.row.request import RowRequest
    >>> model = whole_model(RowRequest.of(preset="toy"))
    >>> model.prefill.rows_per_head, f"{model.causal_share:.2f}"
    (14, '0.68')
    """
    check_modelled_here(request.hardware)
    price = row or best_row(request)
    request = price.request
    shape = request.shape
    pricing = RowPricing.of(request)
    rows = CausalRows(request, pricing, price)
    windows = window_rows(rows) if request.window_layers else (None, None)
    searching = request.layers + (request.window_layers if windows[0] and windows[0].per_head else 0)
    loading = MemoryLoading(
        memories=searching * request.query_heads // (1 if _has_own_keys(request) else request.gqa_group),
        n_keys=request.n_tokens // request.pool,
        bits_per_key=shape.d_head * shape.key_bits,
        into_memory=pricing.iterate.oracle.external_calls > 0,
        io_bits_per_s=io_bits_per_s,
    )
    gpus = gpu_times(request)

    def regime(kind: str, full: HeadRows, local: HeadRows | None, loading_s: float) -> Regime:
        searched = Rows(
            layers=full.layers,
            per_layer=request.query_heads * full.per_head,
            time_s=request.query_heads * sum(each.layers * each.total.time_s for each in (full, local) if each),
            longest_s=full.longest_s,
            limit_s=_limit_s(price),
            qubits=price.qubits,
            windows_s=local.layers * local.longest_s if local else 0.0,
        )
        rivals = tuple(Rival.of(line, searched) for line in gpus if line.kind == kind)
        n_rows = request.query_heads * sum(each.layers * each.per_head for each in (full, local) if each)
        wrong = WrongRows.of(n_rows, pricing, price)
        return Regime(kind, request.query_heads, full, local, searched, loading_s, rivals, wrong)

    return WholeModel(
        request=request,
        rows=rows,
        decode=regime("decode", decode_rows(rows), windows[0], loading.token_s),
        prefill=regime("prefill", prefill_rows(rows), windows[1], loading.prefill_s),
        loading=loading,
    )


def _limit_s(price: RowPrice) -> float:
    """Time that the longest row takes with any number of factories and operating tiles, seconds."""
    limits_s = price.physical.limits_s
    return max(limits_s["reaction"], limits_s["layout"]) + price.physical.waiting_s


def _has_own_keys(request: RowRequest) -> bool:
    """Whether every query head searches keys of its own, although the model stores them together (MLA)."""
    return request.key_numbers is not None


def gpu_times(request: RowRequest) -> list[ModelTime]:
    """Return what the attention of the whole model takes on every GPU."""
    sharing = request.query_heads if _has_own_keys(request) else request.gqa_group
    shape, n_keys = request.shape, request.n_tokens // request.pool
    memory = KeyMemory(n_keys, shape.d_head, sharing, request.key_numbers, shape.index_heads)
    window, local_layers, layers = request.window, request.window_layers, request.layers
    if n_keys > shape.n_keys:  # all layers have a window
        window, local_layers, layers = shape.n_keys, layers, 0
    local = {"window": window, "window_layers": local_layers}
    return whole_model_times(memory, layers, request.query_heads, pool=request.pool, **local)


def assumptions(model: WholeModel) -> list[str]:
    """Return what the numbers of a whole model rest on, in sentences."""
    request, loading = model.request, model.loading
    shape, read = request.shape, request.shape.n_keys - model.rows.n_searched
    own_keys = (
        f"; every head's own keys are counted, where the model stores {request.key_numbers} numbers per key and layer"
        if _has_own_keys(request)
        else ""
    )
    at_most = f", at most {shape.n_keys:,}" if request.n_tokens > request.pool * shape.n_keys else ""
    return [
        _what_is_counted(model),
        f"Prefill is causal: row i searches {_in_view(request)}{at_most}. The first {read * request.pool:,} rows of a "
        f"head see no more keys than are {_read_whole(request)}; they are read classically and cost no "
        "quantum time.",
        "One machine is built for the longest row, and shorter rows run on it. A row is filled up with dead keys "
        "where that takes less time. Times of the rows of a head are summed by a quadrature.",
        "Rows of a layer run side by side; the next layer waits for them. A row is not split over machines: what that "
        "buys is on the frontier, from sqrt(S) times for one marked key to more than S times where many are marked.",
        f"Keys are written at {count_text(loading.io_bits_per_s)} bit/s (our assumption) "
        f"{loading.destination}{own_keys}. The "
        "time stands beside the search and is not added: writing may overlap it.",
        "Wrong rows are neither noticed nor repeated; they are independent of each other (our assumption).",
    ]


def _read_whole(request: RowRequest) -> str:
    """Up to how many keys a row is read whole, in words."""
    k, read = request.left.shape.n_marked, request.read.n_keys
    return f"read first and to be found ({read:,} and {k:,})" if read else f"to be found ({k:,})"


def _in_view(request: RowRequest) -> str:
    return "i + 1 keys" if request.pool == 1 else f"the pooled keys of tokens 0 to i, {request.pool} in each"


def _what_is_counted(model: WholeModel) -> str:
    request = model.request
    counted = (
        "Attention only, on both sides: linear layers are left out. Every row has as many marked keys as the longest."
    )
    if request.shape.index_heads is not None:
        counted += (
            " An indexer's row is one for all heads of its layer; the attention to the keys that it chose is left out, "
            "and so are layers that search nothing."
        )
    windows = model.decode.windows
    if windows is not None:
        search = "search no more" if windows.per_head else "are read whole, and cost no quantum time"
        counted += f" Rows of the {windows.layers} layers with a window see {request.window:,} keys, and {search}."
    return counted
