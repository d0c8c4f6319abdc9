"""The report as a document: a chapter for each model, what they share, and a comparison where there are several."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.ledger import ledger
from groverattn.physical.machines.hardware import check_modelled_here
from groverattn.report import appendix, choices, circuit, crossing, opening, running, scale
from groverattn.report import classical as classical_section
from groverattn.report.results import DESIGNS, ModelResults
from groverattn.row.request import RowRequest
from groverattn.row.sentences import passing_text
from groverattn.show.document import IN_CELL, Column, Document, Paragraph, Section, Table
from groverattn.show.numbers import EMPTY, Cell, count, duration, rounded, words

_SECTIONS: dict[str, Callable[[ModelResults, str], Section]] = {
    "verdict": opening.verdict,
    "headline": opening.headline,
    "inputs": opening.inputs,
    "toffolis": circuit.toffolis,
    "iterates": circuit.iterates,
    "limits": running.limits,
    "budget": running.budget,
    "frontier": choices.frontier,
    "depth": choices.depth_limits,
    "accesses": choices.accesses,
    "machines": choices.machines,
    "model": scale.whole_model,
    "crossing": crossing.crossing,
    "break-even": crossing.break_even,
    "classical": classical_section.classical,
    "assumptions": appendix.assumptions,
    "run": circuit.circuits_run,
}

_LEAD = Paragraph(
    "Grover search for the large entries of attention (arXiv:2307.08045), as circuits that are counted and priced on "
    "error-corrected quantum computers, beside the GPUs that do the same. One row is one query of one head: it asks "
    "which of n keys have a score of at least some threshold, and these k keys are called marked. [Words](#words) "
    "explains terms such as iterate, Toffoli gate or reaction. How each number was got, and what checks it, stands in "
    "the [ledger](#ledger), which the line below each table leads to."
)


def report(
    requests: Sequence[RowRequest], on_section: Callable[[int, int], None] = lambda done, total: None
) -> Document:
    """Return the report of one or several models, which share machine, law and options.

    `on_section` is told how many sections are done, and of how many.

    Raises:
        InputError: an unknown name, or a machine that qdk.qre prices.
    """
    for request in requests:
        check_modelled_here(request.hardware)
    models = [ModelResults(request) for request in requests]
    done, total = itertools.count(1), len(models) * len(_SECTIONS)
    chapters = [chapter(model, lambda: on_section(next(done), total)) for model in models]
    machine = models[0].machine
    shared = [appendix.glossary(), appendix.machines(machine)]
    laws = [result.cost for model in models for result in model.accesses.values() if isinstance(result, Estimate)]
    entries = ledger(machine, laws[0] if laws else None, requests[0].k_from)
    before = [overview(models)] if len(models) > 1 else []
    printed = appendix.ledger_section(entries, [*before, *chapters, *shared], "ledger")
    names = ", ".join(model.name for model in models)
    return Document(
        title=f"Grover search for attention: {names}",
        lead=(_LEAD,),
        chapters=(*before, *chapters, *shared, printed),
        ledger=entries,
    )


def chapter(results: ModelResults, on_section: Callable[[], None] = lambda: None) -> Section:
    """Return the chapter of one model; `on_section` is called after each of its sections."""
    shape = results.request.shape
    title = f"{results.name}: n = {shape.n_keys:,}, d = {shape.d_head}, k = {shape.n_marked:,}"
    sections = []
    for key, make in _SECTIONS.items():
        sections.append(make(results, f"{results.name}-{key}"))
        on_section()
    return Section(title, results.name, sections=tuple(sections))


def overview(models: Sequence[ModelResults]) -> Section:
    """Return one table that compares the models."""
    columns = [
        Column("model"),
        Column("n", "keys", "inputs"),
        Column("d", "numbers", "inputs"),
        Column("k", "keys", "inputs"),
    ]
    for name in DESIGNS:
        columns += [Column(f"`{name}`", "physical qubits", "physical_qubits"), Column("time", IN_CELL, "duration")]
    columns += [
        Column("slowest GPU line", IN_CELL, "gpu"),
        Column("GPU faster by", "times", "ratio"),
        Column("passed from", "keys", "crossover"),
    ]
    note = (
        "GPU faster by: the slowest GPU line against the faster of the two designs. Passed from: the number of keys "
        "from which a circuit, at its limits, is faster than that line."
    )
    caption = f"One row of each model on {models[0].machine.name}, and on a GPU"
    table = Table(caption, tuple(columns), tuple(map(_line, models)), notes=(note,))
    return Section("The models side by side", "models", (table,))


def _line(results: ModelResults) -> tuple[Cell, ...]:
    shape = results.request.shape
    row = [words(f"[{results.name}](#{results.name})"), *map(count, (shape.n_keys, shape.d_head, shape.n_marked))]
    for name in DESIGNS:
        result = results.own[name]
        refused = isinstance(result, InputError)
        row += (
            [EMPTY, words("cannot run")]
            if refused
            else [count(result.row.qubits), duration(result.physical.duration_s)]
        )
    times = [result.physical.duration_s for result in results.designs.values()]
    return (
        *row,
        duration(results.slowest.time_s_per_row),
        rounded(results.slowdown(min(times))) if times else EMPTY,
        _passing(results),
    )


def _passing(results: ModelResults) -> Cell:
    """The first crossover of any circuit with the slowest line."""
    verdicts = [result.crossover for result in results.circuits.values()]
    if not verdicts:
        return words("cannot run")
    first = min(verdicts, key=lambda verdict: verdict.slowest.n_keys or float("inf"))
    return Cell(passing_text(first.slowest), first.slowest.n_keys)
