"""Outcomes drawn from the exact distribution of the measured index: no amplitudes, no circuit."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from groverattn.reference.quantum_counting import counting_distribution
from groverattn.reference.trials import GroverRun
from groverattn.verify.measurement import measured_index
from groverattn.verify.searched_row import SearchedRow


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
