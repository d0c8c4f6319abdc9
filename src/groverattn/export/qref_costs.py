"""What a QREF routine says of its cost: which resources add up over its children, and which it states by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import sympy
from qref.schema_v1 import ResourceV1
from qualtran import Bloq
from qualtran.resource_counting import CostKey, GateCounts, QECGatesCost, QubitCount, get_bloq_callee_counts

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.costs.counting import ControlBits, cost_of
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth

# Named as in `costs.logical.LogicalCounts`, which says what each of them counts; `external_calls` is beside it, because
# a memory outside the circuit has a price and no gates.
GATES = ("toffoli", "t", "rotation", "clifford", "measurement", "control_bits", "external_calls")
DEPTHS = ("toffoli_depth", "measurement_depth")
QUBITS = "logical_qubits"

NOTES = {
    "gates": f"{', '.join(GATES)}: stated by the leaves; they add up over children and repetitions",
    "depths": f"{', '.join(DEPTHS)}: left to the sum where the children follow each other, stated by every routine "
    "whose children do not; a repetition is one after the other",
    "qubits": f"{QUBITS}: the largest number alive at once within the routine; no sum. A routine with wires "
    "between its children states it as a maximum over them, any other one, or one with a repetition, as a number",
}


@attrs.frozen
class ExternalCalls(CostKey[Any]):
    """Calls of a memory that is no part of the circuit.

    >>> from groverattn.bloqs.lookup.qram import _qram_lookup
    >>> cost_of(_qram_lookup.make(), ExternalCalls())
    1
    """

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], Any]) -> Any:
        """Calls of one bloq, given those of its parts."""
        if isinstance(bloq, QRAMLookup):
            return bloq.external_calls
        return sum(times * get_callee_cost(callee) for callee, times in get_bloq_callee_counts(bloq))

    def zero(self) -> Any:
        """Calls of nothing."""
        return 0


def is_leaf(bloq: Bloq) -> bool:
    """Return whether the count of a bloq is its own: a gate, a classical computation or an external call.

    >>> from qualtran.bloqs.basic_gates import CNOT
    >>> is_leaf(CNOT())
    True
    """
    if bloq.my_static_costs(QECGatesCost()) is not NotImplemented:
        return True
    without_callees = QECGatesCost().compute(bloq, lambda callee: GateCounts())
    return without_callees != GateCounts() or not get_bloq_callee_counts(bloq)


def gate_counts(bloq: Bloq) -> dict[str, Any]:
    """Return the resources that add up, numbers or SymPy formulas, by name."""
    gates = cost_of(bloq, QECGatesCost())
    return {
        "toffoli": gates.toffoli + gates.cswap + gates.and_bloq,
        "t": gates.t,
        "rotation": gates.rotation,
        "clifford": gates.clifford,
        "measurement": gates.measurement,
        "control_bits": cost_of(bloq, ControlBits()),
        "external_calls": cost_of(bloq, ExternalCalls()),
    }


def depths(bloq: Bloq) -> dict[str, Any]:
    """Return Toffoli depth and measurement depth of the schedule that needs `peak_qubits`."""
    return {"toffoli_depth": cost_of(bloq, ToffoliDepth()), "measurement_depth": cost_of(bloq, MeasurementDepth())}


def peak_qubits(bloq: Bloq) -> Any:
    """Return the largest number of qubits alive at once."""
    return cost_of(bloq, QubitCount())


def has_depths(bloq: Bloq) -> bool:
    """Return whether a routine of this bloq has depths: the gates of a routine run as its own schedule has them."""
    return isinstance(bloq, CostedGate)


def additive(name: str, value: Any) -> ResourceV1:
    """Return a resource that adds up."""
    return ResourceV1(name=name, type="additive", value=plain(value))


def qubits(value: Any) -> ResourceV1:
    """Return the peak number of qubits."""
    return ResourceV1(name=QUBITS, type="qubits", value=plain(value))


def symbols(*values: Any) -> set[str]:
    """Return the names of the symbols in numbers and formulas.

    >>> symbols(3, sympy.Symbol("n") - 2)
    {'n'}
    """
    return {str(symbol) for value in values if isinstance(value, sympy.Expr) for symbol in value.free_symbols}


def plain(value: Any) -> int | str:
    """Return a value as QREF writes it: a whole number, or a formula as text.

    >>> plain(sympy.Integer(3)), plain(sympy.Symbol("n") - 2)
    (3, 'n - 2')
    """
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, sympy.Expr) and value.free_symbols else int(value)
