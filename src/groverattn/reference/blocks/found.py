"""Exact law of the number of marked keys that the measured block holds."""

from __future__ import annotations

import functools

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import check_between
from groverattn.reference.blocks.odd_blocks import Blocks, odd_law


@attrs.frozen(eq=False)
class FoundLaw:
    """What some trials find, over all ways to deal the keys. Every key of the measured block is read.

    Derived: the N blocks are alike. One of them holds c of t marked keys with the hypergeometric probability, and then
    m of the other N - 1 are odd when t - c keys lie in these. If c is even, m of the N are odd, and it is measured with
    probability (1 - P(m)) / (N - m); if c is odd, m + 1 are, and it is measured with probability P(m + 1) / (m + 1). P
    is the probability that the trial measures an odd block.

    Attributes:
        blocks: the blocks.
        p_measured: probability that a given block is measured if it is even (first) or odd (second), by the number of
            marked keys in the others, shape (2, trials, t_max + 1).

    >>> random = FoundLaw.of(Blocks(4, 2), np.array([[0.0, 0.25, 0.5, 0.75]]))  # a block at random
    >>> [random.p_finds(c)[0].round(6).tolist() for c in range(3)]
    [[1.0, 0.75, 0.535714], [0.0, 0.25, 0.428571], [0.0, 0.0, 0.035714]]
    """

    blocks: Blocks
    p_measured: NDArray[np.float64]

    @classmethod
    def of(cls, blocks: Blocks, p_odd: NDArray[np.float64]) -> FoundLaw:
        """Return the law for t = 0, ..., t_max marked keys.

        Args:
            blocks: the blocks.
            p_odd: probability of measuring an odd block when m = 0, ..., t_max + 1 of the N are odd, shape
                (trials, t_max + 2).

        Raises:
            InputError: t_max >= N.
        """
        n, t_max = blocks.n_blocks, p_odd.shape[1] - 2
        check_between("t_max", t_max, 0, n - 1, "one block is looked at while the others may all be odd")
        t = np.arange(t_max + 1)
        law = odd_law(attrs.evolve(blocks, n_blocks=n - 1), t_max)
        given_odd = (1 - p_odd[:, :-1]) / (n - t), p_odd[:, 1:] / (t + 1)
        return cls(blocks, np.array([(law @ each.T).T for each in given_odd]))

    @property
    def t_max(self) -> int:
        """Largest number of marked keys."""
        return self.p_measured.shape[2] - 1

    @property
    def c_max(self) -> int:
        """Largest number of marked keys that one block can hold."""
        return min(self.blocks.size, self.t_max)

    def p_finds(self, c: int) -> NDArray[np.float64]:
        """Probability that each trial finds exactly c of t marked keys, shape (trials, t_max + 1)."""
        found = np.zeros(self.p_measured.shape[1:])
        found[:, c:] = self.n_holding(c)[c:] * self.p_measured[c % 2, :, : max(self.t_max + 1 - c, 0)]
        return found

    def n_holding(self, c: int) -> NDArray[np.float64]:
        """Expected number of blocks that hold exactly c of t marked keys, shape (t_max + 1,)."""
        return _n_holding(self.blocks, c, self.t_max)

    def draw(self, t: NDArray[np.int64], trials: NDArray[np.integer], rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw how many marked keys are found by one trial on each of some rows with t marked keys, shape of `t`."""
        left, found, going = rng.random(t.size), np.zeros_like(t), np.arange(t.size)
        for c in range(min(self.c_max, int(t.max(initial=0)))):
            rest = t[going] - c
            left[going] -= self.n_holding(c)[t[going]] * self.p_measured[c % 2, trials[going], rest]
            going = going[(left[going] >= 0) & (rest > 0)]
            if not going.size:
                break
            found[going] = c + 1
        return found


@functools.lru_cache(maxsize=256)
def _n_holding(blocks: Blocks, c: int, t_max: int) -> NDArray[np.float64]:
    return blocks.n_blocks * blocks.p_holds(c, np.arange(t_max + 1))
