"""Machines that qdk.qre prices, which this project did not write: neutral atoms, Majorana qubits, yoked memory."""

from __future__ import annotations

import functools
import os
from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.physical.demand import checked_counts, rotation_t_count
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import HARDWARE, Hardware
from groverattn.show.numbers import number_text, probability_text, time_text

# qdk counts whole nanoseconds in 64 bits.
_NANOSECONDS_MAX = 2**63
_CODE_DISTANCE_MAX = 99
# Our choice: it lists every logical qubit of every candidate, and takes seconds for a price of this many.
_LOGICAL_QUBITS_MAX = 300_000
# Beyond the least distance at which storage fails seldom enough: a larger one leaves 90 % and more to the states.
_DISTANCES_TRIED = 3

_LEFT_OUT = (
    "no reaction time",
    "no time of the control computer",
    "no steps of a layout (gates follow each other, a Toffoli takes three steps of d cycles, Clifford gates are free)",
    "no store of magic states",
)


@attrs.frozen(kw_only=True)
class QdkMachine(Hardware):
    """A machine whose price is asked of qdk.qre, with the numbers of its authors.

    The fields of `Hardware` say what qdk.qre has them at, or what it is built of; reaction time and reading are ours,
    and used only where a verdict asks for the least time at any number of keys.

    Attributes:
        tile_qubits: class of the code.
        factories: class of the factory.
        model: name in `qdk_designs`.
        workspace: with a memory, logical qubits that compute; 0 without one.
        like: machine of ours by which a design is chosen for it.
        leaves_out: what takes time or qubits and is not in the price.
    """

    tile_qubits: str
    factories: tuple[str, ...]  # pyright: ignore[reportIncompatibleVariableOverride]: not of our families
    model: str
    workspace: int = 0
    like: str = "beverland-gate-ns-e3"
    leaves_out: tuple[str, ...] = _LEFT_OUT


def _machine(name: str, base: str, values: dict[str, tuple[Any, str]], **of_qdk: Any) -> QdkMachine:
    """A machine of qdk.qre: each value with its source, the others as in `base`."""
    own = HARDWARE[base]
    fields = {field.name: getattr(own, field.name) for field in attrs.fields(Hardware)}
    fields |= {field: value for field, (value, _) in values.items()}
    sources = {**own.sources, **{field: f"qdk.qre 1.33: {source}" for field, (_, source) in values.items()}}
    return QdkMachine(**fields | {"name": name, "sources": sources, "like": base}, **of_qdk)


_CODE = {
    "error_rate_scaler": (0.03, "SurfaceCode, default"),
    "error_rate_threshold": (0.01, "SurfaceCode, default"),
    "tile_qubits": ("SurfaceCode", "2 d^2 - 1 qubits"),
    "factories": (("Litinski19Factory",), "arXiv:1905.06903"),
}
_ATOMS = {
    "physical_error_rate": (1e-3, "NeutralAtom, default: the largest, of two-qubit gates"),
    "t_error_rate": (1e-5, "NeutralAtom, default"),
    "gate_time_us": (2.5, "NeutralAtom, default: CNOT"),
    "reaction_time_us": (20.0, "it has none. Our assumption: a measurement and 10 us; for verdicts, not in the price"),
    **_CODE,
}

NEUTRAL_ATOM = _machine(
    "qdk-neutral-atom",
    "beverland-gate-ns-e3",
    _ATOMS | {"cycle_time_us": (21.0, "SurfaceCode on NeutralAtom")},
    model="neutral-atom",
    leaves_out=(*_LEFT_OUT, "no time to move atoms"),
)
NEUTRAL_ATOM_LOW_MOVE = _machine(
    "qdk-neutral-atom-low-move",
    "beverland-gate-ns-e3",
    _ATOMS
    | {
        "cycle_time_us": (2128.96, "SurfaceCodeLowMove on NeutralAtom, at d = 25; it grows with d"),
        "tile_qubits": ("SurfaceCodeLowMove", "2 d^2 - 1 qubits"),
    },
    model="neutral-atom-low-move",
    leaves_out=(*_LEFT_OUT, "no time to move atoms in the factories"),
)
MAJORANA = _machine(
    "qdk-majorana",
    "beverland-majorana-e6",
    {
        "physical_error_rate": (1e-5, "Majorana, default"),
        "t_error_rate": (0.015, "Majorana, default"),
        "cycle_time_us": (4.16, "ThreeAux on Majorana, at d = 25: 4 steps of 1 us a cycle, and 4 more for all d"),
        "gate_time_us": (1.0, "Majorana, default"),
        "reaction_time_us": (11.0, "it has none. Our assumption: a measurement and 10 us; for verdicts only"),
        "error_rate_scaler": (0.05, "ThreeAux: arXiv:2310.12981, Fig. 23"),
        "error_rate_threshold": (0.0066, "ThreeAux: arXiv:2310.12981, Table 1"),
        "tile_qubits": ("ThreeAux", "4 d^2 - 3 qubits"),
        "factories": (("RoundBasedFactory",), "arXiv:2211.07629, 15-to-1 up to d = 25"),
    },
    model="majorana",
)
YOKED = _machine(
    "qdk-yoked",
    "beverland-gate-ns-e3",
    {
        "physical_error_rate": (1e-3, "GateBased, as in arXiv:2211.07629"),
        "cycle_time_us": (0.35, "SurfaceCode on GateBased with gates of 50 ns and measurements of 100 ns"),
        **_CODE,
    },
    model="yoked",
    workspace=HARDWARE["gidney-2025"].hot_tiles,
    leaves_out=(*_LEFT_OUT, "no time to read and write the memory"),
)


