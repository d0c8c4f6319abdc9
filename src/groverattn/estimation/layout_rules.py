"""How much each rule of the layout matters: a design priced with one rule changed, its machine chosen anew."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.row.price import RowPrice, RowPricing

AS_IT_IS = "as it is"
RULES: dict[str, tuple[dict[str, float], str]] = {
    AS_IT_IS: ({}, "the rules of the machine, under [Machines](#machines)"),
    "fan-outs take no step": ({"fan_out_steps": 0}, "a gate on many qubits is free, as where only Toffolis count"),
    "two steps a fan-out": ({"fan_out_steps": 2}, "both joint measurements of a CNOT, as a plain compiler makes it"),
    "two buses": ({"buses": 2}, "half of the fan-outs at the same time: the two sides of a patch that have its X"),
    "states arrive at once": ({"lanes": 0}, "a magic state is where it is used as soon as it is made"),
    "half the lanes": ({"lanes": 0.5}, "half as many states reach their qubits in a step"),
    "a third of the store": ({"tiles_per_state": 1 / 3}, "three qubits of a CCZ state share the room of one"),
    "no steps at all": ({"fan_out_steps": 0, "lanes": 0}, "time of magic states and reactions alone"),
}
"""Factors of the fields of a layout, and what they mean."""


def under_other_rules(row: RowPrice) -> dict[str, PhysicalEstimate]:
    """Return the machine of a priced row under each of `RULES`; the design of the row stays.

    >>> from groverattn.row.best import best_row
    >>> from groverattn.row.request import RowRequest
    >>> found = under_other_rules(best_row(RowRequest.of(preset="gpt2")))
    >>> found["no steps at all"].volume_qubit_s < found["as it is"].volume_qubit_s
    True
    """
    machine = hardware(row.request.hardware)
    return {
        name: RowPricing.of(row.request, _with_layout(machine, factors)).best().physical
        for name, (factors, _) in RULES.items()
    }


def _with_layout(machine: Hardware, factors: dict[str, float]) -> Hardware:
    changed: dict[str, Any] = {name: factor * getattr(machine.layout, name) for name, factor in factors.items()}
    return attrs.evolve(machine, layout=attrs.evolve(machine.layout, **changed))
