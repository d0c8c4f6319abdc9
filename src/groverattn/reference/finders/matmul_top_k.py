"""Finder without a threshold: all scores by a BLAS product, and the k largest by partial sorting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groverattn.problem.score_blocks import exact_product
from groverattn.reference.finders.finder import Finder, Found, ScanIndex
from groverattn.reference.finders.key_set import KeySet


class TopKIndex(ScanIndex):
    """Keys of which the k largest scores are sorted out."""

    def find(self, query: NDArray[np.integer], wanted: int) -> Found:
        """k = `wanted` keys, none of the others with a larger score; O(n d + n). Of ties, the first keys."""
        self.keys.check_k(wanted)
        scores = exact_product(self.keys.numbers, self.keys.query(query))
        least = np.partition(scores, -wanted)[-wanted]
        # Chosen by value and then by place: which of several equal scores a partition puts first is not defined.
        above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
        chosen = np.sort(np.concatenate((above, equal[: wanted - above.size])))
        return self.found(chosen)


def prepare(keys: KeySet) -> TopKIndex:
    """Keys ready to be scanned; nothing is computed.

    >>> prepare(KeySet.of([[3, -2], [1, 0], [-1, 1]])).find(np.array([2, 1]), 1).keys.tolist()
    [0]
    """
    return TopKIndex(keys)


FINDER = Finder(
    name="matmul-top-k",
    description="every score by a BLAS product, and the k largest by partial sorting",
    takes="k",
    exact=True,
    prepare=prepare,
)
