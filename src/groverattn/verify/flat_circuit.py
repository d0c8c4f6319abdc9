"""The gates of a bloq, one after the other, on numbered wires: what is run, and what is counted gate by gate."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import cached_property
from typing import Any

import attrs
from qualtran import Bloq

from groverattn.bloqs.schedule import Axis, CommutingSchedule


class Op(Enum):
    """Gate kinds of a flat circuit, with the axis in which each acts on its wires (the last axis repeats)."""

    AND = (Axis.Z, Axis.Z, Axis.OTHER)
    UN_AND = (Axis.Z, Axis.Z, Axis.OTHER)
    CNOT = (Axis.Z, Axis.X)
    X = (Axis.X,)
    Z = (Axis.Z,)
    CZ = (Axis.Z, Axis.Z)
    HADAMARD = (Axis.OTHER,)
    ROTATION = (Axis.Z,)
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
        wires: controls, then targets. A CNOT may have many targets: the fan-out of one row of a lookup. FREE is no
            gate: it says that the wires are given back, and a simulator checks that they are zero. SIGN is none
            either, but the global phase -1, on no wire.
        parameter: control values of an And, angle of a rotation.
    """

    op: Op
    wires: tuple[int, ...]
    parameter: Any = None


@attrs.frozen
class FlatCircuit:
    """A circuit without hierarchy.

    Wires are reused after they are freed, so `n_wires` is the number of qubits that this order of gates needs.

    Attributes:
        gates: all gates in order.
        n_wires: number of qubits.
        inputs: wires of every input register by (name, index), most significant bit first.
        outputs: the same for output registers.
    """

    gates: list[Gate]
    n_wires: int
    inputs: dict[tuple[str, tuple[int, ...]], tuple[int, ...]]
    outputs: dict[tuple[str, tuple[int, ...]], tuple[int, ...]]

    @cached_property
    def gate_counts(self) -> Counter[Op]:
        """Gates by kind; a CNOT counts once for each target."""
        counts: Counter[Op] = Counter()
        for gate in self.gates:
            counts[gate.op] += len(gate.wires) - 1 if gate.op is Op.CNOT else 1
        return counts

    @property
    def toffoli(self) -> int:
        """Number of And gates."""
        return self.gate_counts[Op.AND]

    @property
    def measurement(self) -> int:
        """Number of measurements."""
        return self.gate_counts[Op.UN_AND]

    @property
    def clifford(self) -> int:
        """Number of Clifford gates, one conditional CZ for every measured And included."""
        ops = (Op.UN_AND, Op.CNOT, Op.X, Op.Z, Op.CZ, Op.HADAMARD)
        return sum(self.gate_counts[op] for op in ops)

    @property
    def rotation(self) -> int:
        """Number of single-qubit rotations."""
        return self.gate_counts[Op.ROTATION]

    @cached_property
    def toffoli_depth(self) -> int:
        """And gates on the longest path through the wires as they are, reuse included."""
        schedule = CommutingSchedule()
        for gate in self.gates:
            if gate.op is Op.SIGN:
                continue
            axes = gate.op.axes + gate.op.axes[-1:] * (len(gate.wires) - len(gate.op.axes))
            schedule.add(zip(gate.wires, axes, strict=True), duration=int(gate.op is Op.AND))
        return schedule.depth


def flatten(bloq: Bloq) -> FlatCircuit:
    """Decompose a bloq to the gates of Op, in the order in which its builders added them.

    Raises:
        DecomposeTypeError: a part has no decomposition (a lookup that knows only sizes) and is no gate of Op.

    >>> from groverattn.bloqs.full_adder import FullAdder
    >>> flatten(FullAdder()).toffoli
    1
    """
    from groverattn.verify.flattening import Flattening

    flattening = Flattening()
    inputs = {
        (reg.name, idx): flattening.allocate(reg.bitsize) for reg in bloq.signature.lefts() for idx in reg.all_idxs()
    }
    outputs = flattening.run(bloq, inputs)
    return FlatCircuit(flattening.gates, flattening.n_wires, inputs, outputs)
