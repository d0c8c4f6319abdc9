"""One row of a head as the search sees it: a query, the keys in view, and the oracle's circuit for any threshold."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.fixed_point import FixedPointSearch
from groverattn.bloqs.search.grover import GroverIterate, GroverSearch
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.bloqs.search.quantum_counting import QuantumCounting
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.search.trials import GroverRun


@attrs.frozen(eq=False)
class SearchedRow:
    """One query row.

    Attributes:
        keys: integer keys that the row sees, shape (n, d).
        key_bits: bits per number of a key.
        query: integer query, shape (d,).
        threshold: integer threshold of the row.
        data_access: how the circuit reaches the keys, by name.
    """

    keys: NDArray[np.integer]
    key_bits: int
    query: NDArray[np.integer]
    threshold: int
    data_access: str = "qrom"

    @classmethod
    def of(cls, instance: Instance, row: int, data_access: str) -> SearchedRow:
        """Take row `row` of an instance."""
        keys = instance.keys.values[: instance.visible_keys(row)]
        query = instance.queries.values[row]
        return cls(keys, instance.keys.bits, query, int(instance.thresholds[row]), data_access)

    @property
    def n_keys(self) -> int:
        """Number of keys in view."""
        return len(self.keys)

    def score(self, key: int) -> int:
        """Return the score of one key: the classical check of a measured index, one inner product."""
        return int(self.keys[key] @ self.query)

    @cached_property
    def scores(self) -> NDArray[np.int64]:
        """All scores, for engines that stand in for a circuit and for comparison with one; shape (n,)."""
        return self.keys @ self.query

    def marked(self, threshold: int, excluded: Collection[int] = ()) -> NDArray[np.bool_]:
        """Return which keys reach a threshold and are not excluded, by plain arithmetic, shape (n,)."""
        marked = self.scores >= threshold
        marked[list(excluded)] = False
        return marked

    @cached_property
    def table(self) -> KeyTable:
        """The key memory with every key live."""
        return KeyTable.from_keys(self.keys, self.key_bits)

    def oracle(self, threshold: int, excluded: Collection[int] = ()) -> PhaseOracle:
        """Return the oracle's circuit for a threshold, with the keys `excluded` not live."""
        table = self.table.without(excluded) if excluded else self.table
        score = Score(tuple(self.query.tolist()), threshold, self.key_bits)
        return PhaseOracle(key_lookup(self.data_access, table), score)


def counting_bloq(oracle: PhaseOracle, n_bits: int) -> QuantumCounting:
    """Return the bloq of quantum counting with `n_bits` control qubits."""
    return QuantumCounting(GroverIterate(oracle), n_bits)


def search_bloq(oracle: PhaseOracle, run: GroverRun) -> GroverSearch | FixedPointSearch:
    """Return the bloq of a run: prepare the uniform superposition and apply the iterates, with their phases.

    >>> from groverattn.bloqs.search.phase_oracle import _phase_oracle
    >>> search_bloq(_phase_oracle.make(), GroverRun(3)).n_iterates
    3
    """
    if not run.is_phased:
        return GroverSearch(GroverIterate(oracle), run.n_iterates)
    oracle_angles, diffusion_angles = run.angles
    return FixedPointSearch(oracle, oracle_angles, diffusion_angles)
