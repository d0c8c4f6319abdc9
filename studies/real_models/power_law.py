"""Power laws k = c n^e on logarithmic scales, with intervals from draws of texts and rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

N_DRAWS = 1000
_ENDS = (2.5, 97.5)  # percent: an interval of 95 %
_SEED = 0


@attrs.frozen
class PowerLaw:
    """A law k = coefficient * n^exponent, by least squares on log k over log n.

    Attributes:
        coefficient: k at n = 1.
        exponent: its power of n.
        residual: root of the mean square of log k minus the law's, nats.
    """

    coefficient: float
    exponent: float
    residual: float

    @classmethod
    def fit(cls, n_keys: Sequence[int], k: NDArray[np.float64]) -> PowerLaw:
        """Fit one k for each n.

        >>> PowerLaw.fit([256, 1024, 4096], np.array([8.0, 16.0, 32.0])).exponent.__round__(9)
        0.5
        """
        slope, at_one = np.polyfit(np.log(n_keys), np.log(k), 1)
        return cls(float(np.exp(at_one)), float(slope), float(np.sqrt(np.mean(_rest(n_keys, k) ** 2))))


def exponents(n_keys: Sequence[int], k: ArrayLike) -> NDArray[np.float64]:
    """Exponents of many laws at once: k of shape (..., lengths, laws), result of shape (..., laws)."""
    x = np.log(np.asarray(n_keys, dtype=np.float64))
    x -= x.mean()
    y = np.log(np.asarray(k, dtype=np.float64))
    return np.einsum("l,...lj->...j", x / (x @ x), y)


def _rest(n_keys: Sequence[int], k: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.log(np.asarray(n_keys, dtype=np.float64)), np.log(k)
    return np.asarray(y - np.polyval(np.polyfit(x, y, 1), x), dtype=np.float64)


def draws(n_texts: int, n_rows: int, n_draws: int = N_DRAWS) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield indices (text, row) of rows drawn again: texts with replacement, then rows of each text with replacement.

    Rows of one text are alike, so the texts are drawn too; three of them make a coarse and wide interval.

    >>> text, row = next(draws(3, 16))
    >>> text.shape, row.shape
    ((48,), (48,))
    """
    generator = np.random.default_rng(_SEED)
    for _ in range(n_draws):
        texts = generator.integers(n_texts, size=n_texts)
        yield np.repeat(texts, n_rows), generator.integers(n_rows, size=n_texts * n_rows)


def intervals(drawn: ArrayLike) -> NDArray[np.float64]:
    """Ends of the middle 95 % of what was drawn, shape (2, ...) for draws of shape (draws, ...).

    >>> intervals(range(101)).tolist()
    [2.5, 97.5]
    """
    return np.percentile(np.asarray(drawn, dtype=np.float64), _ENDS, axis=0)
