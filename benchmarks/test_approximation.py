"""How long B and its output take, and what memory, as n grows; k = 64 found keys a row, d = 64. Finding is not in it.

    OPENBLAS_NUM_THREADS=1 pytest benchmarks/test_approximation.py --benchmark-only --benchmark-timer=time.process_time

The scores are small enough that `first_order` is linear in every row: its largest cost. `midpoint` and `exact_sum` read
the tail and are quadratic, as exact attention is. `--benchmark-json` keeps the `peak_bytes` of each size.
"""

import functools

import attrs
import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS
from studies.training.gradient_cost import peak_bytes

N_FOUND, D_HEAD = 64, 64
LONG, SHORT = [1 << m for m in range(13, 18)], [1 << m for m in range(11, 14)]
CHEAP = [name for name, tail in TAILS.items() if not tail.reads_tail]
CASES = [(name, n, causal) for name in CHEAP for n in LONG for causal in (False, True)]
CASES += [(name, n, False) for name in TAILS if name not in CHEAP for n in SHORT]


@functools.lru_cache(maxsize=1)
def head_and_found(n, causal):
    head = attrs.evolve(gaussian_head(n, D_HEAD, seed=0), causal=causal, score_scale=1e-3)
    rng = np.random.default_rng(1)
    # distinct keys that the row sees: an arithmetic progression from a random start
    found = []
    for row in range(n):
        visible = head.visible_keys(row)
        k = min(N_FOUND, visible)
        found.append((rng.integers(visible) + (visible // k) * np.arange(k)) % visible)
    return head, found


@pytest.mark.parametrize(("tail", "n", "causal"), sorted(CASES, key=lambda case: (case[1], case[2])))
def test_b_and_its_output(benchmark, tail, n, causal):
    head, found = head_and_found(n, causal)

    def both():
        B = SparseRankOne.from_found(head, found, tail)
        return B.linear.all(), B.output()

    benchmark.group = f"B and its output, {'causal' if causal else 'bidirectional'}, n = {n}"
    benchmark.extra_info["peak_bytes"] = peak_bytes(both)
    linear, output = benchmark.pedantic(both, rounds=2)
    assert output.shape == (n, D_HEAD)
    # the first rows of a causal head find all that they see, and have no tail
    assert not linear or tail == "first_order"


@pytest.mark.parametrize("n", SHORT)
def test_exact_attention(benchmark, n):
    head, _ = head_and_found(n, False)
    benchmark.group = f"B and its output, bidirectional, n = {n}"
    benchmark.extra_info["peak_bytes"] = peak_bytes(lambda: exact_attention(head))
    assert benchmark.pedantic(exact_attention, args=(head,), rounds=2).shape == (n, D_HEAD)
