"""Toffolis of a whole row against n: one key per query, several, runs by a posterior, an approximate score first."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs

from groverattn.row import request
from groverattn.row.search import RowSearch
from studies.sheet import Sheet

P_MISS = 0.005
LOG2_N = (12, 14, 16, 17, 18, 20, 22, 24)
N_MARKED = (1, 16, 256)
QUOTED = ((1 << 17, 512), (1 << 20, 2048))
LEAST_KEYS_PER_MARKED = 64
ONE_KEY_POSTERIOR_MAX = 1 << 20  # beyond it its last check is thousands of runs without iterates

ONE_KEY = request.ONE_KEY | {"data_access": "qroam"}
BLOCKS = request.ONE_KEY | {"data_access": "one-hot", "keys_per_query": "auto"}
DESIGNS = {
    "one key": ONE_KEY,
    "one key, posterior": ONE_KEY | {"method": "posterior"},
    "blocks": BLOCKS,
    "blocks side by side": BLOCKS | {"data_access": "qrom"},
    "blocks, posterior": BLOCKS | {"method": "posterior"},
    "blocks, approximate first": BLOCKS | {"method": "posterior", "first_score": "approximate"},
}
LIMITS = (0.2, 0.25, 0.32)
"""Shares of the keys that may be read, for the sizes that are quoted; 0.5 in all other lines."""

DESIGNS_OF_QUOTED = {
    f"blocks, approximate first, reads {limit}": DESIGNS["blocks, approximate first"] | {"reads_limit": limit}
    for limit in LIMITS
}


@attrs.frozen
class BlockRowRecord:
    """One row: d = 128, 8 bits, law `expected`, half of the error budget 0.01 for the search.

    Attributes:
        n_keys, n_marked: sizes of the row.
        design: how it is searched; "one key" is the search of the first version, by `qroam`.
        data_access: how the keys are reached.
        keys_per_query: keys that a call of the exact oracle tests, of least Toffolis (`best_keys_per_query`).
        finder_keys_per_query: those of the approximate score's; empty: there is none.
        iterates: expected iterates.
        iterates_error: their standard error, where the law is a mean of 32 sampled rows.
        toffoli: Toffolis of the row, expected.
        over_one_key: over those of "one key".
        clifford: Clifford gates of the row; a CNOT on m targets counts m.
        logical_qubits: largest number of qubits alive at once.
        keys_read: keys read after measurements, expected.
        read_over_scan: over n, what a scan reads.
        key_tests: keys tested inside oracles.
        p_missed: probability of a miss by the law, or as realised in the sample.
    """

    n_keys: int
    n_marked: int
    design: str
    data_access: str
    keys_per_query: int
    finder_keys_per_query: int | None
    iterates: float
    iterates_error: float
    toffoli: float
    over_one_key: float
    clifford: float
    logical_qubits: int
    keys_read: float
    read_over_scan: float
    key_tests: float
    p_missed: float


def records() -> Iterator[BlockRowRecord]:
    """Every design at every size."""
    sizes = [(1 << bits, k) for bits in LOG2_N for k in N_MARKED if LEAST_KEYS_PER_MARKED * k <= 1 << bits]
    for n, k in sorted({*sizes, *QUOTED}):
        for design in DESIGNS:
            if design != "one key, posterior" or n <= ONE_KEY_POSTERIOR_MAX:
                yield record(n, k, design)
        if (n, k) in QUOTED:
            yield from (record(n, k, design) for design in DESIGNS_OF_QUOTED)


@functools.cache
def record(n_keys: int, n_marked: int, design: str) -> BlockRowRecord:
    """Price one row."""
    choices = (DESIGNS | DESIGNS_OF_QUOTED)[design]
    search = RowSearch.of(request.RowRequest.of(n_keys=n_keys, d_head=128, n_marked=n_marked, **choices))
    cost = search.cost(P_MISS)
    row = search.totals(cost).row
    toffoli = float(row.toffoli)
    finder = search.plan.finder
    return BlockRowRecord(
        n_keys=n_keys,
        n_marked=n_marked,
        design=design,
        data_access=search.request.design.data_access,
        keys_per_query=search.plan.keys_per_query,
        finder_keys_per_query=None if finder is None else finder.keys_per_query,
        iterates=cost.iterates_expected,
        iterates_error=cost.iterates_error,
        toffoli=toffoli,
        over_one_key=toffoli / (toffoli if design == "one key" else record(n_keys, n_marked, "one key").toffoli),
        clifford=float(row.clifford),
        logical_qubits=row.logical_qubits,
        keys_read=cost.checks_expected,
        read_over_scan=cost.checks_expected / n_keys,
        key_tests=cost.key_tests,
        p_missed=cost.p_failure if cost.p_missed is None else cost.p_missed,
    )


SHEET = Sheet("block_rows.csv", BlockRowRecord, records)
