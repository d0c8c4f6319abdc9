"""Second opinion: the same counts on the same machine by qdk.qre, which this project did not write."""

from __future__ import annotations

import os

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError, check_error_budget
from groverattn.physical.estimate import SecondOpinion
from groverattn.physical.machines.hardware import HARDWARE, Hardware
from groverattn.show.numbers import number_text, probability_text

# qdk counts whole nanoseconds in 64 bits.
_NANOSECONDS_MAX = 2**63
_CODE_DISTANCE_MAX = 50
_T_PER_ROTATION_MAX = 100

WHY_NOT_EQUAL = (
    "qdk.qre has the machine's numbers from us and the rest from its own authors: tiles, time steps, T gates per "
    "rotation, distillation, copies of the factory, search. It counts 2 d^2 - 1 qubits in a rotated tile where we have "
    "2 d^2. It has no reaction time, no reading of a table and no traffic of Clifford gates: where one of those limits "
    "our run, ours takes longer and needs fewer factories."
)


def has_counterpart(hardware: Hardware) -> bool:
    """Return whether qdk.qre models a machine of this kind: the fast block, time steps and distillation of one paper.

    >>> [name for name, machine in HARDWARE.items() if has_counterpart(machine)]
    ['beverland-gate-ns-e3', 'beverland-gate-ns-e4', 'beverland-gate-us-e4', 'beverland-majorana-e6']
    """
    return (
        hardware.data_block == "fast"
        and hardware.error_interval == "time step"
        and hardware.tile_qubits in ("rotated", "floquet")
        and hardware.factories == ("beverland-15-to-1",)
    )


def second_opinion(counts: LogicalCounts, hardware: Hardware, error_budget: float) -> SecondOpinion:
    """Price `counts` on `hardware` by qdk.qre, with its telemetry off.

    Its design of least qubits times runtime is returned, as ours is chosen. Rotations follow each other, as in ours.

    Raises:
        InputError: a machine that qdk.qre has no counterpart of or that is too noisy for it, a run longer than its 64
            bits of nanoseconds, or one for which it has no design within the error budget.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=10**9)
    >>> opinion = second_opinion(counts, hardware("beverland-gate-ns-e4"), error_budget=0.01)
    >>> opinion.qubits, round(opinion.duration_s)
    (180870, 15600)
    """
    check_error_budget(error_budget)
    _check(counts, hardware)
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # read when qdk is first imported
    from groverattn.physical.qdk_model import least_volume

    opinion = least_volume(counts, hardware, error_budget)
    if opinion is None:
        raise InputError(
            given=f"{number_text(counts.toffoli)} Toffolis on {hardware.name} with an error budget of "
            f"{probability_text(error_budget)}",
            allowed=f"runs that are within it at a code distance up to {_CODE_DISTANCE_MAX}",
            why="qdk.qre has no other",
            do="allow a larger error budget",
        )
    return opinion


def _check(counts: LogicalCounts, hardware: Hardware) -> None:
    if not has_counterpart(hardware):
        raise InputError(
            given=hardware.name,
            allowed=", ".join(name for name, machine in HARDWARE.items() if has_counterpart(machine)),
            why="qdk.qre models a fast block with the time steps and the 15-to-1 distillation of arXiv:2211.07629",
            do="choose one of the machines above, or a file based on one",
        )
    steps = 3 * counts.toffoli + counts.t + counts.measurement + (1 + _T_PER_ROTATION_MAX) * counts.rotation
    longest_ns = steps * _CODE_DISTANCE_MAX * hardware.cycle_time_us * 1e3
    if not (longest_ns < _NANOSECONDS_MAX and hardware.cycle_time_us >= 1e-3 and hardware.gate_time_us >= 1e-3):
        raise InputError(
            given=f"{number_text(steps)} time steps, {hardware.cycle_time_us} us per cycle, {hardware.gate_time_us} "
            f"us per gate",
            allowed="up to 292 years at a code distance of 50, and at least a nanosecond for a cycle and for a gate",
            why="qdk.qre counts whole nanoseconds in 64 bits",
            do="split the run",
        )
