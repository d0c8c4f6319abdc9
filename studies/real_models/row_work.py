"""A row of a language model by a scan, by an exact classical finder and by the search, and how its marked keys lie."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.fixed_point import quantise
from groverattn.problem.heads import AttentionHead
from groverattn.problem.thresholds import threshold_from_target
from groverattn.reference.finders.finder import FilterWork
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import finder
from groverattn.reference.search.methods import SearchMethod
from studies.real_models.rows import BITS, FOLDER, P_MISS, SEED, heads_of, sources
from studies.sheet import Sheet

N_ROWS = 8
MARKED = {512: (16,), 4096: (16, 64), 8192: (16, 64, 256)}
"""Keys to mark, by number of keys."""

KEYS_PER_QUERY = {512: 2, 4096: 4, 8192: 8}
BLOCK_SIZES = (4, 8, 16, 32)
N_ORDERS = 64
"""Random orders of the keys that blocks are counted in, for each row."""


@attrs.frozen
class WorkRecord:
    """One way to find the keys of a row that reach its threshold; means over the last 8 rows.

    All rows search the keys that the first of them sees.

    Attributes:
        head: file, layer and head.
        n_keys: keys searched, n.
        n_marked: keys asked for, k; those that tie with the k-th are marked as well.
        marked: keys that are marked.
        way: scan, subspace-balls, search by single keys or search by blocks.
        keys_per_query: keys that a call of the oracle tests; 0: there is none.
        inner_products: products of the query with a key or with the centre of a ball, computed classically; centres in
            parts of the dimensions count as their part.
        oracle_calls: expected calls of the phase oracle for the mean number of marked keys, rounded: by the law of the
            procedure (single keys) or as the mean of its sampled rows (blocks).
        keys_tested: keys tested inside them, calls times keys per query.
        key_reads: keys read classically, of all their numbers.
        code_reads: codes read that stand for a key in some of its dimensions; as many additions.
        missed: marked keys that a classical way did not report, all rows; of a search, its promise is in `p_missed`.
        p_missed: probability that a row misses a key.
    """

    head: str
    n_keys: int
    n_marked: int
    marked: float
    way: str
    keys_per_query: int
    inner_products: float
    oracle_calls: float
    keys_tested: float
    key_reads: float
    code_reads: float
    missed: int
    p_missed: float


@attrs.frozen
class BlocksRecord:
    """Blocks of neighbouring keys, and of keys in random order; means over the last 8 rows.

    Attributes:
        head: file, layer and head.
        n_keys: keys of the row, n.
        n_marked: keys asked for, k.
        block: keys of a block, u.
        marked: keys that are marked.
        blocks: blocks of the row.
        blocks_natural: blocks that hold a marked key, neighbours in the text together.
        blocks_random: the same in random order, mean of 64 orders a row.
        odd_natural, odd_random: blocks that hold an odd number of them: those that the oracle of block parities marks.
    """

    head: str
    n_keys: int
    n_marked: int
    block: int
    marked: float
    blocks: int
    blocks_natural: float
    blocks_random: float
    odd_natural: float
    odd_random: float


@attrs.frozen(eq=False)
class LastRows:
    """Integer queries of the last rows of a head, and the keys that all of them see.

    Attributes:
        name: of the head.
        n_tokens: tokens of the head.
        queries: shape (rows, d).
        keys: shape (n, d).
    """

    name: str
    n_tokens: int
    queries: NDArray[np.int64]
    keys: NDArray[np.int64]

    @classmethod
    def of(cls, head: AttentionHead) -> LastRows:
        """Quantise a head."""
        n, first = head.n_keys, head.n_keys - N_ROWS
        queries, keys = (quantise(array, BITS).values for array in (head.queries, head.keys))
        return cls(head.name, n, queries[first:], keys[: first + 1])

    def marked(self, n_marked: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Threshold of each row, shape (rows,), and which keys reach it, shape (rows, n)."""
        scores = self.queries @ self.keys.T
        thresholds = np.array([threshold_from_target(row, n_marked) for row in scores])
        return thresholds, scores >= thresholds[:, None]


