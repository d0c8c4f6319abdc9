"""Logical counts of a bloq, and of the parts of a Grover iterate."""

from __future__ import annotations

import functools
from typing import Any

import attrs
from qualtran import Bloq
from qualtran.resource_counting import CostKey, QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.control_bits import ControlBits
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.costs.logical import LogicalCounts


def count(bloq: Bloq) -> LogicalCounts:
    """Count a bloq from its call graph, which the tests hold equal to its decomposition gate by gate.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> count(FullAdder()).toffoli
    1
    """
    gates = cost_of(bloq, QECGatesCost())
    return LogicalCounts(
        toffoli=int(gates.toffoli + gates.cswap + gates.and_bloq),
        t=int(gates.t),
        rotation=int(gates.rotation),
        clifford=int(gates.clifford),
        measurement=int(gates.measurement),
        logical_qubits=int(cost_of(bloq, QubitCount())),
        toffoli_depth=int(cost_of(bloq, ToffoliDepth())),
        measurement_depth=int(cost_of(bloq, MeasurementDepth())),
        control_bits=int(cost_of(bloq, ControlBits())),
    )


# A score has some hundred parts, and every data access, block and number of keys counts the same score again.
_PARTS_KEPT = 20_000


def cost_of(bloq: Bloq, cost_key: CostKey) -> Any:
    """Return one cost of a bloq; parts that were counted before are looked up."""
    known = _known_costs(cost_key)
    if len(known) > _PARTS_KEPT:
        known.clear()
    return get_cost_value(bloq, cost_key, costs_cache=known)


@functools.cache
def _known_costs(cost_key: CostKey) -> dict[Bloq, Any]:
    return {}


@attrs.frozen
class IterateCounts:
    """One Grover iterate, and where its Toffolis go.

    Attributes:
        total: counts of the iterate.
        toffoli_parts: Toffoli gates of load, unload, score, predicate and diffusion.
    """

    total: LogicalCounts
    toffoli_parts: dict[str, int]


def count_iterate(iterate: GroverIterate) -> IterateCounts:
    """Count a Grover iterate and each part of it; the parts add up to the total."""
    oracle = iterate.oracle
    flip_and_rest = count(oracle).toffoli
    parts = {
        "load": count(oracle.lookup).toffoli,
        "unload": count(oracle.lookup.adjoint()).toffoli,
        "score": count(oracle.score).toffoli + count(oracle.score.adjoint()).toffoli,
    }
    parts["predicate"] = flip_and_rest - sum(parts.values())
    parts["diffusion"] = count(iterate.diffusion).toffoli
    return IterateCounts(count(iterate), parts)
