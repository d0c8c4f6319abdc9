"""Estimates as tables: one of them, several circuits side by side, every data access, and models in one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.estimation.answer import answer_table
from groverattn.estimation.compare import Comparison, SideBySide
from groverattn.estimation.details import budget_text, limits_text, row_table, search_text, spread
from groverattn.estimation.estimate import Estimate
from groverattn.physical.machines.hardware import hardware
from groverattn.physical.table import not_in_the_price
from groverattn.reference.search.laws import LAW_WORDS
from groverattn.row.sentences import (
    about_text,
    given_tau_sentence,
    growth_of_k,
    heading,
    heads_text,
    passing_text,
    reading_clauses,
)
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, Table, table_of
from groverattn.show.numbers import (
    EMPTY,
    Cell,
    count,
    duration,
    probability,
    probability_text,
    rounded,
    share,
    time_text,
    words,
)
from groverattn.show.result import blocks_of, main_table_of
from groverattn.verification.table import QRAM_IN_WORDS

Designs = Mapping[str, Estimate]
"""Estimates of the same row by data access."""

PARTS = {
    "load": "the key of index j is brought into a register, for all j in superposition",
    "unload": "the same undone, by measurement and a correction of the phase",
    "score": "the inner product of query and key, computed and undone",
    "predicate": "the sign flips where the score reaches the threshold and the key was not found before",
    "diffusion": "the reflection about the mean, by which marked keys gain",
}
_CROSSOVER = "Crossover with this data access, if gates and factories took no time"
_SCOPES = {"iterate": "an iterate", "row": "a row", "head": "n rows of a head", "model": "n rows of all heads"}


@blocks_of.register
def _(result: Estimate) -> tuple[Block, ...]:
    """The estimate on one screen, the classical line beside the quantum one."""
    request, design = result.request, {result.request.design.data_access: result}
    verdict = reading_clauses(result.crossover.full)
    passes = "" if result.crossover.n_keys is None else f"n = {result.crossover.n_keys:,}; "
    return (
        answer_table(result),
        Paragraph(f"{heading(request, design=True)}; {heads_text(request)}"),
        *map(Paragraph, about_text(request)),
        *([Paragraph(search_text(result))] if not result.search.plan.is_plain else []),
        counts_table(design, ("iterate", "row")),
        parts_table(design).without("what it does"),
        row_table(result),
        Paragraph(f"{limits_text(result)}\n{budget_text(result)}"),
        laws_table(result).without("at most"),
        Paragraph(f"{_CROSSOVER}: {passes}{verdict[0]}."),
        Points(tuple(f"{clause}." for clause in verdict[1:])),
        Paragraph(given_tau_sentence(result.crossover.given_tau)),
        *([Paragraph(QRAM_IN_WORDS)] if request.design.data_access == "qram" else []),
    )


@main_table_of.register
def _(result: Estimate) -> Table:
    return counts_table({result.request.design.data_access: result}, tuple(_SCOPES))


@blocks_of.register
def _(result: Comparison) -> tuple[Block, ...]:
    gpu = ", ".join(f"{line.name} {time_text(line.time_s_per_row)}" for line in spread(result.request.classical()))
    return (
        Paragraph(heading(result.request)),
        *map(Paragraph, about_text(result.request)),
        accesses_table(result).without(*_BELOW),
        Paragraph(f"One row on a GPU, slowest and fastest of each kind: {gpu}\n{result.verdict}"),
        Paragraph(_LEGEND.format(marked=growth_of_k(result.request))),
    )


_BELOW = ("Toffoli depth", "logical qubits", "passes the slowest GPU line from")
"""Columns that a terminal of 80 characters has no room for: JSON and reports have them, and a sentence has the last."""
_LEGEND = (
    "Toffoli and reactions (measurement depth, which the reaction time multiplies; the measurement inside each Toffoli "
    "included) of one iterate; {marked}. Before every unload goes on, the "
    "control computer reads all keys of the part that is searched for a parity, in every iterate; its rate is the "
    "machine's `control_bits_per_s`. A call of qram takes 10 us and no qubits unless told otherwise."
)


def counts_table(designs: Designs, scopes: Sequence[str]) -> Table:
    """Counts before error correction of an iterate, a row, ..., with each circuit."""
    columns = [Column("counted")]
    for name in designs:
        for scope in scopes:
            quantity, unit = ("", "as counted") if scope == "iterate" else ("row_counts", "as expected")
            columns.append(Column(f"`{name}`, {_SCOPES[scope]}", unit, quantity, short=_SCOPES[scope]))
    shown = [(result, scope) for result in designs.values() for scope in scopes]
    rows = [
        (words(label), *(count(value(_counts(result, scope), result)) for result, scope in shown))
        for label, _, value in _COUNTS
    ]
    iterates = [count(_iterates(result, scope)) for result, scope in shown]
    return Table(
        "One iterate and one row, before error correction" if len(scopes) == 2 else "Costs before error correction",
        tuple(columns),
        ((words("iterates"), *iterates), *rows),
        row_quantities=("iterates", *(quantity for _, quantity, _ in _COUNTS)),
        notes=(
            "A row is the expected number of iterates, and for every trial of the search a preparation and a "
            "measurement of the index. Depth is the longest chain of gates, or of measurements, that wait for each "
            "other.",
        ),
    )


_Count = Callable[[LogicalCounts, Estimate], int]
_COUNTS: tuple[tuple[str, str, _Count], ...] = (
    ("Toffoli gates", "toffoli", lambda c, _: c.toffoli),
    ("T gates, at four per Toffoli", "t_count", lambda c, e: c.t_count(e.physical.t_per_rotation)),
    ("rotations", "rotation", lambda c, _: c.rotation),
    ("Clifford gates", "clifford", lambda c, _: c.clifford),
    ("measurements, without those in Toffolis", "measurements", lambda c, _: c.measurement),
    ("logical qubits", "logical_qubits", lambda c, _: c.logical_qubits),
    ("Toffoli depth", "depth", lambda c, _: c.toffoli_depth),
    ("measurement depth, or reactions", "depth", lambda c, _: c.measurement_depth),
    ("key bits that the control computer reads", "control_bits", lambda c, _: c.control_bits),
)


def _counts(result: Estimate, scope: str) -> LogicalCounts:
    return result.totals.iterate.total if scope == "iterate" else getattr(result.totals, scope)


def _iterates(result: Estimate, scope: str) -> float:
    request = result.request
    rows_of = {"row": 1, "head": request.n_tokens}
    rows = rows_of.get(scope, request.n_tokens * request.query_heads * request.layers)
    return 1 if scope == "iterate" else result.cost.iterates_expected * rows


def parts_table(designs: Designs) -> Table:
    """Where the Toffolis of an iterate go, with each circuit."""
    parts = {name: result.totals.iterate.toffoli_parts for name, result in designs.items()}
    columns = [Column("part")]
    for name in parts:
        columns.append(Column(f"`{name}`", "Toffoli gates", "toffoli", short="Toffoli"))
        columns.append(Column("share", "per cent", "toffoli", short="share, %"))
    rows = []
    for part, meaning in PARTS.items():
        row = [words(part)]
        for counts in parts.values():
            row += [count(counts[part]), share(counts[part] / max(sum(counts.values()), 1))]
        rows.append((*row, words(meaning)))
    return Table("Toffoli gates of one iterate, by part", (*columns, Column("what it does")), tuple(rows))


def laws_table(result: Estimate) -> Table:
    """The laws of the search side by side, with the keys that a scan reads."""
    scan, read = result.request.shape.n_keys, "read first and to check" if result.search.n_read else "read to check"
    columns = (
        Column("law"),
        Column("iterates, on average", "iterates", "iterates", short="iterates"),
        Column("at most", "iterates", "iterates"),
        Column("keys tested in oracles", "keys", "tests", short="tested"),
        Column(f"keys {read}", "keys", "checks", short="keys read"),
        Column("both over a scan", "ratio", "ratio", short="both/scan"),
        Column("a miss", "probability", "p_miss", short="p(miss)"),
        Column("what it says", aside=True),
    )
    rows = [
        (
            words(f"`{law}`" + (" (used here)" if law == result.request.search_law else "")),
            count(cost.iterates_expected),
            words("no bound") if cost.iterates_max is None else count(cost.iterates_max),
            count(cost.key_tests),
            words("in the iterates") if law == "proven" else count(cost.reads_expected),
            rounded((cost.iterates_expected + cost.reads_expected) / scan),
            probability(cost.p_failure),
            words(LAW_WORDS[law]),
        )
        for law, cost in result.laws.items()
    ]
    says = words("reads every key once, and no iterate")
    rows.append((words("a scan"), EMPTY, EMPTY, EMPTY, count(scan), rounded(1.0), probability(0.0), says))
    return Table(
        f"One row by each law that its search has, with a probability of {probability_text(result.row.p_miss)} "
        f"allowed for a miss",
        columns,
        tuple(rows),
        notes=("A miss: the bound that the law itself gives, which may stay below what it is allowed.",),
    )


def accesses_table(comparison: Comparison) -> Table:
    """Every data access side by side."""
    columns = (
        Column("data access", short="access"),
        Column("Toffoli gates of an iterate", "gates", "toffoli", short="Toffoli"),
        Column("Toffoli depth", "of an iterate", "depth", short="depth"),
        Column("reactions", "of an iterate", "depth"),
        Column("logical qubits", "qubits", "logical_qubits", short="logical"),
        Column("physical qubits", "qubits", "physical_qubits", short="physical"),
        Column("time of one row", IN_CELL, "duration", short="one row"),
        Column("over the slowest GPU line", "ratio", "ratio", short="slower by"),
        Column("over the fastest", "ratio", "ratio", short="or by"),
        Column("passes the slowest GPU line from", "keys", "crossover", short="passes"),
    )
    rows = tuple(_access_row(name, result) for name, result in comparison.estimates.items())
    refused = (
        f"`{name}` cannot be run: {reason(error)}."
        for name, error in comparison.estimates.items()
        if isinstance(error, InputError)
    )
    note = (
        "Each access by its best design; an iterate searches one part of the keys; gates that share a control take "
        "turns on its copies, which are counted. `qram` is no circuit: its calls have no gates in any count."
    )
    caption = f"Every data access on {hardware(comparison.request.hardware).name}"
    left_out = next((not_in_the_price(each.physical) for each in comparison.circuits.values()), ())
    return Table(caption, columns, rows, notes=(*left_out, note, *_same_circuits(comparison), *refused))


def _access_row(name: str, result: Estimate | InputError) -> tuple[Cell, ...]:
    if isinstance(result, InputError):
        return (words(f"`{name}`"), *[EMPTY] * 5, words("cannot run"), *[EMPTY] * 3)
    iterate, slowest = result.totals.iterate.total, result.crossover.slowest
    counts = (iterate.toffoli, iterate.toffoli_depth, iterate.measurement_depth, iterate.logical_qubits)
    return (
        words(f"`{name}`"),
        *map(count, (*counts, result.row.qubits)),
        duration(result.physical.duration_s),
        rounded(result.slower_by_slowest),
        rounded(result.slower_by_fastest),
        Cell(passing_text(slowest), slowest.n_keys),
    )


def _same_circuits(comparison: Comparison) -> list[str]:
    """Names that mean the same circuit at these sizes."""
    names: dict[tuple[int, ...], list[str]] = {}
    for name, result in comparison.circuits.items():
        names.setdefault(attrs.astuple(result.totals.iterate.total), []).append(f"`{name}`")
    return [
        f"{', '.join(same)} are one circuit here: they choose the same design."
        for same in names.values()
        if len(same) > 1
    ]


def reason(error: InputError) -> str:
    """Say why something cannot be run, without what was given, which the reader has before them."""
    return f"it takes {error.parts['allowed']}, and {error.parts['why']}"


def headline_table(results: Iterable[Estimate]) -> Table:
    """One line per estimate: the iterate, the row on a quantum computer, and the row on a GPU."""
    return table_of(
        "One row: Toffolis of an iterate, physical qubits, time, slowest GPU time",
        results,
        (Column("preset"), lambda e: words(e.request.name)),
        (Column("n keys", "keys"), lambda e: count(e.request.shape.n_keys)),
        (Column("k", "keys"), lambda e: count(e.request.shape.n_marked)),
        (Column("Toffoli", "gates"), lambda e: count(e.totals.iterate.total.toffoli)),
        (Column("qubits", "qubits"), lambda e: count(e.row.qubits)),
        (Column("quantum", IN_CELL), lambda e: duration(e.physical.duration_s)),
        (Column("slower by", "ratio", "ratio"), lambda e: rounded(e.slower_by_slowest)),
        (Column("GPU", IN_CELL), lambda e: duration(max(line.time_s_per_row for line in e.classical))),
        (Column("design", aside=True), lambda e: words(e.row.design_text)),
    )


@blocks_of.register
def _(result: SideBySide) -> tuple[Block, ...]:
    return (headline_table(result.estimates),)
