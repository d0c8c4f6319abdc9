"""Grover's search inside lattice sieves: Albrecht, Gheorghiu, Postlethwaite and Schanck, eprint 2019/1161.

Their search asks which vectors of a list are close to a fixed one: XOR of two hashes of n bits, count of the ones (a
popcount), a threshold, the phase, and all of it undone. The formulas are those of the paper's repository,
jschanck/eprint-2019-1161 at a4d3a53 (`cost.py`, `probabilities.py`, `config.py`), written down anew; the numbers that
they are compared with stand in its `data/`. The paper itself we have read in excerpts only.

What differs from a row of attention: the inner product is replaced by the popcount of 1-bit hashes, so a hit is likely
and not sure; a call of QRAM is skipped and counts one step of depth; a Toffoli is 7 T, and every circuit is run
backwards at full price, where a measured uncomputation takes none; the number of iterates is a sum over a growing list.
"""

from __future__ import annotations

import math

import attrs
from scipy.special import betainc

T_PER_TOFFOLI = 7
ITERATES = 11 / 15
"""Iterates of all searches of a list of N vectors, over N^(3/2)."""


def list_size(dimension: int, eta: float) -> float:
    """N = 2 / ((1 - eta) C), with C the share of the sphere within pi/3 of a vector and eta the hits that are missed.

    >>> f"{list_size(64, 0.306992257255228):.0f}"
    '259120'
    """
    cap = betainc((dimension - 1) / 2, 0.5, math.sin(math.pi / 3) ** 2) / 2
    return 2 / ((1 - eta) * cap)


@attrs.frozen
class PopcountIterate:
    """One Grover iterate of their search: popcount, threshold, popcount undone, diffusion.

    Attributes:
        hash_bits: bits n of a hash, 2^(b+1) - 1, so that their tree of adders is full.
        list_size: vectors N.
    """

    hash_bits: int
    list_size: float

    @property
    def adder_tree(self) -> int:
        """Toffolis of a full tree of Cuccaro adders: 2^(b-i) of i bits at 2i - 1 each, i = 1 to b.

        >>> PopcountIterate(1023, 2**18).adder_tree
        1515
        """
        b = (self.hash_bits + 1).bit_length() - 2
        return sum((2 * i - 1) << (b - i) for i in range(1, b + 1))

    @property
    def toffoli(self) -> int:
        """Two trees, and the carry of the count plus a constant: 4 (m - 2) + 2 for a count of m bits."""
        count_bits = math.ceil(math.log2(self.hash_bits))
        return 2 * self.adder_tree + 4 * (count_bits - 2) + 2

    @property
    def t_count(self) -> int:
        """7 T a Toffoli, and two controlled nots of half of the index each, 8 m - 16 T on m qubits."""
        index = math.ceil(math.log2(self.list_size))
        first = math.ceil(index / 2) + 1
        halves = (first, index + 2 - first)
        return T_PER_TOFFOLI * self.toffoli + sum(8 * m - 16 for m in halves)


def all_pairs_iterates(vectors: float) -> int:
    """Iterates of a search for all close pairs of N vectors, one search for each vector among those before it."""
    return math.ceil(ITERATES * vectors**1.5)
