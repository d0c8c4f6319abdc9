"""The space-time frontier of one row: physical qubits against seconds, over circuits, machines and factories."""

from __future__ import annotations

import contextlib
from typing import Any

import attrs

from groverattn.errors import InputError
from groverattn.frontier.designs import DepthLimit, SearchDesign, depth_limits, search_designs, shallow_designs
from groverattn.physical.estimate import OBJECTIVES, PhysicalEstimate
from groverattn.physical.factories import pareto
from groverattn.row.best import best_row
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.show.result import Drawn

SCHEMA = "groverattn.frontier/1"

# Copies of the factory, as shares of the number of the least volume.
_COPIES = (4.0, 2.0, 0.5, 0.25, 0.1, 0.01)


@attrs.frozen
class FrontierPoint:
    """One design on one kind of machine.

    Attributes:
        design: the circuit, and how many machines share the row.
        price: what it costs.
    """

    design: SearchDesign
    price: RowPrice

    @classmethod
    def of(cls, price: RowPrice) -> FrontierPoint:
        """Return the point of a row that is priced."""
        pricing = RowPricing.of(price.request)
        return cls(SearchDesign(pricing, pricing.run()), price)

    @property
    def physical(self) -> PhysicalEstimate:
        """One of the machines, the slowest."""
        return self.price.physical

    @property
    def qubits(self) -> int:
        """Physical qubits of all machines."""
        return self.price.qubits

    @property
    def duration_s(self) -> float:
        """Time of the row, seconds: that of the slowest machine."""
        return self.physical.duration_s

    @property
    def p_failure(self) -> float:
        """Probability that the row is wrong."""
        return self.price.p_failure

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        design, physical = self.design, self.physical
        return {
            "design": design.name,
            "data_access": design.data_access,
            "score_method": design.score_method,
            "n_machines": design.n_machines,
            "qubits": self.qubits,
            "duration_s": self.duration_s,
            "duration_is": "of the slowest machine" if design.n_machines > 1 else "of the row",
            "n_factories": physical.n_factories,
            "factory": physical.factory,
            "store": physical.store,
            "code_distance": physical.code_distance,
            "limited_by": physical.limited_by,
            "p_failure": self.p_failure,
        }


@attrs.frozen
class Frontier(Drawn):
    """Pareto set of qubits and time for one row on one kind of machine.

    Attributes:
        request: sizes, search law, machine, budget; what its design leaves open is tried.
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

    @property
    def best(self) -> RowPrice:
        """The row by the design that `estimate` chooses."""
        return best_row(self.request)

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
            },
            "designs": self.n_designs,
            "refused": self.n_refused,
            "leaves_out": self.points[0].physical.leaves_out,
            "points": [point.as_json() for point in self.points],
            "depth_limits": [limit.as_json() for limit in self.limits],
        }


def frontier(request: RowRequest) -> Frontier:
    """Price every design that no other one beats before error correction, with few and with many factories.

    The best design for each objective, and the one of the least volume on each number of machines, as `best_row` finds
    them, are among them. A row on S machines takes as long as the slowest of them.

    Raises:
        InputError: an unknown name, or no design that the machine can run.
    """
    designs = search_designs(request)
    points: list[FrontierPoint] = []
    refused: list[InputError] = []
    for design in designs:
        try:
            points += _with_factories(design)
        except InputError as error:
            refused.append(error)
    for n_machines in sorted({design.n_machines for design in designs}):
        on_these = attrs.evolve(request, design=attrs.evolve(request.design, n_machines=n_machines))
        with contextlib.suppress(InputError):
            points += _with_factories(FrontierPoint.of(best_row(on_these)).design)
    for objective in OBJECTIVES:
        with contextlib.suppress(InputError):
            points.append(FrontierPoint.of(best_row(attrs.evolve(request, optimise=objective))))
    if not points:
        raise refused[0]
    best_points = pareto(points, lambda point: (point.qubits, point.duration_s))
    limits = depth_limits([*shallow_designs(request), *(point.design for point in points)])
    return Frontier(request, best_points, limits, len(designs), len(refused))


def _with_factories(design: SearchDesign) -> list[FrontierPoint]:
    """The machine of the least volume, and what more and fewer factories do."""
    best = design.pricing.best()
    points = [FrontierPoint(design, best)]
    for n in sorted({max(1, round(share * best.physical.n_factories)) for share in _COPIES}):
        request = attrs.evolve(design.request, design=attrs.evolve(design.request.design, n_factories=n))
        with contextlib.suppress(InputError):  # slower, so that storage fails more often
            points.append(FrontierPoint(design, RowPricing(request, design.pricing.search).best()))
    return points
