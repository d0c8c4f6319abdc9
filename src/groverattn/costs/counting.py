"""From a bloq to its logical counts."""

from __future__ import annotations

import attrs
from qualtran import Bloq
from qualtran.resource_counting import QECGatesCost, QubitCount, get_cost_value

from groverattn.bloqs.grover import GroverIterate
from groverattn.costs.control_bits import ControlBits
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.costs.logical import LogicalCounts


def count(bloq: Bloq) -> LogicalCounts:
    """Count a bloq from its call graph, which the tests hold equal to its decomposition gate by gate.

    >>> from groverattn.bloqs.full_adder import FullAdder
    >>> count(FullAdder()).toffoli
    1
    """
    gates = get_cost_value(bloq, QECGatesCost())
    return LogicalCounts(
        toffoli=int(gates.toffoli + gates.cswap + gates.and_bloq),
        t=int(gates.t),
        rotation=int(gates.rotation),
        clifford=int(gates.clifford),
        measurement=int(gates.measurement),
        logical_qubits=int(get_cost_value(bloq, QubitCount())),
        toffoli_depth=int(get_cost_value(bloq, ToffoliDepth())),
        measurement_depth=int(get_cost_value(bloq, MeasurementDepth())),
        control_bits=int(get_cost_value(bloq, ControlBits())),
    )


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
