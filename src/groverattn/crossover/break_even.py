"""Break-even: what each quantity would have to be for a quantum row to be as fast as a classical one."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.costs.search_totals import count_search
from groverattn.errors import InputError
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import candidate_factories
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.row.best import best_row
from groverattn.row.circuit import iterate_of
from groverattn.row.request import RowRequest
from groverattn.row.time import RowTime, one_key
from groverattn.show.numbers import number_text


@attrs.frozen
class Need:
    """One quantity: its value today, and the value needed to break even.

    Attributes:
        quantity: what it is.
        unit: of all numbers; empty for a pure number.
        now: value today; None if unknown.
        needed: value at which the two rows take the same time, all else being as it is; None: no value does.
        at_best: the same if nothing else took any time; None where that means nothing.
        more_is_better: whether a larger value helps, as for a rate.
        note: why no value would do, or what `now` refers to.

    >>> Need("reaction time", "s", now=1e-5, needed=None, at_best=1e-9).factor
    10000.0
    """

    quantity: str
    unit: str
    now: float | None
    needed: float | None = attrs.field(kw_only=True)
    at_best: float | None = attrs.field(default=None, kw_only=True)
    more_is_better: bool = attrs.field(default=False, kw_only=True)
    note: str = attrs.field(default="", kw_only=True)

    @property
    def asked(self) -> float | None:
        """The value that is needed, or else the one that would do if nothing else took any time."""
        return self.at_best if self.needed is None else self.needed

    @property
    def factor(self) -> float | None:
        """How many times better it has to become to reach `asked`; at most 1 where it is good enough."""
        if self.now is None or self.asked is None:
            return None
        return self.asked / self.now if self.more_is_better else self.now / self.asked

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "now": self.now,
            "needed": self.needed,
            "needed_if_nothing_else_took_time": self.at_best,
            "factor": self.factor,
            "note": self.note,
        }


@attrs.frozen
class MachineSupply:
    """Magic states of one row, and the machine that makes them today.

    Attributes:
        states_per_row: magic states that the row consumes, a CCZ state for a Toffoli and a T state for a T gate.
        states_per_s: rate at which the factories make them.
        name: which factories these are.
        machine: the machine.
        physical: the design that runs the row; None if the machine cannot run it within the error budget.
        refusal: why it cannot.
    """

    states_per_row: float
    states_per_s: float
    name: str
    machine: Hardware
    physical: PhysicalEstimate | None
    refusal: str = ""

    @classmethod
    def of(cls, request: RowRequest, row: RowTime) -> MachineSupply:
        """Return the supply of the machine that runs the request; of one factory, if none does."""
        machine = hardware(request.hardware)
        try:
            price = best_row(request)
        except InputError as error:
            counts = count_search(iterate_of(one_key(request))).iterate.total
            factories = candidate_factories(machine.factories[0], machine)
            fastest = min(factories, key=lambda factory: factory.cycles_per_toffoli)
            states = row.iterates * (counts.toffoli + counts.t)
            rate = 1 / (fastest.cycles_per_toffoli * machine.cycle_time_us * 1e-6)
            name = f"now: one {fastest.name}; the machine cannot run the row"
            return cls(states, rate, name, machine, None, str(error))
        counts, physical = price.totals.row, price.physical
        states = counts.toffoli + counts.t + counts.rotation * physical.t_per_rotation
        name = f"now: {physical.n_factories:,} x {physical.factory}"
        return cls(states, states / physical.limits_s["factory"], name, machine, physical)


_SMALLEST_DISTANCE = 3


def error_rate_need(row: RowTime, classical_s: float, supply: MachineSupply) -> Need:
    """Return the physical error rate at which the row takes `classical_s` seconds, or why no rate does.

    A lower error rate shortens nothing but the code distance. The reactions, the calls of an outside memory and the
    control computer's reading do not depend on it; the data block's taking up of magic states and its Clifford gates
    take time in proportion to it. Factories are as many as it takes.
    """
    machine, physical = supply.machine, supply.physical

    def need(needed: float | None, note: str = "") -> Need:
        return Need("physical error rate", "", machine.physical_error_rate, needed=needed, note=note)

    if row.duration_s > classical_s:
        return need(None, _bound_elsewhere(row, classical_s))
    if physical is None:
        return need(None, f"unknown: {supply.refusal}")
    distance_s = max(physical.limits_s[name] for name in ("layout", "consumption", "clifford"))
    if distance_s <= classical_s:
        return need(machine.physical_error_rate, "good enough")
    distance = int(physical.code_distance * classical_s / distance_s)
    distance -= 1 - distance % 2  # distances are odd
    if distance < _SMALLEST_DISTANCE:
        return need(None, f"none: at code distance {_SMALLEST_DISTANCE} the data block is still too slow")
    return need(_error_rate(machine, physical, distance, classical_s), f"for code distance {distance}")


def _bound_elsewhere(row: RowTime, classical_s: float) -> str:
    parts = row.iterate_parts_s
    largest = max(parts, key=lambda name: parts[name])
    bound = {"reaction": "reactions", "memory": "calls of the memory", "control": "the control computer's reading"}
    return (
        f"none: the time is bound by {bound[largest]}, {number_text(row.duration_s / classical_s)} times the "
        f"classical row, "
        "and not by code distance"
    )


def _error_rate(machine: Hardware, physical: PhysicalEstimate, distance: int, duration_s: float) -> float:
    """The rate at which this distance, for this long, stores as well as the design does now.

    The design's logical error rate per tile is a (p / p*)^((d+1)/2), charged per cycle or per time step of d cycles
    (see `Hardware`); a shorter run may have a rate that is larger by the same factor.
    """
    now = machine.p_logical(physical.code_distance)
    steps = physical.duration_s / duration_s
    if machine.error_interval == "time step":
        steps *= distance / physical.code_distance
    return machine.error_rate_threshold * (now * steps / machine.error_rate_scaler) ** (2 / (distance + 1))


_ALONE = {"reaction": "the reactions", "memory": "the calls of the memory", "control": "the control computer's reading"}


_CALLS_PER_ITERATE = 2  # a load and an unload


def _without(parts_s: dict[str, float], name: str) -> dict[str, float]:
    return {other: seconds for other, seconds in parts_s.items() if other != name}


@attrs.frozen
class BreakEven:
    """One row beside one classical time.

    Attributes:
        row: the quantum row at its limits.
        classical_s: time of the classical row, seconds.
        supply: magic states and code distance that a machine has now.
    """

    row: RowTime
    classical_s: float
    supply: MachineSupply

    @property
    def iterate_needed_s(self) -> float:
        """Time that an iterate may take, seconds."""
        return self.classical_s / self.row.iterates

    def needs(self) -> list[Need]:
        """Return one line for each quantity that could be improved, the others being as they are."""
        row, times, waits, supply = self.row, self.row.times, self.row.waits, self.supply
        parts = {_ALONE[name]: seconds for name, seconds in row.iterate_parts_s.items()}
        iterates, note = self.classical_s / row.iterate_s, ""
        if iterates < 1:  # less than one is no search
            iterates, note = None, f"none: a single iterate is {number_text(1 / iterates)} times too long"
        gates_s = {
            f"the {name}": getattr(waits, name) * times.reaction_s for name in ("score", "predicate", "diffusion")
        }
        lookup_s = (row.iterate_s - sum(gates_s.values())) / _CALLS_PER_ITERATE
        needs = [
            Need("time per iterate", "s", row.iterate_s, needed=self.iterate_needed_s),
            Need("iterates", "", row.iterates, needed=iterates, note=note),
            self._need("reaction time", "s", times.reaction_s, waits.reactions, _without(parts, _ALONE["reaction"])),
            self._need("time of one lookup", "s", lookup_s, _CALLS_PER_ITERATE, gates_s),
        ]
        if waits.control_bits:
            rest_s = _without(parts, _ALONE["control"])
            needs.append(self._need("control computer", "bit/s", times.control_bits_per_s, waits.control_bits, rest_s))
        states_per_s = supply.states_per_row / self.classical_s
        states = Need("magic states per second", "1/s", supply.states_per_s, needed=states_per_s, note=supply.name)
        needs.append(attrs.evolve(states, more_is_better=True))
        return [*needs, error_rate_need(row, self.classical_s, supply)]

    def _need(self, quantity: str, unit: str, now: float, count: float, rest_s: dict[str, float]) -> Need:
        """Need of a duration that an iterate has `count` times, or of the rate of `count` bits; the rest stays."""
        is_rate = unit == "bit/s"

        def value(seconds: float) -> float:
            return count / seconds if is_rate else seconds / count

        left_s, note = self._left(rest_s)
        needed = None if left_s is None else value(left_s)
        at_best = value(self.iterate_needed_s)
        return Need(quantity, unit, now, needed=needed, at_best=at_best, more_is_better=is_rate, note=note)

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {"time_s": self.classical_s, "needs": [need.as_json() for need in self.needs()]}

    def _left(self, rest_s: dict[str, float]) -> tuple[float | None, str]:
        """Time left of an iterate after the rest; None and the reason if nothing is left."""
        left_s = self.iterate_needed_s - sum(rest_s.values())
        if left_s > 0:
            return left_s, ""
        largest = max(rest_s, key=lambda name: rest_s[name])
        if rest_s[largest] < self.iterate_needed_s:
            return None, f"none: {' and '.join(rest_s)} together are too long"
        return (
            None,
            f"none: with {largest} alone it is {number_text(rest_s[largest] / self.iterate_needed_s)} times too long",
        )
