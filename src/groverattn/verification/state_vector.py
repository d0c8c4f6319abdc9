"""State vector of a bloq: its whole decomposition run in Cirq's simulator."""

from __future__ import annotations

import functools

import cirq
import numpy as np
from numpy.typing import NDArray
from qualtran import GateWithRegisters

from groverattn.errors import InputError

MAX_QUBITS = 24

# Up to here one vector of all qubits is faster than to keep those apart that are not entangled (measured).
_WHOLE_QUBITS = 16


def decomposed_circuit(bloq: GateWithRegisters) -> tuple[cirq.Circuit, list[cirq.Qid]]:
    """Return the Clifford + T + rotation circuit that Cirq derives from the bloq, and the qubits of its registers.

    Ancillas are reused as soon as they are clean. Every gate gets a moment of its own: packed moments would move the
    first gate of an ancilla to the start of the circuit and keep it alive from there.
    """
    registers = cirq.LineQubit.range(bloq.signature.n_qubits())
    context = cirq.DecompositionContext(cirq.SimpleQubitManager())
    gates = cirq.decompose(bloq.on(*registers), keep=_is_kept, on_stuck_raise=None, context=context)
    circuit = cirq.Circuit(gates, strategy=cirq.InsertStrategy.NEW)
    reused = cirq.map_clean_and_borrowable_qubits(circuit, qm=cirq.GreedyQubitManager(prefix="ancilla"))
    return reused, list(registers)


def _is_kept(operation: cirq.Operation) -> bool:
    """Cirq would write either gate with square roots of Y, on which its simulator spends most of its time."""
    return operation.gate in (cirq.CNOT, cirq.H)


@functools.lru_cache(maxsize=4)
def _prepared(bloq: GateWithRegisters) -> tuple[cirq.FrozenCircuit, list[cirq.Qid], list[cirq.Qid]]:
    """The circuit, its registers and its ancillas: kept, because every basis state of one bloq is run in turn."""
    circuit, registers = decomposed_circuit(bloq)
    return circuit.freeze(), registers, sorted(circuit.all_qubits() - set(registers))


def final_amplitudes(bloq: GateWithRegisters, *, initial: int = 0, seed: int = 0) -> NDArray[np.complex128]:
    """Apply the decomposed bloq to a basis state of its registers and return all amplitudes, shape (2^m,).

    Measured uncomputation takes the outcomes that `seed` draws.

    Raises:
        InputError: the circuit has more than MAX_QUBITS qubits.
        ValueError: an ancilla is not clean at the end.
    """
    circuit, registers, ancillas = _prepared(bloq)
    n_qubits = len(registers) + len(ancillas)
    if n_qubits > MAX_QUBITS:
        raise InputError(
            given=f"a circuit of {n_qubits} qubits",
            allowed=f"at most {MAX_QUBITS}",
            why=f"a state vector of 2^{n_qubits} amplitudes does not fit",
            do="choose a smaller n, d or b, or check the oracle in the bit-sliced simulator",
        )
    split = n_qubits > _WHOLE_QUBITS
    simulator = cirq.Simulator(dtype=np.complex128, seed=seed, split_untangled_states=split)
    state = simulator.simulate(circuit, qubit_order=[*registers, *ancillas], initial_state=initial << len(ancillas))
    amplitudes = state.final_state_vector.reshape(1 << len(registers), -1)
    if not np.allclose(amplitudes[:, 1:], 0, atol=1e-7):
        raise ValueError(f"{bloq} leaves an ancilla that is not zero")
    return amplitudes[:, 0]
