"""Physical qubits, runtime and failure probability of counts on a surface-code machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran.surface_code import QECScheme

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.demand import COUNT_MAX, Demand
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import Factory, candidate_factories
from groverattn.physical.hardware import Hardware
from groverattn.problem.errors import InputError, whole_number

# Far beyond any published estimate; reached only within a few per cent of the threshold.
CODE_DISTANCE_MAX = 501


def physical_estimate(
    counts: LogicalCounts,
    hardware: Hardware,
    error_budget: float,
    *,
    n_factories: int | None = None,
    waiting_s: float = 0.0,
) -> PhysicalEstimate:
    """Return the estimate of least space-time volume, physical qubits times duration, within the error budget.

    Searched are the factory, the number of its copies, the code distance and the T gates per rotation, which splits the
    budget between storage, distillation and synthesis. The duration is the largest of four limits: the factories
    (cycles for all states / copies), the reaction (depth * reaction time, and the control computer's reading), the
    consumption by the data block, and the Clifford traffic (each Clifford gate takes a tile for a time step of d
    cycles: a lower bound if all are carried out). Copies that the other limits leave idle are not bought. Errors are
    added to first order, as in arXiv:1812.01238, and storage is charged for the whole duration. A later family of
    `hardware.factories` is looked at only if no earlier one meets the budget.

    Args:
        counts: the circuit.
        hardware: the machine.
        error_budget: largest failure probability allowed, above 0 and below 1.
        n_factories: copies of the factory; None searches. Fix it to trade time for qubits.
        waiting_s: time in which the qubits are stored and nothing else happens, seconds.

    Raises:
        InputError: counts or a budget that make no sense, or a budget that no factory of the machine meets.

    >>> from groverattn.physical.hardware import hardware
    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**8)
    >>> estimate = physical_estimate(counts, hardware("gidney-fowler-2018"), error_budget=0.01)
    >>> estimate.n_factories, estimate.code_distance, estimate.limited_by
    (192, 27, 'factory')
    """
    if n_factories is not None and not 1 <= whole_number("n_factories", n_factories) <= COUNT_MAX:
        raise InputError(
            given=f"n_factories = {n_factories}",
            allowed=f"1 to {COUNT_MAX:.0e}, or None to search",
            why="without a factory there are no magic states, and no machine has more",
            do="leave it out",
        )
    n_factories = None if n_factories is None else int(n_factories)
    demands = Demand.choices(counts, hardware, error_budget, waiting_s)
    for family in _families(hardware):
        best = best_design(demands, hardware, family, n_factories)
        if best is not None:
            return best
    raise _out_of_reach(demands[-1], hardware)


def _families(hardware: Hardware) -> Iterator[str]:
    """Yield the families of the machine; one to fall back on that has no design for its error rates is left out."""
    for family in hardware.factories:
        try:
            candidate_factories(family, hardware)
        except InputError:
            if family == hardware.factories[0]:
                raise
            continue
        yield family


def best_design(
    demands: Iterable[Demand], hardware: Hardware, family: str, n_factories: int | None = None
) -> PhysicalEstimate | None:
    """Return the design of least volume with factories of one family; None if none meets the budget.

    Branch and bound: factories are tried in the order of the least volume that they can have, until no other can win.
    """
    best: PhysicalEstimate | None = None
    for demand in demands:
        distances = _possible_distances(demand, hardware)
        if not distances:
            continue
        data_volume = _least_data_volume(demand, hardware, distances[0][0])
        for factory, factory_volume in _good_enough(demand, hardware, family):
            least_volume_qubit_s = (data_volume + factory_volume) * hardware.cycle_time_us * 1e-6
            # a hair of room, since the bound is rounded in another way than the volume
            if best is not None and least_volume_qubit_s > best.volume_qubit_s * (1 + 1e-12):
                break
            design = _Design(demand, hardware, factory)
            found = [*design.all_within_budget(distances, n_factories), *([best] if best else [])]
            best = min(found, key=lambda estimate: (estimate.volume_qubit_s, estimate.qubits), default=None)
    return best


def _good_enough(demand: Demand, hardware: Hardware, family: str) -> Iterator[tuple[Factory, float]]:
    """Yield the factories whose states alone meet the budget, and the qubits times cycles that each needs, least first.

    Thousands of designs are asked for every demand, and few are good enough: their merits are kept as arrays.
    """
    factories, merits = _merits_of(family, hardware)
    volume, p_error = merits @ np.array([demand.toffoli, demand.t], dtype=np.float64)
    (good,) = np.nonzero(p_error < demand.p_room)
    for i in good[np.argsort(volume[good], kind="stable")]:
        yield factories[i], volume[i]


@cache
def _merits_of(family: str, hardware: Hardware) -> tuple[tuple[Factory, ...], NDArray[np.float64]]:
    """The factories of a family; for a Toffoli and for a T, qubits times cycles (never idle) and the error."""
    factories = candidate_factories(family, hardware)
    volumes = [(f.qubits * f.cycles_per_toffoli, f.qubits * f.cycles_per_t) for f in factories]
    errors = [(f.p_error_per_toffoli, f.p_error_per_t) for f in factories]
    return factories, np.array([volumes, errors], dtype=np.float64).reshape(2, -1, 2)


def _least_data_volume(demand: Demand, hardware: Hardware, distance: int) -> float:
    """Qubits times cycles of the data block at its smallest and fastest."""
    busy = _other_limits_cycles(demand, distance) + demand.waiting_cycles
    return demand.tiles * hardware.qubits_per_tile(distance) * busy


def _possible_distances(demand: Demand, hardware: Hardware) -> tuple[tuple[int, float], ...]:
    """The code distances at which storage alone does not exceed the budget, with their logical error rates."""
    rates = _logical_error_rates(hardware)
    for i, (distance, error_rate) in enumerate(rates):
        intervals = _intervals(_other_limits_cycles(demand, distance), distance, demand, hardware)
        if intervals * demand.exposed_tiles * error_rate < demand.p_room:
            return rates[i:]
    return ()


def _other_limits_cycles(demand: Demand, distance: int) -> float:
    """Cycles with any number of factories, and with all the operating tiles that can be bought."""
    slowest = max(demand.reaction_cycles, demand.consumption_steps * distance)
    return max(slowest, _traffic_cycles(demand, distance, demand.operating_tiles_max))


def _traffic_cycles(demand: Demand, distance: int, operating_tiles: int) -> float:
    return demand.clifford * distance / operating_tiles if operating_tiles else 0.0


def _intervals(busy_cycles: float, distance: int, demand: Demand, hardware: Hardware) -> float:
    """How often each tile is exposed to the logical error rate."""
    cycles = busy_cycles + demand.waiting_cycles
    return cycles if hardware.error_interval == "cycle" else cycles / distance


@attrs.frozen
class _Design:
    """A demand served by copies of one factory, with the code distance and the number of copies still open."""

    demand: Demand
    hardware: Hardware
    factory: Factory

    def all_within_budget(
        self, distances: Iterable[tuple[int, float]], n_factories: int | None
    ) -> Iterator[PhysicalEstimate]:
        """Yield designs that meet the budget, the one of least volume among them.

        At a fixed distance the volume falls with the copies until another limit is met and grows from there on, or has
        its least before it where the machine waits: the whole numbers around these points suffice. Once all of them
        meet the budget, a larger distance only adds qubits.
        """
        p_factory = self.factory.p_error(self.demand.toffoli, self.demand.t)
        for distance, error_rate in distances:
            copies = self._copies(distance) if n_factories is None else (n_factories,)
            within = 0
            for n in copies:
                estimate = self._estimate(distance, n, error_rate, p_factory)
                if estimate.p_failure <= self.demand.error_budget:
                    within += 1
                    yield estimate
            if within == len(copies):
                return

    def _copies(self, distance: int) -> tuple[int, ...]:
        """The whole numbers around the point where the factories keep up; no more copies than gates they serve."""
        ideal = self._one_factory_cycles / _other_limits_cycles(self.demand, distance)
        points = [ideal]
        if self.demand.waiting_cycles:
            # (data + n factory) (cycles / n + waiting) has its least where its derivative by n is 0
            data_qubits = self.demand.tiles * self.hardware.qubits_per_tile(distance)
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

    def _estimate(self, distance: int, n_factories: int, error_rate: float, p_factory: float) -> PhysicalEstimate:
        demand, cycle_s = self.demand, self.hardware.cycle_time_us * 1e-6
        factory_cycles = self._one_factory_cycles / n_factories
        busy = max(factory_cycles, demand.reaction_cycles, demand.consumption_steps * distance)
        operating = self._operating_tiles(distance, busy)
        traffic = _traffic_cycles(demand, distance, operating)
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
            p_data=_intervals(max(busy, traffic), distance, demand, self.hardware) * exposed * error_rate,
            p_factory=p_factory,
            p_synthesis=demand.p_synthesis,
            t_per_rotation=demand.t_per_rotation,
        )


@cache
def _logical_error_rates(hardware: Hardware) -> tuple[tuple[int, float], ...]:
    """Code distances, and the logical error rate of a tile per error interval at each."""
    scheme = QECScheme(hardware.error_rate_scaler, hardware.error_rate_threshold)
    distances = range(3, CODE_DISTANCE_MAX + 1, 2)
    return tuple((d, scheme.logical_error_rate(d, hardware.physical_error_rate)) for d in distances)


def _out_of_reach(demand: Demand, hardware: Hardware) -> InputError:
    """Say which error per gate would be needed, and which is the least to be had."""
    gates = demand.toffoli + demand.t
    factories = [factory for family in _families(hardware) for factory in candidate_factories(family, hardware)]
    if not factories:
        raise InputError(
            given=f"{hardware.name} with {', '.join(hardware.factories)}",
            allowed="error rates that some design of these families lowers",
            why="none of their designs makes a magic state better than the one that it is made of",
            do="choose a lower t_error_rate or physical_error_rate, or add a family of factories",
        )
    best = min(factories, key=lambda factory: factory.p_error(demand.toffoli, demand.t))
    if best.p_error(demand.toffoli, demand.t) < demand.p_room:
        distance, error_rate = _logical_error_rates(hardware)[-1]
        intervals = _intervals(_other_limits_cycles(demand, distance), distance, demand, hardware)
        return InputError(
            given=f"{demand.exposed_tiles:,.0f} tiles stored for {intervals:.3g} {hardware.error_interval}s on "
            f"{hardware.name}, with {demand.p_room:.3g} of the error budget",
            allowed=f"a logical error below {demand.p_room / (intervals * demand.exposed_tiles):.2g} per tile and "
            f"{hardware.error_interval}",
            why=f"at the largest code distance that is looked at, {distance}, it is {error_rate:.2g}",
            do="allow a larger error budget, or choose a machine of lower physical error",
        )
    return InputError(
        given=f"{demand.toffoli:.3g} Toffolis and {demand.t:.3g} T gates on {hardware.name}, with {demand.p_room:.3g} "
        "of the error budget for their states and for storage",
        allowed=f"an error below {demand.p_room / gates:.2g} per gate, at a code distance up to {CODE_DISTANCE_MAX}",
        why=f"the best factory there is, {best.name} ({best.source}), has an error of "
        f"{best.p_error(demand.toffoli, demand.t) / gates:.2g} per gate",
        do="allow a larger error budget, split the run into checked parts, or choose a machine of lower physical error",
    )
