"""Layers of a flat circuit: gates of a kind that do not wait for one another, so that a simulator runs them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.schedule import Axis
from groverattn.verification.superposition import RULES, STACKED_RULES, complements

# Gates whose rule takes the wires and the classical bits of any number of them.
_JOINED = (Op.HADAMARD, Op.MEASURE_X, Op.FREE)


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

    A gate waits for what it reads or overwrites; gates of a group share controls alone. Hadamards keep their place
    between the gates before and after them: an ancilla that is still to be undone would keep terms from interfering.

    >>> from groverattn.bloqs.flat.flattening import flatten
    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> [(gates[0].op.name, len(gates)) for gates in layers(flatten(FullAdder()))]
    [('CNOT', 2), ('AND', 1), ('CNOT', 1), ('CNOT', 1)]
    """
    written, touched = [0] * (circuit.n_wires + circuit.n_records), [0] * (circuit.n_wires + circuit.n_records)
    groups: dict[tuple[int, Op, int], list[Gate]] = {}
    hadamards, last = 0, 0
    for gate in circuit.gates:
        reads, writes = _access(gate, circuit.n_wires)
        waits = [written[wire] for wire in reads] + [touched[wire] for wire in writes]
        layer = max(waits, default=0) + 1
        if gate.op is Op.HADAMARD:
            hadamards = layer = max(layer, last + (last != hadamards))
        else:
            layer = max(layer, hadamards + 1)
        last = max(last, layer)
        for wire in reads:
            touched[wire] = max(touched[wire], layer)
        for wire in writes:
            written[wire] = touched[wire] = layer
        groups.setdefault((layer, gate.op, len(gate.wires)), []).append(gate)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _access(gate: Gate, n_wires: int) -> tuple[Sequence[int], Sequence[int]]:
    """Wires that the gate reads, and those that it may change; classical bits are counted after the wires."""
    n_read = len(gate.wires) if gate.op.axes[-1:] == (Axis.Z,) else gate.op.axes.count(Axis.Z)
    reads, writes = gate.wires[:n_read], gate.wires[n_read:]
    match gate.op:
        case Op.MEASURE_X:
            writes += _records(gate.parameter, n_wires)
        case Op.CONDITIONAL_CZ:
            reads += _records(gate.parameter, n_wires)
        case Op.PARITIES:
            reads, writes = (_records(bits, n_wires) for bits in gate.parameter[:2])
    return reads, writes


def _records(bits: Sequence[int], n_wires: int) -> tuple[int, ...]:
    return tuple(n_wires + bit for bit in bits)


def steps_of(circuit: FlatCircuit) -> list[Step]:
    """Return the steps that run a circuit, layer by layer."""
    return [step for gates in layers(circuit) for step in _steps(gates)]


def _steps(gates: list[Gate]) -> list[Step]:
    op = gates[0].op
    if op in _JOINED:
        wires = [wire for gate in gates for wire in gate.wires]
        return [Step(RULES[op], wires, [bit for gate in gates for bit in gate.parameter or ()])]
    stacked = STACKED_RULES.get((op, len(gates[0].wires)))
    if len(gates) > 1 and stacked:
        values = [gate.parameter for gate in gates]
        wires = np.array([gate.wires for gate in gates]).T
        return [Step(stacked, wires, complements(values) if values[0] else None)]
    return [_alone(gate) for gate in gates]


def _alone(gate: Gate) -> Step:
    is_long = len(gate.wires) > 3  # made arrays once, and not each time that the gate is run
    parameter = np.array(gate.parameter) if gate.op is Op.CONDITIONAL_CZ else gate.parameter
    return Step(RULES[gate.op], np.array(gate.wires) if is_long else gate.wires, parameter)
