"""Flat circuit: the gates of a bloq, one after the other, on numbered wires, as they are run and counted."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import cached_property
from typing import Any

import attrs
from qualtran.bloqs.basic_gates import Rz
from qualtran.resource_counting.classify_bloqs import bloq_is_clifford, bloq_is_t_like

from groverattn.bloqs.flat.schedule import Axis, CommutingSchedule


class Op(Enum):
    """Gate kinds of a flat circuit, with the axis in which each acts on its wires (the last axis repeats).

    Some are not gates: FREE gives wires back, and a simulator checks that they are zero; RETURN gives back what BORROW
    took, unchanged whatever it holds; SIGN is the global phase -1; PARITIES computes with classical bits; EXTERNAL_LOAD
    is the call of a memory outside the circuit.
    """

    AND = (Axis.Z, Axis.Z, Axis.OTHER)
    UN_AND = (Axis.Z, Axis.Z, Axis.OTHER)
    CNOT = (Axis.Z, Axis.X)
    X = (Axis.X,)
    Z = (Axis.Z,)
    CZ = (Axis.Z, Axis.Z)
    HADAMARD = (Axis.OTHER,)
    ROTATION = (Axis.Z,)
    CSWAP = (Axis.Z, Axis.OTHER)
    MEASURE_X = (Axis.OTHER,)
    PARITIES = ()
    CONDITIONAL_CZ = (Axis.Z, Axis.Z)
    EXTERNAL_LOAD = (Axis.OTHER,)
    BORROW = (Axis.OTHER,)
    RETURN = (Axis.OTHER,)
    FREE = (Axis.OTHER,)
    SIGN = ()

    # Enum members with equal values would be aliases of each other
    def __new__(cls, *axes: Axis):
        member = object.__new__(cls)
        member._value_ = len(cls.__members__)
        member.axes = axes
        return member

    axes: tuple[Axis, ...]


@attrs.frozen
class Gate:
    """One gate.

    Attributes:
        op: its kind.
        wires: controls, then targets. A CNOT may have many targets: the fan-out of one row of a lookup. A CSWAP may
            have many pairs of targets, all first ones before all second ones; a CONDITIONAL_CZ many partners of its
            first qubit, each with a condition of its own.
        parameter: control values of an And, angle of a rotation, classical bits written or read.
    """

    op: Op
    wires: tuple[int, ...]
    parameter: Any = None

    @property
    def multiplicity(self) -> int:
        """Number of gates on single targets."""
        if self.op in (Op.CNOT, Op.CONDITIONAL_CZ):
            return len(self.wires) - 1
        return (len(self.wires) - 1) // 2 if self.op is Op.CSWAP else 1


@attrs.frozen
class FlatCircuit:
    """A circuit without hierarchy.

    Wires are reused after they are freed, so `n_wires` is the number of qubits that this order of gates needs.

    Attributes:
        gates: all gates in order.
        n_wires: number of qubits.
        n_records: number of classical bits.
        inputs: wires of every input register by (name, index), most significant bit first; of a classical register
            the numbers of its bits.
        classical: names of the classical registers.
        outputs: the same for output registers.
        shared_controls: whether gates that share only controls, or only targets, run at once, as the default depths of
            all bloqs take it. Without, each wire serves one gate at a time, and the pairs of a CSWAP take turns on
            their control: evolve a circuit to read its depths so. A CNOT with many targets stays one gate.
    """

    gates: list[Gate]
    n_wires: int
    n_records: int
    inputs: dict[tuple[str, tuple[int, ...]], tuple[int, ...]]
    outputs: dict[tuple[str, tuple[int, ...]], tuple[int, ...]]
    classical: frozenset[str] = frozenset()
    shared_controls: bool = True

    @cached_property
    def gate_counts(self) -> Counter[Op]:
        """Gates by kind; a CNOT counts once for each target."""
        counts: Counter[Op] = Counter()
        for gate in self.gates:
            counts[gate.op] += gate.multiplicity
        return counts

    @property
    def toffoli(self) -> int:
        """Number of And and controlled swaps."""
        return self.gate_counts[Op.AND] + self.gate_counts[Op.CSWAP]

    @property
    def measurement(self) -> int:
        """Number of measurements."""
        return self.gate_counts[Op.UN_AND] + self.gate_counts[Op.MEASURE_X]

    @property
    def control_bits(self) -> int:
        """Bits of the key tables that the classical parities are computed from, each table once for every unload."""
        return sum(gate.parameter[2].table.bits().size for gate in self.gates if gate.op is Op.PARITIES)

    @property
    def clifford(self) -> int:
        """Number of Clifford gates, conditional ones as if their condition always held."""
        ops = (Op.UN_AND, Op.CNOT, Op.X, Op.Z, Op.CZ, Op.HADAMARD, Op.CONDITIONAL_CZ)
        return sum(self.gate_counts[op] for op in ops) + self._rotations["clifford"]

    @property
    def t(self) -> int:
        """Number of rotations by an odd multiple of pi / 4, which are T gates."""
        return self._rotations["t"]

    @property
    def rotation(self) -> int:
        """Number of single-qubit rotations that are neither T nor Clifford gates."""
        return self._rotations["rotation"]

    @cached_property
    def _rotations(self) -> Counter[str]:
        return Counter(_kind(gate.parameter) for gate in self.gates if gate.op is Op.ROTATION)

    @cached_property
    def toffoli_depth(self) -> int:
        """And gates and controlled swaps on the longest path through the wires as they are, reuse included."""
        return self._depth((Op.AND, Op.CSWAP))

    @cached_property
    def measurement_depth(self) -> int:
        """Measurements that later gates wait for on the longest path: one for each Toffoli, undone And and unload."""
        return self._depth((Op.AND, Op.CSWAP, Op.UN_AND, Op.MEASURE_X))

    def _depth(self, lasting: tuple[Op, ...]) -> int:
        """Length of the schedule in which the gates of `lasting` take one unit and all others none."""
        schedule = CommutingSchedule()
        known: dict[int, int] = {}
        for gate in self.gates:
            if gate.op is Op.PARITIES:
                outcome, rows, _ = gate.parameter
                known |= dict.fromkeys(rows, max((known.get(bit, 0) for bit in outcome), default=0))
            if not gate.wires:
                continue
            conditions = gate.parameter if gate.op is Op.CONDITIONAL_CZ else ()
            axes = self._axes(gate)
            not_before = max((known.get(bit, 0) for bit in conditions), default=0)
            duration = self._turns(gate) if gate.op in lasting else 0
            end = schedule.add(zip(gate.wires, axes, strict=True), duration, not_before)
            if gate.op is Op.MEASURE_X:
                known[gate.parameter[0]] = end
        return schedule.depth

    def _axes(self, gate: Gate) -> tuple[Axis, ...]:
        """How the gate acts on each of its wires, as far as gates may overlap there."""
        if not self.shared_controls:
            return (Axis.OTHER,) * len(gate.wires)
        return gate.op.axes + gate.op.axes[-1:] * (len(gate.wires) - len(gate.op.axes))

    def _turns(self, gate: Gate) -> int:
        return 1 if self.shared_controls else gate.multiplicity


def _kind(angle: float) -> str:
    """What Qualtran takes a rotation for."""
    if bloq_is_clifford(Rz(angle)):
        return "clifford"
    return "t" if bloq_is_t_like(Rz(angle)) else "rotation"