def work_of(rows: LastRows) -> Iterator[WorkRecord]:
    """Every way, for every k."""
    n, u = len(rows.keys), KEYS_PER_QUERY[rows.n_tokens]
    index = finder("subspace-balls").prepare(KeySet.of(rows.keys, query_bits=BITS))
    for k in MARKED[rows.n_tokens]:
        thresholds, marked = rows.marked(k)
        t = float(marked.sum(axis=1).mean())
        same = {"head": rows.name, "n_keys": n, "n_marked": k, "marked": t}
        yield WorkRecord(**same, way="scan", **_classical(n, n, FilterWork(), 0))
        found = list(index.find_rows(rows.queries, thresholds))
        missed = sum(int(row.sum() - row[each.keys].sum()) for row, each in zip(marked, found, strict=True))
        work = [(each.candidates, each.filter_work.products, each.filter_work.code_reads) for each in found]
        candidates, products, codes = np.mean(work, axis=0)
        filtered = FilterWork(products=float(products), code_reads=codes)
        yield WorkRecord(**same, way="subspace-balls", **_classical(candidates, candidates, filtered, missed))
        for size in (1, u):
            yield WorkRecord(**same, **_search(n, round(t), size))


def _classical(products: float, reads: float, filtered: FilterWork, missed: int) -> dict:
    return {
        "keys_per_query": 0,
        "inner_products": float(products) + filtered.products,
        "oracle_calls": 0.0,
        "keys_tested": 0.0,
        "key_reads": float(reads),
        "code_reads": float(filtered.code_reads),
        "missed": missed,
        "p_missed": 0.0,
    }


def _search(n: int, n_marked: int, size: int) -> dict:
    name = "unknown" if size == 1 else "posterior"
    method = SearchMethod(name=name, n_expected=n_marked, p_failure=P_MISS / n, keys_per_query=size)
    cost = method.cost(n, n_marked)
    return {
        "way": "search by single keys" if size == 1 else "search by blocks",
        "keys_per_query": size,
        "inner_products": cost.checks_expected,
        "oracle_calls": cost.iterates_expected,
        "keys_tested": cost.iterates_expected * size,
        "key_reads": cost.checks_expected,
        "code_reads": 0.0,
        "missed": 0,
        "p_missed": method.p_failure,
    }


def blocks_of(rows: LastRows) -> Iterator[BlocksRecord]:
    """Every size of a block, for every k."""
    n, rng = len(rows.keys), np.random.default_rng(SEED)
    orders = np.stack([rng.permutation(n) for _ in range(N_ORDERS)])
    for k in MARKED[rows.n_tokens]:
        _, marked = rows.marked(k)
        for size in BLOCK_SIZES:
            natural = _in_blocks(marked, size)
            random = _in_blocks(np.concatenate([row[orders] for row in marked]), size)
            counts = {
                f"{kind}_{order}": float((held > 0).sum(1).mean() if kind == "blocks" else (held % 2).sum(1).mean())
                for kind in ("blocks", "odd")
                for order, held in (("natural", natural), ("random", random))
            }
            yield BlocksRecord(rows.name, n, k, size, float(marked.sum(1).mean()), natural.shape[1], **counts)


def _in_blocks(marked: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Marked keys of each block of neighbours, shape (rows, blocks)."""
    padded = np.pad(marked, ((0, 0), (0, -marked.shape[1] % size)))
    return padded.reshape(len(marked), -1, size).sum(axis=2)


def _heads(data: Path) -> Iterator[AttentionHead]:
    for path in sources(data):
        if path.is_file():
            yield from heads_of(path)


def work_of_head(head: AttentionHead) -> Iterator[WorkRecord]:
    """Every way of one head; some seconds."""
    return work_of(LastRows.of(head))


def blocks_of_head(head: AttentionHead) -> Iterator[BlocksRecord]:
    """Every size of a block of one head; a second."""
    return blocks_of(LastRows.of(head))


def work_records(data: Path) -> Iterator[WorkRecord]:
    """Every way of the heads of all files that are there."""
    return itertools.chain.from_iterable(map(work_of_head, _heads(data)))


def block_records(data: Path) -> Iterator[BlocksRecord]:
    """Every size of a block of the heads of all files that are there."""
    return itertools.chain.from_iterable(map(blocks_of_head, _heads(data)))


WORK_SHEET = Sheet(f"{FOLDER}/row_work.csv", WorkRecord, work_records)
BLOCKS_SHEET = Sheet(f"{FOLDER}/marked_blocks.csv", BlocksRecord, block_records)
