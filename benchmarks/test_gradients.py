"""How long gradients of attention take, exact and by sparse plus rank one; k = 32, d = 64. Ratios: docs/training.md.

    OPENBLAS_NUM_THREADS=1 pytest benchmarks/test_gradients.py --benchmark-only --benchmark-timer=time.process_time

counts processor seconds of one core, which a busy machine disturbs less. Without the first setting the exact part runs
on as many threads as BLAS takes, the sparse part on one. `--benchmark-json` keeps the `peak_bytes` of each size.
"""

import numpy as np
import pytest

from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.training.exact_gradients import exact_gradients
from studies.training.gradient_cost import N_FOUND, N_KEYS, head_and_found, peak_bytes
from studies.training.gradients import gradients
from studies.training.training import largest_scores

every_size = pytest.mark.parametrize("n", [128, 256, 512, *N_KEYS])


def rounds(n) -> int:
    return 10 if n <= 1024 else 3 if n <= 4096 else 1


@every_size
def test_exact_gradients(benchmark, n):
    head, _ = head_and_found(n)
    upstream = np.ones_like(head.values)
    if n <= 4096:
        benchmark.extra_info["peak_bytes"] = peak_bytes(lambda: exact_gradients(head, upstream))
    got = benchmark.pedantic(exact_gradients, args=(head, upstream), rounds=rounds(n))
    assert got.keys.shape == head.keys.shape


@every_size
def test_gradients_by_sparse_plus_rank_one(benchmark, n):
    head, found = head_and_found(n)
    B, upstream = SparseRankOne.from_found(head, found), np.ones_like(head.values)
    benchmark.extra_info["peak_bytes"] = peak_bytes(lambda: gradients(B, upstream))
    got = benchmark.pedantic(gradients, args=(B, upstream), rounds=max(3, rounds(n)))
    assert got.keys.shape == head.keys.shape


@every_size
def test_exact_step(benchmark, n):
    """Output and gradients."""
    head, _ = head_and_found(n)

    def step():
        exact_attention(head)
        return exact_gradients(head, np.ones_like(head.values))

    got = benchmark.pedantic(step, rounds=rounds(n))
    assert got.keys.shape == head.keys.shape


@every_size
def test_step_by_sparse_plus_rank_one_that_finds_classically(benchmark, n):
    """All scores and the k largest of each row, then B, its output and its gradients."""
    head, _ = head_and_found(n)

    def step():
        B = SparseRankOne.from_found(head, largest_scores(head, np.arange(n), N_FOUND))
        B.output()
        return gradients(B, np.ones_like(head.values))

    got = benchmark.pedantic(step, rounds=rounds(n))
    assert got.keys.shape == head.keys.shape
