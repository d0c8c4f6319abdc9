"""What would have to be true for a quantum row to be as fast as a classical one at a given number of keys."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.crossover.supply import MachineSupply
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import Hardware
from groverattn.row.time import RowTime


@attrs.frozen
class Need:
    """What would have to be true to break even.

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
    distance_s = max(physical.consumption_limit_s, physical.clifford_limit_s)
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
        f"none: the time is bound by {bound[largest]}, {row.duration_s / classical_s:.2g} times the classical row, "
        "and not by code distance"
    )


def _error_rate(machine: Hardware, physical: PhysicalEstimate, distance: int, duration_s: float) -> float:
    """The rate at which this distance, for this long, stores as well as the design does now.

    The design's logical error rate per tile is a (p / p*)^((d+1)/2), charged per cycle or per time step of d cycles
    (see `Hardware`); a shorter run may have a rate that is larger by the same factor.
    """
    scaler, threshold = machine.error_rate_scaler, machine.error_rate_threshold
    now = scaler * (machine.physical_error_rate / threshold) ** ((physical.code_distance + 1) / 2)
    steps = physical.duration_s / duration_s
    if machine.error_interval == "time step":
        steps *= distance / physical.code_distance
    return threshold * (now * steps / scaler) ** (2 / (distance + 1))


_ALONE = {"reaction": "the reactions", "memory": "the calls of the memory", "control": "the control computer's reading"}


_CALLS_PER_ITERATE = 2  # a load and an unload


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
        row = self.row
        return [
            Need("time per iterate", "s", row.iterate_s, needed=self.iterate_needed_s),
            self._iterates(),
            self._reaction(),
            self._lookup(),
            *([self._control()] if row.waits.control_bits else []),
            Need(
                "magic states per second",
                "1/s",
                self.supply.states_per_s,
                needed=self.supply.states_per_row / self.classical_s,
                more_is_better=True,
                note=self.supply.name,
            ),
            error_rate_need(row, self.classical_s, self.supply),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {"time_s": self.classical_s, "needs": [need.as_json() for need in self.needs()]}

    def _iterates(self) -> Need:
        """Fewer iterates of the same length; less than one is no search."""
        needed = self.classical_s / self.row.iterate_s
        if needed >= 1:
            return Need("iterates", "", self.row.iterates, needed=needed)
        note = f"none: a single iterate is {1 / needed:.2g} times too long"
        return Need("iterates", "", self.row.iterates, needed=None, note=note)

    def _reaction(self) -> Need:
        """A shorter reaction, with the calls of the memory and the control computer as they are."""
        parts = self.row.iterate_parts_s
        left_s, why = self._left({_ALONE[name]: parts[name] for name in ("memory", "control")})
        reactions = self.row.waits.reactions
        return Need(
            "reaction time",
            "s",
            self.row.times.reaction_s,
            needed=None if left_s is None else left_s / reactions,
            at_best=self.iterate_needed_s / reactions,
            note=why,
        )

    def _lookup(self) -> Need:
        """A faster load and unload, with score, predicate and diffusion as they are."""
        row, reaction_s = self.row, self.row.times.reaction_s
        waits = row.waits
        rest_s = {name: getattr(waits, name) * reaction_s for name in ("score", "predicate", "diffusion")}
        left_s, why = self._left({f"the {name}": seconds for name, seconds in rest_s.items()})
        return Need(
            "time of one lookup",
            "s",
            (row.iterate_s - sum(rest_s.values())) / _CALLS_PER_ITERATE,
            needed=None if left_s is None else left_s / _CALLS_PER_ITERATE,
            at_best=self.iterate_needed_s / _CALLS_PER_ITERATE,
            note=why,
        )

    def _control(self) -> Need:
        """A control computer that reads faster, with the rest as it is."""
        row = self.row
        left_s, why = self._left({_ALONE[name]: row.iterate_parts_s[name] for name in ("reaction", "memory")})
        return Need(
            "control computer",
            "bit/s",
            row.times.control_bits_per_s,
            needed=None if left_s is None else row.waits.control_bits / left_s,
            at_best=row.waits.control_bits / self.iterate_needed_s,
            more_is_better=True,
            note=why,
        )

    def _left(self, rest_s: dict[str, float]) -> tuple[float | None, str]:
        """Time left of an iterate after the rest; None and the reason if nothing is left."""
        left_s = self.iterate_needed_s - sum(rest_s.values())
        if left_s > 0:
            return left_s, ""
        largest = max(rest_s, key=lambda name: rest_s[name])
        if rest_s[largest] < self.iterate_needed_s:
            return None, f"none: {' and '.join(rest_s)} together are too long"
        return None, f"none: with {largest} alone it is {rest_s[largest] / self.iterate_needed_s:.2g} times too long"
