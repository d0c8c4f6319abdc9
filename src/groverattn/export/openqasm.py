"""A flat circuit as OpenQASM 3, for simulators and counters that this project did not write."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from qualtran import Bloq

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.search.grover import GroverSearch
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.show.numbers import count_text

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

STATEMENTS_MAX = 2_000_000
"""Statements of a program. Measured on oracles of 16 to 1,024 keys: 20 bytes and 200 bytes of memory for each."""

_BYTES_PER_STATEMENT = 20

_NAMES = {Op.X: "x", Op.Z: "z", Op.CZ: "cz", Op.HADAMARD: "h"}


def openqasm(circuit: FlatCircuit) -> str:
    """Return the circuit as an OpenQASM 3 program on the qubits `q[wire]` and the bits `r[record]`.

    All qubits are zero at first, borrowed ones too. An And is a ccx on a qubit that is zero, its uncomputation the
    subroutine `un_and`. The index registers are the wires of `circuit.inputs`; nothing is measured at the end.

    Raises:
        InputError: the circuit calls an external memory, or takes classical bits from outside.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> from groverattn.bloqs.flat.flattening import flatten
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


def _qubits(wires: tuple[int, ...], register: str = "q") -> str:
    return ", ".join(f"{register}[{wire}]" for wire in wires)


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


def openqasm_program(bloq: Bloq, inputs: Mapping[str, Any]) -> str:
    """Return every gate, measurement and classically controlled gate of a bloq; a search measures its index at the end.

    The first lines say in comments what the circuit is, and which qubits (or, of measured ones, bits) hold its
    registers, the most significant bit first; all are zero at first. See `openqasm` for the form.

    Raises:
        InputError: more than `STATEMENTS_MAX` statements, or a data access that is no circuit.

    >>> from groverattn.export.circuits import ChosenCircuit
    >>> from groverattn.verification.row import SearchedRow
    >>> chosen = ChosenCircuit.of(SearchedRow.random(n_keys=4, d_head=1, key_bits=2, query_bits=2))
    >>> openqasm_program(chosen.bloq("search"), chosen.inputs).splitlines()[-1]
    'index[1] = measure q[1];'
    """
    n_statements = predicted_statements(bloq)
    if n_statements > STATEMENTS_MAX:
        raise InputError(
            given=f"a circuit of about {count_text(n_statements)} statements, "
            f"{count_text(n_statements * _BYTES_PER_STATEMENT)} bytes",
            allowed=f"up to {STATEMENTS_MAX:,} statements",
            why="OpenQASM 3 has every gate of every call written out",
            do="choose smaller sizes or fewer iterates; `--to qref` writes calls and how often they are made",
        )
    circuit = flatten(bloq)
    lines = [f"// groverattn: {type(bloq).__name__} of {json.dumps(dict(inputs))}"]
    for (name, idx), wires in circuit.outputs.items():
        if (name, idx) not in circuit.inputs:
            lines.append(f"// out {_entry(name, idx)}: {_qubits(wires, 'r' if name in circuit.classical else 'q')}")
    lines.append(openqasm(circuit))
    if isinstance(bloq, GroverSearch):
        index = circuit.inputs["selection", ()]  # the most significant bit first
        measured = (f"index[{i}] = measure {_qubits((wire,))};\n" for i, wire in enumerate(index))
        lines[-1] += f"output bit[{len(index)}] index;\n" + "".join(measured)
    return "\n".join(lines)


def predicted_statements(bloq: Bloq) -> int:
    """Return about how many statements the program has, from the counts, before any gate is written.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> predicted_statements(FullAdder())
    8
    """
    counts = count(bloq)
    gates = counts.toffoli + counts.t + counts.rotation + counts.clifford + counts.measurement
    return gates + counts.control_bits // _PARITIES_PER_WORD
