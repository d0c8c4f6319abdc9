"""A bloq's call graph as a QREF program (v1), for Bartiq and other readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from qref.schema_v1 import NamedList, ResourceV1, RoutineV1, SchemaV1
from qualtran import Bloq, Signature
from qualtran.resource_counting import CostKey, GateCounts, QECGatesCost, QubitCount, get_bloq_callee_counts

import groverattn
from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.costs.counting import ControlBits, cost_of
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.export import qref_wires as wires
from groverattn.export.qref_wires import Part, plain, symbols

# Named as in `costs.logical.LogicalCounts`, which says what each of them counts; `external_calls` is beside it, because
# a memory outside the circuit has a price and no gates.
_GATES = "toffoli, t, rotation, clifford, measurement, control_bits, external_calls"
_DEPTHS = {"toffoli_depth": ToffoliDepth(), "measurement_depth": MeasurementDepth()}
_QUBITS = "logical_qubits"

_NOTES = {
    "gates": f"{_GATES}: stated by the leaves; they add up over children and repetitions",
    "depths": f"{', '.join(_DEPTHS)}: left to the sum where the children follow each other, stated by every routine "
    "whose children do not; a repetition is one after the other",
    "qubits": f"{_QUBITS}: the largest number alive at once within the routine; no sum. A routine with wires "
    "between its children states it as a maximum over them, any other one, or one with a repetition, as a number",
}


@attrs.frozen
class ExternalCalls(CostKey[Any]):
    """Calls of a memory outside the circuit.

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


def qref_program(bloq: Bloq) -> SchemaV1:
    """Return the program of a bloq: a routine for every call, a repetition for one that is called many times.

    Resources are named as the fields of `LogicalCounts`; the notes in the file say which of them add up. Ports are
    registers: a classical one counts its bits. Oracle, iterate, search and diffusion have the wires between their
    parts; below them the call graph has no wires to give. Sizes that are SymPy symbols become input parameters. QREF:
    https://github.com/PsiQ/qref, version 0.11.0.

    >>> from groverattn.bloqs.search.phase_oracle import _phase_oracle
    >>> [child.name for child in qref_program(_phase_oracle.make()).program.children]
    ['load', 'split_word', 'score', 'flip', 'unscore', 'join_word', 'unload']
    """
    root = _routine(bloq, type(bloq).__name__, wired=True)
    stated = {resource.name for resource in root.resources}
    # What no part has is a sum of nothing, and a gate leaves its depth and its qubits to the routine that schedules it.
    missing = [
        _resource(name, value)
        for name, value in (_gate_counts(bloq) | _depths(bloq) | {_QUBITS: cost_of(bloq, QubitCount())}).items()
        if name not in stated and (value == 0 or not root.children or name == _QUBITS)
    ]
    root.resources = NamedList([*root.resources, *missing])
    root.meta = {"generator": f"groverattn {groverattn.__version__}", "resources": _NOTES}
    return SchemaV1(version="v1", program=root)


def qref_json(program: SchemaV1) -> str:
    """Return the text of a program, the same for the same bloq; JSON is YAML as well."""
    return program.model_dump_json(indent=2, exclude_unset=True) + "\n"


def _routine(bloq: Bloq, name: str, *, wired: bool) -> RoutineV1:
    """Return one call; `wired` says whether the routine around it has wires for the ports."""
    parts = wires.parts_in_sequence(bloq) if wired else ()
    is_leaf = not parts and _is_leaf(bloq)
    calls = parts or (() if is_leaf else _callees(bloq))
    children = [_child(part, wired=bool(parts)) for part in calls]
    connections: list[str] = []
    if parts:
        connections = wires.connections(bloq.signature, zip(children, (part.signature for part in parts), strict=True))
    elif wired and not is_leaf:
        ends, connections = wires.made_and_freed(bloq.signature)
        children = [*ends, *children]
    resources = {name: value for name, value in _gate_counts(bloq).items() if value != 0} if is_leaf else {}
    sizes = [*map(wires.bits, bloq.signature), *_gate_counts(bloq).values()]
    if isinstance(bloq, CostedGate):  # the gates of any other routine are part of the schedule around it
        depths, summed = _depths(bloq), _summed_depths(calls)
        resources |= {name: depth for name, depth in depths.items() if depth != summed[name]}
        resources[_QUBITS] = _qubits(bloq, parts)
        sizes += [*depths.values(), cost_of(bloq, QubitCount())]
    return RoutineV1(
        name=name,
        type=type(bloq).__name__,
        ports=wires.ports(bloq.signature, through=not parts) if wired else [],
        resources=[_resource(name, value) for name, value in resources.items()],
        children=children,
        connections=connections,
        **_parameters(children, symbols(*sizes)),
    )


