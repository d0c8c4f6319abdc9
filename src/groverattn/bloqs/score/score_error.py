"""Error of an approximate score: what it moves the threshold by, which keys pass, and which marked ones do not."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray


@attrs.frozen
class PassRates:
    """Keys of a row that an approximate score is expected to mark.

    Attributes:
        candidates: keys whose approximate score reaches its threshold, marked or not.
        missed: keys whose exact score reaches the exact threshold, and whose approximate score does not.
    """

    candidates: float
    missed: float


@attrs.frozen(eq=False)
class ScoreError:
    """Approximate minus exact scores of a sample of keys.

    Attributes:
        differences: of shape (m,), approximate minus exact.
        spread: standard deviation of the exact scores of the sample.
    """

    differences: NDArray[np.int64]
    spread: float

    @property
    def mean(self) -> float:
        """Mean of the differences."""
        return float(self.differences.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation of the differences."""
        return float(self.differences.std())

    def threshold_for(self, threshold: int, margin: float) -> int:
        """Return the threshold on the approximate score that a key of this exact score fails by `margin` deviations.

        >>> ScoreError(np.array([-4, 0]), spread=9.0).threshold_for(100, margin=2)
        94
        """
        return round(threshold + self.mean - margin * self.deviation)

    def pass_rates(self, threshold: int, moved: int, n_keys: int, n_marked: int) -> PassRates:
        """Return how many of n_keys keys pass, of which n_marked reach `threshold` exactly.

        Our assumption: scores are Gaussian with the spread of the sample, and the error is independent of them. Then a
        fraction k/n reaches the threshold, the quantile at 1 - k/n, and the fraction of keys that pass is the mean,
        over the sample of errors, of the Gaussian tail above the moved threshold minus the error.

        Args:
            threshold: that on the exact score.
            moved: that on the approximate score.
            n_keys, n_marked: keys n and marked keys k of the row.

        >>> ScoreError(np.array([0, 0]), spread=9.0).pass_rates(100, 100, n_keys=64, n_marked=4)
        PassRates(candidates=4.0, missed=0.0)
        """
        from scipy.special import ndtr, ndtri  # takes a tenth of a second, which names and help can do without

        marked = n_marked / n_keys
        passing = ndtr(ndtri(marked) + (threshold + self.differences - moved) / (self.spread or 1.0))
        missed = np.maximum(marked - passing, 0).mean()
        return PassRates(round(n_keys * float(passing.mean()), 6), round(n_keys * float(missed), 6))
