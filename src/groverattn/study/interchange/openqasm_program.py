"""A circuit of a row as an OpenQASM 3 program of bounded size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qualtran import Bloq

from groverattn.bloqs.flat_circuit import FlatCircuit, flatten
from groverattn.bloqs.grover import GroverSearch
from groverattn.costs.counting import count
from groverattn.problem.errors import InputError
from groverattn.verify.openqasm import openqasm

# Measured on oracles of 16 to 1,024 keys: 20 bytes a statement, and 200 bytes of memory while it is written.
STATEMENTS_MAX = 2_000_000
_BYTES_PER_STATEMENT = 20
# Bits of the key table of which one statement takes the parity with an outcome (`verify.openqasm`).
_TABLE_BITS_PER_STATEMENT = 32


def openqasm_program(bloq: Bloq, inputs: Mapping[str, Any]) -> str:
    """Return every gate, measurement and classically controlled gate of a bloq; a search measures its index at the end.

    The first lines say in comments what the circuit is, and which qubits (or, of measured ones, bits) hold its
    registers; all of them are zero at first. See `verify.openqasm` for the form.

    Raises:
        InputError: more than `STATEMENTS_MAX` statements, or a data access that is no circuit.

    >>> from groverattn.study.interchange.chosen_circuit import random_row
    >>> chosen = random_row(n_keys=4, d_head=1, key_bits=2, query_bits=2)
    >>> openqasm_program(chosen.bloq("search"), chosen.inputs).splitlines()[-1]
    'index[1] = measure q[1];'
    """
    n_statements = predicted_statements(bloq)
    if n_statements > STATEMENTS_MAX:
        raise InputError(
            given=f"a circuit of about {n_statements:.3g} statements, {n_statements * _BYTES_PER_STATEMENT:.2g} bytes",
            allowed=f"up to {STATEMENTS_MAX:,} statements",
            why="OpenQASM 3 has every gate of every call written out",
            do="choose smaller sizes or fewer iterates; `--to qref` writes calls and how often they are made",
        )
    circuit = flatten(bloq)
    about = [f"// groverattn: {type(bloq).__name__} of {json.dumps(dict(inputs))}", *_made_registers(circuit)]
    end = _measured_index(circuit) if isinstance(bloq, GroverSearch) else ""
    return "\n".join(about) + "\n" + openqasm(circuit) + end


def predicted_statements(bloq: Bloq) -> int:
    """Return about how many statements the program has, from the counts, before any gate is written.

    >>> from groverattn.bloqs.full_adder import FullAdder
    >>> predicted_statements(FullAdder())
    8
    """
    counts = count(bloq)
    gates = counts.toffoli + counts.t + counts.rotation + counts.clifford + counts.measurement
    return gates + counts.control_bits // _TABLE_BITS_PER_STATEMENT


def _made_registers(circuit: FlatCircuit) -> list[str]:
    """Where the registers are that the circuit makes, most significant bit first."""
    made = {key: wires for key, wires in circuit.outputs.items() if key not in circuit.inputs}
    return [
        f"// out {name}{''.join(f'[{i}]' for i in index)}: "
        + ", ".join(f"{'r' if name in circuit.classical else 'q'}[{wire}]" for wire in wires)
        for (name, index), wires in made.items()
    ]


def _measured_index(circuit: FlatCircuit) -> str:
    """The most significant bit first, as the register has it."""
    wires = circuit.inputs["selection", ()]
    lines = [f"output bit[{len(wires)}] index;", *(f"index[{i}] = measure q[{wire}];" for i, wire in enumerate(wires))]
    return "\n".join(lines) + "\n"