def _is_leaf(bloq: Bloq) -> bool:
    """Whether the count of a bloq is its own: a gate, a classical computation or an external call."""
    if bloq.my_static_costs(QECGatesCost()) is not NotImplemented:
        return True
    without_callees = QECGatesCost().compute(bloq, lambda callee: GateCounts())
    return without_callees != GateCounts() or not get_bloq_callee_counts(bloq)


def _callees(bloq: Bloq) -> tuple[Part, ...]:
    """The calls of the call graph."""
    names, found = Counter[str](), []
    for callee, times in get_bloq_callee_counts(bloq):
        is_adjoint = getattr(callee, "uncompute", False) or getattr(callee, "is_adjoint", False)
        name = type(callee).__name__ + ("_adjoint" if is_adjoint else "")
        names[name] += 1
        found.append(Part(name if names[name] == 1 else f"{name}_{names[name]}", callee, times))
    return tuple(found)


def _child(part: Part, *, wired: bool) -> RoutineV1:
    if part.bloq is None:
        return wires.registers(part.name, part.signature)
    routine = _routine(part.bloq, part.name, wired=wired)
    if part.times == 1:
        return routine
    signature = part.signature if wired else Signature([])
    return RoutineV1(
        name=f"{routine.name}_repeated",
        children=[routine],
        ports=wires.ports(signature, through=False),
        connections=wires.connections(signature, [(routine, signature)]),
        repetition={"count": plain(part.times), "sequence": {"type": "constant", "multiplier": 1}},
        **_parameters([routine], symbols(part.times)),
    )


def _parameters(children: Sequence[RoutineV1], own: set[str]) -> dict[str, Any]:
    """The input parameters of a routine, handed on to all children that have them."""
    names = sorted(own.union(*(child.input_params for child in children)))
    targets = {name: [f"{child.name}.{name}" for child in children if name in child.input_params] for name in names}
    return {
        "input_params": names,
        "linked_params": [{"source": name, "targets": found} for name, found in targets.items() if found],
    }


def _resource(name: str, value: Any) -> ResourceV1:
    return ResourceV1(name=name, type="qubits" if name == _QUBITS else "additive", value=plain(value))


def _gate_counts(bloq: Bloq) -> dict[str, Any]:
    """The resources that add up, numbers or SymPy formulas, by name."""
    gates = cost_of(bloq, QECGatesCost())
    return {
        "toffoli": gates.toffoli + gates.cswap + gates.and_bloq,
        **{name: getattr(gates, name) for name in ("t", "rotation", "clifford", "measurement")},
        "control_bits": cost_of(bloq, ControlBits()),
        "external_calls": cost_of(bloq, ExternalCalls()),
    }


def _depths(bloq: Bloq) -> dict[str, Any]:
    return {name: cost_of(bloq, key) for name, key in _DEPTHS.items()}


def _summed_depths(calls: Sequence[Part]) -> dict[str, Any]:
    """What a reader finds that adds the depths of the children."""
    found: dict[str, Any] = dict.fromkeys(_DEPTHS, 0)
    for part in calls:
        if isinstance(part.bloq, CostedGate):
            found = {name: found[name] + part.times * depth for name, depth in _depths(part.bloq).items()}
    return found


def _qubits(bloq: Bloq, parts: Sequence[Part]) -> Any:
    """The peak over the parts as a formula where it is one, and the number where it is not."""
    peak = cost_of(bloq, QubitCount())
    passing, terms, peaks = wires.qubits_passing_by(bloq.signature, [part.signature for part in parts]), [], []
    for part, by in zip(parts, passing, strict=True):
        if part.bloq is not None:
            terms.append(f"{part.name}.{_QUBITS}" + (f" + {plain(by)}" if by != 0 else ""))
            peaks.append(by + cost_of(part.bloq, QubitCount()))
    # Bartiq passes no number of qubits on through a repetition
    if not terms or any(part.times != 1 for part in parts) or max(peaks) != peak:
        return peak
    return f"max({', '.join(terms)})"