def estimate_by_qdk(
    counts: LogicalCounts, machine: QdkMachine, error_budget: float, n_factories: int | None, waiting_s: float
) -> PhysicalEstimate:
    """Price `counts` by qdk.qre, with its telemetry off: its design of least qubits times runtime.

    Its time is that of the steps, in which the factories are never idle: there is no other number of copies.

    Raises:
        InputError: counts or a budget out of range, a number of copies that is not qdk's, waiting, which it has not, or
            a run that is too long or too wide for it or has no design within the budget.

    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=100, toffoli_depth=10**9)
    >>> found = estimate_by_qdk(counts, MAJORANA, 0.01, None, 0.0)
    >>> found.code_distance, round(found.duration_s), found.leaves_out[0]
    (9, 120000, 'no reaction time')
    """
    checked_counts(counts, error_budget, waiting_s)  # refuses what no circuit has
    if waiting_s:
        raise InputError(
            given=f"{time_text(waiting_s)} of waiting on {machine.name}",
            allowed="a run that waits for nothing outside",
            why="qdk.qre has no time in which qubits are only stored",
            do="choose a data access that is a circuit, or another machine",
        )
    found = _least_volume(counts, machine, error_budget)
    if n_factories not in (None, found.n_factories):
        raise InputError(
            given=f"{n_factories:,} factories on {machine.name}",
            allowed=f"{found.n_factories:,}",
            why="the time steps set the time of qdk.qre, and it makes as many copies as keep up with them",
            do="leave the number of factories out",
        )
    return found


@functools.lru_cache(maxsize=4096)
def _least_volume(counts: LogicalCounts, machine: QdkMachine, error_budget: float) -> PhysicalEstimate:
    t_per_rotation = rotation_t_count(error_budget / counts.rotation) if counts.rotation else 0
    steps = 3 * counts.toffoli + counts.t + counts.measurement + (1 + t_per_rotation) * counts.rotation
    # with a margin for cycles that grow with the distance
    longest_ns = steps * machine.cycle_time_us * 1e3 * _CODE_DISTANCE_MAX**2 / 25
    if longest_ns >= _NANOSECONDS_MAX or counts.logical_qubits > _LOGICAL_QUBITS_MAX:
        raise InputError(
            given=f"{number_text(steps)} time steps of {counts.logical_qubits:,} logical qubits on {machine.name}",
            allowed=f"{number_text(_NANOSECONDS_MAX / longest_ns * steps)} steps, {_LOGICAL_QUBITS_MAX:,} logical "
            f"qubits",
            why="qdk.qre counts whole nanoseconds in 64 bits, and lists every logical qubit of every candidate",
            do="split the run, or choose a narrower circuit or another machine",
        )
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # read when qdk is first imported
    from groverattn.physical.qdk_designs import least_volume

    distances = _distances(counts, machine, steps, error_budget)
    found = least_volume(machine.model, counts, error_budget, distances, machine.workspace) if distances else None
    if found is None:
        raise InputError(
            given=f"{number_text(counts.toffoli)} Toffolis on {machine.name} with {probability_text(error_budget)} of "
            f"the error budget",
            allowed=f"runs that its states and code distances up to {_CODE_DISTANCE_MAX} can do within it, and that "
            "are longer than one distillation",
            why="qdk.qre has no other",
            do="allow a larger error budget, or choose another machine",
        )
    return attrs.evolve(found, leaves_out=machine.leaves_out)


def _distances(counts: LogicalCounts, machine: QdkMachine, steps: int, error_budget: float) -> list[int]:
    """The least code distance at which storage alone is within the budget, and the next ones; none if none is."""
    computing = min(counts.logical_qubits, machine.workspace) if machine.workspace else counts.logical_qubits
    allowed = error_budget / (steps * machine.data_tiles(computing))
    enough = [d for d in range(3, _CODE_DISTANCE_MAX + 1, 2) if machine.p_logical(d) <= allowed]
    return enough[:_DISTANCES_TRIED]
