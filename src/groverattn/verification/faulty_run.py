"""Circuits run gate by gate with random Pauli errors: what a logical fault does to a run of a search."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.flat.circuit import FlatCircuit, Op
from groverattn.errors import InputError
from groverattn.verification.sparse_state import SparseCircuit, SparseState, enter
from groverattn.verification.superposition import RULES, Superposition

Errors = dict[tuple[int, bool], list[tuple[int, int]]]
"""By number of a gate and whether they come before it: wires and what happens to them, 1 X, 2 Y, 3 Z."""

_NO_PLACES = (Op.FREE, Op.SIGN, Op.PARITIES, Op.BORROW, Op.RETURN)


@attrs.frozen(eq=False)
class FaultyCircuit:
    """A circuit of which every gate may leave a Pauli error on each of its qubits.

    The places are each gate on each of its qubits, after it; of a measured qubit, before it. An error is X, Y or Z with
    equal probability (our assumption). Qubits that are given back are measured and prepared again.

    Attributes:
        circuit: the gates; none borrows a wire.
        fault_rate: probability that there is an error at any of the places. Each has the same.
    """

    circuit: FlatCircuit
    fault_rate: float

    @functools.cached_property
    def places(self) -> list[tuple[int, int, bool]]:
        """Number of the gate, wire, and whether the error comes before the gate.

        Raises:
            InputError: a circuit that borrows wires.
        """
        if self.circuit.gate_counts[Op.BORROW]:
            raise InputError(
                given="errors in a circuit that borrows wires",
                allowed="circuits whose ancillas begin at zero",
                why="what a borrowed wire holds is of another part of the machine, where an error would spread",
                do="choose another data access",
            )
        places: list[tuple[int, int, bool]] = []
        for number, gate in enumerate(self.circuit.gates):
            if gate.op not in _NO_PLACES:
                is_measurement = gate.op in (Op.MEASURE_X, Op.UN_AND)
                places += [(number, wire, is_measurement and wire == gate.wires[-1]) for wire in gate.wires]
        return places

    def draw(self, rng: np.random.Generator) -> Errors:
        """Draw the errors of one run."""
        p_place = -math.expm1(math.log1p(-self.fault_rate) / len(self.places))
        errors: Errors = {}
        for at in rng.choice(len(self.places), rng.binomial(len(self.places), p_place), replace=False):
            number, wire, before = self.places[at]
            errors.setdefault((number, before), []).append((wire, int(rng.integers(1, 4))))
        return errors

    def run(self, rng: np.random.Generator, initial: SparseState, errors: Errors | None = None) -> SparseState:
        """Run all gates with errors, from a state of the input registers; `rng` draws measurement outcomes too.

        Args:
            rng: draws measurement outcomes, and the errors unless they are given.
            initial: the state of the input registers.
            errors: as `draw` returns them.
        """
        errors, circuit = self.draw(rng) if errors is None else errors, self.circuit
        terms = enter(circuit, rng, initial)
        for number, gate in enumerate(circuit.gates):
            _apply(terms, errors.get((number, True), ()))
            if gate.op is Op.FREE:
                _reset(terms, gate.wires)
            else:
                terms.dirty[:] = 0  # a fresh qubit may have been left in any state, and is prepared again
                RULES[gate.op](terms, gate.wires, gate.parameter)
            _apply(terms, errors.get((number, False), ()))
        outputs = {key: [*wires] for key, wires in circuit.outputs.items() if key[0] not in circuit.classical}
        kept = {wire for wires in outputs.values() for wire in wires}
        _reset(terms, [wire for wire in range(circuit.n_wires) if wire not in kept])
        return SparseState({key: terms.bits(wires) for key, wires in outputs.items()}, terms.amplitudes)


def _apply(terms: Superposition, errors: Iterable[tuple[int, int]]) -> None:
    for wire, pauli in errors:
        if pauli > 1:
            terms.negative ^= terms.wires[wire]
        if pauli < 3:
            np.invert(terms.rows[wire], out=terms.rows[wire])


def _reset(terms: Superposition, wires: Iterable[int]) -> None:
    """Measure wires in the computational basis and set them to zero."""
    for wire in wires:
        if not terms.rows[wire].any():
            continue
        terms.dirty[:] = 0
        terms.settle()
        ones = terms.bits([wire])[:, 0] == 1
        weights = np.abs(terms.amplitudes) ** 2
        p_one = weights[ones].sum() / weights.sum()
        kept = ones if terms.rng.random() < p_one else ~ones
        if not kept.all():
            others = [other for other in terms.varying() if other != wire]
            bits, amplitudes = terms.bits(others)[kept], terms.amplitudes[kept] / math.sqrt(weights[kept].sum())
            terms.rows[wire][:] = 0
            terms.replace(others, bits, amplitudes)
        terms.rows[wire][:] = 0
    terms.dirty[:] = 0
    terms.settle()


def measured_distribution(
    circuits: Iterable[SparseCircuit], fault_rate: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the distribution of the index after a run with errors in its iterates, shape (2^m,).

    Args:
        circuits: that of the uniform superposition, which has no errors, then those of the iterates.
        fault_rate: probability that there is an error in an iterate.
        rng: draws errors and the outcomes of measurements inside the circuits.

    Raises:
        InputError: a circuit that borrows wires.
    """
    prepare, *iterates = circuits
    state, faulty, is_spoilt = prepare.run(rng, SparseState.basis(prepare.circuit, {})), None, False
    for iterate in iterates:
        if faulty is None or faulty.circuit is not iterate.circuit:
            faulty = FaultyCircuit(iterate.circuit, fault_rate)
        errors = faulty.draw(rng)
        is_spoilt = is_spoilt or bool(errors)
        # before the first error the gates may be run layer by layer, which checks the ancillas too
        state = faulty.run(rng, state, errors) if is_spoilt else iterate.run(rng, state)
    n_bits = state.bits["selection", ()].shape[1]
    return np.bincount(state.values("selection"), np.abs(state.coefficients) ** 2, 1 << n_bits).astype(float)
