"""Published bounds with all constants on the queries of Grover's search: Cade, Folkertsma, Niesen, Weggemans."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cade_f(n: int, t: ArrayLike) -> NDArray[np.float64]:
    """Return F(n, t) of Cade et al., arXiv:2203.04975, Eq. (3): expected queries of one search without time-out.

    (9/4) n / sqrt((n - t) t) + ceil(log_{6/5}(n / (2 sqrt((n - t) t)))) - 3 for 1 <= t < n/4, and 2.0344 from there on.

    >>> cade_f(100, [1, 30]).round(4).tolist()
    [28.6134, 2.0344]
    """
    marked = np.asarray(t, dtype=np.float64)
    few = 4 * marked < n
    half_inverse = n / (2 * np.sqrt((n - marked) * marked, where=few, out=np.full(marked.shape, n / 2)))
    return np.where(few, 4.5 * half_inverse + np.ceil(np.log(half_inverse) / math.log(6 / 5)) - 3, 2.0344)


def cade_expected_queries(n: int, t: ArrayLike, n_samples: int = 0) -> NDArray[np.float64]:
    """Return Cade et al.'s bound on the expected quantum queries to find one of t >= 1 marked keys (arXiv:2203.04975).

    (1 - t/n)^K F (1 + 1 / (1 - F / (9.2 sqrt(n)))) with K = `n_samples` classical samples tried first.

    >>> float(cade_expected_queries(100, 1, n_samples=130).round(6))
    18.991529
    """
    f = cade_f(n, t)
    p_not_sampled = (1 - np.asarray(t, dtype=np.float64) / n) ** n_samples
    return p_not_sampled * f * (1 + 1 / (1 - f / (9.2 * math.sqrt(n))))


def cade_classical_queries(n: int, t: int, n_samples: int) -> float:
    """Return the expected number of classical samples, (n/t) (1 - (1 - t/n)^K), of which the first K are tried.

    Source: Cade et al., arXiv:2203.04975. With t = 0 all K are drawn.

    >>> round(cade_classical_queries(100, 1, n_samples=130), 6)
    72.924574
    """
    return float(n_samples) if t == 0 else n / t * -math.expm1(n_samples * math.log1p(-t / n)) if t < n else 1.0


def cade_worst_queries(n: int, p_failure: float) -> float:
    """Return 9.2 ceil(log_3(1/p_failure)) sqrt(n): queries when nothing is marked, and the most ever.

    Source: Cade et al., arXiv:2203.04975.

    >>> round(cade_worst_queries(100, 1e-5), 6)
    1012.0
    """
    return 9.2 * math.ceil(-math.log(p_failure) / math.log(3)) * math.sqrt(n)
