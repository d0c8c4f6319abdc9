"""The terms of one superposition, 64 to a machine word, and what gates do to them beyond permuting basis states."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.flat.circuit import FlatCircuit, Op
from groverattn.errors import InputError
from groverattn.verification.bit_sliced import SHARED_RULES, BasisStates, Words, pack, unpack

Bits = NDArray[np.uint8]
Amplitudes = NDArray[np.complex128]

# Amplitudes below this have cancelled: what is left of them is rounding.
CANCELLED = 1e-12

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)

_CACHED = 1 << 16  # amplitudes, 1 MiB


@attrs.define(init=False)
class Superposition(BasisStates):
    """Distinct basis states with an amplitude each.

    Lanes of the last word beyond the terms repeat the first term, so that a check of all lanes is one of all terms.

    Attributes:
        amplitudes: of every term, without the sign that is kept in `negative`, shape (n_terms,).
        index: wires by which the terms are told apart before all others are looked at.
        peak_terms: largest number of terms so far.
    """

    amplitudes: Amplitudes
    index: list[int]
    peak_terms: int

    def __init__(self, circuit: FlatCircuit, bits: Bits, wires: list[int], amplitudes: Amplitudes, rng):
        """Take terms, `bits` of shape (n_terms, n_bits), on some wires of a circuit; all other wires are zero."""
        super().__init__(circuit, 1, rng)
        self.index = wires
        self.replace(wires, bits, amplitudes)
        self.peak_terms = self.n_terms

    @property
    def n_terms(self) -> int:
        """Terms alive."""
        return self.amplitudes.size

    def bits(self, wires: list[int]) -> Bits:
        """Bits of some wires, shape (n_terms, n_wires)."""
        return unpack(self.wires[wires], self.n_terms)

    def varying(self) -> list[int]:
        """Wires that do not hold the same bit in all terms."""
        constant = (self.wires[:, :1] & np.uint64(1)) * _ALL
        return np.flatnonzero((self.wires != constant).any(axis=1)).tolist()

    def settle(self) -> None:
        """Move the signs into the amplitudes.

        Raises:
            InputError: some term holds a one where the circuit says that there is a zero.
        """
        if self.dirty.any():
            n_dirty = int(unpack(self.dirty[None], self.n_terms).sum())
            raise InputError(
                given=f"a circuit that leaves a one in {n_dirty} of {self.n_terms} terms",
                allowed="ancillas that are zero when they are given back, and borrowed ones that are as they were",
                why="what an ancilla holds stays entangled with the rest and spoils interference",
                do="undo what computed it, or run the oracle's check to see which keys are concerned",
            )
        negative = unpack(self.negative[None], self.n_terms)[:, 0]
        self.amplitudes[negative == 1] *= -1
        self.negative[:] = 0

    def replace(self, wires: list[int], bits: Bits, amplitudes: Amplitudes) -> None:
        """Take new terms that differ from the old ones on `wires` only; on others all old terms have to agree."""
        n_words = -(-amplitudes.size // 64)
        if n_words != self.negative.size:
            self.hold(np.repeat((self.wires[:, :1] & np.uint64(1)) * _ALL, n_words, axis=1))
            self.negative, self.dirty = np.zeros((2, n_words), dtype=np.uint64)
        padding = np.repeat(bits[:1], 64 * n_words - len(bits), axis=0)
        self.wires[wires] = pack(np.concatenate([bits, padding]))
        self.amplitudes = amplitudes

    def differ_without(self, wires: Sequence[int]) -> bool:
        """Whether all terms stay distinct without some wires: whether none of them can interfere there."""
        without = {*wires}
        # the index tells them apart in a search; all other wires decide if it does not
        return any(
            _n_distinct(self.bits([wire for wire in others if wire not in without])) == self.n_terms
            for others in (self.index, self.varying())
        )


def _numbers(bits: Bits) -> NDArray:
    """One number for each row, the first bit its most significant, or a string of bytes for more than 64 bits."""
    packed = np.packbits(bits, axis=1)
    width = 8 if packed.shape[1] <= 8 else packed.shape[1]
    padded = np.zeros((len(bits), width), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(">u8").astype(np.uint64)[:, 0] if width == 8 else padded.view(f"V{width}")[:, 0]


def _n_distinct(bits: Bits) -> int:
    return np.unique(_numbers(bits)).size


def _hadamards(bits: Bits, amplitudes: Amplitudes, columns: list[int]) -> tuple[Bits, Amplitudes]:
    """Terms that differ in these columns only interfere: they are the entries of one row of a matrix."""
    rest = bits.copy()
    rest[:, columns] = 0
    _, first, label = np.unique(_numbers(rest), return_index=True, return_inverse=True)
    places = 1 << np.arange(len(columns))[::-1]
    matrix = np.zeros((first.size, 1 << len(columns)), dtype=np.complex128)
    matrix[label, bits[:, columns] @ places] = amplitudes
    for place in places:
        halves = matrix.reshape(-1, 2, place)
        matrix = np.stack([halves.sum(axis=1), halves[:, 0] - halves[:, 1]], axis=1) * complex(math.sqrt(0.5))
    matrix = matrix.reshape(first.size, -1)
    kept = np.abs(matrix) > CANCELLED
    at, numbers = kept.nonzero()
    bits = rest[first[at]]
    bits[:, columns] = (numbers[:, None] & places) != 0
    return bits, matrix[kept]


def hadamards(state: Superposition, wires: Sequence[int], _) -> None:
    """Hadamard gates, some at a time: as many as make all that may come of the terms fit into a cache."""
    state.settle()
    open_wires = sorted({*state.varying(), *wires})
    bits, amplitudes, rest = state.bits(open_wires), state.amplitudes, [*wires]
    while rest:
        number = max(1, (_CACHED // amplitudes.size).bit_length() - 1)
        columns, rest = [open_wires.index(wire) for wire in rest[:number]], rest[number:]
        bits, amplitudes = _hadamards(bits, amplitudes, columns)
        state.peak_terms = max(state.peak_terms, amplitudes.size)
    # neighbours in the index stay neighbours: the control of a lookup is one in few words
    order = np.argsort(_numbers(bits))
    state.replace(open_wires, bits[order], amplitudes[order])


def _rotation(state: Superposition, wires: tuple[int, ...], angle: float) -> None:
    """Rz(angle) = diag(exp(-i angle / 2), exp(i angle / 2)), Cirq's and OpenQASM's."""
    phases = np.array([cmath.exp(-0.5j * angle), cmath.exp(0.5j * angle)])
    state.amplitudes = state.amplitudes * phases[state.bits([*wires])[:, 0]]


def measurements_x(state: Superposition, wires: Sequence[int], records: Sequence[int]) -> None:
    """X measurements of wires, one outcome each for all terms.

    If all terms differ elsewhere, none interfere: all outcomes are equally likely and leave signs on the ones.
    Otherwise the wires are measured one by one.
    """
    if state.differ_without(wires):
        outcomes = state.rng.integers(0, 2, size=len(wires), dtype=np.uint8)
        state.records[[*records]] = outcomes
        chosen = [wire for wire, outcome in zip(wires, outcomes, strict=True) if outcome]
        state.negative ^= np.bitwise_xor.reduce(state.wires[chosen], axis=0)
        state.wires[[*wires]] = 0
        return
    for wire, record in zip(wires, records, strict=True):
        state.records[record] = _measure_alone(state, wire)


def _measure_merging(state: Superposition, wire: int) -> int:
    """The same if terms interfere: the Hadamard before the measurement merges them, the outcome follows from that."""
    hadamards(state, (wire,), None)
    ones = state.bits([wire])[:, 0] == 1
    weights = np.abs(state.amplitudes) ** 2
    p_one = weights[ones].sum() / weights.sum()
    outcome = int(state.rng.random() < p_one)
    kept = ones if outcome else ~ones
    others = [other for other in state.varying() if other != wire]
    bits, amplitudes = state.bits(others)[kept], state.amplitudes[kept] / math.sqrt(weights[kept].sum())
    state.wires[wire] = 0
    state.replace(others, bits, amplitudes)
    return outcome


def _un_and(state: Superposition, wires: tuple[int, ...], values: tuple[int, int]) -> None:
    """X measurement of the target, then a CZ on the controls if the outcome is 1.

    A target that is the And of its controls distinguishes no terms, and the two phases are the same: nothing remains.
    """
    a, b, target = wires
    row = state.rows[target]
    # bytes compare faster than np.array_equal, and there are thousands of these gates
    if row.tobytes() == state.both(a, b, values).tobytes():
        row[:] = 0
    elif _measure_alone(state, target):
        state.negative ^= state.both(a, b, values)


def _measure_alone(state: Superposition, wire: int) -> int:
    """X measurement of one wire, which is zero afterwards."""
    if not state.differ_without([wire]):
        return _measure_merging(state, wire)
    outcome = int(state.rng.integers(2))
    if outcome:
        state.negative ^= state.wires[wire]
    state.wires[wire] = 0
    return outcome


def _borrow(state: Superposition, wires: tuple[int, ...], _) -> None:
    """Borrowed wires hold one random basis state, the same for all terms."""
    state.dirty |= np.bitwise_or.reduce(state.wires[list(wires)], axis=0)
    contents: Words = state.rng.integers(0, 2, size=len(wires), dtype=np.uint64) * _ALL
    state.wires[list(wires)] = contents[:, None]
    state.borrowed |= zip(wires, contents, strict=True)


def complements(values: list[tuple[int, int]]) -> Words:
    """What the controls of And gates are XORed with, by their control values: shape (2, gates, 1)."""
    return np.where(np.array(values).T[:, :, None], np.uint64(0), _ALL)


def _both(state: Superposition, wires: NDArray[np.intp], flips: Words) -> Words:
    a, b = state.wires[wires[:2]] ^ flips
    return a & b


def _ands(state: Superposition, wires: NDArray[np.intp], flips: Words) -> None:
    state.dirty |= np.bitwise_or.reduce(state.wires[wires[2]], axis=0)
    state.wires[wires[2]] = _both(state, wires, flips)


def _un_ands(state: Superposition, wires: NDArray[np.intp], flips: Words) -> None:
    """At once if each target is the And of its controls."""
    if (state.wires[wires[2]] == _both(state, wires, flips)).all():
        state.wires[wires[2]] = 0
        return
    for gate, (flip_a, flip_b) in zip(wires.T.tolist(), flips[:, :, 0].T.tolist(), strict=True):
        _un_and(state, gate, (not flip_a, not flip_b))


def _cnots(state: Superposition, wires: NDArray[np.intp], _) -> None:
    state.wires[wires[1:]] ^= state.wires[wires[0]]


def _xs(state: Superposition, wires: NDArray[np.intp], _) -> None:
    state.wires[wires[0]] ^= _ALL


def _frees(state: Superposition, wires: NDArray[np.intp], _) -> None:
    state.dirty |= np.bitwise_or.reduce(state.wires[wires.ravel()], axis=0)
    state.wires[wires] = 0


# Rules of single gates; those of the last two take any number of wires.
RULES = SHARED_RULES | {
    Op.ROTATION: _rotation,
    Op.UN_AND: _un_and,
    Op.BORROW: _borrow,
    Op.HADAMARD: hadamards,
    Op.MEASURE_X: measurements_x,
}

# Rules of many gates at once that share controls only; their wires have the shape (wires of each, gates).
STACKED_RULES = {Op.AND: _ands, Op.UN_AND: _un_ands, Op.CNOT: _cnots, Op.X: _xs, Op.FREE: _frees}
