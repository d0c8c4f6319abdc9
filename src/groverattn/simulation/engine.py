"""The search of one row as it is run: the trials of its rounds, on an engine that measures the index."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from groverattn.reference.search.trials import GroverRun


class Engine(Protocol):
    """What stands for the quantum computer, for one row."""

    def measure(self, run: GroverRun, threshold: int, excluded: Collection[int], rng: np.random.Generator) -> int:
        """Prepare the uniform superposition, apply the iterates and measure the index.

        Args:
            run: number and phases of the iterates.
            threshold: integer score from which a key is marked.
            excluded: keys that are not live.
            rng: draws the outcome.
        """
        ...

    def count(self, n_bits: int, threshold: int, rng: np.random.Generator) -> int:
        """Run quantum counting with `n_bits` control qubits on all keys and measure the phase.

        Args:
            n_bits: control qubits m.
            threshold: integer score from which a key is marked.
            rng: draws the outcome, 0 to 2^m - 1.
        """
        ...

    def circuit_mismatches(self, threshold: int, excluded: Collection[int]) -> int | None:
        """Run the oracle's circuit on every key and count those on which it is wrong; None: it has no circuit."""
        ...


def measured_index(probabilities: NDArray[np.float64], rng: np.random.Generator) -> int:
    """Draw an index with the given probabilities, which need not be normalised.

    One uniform number is drawn and looked up in the cumulated probabilities. As all engines do this, and draw what
    happens inside a circuit from a stream of its own, they find the same keys for the same seed.

    >>> measured_index(np.array([0.0, 0.5, 0.0, 0.5]), np.random.default_rng(0))
    3
    """
    cumulated = np.cumsum(probabilities)
    return int(min(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"), probabilities.size - 1))
