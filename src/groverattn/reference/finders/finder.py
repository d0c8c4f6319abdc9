"""Interface of a classical finder: prepare once for a set of keys, then find for each query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.finders.key_set import KeySet


@attrs.frozen
class FilterWork:
    """What a finder read and computed to narrow the keys down, beside its key visits.

    Attributes:
        products: multiplied numbers over d: in units of one inner product of a query with a key.
        code_reads: codes read that stand for a key in some of its dimensions; as many additions.
        code_bits: bits of these codes, each as long as the number of balls needs.
    """

    products: float = 0.0
    code_reads: int = 0
    code_bits: int = 0


@attrs.frozen(eq=False, repr=False)
class Found:
    """Result of one query: the keys found, and what was read.

    Attributes:
        keys: indices of the keys found, ascending, shape (n_found,).
        candidates: keys that were scored one by one, after whatever narrowed the choice down.
        count_visits: counts the key visits when asked, so that the time of `find` does not contain the counting.
        filter_work: what was done before, on summaries of the keys; none by default.
    """

    keys: NDArray[np.int64]
    candidates: int
    count_visits: Callable[[], int]
    filter_work: FilterWork = FilterWork()

    @property
    def key_visits(self) -> int:
        """Keys of which the inner product with the query, or the distance from it, was computed.

        - dense, matmul-top-k: all n.
        - half-space: the points in leaves whose cell the ball meets, each once (see `TreeCells.points_met`).
        - subspace-balls: the candidates, whose bound reaches the threshold; what the bounds took is in `filter_work`.
        - approximate: the distances that faiss counts; a key met on two levels of the graph counts twice.

        The unit in which the checks of the quantum search are counted too. Work that touches no key, such as the walk
        through the inner nodes of a tree, is not counted, but takes time.
        """
        return self.count_visits()

    def __repr__(self) -> str:
        return f"Found({self.keys.size} keys, {self.candidates} candidates)"


class KeyIndex(ABC):
    """A set of keys made ready by one finder."""

    @property
    @abstractmethod
    def memory_bytes(self) -> int:
        """Bytes that the index holds, its copies of the keys included."""

    @abstractmethod
    def find(self, query: NDArray[np.integer], wanted: int) -> Found:
        """Find the large scores of one query.

        Args:
            query: integers, shape (d,).
            wanted: the threshold, or the number k of keys, whichever the finder `takes`.

        Raises:
            InputError: a query that does not fit the keys, or k out of range.
        """

    def find_rows(self, queries: NDArray[np.integer], wanted: NDArray[np.integer]) -> Iterator[Found]:
        """Find for many queries, one a row of shape (rows, d), each with its own threshold or k, shape (rows,)."""
        for query, each in zip(queries, wanted, strict=True):
            yield self.find(query, int(each))


@attrs.frozen(eq=False, repr=False)
class ScanIndex(KeyIndex):
    """Keys as they are, for finders that read all of them. No product or sum of `KeySet.numbers` is rounded.

    Attributes:
        keys: the keys.
    """

    keys: KeySet

    @property
    def memory_bytes(self) -> int:
        """Bytes of the keys."""
        return self.keys.numbers.nbytes

    def found(self, hits: NDArray[np.int64]) -> Found:
        """Result of a scan, which read every key."""
        return Found(hits, self.keys.n_keys, lambda: self.keys.n_keys)


@attrs.frozen
class Finder:
    """Method to find the large scores of a row.

    Attributes:
        name: what it is called.
        description: one sentence.
        takes: what `find` is told: a threshold that every found key reaches, or the number k of keys to return.
        exact: whether it finds all keys that reach the threshold, or k keys with the largest scores, every time.
        prepare: makes a set of keys ready, once for all queries.
    """

    name: str
    description: str
    takes: Literal["threshold", "k"]
    exact: bool
    prepare: Callable[[KeySet], KeyIndex] = attrs.field(repr=False)

    def wanted(self, threshold: int, k: int) -> int:
        """Whichever of the two `find` takes."""
        return threshold if self.takes == "threshold" else k
