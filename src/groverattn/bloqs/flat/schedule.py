"""Depth of a gate list: the longest path, where gates that commute on a shared wire do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import attrs


class Axis(Enum):
    """How a gate acts on one of its wires. Two gates that act along the same Pauli axis commute there."""

    Z = "control of a CNOT, an And, a Toffoli or a CZ"
    X = "target of a CNOT or a Toffoli"
    OTHER = "everything else: Hadamard, swap, measurement, allocation"


_Z, _X = Axis.Z, Axis.X  # looked up millions of times, which takes longer in the class
_AT_ONCE = (0, 0)


@attrs.define
class CommutingSchedule:
    """As-soon-as-possible schedule of gates with integer durations on numbered wires.

    A gate starts when, on each of its wires, all earlier gates have ended that do not commute with it. Gates with the
    same axis on a wire (several controls, several targets) may overlap there, as in the graph state form of a
    surface-code layout; a plain circuit moment would make them wait. Wires that are used again carry their time with
    them, so the depth belongs to a schedule of exactly the wires that appear.

    >>> schedule = CommutingSchedule()
    >>> schedule.add([(0, Axis.Z), (1, Axis.Z), (2, Axis.X)], duration=1)
    1
    >>> schedule.add([(0, Axis.Z), (3, Axis.Z), (4, Axis.X)], duration=1)
    1
    >>> schedule.add([(2, Axis.Z), (4, Axis.Z), (5, Axis.X)], duration=1)
    2
    """

    depth: int = 0
    # from when on a wire takes gates of axis Z, and those of axis X
    _ready: dict[int, tuple[int, int]] = attrs.field(factory=dict, init=False)

    def add(self, wires: Iterable[tuple[int, Axis]], duration: int, not_before: int = 0) -> int:
        """Put one gate into the schedule and return when it ends.

        Args:
            wires: its wires with the axis on each.
            duration: its duration.
            not_before: when the classical bits that it waits for are known.
        """
        start, wires, ready = not_before, tuple(wires), self._ready
        for wire, axis in wires:
            z, x = ready.get(wire, _AT_ONCE)
            if axis is not _X and z > start:
                start = z
            if axis is not _Z and x > start:
                start = x
        end = start + duration
        for wire, axis in wires:
            z, x = ready.get(wire, _AT_ONCE)
            # gates that do not commute with this one wait for it
            ready[wire] = (z if axis is _Z or z > end else end, x if axis is _X or x > end else end)
        if end > self.depth:
            self.depth = end
        return end
