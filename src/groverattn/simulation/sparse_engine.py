"""The whole search of a trial, every gate of it, on the basis states that are alive."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import attrs
import numpy as np

from groverattn.bloqs.flat.flattening import flatten
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engine import measured_index
from groverattn.simulation.index_engine import wrong_amplitudes
from groverattn.simulation.searched_row import SearchedRow, counting_bloq, search_bloq
from groverattn.verification.sparse_state import SparseCircuit, run_sparse, search_circuits


@attrs.define(eq=False)
class SparseEngine:
    """Preparation, iterates and measured uncomputation gate by gate: thousands of qubits, at most 2 n terms.

    Attributes:
        row: the row.
        outcomes: draws the outcomes of the measurements inside the circuit.
    """

    row: SearchedRow
    outcomes: np.random.Generator
    _wrong: int = attrs.field(default=0, init=False)
    _ready: tuple[tuple, list[SparseCircuit]] | None = attrs.field(default=None, init=False)

    def measure(self, run: GroverRun, threshold: int, excluded: Collection[int], rng: np.random.Generator) -> int:
        """Run the circuit and measure its index register."""
        amplitudes = run_sparse(self._circuits(run, threshold, excluded), self.outcomes).amplitudes()
        self._wrong += wrong_amplitudes(amplitudes, self.row.marked(threshold, excluded), run)
        return measured_index(np.abs(amplitudes) ** 2, rng)

    def _circuits(self, run: GroverRun, threshold: int, excluded: Collection[int]) -> Iterator[SparseCircuit]:
        """The circuits of a run; without phases, preparation and iterate serve all trials of a round."""
        if run.is_phased:
            yield from search_circuits(search_bloq(self.row.oracle(threshold, excluded), run))
            return
        asked = (threshold, *excluded)
        if self._ready is None or self._ready[0] != asked:
            one_iterate = search_bloq(self.row.oracle(threshold, excluded), GroverRun(1))
            self._ready = asked, list(search_circuits(one_iterate))
        prepare, iterate = self._ready[1]
        yield prepare
        for _ in range(run.n_iterates):
            yield iterate

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Run the circuit of quantum counting and measure its phase register."""
        state = run_sparse(flatten(counting_bloq(self.row.oracle(threshold), n_bits)), self.outcomes)
        weights = np.abs(state.coefficients) ** 2
        return measured_index(np.bincount(state.values("phase"), weights, 1 << n_bits).astype(float), rng)

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Return the amplitudes of all trials that were not those of plain arithmetic."""
        return self._wrong
