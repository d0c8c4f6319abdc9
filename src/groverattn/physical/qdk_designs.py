"""Architectures, codes and factories of qdk.qre by name. It imports qdk: import it through `qdk_machine` only."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
from qdk import qre
from qdk.qre import instruction_ids as ids
from qdk.qre import models
from qdk.qre.property_keys import DISTANCE, NUM_TS_PER_ROTATION, PHYSICAL_FACTORY_QUBITS

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.estimate import PhaseTime, PhysicalEstimate
from groverattn.physical.qdk_model import Counted

# From a T count at which synthesis takes the whole budget; each more cuts its error 3.7-fold.
_T_CHOICES = 5


@attrs.frozen
class QdkModel:
    """What a machine of qdk.qre is made of; numbers that are not given are its authors' defaults.

    Attributes:
        architecture: physical qubits and their operations.
        code: error correction of the qubits that compute.
        factory: the query of its T states.
        memory: error correction of the qubits that are kept; None: all of them compute.
    """

    architecture: qre.Architecture
    code: type[qre.ISATransform]
    factory: qre.ISAQuery
    memory: type[qre.ISATransform] | None = None


@functools.cache
def model_of(name: str) -> QdkModel:
    """Return the model of a name in `qdk_machine.QdkMachine.model`.

    >>> model_of("neutral-atom").architecture.measurement_time
    10000
    """
    return _MODELS[name]()


# The gate-based qubit of arXiv:2211.07629 with an error of 1e-3: qdk.qre has no default of its times.
_GATES: dict[str, Any] = {"error_rate": 1e-3, "gate_time": 50, "measurement_time": 100}
_MODELS = {
    "neutral-atom": lambda: QdkModel(models.NeutralAtom(), models.SurfaceCode, models.Litinski19Factory.q()),
    "neutral-atom-low-move": lambda: QdkModel(
        models.NeutralAtom(), models.SurfaceCodeLowMove, models.Litinski19Factory.q()
    ),
    "majorana": lambda: QdkModel(models.Majorana(), models.ThreeAux, _rounds(models.ThreeAux)),
    "yoked": lambda: QdkModel(
        models.GateBased(**_GATES),
        models.SurfaceCode,
        models.Litinski19Factory.q(),
        models.TwoDimensionalYokedSurfaceCode,
    ),
}


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _rounds(code: type[qre.ISATransform]) -> qre.ISAQuery:
    """Rounds of 15-to-1, searched once: qdk.qre keeps them in a folder, here one that ends with the process."""
    return models.RoundBasedFactory.q(code_query=code.q(), cache_dir=Path(_folder().name))


def least_volume(
    name: str, counts: LogicalCounts, error_budget: float, distances: Sequence[int], workspace: int
) -> PhysicalEstimate | None:
    """Return qdk's design of least physical qubits times runtime, or None if it has none within the budget.

    Args:
        name: of the model.
        counts: the circuit.
        error_budget: largest failure probability allowed.
        distances: code distances of the qubits that compute.
        workspace: with a memory, the logical qubits that compute; the others are kept.
    """
    model = model_of(name)
    kept = max(counts.logical_qubits - workspace, 0) if model.memory else 0
    query = model.code.q(distance=list(distances)) * model.factory
    if model.memory and kept:
        query *= model.memory.q(source=model.code.q(distance=list(range(3, distances[-1] + 1, 2))))
    layout = qre.PSSPC.q(ccx_magic_states=False, num_ts_per_rotation=_ts_per_rotation(counts, error_budget))
    layout *= qre.LatticeSurgery.q()
    application = _Kept(counts, kept)
    # without a result it prints one of its own messages
    with contextlib.redirect_stdout(io.StringIO()):
        table = qre.estimate(application, model.architecture, query, layout, max_error=error_budget)
    best = min(table, key=lambda entry: (entry.qubits * entry.runtime, entry.qubits), default=None)
    return None if best is None else _estimate(best, counts, error_budget)


def _ts_per_rotation(counts: LogicalCounts, error_budget: float) -> list[int]:
    """By the formula of qdk.qre's PSSPC, T = 0.53 log2(1/error) + 4.86 (arXiv:2203.10064, Table 1)."""
    if not counts.rotation:
        return [1]  # no rotation is made of it
    least = max(math.ceil(0.53 * math.log2(counts.rotation / error_budget) + 4.86), 1)
    return list(range(least, least + _T_CHOICES))


def _estimate(best: qre.EstimationTableEntry, counts: LogicalCounts, error_budget: float) -> PhysicalEstimate:
    """The record of our own estimates; what qdk.qre has no limit of takes no time."""
    factory, made = best.source[ids.T], best.factories[ids.T]
    t_per_rotation = int(best.properties[NUM_TS_PER_ROTATION]) if counts.rotation else 0
    p_factory = made.states * made.error_rate
    p_synthesis = counts.rotation * 2.0 ** ((4.86 - t_per_rotation) / 0.53)
    factory_qubits = int(best.properties[PHYSICAL_FACTORY_QUBITS])
    return PhysicalEstimate(
        data_qubits=best.qubits - factory_qubits,
        factory_qubits=factory_qubits,
        code_distance=int(best.source[ids.LATTICE_SURGERY].instruction[DISTANCE]),
        n_factories=made.copies,
        factory=f"qdk.qre {type(factory.transform).__name__}",
        store_qubits=0,
        store=0,
        phases=(PhaseTime("all", best.runtime * 1e-9, "consumption"),),
        scheduled_s=best.runtime * 1e-9,
        limits_s={
            "factory": made.states * factory.instruction.expect_time() / made.copies * 1e-9,
            "reaction": 0.0,
            "layout": 0.0,
            "consumption": best.runtime * 1e-9,
            "clifford": 0.0,
        },
        control_s=0.0,
        waiting_s=0.0,
        error_budget=error_budget,
        p_data=max(best.error - p_factory - p_synthesis, 0.0),
        p_factory=p_factory,
        p_synthesis=p_synthesis,
        t_per_rotation=t_per_rotation,
    )


class _Kept(Counted):
    """A circuit of which some qubits are kept in a memory, in a square as full as it can be."""

    def __init__(self, counts: LogicalCounts, kept: int) -> None:
        super().__init__(counts)
        self._computing, self._kept = counts.logical_qubits - kept, kept

    def get_trace(self, parameters: None) -> qre.Trace:
        trace = super().get_trace(parameters)
        trace.compute_qubits = self._computing
        if self._kept:
            # the rows and columns of qdk.qre are factors of the number: a prime would stand in a single row
            rows = math.isqrt(self._kept)
            trace.memory_qubits = rows * math.ceil(self._kept / rows)
        return trace
