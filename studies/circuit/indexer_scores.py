"""The score of an indexer: what a head, its ReLU and the weights cost, in every form, exact and approximate."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from groverattn.bloqs.score.finding import FindingScore, approximate_score, pass_rates, score_error
from groverattn.bloqs.score.heap import plan_score_heap
from groverattn.bloqs.score.indexer import HeadByHeadScore, IndexerScore
from groverattn.bloqs.score.indexer_heap import plan_head
from groverattn.bloqs.score.methods import INDEXER_SCORES, score
from groverattn.costs.counting import count
from groverattn.problem.indexers import IndexerQuery
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from studies.sheet import Sheet

N_KEYS, N_MARKED, D_HEAD, BITS = 1 << 17, 2048, 128, 8
HEADS = (4, 32, 64)
APPROXIMATE = ((3, 9), (3, 10), (2, 10), (2, 11), (3, 11))


@attrs.frozen
class IndexerScoreRecord:
    """The score of one indexer row, for a representative query at d = 128 and 8 bits of keys, queries and weights.

    Attributes:
        index_heads: heads H.
        score_method: form of the circuit; `plain heads` is H times the score of one inner product, the first head's.
        significant_bits, lowest_column: of an approximate score; empty: exact.
        toffoli: Toffolis of the score and of undoing it.
        sums: those that form the products of the heads, both times.
        relus: those of the ReLUs.
        weights: those of the weighted sum.
        over_plain_heads: toffoli over that of `plain heads`.
        logical_qubits: largest number alive at once, the key's 1,024 among them.
        toffoli_depth: Toffolis on the longest path of computing the score.
        error_over_spread: standard deviation of the error over that of the exact scores; 20,000 representative keys.
        candidates, missed: keys of 131,072 that an approximate score lets pass, and marked ones, of 2,048, that it does
            not, its threshold moved by one deviation of the error.
    """

    index_heads: int
    score_method: str
    significant_bits: int | None
    lowest_column: int | None
    toffoli: int
    sums: int
    relus: int
    weights: int
    over_plain_heads: float
    logical_qubits: int
    toffoli_depth: int
    error_over_spread: float | None
    candidates: float | None
    missed: float | None


def records() -> Iterator[IndexerScoreRecord]:
    """Exact in every form, and approximate in one heap."""
    for n_heads in HEADS:
        shape = Shape(N_KEYS, D_HEAD, N_MARKED, BITS, BITS, index_heads=n_heads, weight_bits=BITS)
        query = representative_query(shape)
        assert isinstance(query, IndexerQuery)
        threshold = representative_threshold(shape, query)
        plain = sum(plan_score_heap("shared-sums", row, threshold, BITS).toffoli for row in query.queries)
        for method in INDEXER_SCORES:
            yield _record(score(method, query, threshold, BITS), method, plain, shape)
        exact = score("shared-sums", query, threshold, BITS)
        for significant_bits, lowest_column in APPROXIMATE:
            found = approximate_score(exact, significant_bits, lowest_column)
            yield _record(found, "shared-sums", plain, shape, exact.threshold)


def _record(
    scored: FindingScore, method: str, plain: int, shape: Shape, exact_threshold: int | None = None
) -> IndexerScoreRecord:
    done, undone = count(scored), count(scored.adjoint())
    sums, relus, weights = _shares(scored)
    rates = error = None
    if exact_threshold is not None:
        error = score_error(scored)
        rates = pass_rates(scored, exact_threshold, shape.n_keys, shape.n_marked)
    return IndexerScoreRecord(
        index_heads=shape.index_heads or 0,
        score_method=method,
        significant_bits=scored.significant_bits,
        lowest_column=scored.lowest_column if rates else None,
        toffoli=done.toffoli + undone.toffoli,
        sums=sums,
        relus=relus,
        weights=weights,
        over_plain_heads=(done.toffoli + undone.toffoli) / plain,
        logical_qubits=max(done.logical_qubits, undone.logical_qubits),
        toffoli_depth=done.toffoli_depth,
        error_over_spread=error.deviation / error.spread if error else None,
        candidates=rates.candidates if rates else None,
        missed=rates.missed if rates else None,
    )


def _shares(scored: FindingScore) -> tuple[int, int, int]:
    """Toffolis of sums, ReLUs and weights, done and undone."""
    assert isinstance(scored, IndexerScore | HeadByHeadScore)
    plans = [plan_head(row, scored.key_bits, scored.lowest_column) for row in scored.rounded_query.queries]
    relus = sum(len(plan.masks) for plan in plans)
    total = count(scored).toffoli
    if isinstance(scored, HeadByHeadScore):
        weights = scored.weighted.heap.toffoli
        return 2 * (total - relus - weights), relus, weights
    sums = sum(plan.n_sums for plan in plans)
    return sums, relus, total - sums - relus


SHEET = Sheet("indexer_scores.csv", IndexerScoreRecord, records)
