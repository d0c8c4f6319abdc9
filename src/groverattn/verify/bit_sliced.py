"""Runs a flat circuit on many basis states at once: one bit of a 64-bit word belongs to one input."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.errors import InputError
from groverattn.verify.flat_circuit import FlatCircuit, Op

Words = NDArray[np.uint64]


@attrs.frozen
class BasisRun:
    """What a circuit did to a list of basis states.

    Attributes:
        outputs: for every output register entry the bits after the run, uint8 of shape (n_inputs, bitsize).
        negative: whether each input received the phase -1, bool of shape (n_inputs,).
        dirty: whether each input left an ancilla that was not zero when it was given back, or a measured And target
            that was not the And of its controls, bool of shape (n_inputs,).
    """

    outputs: dict[tuple[str, tuple[int, ...]], NDArray[np.uint8]]
    negative: NDArray[np.bool_]
    dirty: NDArray[np.bool_]


def run_on_basis(
    circuit: FlatCircuit, inputs: dict[tuple[str, tuple[int, ...]], NDArray[np.uint8]], rng: np.random.Generator
) -> BasisRun:
    """Run every gate of the circuit on every input.

    The gates permute basis states up to a phase of +1 or -1. A measured uncomputation draws its outcomes at random,
    one for every input, and applies the phase of the measurement and that of the correction one after the other: they
    cancel only if the circuit is right.

    Args:
        circuit: gates other than Hadamards and rotations.
        inputs: for every input register entry its bits, uint8 of shape (n_inputs, bitsize), most significant first.
        rng: draws the measurement outcomes.

    Raises:
        InputError: the circuit contains a gate that is not classical up to phase.
    """
    n_inputs = next(iter(inputs.values())).shape[0]
    state = _State(circuit.n_wires, -(-n_inputs // 64), rng)
    for key, wires in circuit.inputs.items():
        state.wires[list(wires)] = _pack(inputs[key])
    for gate in circuit.gates:
        apply = _RULES.get(gate.op)
        if apply is None:
            raise InputError(
                given=f"a circuit with the gate {gate.op.name}",
                allowed="gates that map basis states to basis states up to sign",
                why="the bit-sliced simulator keeps one basis state per input",
                do="run the phase oracle here and the diffusion in a state-vector simulator",
            )
        apply(state, gate.wires, gate.parameter)
    outputs = {key: _unpack(state.wires[list(wires)], n_inputs) for key, wires in circuit.outputs.items()}
    for wires in circuit.outputs.values():
        state.wires[list(wires)] = 0
    state.dirty |= np.bitwise_or.reduce(state.wires, axis=0)
    negative, dirty = (_unpack(word[None], n_inputs)[:, 0].astype(bool) for word in (state.negative, state.dirty))
    return BasisRun(outputs, negative, dirty)


@attrs.define(init=False)
class _State:
    wires: Words
    negative: Words
    dirty: Words
    rng: np.random.Generator

    def __init__(self, n_wires: int, n_words: int, rng: np.random.Generator):
        self.wires = np.zeros((n_wires, n_words), dtype=np.uint64)
        self.negative, self.dirty = np.zeros((2, n_words), dtype=np.uint64)
        self.rng = rng

    def both(self, a: int, b: int, values: tuple[int, int]) -> Words:
        """And of two wires, each complemented if its control value is 0."""
        wire_a, wire_b = self.wires[a], self.wires[b]
        return (wire_a if values[0] else ~wire_a) & (wire_b if values[1] else ~wire_b)


def _and(state: _State, wires: tuple[int, ...], values: tuple[int, int]) -> None:
    a, b, target = wires
    state.dirty |= state.wires[target]
    state.wires[target] = state.both(a, b, values)


def _un_and(state: _State, wires: tuple[int, ...], values: tuple[int, int]) -> None:
    """X measurement of the target, then a CZ on the controls if the outcome is 1."""
    a, b, target = wires
    correct = state.both(a, b, values)
    outcome = state.rng.integers(0, 1 << 64, size=correct.size, dtype=np.uint64)
    state.dirty |= state.wires[target] ^ correct
    state.negative ^= outcome & state.wires[target]
    state.negative ^= outcome & correct
    state.wires[target] = 0


def _cnot(state: _State, wires: tuple[int, ...], _) -> None:
    if len(wires) == 2:
        state.wires[wires[1]] ^= state.wires[wires[0]]
    else:
        state.wires[list(wires[1:])] ^= state.wires[wires[0]]


def _x(state: _State, wires: tuple[int, ...], _) -> None:
    np.invert(state.wires[wires[0]], out=state.wires[wires[0]])


def _z(state: _State, wires: tuple[int, ...], _) -> None:
    state.negative ^= state.wires[wires[0]]


def _cz(state: _State, wires: tuple[int, ...], _) -> None:
    state.negative ^= state.wires[wires[0]] & state.wires[wires[1]]


def _free(state: _State, wires: tuple[int, ...], _) -> None:
    for wire in wires:
        state.dirty |= state.wires[wire]
        state.wires[wire] = 0


def _sign(state: _State, wires: tuple[int, ...], _) -> None:
    np.invert(state.negative, out=state.negative)


_RULES = {
    Op.AND: _and,
    Op.UN_AND: _un_and,
    Op.CNOT: _cnot,
    Op.X: _x,
    Op.Z: _z,
    Op.CZ: _cz,
    Op.FREE: _free,
    Op.SIGN: _sign,
}


def _pack(bits: NDArray[np.uint8]) -> Words:
    """(n_inputs, bitsize) bits to (bitsize, n_words) words."""
    padded = np.zeros((bits.shape[1], -(-bits.shape[0] // 64) * 64), dtype=np.uint8)
    padded[:, : bits.shape[0]] = bits.T
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _unpack(words: Words, n_inputs: int) -> NDArray[np.uint8]:
    """(bitsize, n_words) words to (n_inputs, bitsize) bits."""
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return bits[:, :n_inputs].T
