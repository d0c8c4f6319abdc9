"""Scores of an indexer, sum_h w_h max(<q_h, key>, 0) >= threshold: all heads in one heap, or one head after another."""

import functools
from collections import Counter
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QAny, Register, Side, Signature, bloq_example

from groverattn.bloqs.costed import BOOKKEEPING, Builder, Uncomputable, Wire, reading
from groverattn.bloqs.score.approximate import approximate_products, largest_cut, round_query
from groverattn.bloqs.score.heap_score import HeapScore, add_step, gates_of, undo_step
from groverattn.bloqs.score.heap_steps import ScoreHeap
from groverattn.bloqs.score.indexer_heap import (
    HeadPlan,
    in_units,
    largest_relus,
    plan_head,
    plan_indexer_heap,
    plan_weighted_sum,
)
from groverattn.bloqs.score.key_score import KeyScore, key_numbers
from groverattn.errors import InputError, check_between
from groverattn.problem.indexers import IndexerQuery


@attrs.frozen
class OfIndexer(KeyScore):
    """|key> -> |key>|work>|marked> with marked = [ sum_h w_h ReLU_h >= threshold ], ReLU_h that of head h.

    Exact by default. An approximate score rounds the queries and leaves out bits of each head's score below
    2^lowest_column, with the adders that only they need, as `ApproximateScore` does; it finds keys to be checked.

    Attributes:
        query, threshold, key_bits: see KeyScore; the query is an `IndexerQuery`.
        significant_bits: most significant bits that each number of a query is rounded to; None: all.
        lowest_column: binary logarithm of the lowest weight of a head's ReLU, 0 for all.

    Raises:
        InputError: a query of one head without weights.
    """

    significant_bits: int | None = attrs.field(default=None, kw_only=True)
    lowest_column: int = attrs.field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.query, IndexerQuery):
            raise InputError(
                given=f"a query of {len(self.query)} numbers",
                allowed="an IndexerQuery",
                why="an indexer scores a key by the queries and weights of its heads",
                do="take another score method, or give queries and weights",
            )
        _ = self.rounded_query  # refuses what it cannot round

    @property
    def rounded_query(self) -> IndexerQuery:
        """The queries that the circuit multiplies by, and their weights, of the heads that can add to a score."""
        assert isinstance(self.query, IndexerQuery)
        return _rounded(self.query, self.key_bits, self.significant_bits, self.lowest_column)

    def approximate(self, keys: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the scores of keys of shape (m, d) as the circuit adds them up, int64 of shape (m,).

        With zero columns left out and queries that are not rounded they are the scores.
        """
        total = np.zeros(len(keys), dtype=np.int64)
        for row, weight in zip(self.rounded_query.queries, self.rounded_query.weights, strict=True):
            product = approximate_products(row, self.key_bits, self.lowest_column, keys)
            total += weight * (np.maximum(product, 0) >> self.lowest_column)
        return total << self.lowest_column

    def reaches(self, key: int) -> bool:
        """Return whether the score of a key, as the key register holds it, reaches the threshold."""
        if self.significant_bits is None and not self.lowest_column:
            return super().reaches(key)
        return bool(self.approximate(self.components(key)[None])[0] >= self.threshold)


# A score, its adjoint, and every oracle that holds it ask for the same.
@functools.lru_cache(maxsize=64)
def _rounded(query: IndexerQuery, key_bits: int, significant_bits: int | None, lowest_column: int) -> IndexerQuery:
    if significant_bits is not None:
        check_between("significant_bits", significant_bits, 1, np.inf, "a query of no bits is no query")
    rows = [round_query(row, significant_bits) for row in query.queries]
    most = max(largest_cut(row, key_bits) for row in rows)
    check_between("lowest_column", lowest_column, 0, most, "with more, no bit of a key reaches the sum")
    largest = largest_relus(rows, key_bits, lowest_column)
    used = [h for h, weight in enumerate(query.weights) if weight and largest[h]]
    if lowest_column:  # a head may have no bit left
        used = [h for h in used if plan_head(rows[h], key_bits, lowest_column).columns]
    if not used:
        raise InputError(
            given=f"lowest_column = {lowest_column}",
            allowed="one that leaves a head of which neither weight nor score is always 0",
            why="every key would have the score 0",
            do="choose a lower column",
        )
    return IndexerQuery([rows[h] for h in used], [query.weights[h] for h in used])


@attrs.frozen
class IndexerScore(OfIndexer, HeapScore):
    """All heads in one carry-save heap, which costs nothing to undo: fewest Toffolis, a qubit for each of them.

    Attributes and registers: see OfIndexer and KeyScore; `work` holds partial sums, carries and ReLUs.

    >>> score = IndexerScore(IndexerQuery([(1, -1), (2, 1)], [3, -1]), threshold=4, key_bits=3)
    >>> key, work, marked = score.call_classically(key=0b101_011)  # the key (1, -1): 3 * 2 - 1 = 5
    >>> marked
    1
    """

    @cached_property
    def heap(self) -> ScoreHeap:
        """The steps of the circuit."""
        return plan_indexer_heap(self.rounded_query, self.threshold, self.key_bits, self.lowest_column)


@attrs.frozen
class HeadReLU(Uncomputable):
    """|key> -> |key>|max(<q, key>, 0)>, and nothing else left: the sum is undone by measurements, and again to undo it.

    Attributes:
        query: the d integers of one head.
        key_bits: bits b per key component.
        lowest_column: see OfIndexer; the result is in units of 2^lowest_column.

    Registers:
        key: d numbers in offset binary, b bits each.
        relu: [right] bits of the result that can be one, least significant first.
    """

    query: tuple[int, ...] = attrs.field(converter=lambda q: tuple(int(x) for x in q))
    key_bits: int
    lowest_column: int = attrs.field(default=0, kw_only=True)

    @property
    def plan(self) -> HeadPlan:
        """The steps of the circuit."""
        return plan_head(self.query, self.key_bits, self.lowest_column)

    @cached_property
    def computing_signature(self) -> Signature:
        relu = Register("relu", QAny(len(self.plan.columns)), side=Side.RIGHT)
        return Signature([Register("key", QAny(self.plan.n_key_wires)), relu])

    @property
    def toffoli_depth(self) -> int:
        """Those of the sum, and of the masks, which share the sign and run at once."""
        sums, masks, _ = self.plan.depths
        return sums + (0 if self.uncompute else masks)

    @property
    def measurement_depth(self) -> int:
        """The sum, the masks, and the sum undone."""
        return sum(self.plan.depths)

    @property
    def peak_qubits(self) -> int:
        """All wires of the sum, and the result."""
        return self.plan.n_wires

    def build_composite_bloq(self, bb: Builder, key: Wire) -> dict[str, Wire]:
        wires, before = list(bb.split(key)), []
        for step in self.plan.sums:
            before.append(len(wires))
            add_step(bb, wires, step)
        n_sums = len(wires)
        for step in self.plan.masks:
            add_step(bb, wires, step)
        relu, wires = wires[n_sums:], wires[:n_sums]
        for step, n_before in zip(reversed(self.plan.sums), reversed(before), strict=True):
            undo_step(bb, wires, step, n_before)
        key = bb.join(np.array(wires), dtype=QAny(self.plan.n_key_wires))
        return {"key": key, "relu": bb.join(np.array(relu), dtype=QAny(len(relu)))}

    def build_call_graph(self, ssa):
        sums, masks = self.plan.kinds
        counts = Counter[Bloq]()
        for gates in (gates_of(sums, False), gates_of(masks, self.uncompute), gates_of(sums, True)):
            counts += gates
        return dict(counts)

    def on_classical_vals(self, key: int, relu: int | None = None) -> dict[str, int]:
        computed = self.relu(key)
        if not self.uncompute:
            return {"key": key, "relu": computed}
        if relu != computed:
            raise ValueError(f"relu is not that of key {key}: it cannot be uncomputed")
        return {"key": key}

    def relu(self, key: int) -> int:
        """Return the register of the result for one value of the key register: plain arithmetic."""
        numbers = key_numbers(key, len(self.query), self.key_bits)[None]
        product = approximate_products(self.query, self.key_bits, self.lowest_column, numbers)
        value = max(int(product[0]), 0) >> self.lowest_column
        return QAny(len(self.plan.columns)).from_bits([value >> column & 1 for column in self.plan.columns])


@attrs.frozen
class WeightedSum(HeapScore):
    """The sign of a weighted sum of ReLUs, which stand in place of a key; see KeyScore.

    Attributes:
        query: the weights w_h.
        threshold: on the sum, in the units of the ReLUs.
        key_bits: bits of the widest ReLU.
        columns: weights of the bits of each ReLU, as binary logarithms.
        largest: largest value of each.
    """

    columns: tuple[tuple[int, ...], ...] = attrs.field(kw_only=True)
    largest: tuple[int, ...] = attrs.field(kw_only=True)

    @property
    def key_type(self) -> QAny:
        """The bits of all ReLUs, one head after the other."""
        return QAny(sum(map(len, self.columns)))

    @cached_property
    def heap(self) -> ScoreHeap:
        """The steps of the circuit."""
        assert isinstance(self.query, tuple)
        return plan_weighted_sum(self.columns, self.largest, self.query, self.threshold)


@attrs.frozen
class HeadByHeadScore(OfIndexer):
    """One head after another: the qubits of one heap and of the ReLUs, twice the Toffolis, as undoing repeats them.

    Attributes and registers: see OfIndexer and KeyScore; `work` holds the ReLUs and their weighted sum.
    """

    @property
    def heads(self) -> tuple[HeadReLU, ...]:
        """The ReLU of each head."""
        return _head_relus(self.rounded_query, self.key_bits, self.lowest_column, False)

    @property
    def weighted(self) -> WeightedSum:
        """Their sum."""
        return _sum_of(self.rounded_query, self.threshold, self.key_bits, self.lowest_column, self.uncompute)

    @property
    def parts(self) -> tuple[Bloq, ...]:
        """What is done, in order."""
        heads = _head_relus(self.rounded_query, self.key_bits, self.lowest_column, self.uncompute)
        return (self.weighted, *reversed(heads)) if self.uncompute else (*heads, self.weighted)

    @property
    def n_relu(self) -> int:
        """Qubits of all ReLUs."""
        return self.weighted.key_type.num_qubits

    @property
    def work_bits(self) -> int:
        """The ReLUs and what their sum leaves."""
        return self.n_relu + self.weighted.work_bits

    @property
    def toffoli_depth(self) -> int:
        """Those of the heads, one after the other, and of the sum."""
        return sum(reading(part, "toffoli_depth") for part in self.parts)

    @property
    def measurement_depth(self) -> int:
        """Likewise."""
        return sum(reading(part, "measurement_depth") for part in self.parts)

    @property
    def peak_qubits(self) -> int:
        """The key, the ReLUs so far, and the heap of the next head or of the sum."""
        held, peak = 0, self.key_type.num_qubits + self.n_relu + self.weighted.work_bits + 1
        for head in self.heads:
            peak = max(peak, held + head.peak_qubits)
            held += len(head.plan.columns)
        return peak

    def build_composite_bloq(self, bb: Builder, key: Wire) -> dict[str, Wire]:
        relus: list[Wire] = []
        for head in self.heads:
            done = bb.add_d(head, key=key)
            key = done["key"]
            relus.extend(bb.split(done["relu"]))
        summed = bb.add_d(self.weighted, key=bb.join(np.array(relus), dtype=self.weighted.key_type))
        work = [bb.split(summed[name]) for name in ("key", "work") if name in summed]
        return {
            "key": key,
            "work": bb.join(np.concatenate(work), dtype=QAny(self.work_bits)),
            "marked": summed["marked"],
        }

    def build_call_graph(self, ssa):
        return dict(Counter(self.parts))

    def values(self, key: int) -> tuple[int, int]:
        """Return `marked` and `work` of one key: the ReLUs by arithmetic, their sum by its single bits."""
        relus = [bit for head in self.heads for bit in QAny(len(head.plan.columns)).to_bits(head.relu(key))]
        marked, work = self.weighted.values(self.weighted.key_type.from_bits(relus))
        tail = QAny(self.weighted.work_bits).to_bits(work) if self.weighted.work_bits else []
        return marked, QAny(self.work_bits).from_bits([*relus, *tail])


# As `_rounded`: asked for by the score and its adjoint in every oracle.
@functools.lru_cache(maxsize=64)
def _head_relus(query: IndexerQuery, key_bits: int, lowest_column: int, uncompute: bool) -> tuple[HeadReLU, ...]:
    return tuple(HeadReLU(row, key_bits, lowest_column=lowest_column, uncompute=uncompute) for row in query.queries)


@functools.lru_cache(maxsize=64)
def _sum_of(query: IndexerQuery, threshold: int, key_bits: int, lowest_column: int, uncompute: bool) -> WeightedSum:
    largest = largest_relus(query.queries, key_bits, lowest_column)
    return WeightedSum(
        query.weights,
        in_units(threshold, lowest_column),
        max(max(largest).bit_length(), 1),
        columns=tuple(plan_head(row, key_bits, lowest_column).columns for row in query.queries),
        largest=largest,
        uncompute=uncompute,
    )


_EXAMPLE = IndexerQuery([(3, -1), (-2, 5)], [2, -1])


@bloq_example(generalizer=BOOKKEEPING)
def _indexer_score() -> IndexerScore:
    return IndexerScore(_EXAMPLE, threshold=3, key_bits=3)


@bloq_example(generalizer=BOOKKEEPING)
def _head_relu() -> HeadReLU:
    return HeadReLU((3, -1), key_bits=3)


@bloq_example(generalizer=BOOKKEEPING)
def _weighted_sum() -> WeightedSum:
    return WeightedSum((2, -1), 5, 3, columns=((0, 1, 2), (0, 1)), largest=(7, 3))


@bloq_example(generalizer=BOOKKEEPING)
def _head_by_head_score() -> HeadByHeadScore:
    return HeadByHeadScore(_EXAMPLE, threshold=3, key_bits=3)
