"""The physical cost of the bare counts of any algorithm, so that published cases can be put through the same model."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.hardware import Hardware
from groverattn.physical.hardware import hardware as find_hardware
from groverattn.physical.surface_code import physical_estimate

SCHEMA = "groverattn.physical/1"


@attrs.frozen
class BareCounts:
    """Counts of a circuit that is not ours, on one machine.

    Attributes:
        counts: the circuit.
        machine: what it runs on.
        physical: qubits, time and failure.
    """

    counts: LogicalCounts
    machine: Hardware
    physical: PhysicalEstimate

    def as_json(self) -> dict[str, Any]:
        """Return the object that `physical --format json` prints."""
        found = self.physical
        return {
            "schema": SCHEMA,
            "inputs": attrs.asdict(self.counts) | {"hardware": self.machine.name, "error_budget": found.error_budget},
            "qubits": found.qubits,
            "data_qubits": found.data_qubits,
            "factory_qubits": found.factory_qubits,
            "duration_s": found.duration_s,
            "expected_duration_s": found.expected_duration_s,
            "limited_by": found.limited_by,
            "limits_s": found.limits_s,
            "control_s": found.control_s,
            "code_distance": found.code_distance,
            "factory": found.factory,
            "n_factories": found.n_factories,
            "t_per_rotation": found.t_per_rotation,
            "p_failure": found.p_failure,
            "error_parts": {
                "storage": found.p_data,
                "distillation": found.p_factory,
                "synthesis": found.p_synthesis,
            },
            "sources": dict(self.machine.sources),
        }


def price_bare_counts(
    counts: LogicalCounts, hardware: str, error_budget: float, n_factories: int | None = None
) -> BareCounts:
    """Price counts on a machine, given by name or as a TOML file.

    Raises:
        InputError: an unknown machine, counts that no circuit has, or a budget that cannot be met.

    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**9)
    >>> price_bare_counts(counts, "gidney-fowler-2018", 0.01).physical.limited_by
    'reaction'
    """
    machine = find_hardware(hardware)
    return BareCounts(counts, machine, physical_estimate(counts, machine, error_budget, n_factories=n_factories))
