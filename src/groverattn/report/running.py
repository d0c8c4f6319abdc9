"""The chapter on running a row: the limits of its time and what each alone leaves, and the machine that is built."""

from __future__ import annotations

from collections.abc import Callable

from groverattn.estimation.estimate import Estimate
from groverattn.physical.estimate import NEARLY_ALL
from groverattn.physical.table import LIMIT_MEANINGS, LIMIT_WORDS, set_by_text
from groverattn.report.results import CANNOT, ModelResults
from groverattn.show.document import IN_CELL, Column, Paragraph, Section, Table
from groverattn.show.numbers import (
    EMPTY,
    Cell,
    count,
    duration,
    probability_text,
    rounded,
    share,
    share_text,
    with_unit,
    words,
)


def running(results: ModelResults, anchor: str) -> Section:
    """The limits, which of them binds, and the machine."""
    title = "What sets time, qubits and errors"
    if not results.designs:
        return Section(title, anchor, (Paragraph(CANNOT),), folded=True)
    blocks = Paragraph(_LIMITS), _limits_table(results), _built_table(results), _budget(results)
    return Section(title, anchor, blocks, folded=True)


_LIMITS = (
    "The phases of a row run one after another, and each waits for the slowest of several limits. The table gives the "
    "time of the whole row if only one of them counted, and its ratio to the slowest GPU line. To match that line, "
    "every one of them would have to improve by its factor."
)


def _limits_table(results: ModelResults) -> Table:
    designs = results.designs
    columns = [Column("limit")]
    for name in designs:
        columns += [
            Column("alone", IN_CELL, "limits", group=f"`{name}`"),
            Column("over the GPU", "times", "ratio", group=f"`{name}`"),
        ]
    rows = [
        (
            words(LIMIT_WORDS[limit]),
            *(cell for each in designs.values() for cell in _beside(results, each.physical.limits_s[limit])),
            words(meaning),
        )
        for limit, meaning in LIMIT_MEANINGS.items()
        if any(each.physical.limits_s[limit] for each in designs.values())
    ]
    whole = (cell for each in designs.values() for cell in _beside(results, each.physical.duration_s))
    rows.append((words("the row"), *whole, words("its phases, each as long as the longest of its own limits")))
    bound = [f"of `{name}` by {set_by_text(result.physical)}" for name, result in designs.items()]
    return Table(
        f"One row on {results.machine.name}: by each limit alone, and in all",
        (*columns, Column("what it is")),
        tuple(rows),
        notes=(
            f"The time is set: {', '.join(bound)}: a phase waits for the slowest of its limits, and the phases that "
            "wait for this one take most of the time. A second limit is named where it alone takes "
            f"{share_text(NEARLY_ALL)} of the time: to improve the first alone then gains less than the rest. No more "
            "factories are built than other limits leave work for.",
        ),
    )


def _beside(results: ModelResults, seconds: float) -> tuple[Cell, Cell]:
    if not seconds:
        return words("none"), EMPTY
    return duration(seconds), rounded(results.slowdown(seconds))


_MEANINGS = {
    "search": "probability that a marked key is not found",
    "storage": "probability that a stored logical qubit fails",
    "distillation": "probability that a magic state is wrong",
    "synthesis": "probability that rotations made of T gates are not exact enough",
    "memory": "probability that a call of the memory `qram` fails",
}
_BUILT: tuple[tuple[str, str, str, Callable[[Estimate], Cell]], ...] = (
    ("machines", "physical_qubits", "that share the row", lambda e: count(e.row.n_machines)),
    (
        "data",
        "physical_qubits",
        "of one machine, routing included",
        lambda e: with_unit(e.physical.data_qubits, "qubits"),
    ),
    ("store", "physical_qubits", "for magic states in store", lambda e: with_unit(e.physical.store_qubits, "qubits")),
    ("factories", "physical_qubits", "all of them", lambda e: with_unit(e.physical.factory_qubits, "qubits")),
    ("code distance", "code", "of the data; odd", lambda e: count(e.physical.code_distance)),
    ("copies", "code", "factories side by side", lambda e: with_unit(e.physical.n_factories, "factories")),
    ("factory", "code", "as its paper calls it, with its code distances", lambda e: words(e.physical.factory)),
    ("rotation", "code", "T gates that approximate one", lambda e: with_unit(e.physical.t_per_rotation, "T gates")),
)


def _built_table(results: ModelResults) -> Table:
    designs = list(results.designs.values())
    parts = [part for part in _MEANINGS if any(each.row.p_parts[part] for each in designs)]
    rows = [(words(name), *map(cell, designs), words(meaning)) for name, _, meaning, cell in _BUILT]
    rows += [
        (words(f"error: {part}"), *(rounded(each.row.p_parts[part], 2) for each in designs), words(_MEANINGS[part]))
        for part in parts
    ]
    rows.append(
        (words("error, total"), *(rounded(e.row.p_failure, 2) for e in designs), words("the sum, an upper bound"))
    )
    quantities = *(quantity for _, quantity, _, _ in _BUILT), *("p_parts" for _ in parts), "p_wrong"
    columns = (Column("part"), *(Column(f"`{name}`", IN_CELL) for name in results.designs), Column("what it is"))
    caption = f"The machine built for one row on {results.machine.name}, and its error probabilities"
    return Table(caption, columns, tuple(rows), row_quantities=tuple(quantities))


def _budget(results: ModelResults) -> Paragraph:
    allowed = results.request.error_budget
    used = [f"`{name}` uses {share(each.row.p_failure / allowed).text} %" for name, each in results.designs.items()]
    return Paragraph(
        f"The error budget: a row may be wrong, for any reason, with a probability of {probability_text(allowed)}. "
        f"{', '.join(used)} of it. The search alone may take up to half of the budget (our choice) and takes what the "
        "table says; storage, magic states and rotations share what it leaves so that the design has least of what it "
        "is optimised for, and need not use it up. A logical fault spoils one trial, which is "
        "repeated; it makes the row wrong only if it hides a key from the last, longer search, or spoils that search "
        "while keys are left.",
        ("inputs", "p_wrong"),
    )
