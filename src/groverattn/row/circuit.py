"""The circuits of a row: Grover iterates of given sizes, with a query that stands for any."""

from __future__ import annotations

import attrs

from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.problem.free_memory import check_memory
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import representative_query, representative_threshold
from groverattn.row.request import RowRequest

# Measured at d = 4096: 1.8 GiB, with 8 bits and with 16.
_BYTES_PER_PAIR = 120


def iterate_with(request: RowRequest, score: KeyScore, keys_per_query: int | None = None) -> GroverIterate:
    """Return the Grover iterate of a request with a score that is there already.

    Args:
        request: the sizes, and how the keys are reached.
        score: the score of one query.
        keys_per_query: keys that one call tests; by default as many as the request says, or one if it leaves that open.

    Raises:
        InputError: a data access or sizes that do not go together.
    """
    shape, design = request.shape, request.design
    oracle = oracle_of(
        design.data_access,
        KeyTable(shape.n_keys, shape.d_head, shape.key_bits),
        score,
        keys_per_query=(design.u or 1) if keys_per_query is None else keys_per_query,
        words_at_once=design.words_at_once,
    )
    if isinstance(oracle.lookup, QRAMLookup):
        oracle = attrs.evolve(oracle, lookup=attrs.evolve(oracle.lookup, price=request.qram))
    return GroverIterate(oracle)


def iterate_of(request: RowRequest) -> GroverIterate:
    """Return the Grover iterate that a request is priced by, with the score of a representative query.

    >>> iterate_of(RowRequest.of(preset="toy")).oracle.lookup.table.n_keys
    16
    """
    return iterate_with(request, score_of(request))


def score_of(request: RowRequest) -> KeyScore:
    """Return the score of a representative query of the request.

    Raises:
        InputError: numbers whose plan does not fit into memory.
    """
    shape, method = request.shape, request.design.score_method
    if method == "shared-sums":  # its plan compares the pairs of numbers
        check_memory(
            shape.d_head**2 * _BYTES_PER_PAIR,
            f"the score of {shape.d_head:,} numbers",
            "take fewer numbers, or --score-method plain-heap",
        )
    query = representative_query(shape)
    return make_score(method, query, representative_threshold(shape, query), shape.key_bits)
