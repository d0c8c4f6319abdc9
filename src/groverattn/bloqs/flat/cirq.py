"""Cirq operations of a flat circuit, classical control included."""

from collections.abc import Iterator, Mapping

import attrs
import cirq
import sympy
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.problem.key_table import KeyTable


class CirqByGates(CostedGate):
    """A bloq that Cirq decomposes gate by gate, because classical wires run inside it and Qualtran converts none."""

    def decompose_from_registers(self, *, context: cirq.DecompositionContext, **quregs) -> cirq.OP_TREE:
        """Yield the flat circuit; its input registers become the given qubits."""
        circuit = flatten(self)
        qubits: dict[int, cirq.Qid] = {}
        for (name, idx), wires in circuit.inputs.items():
            qubits |= zip(wires, quregs[name][idx], strict=True)
        ancillas = context.qubit_manager.qalloc(circuit.n_wires - len(qubits))
        rest = (wire for wire in range(circuit.n_wires) if wire not in qubits)
        yield from cirq_operations(circuit, qubits | dict(zip(rest, ancillas, strict=True)))
        context.qubit_manager.qfree(ancillas)


def cirq_operations(circuit: FlatCircuit, qubits: Mapping[int, cirq.Qid]) -> Iterator[cirq.Operation]:
    """Yield the gates of a flat circuit on qubits[wire].

    And and its measured uncomputation stay Qualtran gates, which Cirq decomposes further. A classical bit is the
    measurement key of the qubit whose outcome it is; a parity of bits becomes a SymPy condition. Qualtran's own
    conversion to Cirq knows no classical wires.
    """
    records: dict[int, sympy.Basic] = {}
    for gate in circuit.gates:
        yield from _operation(gate, [qubits[wire] for wire in gate.wires], records)


def _operation(gate: Gate, on: list[cirq.Qid], records: dict[int, sympy.Basic]) -> Iterator[cirq.Operation]:
    match gate.op:
        case Op.AND | Op.UN_AND:
            yield And(*gate.parameter, uncompute=gate.op is Op.UN_AND).on(*on)
        case Op.CNOT:
            yield from (cirq.CNOT(on[0], target) for target in on[1:])
        case Op.CSWAP:
            half = (len(on) + 1) // 2
            yield from (cirq.CSWAP(on[0], x, y) for x, y in zip(on[1:half], on[half:], strict=True))
        case Op.MEASURE_X:
            key = f"record {gate.parameter[0]} of {on[0]}"
            records[gate.parameter[0]] = sympy.Symbol(key)
            yield from (cirq.H(on[0]), cirq.measure(on[0], key=key), cirq.reset(on[0]))
        case Op.PARITIES:
            _combine(gate, records)
        case Op.CONDITIONAL_CZ:
            for record, partner in zip(gate.parameter, on[1:], strict=True):
                if records.get(record, sympy.false) is not sympy.false:
                    yield cirq.CZ(on[0], partner).with_classical_controls(records[record])
        case Op.X | Op.Z | Op.CZ | Op.HADAMARD:
            yield _CLIFFORD[gate.op](*on)
        case Op.ROTATION:
            yield cirq.Rz(rads=gate.parameter)(*on)
        case Op.SIGN:
            yield cirq.global_phase_operation(-1)
        case Op.EXTERNAL_LOAD:
            yield _TableXor(gate.parameter).on(*on)
        case Op.FREE | Op.BORROW | Op.RETURN:
            pass
        case _:
            raise ValueError(f"{gate.op} has no Cirq form")


@attrs.frozen
class _TableXor(cirq.ArithmeticGate):
    """|j>|x> -> |j>|x XOR word_j>: the action of a memory outside the circuit."""

    table: KeyTable

    def registers(self) -> tuple[list[int], list[int]]:
        return [2] * self.table.index_bits, [2] * self.table.word_bits

    def with_registers(self, *new_registers) -> "_TableXor":
        raise ValueError("the registers are those of the table")

    def apply(self, *values: int) -> tuple[int, int]:
        index, word = values
        return index, word ^ self.table.word(index) if index < self.table.n_keys else word


_CLIFFORD = {Op.X: cirq.X, Op.Z: cirq.Z, Op.CZ: cirq.CZ, Op.HADAMARD: cirq.H}


def _combine(gate: Gate, records: dict[int, sympy.Basic]) -> None:
    """Write each parity as an exclusive or, which SymPy evaluates faster than a sum modulo 2."""
    outcome, rows, contents = gate.parameter
    for row, members in zip(rows, contents.members(), strict=False):
        records[row] = sympy.Xor(*(records[outcome[i]] for i in members))
