"""The physical cost of bare counts as a table, and the limits of a machine's time in words."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.physical.bare_counts import BareCounts
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.second_opinion import WHY_NOT_EQUAL
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Table
from groverattn.show.numbers import (
    Cell,
    count,
    count_text,
    duration,
    number_text,
    probability,
    probability_text,
    time_text,
    words,
)
from groverattn.show.result import blocks_of

LIMIT_WORDS = {
    "factory": "factories",
    "reaction": "reactions",
    "layout": "routing",
    "consumption": "magic-state consumption",
    "clifford": "Clifford gates",
}
"""What sets the time, in a word or two."""


def set_by_text(found: PhysicalEstimate) -> str:
    """Name what sets the time: the limit that the run waits for most, and those that alone take nearly as long."""
    return ", ".join(LIMIT_WORDS[name] for name in found.limits)


LIMIT_MEANINGS = {
    "factory": "the factories make the magic states of all Toffoli and T gates",
    "reaction": "gates wait for the outcomes of earlier measurements, one reaction time for each in the longest chain, "
    "and for the control computer",
    "layout": "fan-outs and parities take turns on the bus, a step of d cycles each, and states are brought to their "
    "qubits; 0 where the model has no such steps, or counts do not say how many there are",
    "consumption": "the data block takes up the magic states of the factories, a few at a time; 0 where this is no "
    "limit of its model",
    "clifford": "the Clifford gates, if every tile that can take part in one always does; 0 where the line above has "
    "them",
}


@blocks_of.register
def _(result: BareCounts) -> tuple[Block, ...]:
    counts, found = result.counts, result.physical
    heading = (
        f"{count_text(counts.toffoli)} Toffolis, {count_text(counts.t)} T, {count_text(counts.rotation)} rotations on "
        f"{count_text(counts.logical_qubits)} logical qubits, Toffoli depth {count_text(counts.toffoli_depth)}, "
        f"measurement depth {count_text(counts.measurement_depth)}\n"
        f"machine {result.machine.name}, error budget {probability_text(found.error_budget)}"
    )
    columns = (Column("quantity"), Column("value", IN_CELL), Column("of what"))
    table = Table("", columns, tuple(_rows(result)), notes=not_in_the_price(found))
    return Paragraph(heading), table, *_second_opinion(result)


def not_in_the_price(found: PhysicalEstimate) -> tuple[str, ...]:
    """What qdk.qre leaves out, as a note beside its numbers; none beside our own."""
    return (f"Priced by qdk.qre, which has {', '.join(found.leaves_out)}.",) if found.leaves_out else ()


def _rows(result: BareCounts) -> Iterator[tuple[Cell, ...]]:
    found = result.physical
    parts = {"storage": found.p_data, "distillation": found.p_factory, "synthesis": found.p_synthesis}
    qubits = f"{count_text(found.data_qubits)} data and routing, {count_text(found.factory_qubits)} factories"
    expected = f"set by {set_by_text(found)}; {time_text(found.expected_duration_s)} expected until a run succeeds"
    yield words("physical qubits"), count(found.qubits), words(qubits)
    yield words("time"), duration(found.duration_s), words(expected)
    failure = ", ".join(f"{name} {probability_text(p)}" for name, p in parts.items())
    yield words("failure"), probability(found.p_failure), words(failure)
    yield words("code distance"), count(found.code_distance), words("of the data")
    yield words("factories"), count(found.n_factories), words(found.factory)
    for name, meaning in LIMIT_MEANINGS.items():
        yield words(f"limit of {LIMIT_WORDS[name]}"), _time_or_0(found.limits_s[name]), words(meaning)


def _time_or_0(seconds: float) -> Cell:
    """A time; 0 where there is no such limit."""
    return duration(seconds) if seconds else Cell("0", 0.0)


def _second_opinion(result: BareCounts) -> list[Block]:
    other = result.other
    if other is None:
        return []
    ratios = other.ratios(result.physical)
    return [
        Paragraph(
            f"Second opinion, qdk.qre: {count_text(other.qubits)} physical qubits, {time_text(other.duration_s)}, "
            f"failure {probability_text(other.p_failure)}. Ours over theirs: "
            f"qubits {number_text(ratios['qubits'])}, time {number_text(ratios['duration_s'])}, "
            f"factory qubits {number_text(ratios['factory_qubits'])}.\n{WHY_NOT_EQUAL}"
        )
    ]
