"""What would have to be true for a quantum row to be as fast as a classical one at a given number of keys."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.study.error_rate_need import error_rate_need
from groverattn.study.machine_supply import MachineSupply
from groverattn.study.need import Need
from groverattn.study.row_time import RowTime

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
        """Time that is left of an iterate beside the rest; None and the reason if there is none."""
        left_s = self.iterate_needed_s - sum(rest_s.values())
        if left_s > 0:
            return left_s, ""
        largest = max(rest_s, key=lambda name: rest_s[name])
        if rest_s[largest] < self.iterate_needed_s:
            return None, f"none: {' and '.join(rest_s)} together are too long"
        return None, f"none: with {largest} alone it is {rest_s[largest] / self.iterate_needed_s:.2g} times too long"
