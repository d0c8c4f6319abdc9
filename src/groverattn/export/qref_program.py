"""A bloq's call graph as a QREF program (v1), for Bartiq and whatever else reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from qref.schema_v1 import NamedList, ResourceV1, RoutineV1, SchemaV1
from qualtran import Bloq, Signature
from qualtran.resource_counting import get_bloq_callee_counts

import groverattn
from groverattn.export import qref_costs as costs
from groverattn.export import qref_wires as wires
from groverattn.export.qref_wires import Part, Regroup


def qref_program(bloq: Bloq) -> SchemaV1:
    """Return the program of a bloq: a routine for every call, a repetition for one that is called many times.

    Resources are named as the fields of `LogicalCounts`; `qref_costs.NOTES`, which the file holds too, says which add
    up. Ports are registers: a classical one counts its bits. Oracle, iterate, search and diffusion have the wires
    between their parts; below them the call graph has no wires to give. Sizes that are SymPy symbols become input
    parameters. QREF: https://github.com/PsiQ/qref, version 0.11.0.

    >>> from groverattn.bloqs.search.phase_oracle import _phase_oracle
    >>> [child.name for child in qref_program(_phase_oracle.make()).program.children]
    ['load', 'split_word', 'score', 'flip', 'unscore', 'join_word', 'unload']
    """
    root = _routine(bloq, type(bloq).__name__, wired=True)
    stated = {resource.name for resource in root.resources}
    # What no part has is a sum of nothing, and a gate leaves its depth and its qubits to the routine that schedules it.
    missing = [
        costs.additive(name, value)
        for name, value in (costs.gate_counts(bloq) | costs.depths(bloq)).items()
        if name not in stated and (value == 0 or not root.children)
    ]
    qubits = [] if costs.QUBITS in stated else [costs.qubits(costs.peak_qubits(bloq))]
    root.resources = NamedList([*root.resources, *missing, *qubits])
    root.meta = {"generator": f"groverattn {groverattn.__version__}", "resources": costs.NOTES}
    return SchemaV1(version="v1", program=root)


def qref_json(program: SchemaV1) -> str:
    """Return the text of a program, the same for the same bloq; JSON is YAML as well."""
    return program.model_dump_json(indent=2, exclude_unset=True) + "\n"


def _routine(bloq: Bloq, name: str, *, wired: bool) -> RoutineV1:
    """Return one call; `wired` says whether the routine around it has wires for the ports."""
    parts = wires.parts_in_sequence(bloq) if wired else ()
    children, connections = [], []
    if parts:
        children = [_child(part) for part in parts]
        steps = zip(children, (part.signature for part in parts), strict=True)
        connections = wires.connections(bloq.signature, list(steps))
    elif not costs.is_leaf(bloq):
        children, connections = wires.made_and_freed(bloq.signature) if wired else ([], [])
        children += _callees(bloq)
    return RoutineV1(
        name=name,
        type=type(bloq).__name__,
        ports=wires.ports(bloq.signature, through=not parts) if wired else [],
        resources=_resources(bloq, parts),
        children=children,
        connections=connections,
        **_parameters(children, _symbols(bloq)),
    )


def _symbols(bloq: Bloq) -> set[str]:
    values = [*wires.sizes(bloq.signature), *costs.gate_counts(bloq).values()]
    if costs.has_depths(bloq):
        values += [*costs.depths(bloq).values(), costs.peak_qubits(bloq)]
    return costs.symbols(*values)


def _parameters(children: Sequence[RoutineV1], own: set[str]) -> dict[str, Any]:
    """Return the input parameters of a routine, handed on to all children that have them."""
    names = sorted(own.union(*(child.input_params for child in children)))
    targets = {name: [f"{child.name}.{name}" for child in children if name in child.input_params] for name in names}
    return {
        "input_params": names,
        "linked_params": [{"source": name, "targets": found} for name, found in targets.items() if found],
    }


def _child(part: Part | Regroup) -> RoutineV1:
    if isinstance(part, Regroup):
        return wires.registers(part.name, part.signature)
    routine = _routine(part.bloq, part.name, wired=True)
    return routine if part.times == 1 else _repeated(routine, part.times, part.signature)


def _callees(bloq: Bloq) -> list[RoutineV1]:
    """Return the calls of the call graph, without wires."""
    names, found = Counter[str](), []
    for callee, times in get_bloq_callee_counts(bloq):
        name = type(callee).__name__ + ("_adjoint" if _is_adjoint(callee) else "")
        names[name] += 1
        routine = _routine(callee, name if names[name] == 1 else f"{name}_{names[name]}", wired=False)
        found.append(routine if times == 1 else _repeated(routine, times))
    return found


def _is_adjoint(bloq: Bloq) -> bool:
    return bool(getattr(bloq, "uncompute", False) or getattr(bloq, "is_adjoint", False))


def _repeated(routine: RoutineV1, times: Any, signature: Signature | None = None) -> RoutineV1:
    """Return a repetition, with the ports of its registers if the routine has any."""
    repetition = {"count": costs.plain(times), "sequence": {"type": "constant", "multiplier": 1}}
    return RoutineV1(
        name=f"{routine.name}_repeated",
        children=[routine],
        ports=wires.ports(signature, through=False) if signature else [],
        connections=wires.connections(signature, [(routine, signature)]) if signature else [],
        repetition=repetition,
        **_parameters([routine], costs.symbols(times)),
    )


def _resources(bloq: Bloq, parts: Sequence[Part | Regroup]) -> list[ResourceV1]:
    stated = []
    if costs.is_leaf(bloq):
        stated += [costs.additive(name, value) for name, value in costs.gate_counts(bloq).items() if value != 0]
    if not costs.has_depths(bloq):
        return stated
    from_children = _summed_depths(bloq, parts)
    stated += [costs.additive(name, v) for name, v in costs.depths(bloq).items() if v != from_children[name]]
    return [*stated, costs.qubits(_qubits(bloq, parts))]


def _summed_depths(bloq: Bloq, parts: Sequence[Part | Regroup]) -> dict[str, Any]:
    """What a reader finds that adds the depths of the children."""
    calls = [(part.bloq, part.times) for part in parts if isinstance(part, Part)]
    if not parts and not costs.is_leaf(bloq):
        calls = get_bloq_callee_counts(bloq)
    found: dict[str, Any] = dict.fromkeys(costs.DEPTHS, 0)
    for callee, times in calls:
        if costs.has_depths(callee):
            found = {name: found[name] + times * depth for name, depth in costs.depths(callee).items()}
    return found


def _qubits(bloq: Bloq, parts: Sequence[Part | Regroup]) -> Any:
    """Return the peak over the parts as a formula where it is one, and the number where it is not."""
    peak = costs.peak_qubits(bloq)
    passing = wires.qubits_passing_by(bloq.signature, [part.signature for part in parts])
    calls = [(part, by) for part, by in zip(parts, passing, strict=True) if isinstance(part, Part)]
    # Bartiq passes no number of qubits on through a repetition
    if not calls or any(part.times != 1 for part, _ in calls):
        return peak
    if max(by + costs.peak_qubits(part.bloq) for part, by in calls) != peak:
        return peak
    terms = [f"{part.name}.{costs.QUBITS}" + (f" + {costs.plain(by)}" if by != 0 else "") for part, by in calls]
    return f"max({', '.join(terms)})"
