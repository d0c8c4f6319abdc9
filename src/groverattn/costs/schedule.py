"""Schedule of a circuit: phases that follow each other, and how often; no quantum library is needed to read it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts


@attrs.frozen
class Phase:
    """Part of a circuit that runs at one pace: what it needs is spread evenly over its time.

    Attributes:
        name: what it does, such as walk, swaps, score.
        toffoli: Toffoli gates.
        reactions: measurements that later gates wait for, one after the other.
        fan_outs: multi-target CNOTs and parities that take turns on one bus (`CostedGate.fan_outs`).
        control_bits: bits that the control computer reads while later gates wait.
        t: bare T gates.
        rotation: rotations still to be synthesised.
        measurement: single-qubit measurements.
    """

    name: str
    toffoli: float = 0
    reactions: float = 0
    fan_outs: float = 0
    control_bits: float = 0
    t: float = 0
    rotation: float = 0
    measurement: float = 0

    def repeated(self, times: float) -> Phase:
        """Return the phase that takes this many times as much of everything.

        >>> Phase("walk", toffoli=2).repeated(3).toffoli
        6
        """
        return Phase(self.name, *(times * number for number in _numbers(self)))

    def but(self, **numbers: Any) -> Phase:
        """Return the phase with other numbers, or another name."""
        return attrs.evolve(self, **numbers)

    def and_then(self, other: Phase) -> Phase:
        """Return both as one phase, under the name of this one."""
        return Phase(self.name, *map(operator.add, _numbers(self), _numbers(other)))

    def least(self, other: Phase) -> Phase:
        """Return the phase that takes of each number the lesser, under the name of this one."""
        return Phase(self.name, *map(min, _numbers(self), _numbers(other)))


# Of a phase, in their order. `attrs.astuple` looks into each value, and a search for a design adds up many phases.
_numbers = operator.attrgetter(*(field.name for field in attrs.fields(Phase)[1:]))


@attrs.frozen
class Cycle:
    """Phases that are run one after the other, time and again.

    Attributes:
        times: how often, maybe a fractional expectation.
        phases: in their order.
    """

    times: float
    phases: tuple[Phase, ...]

    def repeated(self, times: float) -> Cycle:
        """Return the cycle run this many times as often."""
        return attrs.evolve(self, times=self.times * times)


Schedule = tuple[Cycle, ...]
"""Cycles that follow each other."""


def one_phase(counts: LogicalCounts) -> Schedule:
    """Return the schedule of counts of which no more is known: all they need, spread evenly over their time.

    >>> one_phase(LogicalCounts(5, 0, 0, 0, 0, 9, 5))[0].phases[0].reactions
    5
    """
    phase = Phase(
        "all",
        toffoli=counts.toffoli,
        reactions=counts.measurement_depth,
        control_bits=counts.control_bits,
        t=counts.t,
        rotation=counts.rotation,
        measurement=counts.measurement,
    )
    return (Cycle(1, (phase,)),)


def total(schedule: Iterable[Cycle], name: str) -> float:
    """Return the sum of one number of the phases over all that is run.

    >>> total([Cycle(3, (Phase("walk", toffoli=2), Phase("score", toffoli=1)))], "toffoli")
    9
    """
    return sum(cycle.times * getattr(phase, name) for cycle in schedule for phase in cycle.phases)
