"""Bit-sliced simulator: a flat circuit run on many basis states at once, one bit of a 64-bit word for each input."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.flat.circuit import FlatCircuit, Op
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable

Words = NDArray[np.uint64]


@attrs.frozen
class BasisRun:
    """What a circuit did to a list of basis states.

    Attributes:
        outputs: for every output register entry the bits after the run, uint8 of shape (n_inputs, bitsize); of a
            classical register shape (bitsize,).
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
        inputs: for every input register entry its bits, uint8 of shape (n_inputs, bitsize), most significant first;
            of a classical register shape (bitsize,), the same for all inputs.
        rng: draws the measurement outcomes.

    Raises:
        InputError: the circuit contains a gate that is not classical up to phase.
    """
    n_inputs = next((bits.shape[0] for key, bits in inputs.items() if key[0] not in circuit.classical), 1)
    state = BasisStates(circuit, -(-n_inputs // 64), rng)
    for key, wires in circuit.inputs.items():
        if key[0] in circuit.classical:
            state.records[list(wires)] = inputs[key]
        else:
            state.wires[list(wires)] = pack(inputs[key])
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
    outputs = {}
    for key, wires in circuit.outputs.items():
        if key[0] in circuit.classical:
            outputs[key] = state.records[list(wires)]
        else:
            outputs[key] = unpack(state.wires[list(wires)], n_inputs)
            state.wires[list(wires)] = 0
    state.dirty |= np.bitwise_or.reduce(state.wires, axis=0)
    negative, dirty = (unpack(word[None], n_inputs)[:, 0].astype(bool) for word in (state.negative, state.dirty))
    return BasisRun(outputs, negative, dirty)


@attrs.define(init=False)
class BasisStates:
    """What the rules of the gates act on: 64 basis states in a word.

    Attributes:
        wires: the bit of every wire, shape (n_wires, n_words); change what it holds, or call `hold`.
        rows: the same memory wire by wire: taking a row of a matrix costs more than a gate.
        records: classical bits, uint8 of shape (n_records,).
        negative: whether each basis state received the phase -1, shape (n_words,).
        dirty: whether each left an ancilla that was not zero, shape (n_words,).
        rng: draws measurement outcomes and what borrowed wires hold.
        borrowed: what each borrowed wire held.
    """

    wires: Words
    rows: list[Words]
    records: NDArray[np.uint8]
    negative: Words
    dirty: Words
    rng: np.random.Generator
    borrowed: dict[int, Words]

    def __init__(self, circuit: FlatCircuit, n_words: int, rng: np.random.Generator):
        self.hold(np.zeros((circuit.n_wires, n_words), dtype=np.uint64))
        self.records = np.zeros(circuit.n_records, dtype=np.uint8)
        self.negative, self.dirty = np.zeros((2, n_words), dtype=np.uint64)
        self.rng = rng
        self.borrowed = {}

    def hold(self, wires: Words) -> None:
        """Take another array for the wires."""
        self.wires, self.rows = wires, list(wires)

    def both(self, a: int, b: int, values: tuple[int, int]) -> Words:
        """And of two wires, each complemented if its control value is 0."""
        row_a, row_b = self.rows[a], self.rows[b]
        return (row_a if values[0] else ~row_a) & (row_b if values[1] else ~row_b)


def _and(state: BasisStates, wires: tuple[int, ...], values: tuple[int, int]) -> None:
    a, b, target = wires
    row = state.rows[target]
    state.dirty |= row
    row[:] = state.both(a, b, values)


def _un_and(state: BasisStates, wires: tuple[int, ...], values: tuple[int, int]) -> None:
    """X measurement of the target, then a CZ on the controls if the outcome is 1."""
    a, b, target = wires
    correct = state.both(a, b, values)
    outcome = state.rng.integers(0, 1 << 64, size=correct.size, dtype=np.uint64)
    state.dirty |= state.wires[target] ^ correct
    state.negative ^= outcome & state.wires[target]
    state.negative ^= outcome & correct
    state.wires[target] = 0


def _cnot(state: BasisStates, wires: Sequence[int], _) -> None:
    """CNOT, or the fan-out of a lookup: its control is one for few keys, which are neighbours in few words."""
    control = state.rows[wires[0]]
    if len(wires) == 2:
        target = state.rows[wires[1]]
        np.bitwise_xor(target, control, out=target)
        return
    words, targets = control.nonzero()[0], np.asarray(wires[1:])
    if words.size == 1:
        word = words[0]
        state.wires[:, word][targets] ^= control[word]
    elif words.size:
        part = slice(words[0], words[-1] + 1)
        state.wires[targets, part] ^= control[part]


def _x(state: BasisStates, wires: tuple[int, ...], _) -> None:
    np.invert(state.wires[wires[0]], out=state.wires[wires[0]])


def _z(state: BasisStates, wires: tuple[int, ...], _) -> None:
    state.negative ^= state.wires[wires[0]]


def _cz(state: BasisStates, wires: tuple[int, ...], _) -> None:
    state.negative ^= state.wires[wires[0]] & state.wires[wires[1]]


def _cswap(state: BasisStates, wires: Sequence[int], _) -> None:
    first, second = np.asarray(wires[1:]).reshape(2, -1)
    change = (state.wires[first] ^ state.wires[second]) & state.wires[wires[0]]
    state.wires[first] ^= change
    state.wires[second] ^= change


def _measure_x(state: BasisStates, wires: tuple[int, ...], record: tuple[int]) -> None:
    """One outcome for all inputs: they are branches of one superposition."""
    outcome = state.rng.integers(0, 2, dtype=np.uint8)
    state.records[record[0]] = outcome
    if outcome:
        state.negative ^= state.wires[wires[0]]
    state.wires[wires[0]] = 0


def _parities(state: BasisStates, wires: tuple[int, ...], parameter) -> None:
    outcome, rows, contents = parameter
    parities = contents.parities(state.records[list(outcome)])
    state.records[list(rows[: parities.size])] = parities


def _conditional_cz(state: BasisStates, wires: Sequence[int], conditions: Sequence[int]) -> None:
    partners = np.asarray(wires[1:])[state.records[np.asarray(conditions)] == 1]
    if partners.size:
        state.negative ^= state.wires[wires[0]] & np.bitwise_xor.reduce(state.wires[partners], axis=0)


def _external_load(state: BasisStates, wires: tuple[int, ...], table: KeyTable) -> None:
    index = unpack(state.wires[list(wires[: table.index_bits])], 64 * state.negative.size)
    j = index.astype(np.int64) @ (1 << np.arange(table.index_bits)[::-1])
    state.wires[list(wires[table.index_bits :])] ^= pack(table.bits()[np.minimum(j, table.n_keys - 1)])


def _borrow(state: BasisStates, wires: tuple[int, ...], _) -> None:
    state.dirty |= np.bitwise_or.reduce(state.wires[list(wires)], axis=0)
    contents = state.rng.integers(0, 1 << 64, size=(len(wires), state.negative.size), dtype=np.uint64)
    state.wires[list(wires)] = contents
    state.borrowed |= zip(wires, contents, strict=True)


def _return(state: BasisStates, wires: tuple[int, ...], _) -> None:
    for wire in wires:
        state.dirty |= state.wires[wire] ^ state.borrowed.pop(wire)
        state.wires[wire] = 0


def _free(state: BasisStates, wires: tuple[int, ...], _) -> None:
    for wire in wires:
        state.dirty |= state.wires[wire]
        state.wires[wire] = 0


def _sign(state: BasisStates, wires: tuple[int, ...], _) -> None:
    np.invert(state.negative, out=state.negative)


# What a gate does to a basis state does not depend on which others are run beside it.
SHARED_RULES = {
    Op.AND: _and,
    Op.CNOT: _cnot,
    Op.X: _x,
    Op.Z: _z,
    Op.CZ: _cz,
    Op.CSWAP: _cswap,
    Op.PARITIES: _parities,
    Op.CONDITIONAL_CZ: _conditional_cz,
    Op.EXTERNAL_LOAD: _external_load,
    Op.RETURN: _return,
    Op.FREE: _free,
    Op.SIGN: _sign,
}
_RULES = SHARED_RULES | {Op.UN_AND: _un_and, Op.MEASURE_X: _measure_x, Op.BORROW: _borrow}


def pack(bits: NDArray[np.uint8]) -> Words:
    """Pack bits of shape (n_inputs, bitsize) into words of shape (bitsize, n_words)."""
    padded = np.zeros((bits.shape[1], -(-bits.shape[0] // 64) * 64), dtype=np.uint8)
    padded[:, : bits.shape[0]] = bits.T
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def unpack(words: Words, n_inputs: int) -> NDArray[np.uint8]:
    """Unpack words of shape (bitsize, n_words) to bits of shape (n_inputs, bitsize)."""
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return bits[:, :n_inputs].T
