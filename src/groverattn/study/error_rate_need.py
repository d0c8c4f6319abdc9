"""Whether a lower physical error rate would make a row fast enough, and which."""

from __future__ import annotations

from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.hardware import Hardware
from groverattn.study.machine_supply import MachineSupply
from groverattn.study.need import Need
from groverattn.study.row_time import RowTime

_SMALLEST_DISTANCE = 3


def error_rate_need(row: RowTime, classical_s: float, supply: MachineSupply) -> Need:
    """Return the physical error rate at which the row takes `classical_s` seconds, or why no rate does.

    A lower error rate shortens nothing but the code distance. The reactions, the calls of an outside memory and the
    control computer's reading do not depend on it; the data block's taking up of magic states and its Clifford gates
    take time in proportion to it. Factories are as many as it takes.
    """
    machine, physical = supply.machine, supply.physical

    def need(needed: float | None, note: str = "") -> Need:
        return Need("physical error rate", "", machine.physical_error_rate, needed=needed, note=note)

    if row.duration_s > classical_s:
        return need(None, _bound_elsewhere(row, classical_s))
    if physical is None:
        return need(None, f"unknown: {supply.refusal}")
    distance_s = max(physical.consumption_limit_s, physical.clifford_limit_s)
    if distance_s <= classical_s:
        return need(machine.physical_error_rate, "good enough")
    distance = int(physical.code_distance * classical_s / distance_s)
    distance -= 1 - distance % 2  # distances are odd
    if distance < _SMALLEST_DISTANCE:
        return need(None, f"none: at code distance {_SMALLEST_DISTANCE} the data block is still too slow")
    return need(_error_rate(machine, physical, distance, classical_s), f"for code distance {distance}")


def _bound_elsewhere(row: RowTime, classical_s: float) -> str:
    parts = row.iterate_parts_s
    largest = max(parts, key=lambda name: parts[name])
    bound = {"reaction": "reactions", "memory": "calls of the memory", "control": "the control computer's reading"}
    return (
        f"none: the time is bound by {bound[largest]}, {row.duration_s / classical_s:.2g} times the classical row, "
        "and not by code distance"
    )


def _error_rate(machine: Hardware, physical: PhysicalEstimate, distance: int, duration_s: float) -> float:
    """The rate at which this distance, for this long, stores as well as the design does now.

    The design's logical error rate per tile is a (p / p*)^((d+1)/2), charged per cycle or per time step of d cycles
    (see `Hardware`); the one that may be had is larger by as much as the time is shorter.
    """
    scaler, threshold = machine.error_rate_scaler, machine.error_rate_threshold
    now = scaler * (machine.physical_error_rate / threshold) ** ((physical.code_distance + 1) / 2)
    steps = physical.duration_s / duration_s
    if machine.error_interval == "time step":
        steps *= distance / physical.code_distance
    return threshold * (now * steps / scaler) ** (2 / (distance + 1))
