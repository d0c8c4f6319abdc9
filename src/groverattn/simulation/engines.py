"""The engines by name: what stands for the quantum computer when a row is searched."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from groverattn.errors import InputError, unknown_name
from groverattn.reference.search.counting import counting_distribution
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.circuit_engine import CircuitEngine
from groverattn.simulation.engine import Engine, measured_index
from groverattn.simulation.index_engine import ArithmeticPhases, IndexEngine
from groverattn.simulation.searched_row import SearchedRow
from groverattn.simulation.sparse_engine import SparseEngine


@attrs.define(eq=False)
class LawEngine:
    """Every marked key is as likely as every other, and so are the unmarked: two numbers make the distribution."""

    row: SearchedRow

    def measure(self, run: GroverRun, threshold: int, excluded: Collection[int], rng: np.random.Generator) -> int:
        """Draw the measured index."""
        marked = self.row.marked(threshold, excluded)
        p_hit, n_marked = float(run.success(marked.size, marked.sum())), int(marked.sum())
        of_marked, of_other = p_hit / max(n_marked, 1), (1 - p_hit) / max(marked.size - n_marked, 1)
        return measured_index(np.where(marked, of_marked, of_other), rng)

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Draw the measured phase."""
        n_marked = int((self.row.scores >= threshold).sum())
        return measured_index(counting_distribution(self.row.n_keys, n_marked, n_bits), rng)

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """There is no circuit."""
        return None


ENGINES = {
    "circuit": "every gate of every trial in Cirq's state-vector simulator, up to 24 qubits",
    "sparse": "every gate of every trial, on the basis states that are alive",
    "index": "every amplitude of the index register; the oracle's circuit run gate by gate on all keys",
    "law": "outcomes drawn from the exact distribution of the measured index; no circuit",
}


@attrs.frozen
class EngineChoice:
    """Which engine searches the rows of a head.

    Attributes:
        name: one of ENGINES.
        circuit_every: with `index`: only every so many-th row has its circuit run; the others take their phases from
            plain arithmetic.

    Raises:
        InputError: an unknown name, circuit_every < 1, or another circuit_every than 1 with another engine.
    """

    name: str = "index"
    circuit_every: int = 1

    def __attrs_post_init__(self) -> None:
        if self.name not in ENGINES:
            raise unknown_name("engine", self.name, ENGINES, "each simulates the search at its own depth")
        if self.circuit_every != 1 and self.name != "index":
            raise InputError(
                given=f"the circuit of every {self.circuit_every}-th row with the engine {self.name}",
                allowed="with the engine index",
                why="the other engines run the circuit of every row, or of none",
                do="leave it out, or choose the engine index",
            )
        if self.circuit_every < 1:
            raise InputError(
                given=f"the circuit of every {self.circuit_every}-th row",
                allowed="1 or more",
                why="row 0, and every so many-th after it, has its circuit run",
                do="leave it at 1 to run the circuit of every row",
            )

    def runs_circuit(self, row: int) -> bool:
        """Whether a row's circuit is run gate by gate."""
        return self.name in ("circuit", "sparse") or (self.name == "index" and row % self.circuit_every == 0)

    def for_row(self, row: int, searched: SearchedRow, outcomes: np.random.Generator) -> Engine:
        """Return the engine of one row; `outcomes` draws those of the measurements inside a circuit."""
        if self.name == "law":
            return LawEngine(searched)
        if not self.runs_circuit(row):
            return ArithmeticPhases(searched)
        return {"circuit": CircuitEngine, "sparse": SparseEngine, "index": IndexEngine}[self.name](searched, outcomes)
