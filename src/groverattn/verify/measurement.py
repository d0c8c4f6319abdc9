"""The measurement of the index register, the same for every engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def measured_index(probabilities: NDArray[np.float64], rng: np.random.Generator) -> int:
    """Draw an index with the given probabilities, which need not be normalised.

    One uniform number is drawn and looked up in the cumulated probabilities. As all engines do this, and draw what
    happens inside a circuit from a stream of its own, they find the same keys for the same seed.

    >>> measured_index(np.array([0.0, 0.5, 0.0, 0.5]), np.random.default_rng(0))
    3
    """
    cumulated = np.cumsum(probabilities)
    return int(min(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"), probabilities.size - 1))
