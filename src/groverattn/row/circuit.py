"""The circuits of a row: Grover iterates of given sizes, with a query that stands for any."""

from __future__ import annotations

import functools

import attrs

from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.block_oracle import BlockOracle, oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.errors import InputError
from groverattn.problem.free_memory import check_memory
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, representative_query, representative_threshold
from groverattn.row.request import AUTO, RowRequest

# Measured at d = 4096: 1.8 GiB, with 8 bits and with 16.
_BYTES_PER_PAIR = 120


def iterate_with(
    request: RowRequest, score: KeyScore, keys_per_query: int | None = None, n_keys: int | None = None
) -> GroverIterate:
    """Return the Grover iterate of a request with a score that is there already; see `oracle_with`."""
    return GroverIterate(oracle_with(request, score, keys_per_query, n_keys))


def oracle_with(
    request: RowRequest, score: KeyScore, keys_per_query: int | None = None, n_keys: int | None = None
) -> PhaseOracle | BlockOracle:
    """Return the phase oracle of a request with a score that is there already.

    Args:
        request: the sizes, and how the keys are reached; what it leaves open has to be chosen first, but for the number
            of keys per query, which is one then.
        score: the score of one query.
        keys_per_query: keys that one call tests; None: as the request says.
        n_keys: keys that are searched; None: all of the request.

    Raises:
        InputError: a data access or sizes that do not go together, or that are still to be chosen.
    """
    shape, design = request.shape, request.design
    if AUTO in (design.data_access, design.unload):
        raise InputError(
            given=f"data access {design.data_access}, unload {design.unload}",
            allowed="a data access and an unload by name",
            why="a circuit reaches the keys in one way",
            do="let groverattn.row.best choose them, or give both",
        )
    oracle = oracle_of(
        design.data_access,
        KeyTable(n_keys or shape.n_keys, shape.d_head, shape.key_bits),
        score,
        keys_per_query=keys_per_query or design.u or 1,
        words_at_once=design.words_at_once or 1,
        unload=design.unload,
        control_copies=design.control_copies,
        block=design.block,
    )
    if isinstance(oracle.lookup, QRAMLookup):
        oracle = attrs.evolve(oracle, lookup=attrs.evolve(oracle.lookup, price=request.qram))
    return oracle


def iterate_of(request: RowRequest) -> GroverIterate:
    """Return the Grover iterate that a request is priced by, with the score of a representative query.

    >>> from groverattn.row.request import ONE_KEY
    >>> iterate_of(RowRequest.of(preset="toy", **ONE_KEY)).oracle.lookup.table.n_keys
    16
    """
    return iterate_with(request, score_of(request))


def score_of(request: RowRequest) -> KeyScore:
    """Return the score of a representative query of the request.

    Raises:
        InputError: numbers whose plan does not fit into memory, or a score that is still to be chosen.
    """
    return _score(request.shape, request.design.score_method)


@functools.lru_cache(maxsize=256)
def _score(shape: Shape, method: str) -> KeyScore:
    if method == "shared-sums":  # its plan compares the pairs of numbers
        check_memory(
            shape.d_head**2 * _BYTES_PER_PAIR,
            f"the score of {shape.d_head:,} numbers",
            "take fewer numbers, or --score-method plain-heap",
        )
    query = representative_query(shape)
    return make_score(method, query, representative_threshold(shape, query), shape.key_bits)
