"""Physical cost of the bare counts of any algorithm, so that published cases can be priced by the same model."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.machines.hardware import hardware as find_hardware
from groverattn.physical.second_opinion import WHY_NOT_EQUAL, SecondOpinion, second_opinion
from groverattn.physical.surface_code import physical_estimate
from groverattn.show.result import Shown

SCHEMA = "groverattn.physical/1"
_QUOTED = (
    *("qubits", "data_qubits", "factory_qubits", "duration_s", "expected_duration_s", "limited_by", "limits_s"),
    *("control_s", "code_distance", "factory", "n_factories", "t_per_rotation", "p_failure", "leaves_out"),
)


@attrs.frozen
class BareCounts(Shown):
    """Counts of a circuit that is not ours, on one machine.

    Attributes:
        counts: the circuit.
        machine: what it runs on.
        physical: qubits, time and failure.
        other: the same by qdk.qre; None if it was not asked.
    """

    counts: LogicalCounts
    machine: Hardware
    physical: PhysicalEstimate
    other: SecondOpinion | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object that `physical --format json` prints."""
        found = self.physical
        return {
            "schema": SCHEMA,
            "inputs": attrs.asdict(self.counts) | {"hardware": self.machine.name, "error_budget": found.error_budget},
            **{name: getattr(found, name) for name in _QUOTED},
            "error_parts": {
                "storage": found.p_data,
                "distillation": found.p_factory,
                "synthesis": found.p_synthesis,
            },
            "sources": dict(self.machine.sources),
            "second_opinion": self._second_opinion(),
        }

    def _second_opinion(self) -> dict[str, Any] | None:
        if self.other is None:
            return None
        ratios = self.other.ratios(self.physical)
        return {"by": "qdk.qre", **attrs.asdict(self.other), "ours_over_theirs": ratios, "why_not_1": WHY_NOT_EQUAL}


def price_bare_counts(
    counts: LogicalCounts,
    hardware: str,
    error_budget: float,
    n_factories: int | None = None,
    *,
    ask_qdk: bool = False,
) -> BareCounts:
    """Price counts on a machine, given by name or as a TOML file, and on request by qdk.qre as well.

    Raises:
        InputError: an unknown machine, counts that no circuit has, a budget that cannot be met, or a second opinion on
            a machine that qdk.qre does not model.

    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**9)
    >>> price_bare_counts(counts, "gidney-fowler-2018", 0.01).physical.limits_s["reaction"]
    10000.0
    """
    machine = find_hardware(hardware)
    other = second_opinion(counts, machine, error_budget) if ask_qdk else None
    return BareCounts(counts, machine, physical_estimate(counts, machine, error_budget, n_factories=n_factories), other)
