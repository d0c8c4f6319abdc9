"""The approximate score that finds keys before an exact one ends the search: its threshold, and what it lets pass."""

from __future__ import annotations

import math
from functools import lru_cache

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.score.approximate import ApproximateScore, largest_cut, round_query
from groverattn.bloqs.score.indexer import OfIndexer
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.score_error import PassRates, ScoreError
from groverattn.problem.indexers import IndexerQuery, Query, scores_of
from groverattn.problem.shapes import representative_keys, representative_spread

DEFAULT_SIGNIFICANT_BITS = 3
# the lowest weight is this many powers of two below the spread of the scores: errors of a tenth of the spread
_COLUMNS_BELOW_SPREAD = 4
# mean of the error to 1 % of its standard deviation
_SAMPLE_KEYS = 20_000

FindingScore = ApproximateScore | OfIndexer
"""A score that says how it adds up by `approximate`."""


def default_cut(query: Query, key_bits: int) -> int:
    """Return the lowest column by default: 2^4 below the spread of the scores of representative keys.

    Of an indexer, whose heads are cut before they are weighted: of the mean spread of a head.

    >>> default_cut((40,) * 64, key_bits=8)
    10
    """
    queries = query.queries if isinstance(query, IndexerQuery) else (query,)
    spread = math.fsum(representative_spread(each, key_bits) for each in queries) / len(queries)
    return max(round(math.log2(spread)) - _COLUMNS_BELOW_SPREAD, 0) if spread else 0


def approximate_score(
    exact: KeyScore,
    significant_bits: int | None = None,
    lowest_column: int | None = None,
    margin: float = 1.0,
    keys: NDArray[np.integer] | None = None,
) -> FindingScore:
    """Return the approximate score that keys which reach the threshold of an exact score seldom fail.

    Args:
        exact: the exact score; that of an indexer says by its class how heads are added up.
        significant_bits: see `ApproximateScore`; None: 3.
        lowest_column: see `ApproximateScore`; None: `default_cut`, or what leaves a bit of the key.
        margin: standard deviations of the error between the threshold and where it is moved to.
        keys: a sample of shape (m, d) that the error is measured on; None: representative ones.

    Raises:
        InputError: significant_bits below 1, or a lowest_column that leaves no bit of the key.

    >>> from groverattn.bloqs.score.score import Score
    >>> score = approximate_score(Score((40, -37, 91, 5), threshold=5_000, key_bits=8))
    >>> score.lowest_column, score.threshold < 5_000
    (8, True)
    """
    significant_bits = DEFAULT_SIGNIFICANT_BITS if significant_bits is None else significant_bits
    kind = type(exact) if isinstance(exact, OfIndexer) else ApproximateScore
    score = kind(exact.query, 0, exact.key_bits, significant_bits=significant_bits, lowest_column=lowest_column or 0)
    if lowest_column is None:
        queries = exact.query.queries if isinstance(exact.query, IndexerQuery) else (exact.query,)
        most = max(largest_cut(round_query(query, significant_bits), exact.key_bits) for query in queries)
        score = attrs.evolve(score, lowest_column=min(default_cut(exact.query, exact.key_bits), most))
    return attrs.evolve(score, threshold=score_error(score, keys).threshold_for(exact.threshold, margin))


def score_error(score: FindingScore, keys: NDArray[np.integer] | None = None) -> ScoreError:
    """Return the error of a score on keys of shape (m, d); without keys on 20,000 representative ones, seed 0.

    >>> round(score_error(ApproximateScore((5, 3), threshold=0, key_bits=8, significant_bits=2)).deviation)
    42
    """
    if keys is None:
        return _representative_error(attrs.evolve(score, threshold=0, uncompute=False))
    exact = scores_of(score.query, keys)
    return ScoreError(score.approximate(keys) - exact, float(exact.std()))


@lru_cache(maxsize=64)
def _representative_error(score: FindingScore) -> ScoreError:
    return score_error(score, _sample(len(score.query), score.key_bits))


@lru_cache(maxsize=1)
def _sample(d_head: int, key_bits: int) -> NDArray[np.int64]:
    """Representative keys; scores add up one component after the other, so each stands in one piece."""
    keys = np.asfortranarray(representative_keys(_SAMPLE_KEYS, d_head, key_bits))
    keys.flags.writeable = False
    return keys


def pass_rates(score: FindingScore, threshold: int, n_keys: int, n_marked: int) -> PassRates:
    """Return how many of n_keys representative keys pass a score, of which n_marked reach `threshold` exactly.

    >>> from groverattn.bloqs.score.score import Score
    >>> score = approximate_score(Score((40, -37, 91, 5), threshold=9_000, key_bits=8))
    >>> pass_rates(score, 9_000, n_keys=1024, n_marked=18).missed < 1
    True
    """
    return score_error(score).pass_rates(threshold, score.threshold, n_keys, n_marked)
