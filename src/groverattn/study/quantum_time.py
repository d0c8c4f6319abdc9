"""The quantum row beside the classical lines: from how many keys on it is faster, if from any."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from groverattn.bloqs.data_access import key_lookup
from groverattn.bloqs.grover import GroverIterate
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.qram import QRAMLookup, QRAMPrice
from groverattn.bloqs.scores import AnyScore
from groverattn.costs.classical import ClassicalLine, classical_lines
from groverattn.problem.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape
from groverattn.study.limit_words import why
from groverattn.study.row_time import QuantumRow
from groverattn.study.verdict import N_MAX, Verdict, find_reading

if TYPE_CHECKING:
    from groverattn.study.estimate import EstimateRequest


def iterate_of(shape: Shape, data_access: str, score: AnyScore, qram: QRAMPrice | None = None) -> GroverIterate:
    """Return the Grover iterate of these sizes with the given score.

    Raises:
        InputError: an unknown data access.
    """
    lookup = key_lookup(data_access, KeyTable(shape.n_keys, shape.d_head, shape.key_bits))
    if qram is not None and isinstance(lookup, QRAMLookup):
        lookup = attrs.evolve(lookup, price=qram)
    return GroverIterate(PhaseOracle(lookup, score))


def row_lines(request: EstimateRequest, n_keys: int) -> tuple[ClassicalLine, ...]:
    """Return the classical lines of the request's row at another number of keys."""
    return classical_lines(n_keys, request.shape.d_head, request.gqa_group, key_numbers=request.key_numbers)


def row_verdict(request: EstimateRequest, score: AnyScore) -> Verdict:
    """Compare the best that the quantum row can do with the classical lines.

    The quantum time is that of `RowTime`: reactions, calls of an outside memory and the control computer's reading of
    the key table, with gates, factories and Clifford traffic for nothing. A "no crossover" therefore holds for every
    number of factories. The optimistic reading leaves out the control computer too.

    Args:
        request: sizes, law, machine and data access.
        score: the score of the request's representative query.
    """
    row, n_min = QuantumRow.of(request, score), 4 * request.shape.n_marked
    at = functools.cache(row.at)  # all readings ask at the same numbers of keys
    lines = functools.cache(lambda n_keys: [line.time_s_per_row for line in row_lines(request, n_keys)])
    full = find_reading(lambda n: at(n).duration_s, lines, n_min)
    optimistic = find_reading(lambda n: at(n).without_control_s, lines, n_min)
    free = attrs.evolve(row, times=row.times.with_free_control())
    return Verdict(full, optimistic, why=_why(row), optimistic_why=_why(free))


def _why(row: QuantumRow) -> str:
    try:
        return why(row, N_MAX)
    except InputError as error:
        return f"so many keys cannot be searched ({error.parts['why']})"
