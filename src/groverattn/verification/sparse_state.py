"""Sparse simulator: every gate of a flat circuit, Hadamards and rotations too, on the basis terms that are alive."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import GateWithRegisters

from groverattn.bloqs.flat.circuit import FlatCircuit, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.errors import InputError
from groverattn.verification.layers import Step, steps_of
from groverattn.verification.superposition import RULES, Superposition

# name of a register and index of its entry
Key = tuple[str, tuple[int, ...]]


@attrs.frozen(eq=False)
class SparseState:
    """A superposition of basis states of some registers.

    Attributes:
        bits: for every register entry its bits in each term, uint8 of shape (n_terms, bitsize), most significant first.
        coefficients: the amplitude of each term, complex128 of shape (n_terms,).
        records: for every entry of a classical register its bits, uint8 of shape (bitsize,).
        peak_terms: largest number of terms that were alive at once.
    """

    bits: dict[Key, NDArray[np.uint8]]
    coefficients: NDArray[np.complex128]
    records: dict[Key, NDArray[np.uint8]] = attrs.field(factory=dict)
    peak_terms: int = 1

    @classmethod
    def basis(cls, circuit: FlatCircuit, values: dict[Key, int]) -> SparseState:
        """One basis state of a circuit's inputs; registers that are not named are zero."""
        bits = {key: _bits(values.get(key, 0), len(wires)) for key, wires in circuit.inputs.items()}
        classical = {key for key in bits if key[0] in circuit.classical}
        return cls(
            {key: value[None] for key, value in bits.items() if key not in classical},
            np.ones(1, dtype=np.complex128),
            {key: bits[key] for key in classical},
        )

    def values(self, name: str, idx: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """The register's value in each term, shape (n_terms,)."""
        bits = self.bits[name, idx]
        return bits.astype(np.int64) @ (1 << np.arange(bits.shape[1])[::-1])

    def amplitudes(self, name: str = "selection", idx: tuple[int, ...] = ()) -> NDArray[np.complex128]:
        """Amplitudes of all values of one register, shape (2^bitsize,).

        Raises:
            InputError: another register differs between terms, so that this one has no amplitudes of its own.
        """
        for other, bits in self.bits.items():
            if other != (name, idx) and (bits != bits[0]).any():
                raise InputError(
                    given=f"the register {name!r} beside {other[0]!r}, which is not in one basis state",
                    allowed="a register beside others that hold the same in all terms",
                    why="entangled registers have no amplitudes of their own",
                    do="undo what computed the other register, or read `bits` and `coefficients`",
                )
        found = np.zeros(1 << self.bits[name, idx].shape[1], dtype=np.complex128)
        np.add.at(found, self.values(name, idx), self.coefficients)
        return found


@attrs.frozen(eq=False)
class SparseCircuit:
    """A flat circuit made ready to be run often.

    Attributes:
        circuit: the gates.
        steps: all of them, layer by layer.
    """

    circuit: FlatCircuit
    steps: list[Step] = attrs.field(
        repr=False, default=attrs.Factory(lambda self: steps_of(self.circuit), takes_self=True)
    )

    def with_angles(self, angles: dict[float, float]) -> SparseCircuit:
        """Return the same steps in which the rotations by some angles are rotations by others, old to new."""
        steps, n_replaced = list[Step](), 0
        for step in self.steps:
            is_marked = step.rule is RULES[Op.ROTATION] and step.parameter in angles
            n_replaced += is_marked
            steps.append(attrs.evolve(step, parameter=angles[step.parameter]) if is_marked else step)
        if n_replaced < len(angles):
            raise InputError(
                given=f"{len(angles)} angles to replace in a circuit that has {n_replaced} such rotations",
                allowed="angles that the circuit's rotations have",
                why="a mark that is left in place would be run as an angle",
                do="flatten the iterate with the marks as its angles",
            )
        return SparseCircuit(self.circuit, steps)

    def run(self, rng: np.random.Generator, initial: SparseState) -> SparseState:
        """Run all gates on the state of the input registers; the state of the output registers is returned."""
        terms = enter(self.circuit, rng, initial)
        for step in self.steps:
            step.rule(terms, step.wires, step.parameter)
        classical = {key: [*wires] for key, wires in self.circuit.outputs.items() if key[0] in self.circuit.classical}
        outputs = {key: [*wires] for key, wires in self.circuit.outputs.items() if key not in classical}
        bits = {key: terms.bits(wires) for key, wires in outputs.items()}
        left_over = np.delete(terms.wires, [wire for wires in outputs.values() for wire in wires], axis=0)
        terms.dirty |= np.bitwise_or.reduce(left_over, axis=0)
        terms.settle()
        records = {key: terms.records[records] for key, records in classical.items()}
        return SparseState(bits, terms.amplitudes, records, max(initial.peak_terms, terms.peak_terms))


AnyCircuit = FlatCircuit | SparseCircuit


def run_sparse(
    circuits: AnyCircuit | Iterable[AnyCircuit], rng: np.random.Generator, initial: SparseState | None = None
) -> SparseState:
    """Run circuits one after the other, each on what the one before it left.

    Time and memory follow the number of terms, in a Grover search at most twice the number of keys, not the number of
    qubits. Measurement outcomes are drawn once for all terms: they are branches of one superposition. Borrowed wires
    hold random bits. Global phases are kept; a rotation is diag(exp(-i angle / 2), exp(i angle / 2)).

    Args:
        circuits: one or more; the outputs of one are the inputs of the next by name.
        rng: draws measurement outcomes and the contents of borrowed wires.
        initial: the state of the first one's inputs, all zero if left out.

    Raises:
        InputError: a wire that is given back is not zero, or registers do not fit.

    >>> from groverattn.bloqs.search.uniform import PrepareUniform
    >>> state = run_sparse(flatten(PrepareUniform(4)), np.random.default_rng(0))
    >>> state.amplitudes("selection").round(6).tolist()
    [(0.5+0j), (0.5+0j), (0.5+0j), (0.5+0j)]
    """
    state = initial
    for circuit in [circuits] if isinstance(circuits, AnyCircuit) else circuits:
        ready = SparseCircuit(circuit) if isinstance(circuit, FlatCircuit) else circuit
        state = ready.run(rng, SparseState.basis(ready.circuit, {}) if state is None else state)
    if state is None:
        raise InputError(
            given="no circuit and no state",
            allowed="at least one circuit",
            why="the first circuit says which registers there are",
            do="give a circuit or an initial state",
        )
    return state


def search_circuits(search: GroverSearch | FixedPointSearch) -> Iterator[SparseCircuit]:
    """Yield the circuits of a search for `run_sparse`: the preparation, then the iterates.

    The gates are those of `flatten(search)`, but the iterate is written down once. Iterates with phases differ in the
    angles of their rotations only, which are put in as each is run.
    """
    yield _prepared(search.prepare)
    if isinstance(search, GroverSearch):
        if search.n_iterates:
            yield from itertools.repeat(SparseCircuit(flatten(search.iterate)), search.n_iterates)
        return
    oracle = attrs.evolve(search.oracle, angle=_ORACLE_ANGLE)
    iterate = SparseCircuit(flatten(GroverIterate(oracle, diffusion_angle=_DIFFUSION_ANGLE)))
    for oracle_angle, diffusion_angle in zip(search.oracle_angles, search.diffusion_angles, strict=True):
        if math.pi in (abs(oracle_angle), abs(diffusion_angle)):  # a sign has other gates
            oracle = attrs.evolve(search.oracle, angle=oracle_angle)
            yield SparseCircuit(flatten(GroverIterate(oracle, diffusion_angle=diffusion_angle)))
        else:
            yield iterate.with_angles({_ORACLE_ANGLE: oracle_angle, _DIFFUSION_ANGLE: diffusion_angle})


@functools.lru_cache(maxsize=8)
def _prepared(prepare: GateWithRegisters) -> SparseCircuit:
    """The preparation: the same for all searches among as many keys, some of which have no iterate."""
    return SparseCircuit(flatten(prepare))


# Marks of the two rotations of an iterate with phases; no rotation of a preparation has such an angle.
_ORACLE_ANGLE, _DIFFUSION_ANGLE = 0.1234567, 0.7654321


def enter(circuit: FlatCircuit, rng: np.random.Generator, initial: SparseState) -> Superposition:
    """Return the initial state on the circuit's wires."""
    given = {key: bits.shape[-1] for key, bits in (initial.bits | initial.records).items()}
    if given != {key: len(wires) for key, wires in circuit.inputs.items()}:
        raise InputError(
            given=f"the registers {given}",
            allowed=f"{ {key: len(wires) for key, wires in circuit.inputs.items()} }",
            why="a circuit runs on the state of its input registers",
            do="give every input register, or leave `initial` out",
        )
    wires = [wire for key in initial.bits for wire in circuit.inputs[key]]
    bits = np.concatenate([*initial.bits.values()], axis=1)
    terms = Superposition(circuit, bits, wires, initial.coefficients.astype(np.complex128), rng)
    for key, values in initial.records.items():
        terms.records[list(circuit.inputs[key])] = values
    return terms


def _bits(value: int, n_bits: int) -> NDArray[np.uint8]:
    return np.array([value >> i & 1 for i in reversed(range(n_bits))], dtype=np.uint8)
