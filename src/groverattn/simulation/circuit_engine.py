"""The whole search of a trial as a Cirq circuit in a state-vector simulator: every qubit, ancillas included."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from groverattn.errors import InputError
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engine import measured_index
from groverattn.simulation.index_engine import wrong_amplitudes
from groverattn.simulation.searched_row import SearchedRow, counting_bloq, search_bloq
from groverattn.verification.state_vector import MAX_QUBITS, final_amplitudes


@attrs.define(eq=False)
class CircuitEngine:
    """The search decomposed to gates of one and two qubits, run by Cirq: at most 24 qubits.

    Attributes:
        row: the row.
        outcomes: draws the outcomes of the measurements inside the circuit.
    """

    row: SearchedRow
    outcomes: np.random.Generator
    _wrong: int = attrs.field(default=0, init=False)

    def measure(self, run: GroverRun, threshold: int, excluded: Collection[int], rng: np.random.Generator) -> int:
        """Run the circuit and measure its index register.

        Raises:
            InputError: the circuit has too many qubits.
        """
        bloq = search_bloq(self.row.oracle(threshold, excluded), run)
        amplitudes = final_amplitudes(bloq, seed=int(self.outcomes.integers(1 << 31)))
        self._wrong += wrong_amplitudes(amplitudes, self.row.marked(threshold, excluded), run)
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
        """Return the amplitudes of all trials that were not those of plain arithmetic."""
        return self._wrong


def check_fits(row: SearchedRow) -> None:
    """Raise InputError if the circuit of one iterate on this row has more qubits than a state vector can hold."""
    n_qubits = search_bloq(row.oracle(row.threshold), GroverRun(1)).peak_qubits
    if n_qubits > MAX_QUBITS:
        raise InputError(
            given=f"--engine circuit for a row whose search takes {n_qubits} qubits",
            allowed=f"at most {MAX_QUBITS}",
            why="a state vector holds an amplitude for every basis state of all qubits",
            do="take --engine sparse, which runs the same gates, or fewer keys, numbers and bits",
        )
