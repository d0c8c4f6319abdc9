"""A flat circuit as OpenQASM 3, for simulators and counters that this project did not write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from groverattn.bloqs.flat_circuit import FlatCircuit, Gate, Op
from groverattn.problem.errors import InputError

# The measured uncomputation of an And (Gidney, arXiv:1709.06648).
_HEADER = """OPENQASM 3.0;
include "stdgates.inc";
def un_and(qubit a, qubit b, qubit target) {
  h target;
  bit outcome = measure target;
  reset target;
  if (outcome) cz a, b;
}
"""

# Masks of integers, not bit strings: readers of OpenQASM disagree about which end of a string is bit 0.
_PARITIES_PER_WORD = 32

_NAMES = {Op.X: "x", Op.Z: "z", Op.CZ: "cz", Op.HADAMARD: "h"}


def openqasm(circuit: FlatCircuit) -> str:
    """Return the circuit as an OpenQASM 3 program on the qubits `q[wire]` and the bits `r[record]`.

    All qubits are zero at first, borrowed ones too. An And is a ccx on a qubit that is zero, its uncomputation the
    subroutine `un_and`. The index registers are the wires of `circuit.inputs`; nothing is measured at the end.

    Raises:
        InputError: the circuit calls an external memory, or takes classical bits from outside.

    >>> from groverattn.bloqs.full_adder import FullAdder
    >>> from groverattn.bloqs.flat_circuit import flatten
    >>> openqasm(flatten(FullAdder().adjoint())).splitlines()[-3]
    'un_and(q[0], q[1], q[3]);'
    """
    given = circuit.classical & {name for name, _ in circuit.inputs}
    if given:
        raise InputError(
            given=f"a circuit that takes the classical register {min(given)!r}",
            allowed="circuits that measure all bits they read",
            why="the program would read bits that nothing has written",
            do="export the circuit that measures them, such as a whole phase oracle",
        )
    conditions: dict[int, str] = {}
    lines = [f"// {_entry(name, idx)}: {_qubits(wires)}" for (name, idx), wires in circuit.inputs.items()]
    lines.append(f"qubit[{circuit.n_wires}] q;")
    if circuit.n_records:
        lines.append(f"bit[{circuit.n_records}] r;")
    for gate in circuit.gates:
        lines += _statements(gate, conditions)
    return _HEADER + "\n".join(lines) + "\n"


def _entry(name: str, idx: tuple[int, ...]) -> str:
    return name + "".join(f"[{i}]" for i in idx)


def _qubits(wires: tuple[int, ...]) -> str:
    return ", ".join(f"q[{wire}]" for wire in wires)


def _statements(gate: Gate, conditions: dict[int, str]) -> Iterator[str]:
    """Yield the statements of one gate; `conditions` holds an expression for every classical bit that is known."""
    wires = gate.wires
    match gate.op:
        case Op.AND | Op.UN_AND:
            call = f"ccx {_qubits(wires)};" if gate.op is Op.AND else f"un_and({_qubits(wires)});"
            flips = [f"x {_qubits((wire,))};" for wire, value in zip(wires, gate.parameter, strict=False) if not value]
            yield " ".join([*flips, call, *flips])
        case Op.CNOT:
            yield " ".join(f"cx {_qubits((wires[0], target))};" for target in wires[1:])
        case Op.CSWAP:
            half = (len(wires) + 1) // 2
            pairs = zip(wires[1:half], wires[half:], strict=True)
            yield " ".join(f"cswap {_qubits((wires[0], *pair))};" for pair in pairs)
        case Op.MEASURE_X:
            (record,) = gate.parameter
            conditions[record] = f"r[{record}]"
            yield f"h {_qubits(wires)}; r[{record}] = measure {_qubits(wires)}; reset {_qubits(wires)};"
        case Op.PARITIES:
            yield from _parities(gate, conditions)
        case Op.CONDITIONAL_CZ:
            for record, partner in zip(gate.parameter, wires[1:], strict=True):
                if record in conditions:
                    yield f"if ({conditions[record]}) cz {_qubits((wires[0], partner))};"
        case Op.X | Op.Z | Op.CZ | Op.HADAMARD:
            yield f"{_NAMES[gate.op]} {_qubits(wires)};"
        case Op.ROTATION:
            yield f"rz({gate.parameter!r}) {_qubits(wires)};"
        case Op.SIGN:
            yield "gphase(pi);"
        case Op.FREE | Op.BORROW | Op.RETURN:
            yield f"// {gate.op.name.lower()} {_qubits(wires)}"
        case _:
            raise InputError(
                given=f"a circuit with the gate {gate.op.name}",
                allowed="gates that are circuits",
                why="an external memory has a price and no gates",
                do="choose another data access than qram",
            )


def _parities(gate: Gate, conditions: dict[int, str]) -> Iterator[str]:
    """Yield one statement for each outcome and word of parities: an outcome of one flips those it belongs to."""
    outcome, rows, contents = gate.parameter
    members = contents.members()
    for start in range(0, len(members), _PARITIES_PER_WORD):
        word, masks = f"p{rows[start]}", defaultdict[int, int](int)
        for shift, ones in enumerate(members[start : start + _PARITIES_PER_WORD]):
            conditions[rows[start + shift]] = f"({word} & {1 << shift:#x}) != 0"
            for i in ones:
                masks[outcome[i]] |= 1 << shift
        yield f"uint[{_PARITIES_PER_WORD}] {word} = 0;"
        yield from (f"if ({conditions[record]}) {word} ^= {masks[record]:#x};" for record in sorted(masks))
