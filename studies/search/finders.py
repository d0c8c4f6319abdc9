"""The classical finders and the quantum search on the same rows: how many keys each of them looks at.

Rows of 8-bit keys and queries: independent Gaussian numbers over n and d with k = 16 marked, and the real heads at hand
with several k.
Times are not in it, as they are not the same twice: `benchmarks/test_finders.py` measures them side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import AttentionHead, bundled_head, load_head
from groverattn.problem.thresholds import threshold_from_target
from groverattn.reference.finders.finder import Finder, KeyIndex
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import FINDERS
from groverattn.reference.search.laws import search_cost
from studies.search import P_FAILURE_HEAD
from studies.search.real_heads import labels
from studies.sheet import Sheet

BITS = 8
N_MARKED = 16
N_QUERIES = 8
SEED = 0
SIZES = tuple(
    (n, d)
    for d in (2, 4, 8, 16, 32, 64, 128)
    for n in (1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 17)
    if n * d <= 1 << 20 or n <= 1 << 16
)
# A graph is built by one insertion after the other; larger ones take up to a minute each.
GRAPH_KEYS_MAX = 1 << 14
GRAPH_NUMBERS_MAX = 1 << 19
REAL_HEADS = "minilm_l6_n512.npz"
# An eighth and a thirty-second of the keys at n = 128, a sixteenth to a sixty-fourth at n = 512.
MARKED_OF_BUNDLED_HEAD = (4, 16)
MARKED_OF_REAL_HEADS = (8, 16, 32)


@attrs.frozen
class FinderRecord:
    """One finder on the rows of one size.

    Attributes:
        keys: where keys and queries are from.
        n_keys: keys of a row, n.
        d_head: numbers per key, d.
        queries: rows looked at.
        k: keys to be found, at least.
        n_marked: keys that reach the threshold, mean over the rows: k, and what ties with the k-th.
        finder: name of the classical finder.
        exact: whether it finds them every time.
        key_visits: keys of which it computed a score or a distance, mean over the rows.
        visits_share: the same over n.
        candidates: keys that it scored one by one, mean over the rows.
        filter_products: what its filter multiplied, over d: inner products besides, mean over the rows. Only
            `subspace-balls` has a filter that is not made of key visits.
        code_reads: codes of keys that the filter read, and additions of their bounds, mean over the rows.
        code_share: bits of these codes over those of all keys at 8 bits a number.
        recall: of the k largest scores, the share found, mean over the rows; a tie with the k-th counts as found.
        iterates_expected: Grover iterates of the quantum search for k of n, law `expected`, p_failure 1e-3 / n.
        checks_expected: keys that it reads classically besides.
        half_space_keys: n^(1 - 1/floor(d/2)): the bound for a row of half-space reporting in arXiv:2307.08045, without
            its constant and without the k reported; a formula, nothing is built that attains it.
    """

    keys: str
    n_keys: int
    d_head: int
    queries: int
    k: int
    n_marked: float
    finder: str
    exact: bool
    key_visits: float
    visits_share: float
    candidates: float
    filter_products: float
    code_reads: float
    code_share: float
    recall: float
    iterates_expected: float
    checks_expected: float
    half_space_keys: float


@attrs.frozen(eq=False)
class Rows:
    """Integer rows to be searched.

    Attributes:
        name: where they are from.
        heads: keys of shape (n, d) and queries of shape (rows, d), one pair for each head.
    """

    name: str
    heads: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]

    @classmethod
    def of(cls, name: str, heads: list[AttentionHead], rows_each: int) -> Rows:
        """Quantise heads, and take rows at equal distances, the last one among them."""
        pairs = []
        for head in heads:
            at = np.linspace(head.n_keys - 1, 0, rows_each, endpoint=False).astype(int)
            pairs.append((quantise(head.keys, BITS).values, quantise(head.queries, BITS).values[at]))
        return cls(name, tuple(pairs))


def half_space_keys(n: int, d: int) -> float:
    """Return n^(1 - 1/floor(d/2)), which a row of T4 costs up to a constant and the keys reported (d >= 2).

    >>> round(half_space_keys(1 << 17, 128)), round((1 << 17) / half_space_keys(1 << 17, 128), 2)
    (109031, 1.2)
    """
    return float(n) ** (1 - 1 / (d // 2))


def records_of(rows: Rows, k: int = N_MARKED) -> Iterator[FinderRecord]:
    """Yield one record for each finder that is run at this size."""
    (n, d), n_queries = rows.heads[0][0].shape, sum(len(queries) for _, queries in rows.heads)
    cost = search_cost("expected", n, k, P_FAILURE_HEAD / n)
    for finder in FINDERS.values():
        if not finder.exact and n > GRAPH_KEYS_MAX and n * d > GRAPH_NUMBERS_MAX:
            continue
        n_marked, visits, candidates, products, code_reads, code_bits, recall = _means(finder, rows, k)
        yield FinderRecord(
            keys=rows.name,
            n_keys=n,
            d_head=d,
            queries=n_queries,
            k=k,
            n_marked=n_marked,
            finder=finder.name,
            exact=finder.exact,
            key_visits=visits,
            visits_share=visits / n,
            candidates=candidates,
            filter_products=products,
            code_reads=code_reads,
            code_share=code_bits / (n * d * BITS),
            recall=recall,
            iterates_expected=cost.iterates_expected,
            checks_expected=cost.checks_expected,
            half_space_keys=half_space_keys(n, d),
        )


def _means(finder: Finder, rows: Rows, k: int) -> tuple[float, ...]:
    """Return marked keys, key visits, candidates, the filter's three counts and recall, each a mean over all rows."""
    measured = []
    for keys, queries in rows.heads:
        index = finder.prepare(KeySet.of(keys, query_bits=BITS))
        measured += [_row(finder, index, keys, query, k) for query in queries]
    return tuple(float(mean) for mean in np.mean(measured, axis=0))


def _row(
    finder: Finder, index: KeyIndex, keys: NDArray[np.int64], query: NDArray[np.int64], k: int
) -> tuple[float, ...]:
    scores = keys @ query
    threshold = threshold_from_target(scores, k)
    found = index.find(query, finder.wanted(threshold, k))
    hits = np.count_nonzero(scores[found.keys] >= threshold)
    n_marked = np.count_nonzero(scores >= threshold)
    of_filter = attrs.astuple(found.filter_work)
    return float(n_marked), float(found.key_visits), float(found.candidates), *of_filter, min(1.0, hits / k)


def finder_records(data: Path) -> Iterator[FinderRecord]:
    """Yield the records of all sizes, Gaussian first; about a minute on one core.

    Raises:
        InputError: the extra `index` is not installed: the approximate finder is one of the rows.
    """
    for n, d in SIZES:
        yield from records_of(Rows.of("gaussian", [gaussian_head(n, d, SEED)], N_QUERIES))
    for k in MARKED_OF_BUNDLED_HEAD:
        yield from records_of(Rows.of(bundled_head().name, [bundled_head()], N_QUERIES), k)
    path = data / REAL_HEADS
    heads = [load_head(path, layer=layer, head=head) for layer, head in labels(path)]
    for k in MARKED_OF_REAL_HEADS:
        yield from records_of(Rows.of(path.stem, heads, N_QUERIES), k)


SHEET = Sheet("finders.csv", FinderRecord, finder_records)
