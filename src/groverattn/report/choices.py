"""Sections on what else could be built: frontier, depth limits, data accesses, machines."""

from __future__ import annotations

import attrs

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.table import accesses_table, reason
from groverattn.frontier.figure import frontier_svg
from groverattn.frontier.table import limits_table, points_table
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.physical.table import LIMIT_WORDS
from groverattn.report.results import DESIGNS, ModelResults
from groverattn.show.document import IN_CELL, Column, Figure, Paragraph, Section, Table
from groverattn.show.inline_svg import with_text
from groverattn.show.numbers import EMPTY, Cell, count, duration, probability, time_text, words

_POINTS_SHOWN = 12


def frontier(results: ModelResults, anchor: str) -> Section:
    """Qubits against time."""
    title = "Qubits against time"
    if isinstance(results.frontier, InputError):
        return Section(title, anchor, (Paragraph(f"No design can be run: {reason(results.frontier)}."),))
    found = results.frontier
    refused = f" {found.n_refused} of them cannot be run within the error budget." if found.n_refused else ""
    text = (
        f"Designs that no other beats in both qubits and time. Looked at are {found.n_designs} circuits, of "
        "different data access, block and score, on one machine or on several of which each searches its part of the "
        f"keys, with few and with many factories.{refused}"
    )
    figure = Figure(
        with_text(lambda: frontier_svg(found)),
        "Physical qubits of all machines and time of one row, in seconds; both axes are logarithmic. The band is the "
        "range of the GPU lines.",
        ("frontier", "gpu"),
    )
    return Section(title, anchor, (Paragraph(text, ("frontier",)), figure, points_table(found, _POINTS_SHOWN)))


def depth_limits(results: ModelResults, anchor: str) -> Section:
    """What a limit of the depth costs."""
    title = "If the depth is limited"
    if isinstance(results.frontier, InputError):
        return Section(title, anchor, (Paragraph(f"No design can be run: {reason(results.frontier)}."),))
    text = (
        "The longest chain of measurements that wait for each other sets the least time of a row: each takes a "
        f"reaction time, {results.machine.reaction_time_us:g} us on {results.machine.name}. A machine, or a patience, "
        "that allows fewer has to search with more qubits, or on more machines. All of these are circuits "
        "before error correction."
    )
    blocks = Paragraph(text, ("machine_field",)), limits_table(results.frontier.limits)
    return Section(title, anchor, blocks)


def accesses(results: ModelResults, anchor: str) -> Section:
    """Every data access side by side."""
    table = accesses_table(results.comparison)
    table = attrs.evolve(table, notes=("The names are explained under [Words](#words).", *table.notes))
    quantities = ("toffoli", "duration", "physical_qubits", "gpu", "crossover")
    return Section("Data accesses side by side", anchor, (Paragraph(results.comparison.verdict, quantities), table))


def machines(results: ModelResults, anchor: str) -> Section:
    """The same row on every machine."""
    columns = [
        Column("machine"),
        Column("error rate", "per gate", "machine_field"),
        Column("cycle", "µs", "machine_field"),
        Column("reaction", "µs", "machine_field"),
    ]
    for name in DESIGNS:
        columns += [
            Column(f"`{name}`", "qubits", "physical_qubits"),
            Column("time", IN_CELL, "duration"),
            Column("set by"),
        ]
    rows = tuple(_machine_row(results, name, designs) for name, designs in results.machines.items())
    refused = tuple(
        f"{machine} cannot run `{name}`: {reason(result)}."
        for machine, designs in results.machines.items()
        for name, result in designs.items()
        if isinstance(result, InputError)
    )
    text = (
        f"The slowest GPU line, {results.slowest.words}, takes {time_text(results.slowest.time_s_per_row)} for the "
        "row. The machines are explained, with a source for each field, under [Machines](#machines)."
    )
    table = Table("The same row on every machine", tuple(columns), rows, notes=(_SHALLOW, *refused))
    return Section("Machines side by side", anchor, (Paragraph(text, ("gpu",)), table))


_SHALLOW = (
    "On a machine that is bound by taking up magic states (see What sets the time) a shallow circuit gains nothing: "
    "the time grows with the number of its Toffoli gates."
)


def _machine_row(results: ModelResults, name: str, designs: dict[str, Estimate | InputError]) -> tuple[Cell, ...]:
    machine = results.machine if name == results.machine.name else HARDWARE[name]
    row = [words(name), probability(machine.physical_error_rate)]
    row += [Cell(f"{us:g}", us) for us in (machine.cycle_time_us, machine.reaction_time_us)]
    for result in designs.values():
        if isinstance(result, InputError):
            row += [EMPTY, words("cannot run"), EMPTY]
        else:
            limit = words(LIMIT_WORDS[result.physical.limited_by])
            row += [count(result.row.qubits), duration(result.physical.duration_s), limit]
    return tuple(row)
