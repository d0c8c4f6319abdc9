"""Layout of a lattice-surgery machine: what multi-target gates, magic states and their store take up."""

from __future__ import annotations

import math
from typing import Any

import attrs

from groverattn.errors import check_between, real_number


def _number(default: float, low: float) -> Any:
    read = attrs.Converter(lambda value, field: real_number(field.name, value), takes_field=True)  # pyright: ignore

    def check(_: Any, field: Any, value: float) -> None:
        check_between(field.name, value, low, 1e30, "a layout has this many", open_ends=False)

    return attrs.field(default=default, converter=read, validator=check)


@attrs.frozen(kw_only=True)
class Layout:
    """Steps of d code cycles that gates take which reach across the data block; 0 turns a rule off.

    Attributes:
        fan_out_steps: steps of one multi-target CNOT, or of one parity of many qubits.
        buses: fan-outs that are carried at the same time.
        lanes: magic states that reach their qubits in one step, for each tile of the side of the data block.
        tiles_per_state: tiles that keep one CCZ state in store.

    Raises:
        InputError: a number out of range.
    """

    fan_out_steps: float = _number(1.0, 0.0)
    buses: float = _number(1.0, 1.0)
    lanes: float = _number(0.14, 0.0)
    tiles_per_state: float = _number(3.0, 0.0)

    def steps(self, fan_outs: float, states: float, tiles: float) -> float:
        """Return the steps of a phase: its fan-outs on the buses, and beside them the delivery of its states.

        Args:
            fan_outs: multi-target CNOTs and parities.
            states: magic states.
            tiles: tiles of the data block, which is taken to be a square.

        >>> Layout(lanes=0.1).steps(fan_outs=10, states=100, tiles=2500)
        20.0
        """
        delivered = self.lanes * math.sqrt(tiles)
        return max(fan_outs * self.fan_out_steps / self.buses, states / delivered if delivered else 0.0)


WITHOUT_STEPS = Layout(fan_out_steps=0, lanes=0)
"""For counts of which no fan-out is known."""

LAYOUT_FIELDS = tuple(f"layout.{field.name}" for field in attrs.fields(Layout))

LAYOUT_SOURCES = {
    "layout.fan_out_steps": "our assumption: the target of a fan-out is prepared or its control is measured away at "
    "once, so that of the two joint measurements of a CNOT (arXiv:1111.4022, Section 7) one is left",
    "layout.buses": "our assumption: every fan-out ends at the same words, so that two of them meet",
    "layout.lanes": "our assumption: states enter the block through its side; 0.14 of a lane for each tile of it are 7 "
    "states a step for a block of 2,500 tiles",
    "layout.tiles_per_state": "our assumption: a CCZ state is three logical qubits, a tile each",
}
"""Where the numbers are from, unless a machine says otherwise."""
