"""Classical lines other than GPU rooflines: the operations of a plain row, and published times of vector indices.

No verdict rests on them. An index that is not exact misses an unbounded number of keys, while the quantum search misses
one with a small known probability: a different task. And the indices were not measured on vectors of attention heads.
"""

from __future__ import annotations

from typing import Literal

import attrs

from groverattn.classical.lines import KeyMemory


@attrs.frozen
class OtherClassicalLine:
    """Classical line of one row that is shown beside the GPUs and not compared.

    Attributes:
        name: what it is, and on which machine.
        kind: operations (a count) or index (a time).
        exact: whether it finds all marked keys.
        multiply_adds: multiply-adds of one row; None for an index.
        time_s_per_row: time of one query, seconds; None for a count.
        measured_at: the sizes at which a time was measured; empty for a count.
        scaling: how the number was scaled to the sizes asked for, if it was.
        source: where it is from.
    """

    name: str
    kind: Literal["operations", "index"]
    exact: bool
    multiply_adds: int | None
    time_s_per_row: float | None
    measured_at: str
    scaling: str
    source: str


@attrs.frozen
class _Index:
    """Published time of one query; an exact index reads every key, so its time is scaled to other sizes."""

    name: str
    exact: bool
    time_s: float
    n_keys: int
    d_head: int
    source: str

    def line(self, memory: KeyMemory) -> OtherClassicalLine:
        work = memory.n_keys * memory.d_head / (self.n_keys * self.d_head) if self.exact else 1
        return OtherClassicalLine(
            name=self.name,
            kind="index",
            exact=self.exact,
            multiply_adds=None,
            time_s_per_row=self.time_s * work,
            measured_at=f"n = {self.n_keys:,}, d = {self.d_head}",
            scaling="with n d: our assumption" if self.exact else "none: the time is that of the measured sizes",
            source=self.source,
        )


# fmt: off
_INDICES = (
    # 10,000 queries at once, 64 neighbours each, in 0.753 s
    _Index("FAISS exact scan, one Titan X, fp32", True, 0.753 / 10_000, 1_000_000, 128,
           "facebookresearch/faiss, benchs/README.md: exact search on SIFT1M, k = 64, 10,000 queries at once"),
    _Index("HNSW graph, one CPU thread", False, 1e-4, 1_000_000, 128,
           "second-hand: about 0.1 ms in public benchmarks on SIFT1M"),
    # 1,000 queries at once, 10 neighbours each, in 0.485 s
    _Index("HNSW graph, Milvus on 48 CPUs", False, 0.485 / 1_000, 100_000_000, 128,
           "milvus-io/bootcamp, benchmark_test/index_performance/performance_hnsw.md: ef = 100, recall 99.0 % of 10, "
           "1,000 queries at once"),
    # a whole token in 0.188 s
    _Index("RetrievalAttention, graph on a CPU and RTX 4090", False, 0.188 / (32 * 32), 131_072, 128,
           "arXiv:2409.10516, abstract: a token of a model of 8B parameters in 0.188 s at 128K tokens, linear layers "
           "included; divided by 32 layers x 32 heads of 128 numbers: our assumption"),
)
# fmt: on


def other_classical_lines(n_keys: int, d_head: int, index_heads: int | None = None) -> list[OtherClassicalLine]:
    """Operations of a plain row, then the indices; these rank keys by one inner product, which an indexer does not.

    Queries of attention are distributed differently from its keys, and off-the-shelf graphs are often ineffective there
    (arXiv:2409.10516, abstract): their recall on SIFT1M does not carry over to a head.

    Args:
        n_keys: number of keys n.
        d_head: numbers in a score d.
        index_heads: heads of an indexer; None: a row of a head.

    Raises:
        InputError: a size below 1.

    >>> plain, scan, *graphs = other_classical_lines(131_072, 128)
    >>> plain.multiply_adds, f"{scan.time_s_per_row * 1e6:.1f} us", any(graph.exact for graph in graphs)
    (16777216, '9.9 us', False)
    """
    memory = KeyMemory(n_keys, d_head, index_heads=index_heads)
    indices = _INDICES if index_heads is None else ()
    return [_plain_row(memory), *(index.line(memory) for index in indices)]


def _plain_row(memory: KeyMemory) -> OtherClassicalLine:
    return OtherClassicalLine(
        name="all inner products of the row",
        kind="operations",
        exact=True,
        multiply_adds=memory.n_keys * memory.d_head * memory.heads_per_row,
        time_s_per_row=None,
        measured_at="",
        scaling="n d multiply-adds" if memory.index_heads is None else "n H d multiply-adds",
        source="arXiv:2307.08045, second-hand: O(n^2 d) for the n rows of exact attention",
    )
