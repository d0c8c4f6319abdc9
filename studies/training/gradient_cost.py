"""What the gradients of attention cost in operations and in memory, exact and by sparse plus rank one, as n grows.

Finding the keys is not in it. Times are not in it either: `benchmarks/test_gradients.py` takes them.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import attrs
import numpy as np

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.sheet import Sheet
from studies.training.exact_gradients import exact_gradients
from studies.training.gradients import gradients

N_KEYS = tuple(1 << m for m in range(10, 15))
N_FOUND = 32
D_HEAD = 64
EXACT_MEASURED_UP_TO = 4096  # a few seconds; from there on its blocks do not grow


@attrs.frozen
class GradientCostRecord:
    """One bidirectional head whose n rows have k found keys each; d numbers per query, key and value.

    Attributes:
        n_keys: n.
        n_found: k.
        d_head: d.
        exact_multiply_adds: of the products in `exact_gradients`: 5 n^2 d.
        sparse_multiply_adds: of those in `gradients`: 5 n d (k + 1).
        multiply_adds_ratio: the first over the second, n / (k + 1).
        matrix_bytes: one n x n matrix of float64, which neither of them stores.
        found_bytes: indices, scores and constants that B holds.
        exact_peak_bytes: largest memory that `exact_gradients` allocates, measured, two digits; empty beyond n = 4096.
        sparse_peak_bytes: the same for `gradients`.
    """

    n_keys: int
    n_found: int
    d_head: int
    exact_multiply_adds: int
    sparse_multiply_adds: int
    multiply_adds_ratio: float
    matrix_bytes: int
    found_bytes: int
    exact_peak_bytes: int | None
    sparse_peak_bytes: int


def exact_multiply_adds(n_rows: int, n_keys: int, d_head: int, d_value: int) -> int:
    """Multiply-adds of the five products of `exact_gradients`: the scores, dV, <dO, V>, dQ and dK.

    >>> exact_multiply_adds(n_rows=4, n_keys=4, d_head=3, d_value=2)
    208
    """
    return n_rows * n_keys * (3 * d_head + 2 * d_value)


def sparse_multiply_adds(n_rows: int, n_found: int, d_head: int, d_value: int) -> int:
    """Multiply-adds of the five products of `gradients`: the output, <dO, V>, dV, dQ and dK; scores are B's.

    Args:
        n_rows: rows of B.
        n_found: found keys of all rows together; the part of rank one takes as many as one key more in each row.
        d_head: numbers per query and key.
        d_value: numbers per value.

    >>> sparse_multiply_adds(n_rows=4, n_found=8, d_head=3, d_value=2)
    144
    """
    return (n_found + n_rows) * (2 * d_head + 3 * d_value)


def head_and_found(n: int, n_found: int = N_FOUND) -> tuple[AttentionHead, list[np.ndarray]]:
    """Return a seeded Gaussian head and as many random keys for each row: what they are changes no cost."""
    rng = np.random.default_rng([n, n_found])
    found = [rng.choice(n, n_found, replace=False, shuffle=False) for _ in range(n)]
    return gaussian_head(n, D_HEAD, seed=0), found


def peak_bytes(call: Callable[[], object]) -> int:
    """Return the largest memory allocated at one time while `call` runs, beyond what was there before.

    As `tracemalloc` counts it: arrays of NumPy to the byte, and Python objects.

    >>> 8_000_000 <= peak_bytes(lambda: np.zeros(1_000_000).sum()) < 8_100_000
    True
    """
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not was_tracing:
            tracemalloc.stop()


def gradient_cost_records() -> Iterator[GradientCostRecord]:
    """Count and measure at every n; about ten seconds."""
    return map(_record, N_KEYS)


def _record(n: int) -> GradientCostRecord:
    head, found = head_and_found(n)
    B, upstream = SparseRankOne.from_found(head, found), np.ones_like(head.values)
    exact_count = exact_multiply_adds(n, n, D_HEAD, D_HEAD)
    sparse_count = sparse_multiply_adds(n, B.indices.size, D_HEAD, D_HEAD)
    measures_exact = n <= EXACT_MEASURED_UP_TO
    return GradientCostRecord(
        n_keys=n,
        n_found=N_FOUND,
        d_head=D_HEAD,
        exact_multiply_adds=exact_count,
        sparse_multiply_adds=sparse_count,
        multiply_adds_ratio=exact_count / sparse_count,
        matrix_bytes=8 * n**2,
        found_bytes=sum(array.nbytes for array in (B.rows, B.indptr, B.indices, B.scores, B.log_c)),
        exact_peak_bytes=_two_digits(peak_bytes(lambda: exact_gradients(head, upstream))) if measures_exact else None,
        sparse_peak_bytes=_two_digits(peak_bytes(lambda: gradients(B, upstream))),
    )


def _two_digits(number: int) -> int:
    """Round to two digits: what SciPy and Python allocate in passing differs from version to version."""
    return round(number, 2 - len(str(number)))


SHEET = Sheet("gradient_cost.csv", GradientCostRecord, gradient_cost_records)
