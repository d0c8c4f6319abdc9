"""Sections on what else could be built: frontier, depth limits, data accesses, machines."""

from __future__ import annotations

import attrs

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.table import passing_text
from groverattn.frontier.figure import frontier_svg
from groverattn.frontier.frontier import Frontier
from groverattn.frontier.table import thinned
from groverattn.physical.machines.hardware import HARDWARE
from groverattn.report.opening import LIMIT_WORDS
from groverattn.report.results import ASSUMED, DESIGNS, ModelResults, reason
from groverattn.show.cells import EMPTY, count, duration, probability, words
from groverattn.show.document import IN_CELL, Cell, Column, Figure, Paragraph, Section, Table
from groverattn.show.inline_svg import with_text
from groverattn.show.numbers import time_text

_POINTS_SHOWN = 12


def frontier(results: ModelResults, anchor: str) -> Section:
    """Qubits against time."""
    title = "Qubits against time"
    if isinstance(results.frontier, InputError):
        return Section(title, anchor, (Paragraph(f"No design can be run: {reason(results.frontier)}."),))
    printed = results.frontier.as_json()
    refused = f" {printed['refused']} of them cannot be run within the error budget." if printed["refused"] else ""
    text = (
        f"Designs that no other beats in both qubits and time. Looked at are {printed['designs']} circuits, of "
        "different data access, block and score, on one machine or on several of which each searches its part of the "
        f"keys, with few and with many factories.{refused} Half of the error budget is left to the search here, not "
        "the best share, so that times may differ by some per cent from those of the same circuit above."
    )
    lines = [attrs.asdict(line) for line in results.lines]
    figure = Figure(
        with_text(lambda: frontier_svg(printed, lines)),
        "Physical qubits of all machines and time of one row, in seconds; both axes are logarithmic. The band is the "
        "range of the GPU lines.",
        ("frontier", "gpu"),
    )
    return Section(title, anchor, (Paragraph(text, ("frontier",)), figure, _points_table(results.frontier)))


def _points_table(result: Frontier) -> Table:
    points = result.as_json()["points"]
    shown = thinned(points, _POINTS_SHOWN)
    columns = (
        Column("physical qubits", "qubits", "frontier"),
        Column("time of one row", IN_CELL, "frontier"),
        Column("machines", "machines", "frontier"),
        Column("factories of each", "factories", "frontier"),
        Column("wrong answer", "probability", "frontier"),
        Column("data access"),
        Column("score"),
        Column("what sets the time"),
    )
    rows = tuple(
        (
            count(point["qubits"]),
            duration(point["duration_s"]),
            count(point["n_machines"]),
            count(point["n_factories"]),
            probability(point["p_failure"]),
            words(point["data_access"]),
            words(point["score_method"]),
            words(LIMIT_WORDS[point["limited_by"]]),
        )
        for point in shown
    )
    thin = f" ({len(shown)} of {len(points)} points)" if len(shown) < len(points) else ""
    note = "Several machines: the time is that of one machine on average; the slowest of them takes longer."
    return Table(f"Designs that no other beats{thin}", columns, rows, notes=(note,))


def depth_limits(results: ModelResults, anchor: str) -> Section:
    """What a limit of the depth costs."""
    title = "If the depth is limited"
    if isinstance(results.frontier, InputError):
        return Section(title, anchor, (Paragraph(f"No design can be run: {reason(results.frontier)}."),))
    columns = (
        Column("depth up to", "reactions", "depth_limit"),
        Column("logical qubits of all machines", "qubits", "depth_limit"),
        Column("depth", "reactions", "depth_limit"),
        Column("Toffoli gates", "gates", "depth_limit"),
        Column("all gates", "gates", "depth_limit"),
        Column("depth times qubits", "product", "depth_limit"),
        Column("design"),
    )
    limits = [limit.as_json() for limit in results.frontier.limits]
    text = (
        "The longest chain of measurements that wait for each other sets the least time of a row: each takes a "
        f"reaction time, {results.machine.reaction_time_us:g} us on {results.machine.name}. A machine, or a patience, "
        "that allows only so many has to search with more qubits, or on more machines. All of these are circuits "
        "before error correction."
    )
    table = Table("The fewest logical qubits that keep a limit of the depth", columns, tuple(map(_limit_row, limits)))
    return Section(title, anchor, (Paragraph(text, ("machine_field",)), table))


def _limit_row(limit: dict) -> tuple[Cell, ...]:
    allowed = Cell(f"2^{limit['depth_max'].bit_length() - 1}", limit["depth_max"])
    if limit["design"] is None:
        none = words(f"none: the least depth of any is {limit['least_depth']:,}")
        return (allowed, *[EMPTY] * 5, none)
    numbers = (count(limit[name]) for name in ("width", "depth", "toffoli", "gates", "depth_times_width"))
    return (allowed, *numbers, words(limit["design"]))


def accesses(results: ModelResults, anchor: str) -> Section:
    """Every data access side by side."""
    columns = (
        Column("data access"),
        Column("Toffoli gates of an iterate", "gates", "toffoli"),
        Column("Toffoli depth", "of an iterate", "depth"),
        Column("reactions", "of an iterate", "depth"),
        Column("logical qubits", "qubits", "logical_qubits"),
        Column("physical qubits", "qubits", "physical_qubits"),
        Column("time of one row", IN_CELL, "duration"),
        Column("passes the slowest GPU line from", "keys", "crossover"),
    )
    rows = tuple(_access_row(name, result) for name, result in results.accesses.items())
    refused = tuple(f"`{name}` cannot be run: {reason(error)}." for name, error in results.refused(*results.accesses))
    note = (
        "The names are explained under [Words](#words). > 2^56 in the last column: not up to that number. Depths let "
        "gates that share only a control run at once; one at a time, only `bucket-brigade-wide` keeps what is "
        f"printed. `{ASSUMED}` is no circuit: its calls have no gates in any count."
    )
    notes = (note, *_same_circuits(results), *refused)
    table = Table(f"Every data access on {results.machine.name}", columns, rows, notes=notes)
    quantities = ("toffoli", "duration", "physical_qubits", "gpu", "crossover")
    return Section("Data accesses side by side", anchor, (Paragraph(results.comparison.verdict, quantities), table))


def _same_circuits(results: ModelResults) -> list[str]:
    """Names that mean the same circuit at these sizes."""
    names: dict[tuple[int, ...], list[str]] = {}
    for name, result in results.circuits.items():
        names.setdefault(attrs.astuple(result.totals.iterate.total), []).append(f"`{name}`")
    return [
        f"{', '.join(same)} are one circuit here: at these sizes they choose the same block."
        for same in names.values()
        if len(same) > 1
    ]


def _access_row(name: str, result: Estimate | InputError) -> tuple[Cell, ...]:
    if isinstance(result, InputError):
        return (words(f"`{name}`"), *[EMPTY] * 5, words("cannot run"), EMPTY)
    iterate = result.totals.iterate.total
    crossover = result.crossover
    return (
        words(f"`{name}`"),
        count(iterate.toffoli),
        count(iterate.toffoli_depth),
        count(iterate.measurement_depth),
        count(iterate.logical_qubits),
        count(result.row.qubits),
        duration(result.physical.duration_s),
        Cell(passing_text(crossover.as_json()), crossover.slowest.n_keys),
    )


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
        f"The slowest GPU line, {results.slowest.name}, takes {time_text(results.slowest.time_s_per_row)} for the row. "
        "The machines are explained, with a source for each field, under [Machines](#machines)."
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
