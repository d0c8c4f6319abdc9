"""Demand of a circuit on a machine: magic states, tiles, and time that no number of factories can shorten."""

from __future__ import annotations

import math

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Schedule
from groverattn.errors import InputError, check_between, check_error_budget, real_number, shown, whole_number
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.pace import Pace

# Our assumptions: beyond any search of 2^60 keys, and all products of them stay finite.
COUNT_MAX = 10**45
_WAITING_S_MAX = 1e30

# A rotation's T gates beyond the first that fits cut its error 3.7-fold each: with six more it no longer matters.
_T_CHOICES = 7


@attrs.frozen
class Demand:
    """What one circuit asks of one machine, before factories and code distance are chosen.

    Attributes:
        toffoli: Toffoli gates, each served by the factories.
        t: T gates with those that rotations are made of.
        t_per_rotation: T gates per rotation; 0 where there is no rotation.
        tiles: surface-code tiles of the data block, routing included; a fraction where storage is denser than a tile.
        exposed_tiles: tiles that the logical error rate is charged for; more than `tiles` where storage is denser.
        operating_tiles: tiles that can take part in a Clifford gate at the same time; 0 where Clifford gates cost no
            time, because they are commuted to the end and the steps of consumption include what they become.
        operating_tiles_max: the most of them that can be bought, one tile each; the same number where none can.
        clifford: Clifford gates, a CNOT on m targets being m.
        pace: what each phase of the run asks for.
        control_cycles: code cycles in which the control computer reads the key table.
        waiting_cycles: code cycles in which the machine waits for something outside, such as a memory.
        error_budget: largest failure probability allowed.
        p_synthesis: part of the budget spent on approximating rotations; 0 without rotations.
    """

    toffoli: int
    t: int
    t_per_rotation: int
    tiles: float
    exposed_tiles: float
    operating_tiles: int
    operating_tiles_max: int
    clifford: int
    pace: Pace
    control_cycles: float
    waiting_cycles: float
    error_budget: float
    p_synthesis: float

    @property
    def p_left(self) -> float:
        """Error probability left to storage and magic states."""
        return self.error_budget - self.p_synthesis

    @classmethod
    def choices(
        cls,
        counts: LogicalCounts,
        schedule: Schedule,
        hardware: Hardware,
        error_budget: float,
        waiting_s: float = 0.0,
    ) -> list[Demand]:
        """Return what `counts` ask of `hardware`, once for each sensible number of T gates per rotation.

        More T gates leave less of the budget to synthesis and more to storage and states: which is best depends on the
        rest of the design, so the search tries each.

        Raises:
            InputError: an error budget outside (0, 1), or counts out of range.
        """
        counts = checked_counts(counts, error_budget, waiting_s)
        if not counts.rotation:
            return [cls.of(counts, schedule, hardware, error_budget, 0.0, waiting_s)]
        least = rotation_t_count(error_budget / counts.rotation)
        spent = [counts.rotation * rotation_error(least + more) for more in range(_T_CHOICES)]
        return [cls.of(counts, schedule, hardware, error_budget, p, waiting_s) for p in spent if p < error_budget]

    @classmethod
    def of(
        cls,
        counts: LogicalCounts,
        schedule: Schedule,
        hardware: Hardware,
        error_budget: float,
        p_synthesis: float,
        waiting_s: float = 0.0,
    ) -> Demand:
        """Return what `counts` ask of `hardware` with `p_synthesis` of the budget for the rotations.

        Each Toffoli, each measured uncomputation and each unload on the longest path waits for one reaction: its
        measurement decides a Clifford gate that later gates do not commute with (arXiv:1905.08916, delayed choice). T
        gates and those of rotations wait one after the other on top of it: our assumption, an upper bound, as
        `LogicalCounts` has no T depth. An unload waits also until the control computer has read the key table.
        """
        t_per_rotation = rotation_t_count(p_synthesis / counts.rotation) if counts.rotation else 0
        t = counts.t + counts.rotation * t_per_rotation
        control_us = counts.control_bits / hardware.control_bits_per_s * 1e6
        tiles = hardware.data_tiles(counts.logical_qubits)
        operating, operating_max = _operating_tiles(counts, hardware, tiles)
        return cls(
            toffoli=counts.toffoli,
            t=t,
            t_per_rotation=t_per_rotation,
            tiles=tiles,
            exposed_tiles=hardware.exposed_tiles(counts.logical_qubits),
            operating_tiles=operating,
            operating_tiles_max=operating_max,
            clifford=counts.clifford,
            pace=Pace.of(schedule, hardware, tiles, t_per_rotation),
            control_cycles=control_us / hardware.cycle_time_us,
            waiting_cycles=float(waiting_s) * 1e6 / hardware.cycle_time_us,
            error_budget=error_budget,
            p_synthesis=p_synthesis,
        )


