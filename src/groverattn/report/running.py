"""Sections on running a row: the limits of its time, the machine that is built, and the error budget."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.layout_rules import AS_IT_IS, RULES, under_other_rules
from groverattn.estimation.table import reason
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.second_opinion import WHY_NOT_EQUAL
from groverattn.physical.table import LIMIT_MEANINGS, LIMIT_WORDS
from groverattn.report.results import BEST, CANNOT, ModelResults, Opinion
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Section, Table
from groverattn.show.numbers import (
    Cell,
    count,
    duration,
    probability,
    probability_text,
    rounded,
    share,
    with_unit,
    words,
)

_MORE_TIMES: dict[str, tuple[str, Callable[[Estimate], float]]] = {
    "time of the row": (
        "its phases one after the other, each as long as the longest of its own limits; never below Clifford gates",
        lambda result: result.physical.duration_s,
    ),
    "of the reactions: control": (
        "the control computer reads the key table for every unload",
        lambda result: result.physical.control_s,
    ),
    "with repeated trials": (
        "on average, with the trials that logical faults spoil, about two for each: our estimate",
        lambda result: result.row.expected_duration_s,
    ),
}


def limits(results: ModelResults, anchor: str) -> Section:
    """The limits and which of them binds, the machine, and a second opinion."""
    title = "What sets the time"
    if not results.designs:
        return Section(title, anchor, (Paragraph(CANNOT),))
    blocks = [_limits_table(results), _machine_table(results), _layout_table(results), *_second_opinion(results)]
    return Section(title, anchor, tuple(blocks))


def _limits_table(results: ModelResults) -> Table:
    designs = results.designs
    rows = [
        (
            words(LIMIT_WORDS[name]),
            words(meaning),
            *(rounded(each.physical.limits_s[name]) for each in designs.values()),
        )
        for name, meaning in LIMIT_MEANINGS.items()
    ]
    rows += [
        (words(name), words(meaning), *(rounded(time_s(each)) for each in designs.values()))
        for name, (meaning, time_s) in _MORE_TIMES.items()
    ]
    columns = (Column("limit"), Column("what it is"), *(Column(f"`{name}`", "s", "limits") for name in designs))
    bound = [f"`{name}` is bound by {LIMIT_WORDS[result.physical.limited_by]}" for name, result in designs.items()]
    return Table(
        f"One row on {results.machine.name}: by each limit alone, and in all",
        columns,
        tuple(rows),
        notes=(f"{', '.join(bound)}. More factories than the other limits can use are never bought.",),
    )


_BUILT: tuple[tuple[str, str, str, Callable[[PhysicalEstimate], Cell]], ...] = (
    ("data", "physical_qubits", "physical qubits, with routing", lambda p: with_unit(p.data_qubits, "qubits")),
    (
        "store",
        "physical_qubits",
        "physical qubits of CCZ states in store",
        lambda p: with_unit(p.store_qubits, "qubits"),
    ),
    ("factories", "physical_qubits", "physical qubits of all", lambda p: with_unit(p.factory_qubits, "qubits")),
    ("code distance", "code", "of the data; odd", lambda p: count(p.code_distance)),
    ("copies", "code", "factories side by side", lambda p: with_unit(p.n_factories, "factories")),
    ("factory", "code", "its kind as its paper calls it, with its code distances", lambda p: words(p.factory)),
    ("rotation", "code", "T gates that make one", lambda p: with_unit(p.t_per_rotation, "T gates")),
)


def _machine_table(results: ModelResults) -> Table:
    designs = results.designs
    rows = tuple(
        (words(name), words(meaning), *(cell(result.physical) for result in designs.values()))
        for name, _, meaning, cell in _BUILT
    )
    columns = (Column("part"), Column("what it is"), *(Column(f"`{name}`", IN_CELL) for name in designs))
    return Table(
        f"The machine that is built for one row out of {results.machine.name}: least qubits times time",
        columns,
        rows,
        row_quantities=tuple(quantity for _, quantity, _, _ in _BUILT),
    )


def _layout_table(results: ModelResults) -> Table:
    """The same designs with one rule of the layout changed."""
    designs = results.designs
    found = {name: under_other_rules(result.row) for name, result in designs.items()}
    columns = [Column("rule"), Column("what it means")]
    for name in designs:
        columns += [
            Column(f"`{name}`, time", IN_CELL, "duration"),
            Column("physical qubits", "qubits", "physical_qubits"),
            Column("qubits times time", "ratio", "duration"),
        ]
    rows = [
        (
            words(rule),
            words(meaning),
            *itertools.chain(*(_beside(each[rule], each[AS_IT_IS]) for each in found.values())),
        )
        for rule, (_, meaning) in RULES.items()
    ]
    note = "The design stays and the machine is chosen anew. Qubits times time: over that of the first line."
    return Table("One rule of the layout changed", tuple(columns), tuple(rows), notes=(note,))


def _beside(changed: PhysicalEstimate, as_it_is: PhysicalEstimate) -> tuple[Cell, ...]:
    ratio = changed.volume_qubit_s / as_it_is.volume_qubit_s
    return duration(changed.duration_s), count(changed.qubits), rounded(ratio)


def _second_opinion(results: ModelResults) -> list[Block]:
    opinion = results.opinion
    if opinion is None:
        return []
    if isinstance(opinion.theirs, InputError):
        return [Paragraph(f"No second opinion by qdk.qre: {reason(opinion.theirs)}.", ("opinion",))]
    ours, theirs = opinion.ours.physical, opinion.theirs
    numbers = {
        "physical qubits": (ours.qubits, theirs.qubits, "qubits"),
        "of them in factories": (ours.factory_qubits, theirs.factory_qubits, "factory_qubits"),
    }
    ratios = theirs.ratios(ours)
    rows = [
        (words(name), with_unit(a, "qubits"), with_unit(b, "qubits"), rounded(ratios[key]))
        for name, (a, b, key) in numbers.items()
    ]
    times = (duration(ours.duration_s), duration(theirs.duration_s), rounded(ratios["duration_s"]))
    rows.append((words("time of one row"), *times))
    columns = (
        Column("quantity"),
        Column("this report", IN_CELL, "physical_qubits"),
        Column("qdk.qre", IN_CELL, "opinion"),
        Column("this report over qdk.qre", "ratio", "opinion"),
    )
    caption = f"`{BEST}` on {opinion.machine} by two estimators"
    return [_opinion_text(opinion), Table(caption, columns, tuple(rows))]


def _opinion_text(opinion: Opinion) -> Paragraph:
    bound = LIMIT_WORDS[opinion.ours.physical.limited_by]
    return Paragraph(
        f"A second opinion: the same row on {opinion.machine}, which qdk.qre, an estimator of others, can model too. "
        f"Here the time is set by {bound}. {WHY_NOT_EQUAL}",
        ("opinion",),
    )


def budget(results: ModelResults, anchor: str) -> Section:
    """Where the error budget of a row goes."""
    title = "Error budget of one row"
    if not results.designs:
        return Section(title, anchor, (Paragraph(CANNOT),))
    designs = list(results.designs.values())
    rows = [
        (words(part), words(meaning), *_probabilities(designs, [result.row.p_parts[part] for result in designs]))
        for part, meaning in _PARTS.items()
    ]
    sums = _probabilities(designs, [result.row.p_failure for result in designs])
    rows.append((words("sum"), words("of these"), *sums))
    columns = [Column("part"), Column("what can go wrong")]
    for name in results.designs:
        columns += [Column(f"`{name}`", "probability", "p_parts"), Column("of the budget", "per cent", "p_parts")]
    allowed = results.request.error_budget
    text = (
        f"A row may be wrong with a probability of {probability_text(allowed)}, for any reason. Half of it is left to "
        f"the search: our "
        "choice. The rest is split between storage, magic states and rotations so that the design has least of what "
        "it is optimised for. A logical fault spoils one trial, which is repeated; only those that hide a key from the "
        "last check, or that spoil it while keys are left, make a wrong row. Probabilities are added, which is an "
        "upper bound."
    )
    table = Table("Probability that a row is wrong, in parts", tuple(columns), tuple(rows))
    return Section(title, anchor, (Paragraph(text, ("inputs",)), table))


_PARTS = {
    "search": "a marked key is not found",
    "storage": "a stored logical qubit fails",
    "distillation": "a magic state is wrong",
    "synthesis": "rotations made of T gates are not exact",
    "memory": "a call of the memory `qram` fails; 0 for circuits",
}


def _probabilities(designs: list[Estimate], values: list[float]) -> list[Cell]:
    """A probability of each design, and what part of its budget that is."""
    pairs = zip(designs, values, strict=True)
    return [cell for result, p in pairs for cell in (probability(p), share(p / result.request.error_budget))]
