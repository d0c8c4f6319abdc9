"""What fewer bits per number save in Toffolis, and what they do to the result, on real heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.costs.counting import count
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.shapes import Shape
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.row.circuit import iterate_of
from groverattn.row.request import Design, RowRequest
from studies.sheet import Sheet

BITS = tuple(range(4, 17))
N_MARKED = 16  # as in `groverattn run`

# Where Toffolis are counted: the sizes of the preset llama3.1-8b.
_N_KEYS, _D_HEAD, _N_MARKED, _DATA_ACCESS = 1 << 17, 128, 512, "qroam"


@attrs.frozen
class PrecisionRecord:
    """One head searched at one precision. "Exact" is the search with the scores of the float64 head.

    Only membership depends on the precision: found scores are computed again exactly, see SparseRankOne.

    Attributes:
        head: name of the head.
        n_keys: its keys n.
        d_head: its numbers per key d.
        n_marked: keys k that the exact search marks in each row.
        bits: bits per number, of queries and keys alike.
        missed: share of the k keys that the exact search finds and this one does not, mean over rows.
        extra: keys that this search finds and the exact one does not, over k, mean over rows. Without ties it equals
            `missed`; keys that tie with the k-th are marked as well, and a row that ties altogether is read whole.
        l1_median: ||p - q||_1 of exact attention p and sparse plus rank one q (tail: mean score), median over rows.
        l1_max: the same, largest row.
        l1_median_exact: median of the exact search.
        l1_max_exact: largest row of the exact search.
        toffoli_per_iterate: Toffolis of one Grover iterate, `qroam`, n = 2^17, d = 128, k = 512, at this precision.
    """

    head: str
    n_keys: int
    d_head: int
    n_marked: int
    bits: int
    missed: float
    extra: float
    l1_median: float
    l1_max: float
    l1_median_exact: float
    l1_max_exact: float
    toffoli_per_iterate: int


def precision_records(
    heads: Iterable[AttentionHead], n_marked: int = N_MARKED, bits: Sequence[int] = BITS
) -> Iterator[PrecisionRecord]:
    """Yield one record for each head and precision; O(n^2 d) work a record, as all scores are read.

    Raises:
        InputError: n_marked or a number of bits out of range.

    >>> record = next(precision_records([bundled_head()], n_marked=16, bits=[8]))
    >>> round(record.missed, 3), record.toffoli_per_iterate
    (0.006, 25815)
    """
    for head in heads:
        exact = largest_keys(head, n_marked).found
        exact_error = _weight_error(head, exact)
        for b in bits:
            instance = Instance.from_target(head, n_marked, query_bits=b, key_bits=b)
            found = [np.flatnonzero(instance.marked(row)) for row in range(head.n_keys)]
            common = [np.intersect1d(f, e).size for f, e in zip(found, exact, strict=True)]
            error = _weight_error(head, found)
            yield PrecisionRecord(
                head=head.name,
                n_keys=head.n_keys,
                d_head=head.d_head,
                n_marked=n_marked,
                bits=b,
                missed=float(np.mean([e.size - c for e, c in zip(exact, common, strict=True)]) / n_marked),
                extra=float(np.mean([f.size - c for f, c in zip(found, common, strict=True)]) / n_marked),
                l1_median=float(np.median(error)),
                l1_max=float(error.max()),
                l1_median_exact=float(np.median(exact_error)),
                l1_max_exact=float(exact_error.max()),
                toffoli_per_iterate=toffoli_per_iterate(b),
            )


@cache
def toffoli_per_iterate(bits: int) -> int:
    """Count the Toffolis of one iterate at n = 2^17, d = 128 through `qroam`, queries and keys of `bits` bits.

    >>> toffoli_per_iterate(4)
    17137
    """
    return count(
        iterate_of(
            RowRequest(
                shape=Shape(_N_KEYS, _D_HEAD, _N_MARKED, bits, bits), design=Design.one_key(data_access=_DATA_ACCESS)
            )
        )
    ).toffoli


def records() -> Iterator[PrecisionRecord]:
    """Compute the records of the packaged head."""
    return precision_records([bundled_head()], N_MARKED, BITS)


def _weight_error(head: AttentionHead, found: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    return row_errors(SparseRankOne.from_found(head, found)).weight_error


SHEET = Sheet("precision.csv", PrecisionRecord, records)
