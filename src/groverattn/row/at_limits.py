"""Circuits of a row at their limits, and the best of them at each number of keys: by time, or by qubits times time."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from qualtran.resource_counting import QubitCount

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, UNLOADS
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import cost_of
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import Hardware
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div
from groverattn.reference.search.parallel import ParallelSearch
from groverattn.row.request import RowRequest
from groverattn.row.time import LOG2_PART_MIN, RowLimits, RowTime, least, part_sizes

# The score in a few layers less for a third more qubits. `quantum-query` has one or two layers fewer still, on five
# times the qubits, and takes as long to build as all else here.
SHALLOW_SCORE, SHALLOW_OF_INDEXER = "plain-heap", "shared-sums"

# Below this factor the time of an iterate may be made up for by a filled-up search of fewer iterates.
_MARGIN = 2.0
_DISTANCE_MAX = 99


@attrs.frozen
class CircuitRow:
    """A row at its limits by one circuit.

    Attributes:
        limits: the row, with its data access, score and unload.
        score_method: name of its score.
    """

    limits: RowLimits
    score_method: str

    def width(self, n_keys: int) -> int:
        """Return the logical qubits of an iterate over some keys, one key per query."""
        design = self.limits.request.design
        return _width(design.data_access, n_keys, self.limits.score, design.unload)

    def as_json(self) -> dict[str, str]:
        """Return what it is."""
        design = self.limits.request.design
        return {"data_access": design.data_access, "score_method": self.score_method, "unload": design.unload}


def circuit_rows(request: RowRequest, score: KeyScore) -> tuple[CircuitRow, ...]:
    """Return the rows of every data access that is a circuit, by each unload, with the score of it and a shallow one.

    Args:
        request: sizes, law and machine; its own data access and unload are not looked at.
        score: the score of its query.
    """
    shallow = SHALLOW_SCORE if request.shape.index_heads is None else SHALLOW_OF_INDEXER
    scores = {request.design.score_method: score, shallow: _shallow(score, shallow)}
    rows = (
        CircuitRow(RowLimits.of(request, each, data_access=access, unload=unload, words_at_once=1), method)
        for access in DATA_ACCESSES
        for method, each in scores.items()
        for unload in UNLOADS
    )
    return tuple(filter(_is_circuit, rows))


def _is_circuit(row: CircuitRow) -> bool:
    try:
        return not row.limits.waits_of(1 << LOG2_PART_MIN).external_calls
    except InputError:  # an access without this unload
        return False


@functools.lru_cache(maxsize=64)
def _shallow(score: KeyScore, method: str) -> KeyScore:
    return make_score(method, score.query, score.threshold, score.key_bits)


@functools.lru_cache(maxsize=16_384)
def _width(access: str, n_keys: int, score: KeyScore, unload: str) -> int:
    oracle = oracle_of(access, KeyTable(n_keys, len(score.query), score.key_bits), score, unload=unload)
    return int(cost_of(GroverIterate(oracle), QubitCount()))


Chosen = tuple[CircuitRow, RowTime]


def best_whole(rows: Sequence[CircuitRow], cost: Callable[[CircuitRow, RowTime], float]) -> Callable[[int], Chosen]:
    """Return a function that knows the best row, searched as one, at each number of keys.

    A row whose iterate cost twice the best at some smaller power of two is not looked at: no circuit gets cheaper with
    more keys (see test).

    Args:
        rows: the circuits.
        cost: of one iterate; what is made least is iterates times it.
    """
    known: dict[CircuitRow, list[tuple[int, float]]] = {row: [] for row in rows}

    def at_least(row: CircuitRow, n_keys: int) -> float:
        return max((value for n, value in known[row] if n <= n_keys), default=0.0)

    @functools.cache
    def at(n_keys: int) -> Chosen:
        best: tuple[float, float, Chosen] | None = None
        refused: InputError | None = None
        for row in sorted(rows, key=lambda row: at_least(row, n_keys)):
            if best is not None and at_least(row, n_keys) > _MARGIN * best[1]:
                break
            try:
                time = row.limits.at(n_keys)
            except InputError as error:
                refused = error
                continue
            each = cost(row, time)
            if n_keys & (n_keys - 1) == 0:
                known[row].append((n_keys, each))
            if best is None or time.iterates * each < best[0]:
                best = time.iterates * each, each, (row, time)
        if best is None:
            raise refused or InputError(
                given="no data access that is a circuit", allowed="one or more", why="they are compared", do="add one"
            )
        return best[2]

    return at


@attrs.frozen
class PartDesign:
    """A circuit that searches equal parts of the keys, on some machines side by side.

    Attributes:
        row: the circuit.
        log2_part: log2 of the keys of a part.
        n_keys: keys of the row.
        n_machines: machines S.
    """

    row: CircuitRow
    log2_part: int
    n_keys: int
    n_machines: int = 1

    @property
    def in_turn(self) -> int:
        """Parts that each machine searches one after the other."""
        return ceil_div(self.n_keys, self.n_machines << self.log2_part)

    @property
    def width(self) -> int:
        """Logical qubits of one machine."""
        return self.row.width(1 << self.log2_part)

    @property
    def slowest_s(self) -> float:
        """Time of the slowest machine, seconds: a safe upper bound (`ParallelSearch.slowest`)."""
        limits, n_parts = self.row.limits, self.in_turn * self.n_machines
        search = ParallelSearch(n_parts, limits.request.error_budget)
        n_marked = limits.request.n_marked_at(self.n_keys)
        iterates = search.slowest(n_parts << self.log2_part, n_marked, parts_each=self.in_turn)
        return RowTime(self.n_keys, iterates, limits.waits_of(1 << self.log2_part), limits.times).duration_s


def best_in_parts(
    rows: Sequence[CircuitRow], cost: Callable[[CircuitRow, int, RowTime], float], n_keys: int
) -> PartDesign | None:
    """Return the circuit and the size of parts of least cost at some number of keys; None where no size will do.

    Args:
        rows: the circuits.
        cost: of a circuit, its logical qubits and its row in parts one after the other; never less for a longer time.
        n_keys: number of keys.
    """

    def at(option: tuple[CircuitRow, int], time: RowTime | None) -> float:
        row, log2_part = option
        return math.inf if time is None else cost(row, row.width(1 << log2_part), time)

    sizes = part_sizes(n_keys, rows[0].limits.request.n_marked_at(n_keys))
    options = itertools.product(rows, sizes)
    bounds = [(at((row, log2), row.limits.in_parts_at_least(n_keys, log2)), (row, log2)) for row, log2 in options]
    best = least(bounds, lambda option: at(option, option[0].limits.in_parts(n_keys, option[1])))
    return None if best is None else PartDesign(*best, n_keys)


@attrs.frozen
class Volume:
    """A row on the physical qubits that its width needs.

    Attributes:
        time_s: time of the row, seconds.
        qubits: physical qubits of the data block, no factories.
        distance: code distance.
    """

    time_s: float
    qubits: int
    distance: int

    @classmethod
    def of(cls, machine: Hardware, logical_qubits: int, time: RowTime) -> Volume:
        """Return the row at the least code distance at which a part expects at most one storage fault.

        A fault costs a trial, so a smaller distance would cost trials in every part: our assumption, in favour of the
        quantum row.
        """
        tiles = machine.exposed_tiles(logical_qubits)
        cycles = time.duration_s / time.n_parts / (machine.cycle_time_us * 1e-6)
        fits = (d for d in range(3, _DISTANCE_MAX, 2) if tiles * cycles * machine.p_logical_per_cycle(d) <= 1)
        distance = next(fits, _DISTANCE_MAX)
        return cls(time.duration_s, machine.qubits_of_tiles(machine.data_tiles(logical_qubits), distance), distance)

    @property
    def qubit_s(self) -> float:
        """Physical qubits times seconds."""
        return self.qubits * self.time_s

    def as_json(self) -> dict[str, Any]:
        """Return the printed numbers."""
        return {"physical_qubits": self.qubits, "code_distance": self.distance}


def named_design(row: CircuitRow, n_keys: int, parts: PartDesign | None = None) -> dict[str, Any]:
    """Return a design by its names and numbers.

    Args:
        row: the circuit.
        n_keys: keys that are searched.
        parts: how they are dealt; None: one machine searches all of them as one.
    """
    dealt = {"n_machines": 1, "parts_in_turn": 1, "keys_per_part": n_keys, "logical_qubits": row.width(n_keys)}
    if parts is not None:
        dealt = {
            "n_machines": parts.n_machines,
            "parts_in_turn": parts.in_turn,
            "keys_per_part": 1 << parts.log2_part,
            "logical_qubits": parts.n_machines * parts.width,
        }
    return row.as_json() | dealt
