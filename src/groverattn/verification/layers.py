"""Layers of a flat circuit: gates of a kind that do not wait for one another, so that a simulator runs them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.schedule import Axis
from groverattn.verification.superposition import RULES, STACKED_RULES, complements

_SHORT = 3  # wires of an And; the fan-out of a lookup has more

# Gates whose own rule takes the wires and the classical bits of any number of them.
_JOINED = (Op.HADAMARD, Op.MEASURE_X)


@attrs.frozen
class Step:
    """Gates of one kind that are run at once.

    Attributes:
        rule: does to a superposition what the gates do.
        wires: as the rule takes them.
        parameter: the same.
    """

    rule: Callable[..., None]
    wires: Any
    parameter: Any = None


def layers(circuit: FlatCircuit) -> list[list[Gate]]:
    """Return all gates of a circuit in an order that gives the same circuit, in groups of one kind.

    Short classical gates are moved ahead until they meet one that changes what they read, or reads or changes what they
    change: those of a group share controls alone. All others keep their place. So do Hadamards, since an ancilla that
    is still to be undone would keep terms from interfering.

    >>> from groverattn.bloqs.flat.flattening import flatten
    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> [(gates[0].op.name, len(gates)) for gates in layers(flatten(FullAdder()))]
    [('CNOT', 2), ('AND', 1), ('CNOT', 3), ('CNOT', 1), ('CNOT', 1)]
    """
    written, touched = [0] * circuit.n_wires, [0] * circuit.n_wires  # the last layers that change, or read, a wire
    groups: dict[tuple[int, Op, int], list[Gate]] = {}
    in_place, last = (0, Op.SIGN), 0
    for gate in circuit.gates:
        op, wires = gate.op, gate.wires
        if op in STACKED_RULES and len(wires) <= _SHORT:
            n_read = op.axes.count(Axis.Z)
            waits_for = [written[wire] for wire in wires] + [touched[wire] for wire in wires[n_read:]]
            layer = 1 + max([in_place[0], *waits_for])
            for wire in wires:
                touched[wire] = max(touched[wire], layer)
        else:
            n_read = 0 if op in _JOINED else len(wires)
            joins = n_read == 0 and (last, op) == in_place and all(touched[wire] < last for wire in wires)
            layer = last if joins else last + 1
            in_place = layer, op
        for wire in wires[n_read:]:
            written[wire] = touched[wire] = layer
        last = max(last, layer)
        groups.setdefault((layer, op, len(wires)), []).append(gate)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def steps_of(circuit: FlatCircuit) -> list[Step]:
    """Return the steps that run a circuit, layer by layer."""
    return [step for gates in layers(circuit) for step in _steps(gates)]


def _steps(gates: list[Gate]) -> list[Step]:
    op = gates[0].op
    if op in _JOINED:
        wires = [gate.wires[0] for gate in gates]
        return [Step(RULES[op], wires, [bit for gate in gates for bit in gate.parameter or ()])]
    if len(gates) > 1:  # they have been moved
        values = [gate.parameter for gate in gates]
        wires = np.array([gate.wires for gate in gates]).T
        return [Step(STACKED_RULES[op], wires, complements(values) if values[0] else None)]
    return [_alone(gates[0])]


def _alone(gate: Gate) -> Step:
    # long ones are made arrays here, and not each time that the gate is run
    wires = gate.wires if len(gate.wires) <= _SHORT else np.array(gate.wires)
    return Step(RULES[gate.op], wires, np.array(gate.parameter) if gate.op is Op.CONDITIONAL_CZ else gate.parameter)
