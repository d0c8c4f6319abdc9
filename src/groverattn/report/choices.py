"""The chapter on what else could be built: designs, data accesses, machines, and what another estimator says."""

from __future__ import annotations

import attrs

from groverattn.errors import InputError
from groverattn.estimation.table import accesses_table, reason
from groverattn.frontier.table import points_table
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.physical.second_opinion import WHY_NOT_EQUAL
from groverattn.physical.table import set_by_text
from groverattn.report.results import ModelResults
from groverattn.row.price import RowPrice
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Section, Table
from groverattn.show.numbers import EMPTY, Cell, count, count_text, duration, probability, time_text, words

_POINTS_SHOWN = 12


def choices(results: ModelResults, anchor: str) -> Section:
    """The designs of the frontier, the data accesses, and the machines."""
    blocks = (*_frontier(results), *_accesses(results), _machines_table(results), *_opinion(results))
    return Section("Other designs and machines", anchor, blocks, folded=True)


def _frontier(results: ModelResults) -> tuple[Block, ...]:
    if isinstance(results.frontier, InputError):
        return (Paragraph(f"No design can be run: {reason(results.frontier)}."),)
    found = results.frontier
    named = {name: result.row for name, result in results.designs.items()}
    refused = f" {found.n_refused} of them cannot be run within the error budget." if found.n_refused else ""
    text = (
        f"The frontier prices the {found.n_designs} circuits that no other beats before error correction, on one "
        "machine or on several that share the keys, each with few and with many factories, and the best circuit by "
        f"each objective.{refused} {len(found.points)} of these designs are beaten by no other in both qubits "
        "and time; the figure on page one shows them all."
    )
    return Paragraph(text, ("frontier",)), points_table(found, _POINTS_SHOWN, named)


def _accesses(results: ModelResults) -> tuple[Block, ...]:
    table = accesses_table(results.comparison)
    note = "The names are explained under [Words](#words)."
    return (attrs.evolve(table, notes=(note, *table.notes)),)


def _machines_table(results: ModelResults) -> Table:
    """The best design on every machine."""
    columns = (
        Column("machine"),
        Column("error rate", "per gate", "machine_field", group="the machine"),
        Column("cycle", "µs", "machine_field", group="the machine"),
        Column("reaction", "µs", "machine_field", group="the machine"),
        Column("physical qubits", "qubits", "physical_qubits", group="one row"),
        Column("time", IN_CELL, "duration", group="one row"),
        Column("set by", group="one row"),
    )
    rows = tuple(_machine_row(results, name, result) for name, result in results.machines.items())
    refused = tuple(
        f"{machine} cannot run it: {reason(result)}."
        for machine, result in results.machines.items()
        if isinstance(result, InputError)
    )
    note = (
        "Fields of the machines and their sources: [Machines](#machines). Machines that `qdk.qre` prices are left out: "
        "they have no bounds to choose a design by (`estimate --machine qdk-majorana`)."
    )
    return Table(f"The best design on {len(rows)} kinds of machine", columns, rows, notes=(note, *refused))


def _machine_row(results: ModelResults, name: str, result: RowPrice | InputError) -> tuple[Cell, ...]:
    machine = results.machine if name == results.machine.name else HARDWARE[name]
    row = [words(name), probability(machine.physical_error_rate)]
    row += [Cell(f"{us:g}", us) for us in (machine.cycle_time_us, machine.reaction_time_us)]
    if isinstance(result, InputError):
        return *row, EMPTY, words("cannot run"), EMPTY
    limit = words(set_by_text(result.physical))
    return *row, count(result.qubits), duration(result.physical.duration_s), limit


def _opinion(results: ModelResults) -> tuple[Block, ...]:
    """What another estimator says of the same counts."""
    opinion = results.opinion
    if opinion is None:
        return ()
    if isinstance(opinion.theirs, InputError):
        return (Paragraph(f"No second opinion by qdk.qre: {reason(opinion.theirs)}.", ("opinion",)),)
    ours, theirs = opinion.ours.physical, opinion.theirs
    text = (
        f"A second opinion, qdk.qre, on {opinion.machine}: {count_text(theirs.qubits)} physical qubits and "
        f"{time_text(theirs.duration_s)} where this report has {count_text(ours.qubits)} and "
        f"{time_text(ours.duration_s)}. {WHY_NOT_EQUAL}"
    )
    return (Paragraph(text, ("opinion", "physical_qubits", "duration")),)
