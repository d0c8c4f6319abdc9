"""The classical finders side by side: time to prepare a set of keys, time of a row, memory.

One thread, as trees and graphs use one for a row, 8-bit Gaussian keys and queries, 16 marked:

    OPENBLAS_NUM_THREADS=1 python -m pytest benchmarks/test_finders.py --benchmark-only

A round of `find` is 16 rows; `extra_info` of the JSON output has the index's bytes over those of the keys in float32.
"""

import functools

import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import quantise
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import FINDERS

N_ROWS, N_MARKED = 16, 16
SIZES = [(1 << 12, 2), (1 << 12, 8), (1 << 12, 128)]
SIZES += [(1 << 16, d) for d in (2, 4, 8, 16, 64, 128)] + [(1 << 18, 2), (1 << 18, 4)]
GRAPH_SIZES = [(n, d) for n, d in SIZES if n * d <= 1 << 19]  # larger graphs take up to a minute to build
CASES = [
    pytest.param(name, n, d, id=f"n{n}-d{d}-{name}")
    for n, d in SIZES
    for name in FINDERS
    if name != "approximate" or (n, d) in GRAPH_SIZES
]


@functools.cache
def rows(n, d):
    head = gaussian_head(n, d, seed=0)
    keys = KeySet.of(quantise(head.keys, 8).values)
    queries = quantise(head.queries, 8).values[:N_ROWS]
    scores = queries @ keys.numbers.T.astype(np.int64)
    return keys, queries, np.sort(scores, axis=1)[:, -N_MARKED]


@functools.cache
def prepared(name, n, d):
    return FINDERS[name].prepare(rows(n, d)[0])


@pytest.mark.parametrize(("name", "n", "d"), CASES)
def test_find_rows_one_by_one(benchmark, name, n, d):
    _, queries, thresholds = rows(n, d)
    index, chosen = prepared(name, n, d), FINDERS[name]
    benchmark.group = f"find {N_ROWS} rows one by one, n = {n}, d = {d}"
    benchmark.extra_info["bytes_over_keys"] = index.memory_bytes / (4 * n * d)

    def find():
        return [
            index.find(query, chosen.wanted(int(threshold), N_MARKED))
            for query, threshold in zip(queries, thresholds, strict=True)
        ]

    found = benchmark.pedantic(find, rounds=7, warmup_rounds=1)
    counts = [each.keys.size for each in found]
    assert min(counts) >= N_MARKED if chosen.exact else sum(counts) > 0


@pytest.mark.parametrize(
    ("name", "n", "d"),
    [case for case in CASES if case.values[0] in ("half-space", "subspace-balls", "approximate")],
)
def test_prepare(benchmark, name, n, d):
    keys = rows(n, d)[0]
    benchmark.group = f"prepare, n = {n}, d = {d}"
    index = benchmark.pedantic(FINDERS[name].prepare, args=(keys,), rounds=3 if name == "half-space" else 1)
    assert index.memory_bytes > 4 * n * d


@pytest.mark.parametrize("name", ["dense", "half-space", "subspace-balls"])
@pytest.mark.parametrize(("n", "d"), [(1 << 16, 4), (1 << 16, 128)])
def test_find_many_rows_at_once(benchmark, name, n, d):
    """What a prefill has: dense products of matrices read each key once for many rows."""
    _, queries, thresholds = rows(n, d)
    many, limits = np.tile(queries, (4, 1)), np.tile(thresholds, 4)
    index = prepared(name, n, d)
    benchmark.group = f"find {len(many)} rows at once, n = {n}, d = {d}"
    found = benchmark.pedantic(lambda: list(index.find_rows(many, limits)), rounds=3)
    assert min(each.keys.size for each in found) >= N_MARKED
