"""Search for the design of least volume: factory, copies, code distance and T gates per rotation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.physical.demand import Demand
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import Factory, candidate_factories
from groverattn.physical.machines.hardware import Hardware

# Far beyond any published estimate; reached only within a few per cent of the threshold.
CODE_DISTANCE_MAX = 501

Floats = NDArray[np.float64]
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


def error_intervals(demand: Demand, hardware: Hardware, busy_cycles: OneOrMany, distance: OneOrMany) -> OneOrMany:
    """Return how often each tile is exposed to the logical error rate in this many busy cycles and the waiting."""
    cycles = busy_cycles + demand.waiting_cycles
    return cycles if hardware.error_interval == "cycle" else cycles / distance


def best_design(
    demands: Iterable[Demand], hardware: Hardware, family: str, n_factories: int | None = None
) -> PhysicalEstimate | None:
    """Return the design of least volume with factories of one family; None if none meets the budget.

    Branch and bound: factories are tried in the order of the least volume that they can have, until no other can win.
    """
    best: PhysicalEstimate | None = None
    for demand in demands:
        for factory, distances, least_volume in _candidates(demand, hardware, family):
            least_volume_qubit_s = least_volume * hardware.cycle_time_us * 1e-6
            # with a margin, since the bound and the volume are rounded differently
            if best is not None and least_volume_qubit_s > best.volume_qubit_s * (1 + 1e-12):
                break
            design = _Design(demand, hardware, factory)
            found = [*design.all_within_budget(distances, n_factories), *([best] if best else [])]
            best = min(found, key=lambda estimate: (estimate.volume_qubit_s, estimate.qubits), default=None)
    return best


def _candidates(
    demand: Demand, hardware: Hardware, family: str
) -> Iterator[tuple[Factory, Sequence[CodeDistance], float]]:
    """Yield factories in the order of the least volume that each can have, qubits times cycles.

    With each of them the code distances at which its states and storage together may meet the budget. A machine has
    thousands of factories, and few of them can win, so this is done for all of them at once, by arrays.
    """
    factories, (qubits, *merits) = _merits_of(family, hardware)
    cycles, p_factory = (of_toffoli * float(demand.toffoli) + of_t * float(demand.t) for of_toffoli, of_t in merits)
    least = _LeastStorage.of(demand, hardware)
    # with a margin for rounding: the budget is checked again for every design
    p_allowed = (demand.p_left - p_factory) * (1 + 1e-9)
    # the first distance at which storage fails no more often than is allowed
    first = np.searchsorted(-np.minimum.accumulate(least.p_data), -p_allowed)
    (possible,) = np.nonzero((p_factory < demand.p_left) & (first < least.p_data.size))
    volume = least.volume(first[possible], qubits[possible], cycles[possible])
    order = np.argsort(volume, kind="stable")
    distances = code_distances(hardware)
    for i, least_volume in zip(possible[order].tolist(), volume[order].tolist(), strict=True):
        yield factories[i], distances[first[i] :], least_volume


@attrs.frozen
class _LeastStorage:
    """What the data block takes at its best, at each code distance; all arrays have shape (distances,).

    Attributes:
        waiting_cycles: cycles in which the machine waits.
        busy: cycles with any number of factories, and with all the operating tiles that can be bought.
        p_data: error of storage.
        passive: qubits of the tiles that only store.
        active: qubits of those that are there to operate.
        traffic: qubits times cycles that the Clifford gates take.
    """

    waiting_cycles: float
    busy: Floats
    p_data: Floats
    passive: Floats
    active: Floats
    traffic: Floats

    @classmethod
    def of(cls, demand: Demand, hardware: Hardware) -> _LeastStorage:
        distance, error_rate, tile_qubits = _arrays_of_distances(hardware)
        busy = np.maximum(demand.reaction_cycles, float(demand.consumption_steps) * distance)
        traffic = float(demand.clifford) * distance if demand.operating_tiles_max else 0.0 * distance
        busy = np.maximum(busy, traffic / max(demand.operating_tiles_max, 1))
        return cls(
            waiting_cycles=demand.waiting_cycles,
            busy=busy,
            p_data=error_intervals(demand, hardware, busy, distance) * demand.exposed_tiles * error_rate,
            passive=(demand.tiles - demand.operating_tiles) * tile_qubits,
            active=demand.operating_tiles * tile_qubits,
            traffic=traffic * tile_qubits,
        )

    def volume(self, at: NDArray[np.intp], qubits: Floats, cycles: Floats) -> Floats:
        """Return the least qubits times cycles with factories of these sizes, one of which would take `cycles`.

        At each distance it is least where they keep up with all else, with just fewer or just more of them; larger
        distances only add to it. Where the machine waits, the bound has factories that are never idle.

        Args:
            at: index of the code distance; all arguments have shape (factories,).
        """
        busy, passive, active, traffic = (each[at] for each in (self.busy, self.passive, self.active, self.traffic))
        if self.waiting_cycles:
            time = busy + self.waiting_cycles
            return passive * time + np.maximum(active * time, traffic) + qubits * cycles

        def with_copies(n: Floats) -> Floats:
            time = np.maximum(cycles / n, busy)
            return (passive + n * qubits) * time + np.maximum(active * time, traffic)

        fewer = np.maximum(np.floor(cycles / busy), 1)
        return np.minimum(with_copies(fewer), with_copies(fewer + 1))


@cache
def _arrays_of_distances(hardware: Hardware) -> Floats:
    """Shape (3, distances): distance, error rate and qubits of a tile."""
    return np.array([attrs.astuple(distance) for distance in code_distances(hardware)], dtype=np.float64).T


@cache
def _merits_of(family: str, hardware: Hardware) -> tuple[tuple[Factory, ...], tuple[Floats, Floats, Floats]]:
    """The factories of a family: qubits, shape (factories,); cycles and error of a Toffoli and a T, (2, factories)."""
    factories = candidate_factories(family, hardware)
    qubits = [factory.qubits for factory in factories]
    cycles = [[f.cycles_per_toffoli for f in factories], [f.cycles_per_t for f in factories]]
    errors = [[f.p_error_per_toffoli for f in factories], [f.p_error_per_t for f in factories]]
    return factories, (np.array(qubits, float), np.array(cycles, float), np.array(errors, float))


@attrs.frozen
class _Design:
    """A demand served by copies of one factory, with the code distance and the number of copies still open."""

    demand: Demand
    hardware: Hardware
    factory: Factory

    def all_within_budget(
        self, distances: Iterable[CodeDistance], n_factories: int | None
    ) -> Iterator[PhysicalEstimate]:
        """Yield designs that meet the budget, the one of least volume among them.

        At a fixed distance the volume falls with the copies until another limit is met and grows from there on, or has
        its least before it where the machine waits: the whole numbers around these points suffice. Once all of them
        meet the budget, a larger distance only adds qubits.
        """
        p_factory = self.factory.p_error(self.demand.toffoli, self.demand.t)
        for place in distances:
            copies = self._copies(place) if n_factories is None else (n_factories,)
            within = 0
            for n in copies:
                estimate = self._estimate(place, n, p_factory)
                if estimate.p_failure <= self.demand.error_budget:
                    within += 1
                    yield estimate
            if within == len(copies):
                return

    def _copies(self, place: CodeDistance) -> tuple[int, ...]:
        """The whole numbers around the point where the factories keep up; no more copies than gates they serve."""
        ideal = self._one_factory_cycles / self.demand.least_cycles(place.distance)
        points = [ideal]
        if self.demand.waiting_cycles:
            # (data + n factory) (cycles / n + waiting) has its least where its derivative by n is 0
            data_qubits = self.demand.tiles * place.tile_qubits
            busy_share = self._one_factory_cycles / self.demand.waiting_cycles
            points.append(min(ideal, math.sqrt(data_qubits / self.factory.qubits * busy_share)))
        most = self.demand.toffoli + self.demand.t
        return tuple({min(max(n, 1), most) for point in points for n in (math.floor(point), math.ceil(point))})

    @property
    def _one_factory_cycles(self) -> float:
        return self.factory.cycles(self.demand.toffoli, self.demand.t)

    def _operating_tiles(self, distance: int, busy_cycles: float) -> int:
        """As many as keep the Clifford traffic within the other limits, if they can be bought."""
        demand = self.demand
        if demand.operating_tiles == demand.operating_tiles_max:
            return demand.operating_tiles
        needed = math.ceil(demand.clifford * distance / busy_cycles)
        return min(max(needed, demand.operating_tiles), demand.operating_tiles_max)

    def _estimate(self, place: CodeDistance, n_factories: int, p_factory: float) -> PhysicalEstimate:
        demand, distance, cycle_s = self.demand, place.distance, self.hardware.cycle_time_us * 1e-6
        factory_cycles = self._one_factory_cycles / n_factories
        busy = max(factory_cycles, demand.reaction_cycles, demand.consumption_steps * distance)
        operating = self._operating_tiles(distance, busy)
        traffic = demand.traffic_cycles(distance, operating)
        bought = operating - demand.operating_tiles
        exposed = demand.exposed_tiles + bought
        return PhysicalEstimate(
            data_qubits=self.hardware.qubits_of_tiles(demand.tiles + bought, distance),
            factory_qubits=n_factories * self.factory.qubits,
            code_distance=distance,
            n_factories=n_factories,
            factory=self.factory.name,
            factory_limit_s=factory_cycles * cycle_s,
            reaction_limit_s=demand.reaction_cycles * cycle_s,
            control_s=demand.control_cycles * cycle_s,
            consumption_limit_s=demand.consumption_steps * distance * cycle_s,
            clifford_limit_s=traffic * cycle_s,
            waiting_s=demand.waiting_cycles * cycle_s,
            error_budget=demand.error_budget,
            p_data=error_intervals(demand, self.hardware, max(busy, traffic), distance) * exposed * place.error_rate,
            p_factory=p_factory,
            p_synthesis=demand.p_synthesis,
            t_per_rotation=demand.t_per_rotation,
        )
