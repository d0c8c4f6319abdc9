"""Engines that run every gate of every trial: Cirq's state vector, or the basis states that are alive."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import GateWithRegisters

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.score.finding import FindingScore
from groverattn.bloqs.search.block_oracle import BlockOracle
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.bloqs.search.quantum_counting import QuantumCounting
from groverattn.errors import InputError
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engines import Places
from groverattn.simulation.index_engines import measured_index, wrong_amplitudes
from groverattn.verification.faulty_run import measured_distribution
from groverattn.verification.row import SearchedRow
from groverattn.verification.sparse_state import SparseCircuit, run_sparse, search_circuits
from groverattn.verification.state_vector import MAX_QUBITS, final_amplitudes


def search_bloq(oracle: PhaseOracle | BlockOracle, run: GroverRun) -> GroverSearch | FixedPointSearch:
    """Return the bloq of a run: prepare the uniform superposition and apply the iterates, with their phases.

    >>> from groverattn.bloqs.search.phase_oracle import _phase_oracle
    >>> search_bloq(_phase_oracle.make(), GroverRun(3)).n_iterates
    3
    """
    if not run.is_phased:
        return GroverSearch(GroverIterate(oracle), run.n_iterates)
    oracle_angles, diffusion_angles = run.angles
    return FixedPointSearch(oracle, oracle_angles, diffusion_angles)


@attrs.define(eq=False)
class GateEngine(ABC):
    """Runs the circuits of searches and of quantum counting, and compares amplitudes with plain arithmetic.

    Attributes:
        row: the row.
        outcomes: draws the outcomes of the measurements inside the circuit.
    """

    row: SearchedRow
    outcomes: np.random.Generator
    _wrong: int = attrs.field(default=0, init=False)

    def measure(
        self,
        run: GroverRun,
        threshold: int,
        excluded: Collection[int],
        rng: np.random.Generator,
        places: Places = None,
        score: FindingScore | None = None,
    ) -> int:
        """Run the circuit and measure its index register."""
        amplitudes = self.search(run, self.row.oracle(threshold, excluded, places, score))
        self._wrong += wrong_amplitudes(amplitudes, self.row.marked(threshold, excluded, places, score), run)
        return measured_index(np.abs(amplitudes) ** 2, rng)

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Run the circuit of quantum counting and measure its phase register."""
        return measured_index(self.phases(QuantumCounting(GroverIterate(self.row.oracle(threshold)), n_bits)), rng)

    @abstractmethod
    def search(self, run: GroverRun, oracle: PhaseOracle | BlockOracle) -> NDArray[np.complex128]:
        """Return the amplitudes of the index register after a run, shape (2^m,)."""

    @abstractmethod
    def phases(self, counting: QuantumCounting) -> NDArray[np.float64]:
        """Return the distribution of the phase register after quantum counting, shape (2^n_bits,)."""

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Return the amplitudes of all trials that were not those of plain arithmetic."""
        return self._wrong


@attrs.define(eq=False)
class CircuitEngine(GateEngine):
    """Decomposed to gates of one and two qubits and run in Cirq's state-vector simulator: at most 24 qubits."""

    def search(self, run: GroverRun, oracle: PhaseOracle | BlockOracle) -> NDArray[np.complex128]:
        """Return the amplitudes of the index register after a run."""
        return self._final(search_bloq(oracle, run))

    def phases(self, counting: QuantumCounting) -> NDArray[np.float64]:
        """Return the distribution of the phase register."""
        return (np.abs(self._final(counting)) ** 2).reshape(1 << counting.n_bits, -1).sum(axis=1)

    def _final(self, bloq: GateWithRegisters) -> NDArray[np.complex128]:
        return final_amplitudes(bloq, seed=int(self.outcomes.integers(1 << 31)))


@attrs.define(eq=False)
class SparseEngine(GateEngine):
    """Run gate by gate on the basis states that are alive: thousands of qubits, at most 2 n terms.

    Attributes:
        fault_rate: probability that a gate of an iterate leaves a random Pauli error on a qubit (see `FaultyCircuit`).
    """

    fault_rate: float = 0.0
    _ready: tuple[PhaseOracle | BlockOracle, list[SparseCircuit]] | None = attrs.field(default=None, init=False)

    def measure(
        self,
        run: GroverRun,
        threshold: int,
        excluded: Collection[int],
        rng: np.random.Generator,
        places: Places = None,
        score: FindingScore | None = None,
    ) -> int:
        """Run the circuit and measure its index register; with errors, it may be an index without a key."""
        if not self.fault_rate:
            return super().measure(run, threshold, excluded, rng, places, score)
        circuits = self._circuits(run, self.row.oracle(threshold, excluded, places, score))
        return measured_index(measured_distribution(circuits, self.fault_rate, self.outcomes), rng)

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Return as of any engine; with errors, amplitudes are not compared."""
        return None if self.fault_rate else super().circuit_mismatches(threshold, excluded)

    def search(self, run: GroverRun, oracle: PhaseOracle | BlockOracle) -> NDArray[np.complex128]:
        """Return the amplitudes of the index register after a run without errors."""
        return run_sparse(self._circuits(run, oracle), self.outcomes).amplitudes()

    def phases(self, counting: QuantumCounting) -> NDArray[np.float64]:
        """Return the distribution of the phase register.

        Raises:
            InputError: errors are asked for.
        """
        if self.fault_rate:
            raise InputError(
                given=f"fault_rate = {self.fault_rate} in quantum counting on the engine sparse",
                allowed="0, or the engine law",
                why="errors are put into the iterates of a search only",
                do="choose another search method or engine",
            )
        state = run_sparse(flatten(counting), self.outcomes)
        weights = np.abs(state.coefficients) ** 2
        return np.bincount(state.values("phase"), weights, 1 << counting.n_bits).astype(float)

    def _circuits(self, run: GroverRun, oracle: PhaseOracle | BlockOracle) -> Iterable[SparseCircuit]:
        """Return the circuits of a run; without phases, preparation and iterate serve all runs of an oracle."""
        if run.is_phased or not run.n_iterates:
            return search_circuits(search_bloq(oracle, run))
        if self._ready is None or self._ready[0] != oracle:
            self._ready = oracle, list(search_circuits(search_bloq(oracle, GroverRun(1))))
        prepare, iterate = self._ready[1]
        return [prepare, *itertools.repeat(iterate, run.n_iterates)]


def check_fits(row: SearchedRow) -> None:
    """Raise InputError if the circuit of one iterate on this row has more qubits than a state vector can hold."""
    n_qubits = search_bloq(row.oracle(), GroverRun(1)).peak_qubits
    if n_qubits > MAX_QUBITS:
        raise InputError(
            given=f"the engine circuit for a row whose search takes {n_qubits} qubits",
            allowed=f"at most {MAX_QUBITS}",
            why="a state vector holds an amplitude for every basis state of all qubits",
            do="take the engine sparse, which runs the same gates, or fewer keys, numbers and bits",
        )
