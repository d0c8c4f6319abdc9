"""What else could make a row over blocks cheaper, counted against the block search that is built."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.bloqs.score.carry_save import CarrySaveHeap
from groverattn.bloqs.score.heap import sign_width
from groverattn.bloqs.score.heap_steps import Literal
from groverattn.costs.counting import count
from groverattn.problem.heads import AttentionHead
from groverattn.problem.shapes import Shape, one_query, representative_threshold
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.runs import table_of
from groverattn.row.circuit import score_of
from groverattn.row.request import ONE_KEY, RowRequest
from studies.search.real_heads import heads
from studies.sheet import Sheet

D_HEAD, BITS, P_MISS = 128, 8, 0.005
REQUEST = RowRequest.of(n_keys=1 << 17, d_head=D_HEAD, n_marked=512, key_bits=BITS, query_bits=BITS, **ONE_KEY)
SCORE = count(score_of(REQUEST)).toffoli
SIZES = (1 << 17, 1 << 20)
PIECES = (8, 10, 12)
GROUPS = (4, 8)
HEADS_KEYS, HEADS_MARKED, HEADS_BLOCK = 512, 32, 8


@attrs.frozen
class AlternativeRecord:
    """One alternative at one size, d = 128 and 8 bits unless it says otherwise.

    Attributes:
        alternative: what is done otherwise.
        n_keys: keys of the row.
        quantity: what is counted.
        value: of the alternative.
        built: of what is built.
        row_ratio: Toffolis of a row over those of the built one, both with their best number of keys per query; empty:
            not a matter of Toffolis, or only of a part of the row.
        source: how it was got.
    """

    alternative: str
    n_keys: int
    quantity: str
    value: float
    built: float
    row_ratio: float | None
    source: str


def records(data: Path) -> Iterator[AlternativeRecord]:
    """All alternatives."""
    yield from pieces()
    yield from last_checks()
    yield from shared_queries()
    yield from ordered_keys(data)
    for n in SIZES:
        blocks = n // best(n, SCORE)
        least = blocks - (blocks - 1).bit_length() - 1
        ratio = (_row(n, SCORE) - math.sqrt(blocks) * (blocks - 2 - least)) / _row(n, SCORE)
        yield AlternativeRecord("any better address", n, "And of an address", least, blocks - 2, ratio, "rank bound")


def best(n_keys: int, score: float) -> int:
    """Keys per query of the fewest Toffolis."""
    around = math.sqrt(3 * n_keys / score)
    tried = range(max(1, round(around / 2)), round(2 * around) + 2)
    return min(tried, key=lambda u: _with(n_keys, u, score))


def _with(n_keys: int, u: int, score: float) -> float:
    blocks = -(-n_keys // u)
    return math.sqrt(blocks) * (blocks - 2 + u * score + (blocks - 1).bit_length() - 2)


def _row(n_keys: int, score: float) -> float:
    """N^(1/2) T at the best number of keys per query: proportional to the Toffolis of a row."""
    return _with(n_keys, best(n_keys, score), score)


def pieces() -> Iterator[AlternativeRecord]:
    """Key bits loaded as one-hot pieces that are looked up in tables of the query alone."""
    for size in PIECES:
        score = piece_score(size)
        groups = -(-D_HEAD // size)
        for n in SIZES:
            ratio = _row(n, score) / _row(n, SCORE)
            name = f"one-hot key pieces of {size} bits"
            yield AlternativeRecord(name, n, "Toffolis of a score", score, SCORE, ratio, "heap planned")
            share = groups * 2.0**size / (n * D_HEAD)
            yield AlternativeRecord(name, n, "sums that only the query needs, over n d", share, 0.0, None, "formula")
            steps = 2.0 * groups * BITS * min(n // best(n, score), 1 << size)
            built = min(n // best(n, SCORE), D_HEAD * BITS + 1)
            yield AlternativeRecord(name, n, "CNOT steps of a load on one bus, at least", steps, built, None, "formula")


@functools.cache
def piece_score(size: int) -> int:
    """Toffolis of a heap whose inputs are, for each bit plane and group of numbers, the sum over its set bits."""
    shape = Shape(1 << 17, D_HEAD, 512, BITS, BITS)
    query = one_query(shape)
    threshold = representative_threshold(shape, query)
    order = sorted(range(D_HEAD), key=lambda m: -abs(query[m]))
    groups = [order[at : at + size] for at in range(0, D_HEAD, size)]
    widths = [sum(abs(query[m]) for m in group).bit_length() for group in groups]
    heap = CarrySaveHeap(BITS * sum(widths), sign_width(query, threshold, BITS))
    # part = sum over set bits of -q, shifted so that it is never negative
    constant = threshold - 1 + (sum(query) << (BITS - 1))
    wire = 0
    for plane in range(BITS):
        for group, width in zip(groups, widths, strict=True):
            constant -= sum(query[m] for m in group if query[m] > 0) << plane
            for bit in range(width):
                heap.enter_once(Literal(0, wire), plane + bit)
                wire += 1
    heap.constant += constant
    return heap.plan().toffoli


def last_checks() -> Iterator[AlternativeRecord]:
    """A fixed-point search in place of the plain runs, with oracle phases of -1 and all others on the diffusion.

    With s' = O s, the phases of Yoder, Low, Chuang (arXiv:1409.3305) around s and s' in turn, and L odd calls:
    |<s|U|s>|^2 = p T_L(cosh(acosh(1/sqrt(p)) / L) cos(2 theta))^2, at most p if the argument is at most 1. That is not
    the probability of finding nothing, which is larger where more than some blocks are odd: short plain runs have to be
    added, and are not counted here.
    """
    for n in SIZES:
        blocks = Blocks.of(n, best(n, SCORE))
        plain = sum(table_of(blocks).last_check(P_MISS))
        turn = 2 * math.asin(1 / math.sqrt(blocks.n_blocks))
        least = math.acosh(1 / math.sqrt(P_MISS)) / math.acosh(1 / math.cos(turn))
        calls = 2 * math.ceil((least - 1) / 2) + 1  # odd
        name = "fixed-point last check, phases on the diffusion alone"
        yield AlternativeRecord(
            name, n, "oracle calls of the last check, for one odd block", calls, plain, None, "formula"
        )


def shared_queries() -> Iterator[AlternativeRecord]:
    """One search over blocks and the g queries of a GQA group: a load serves g scores of each key."""
    for g in GROUPS:
        for n in SIZES:
            joint = min(
                math.sqrt(-(-n // u)) * (-(-n // u) - 2 + u * g * SCORE) / math.sqrt(g)
                for u in range(1, best(n, SCORE) + 1)
            )
            name = f"the {g} queries of a group in one call"
            ratio = joint / _row(n, SCORE)
            yield AlternativeRecord(name, n, "N^(1/2) T for each row", joint, _row(n, SCORE), ratio, "formula")


def ordered_keys(data: Path) -> Iterator[AlternativeRecord]:
    """OR of a block of neighbours in place of parity: fewer blocks hold the marked keys of real heads."""
    counted = []
    for head, _, _ in heads(data):
        if head.n_keys == HEADS_KEYS and not head.causal:
            counted.append(blocks_hit(head))
    dealt, natural, bisected = np.mean(counted, axis=0)
    for name, hit in (("OR, keys in their own order", natural), ("OR, keys bisected by principal axes", bisected)):
        ratio = math.sqrt(hit / dealt)
        quantity = f"blocks of {HEADS_BLOCK} that hold the {HEADS_MARKED} marked keys"
        yield AlternativeRecord(name, HEADS_KEYS, quantity, hit, dealt, ratio, "real heads, iterates alone")


def blocks_hit(head: AttentionHead) -> tuple[float, float, float]:
    """Mean number of blocks that a row's marked keys lie in: dealt at random, in their order, and bisected."""
    scores = head.queries @ head.keys.T
    marked = np.argsort(-scores, axis=1)[:, :HEADS_MARKED]
    rng = np.random.default_rng(0)
    orders = rng.permutation(HEADS_KEYS), np.arange(HEADS_KEYS), bisected_order(head.keys)
    hit = []
    for order in orders:
        block = np.empty(HEADS_KEYS, dtype=int)
        block[order] = np.arange(HEADS_KEYS) // HEADS_BLOCK
        hit.append(float(np.mean([np.unique(block[row]).size for row in marked])))
    return hit[0], hit[1], hit[2]


def bisected_order(keys: NDArray[np.floating]) -> NDArray[np.int64]:
    """Order in which halves along the principal axis, halved again and again, stand together."""

    def halved(members: NDArray[np.int64]) -> list[int]:
        if members.size <= HEADS_BLOCK:
            return members.tolist()
        centred = keys[members] - keys[members].mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0]
        along = members[np.argsort(centred @ axis, kind="stable")]
        return halved(along[: along.size // 2]) + halved(along[along.size // 2 :])

    return np.array(halved(np.arange(len(keys))))


SHEET = Sheet("block_alternatives.csv", AlternativeRecord, records)
