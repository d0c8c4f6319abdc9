"""Code distances of a machine, and how often storage fails at each."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import attrs
import numpy as np

from groverattn.physical.demand import Demand
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.pace import Floats

# Far beyond any published estimate; reached only within a few per cent of the threshold.
CODE_DISTANCE_MAX = 501

OneOrMany = TypeVar("OneOrMany", float, Floats)


@attrs.frozen
class CodeDistance:
    """A code distance on a machine.

    Attributes:
        distance: the code distance d.
        error_rate: logical error rate of a tile per `Hardware.error_interval`.
        tile_qubits: physical qubits of a tile.
    """

    distance: int
    error_rate: float
    tile_qubits: int


@cache
def code_distances(hardware: Hardware) -> tuple[CodeDistance, ...]:
    """Return the odd code distances from 3 to `CODE_DISTANCE_MAX`."""
    distances = range(3, CODE_DISTANCE_MAX + 1, 2)
    return tuple(CodeDistance(d, hardware.p_logical(d), hardware.qubits_per_tile(d)) for d in distances)


@cache
def _distances_and_rates(hardware: Hardware) -> Floats:
    return np.array([(each.distance, each.error_rate) for each in code_distances(hardware)], dtype=np.float64).T


def error_intervals(demand: Demand, hardware: Hardware, busy_cycles: Any, distance: Any) -> Any:
    """Return how often each tile is exposed to the logical error rate in this many busy cycles and the waiting."""
    cycles = busy_cycles + demand.waiting_cycles
    return cycles if hardware.error_interval == "cycle" else cycles / distance


def least_cycles(demand: Demand, distance: OneOrMany) -> OneOrMany:
    """Return the code cycles with any number of factories, and with all the operating tiles that can be bought."""
    traffic = float(demand.clifford) * distance / demand.operating_tiles_max if demand.operating_tiles_max else 0.0
    return np.maximum(demand.pace.least_cycles(distance), traffic)  # pyright: ignore[reportReturnType]


def first_distance(demand: Demand, hardware: Hardware, stored_tiles: float = 0.0) -> int:
    """Index of the first code distance at which storage alone may meet the budget, that of a store included."""
    distance, error_rate = _distances_and_rates(hardware)
    intervals = error_intervals(demand, hardware, least_cycles(demand, distance), distance)
    p_data = np.minimum.accumulate(intervals * (demand.exposed_tiles + stored_tiles) * error_rate)
    return int(np.searchsorted(-p_data, -demand.p_left * (1 + 1e-9)))