# T gates of a rotation per bit of precision, and beyond: arXiv:2211.07629, Eq. D4, for the mixed fallback protocol of
# arXiv:2203.10064.
_T_PER_BIT, _T_BEYOND = 0.53, 5.3


def rotation_t_count(error_per_rotation: float) -> int:
    """Return the T gates of one rotation about Z, ceil(0.53 log2(1/error) + 5.3).

    >>> rotation_t_count(1e-10)
    23
    """
    return math.ceil(-_T_PER_BIT * math.log2(error_per_rotation) + _T_BEYOND)


def rotation_error(t_count: int) -> float:
    """Return the error of one rotation made of this many T gates: the inverse of `rotation_t_count`.

    >>> rotation_t_count(rotation_error(23))
    23
    """
    # slightly above the formula's error, so that rounding does not ask for one more T gate
    return 2.0 ** (-(t_count - _T_BEYOND) / _T_PER_BIT) * (1 + 1e-9)


def _operating_tiles(counts: LogicalCounts, hardware: Hardware, tiles: float) -> tuple[int, int]:
    if hardware.data_block == "fast":
        return 0, 0
    if hardware.data_block == "simple":
        return int(tiles), int(tiles)
    return hardware.hot_tiles, max(hardware.hot_tiles, counts.logical_qubits)


def check_count(name: str, value: object, least: int = 0) -> int:
    """Return a count as a Python int.

    Raises:
        InputError: it is not a whole number from `least` to `COUNT_MAX`.

    >>> check_count("toffoli", 7)
    7
    """
    number = whole_number(name, value)
    if not least <= number <= COUNT_MAX:
        raise InputError(
            given=f"{name} = {shown(number)}",
            allowed=f"a whole number from {int(least)} to {COUNT_MAX:.0e}",
            why="it is a count, and no circuit or machine that could exist has more",
            do=f"correct {name}",
        )
    return number


def checked_counts(counts: LogicalCounts, error_budget: float, waiting_s: float) -> LogicalCounts:
    """Return the counts as whole numbers.

    Raises:
        InputError: counts that no circuit has, or a budget or waiting out of range.
    """
    check_error_budget(error_budget)
    counts = LogicalCounts(
        **{name: check_count(name, n, least=name == "logical_qubits") for name, n in attrs.asdict(counts).items()}
    )
    check_between("waiting_s", real_number("waiting_s", waiting_s), 0, _WAITING_S_MAX, "it is a time in seconds")
    if not counts.toffoli + counts.t + counts.rotation:
        raise InputError(
            given="no Toffoli, T or rotation",
            allowed="at least one of them",
            why="the models time magic states only, and would call a Clifford circuit free",
            do="price a circuit that has a gate outside the Clifford group",
        )
    check_depths(counts)
    return counts


def check_depths(counts: LogicalCounts) -> None:
    """Raise InputError unless a circuit with these gates can have these depths.

    >>> check_depths(LogicalCounts(5, 0, 0, 0, 0, logical_qubits=9, toffoli_depth=2))
    """
    check_depth("toffoli_depth", counts.toffoli_depth, min(counts.toffoli, 1), counts.toffoli)
    check_depth(
        "measurement_depth", counts.measurement_depth, counts.toffoli_depth, counts.toffoli + counts.measurement
    )


def check_depth(name: str, depth: int, least: int, most: int) -> None:
    """Raise InputError unless a depth is within what its gates allow.

    >>> check_depth("toffoli_depth", 3, 1, 5)
    """
    if not least <= depth <= most:
        raise InputError(
            do="count the depth of the same circuit as the gates",
            given=f"{name} = {shown(depth)}",
            allowed=f"{least} to {most}",
            why="no path is longer than all its gates, and a Toffoli on the path is a measurement on it",
        )
