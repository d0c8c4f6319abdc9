"""Queries of an indexer: one key is scored against many queries at once, by a weighted sum of ReLUs."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.fixed_point import largest_value
from groverattn.problem.score_blocks import exact_dtype, exact_product
from groverattn.show.numbers import number_text


def _integers(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)


@attrs.frozen(cache_hash=True)
class IndexerQuery:
    """What a row of an indexer asks its keys: score = sum_h weights_h max(<queries_h, key>, 0).

    The lightning indexer of DeepSeek-V3.2 scores so (Equation 1 of the report of V3.2-Exp, read in a reprint;
    arXiv:2512.02556, second-hand). All of its heads share one key, and every head of the layer attends to the k keys of
    the largest sums.

    Attributes:
        queries: H queries of d integers.
        weights: H integers of either sign, not all of them zero.

    Raises:
        InputError: no head, queries of several lengths, as many weights as there are not heads, or weights of zero.

    >>> query = IndexerQuery(((1, -1), (0, 2)), (3, 1))
    >>> query.scores(np.array([[2, 1], [-1, 4]])).tolist()
    [5, 8]
    """

    queries: tuple[tuple[int, ...], ...] = attrs.field(converter=lambda rows: tuple(map(_integers, rows)))
    weights: tuple[int, ...] = attrs.field(converter=_integers)

    def __attrs_post_init__(self) -> None:
        lengths = {len(query) for query in self.queries}
        if len(lengths) != 1 or 0 in lengths or len(self.weights) != len(self.queries):
            raise InputError(
                given=f"{len(self.queries)} queries of lengths {sorted(lengths)} and {len(self.weights)} weights",
                allowed="H queries of the same length and H weights, H at least 1",
                why="every index head has a query and a weight, and all heads read the same key",
                do="check the order of the axes: heads first, then numbers per head",
            )
        if not any(w and any(query) for w, query in zip(self.weights, self.queries, strict=True)):
            raise InputError(
                given=f"{self.n_heads} heads, of each of which the weight or the query is zero",
                allowed="at least one head of which neither is",
                why="every key would have the score 0",
                do="check queries and weights, or quantise them to more bits",
            )

    def __len__(self) -> int:
        """Numbers per query, d: those of a key."""
        return len(self.queries[0])

    @property
    def n_heads(self) -> int:
        """Index heads H."""
        return len(self.queries)

    def scores(self, keys: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the scores of keys of shape (m, d), int64 of shape (m,)."""
        return weighted_relus(np.array(self.queries), np.array(self.weights), np.asarray(keys))


Query = tuple[int, ...] | IndexerQuery
"""The query of an attention head, d integers, or that of an indexer."""


def as_query(query: IndexerQuery | Iterable[int]) -> Query:
    """Return an indexer's query as it is, and the numbers of another one as a tuple of integers.

    >>> as_query(np.array([3, -1]))
    (3, -1)
    """
    return query if isinstance(query, IndexerQuery) else _integers(query)


def scores_of(query: Query, keys: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the integer scores of keys of shape (m, d) for either kind of query, int64 of shape (m,).

    >>> scores_of((3, -1), np.array([[1, 1], [2, 0]])).tolist()
    [2, 6]
    """
    if isinstance(query, IndexerQuery):
        return query.scores(keys)
    return np.asarray(keys).astype(np.int64) @ np.array(query, dtype=np.int64)


def weighted_relus(
    queries: NDArray[np.integer], weights: NDArray[np.integer], keys: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return sum_h weights_h max(<queries_h, key>, 0) of every key, exactly.

    Args:
        queries: integers of shape (H, d).
        weights: integers of shape (H,).
        keys: integers of shape (m, d).

    Raises:
        InputError: integers so large that a score may not fit into 63 bits.
    """
    bits = [1 + int(np.abs(numbers).max(initial=1)).bit_length() for numbers in (queries, keys)]
    dtype = exact_dtype(queries.shape[1], *bits)
    most = queries.shape[1] * math.prod(largest_value(each) for each in bits) * int(np.abs(weights).sum())
    if most >= 1 << 62:
        raise InputError(
            given=f"{len(queries)} heads of {queries.shape[1]} numbers whose scores may reach {number_text(most)}",
            allowed="scores below 2^62",
            why="they are added up in 64 bits",
            do="take fewer bits",
        )
    products = exact_product(keys.astype(dtype), queries.T.astype(dtype)).astype(np.int64)
    return np.maximum(products, 0) @ weights.astype(np.int64)
