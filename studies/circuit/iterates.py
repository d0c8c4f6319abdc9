"""One Grover iterate at the sizes that are quoted: every data access and score method, and the spread over queries."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Iterator
from pathlib import Path

from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.score.heap import plan_score_heap
from groverattn.bloqs.score.methods import SCORES
from groverattn.costs.counting import count_iterate
from groverattn.files.whole import write_text
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest

FILE_NAME = "iterates.csv"

N_QUERIES = 20

_COLUMNS = (
    "n_keys",
    "d_head",
    "key_bits",
    "query_bits",
    "data_access",
    "score_method",
    "toffoli",
    "load",
    "unload",
    "score",
    "diffusion",
    "clifford",
    "measurements",
    "logical_qubits",
    "toffoli_depth",
    "measurement_depth",
    "score_mean_over_queries",
    "score_standard_deviation",
)


def shapes() -> Iterator[Shape]:
    """The sizes: 2^17 and 2^20 keys, d of 64 and 128, 4 to 16 bits at the larger d."""
    for n_keys in (1 << 17, 1 << 20):
        for d_head, bits in ((64, 8), (128, 4), (128, 8), (128, 16)):
            yield Shape(n_keys, d_head, 512, bits, bits)


def rows() -> Iterator[dict[str, int | float | str]]:
    """All accesses with the default score, and all score methods with `qroam`."""
    for shape in shapes():
        for access in DATA_ACCESSES:
            yield _row(shape, access, "shared-sums")
        for method in SCORES:
            if method != "shared-sums":
                yield _row(shape, "qroam", method)


def _row(shape: Shape, access: str, method: str) -> dict[str, int | float | str]:
    counted = count_iterate(iterate_of(RowRequest(shape=shape, design=Design(data_access=access, score_method=method))))
    total, parts = counted.total, counted.toffoli_parts
    mean, deviation = score_over_queries(shape) if method == "shared-sums" else ("", "")
    values = (
        *(shape.n_keys, shape.d_head, shape.key_bits, shape.query_bits, access, method, total.toffoli),
        *(parts["load"], parts["unload"], parts["score"], parts["diffusion"]),
        *(total.clifford, total.measurement, total.logical_qubits, total.toffoli_depth, total.measurement_depth),
        *(mean, deviation),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def score_over_queries(shape: Shape) -> tuple[float, float]:
    """Mean and standard deviation of the score's Toffolis over seeded representative queries."""
    queries = (representative_query(shape, seed) for seed in range(N_QUERIES))
    counts = [
        plan_score_heap("shared-sums", query, representative_threshold(shape, query), shape.key_bits).toffoli
        for query in queries
    ]
    return round(statistics.mean(counts), 1), round(statistics.stdev(counts), 1)


def write(directory: Path) -> None:
    """Write the sheet as a CSV file, one row per shape, access and method."""
    text = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows())
    write_text(directory / FILE_NAME, text.getvalue())
