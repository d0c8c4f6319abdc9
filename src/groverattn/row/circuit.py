"""One estimate: sizes in, counts, machine, classical line and verdict out."""

from __future__ import annotations

import attrs

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.bloqs.score.in_place import AnyScore
from groverattn.bloqs.score.methods import score as make_score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.problem.free_memory import check_memory
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, representative_query, representative_threshold


def iterate_of(shape: Shape, data_access: str, score: AnyScore, qram: QRAMPrice | None = None) -> GroverIterate:
    """Return the Grover iterate of these sizes with the given score.

    Raises:
        InputError: an unknown data access.
    """
    lookup = key_lookup(data_access, KeyTable(shape.n_keys, shape.d_head, shape.key_bits))
    if qram is not None and isinstance(lookup, QRAMLookup):
        lookup = attrs.evolve(lookup, price=qram)
    return GroverIterate(PhaseOracle(lookup, score))


# Measured at d = 4096: 1.8 GiB, with 8 bits and with 16.
_BYTES_PER_PAIR = 120


def check_score_memory(d_head: int) -> None:
    """Raise InputError if planning the score of a query of so many numbers, whose pairs are compared, does not fit.

    >>> check_score_memory(d_head=128)
    """
    check_memory(
        d_head**2 * _BYTES_PER_PAIR,
        f"the score of {d_head:,} numbers",
        "take fewer numbers, or --score-method plain-heap",
    )


def sizes_only_iterate(
    shape: Shape, data_access: str, score_method: str = "shared-sums", qram: QRAMPrice | None = None
) -> GroverIterate:
    """Return the Grover iterate of these sizes, with the score of a representative query.

    Raises:
        InputError: an unknown data access or score method.
    """
    if score_method == "shared-sums":
        check_score_memory(shape.d_head)
    query = representative_query(shape)
    score = make_score(score_method, query, representative_threshold(shape, query), shape.key_bits)
    return iterate_of(shape, data_access, score, qram)
