"""Search for the best machine: factory, copies, store of states, code distance and T gates per rotation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.physical.code_distance import (
    CodeDistance,
    code_distances,
    error_intervals,
    first_distance,
    least_cycles,
)
from groverattn.physical.demand import Demand
from groverattn.physical.estimate import PhysicalEstimate, is_less, phase_times
from groverattn.physical.factories.usable import factories_of
from groverattn.physical.machine_choices import Choices, Priced
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.pace import LIMITS, Floats

# Our choice of what is tried: copies of a factory, as shares of the most that keep busy, beside the numbers at which a
# phase stops waiting; and states in store. Neither depends on the budget, so that a larger one never costs more.
_SHARES = 0.87 ** np.arange(1.0, 33.0)
_STORES = tuple(4**power for power in range(1, 11))
# Beside a store that is given: more shares, and steps between the copies that are tried around the best ones.
_MORE_SHARES, _CLOSER = 0.87 ** np.arange(-16.0, 33.0), (1.02, 1.001)
_LEAST_RATE = 1e-120  # of errors: storage takes nothing of a budget, and squares of its inverse are finite
_FIRST = 12  # factories that are priced before the others, most of which the best of these rules out


def best_design(
    demands: Iterable[Demand],
    hardware: Hardware,
    objective: str = "volume",
    n_factories: int | None = None,
    store: int | None = None,
    below: float = math.inf,
) -> PhysicalEstimate | None:
    """Return the machine that has least of an objective, of all families of factories; None if none is in the budget.

    At each code distance all factories are priced at once, by arrays, until a larger distance can only cost more. Where
    tiles are bought for Clifford traffic a machine of 0.2 % less may be missed.

    Args:
        demands: the run, once for each number of T gates per rotation.
        hardware: the machine.
        objective: a name in `OBJECTIVES`; the circuit is fixed here, so `toffoli` is `volume`.
        n_factories: copies of the factory; None searches.
        store: CCZ states in store; None searches.
        below: only machines that have less of the objective than this, qubits and code cycles.
    """
    best: _Found | None = None
    for demand in demands:
        for site in _sites(demand, hardware, objective, n_factories, store):
            limit = below if best is None else best.merit
            if site.least(site.usable[0]).min() > limit * (1 + 1e-9):
                break
            best = site.best(best, limit)
    return best and best.estimate()


def least_of_design(
    demand: Demand, hardware: Hardware, objective: str, n_factories: int | None = None, store: int | None = None
) -> float:
    """Return what every machine has at least of an objective, qubits and code cycles; infinite if none can run it."""
    for site in _sites(demand, hardware, objective, n_factories, store):
        return float(site.least(site.usable[0]).min())
    return math.inf


def _sites(demand: Demand, hardware: Hardware, *choices: Any) -> Iterator[_Site]:
    """Yield the code distances at which storage alone may meet the budget, the least first."""
    stored = (choices[-1] or 0) * hardware.layout.tiles_per_state
    for place in code_distances(hardware)[first_distance(demand, hardware, stored) :]:
        yield _Site(demand, hardware, place, *choices)


@attrs.frozen(eq=False)
class _Site:
    """A demand at one code distance, with factories, copies and store open but for what is given."""

    demand: Demand
    hardware: Hardware
    place: CodeDistance
    objective: str
    n_factories: int | None
    store: int | None

    @cached_property
    def busy(self) -> Floats:
        """Cycles of each phase with any number of factories."""
        return self.demand.pace.busy(self.place.distance)

    @cached_property
    def least_cycles(self) -> float:
        """Cycles of the run with any number of factories."""
        return float(least_cycles(self.demand, float(self.place.distance)))

    @cached_property
    def usable(self) -> tuple[NDArray[np.intp], Floats]:
        """Indices of the factories whose states are good enough by themselves, and what they leave to storage."""
        (at,) = np.nonzero(self.p_left > 0)
        return at, self.p_left[at]

    @cached_property
    def p_left(self) -> Floats:
        """What the states of each factory leave of the budget to storage."""
        p_toffoli, p_t = self._factories[3:]
        return self.demand.p_left - p_toffoli * float(self.demand.toffoli) - p_t * float(self.demand.t)

    @property
    def _factories(self) -> Floats:
        return factories_of(self.hardware)[1]

    @cached_property
    def data_qubits(self) -> float:
        """Physical qubits of the data block without operating tiles that are bought."""
        return self.hardware.qubits_of_tiles(self.demand.tiles, self.place.distance)

    @cached_property
    def stored_tiles(self) -> float:
        """Tiles of the store that is given."""
        return (self.store or 0) * self.hardware.layout.tiles_per_state

    @cached_property
    def others(self) -> float:
        """Physical qubits of the data block and of the store that is given."""
        return self.data_qubits + self.stored_tiles * self.place.tile_qubits

    def _filling(self, factories: NDArray[np.intp]) -> Floats:
        """Copies with which filling the store that is given costs least; for the least time, all that there can be."""
        if self.objective == "time":
            return np.full(factories.size, np.inf if self.store else 0.0)
        qubits, per_toffoli = self._factories[:2, factories]
        filling = per_toffoli * (self.store or 0) / max(self.least_cycles + self.demand.waiting_cycles, 1e-300)
        return np.sqrt(self.others / qubits * filling)

    def least(self, factories: NDArray[np.intp]) -> Floats:
        """Return what each factory at least has of the objective, at this distance and at any larger one.

        A store is filled before the run: (others + n qubits) (filling / n + busy) has its least where both are even.
        """
        qubits, per_toffoli, per_t = self._factories[:3, factories]
        work = per_toffoli * float(self.demand.toffoli) + per_t * float(self.demand.t)
        filling, n = per_toffoli * (self.store or 0), self.n_factories or np.inf
        cycles = filling / n + np.maximum(self.least_cycles, work / n)
        if self.objective == "time":
            return np.append(cycles, [] if cycles.size else self.least_cycles)
        if self.objective == "qubits":
            return np.append(self.others + (self.n_factories or 1) * qubits, np.inf)
        busy = np.maximum(cycles + self.demand.waiting_cycles, 1e-300)
        if self.n_factories:
            return np.append((self.others + n * qubits) * busy, np.inf)
        of_factories = qubits * filling + np.maximum(qubits * work, 2 * np.sqrt(self.others * qubits * filling * busy))
        return np.append(self.others * busy + of_factories, np.inf)

    def best(self, best: _Found | None, below: float) -> _Found | None:
        """Return the better one of the best so far and the best of this site that has less than `below`."""
        (factories, p_left), store = self.usable, self.store
        exposed = (self.demand.exposed_tiles + self.stored_tiles) * self.place.error_rate
        factories = factories[self._intervals(self.least_cycles) * exposed <= p_left * (1 + 1e-9)]
        if not factories.size:
            return best
        least = self.least(factories)[: factories.size]
        order = np.argsort(least, kind="stable")
        for some in (order[:_FIRST], order[_FIRST:]):
            limit = below if best is None else best.merit
            within = some[least[some] <= limit * (1 + 1e-9)]
            if within.size:
                copies, fewest = self._copies(factories[within])
                best = self._better(best, limit, attrs.evolve(copies, store=copies.store + (store or 0)))
                best = self._better(best, limit, fewest) if fewest and not store else best
                if store is None and self.objective != "qubits":
                    best = self._with_store(best, limit, copies)
        for step in _CLOSER if store and self.n_factories is None else ():
            if best is not None and best.site is self:
                best = self._better(best, best.merit, best.priced.choices.around(best.at, step))
        return best

    def _copies(self, factories: NDArray[np.intp]) -> tuple[Choices, Choices | None]:
        """Each factory with all numbers of copies that are tried, and with the fewest within the budget."""
        if self.n_factories is not None:
            return self._choices(factories, np.full((factories.size, 1), float(self.n_factories))), None
        work = self.demand.pace.work(*self._factories[1:3, factories])
        needed = np.where(work > 0, work / np.maximum(self.busy, 1e-300), 0.0)
        average = (work @ self.demand.pace.times / self.least_cycles)[:, None]
        stationary, fewest = self._turning(factories, work, needed)
        filling = self._filling(factories)[:, None]  # 0 without a store that is given
        points = np.concatenate([needed, average, stationary, filling], axis=1)
        shares = np.maximum(needed.max(axis=1)[:, None], filling) * (_MORE_SHARES if self.store else _SHARES)
        n = np.concatenate([np.floor(points), np.ceil(points), np.round(shares), np.ones_like(average)], axis=1)
        return self._choices(factories, n), self._choices(factories, np.ceil(fewest))

    def _choices(self, factories: NDArray[np.intp], n: Floats) -> Choices:
        """Each factory in each of its numbers of copies, shape (factories, numbers), without a store."""
        n = np.sort(np.clip(n, 1.0, float(self.demand.toffoli + self.demand.t)), axis=1)
        new = np.diff(n, axis=1, prepend=0.0) > 0
        at = np.repeat(factories, n.shape[1]).reshape(n.shape)
        return Choices(at[new], n[new], np.zeros(int(new.sum())))

    def _turning(self, factories: NDArray[np.intp], work: Floats, needed: Floats) -> tuple[Floats, Floats]:
        """Copies of least volume, and the fewest within the budget, where only some phases wait for them.

        Phases stop waiting in the order of the copies that they need. For as many as do, (data + n factory) (rest +
        work / n) has its least where its derivative by n is 0, and storage takes what is left to it at rest + work / n.
        Both of shape (factories, phases).
        """
        order = np.argsort(-needed, axis=1)
        times = self.demand.pace.times
        waiting = np.cumsum(np.take_along_axis(work * times, order, axis=1), axis=1)
        busy = np.cumsum(np.take_along_axis(np.broadcast_to(self.busy * times, work.shape), order, axis=1), axis=1)
        rest = busy[:, -1:] - busy
        ratio = self.data_qubits / self._factories[0, factories][:, None] * waiting
        idle = rest + self.demand.waiting_cycles
        least = np.sqrt(np.divide(ratio, idle, out=np.zeros_like(ratio), where=idle > busy[:, -1:] * 1e-9))
        left = self._most_cycles(factories)[:, None] - rest
        return least, np.divide(waiting, left, out=np.zeros_like(ratio), where=left > 0)

    def _most_cycles(self, factories: NDArray[np.intp]) -> Floats:
        """Busy cycles in which storage takes all that the states leave of the budget.

        Tiles are exposed for the cycles c and the waiting w. Of those that operate, as many are bought as spread the
        Clifford traffic over c: (c + w) (tiles + max(traffic / c - operating, 0)) is what is allowed.
        """
        demand, cycles = self.demand, 1 if self.hardware.error_interval == "cycle" else self.place.distance
        allowed = self.p_left[factories] / max(self.place.error_rate, _LEAST_RATE) * cycles
        few = allowed / max(demand.exposed_tiles, 1.0) - demand.waiting_cycles
        traffic = float(demand.clifford) * self.place.distance
        kept = max(demand.exposed_tiles - demand.operating_tiles, 1.0)
        half = (allowed - traffic - demand.waiting_cycles * kept) / (2 * kept)
        many = half + np.sqrt(np.maximum(half**2 - traffic * demand.waiting_cycles / kept, 0.0))
        buys = demand.operating_tiles < demand.operating_tiles_max
        return np.where(buys & (few * demand.operating_tiles < traffic), many, few)

    def _with_store(self, best: _Found | None, below: float, copies: Choices) -> _Found | None:
        """Give a store to the machines that would win with one that costs nothing and never runs out."""
        at_best = self._priced(copies, self._cycles_at_best(copies))
        limit = below if best is None else best.merit
        within = at_best.p_failure <= self.demand.error_budget
        promising = copies.at(within & (self._merit(at_best) < limit * (1 - 1e-9)))
        stores = [states for states in _STORES if states <= max(self.demand.pace.toffoli)]
        return self._better(best, below, promising.with_stores(stores)) if promising.factory.size and stores else best

    def _cycles_at_best(self, choices: Choices) -> Floats:
        """Cycles with a store that is free: each cycle takes the longer of its waits and of its states."""
        work, cycles = self._work(choices), np.zeros(choices.factory.size)
        for at, times in self.demand.pace.by_cycle():
            cycles += times * np.maximum(self.busy[at].sum(), work[:, at].sum(axis=1))
        return cycles

    def _work(self, choices: Choices) -> Floats:
        return self.demand.pace.work(*self._factories[1:3, choices.factory]) / choices.copies[:, None]

    def _better(self, best: _Found | None, below: float, choices: Choices) -> _Found | None:
        filling = choices.store * self._factories[1, choices.factory] / choices.copies
        priced = self._priced(choices, self.demand.pace.cycles(self.busy, self._work(choices), filling))
        merit = np.where(priced.p_failure <= self.demand.error_budget, self._merit(priced), np.inf)
        second = priced.qubits if self.objective == "time" else priced.cycles
        (ties,) = np.nonzero(merit <= merit.min() * (1 + 1e-9))
        at = int(ties[second[ties].argmin()])
        found = _Found(self, priced, at, float(merit[at]), float(second[at]))
        if not math.isfinite(found.merit) or found.merit > below * (1 + 1e-9):
            return best
        is_better = best is None or is_less((found.merit, found.second), (best.merit, best.second))
        return found if is_better else best

    def _intervals(self, cycles: Any) -> Any:
        return error_intervals(self.demand, self.hardware, cycles, self.place.distance)

    def _priced(self, choices: Choices, cycles: Floats) -> Priced:
        demand, place = self.demand, self.place
        traffic = float(demand.clifford) * place.distance
        operating = np.full_like(cycles, demand.operating_tiles)
        if demand.operating_tiles < demand.operating_tiles_max:
            needed = np.ceil(traffic / np.maximum(cycles, 1e-300))
            operating = np.clip(needed, demand.operating_tiles, demand.operating_tiles_max)
        if demand.operating_tiles_max:
            cycles = np.maximum(cycles, traffic / operating)
        extra = operating - demand.operating_tiles + choices.store * self.hardware.layout.tiles_per_state
        factories = self._factories[:, choices.factory]
        p_states = factories[3] * float(demand.toffoli) + factories[4] * float(demand.t)
        p_data = self._intervals(cycles) * (demand.exposed_tiles + extra) * place.error_rate
        qubits = self.data_qubits + extra * place.tile_qubits + choices.copies * factories[0]
        return Priced(choices, cycles, operating, qubits, p_data + p_states + demand.p_synthesis)

    def _merit(self, priced: Priced) -> Floats:
        if self.objective == "time":
            return priced.cycles
        if self.objective == "qubits":
            return priced.qubits
        return priced.qubits * (priced.cycles + self.demand.waiting_cycles)


@attrs.frozen(eq=False)
class _Found:
    """The best machine so far: `merit` is least of the objective, `second` decides between equals."""

    site: _Site
    priced: Priced
    at: int
    merit: float
    second: float

    def estimate(self) -> PhysicalEstimate:
        site, demand, hardware = self.site, self.site.demand, self.site.hardware
        choices, distance = self.priced.choices.at(np.array([self.at])), site.place.distance
        factory = factories_of(hardware)[0][int(choices.factory[0])]
        store, copies = int(choices.store[0]), int(choices.copies[0])
        bought = self.priced.operating[self.at] - demand.operating_tiles
        work = site._work(choices)
        filling = choices.store * factory.cycles_per_toffoli / copies
        limits = np.vstack([work, demand.pace.limit_cycles(distance)])
        cycle_s = hardware.cycle_time_us * 1e-6
        runs = np.sum(list(demand.pace.steady(site.busy, work, filling)), axis=0)[0]
        factory_bound = runs > site.busy * (1 + 1e-9)
        bound = np.where(factory_bound, 0, 1 + limits[1:].argmax(axis=0))
        times = np.concatenate([filling, demand.pace.times * runs]) * cycle_s
        totals = limits @ demand.pace.times * cycle_s
        operating = bought + demand.operating_tiles
        traffic = float(demand.clifford * distance / operating) if operating else 0.0
        exposed = demand.exposed_tiles + bought + store * hardware.layout.tiles_per_state
        scheduled = float(demand.pace.cycles(site.busy, work, filling)[0])
        return PhysicalEstimate(
            data_qubits=hardware.qubits_of_tiles(demand.tiles + bought, distance),
            store_qubits=hardware.qubits_of_tiles(store * hardware.layout.tiles_per_state, distance),
            factory_qubits=copies * factory.qubits,
            code_distance=distance,
            n_factories=copies,
            factory=factory.name,
            store=store,
            phases=phase_times(
                ("fill store", *demand.pace.names), times.tolist(), [LIMITS[0], *(LIMITS[by] for by in bound)]
            ),
            scheduled_s=scheduled * cycle_s,
            limits_s=dict(zip(LIMITS, map(float, totals), strict=True)) | {"clifford": traffic * cycle_s},
            control_s=demand.control_cycles * cycle_s,
            waiting_s=demand.waiting_cycles * cycle_s,
            error_budget=demand.error_budget,
            p_data=float(site._intervals(max(scheduled, traffic)) * exposed * site.place.error_rate),
            p_factory=factory.p_error(demand.toffoli, demand.t),
            p_synthesis=demand.p_synthesis,
            t_per_rotation=demand.t_per_rotation,
        )
