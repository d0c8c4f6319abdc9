"""Over n and k: the time that an iterate may take if the search is to be as fast as a GPU, and what it takes now."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.models.presets import PRESETS, Preset
from groverattn.physical.machines.hardware import hardware
from groverattn.reference.search.laws import search_cost
from groverattn.row.circuit import score_of
from groverattn.row.request import RowRequest
from groverattn.row.time import RowLimits, one_key

# From a short prompt to where a one-reaction oracle would beat the fastest line; k up to twice the largest preset's.
_LOG2_N = (8, 56)
_LOG2_K = (0, 12)
_KEYS_PER_MARKED = 4  # fewer, and the row is read rather than searched
# What the presets are shown with: fewest Toffolis, the paper's assumption, and the fastest of the circuits.
FEWEST_TOFFOLIS, ASSUMED = "qroam", "qram"


@attrs.frozen(eq=False)
class MapGrid:
    """Time that an iterate may take, on a grid.

    Attributes:
        n_keys: numbers of keys, shape (a,).
        n_marked: numbers of marked keys, shape (b,).
        slowest_s, fastest_s: against the slowest and the fastest classical line, seconds, shape (b, a); NaN where
            there are fewer than four keys to a marked one.
    """

    n_keys: NDArray[np.float64]
    n_marked: NDArray[np.float64]
    slowest_s: NDArray[np.float64]
    fastest_s: NDArray[np.float64]


@attrs.frozen
class PresetMark:
    """A place on the map: all presets of the same sizes, or the row of the request.

    Attributes:
        names: the presets, or the row.
        n_keys, n_marked: where they lie.
        slowest_s, fastest_s: time that an iterate of theirs may take against either line, seconds.
        now_s: time that it takes at its limits, by data access: `qroam`, `qram` and the fastest circuit, seconds.
        fastest_circuit: which access that is.
    """

    names: tuple[str, ...]
    n_keys: int
    n_marked: int
    slowest_s: float
    fastest_s: float
    now_s: dict[str, float]
    fastest_circuit: str


@attrs.frozen(eq=False)
class BreakEvenMap:
    """The map of one request, with all presets on it.

    Attributes:
        request: whose d, group of query heads, law and machine the grid is for.
        reaction_s: reaction time of the machine, the floor of an oracle that is a single reaction, seconds.
        grid: the times that are needed.
        marks: the presets, each with its own d and group; the requested row too, unless it is a preset.
    """

    request: RowRequest
    reaction_s: float
    grid: MapGrid
    marks: list[PresetMark]


def break_even_map(request: RowRequest) -> BreakEvenMap:
    """Compute the map; k is one of its axes, and that of a preset its own: a law of k is left out.

    Raises:
        InputError: an unknown law or machine.
    """
    reaction_s = hardware(request.hardware).reaction_time_us * 1e-6
    request = request.with_given_k()
    return BreakEvenMap(request, reaction_s, _grid(request), list(_marks(request)))


def _grid(request: RowRequest) -> MapGrid:
    n_keys, n_marked = (1 << np.arange(low, high + 1, 2, dtype=np.int64) for low, high in (_LOG2_N, _LOG2_K))
    shape = (n_marked.size, n_keys.size)
    slowest, fastest = np.full(shape, np.nan), np.full(shape, np.nan)
    for column, n in enumerate(n_keys.tolist()):
        times = [line.time_s_per_row for line in request.classical(n)]
        for row, k in enumerate(n_marked.tolist()):
            if n >= _KEYS_PER_MARKED * k:
                iterates = search_cost(request.search_law, n, k, request.error_budget).iterates_expected
                slowest[row, column], fastest[row, column] = max(times) / iterates, min(times) / iterates
    return MapGrid(n_keys.astype(float), n_marked.astype(float), slowest, fastest)


def _marks(request: RowRequest) -> Iterator[PresetMark]:
    places: dict[tuple, list[Preset]] = {}
    for preset in PRESETS.values():
        if preset.keys_in_view >= 1 << _LOG2_N[0]:
            stored = preset.key_numbers if preset.index_heads is None else None
            sizes = (preset.shape(8, 8), preset.group_size, stored)
            places.setdefault(sizes, []).append(preset)
    for presets in places.values():
        # a preset that has too few keys to read as many first is on the map without reading
        reads = request.read.n_keys <= presets[0].keys_in_view // 2
        own = request if reads else request.but(read_first=0, read_last=0, marked_read=None)
        yield _mark(one_key(own.of_model(presets[0].name)), tuple(one.name for one in presets))
    if not _is_preset(request) and request.shape.n_keys >= 1 << _LOG2_N[0]:
        yield _mark(one_key(request), (f"this row, {request.name}",))


def _is_preset(request: RowRequest) -> bool:
    """Whether the sizes are those of the preset that the request names."""
    if request.name not in PRESETS:
        return False
    own = request.of_model(request.name)
    return (own.shape, own.gqa_group) == (request.shape, request.gqa_group)


def _mark(own: RowRequest, names: tuple[str, ...]) -> PresetMark:
    times = [line.time_s_per_row for line in own.classical()]
    score, n_keys = score_of(own), own.shape.n_keys
    n_searched = n_keys - own.read.n_keys
    rows = {access: RowLimits.of(own, score, data_access=access).at(n_searched) for access in DATA_ACCESSES}
    now_s = {access: row.iterate_s for access, row in rows.items()}
    iterates = rows[ASSUMED].iterates
    fastest = min((access for access in now_s if access != ASSUMED), key=lambda access: now_s[access])
    return PresetMark(
        names=names,
        n_keys=n_keys,
        n_marked=own.shape.n_marked,
        slowest_s=max(times) / iterates,
        fastest_s=min(times) / iterates,
        now_s={access: now_s[access] for access in dict.fromkeys((FEWEST_TOFFOLIS, fastest, ASSUMED))},
        fastest_circuit=fastest,
    )
