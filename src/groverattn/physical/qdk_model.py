"""Counts and machines in the terms of qdk.qre. It imports qdk: import it through `second_opinion` only."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from qdk import qre
from qdk.qre import instruction_ids as ids
from qdk.qre.models import RoundBasedFactory, SurfaceCode
from qdk.qre.property_keys import PHYSICAL_FACTORY_QUBITS

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.physical.demand import rotation_t_count
from groverattn.physical.estimate import SecondOpinion
from groverattn.physical.factories.fifteen_to_one import failure_probability, output_error
from groverattn.physical.machines.hardware import Hardware
from groverattn.show.numbers import probability_text

_DISTANCES = list(range(3, 50, 2))
# Units of 15-to-1 that fail more often than this: qdk.qre takes minutes to find that no number of them will do.
_P_FAILURE_MAX = 0.9
# From one below our own least number, as qdk adds 4.86 to 0.53 log2(1/error) and we 5.3, to where it no longer matters.
_T_CHOICES = range(-1, 7)


def least_volume(counts: LogicalCounts, hardware: Hardware, error_budget: float) -> SecondOpinion | None:
    """Return qdk's design of least physical qubits times runtime, or None if it has none within the budget.

    The lattice surgery, the time steps and T gates of arXiv:2211.07629 and the distillation are qdk's own; on a rotated
    tile so is the surface code. For a floquet code, which it has not, the tile is that of `hardware`.

    Raises:
        InputError: bare qubits so noisy that qdk does not end.
    """
    if not _units_deliver(hardware.t_error_rate, hardware.physical_error_rate):
        raise InputError(
            given=f"{hardware.name}: errors of {probability_text(hardware.physical_error_rate)}, of T states "
            f"{probability_text(hardware.t_error_rate)}",
            allowed=f"15-to-1 on bare qubits that fails with a probability below {_P_FAILURE_MAX}, in three rounds",
            why="qdk.qre tries it on every machine, and does not end where it nearly always fails",
            do="choose a lower physical error rate",
        )
    with tempfile.TemporaryDirectory() as folder:
        code = _code(hardware, _DISTANCES)
        # the largest round sets the qubits, as in the authors' qdk.estimator; qdk.qre itself would add the rounds up
        factory = RoundBasedFactory.q(
            code_query=_code(hardware, _distances_of_distillation(counts, hardware, error_budget)),
            physical_qubit_calculation=max,
            use_cache=False,
            cache_dir=Path(folder),
        )
        layout = qre.PSSPC.q(ccx_magic_states=False, num_ts_per_rotation=_ts_per_rotation(counts, error_budget))
        layout *= qre.LatticeSurgery.q()
        # without a result it prints one of its own messages
        with contextlib.redirect_stdout(io.StringIO()):
            table = qre.estimate(Counted(counts), _Qubits(hardware), code * factory, layout, max_error=error_budget)
    best = min(table, key=lambda entry: entry.qubits * entry.runtime, default=None)
    if best is None:
        return None
    factory_qubits = int(best.properties[PHYSICAL_FACTORY_QUBITS])
    return SecondOpinion(best.qubits, factory_qubits, best.runtime * 1e-9, best.error)


def _ts_per_rotation(counts: LogicalCounts, error_budget: float) -> list[int]:
    if not counts.rotation:
        return [1]  # no rotation is made of it
    least = rotation_t_count(error_budget / counts.rotation)
    return [max(least + more, 1) for more in _T_CHOICES]


def _distances_of_distillation(counts: LogicalCounts, hardware: Hardware, error_budget: float) -> list[int]:
    """From where a unit delivers to where its Clifford errors use 1 % of the budget; the time goes with the cube."""
    distances = [d for d in _DISTANCES if _units_deliver(hardware.t_error_rate, hardware.p_logical(d))]
    enough = error_budget / counts.t_count(t_per_rotation=1) / 100
    beyond = [d for d in distances if output_error(0.0, hardware.p_logical(d)) < enough]
    return [d for d in distances if not beyond or d <= beyond[0]]


def _units_deliver(p_t: float, p_clifford: float) -> bool:
    """Whether three rounds of 15-to-1, all with such Clifford gates, deliver often enough."""
    p_failures = []
    for _ in range(3):
        p_failures.append(failure_probability(p_t, p_clifford))
        p_t = output_error(p_t, p_clifford)
    return max(p_failures) < _P_FAILURE_MAX


def _code(hardware: Hardware, distances: list[int]) -> qre.ISAQuery:
    if hardware.tile_qubits == "floquet":
        return _Tile.q(hardware=hardware, distance=distances)
    return SurfaceCode.q(
        crossing_prefactor=hardware.error_rate_scaler,
        error_correction_threshold=hardware.error_rate_threshold,
        code_cycle_override=round(hardware.cycle_time_us * 1e3),
        distance=distances,
    )


class Counted(qre.Application[None]):
    """A circuit of which only the counts are known, one gate after the other."""

    def __init__(self, counts: LogicalCounts) -> None:
        self._counts = counts

    def get_trace(self, parameters: None) -> qre.Trace:
        trace = qre.Trace(self._counts.logical_qubits)
        gates = (
            (ids.CCX, self._counts.toffoli, 3),
            (ids.T, self._counts.t, 1),
            (ids.RZ, self._counts.rotation, 1),
            (ids.MEAS_Z, self._counts.measurement, 1),
        )
        for gate, times, qubits in gates:
            if times:
                trace.add_block(times).add_operation(gate, list(range(qubits)), [0.1] if gate == ids.RZ else [])
        return trace


class _Qubits(qre.Architecture):
    """The physical operations that the models of qdk ask for, all with the time of a physical gate."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware

    def provided_isa(self, ctx: qre.ISAContext) -> qre.ISA:
        time_ns = round(self._hardware.gate_time_us * 1e3)
        clifford, t = self._hardware.physical_error_rate, self._hardware.t_error_rate
        return ctx.make_isa(
            ctx.add_instruction(ids.H, time=time_ns, error_rate=clifford),
            ctx.add_instruction(ids.MEAS_Z, time=time_ns, error_rate=clifford),
            ctx.add_instruction(ids.CNOT, arity=2, time=time_ns, error_rate=clifford),
            ctx.add_instruction(ids.T, time=time_ns, error_rate=t),
        )


@dataclass
class _Tile(qre.ISATransform):
    """Lattice surgery on the tiles of one of our machines."""

    hardware: Hardware
    _: KW_ONLY
    distance: int = field(default=3, metadata={"domain": _DISTANCES})

    @staticmethod
    def required_isa() -> qre.ISARequirements:
        return qre.ISARequirements(qre.constraint(ids.MEAS_Z))

    def provided_isa(self, impl_isa: qre.ISA, ctx: qre.ISAContext) -> Iterator[qre.ISA]:
        yield ctx.make_isa(
            ctx.add_instruction(
                ids.LATTICE_SURGERY,
                encoding=qre.LOGICAL,
                arity=None,
                space=qre.linear_function(self.hardware.qubits_per_tile(self.distance)),
                time=round(self.distance * self.hardware.cycle_time_us * 1e3),
                error_rate=qre.linear_function(self.hardware.p_logical(self.distance)),
                transform=self,
                source=[impl_isa[ids.MEAS_Z]],
                distance=self.distance,
            )
        )
