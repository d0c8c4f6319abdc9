"""Error of an approximate score: what it moves the threshold by, which keys pass, and which marked ones do not."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.shapes import representative_keys

if TYPE_CHECKING:
    from groverattn.bloqs.score.approximate import ApproximateScore

# measured: mean and standard deviation to 1 % of the latter
_SAMPLE_KEYS = 20_000


@attrs.frozen(eq=False)
class ScoreError:
    """Approximate minus exact scores of a sample of keys.

    Attributes:
        differences: of shape (m,), approximate minus exact.
        spread: standard deviation of the exact scores of the sample.
    """

    differences: NDArray[np.int64]
    spread: float

    @classmethod
    def of(cls, score: ApproximateScore, keys: NDArray[np.integer] | None = None) -> ScoreError:
        """Return the error on these keys, of shape (m, d); without keys on 20,000 representative ones, seed 0."""
        if keys is None:
            return _representative_error(attrs.evolve(score, threshold=0, uncompute=False))
        exact = np.asarray(keys).astype(np.int64) @ np.array(score.query, dtype=np.int64)
        return cls(score.approximate(keys) - exact, float(exact.std()))

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


@functools.lru_cache(maxsize=64)
def _representative_error(score: ApproximateScore) -> ScoreError:
    return ScoreError.of(score, representative_keys(_SAMPLE_KEYS, len(score.query), score.key_bits))


@attrs.frozen
class PassRates:
    """Keys of a row that an approximate score is expected to mark.

    Attributes:
        candidates: keys whose approximate score reaches its threshold, marked or not.
        missed: keys whose exact score reaches the exact threshold, and whose approximate score does not.
    """

    candidates: float
    missed: float


def pass_rates(
    score: ApproximateScore, threshold: int, n_keys: int, n_marked: int, error: ScoreError | None = None
) -> PassRates:
    """Return how many of n_keys keys pass, of which n_marked reach `threshold` exactly.

    Our assumption: scores are Gaussian with the spread of the sample, and the error is independent of them. Then a
    fraction k/n reaches the threshold, the quantile at 1 - k/n, and the fraction of keys that pass is the mean, over
    the sample of errors, of the Gaussian tail above the moved threshold minus the error.

    Args:
        score: the approximate score, its threshold moved.
        threshold: that on the exact score.
        n_keys, n_marked: keys n and marked keys k of the row.
        error: that of the score; without it, on representative keys.
    """
    from scipy.special import ndtr, ndtri  # takes a tenth of a second, which names and help can do without

    error = ScoreError.of(score) if error is None else error
    marked = n_marked / n_keys
    lowered = threshold + error.differences - score.threshold
    passing = ndtr(ndtri(marked) + lowered / (error.spread or 1.0))
    missed = np.maximum(marked - passing, 0).mean()
    return PassRates(n_keys * float(passing.mean()), n_keys * float(missed))
