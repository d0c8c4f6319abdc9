"""The space-time frontier of one row: physical qubits against seconds, over circuits, machines and factories."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.frontier.designs import DepthLimit, SearchDesign, depth_limits, search_designs
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import pareto
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.surface_code import physical_estimate
from groverattn.row.request import RowRequest
from groverattn.show.result import Drawn

SCHEMA = "groverattn.frontier/1"

# Our choice: half of the budget for the search, as the optimum is flat there; each machine has its share of the rest.
SEARCH_SHARE = 0.5
# Copies of the factory, as shares of the number that the other limits leave busy.
_COPIES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.1, 0.01)


@attrs.frozen
class FrontierPoint:
    """One design on one kind of machine.

    Attributes:
        design: the circuit, and how many machines share the row.
        physical: one of the machines.
    """

    design: SearchDesign
    physical: PhysicalEstimate

    @classmethod
    def of(
        cls, design: SearchDesign, machine: Hardware, error_budget: float, n_factories: int | None = None
    ) -> FrontierPoint:
        """Price a design; each of its machines has an equal share of the budget that the search leaves.

        Raises:
            InputError: the machine cannot run it within the budget, or not with this number of factories.
        """
        budget = (error_budget - design.p_miss) / design.n_machines
        return cls(design, physical_estimate(design.row, machine, budget, n_factories=n_factories))

    @property
    def qubits(self) -> int:
        """Physical qubits of all machines."""
        return self.design.n_machines * self.physical.qubits

    @property
    def duration_s(self) -> float:
        """Time of the row, seconds: the mean of one machine; the slowest of several takes up to twice as long."""
        return self.physical.duration_s

    @property
    def p_failure(self) -> float:
        """Probability that the row is wrong: the search misses a key, or one of the machines fails."""
        return self.design.p_miss + self.design.n_machines * self.physical.p_failure

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        design, physical = self.design, self.physical
        return {
            "data_access": design.data_access,
            "score_method": design.score_method,
            "n_machines": design.n_machines,
            "qubits": self.qubits,
            "duration_s": self.duration_s,
            "duration_is": "mean of one machine" if design.n_machines > 1 else "of the row",
            "n_factories": physical.n_factories,
            "factory": physical.factory,
            "code_distance": physical.code_distance,
            "limited_by": physical.limited_by,
            "p_failure": self.p_failure,
        }


@attrs.frozen
class Frontier(Drawn):
    """Pareto set of qubits and time for one row on one kind of machine.

    Attributes:
        request: sizes, search law, machine, budget; its data access and score method are not used.
        points: what no other point beats, of those that were looked at, fewest qubits first.
        limits: the least width, and what it costs, under limits of the depth.
        n_designs: circuits looked at that no other one beats before error correction.
        n_refused: of them those that the machine cannot run within the budget.
    """

    request: RowRequest
    points: list[FrontierPoint]
    limits: list[DepthLimit]
    n_designs: int
    n_refused: int

    def as_json(self) -> dict[str, Any]:
        """Return the object that `frontier --format json` prints."""
        return {
            "schema": SCHEMA,
            "inputs": {
                "name": self.request.name,
                "shape": attrs.asdict(self.request.shape),
                "search_law": self.request.search_law,
                "hardware": self.request.hardware,
                "error_budget": self.request.error_budget,
                "search_share": SEARCH_SHARE,
            },
            "designs": self.n_designs,
            "refused": self.n_refused,
            "leaves_out": self.points[0].physical.leaves_out,
            "points": [point.as_json() for point in self.points],
            "depth_limits": [limit.as_json() for limit in self.limits],
        }


def frontier(request: RowRequest) -> Frontier:
    """Price every design that no other one beats before error correction, with few and with many factories.

    A row on S machines fails if one of them does: each has an equal share of the budget.

    Raises:
        InputError: an unknown name, or no design that the machine can run.
    """
    designs = search_designs(request.shape, request.search_law, SEARCH_SHARE * request.error_budget)
    machine = hardware(request.hardware)  # once: it may be a file
    points: list[FrontierPoint] = []
    refused: list[InputError] = []
    for design in designs:
        try:
            best = FrontierPoint.of(design, machine, request.error_budget).physical
        except InputError as error:
            refused.append(error)
            continue
        for n_factories in sorted({max(1, round(share * best.n_factories)) for share in _COPIES}):
            try:
                points.append(FrontierPoint.of(design, machine, request.error_budget, n_factories))
            except InputError:  # slower, so that storage fails more often: not every number of copies is possible
                continue
    if not points:
        raise refused[0]
    best_points = pareto(points, lambda point: (point.qubits, point.duration_s))
    return Frontier(request, best_points, depth_limits(designs), len(designs), len(refused))
