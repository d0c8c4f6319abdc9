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
_FOLLOWED = 1e-25  # and so are those below this for more keys


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


@functools.lru_cache(maxsize=16)
def odd_law(blocks: Blocks, t_max: int) -> sparse.csr_array:
    """Probability that m blocks are odd when t marked keys lie in places chosen at random.

    Derived. Of the C(N u, t) choices, C(N, m) [x^t] O(x)^m E(x)^(N-m) make m blocks odd, where E and O are the even and
    the odd part of (1 + x)^u. As (1 - x^2) E' = u (O - x E) and (1 - x^2) O' = u (E - x O), the law of one key more is

        (N u - t) P(m | t+1) = u (N - m + 1) P(m-1 | t) + u (m + 1) P(m+1 | t) - t P(m | t-1):

    the next key turns an even block odd or an odd one even, and the last term is what it would do in a place that is
    taken. It is followed over the numbers of lost pairs, (t - m) / 2, which have a probability that is felt.

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
    pairs = 2.0 * u * np.arange(t_max + 1)
    start, before, now = 0, np.zeros(1), np.ones(1)  # laws of t - 1 and t keys, over the lost pairs from the start on
    columns, values, m = [np.array([0])], [now], -2 * np.arange(t_max + 1)
    for t in range(t_max):
        end = start + now.size
        after = np.zeros(now.size + 1)
        np.multiply(pairs[start:end] + u * (n - t), now, out=after[:-1])
        after[1:] += (u * (t + 2) - pairs[start + 1 : end + 1]) * now - t * before
        after /= n * u - t
        first = int((after > _FOLLOWED).argmax())
        last = after.size - int(after[-1] <= _FOLLOWED)
        before = np.append(now, 0.0)[first:last]
        start, now = start + first, after[first:last]
        kept = now > _LEFT_OUT
        columns.append(m[start : start + now.size][kept] + t + 1)
        values.append(now[kept])
    ends = np.cumsum([0, *(each.size for each in columns)])
    return sparse.csr_array((np.concatenate(values), np.concatenate(columns), ends), shape=(t_max + 1, t_max + 1))


def _log_choose(n: int, k: NDArray[np.integer] | int) -> NDArray[np.float64]:
    return gammaln(n + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(n - np.asarray(k) + 1.0)
