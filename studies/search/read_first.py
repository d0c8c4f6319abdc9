"""Reading first what is sure: sinks, the recent window and the marks of the row before, on real heads.

For each head and k, of some rows in the second half of the context: which share of the marked keys is read, and the
iterates of what is left by the law of the default method. A classical finder may read the same keys: what is left of
both are `keys_left` keys with `marked_left` marked ones.

Beside it, what amplitudes weighted by distance would do to what is left (`weighted`): the iterates that find the keys,
their number known, from a state whose weights are the hit rates of dyadic distances on other rows of the head, over
those from the uniform one. It leaves out the preparation of that state, and the last check, which stays uniform.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.heads import AttentionHead, load_head, places_of_heads
from groverattn.problem.instance import Instance
from groverattn.problem.shapes import ReadFirst
from groverattn.reference.search.amplification import success_probability
from groverattn.reference.search.known import best_known_number_iterates
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.read_first import ReadingRule
from studies.search.real_heads import labels
from studies.sheet import Sheet

MARKED = (8, 32, 128)
RULES = (
    ReadingRule(),
    ReadingRule(ReadFirst(4, 64)),
    ReadingRule(ReadFirst(4, 256)),
    ReadingRule(previous=True),
    ReadingRule(ReadFirst(4, 64), previous=True),
)
HEADS_FILE = "minilm_l6_n512.npz"
CAPTURED = "data/real_models/docs.npz"
"""The captured model, if it is there; docs/real_models.md says how it is made."""
BITS = 8
P_MISS = 0.005  # of a row, what an estimate gives the search by default
LONGEST, N_ROWS = 512, 32  # rows are the last 512 at most, of these 32 evenly spaced: our choice
HEAD_STEP = 17  # of a captured model one head of 17 is looked at: our choice
POWERS = (0.5, 1.0)  # of the hit rate that makes a weight; the better one is taken, in favour of the weights
N_ORDERS, SEED = 8, 0


@attrs.frozen
class ReadFirstRecord:
    """One head, k and rule, means over some rows.

    Attributes:
        head: layer and head.
        n_keys: tokens, n.
        causal: whether row i sees keys 0 to i only.
        n_marked: marked keys k of a row.
        read_first, read_last, read_previous: the rule.
        rows: rows that were looked at.
        keys_read: keys that a row reads before its search.
        share_read: share of the marked keys that are among them.
        keys_left, marked_left: what is left to the search, and to a classical finder that reads the same.
        iterates: expected iterates of the row, the law of the default method at a miss of 0.005.
        over_none: those over the iterates without reading first.
        weighted: iterates that find what is left, its number known, with amplitudes weighted by distance, over those
            from the uniform superposition; empty where nothing is left to find.
    """

    head: str
    n_keys: int
    causal: bool
    n_marked: int
    read_first: int
    read_last: int
    read_previous: bool
    rows: int
    keys_read: float
    share_read: float
    keys_left: float
    marked_left: float
    iterates: float
    over_none: float
    weighted: float | None


def records(data: Path) -> Iterator[ReadFirstRecord]:
    """Yield the records of the six packaged encoder heads, with and without a causal mask: a minute."""
    path = data / HEADS_FILE
    for layer, head in labels(path):
        found = load_head(path, layer=layer, head=head, causal=False)
        for each in (attrs.evolve(found, causal=True), found):
            yield from head_records(each)


def captured_records(path: Path) -> Iterator[ReadFirstRecord]:
    """Yield the records of one head of 17 of a captured model, causal: some minutes."""
    for layer, head in places_of_heads(path)[::HEAD_STEP]:
        yield from head_records(load_head(path, layer=layer, head=head, causal=True))


def head_records(head: AttentionHead) -> Iterator[ReadFirstRecord]:
    """Yield the records of one head."""
    first = max(head.n_keys // 2, head.n_keys - LONGEST)
    rows = np.linspace(first, head.n_keys - 1, N_ROWS).astype(int)
    for n_marked in MARKED:
        instance = Instance.from_target(head, n_marked, BITS, BITS, rows=range(first - 1, head.n_keys))
        without: float | None = None
        for rule in RULES:
            record = _record(instance, n_marked, rule, rows, without)
            without = record.iterates if without is None else without
            yield record


def _record(
    instance: Instance, n_marked: int, rule: ReadingRule, rows: NDArray[np.intp], without: float | None
) -> ReadFirstRecord:
    method = SearchMethod(n_expected=n_marked, p_failure=P_MISS)
    read = [rule.of_row(instance, row, method) for row in rows.tolist()]
    marked = [instance.marked(row) for row in rows.tolist()]
    left = [(int((~r).sum()), int((m & ~r).sum())) for r, m in zip(read, marked, strict=True)]
    iterates = float(np.mean([method.cost(n, t).iterates_expected if n > 1 else 0.0 for n, t in left]))
    n_read = sum(int((m & r).sum()) for r, m in zip(read, marked, strict=True))
    return ReadFirstRecord(
        head=instance.head.name,
        n_keys=instance.n_keys,
        causal=instance.head.causal,
        n_marked=n_marked,
        read_first=rule.ends.first,
        read_last=rule.ends.last,
        read_previous=rule.previous,
        rows=rows.size,
        keys_read=float(np.mean([r.sum() for r in read])),
        share_read=n_read / sum(int(m.sum()) for m in marked),
        keys_left=float(np.mean([n for n, _ in left])),
        marked_left=float(np.mean([t for _, t in left])),
        iterates=iterates,
        over_none=1.0 if without is None else iterates / without,
        weighted=_weighted(rows, read, marked),
    )


def _weighted(rows: NDArray[np.intp], read: list[NDArray[np.bool_]], marked: list[NDArray[np.bool_]]) -> float | None:
    """Finding by the weights of the other half of the rows over finding without weights, by the better power."""
    bins = [distance_bins(int(row), is_read.size) for row, is_read in zip(rows, read, strict=True)]
    size = max(int(each.max()) for each in bins) + 1
    rng = np.random.default_rng(SEED)
    totals = np.zeros(1 + len(POWERS))
    for parity in (0, 1):
        hits, keys = np.zeros(size), np.zeros(size)
        for at in range(1 - parity, len(rows), 2):
            hits += np.bincount(bins[at][marked[at] & ~read[at]], minlength=size)
            keys += np.bincount(bins[at][~read[at]], minlength=size)
        rate = (hits + 1) / (keys + size)  # no weight is zero
        for at in range(parity, len(rows), 2):
            to_find = np.flatnonzero(marked[at] & ~read[at])
            if not to_find.size:
                continue
            totals[0] += finding_iterates(np.ones(to_find.size), int((~read[at]).sum()), 1, rng)
            for number, power in enumerate(POWERS, start=1):
                weights = np.where(read[at], 0.0, rate[bins[at]] ** power)
                n_left = int((~read[at]).sum())
                each = weights[to_find] / weights.sum() * n_left
                totals[number] += finding_iterates(each, n_left, N_ORDERS, rng)
    return float(totals[1:].min() / totals[0]) if totals[0] else None


def distance_bins(row: int, n_visible: int) -> NDArray[np.intp]:
    """Return the bin of each key: by the power of two of its distance, the first four keys for themselves, shape (n,).

    >>> distance_bins(9, 10).tolist()
    [0, 0, 0, 0, 4, 4, 3, 3, 2, 1]
    """
    at = np.arange(n_visible)
    return np.where(at < 4, 0, np.frexp(np.abs(row - at))[1] + 1)


def finding_iterates(weights: NDArray[np.float64], n: int, n_orders: int, rng: np.random.Generator) -> float:
    """Return the expected iterates that find some keys, whose number and weights are known.

    A measured key is one of those left with a probability in proportion to its weight, so the order of finding is that
    of exponential clocks; the mean over some orders is returned.

    Args:
        weights: n times the probability of each key in the prepared state, shape (t,).
        n: keys that are searched.
        n_orders: orders that are drawn.
        rng: draws them.

    >>> from groverattn.reference.search.known import KnownNumberSearch
    >>> found = finding_iterates(np.ones(8), 1024, 1, np.random.default_rng(0))
    >>> round(found / KnownNumberSearch(8, 1e-9).cost(1024, 8).iterates_expected, 6)
    1.0
    """
    clocks = rng.exponential(size=(n_orders, weights.size)) / weights
    in_order = weights[np.argsort(clocks, axis=1)]
    left = np.minimum(np.cumsum(in_order[:, ::-1], axis=1), n).ravel()
    j = best_known_number_iterates(n, left)
    return float((j / success_probability(n, left, j)).sum() / n_orders)


SHEET = Sheet("read_first.csv", ReadFirstRecord, records)
CAPTURED_SHEET = Sheet("read_first_captured.csv", ReadFirstRecord, captured_records)
