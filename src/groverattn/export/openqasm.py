"""A flat circuit as OpenQASM 3, for simulators and counters that this project did not write."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
from qualtran import Bloq
from qualtran.resource_counting import CostKey, get_bloq_callee_counts

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.phase_fixup import FixupTable
from groverattn.bloqs.search.grover import GroverSearch
from groverattn.costs.counting import cost_of, count
from groverattn.errors import InputError
from groverattn.show.numbers import count_text

# Only what every reader of `studies/circuit/openqasm_readers.py` takes: no subroutine that measures, no classical
# arithmetic, no `output`, one bit as a condition, braces.
_HEADER = """OPENQASM 3.0;
include "stdgates.inc";
"""

STATEMENTS_MAX = 2_000_000
"""Statements of a program. Measured on oracles of 64 to 1,024 keys: 20 bytes and 90 to 250 bytes of memory for each."""

_BYTES_PER_STATEMENT = 20

_NAMES = {Op.X: "x", Op.Z: "z", Op.CZ: "cz", Op.HADAMARD: "h"}


def openqasm(circuit: FlatCircuit) -> str:
    """Return the circuit as an OpenQASM 3 program on the qubits `q[wire]` and the bits `r[record]`.

    All qubits are zero at first, borrowed ones too. An And is a ccx on a qubit that is zero; its uncomputation measures
    that qubit in X into `u[0]` and applies a conditional cz (Gidney, arXiv:1709.06648). A cz that waits for the parity
    of some bits is one cz for each of these bits: an even number of cz cancels. The index registers are the wires of
    `circuit.inputs`; nothing is measured at the end.

    Raises:
        InputError: the circuit calls an external memory, or takes classical bits from outside.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> from groverattn.bloqs.flat.flattening import flatten
    >>> openqasm(flatten(FullAdder().adjoint())).splitlines()[-3]
    'h q[3]; u[0] = measure q[3]; reset q[3]; if (u[0]) { cz q[0], q[1]; }'
    """
    given = circuit.classical & {name for name, _ in circuit.inputs}
    if given:
        raise InputError(
            given=f"a circuit that takes the classical register {min(given)!r}",
            allowed="circuits that measure all bits they read",
            why="the program would read bits that nothing has written",
            do="export the circuit that measures them, such as a whole phase oracle",
        )
    parities: dict[int, tuple[int, ...]] = {}
    lines = [f"// {_entry(name, idx)}: {_qubits(wires)}" for (name, idx), wires in circuit.inputs.items()]
    lines.append(f"qubit[{circuit.n_wires}] q;")
    if circuit.n_records:
        lines.append(f"bit[{circuit.n_records}] r;")
    if any(gate.op is Op.UN_AND for gate in circuit.gates):
        lines.append("bit[1] u;")
    for gate in circuit.gates:
        lines += _statements(gate, parities)
    return _HEADER + "\n".join(lines) + "\n"


def _entry(name: str, idx: tuple[int, ...]) -> str:
    return name + "".join(f"[{i}]" for i in idx)


def _qubits(wires: tuple[int, ...], register: str = "q") -> str:
    return ", ".join(f"{register}[{wire}]" for wire in wires)


def _statements(gate: Gate, parities: dict[int, tuple[int, ...]]) -> Iterator[str]:
    """Yield the statements of one gate; `parities` says of which measured bits a classical bit is the parity."""
    wires = gate.wires
    match gate.op:
        case Op.AND | Op.UN_AND:
            call = f"ccx {_qubits(wires)};" if gate.op is Op.AND else _un_and(*wires)
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
            parities[record] = (record,)
            yield f"h {_qubits(wires)}; r[{record}] = measure {_qubits(wires)}; reset {_qubits(wires)};"
        case Op.PARITIES:
            outcome, rows, contents = gate.parameter
            # rows beyond the last key have no members: nothing to fix
            for row, ones in zip(rows, contents.members(), strict=False):
                parities[row] = tuple(outcome[i] for i in ones)
        case Op.CONDITIONAL_CZ:
            signs = defaultdict[int, list[str]](list)
            for record, partner in zip(gate.parameter, wires[1:], strict=True):
                for measured in parities.get(record, ()):
                    signs[measured].append(f"cz {_qubits((wires[0], partner))};")
            yield from (f"if (r[{measured}]) {{ {' '.join(signs[measured])} }}" for measured in sorted(signs))
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


def _un_and(a: int, b: int, target: int) -> str:
    return f"h q[{target}]; u[0] = measure q[{target}]; reset q[{target}]; if (u[0]) {{ cz {_qubits((a, b))}; }}"


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
        lines[-1] += f"bit[{len(index)}] index;\n" + "".join(measured)
    return "\n".join(lines)


def predicted_statements(bloq: Bloq) -> int:
    """Return about how many statements the program has, from the counts, before any gate is written.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> predicted_statements(FullAdder())
    8
    """
    counts = count(bloq)
    gates = counts.toffoli + counts.t + counts.rotation + counts.clifford + counts.measurement
    return gates + cost_of(bloq, _ConditionalSigns())


@attrs.frozen
class _ConditionalSigns(CostKey[Any]):
    """Conditional cz of the fix-ups, half of all bits being one: for every key one for each one in its block."""

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], Any]) -> Any:
        if isinstance(bloq, FixupTable):
            return bloq.contents.table.n_keys * bloq.contents.n_bits // 2
        return sum(times * get_callee_cost(callee) for callee, times in get_bloq_callee_counts(bloq))

    def zero(self) -> int:
        return 0
