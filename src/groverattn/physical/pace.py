"""Pace of a schedule on a machine: how long each phase takes with factories of some rate and a store of states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.costs.schedule import Phase, Schedule
from groverattn.physical.machines.hardware import Hardware

Floats = NDArray[np.float64]

LIMITS = ("factory", "reaction", "layout", "consumption")
"""What a phase may wait for."""


@attrs.frozen(eq=False)
class Pace:
    """What the phases of a schedule ask of a machine; every array has shape (phases,).

    Attributes:
        names: what each phase does.
        cycle: number of the cycle that it belongs to, in order.
        times: how often it is run.
        toffoli: Toffoli gates of one run.
        t: T gates of one run, with those that rotations are made of.
        reaction_cycles: code cycles of measurements that wait for each other, and of the control computer's reading.
        layout_steps: steps of d cycles of fan-outs, or of the delivery of states.
        consumption_steps: steps of d cycles in which a fast block takes up the states; 0 on the others.
    """

    names: tuple[str, ...]
    cycle: NDArray[np.intp]
    times: Floats
    toffoli: Floats
    t: Floats
    reaction_cycles: Floats
    layout_steps: Floats
    consumption_steps: Floats

    @classmethod
    def of(cls, schedule: Schedule, hardware: Hardware, tiles: float, t_per_rotation: int) -> Pace:
        """Return the pace of a schedule; T gates and those of rotations wait one after the other (our assumption)."""
        phases = [(number, cycle.times, phase) for number, cycle in enumerate(schedule) for phase in cycle.phases]
        columns = np.array(
            [_numbers(phase, hardware, tiles, t_per_rotation) for _, _, phase in phases], dtype=np.float64
        ).T
        return cls(
            tuple(phase.name for _, _, phase in phases),
            np.array([number for number, _, _ in phases]),
            np.array([times for _, times, _ in phases], dtype=np.float64),
            *columns,
        )

    def limit_cycles(self, distance: float) -> Floats:
        """Return the code cycles of one run by limit, without the factories: shape (limits - 1, phases)."""
        steps = self.layout_steps * distance, self.consumption_steps * distance
        return np.array([self.reaction_cycles, *steps])

    def busy(self, distance: float) -> Floats:
        """Return the code cycles of one run of each phase with any number of factories."""
        return self.limit_cycles(distance).max(axis=0)

    def least_cycles(self, distance: Any) -> Any:
        """Return the code cycles of all that is run, with any number of factories; at each of some distances."""
        steps = np.maximum(self.layout_steps, self.consumption_steps)
        return np.maximum(np.multiply.outer(distance, steps), self.reaction_cycles) @ self.times

    def work(self, cycles_per_toffoli: Floats, cycles_per_t: Floats) -> Floats:
        """Return the code cycles in which one factory makes the states of a run, shape (..., phases)."""
        return np.multiply.outer(cycles_per_toffoli, self.toffoli) + np.multiply.outer(cycles_per_t, self.t)

    def cycles(self, busy: Floats, work: Floats, store: Floats) -> Floats:
        """Return the code cycles of all that is run.

        A phase takes the longer of what it has to wait for and of the time in which the factories make those of its
        states that are not in store; meanwhile the store fills up. Each cycle is taken in its steady state, and the
        store is filled once before it.

        Args:
            busy: cycles of each phase with any number of factories, shape (phases,).
            work: cycles in which the factories make its states, shape (designs, phases).
            store: cycles in which they fill the store, shape (designs,).
        """
        if not store.any():
            return np.maximum(work, busy) @ self.times
        total = store.copy()
        for (at, times), run in zip(self.by_cycle(), self.steady(busy, work, store), strict=True):
            total += times * run[:, at].sum(axis=1)
        return total

    def steady(self, busy: Floats, work: Floats, store: Floats) -> Iterator[Floats]:
        """Yield the cycles of the phases of each cycle once its store repeats itself, shape (designs, phases).

        With factories that keep up on average it starts full, and is full again at the end; otherwise it is empty at
        some point of the first run, and what follows from there on repeats itself.
        """
        for at, _ in self.by_cycle():
            kept = np.where(busy[at].sum() >= work[:, at].sum(axis=1), store, 0.0)
            times = np.zeros_like(work)
            for _ in range(2):
                for phase in at:
                    times[:, phase] = np.maximum(work[:, phase] - kept, busy[phase])
                    kept = np.minimum(store, kept + times[:, phase] - work[:, phase])
            yield times

    def by_cycle(self) -> Iterator[tuple[NDArray[np.intp], float]]:
        """Yield the phases of each cycle, and how often it is run."""
        for number in range(self.cycle[-1] + 1):
            (at,) = np.nonzero(self.cycle == number)
            yield at, float(self.times[at[0]])


def _numbers(phase: Phase, hardware: Hardware, tiles: float, t_per_rotation: int) -> tuple[float, ...]:
    t = phase.t + phase.rotation * t_per_rotation
    reactions_us = (phase.reactions + t) * hardware.reaction_time_us
    control_us = phase.control_bits / hardware.control_bits_per_s * 1e6
    consumption = 0.0
    if hardware.data_block == "fast":
        # arXiv:2211.07629, Eq. D3; rotations follow each other, one in each layer: our assumption, an upper bound
        consumption = phase.measurement + phase.t + 3 * phase.toffoli + phase.rotation * (1 + t_per_rotation)
    layout = hardware.layout.steps(phase.fan_outs, phase.toffoli + t, tiles)
    return phase.toffoli, t, (reactions_us + control_us) / hardware.cycle_time_us, layout, consumption
