"""Exact law of the number of blocks that an oracle of block parities marks."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import gammaln

from groverattn.errors import check_between

_PAIRS_MAX = 1024  # mean number of lost pairs up to which the law is summed: half a second, 20 MB
_T_MAX = 16_384
_LEFT_OUT = 1e-16  # probabilities below it are zero
_ORDER_MAX = 60
_NO_TERM = 1e-250


@attrs.frozen
class Blocks:
    """N blocks of u places each, into which keys are dealt at random; a place may hold no key.

    The oracle gives a block the phase -1 iff it holds an odd number of marked keys: marked keys that share a block hide
    each other in pairs.

    Attributes:
        n_blocks: number of blocks N.
        size: places in a block, u.

    Raises:
        InputError: no block, or u < 1.
    """

    n_blocks: int
    size: int

    def __attrs_post_init__(self) -> None:
        do = "take fewer keys per query"
        check_between("n_blocks", self.n_blocks, 1, math.inf, "the keys are dealt into blocks", do)
        check_between("keys_per_query", self.size, 1, math.inf, "each query tests this number of keys", do)

    @classmethod
    def of(cls, n_keys: int, size: int) -> Blocks:
        """Return the blocks that hold n keys; the places that are left over stay empty.

        >>> Blocks.of(61, 4)
        Blocks(n_blocks=16, size=4)
        """
        return cls(-(-n_keys // size), size)

    @property
    def n_places(self) -> int:
        """Number of places N u."""
        return self.n_blocks * self.size

    @property
    def t_max(self) -> int:
        """Largest number of marked keys for which the law is computed."""
        if self.size == 1:
            return min(self.n_places, _T_MAX)
        return min(self.n_places, self.n_blocks, math.isqrt(2 * _PAIRS_MAX * self.n_blocks), _T_MAX)

    def p_empty(self, t: NDArray[np.integer]) -> NDArray[np.float64]:
        """Probability that a given block holds none of t marked keys; shape of `t`.

        >>> Blocks(8, 2).p_empty(np.array([0, 1, 15])).round(4).tolist()
        [1.0, 0.875, 0.0]
        """
        return self.p_holds(0, t)

    def p_holds(self, c: int, t: NDArray[np.integer]) -> NDArray[np.float64]:
        """Probability that a given block holds exactly c of t marked keys: the hypergeometric law; shape of `t`.

        >>> Blocks(8, 2).p_holds(1, np.array([0, 1])).round(6).tolist()
        [0.0, 0.125]
        """
        t = np.asarray(t)
        possible = (c <= t) & (c <= self.size) & (t - c <= self.n_places - self.size)
        at = np.where(possible, t, c)
        log_p = (
            _log_choose(self.size, c) + _log_choose(self.n_places - self.size, at - c) - _log_choose(self.n_places, at)
        )
        return np.where(possible, np.exp(np.minimum(log_p, 0.0)), 0.0)


@functools.lru_cache(maxsize=64)
def odd_law(blocks: Blocks, t_max: int) -> sparse.csr_array:
    """Probability that m blocks are odd when t marked keys lie in places chosen at random.

    Derived. Of the C(N u, t) choices, C(N, m) [x^t] O(x)^m E(x)^(N-m) make m blocks odd, where E and O are the even and
    the odd part of (1 + x)^u. With t = m + 2 D this is C(N, m) u^m times the coefficient of y^D in a product of powers
    of two series in y, which follows from those of smaller D by the logarithms of the series. These are cut off: at t
    near N, moments are right to 1e-8 (see test), far beyond N nothing would be.

    Args:
        blocks: N blocks of u places.
        t_max: largest number of marked keys, at most N.

    Returns:
        Shape (t_max + 1, t_max + 1): row t, column m.

    Raises:
        InputError: more marked keys than blocks.

    >>> odd_law(Blocks(2, 2), 2).toarray().round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.333333, 0.0, 0.666667]]
    """
    check_between("t_max", t_max, 0, blocks.n_blocks, "the law is computed for marked keys that could all be odd")
    if blocks.size == 1:
        return sparse.csr_array(sparse.identity(t_max + 1))
    n, u = blocks.n_blocks, blocks.size
    pairs = t_max * t_max / (2 * n)
    pairs_max = int(min(t_max // 2, pairs + 9 * math.sqrt(pairs + 1) + 12))
    even, odd = _logarithms(u, _order(pairs_max / n))
    m = np.arange(t_max + 1)
    steps = (m[:, None] * odd + (n - m)[:, None] * even) * np.arange(1, even.size + 1)
    log_p = _log_choose(n, m) + m * math.log(u)
    log_all = _log_choose(blocks.n_places, m)
    ratios = np.zeros_like(steps)  # of the coefficient of y^(D-i) to that of y^(D-1)
    ratios[:, 0] = 1.0
    rows, columns, values = [], [], []
    for lost in range(pairs_max + 1):
        if m[0] + 2 * lost > t_max:
            break
        if lost:
            growth = (steps * ratios).sum(axis=1) / lost
            there = growth > _NO_TERM
            log_p = np.where(there, log_p + np.log(np.where(there, growth, 1.0)) + 2 * math.log(u), -np.inf)
            ratios[:, 1:] = ratios[:, :-1] / np.where(there, growth, np.inf)[:, None]
            ratios[:, 0] = there
        logs = log_p[: t_max + 1 - 2 * lost - m[0]] - log_all[m[0] + 2 * lost :]
        kept = np.flatnonzero(logs > math.log(_LEFT_OUT))
        if not kept.size:
            break
        rows.append(m[kept] + 2 * lost)
        columns.append(m[kept])
        values.append(np.exp(logs[kept]))
        # with as few odd blocks as that, more lost pairs are still less likely
        m, steps, log_p, ratios = (each[kept[0] :] for each in (m, steps, log_p, ratios))
    places = np.concatenate(rows), np.concatenate(columns)
    law = sparse.csr_array((np.concatenate(values), places), shape=(t_max + 1, t_max + 1))
    # the logarithms of binomials of n lose some digits, which all entries of a row share
    return sparse.csr_array(sparse.diags_array(1 / law.sum(axis=1)) @ law)


def _log_choose(n: int, k: NDArray[np.integer] | int) -> NDArray[np.float64]:
    return gammaln(n + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(n - np.asarray(k) + 1.0)


def _order(lost_share: float) -> int:
    """Terms of the logarithms that are felt: their ratio is about 2/3 of the share of pairs (derived)."""
    ratio = min(max(0.8 * lost_share, 1e-4), 0.55)
    return min(_ORDER_MAX, max(6, math.ceil(math.log(1e-14) / math.log(ratio))))


@functools.lru_cache(maxsize=256)
def _logarithms(u: int, order: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients of y^1 to y^order in the logarithms of E and of O / (u x), where y = u^2 x^2."""
    binomials = [1.0]
    for c in range(u):
        binomials.append(binomials[-1] * (u - c) / (c + 1) / u)
    return _log_series(binomials[::2], order), _log_series(binomials[1::2], order)


def _log_series(series: list[float], order: int) -> NDArray[np.float64]:
    terms = [each / series[0] for each in series[: order + 1]]
    terms += [0.0] * (order + 1 - len(terms))
    logs = np.zeros(order + 1)
    for i in range(1, order + 1):
        logs[i] = terms[i] - sum(j * logs[j] * terms[i - j] for j in range(1, i)) / i
    return logs[1:]
