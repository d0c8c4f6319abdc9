"""The whole search of a trial as a Cirq circuit in a state-vector simulator: every qubit, ancillas included."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from groverattn.reference.trials import GroverRun
from groverattn.verify.measurement import measured_index
from groverattn.verify.search_circuit import counting_bloq, search_bloq
from groverattn.verify.searched_row import SearchedRow
from groverattn.verify.state_vector import final_amplitudes


@attrs.define(eq=False)
class CircuitEngine:
    """The search decomposed to gates of one and two qubits, run by Cirq: at most 24 qubits.

    Attributes:
        row: the row.
        outcomes: draws the outcomes of the measurements inside the circuit.
    """

    row: SearchedRow
    outcomes: np.random.Generator

    def measure(self, run: GroverRun, threshold: int, excluded: Collection[int], rng: np.random.Generator) -> int:
        """Run the circuit and measure its index register.

        Raises:
            InputError: the circuit has too many qubits.
        """
        bloq = search_bloq(self.row.oracle(threshold, excluded), run)
        amplitudes = final_amplitudes(bloq, seed=int(self.outcomes.integers(1 << 31)))
        return measured_index(np.abs(amplitudes) ** 2, rng)

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Run the circuit of quantum counting and measure its phase register.

        Raises:
            InputError: the circuit has too many qubits.
        """
        bloq = counting_bloq(self.row.oracle(threshold), n_bits)
        amplitudes = final_amplitudes(bloq, seed=int(self.outcomes.integers(1 << 31)))
        return measured_index((np.abs(amplitudes) ** 2).reshape(1 << n_bits, -1).sum(axis=1), rng)

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """The circuit is what is run; a wrong one is seen in what is missed and false."""
        return None
