"""Finder without an index: all scores by a BLAS product, each compared with the threshold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groverattn.problem.score_blocks import exact_product
from groverattn.reference.finders.finder import Finder, Found, ScanIndex
from groverattn.reference.finders.key_set import KeySet

# 2^20 scores are 4 or 8 MiB: they are compared while they are in the cache, and memory does not grow with n.
_SCORES_HELD = 1 << 20
_ROWS_HELD = 256


class DenseIndex(ScanIndex):
    """Keys of which every score is compared with the threshold."""

    def find(self, query: NDArray[np.integer], wanted: int) -> Found:
        """Keys whose score reaches the threshold `wanted`; O(n d), one block of keys at a time."""
        numbers, threshold = self.keys.query(query), self.keys.threshold(wanted)
        found = [
            start + np.flatnonzero(exact_product(self.keys.numbers[start : start + _SCORES_HELD], numbers) >= threshold)
            for start in range(0, self.keys.n_keys, _SCORES_HELD)
        ]
        return self.found(np.concatenate(found))

    def find_rows(self, queries: NDArray[np.integer], wanted: NDArray[np.integer]) -> Iterator[Found]:
        """Find for many queries by products of matrices, which read each key once for many rows."""
        for start in range(0, len(queries), _ROWS_HELD):
            rows = range(start, min(start + _ROWS_HELD, len(queries)))
            numbers = np.stack([self.keys.query(queries[row]) for row in rows])
            thresholds = np.array([self.keys.threshold(wanted[row]) for row in rows])
            for hits in self._rows_found(numbers, thresholds):
                yield self.found(hits)

    def _rows_found(self, queries: NDArray, thresholds: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        found: list[list[NDArray[np.int64]]] = [[] for _ in queries]
        step = max(1, _SCORES_HELD // len(queries))
        for start in range(0, self.keys.n_keys, step):
            scores = exact_product(queries, self.keys.numbers[start : start + step].T)
            for row, (of_row, threshold) in enumerate(zip(scores, thresholds, strict=True)):
                found[row].append(start + np.flatnonzero(of_row >= threshold))
        return [np.concatenate(each) for each in found]


def prepare(keys: KeySet) -> DenseIndex:
    """Keys ready to be scanned; nothing is computed.

    >>> found = prepare(KeySet.of([[3, -2], [1, 0], [-1, 1]])).find(np.array([2, 1]), 2)
    >>> found.keys.tolist(), found.key_visits
    ([0, 1], 3)
    """
    return DenseIndex(keys)


FINDER = Finder(
    name="dense",
    description="every score by a BLAS product, compared with the threshold",
    takes="threshold",
    exact=True,
    prepare=prepare,
)
