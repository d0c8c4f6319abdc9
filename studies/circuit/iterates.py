"""One Grover iterate at the sizes that are quoted: every data access and score method, and the spread over queries."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import attrs

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.heap import plan_score_heap
from groverattn.bloqs.score.methods import SCORES
from groverattn.costs.counting import count_iterate
from groverattn.problem.shapes import Shape, one_query, representative_threshold
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.sheet import Sheet

N_QUERIES = 20


@attrs.frozen
class IterateRecord:
    """One Grover iterate of a shape, counted with a representative query.

    Attributes:
        n_keys, d_head, key_bits, query_bits: the shape.
        data_access, score_method: by name.
        toffoli: Toffolis of the iterate.
        load, unload, score, diffusion: those of its parts; the score with its undoing.
        clifford: Clifford gates; a CNOT on m targets counts m.
        measurements: measurements, without those inside Toffolis.
        logical_qubits: largest number of qubits alive at once.
        toffoli_depth: Toffolis on the longest path.
        measurement_depth: measurements that later gates wait for on the longest path.
        score_mean_over_queries: mean of the score's Toffolis over 20 queries, to one decimal; `shared-sums` only.
        score_standard_deviation: their standard deviation.
    """

    n_keys: int
    d_head: int
    key_bits: int
    query_bits: int
    data_access: str
    score_method: str
    toffoli: int
    load: int
    unload: int
    score: int
    diffusion: int
    clifford: int
    measurements: int
    logical_qubits: int
    toffoli_depth: int
    measurement_depth: int
    score_mean_over_queries: str
    score_standard_deviation: str


def shapes() -> Iterator[Shape]:
    """The sizes: 2^17 and 2^20 keys, d of 64 and 128, 4 to 16 bits at the larger d."""
    for n_keys in (1 << 17, 1 << 20):
        for d_head, bits in ((64, 8), (128, 4), (128, 8), (128, 16)):
            yield Shape(n_keys, d_head, 512, bits, bits)


def records() -> Iterator[IterateRecord]:
    """All accesses with the default score, and all score methods with `qroam`."""
    for shape in shapes():
        for access in DATA_ACCESSES:
            yield _record(shape, access, "shared-sums")
        for method in SCORES:
            if method != "shared-sums":
                yield _record(shape, "qroam", method)


def _record(shape: Shape, access: str, method: str) -> IterateRecord:
    counted = count_iterate(
        iterate_of(RowRequest(shape=shape, design=Design.one_key(data_access=access, score_method=method)))
    )
    total, parts = counted.total, counted.toffoli_parts
    mean, deviation = score_over_queries(shape) if method == "shared-sums" else ("", "")
    return IterateRecord(
        n_keys=shape.n_keys,
        d_head=shape.d_head,
        key_bits=shape.key_bits,
        query_bits=shape.query_bits,
        data_access=access,
        score_method=method,
        toffoli=total.toffoli,
        load=parts["load"],
        unload=parts["unload"],
        score=parts["score"],
        diffusion=parts["diffusion"],
        clifford=total.clifford,
        measurements=total.measurement,
        logical_qubits=total.logical_qubits,
        toffoli_depth=total.toffoli_depth,
        measurement_depth=total.measurement_depth,
        score_mean_over_queries=mean,
        score_standard_deviation=deviation,
    )


def score_over_queries(shape: Shape) -> tuple[str, str]:
    """Mean and standard deviation of the score's Toffolis over seeded representative queries, to one decimal."""
    queries = (one_query(shape, seed) for seed in range(N_QUERIES))
    counts = [
        plan_score_heap("shared-sums", query, representative_threshold(shape, query), shape.key_bits).toffoli
        for query in queries
    ]
    return f"{statistics.mean(counts):.1f}", f"{statistics.stdev(counts):.1f}"


SHEET = Sheet("iterates.csv", IterateRecord, records)
