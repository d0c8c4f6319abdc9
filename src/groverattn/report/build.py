"""The report as a document: a chapter for each model, what they share, and a comparison where there are several."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.ledger import ledger
from groverattn.frontier.frontier import Frontier
from groverattn.physical.machines.hardware import check_modelled_here
from groverattn.report import choices, circuit, headline, opening, reference, running, scale
from groverattn.report import inputs as inputs_chapter
from groverattn.report.command import REFERENCE, made_by
from groverattn.report.results import DESIGNS, ModelResults, clean_anchor
from groverattn.row.request import RowRequest
from groverattn.row.sentences import passing_text
from groverattn.show.document import IN_CELL, Column, Document, Paragraph, Section, Table
from groverattn.show.numbers import EMPTY, Cell, count, duration, rounded, words

SCHEMA = "groverattn.report/1"

_CHAPTERS: dict[str, Callable[[ModelResults, str], Section]] = {
    "headline": headline.headline,
    "circuit": circuit.circuit,
    "limits": running.running,
    "choices": choices.choices,
    "model": scale.whole_model,
    "crossing": scale.crossing,
    "inputs": inputs_chapter.inputs,
}

_OVERVIEW = "models"
_SHARED_ANCHORS = (_OVERVIEW, "words", "machines", "ledger", "other-lines", "results")

_LEAD = Paragraph(
    "One row: for one query of one attention head, find the k of its n keys whose score reaches a threshold, by Grover "
    "search (arXiv:2307.08045) on an error-corrected quantum computer, or by scoring all keys on a GPU."
)
_FOOT = (
    "[Terms](#words), [machines](#machines) with the source of every field, and the [ledger](#ledger) of how each "
    "number was obtained and what checks it. The same command writes the same bytes."
)


def report(
    requests: Sequence[RowRequest],
    on_section: Callable[[int, int], None] = lambda done, total: None,
    *,
    output: str = "report.html",
    shared_reference: bool = False,
) -> Document:
    """Return the report of one or several models, which share machine, law and options.

    Args:
        requests: the models.
        on_section: told how many parts are done, and of how many.
        output: name of the HTML file, for the command in the foot.
        shared_reference: whether words, machines and ledger stand on the page that reports share, and not at the end.

    Raises:
        InputError: an unknown name, or a machine that qdk.qre prices.
    """
    for request in requests:
        check_modelled_here(request.hardware)
    models = _models(requests)
    done, total = itertools.count(1), len(models) * (len(_CHAPTERS) + 1)
    chapters = [chapter(model, lambda: on_section(next(done), total)) for model in models]
    laws = [result.cost for model in models for result in model.accesses.values() if isinstance(result, Estimate)]
    machine = models[0].machine
    entries = ledger(machine, laws[0] if laws else None, requests[0].k_from)
    shared = reference.own_machine(machine) if shared_reference else reference.inlined(machine, entries)
    before = [overview(models)] if len(models) > 1 else []
    made = made_by(requests, output, shared_reference=shared_reference)
    return Document(
        title=f"Grover search for attention: {', '.join(model.name for model in models)}",
        lead=(_LEAD,),
        chapters=(*before, *chapters, *shared),
        ledger=entries,
        foot=(Paragraph(made), Paragraph(_FOOT)),
        elsewhere=REFERENCE if shared_reference else "",
        data={"schema": SCHEMA, "made": made, "models": [_as_json(model) for model in models]},
        name="-".join(model.anchor for model in models),
    )


def _models(requests: Sequence[RowRequest]) -> list[ModelResults]:
    """The results of each, whose anchors are no other's of the page."""
    models: list[ModelResults] = []
    for request in requests:
        taken = {*_SHARED_ANCHORS, *(model.anchor for model in models)}
        models.append(ModelResults(request, clean_anchor(request.name, taken)))
    return models


def chapter(results: ModelResults, on_section: Callable[[], None] = lambda: None) -> Section:
    """Return page one of a model and its chapters; `on_section` is called after each of them."""
    shape = results.request.shape
    title = f"{results.name}: n = {shape.n_keys:,}, d = {shape.d_head}, k = {shape.n_marked:,}"
    front = opening.front(results)
    on_section()
    sections = []
    for key, make in _CHAPTERS.items():
        sections.append(make(results, f"{results.anchor}-{key}"))
        on_section()
    return Section(title, results.anchor, front, tuple(sections))


def _as_json(results: ModelResults) -> dict[str, Any]:
    """The designs of a model and the frontier, as `estimate` and `frontier` print them, without the ledger."""
    estimates = {name: result.as_json() for name, result in results.designs.items()}
    for printed in estimates.values():
        del printed["provenance"]
    found = results.frontier
    designs = found.as_json() if isinstance(found, Frontier) else None
    for printed in (*estimates.values(), *([designs] if designs else [])):
        printed["inputs"]["hardware"] = results.machine.name  # without the folder of a file
    return {"name": results.name, "estimates": estimates, "frontier": designs}


def overview(models: Sequence[ModelResults]) -> Section:
    """Return one table that compares the models."""
    columns = [
        Column("model"),
        Column("n", "keys", "inputs"),
        Column("d", "numbers", "inputs"),
        Column("k", "keys", "inputs"),
    ]
    for name in DESIGNS:
        columns += [
            Column("physical qubits", "qubits", "physical_qubits", group=f"`{name}`"),
            Column("time", IN_CELL, "duration", group=f"`{name}`"),
        ]
    columns += [
        Column("slowest GPU line", IN_CELL, "gpu"),
        Column("GPU faster by", "times", "ratio"),
        Column("quantum faster from", "keys", "crossover"),
    ]
    note = (
        "GPU faster by: the slowest GPU line against the faster of the two designs. Quantum faster from: the number of "
        "keys from which a circuit, at its limits, is faster than that line."
    )
    caption = f"One row of each model on {models[0].machine.name}, and on a GPU"
    table = Table(caption, tuple(columns), tuple(map(_line, models)), notes=(note,))
    return Section("The models side by side", _OVERVIEW, (table,))


def _line(results: ModelResults) -> tuple[Cell, ...]:
    shape = results.request.shape
    row = [words(f"[{results.name}](#{results.anchor})"), *map(count, (shape.n_keys, shape.d_head, shape.n_marked))]
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
