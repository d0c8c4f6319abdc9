"""The head of a chapter: verdict, headline table, inputs."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.errors import InputError
from groverattn.estimation.table import reason
from groverattn.models.presets import Preset
from groverattn.physical.estimate import OBJECTIVES
from groverattn.physical.table import LIMIT_WORDS
from groverattn.reference.search.laws import LAW_WORDS
from groverattn.report.contest import Contest
from groverattn.report.results import ModelResults
from groverattn.row.designs import design_text
from groverattn.row.request import RowRequest
from groverattn.row.sentences import k_law_text, note_text
from groverattn.show.document import IN_CELL, Column, Paragraph, Section, Table
from groverattn.show.numbers import EMPTY, Cell, count, count_text, duration, probability, rounded, words

_IN_THE_VERDICT = ("duration", "physical_qubits", "gpu", "ratio", "crossover", "frontier", "choices")


def verdict(results: ModelResults, anchor: str) -> Section:
    """Who wins, and whether that would change."""
    return Section("Verdict", anchor, (Paragraph(Contest.of(results).sentences, _IN_THE_VERDICT, stressed=True),))


def headline(results: ModelResults, anchor: str) -> Section:
    """The quantum row and the classical lines in one table."""
    columns = (
        Column("who"),
        Column("physical qubits", "qubits", "physical_qubits"),
        Column("time of one row", IN_CELL, "duration"),
        Column("against the slowest GPU line", "times as long", "ratio"),
        Column("wrong answer", "probability", "p_wrong"),
        Column("what sets the time"),
    )
    quantum = [*_quantum_rows(results), *_crowd_row(results)]
    gpu = list(_gpu_rows(results))
    table = Table(
        f"One row of {results.name} on {results.machine.name}, and on GPUs",
        columns,
        (*quantum, *gpu),
        row_quantities=("", ) * len(quantum) + ("gpu",) * len(gpu),
        notes=_notes(results),
    )  # fmt: skip
    return Section("One row, beside GPUs", anchor, (table,))


def _quantum_rows(results: ModelResults) -> Iterator[tuple[Cell, ...]]:
    for name, result in results.own.items():
        if isinstance(result, InputError):
            yield (words(f"quantum, `{name}`"), EMPTY, words("cannot run"), EMPTY, EMPTY, words("see below"))
            continue
        yield (
            words(f"quantum, `{name}`"),
            count(result.row.qubits),
            duration(result.physical.duration_s),
            rounded(results.slowdown(result.physical.duration_s)),
            probability(result.row.p_failure),
            words(LIMIT_WORDS[result.physical.limited_by]),
        )


def _crowd_row(results: ModelResults) -> Iterator[tuple[Cell, ...]]:
    """The fastest design of the frontier, where it takes several machines."""
    point = results.quickest_point
    if point is None or point.design.n_machines == 1:
        return
    yield (
        words(f"quantum, {point.design.n_machines:,} machines, `{point.design.data_access}`"),
        count(point.qubits),
        duration(point.duration_s),
        rounded(results.slowdown(point.duration_s)),
        probability(point.p_failure),
        words(LIMIT_WORDS[point.physical.limited_by]),
    )


def _gpu_rows(results: ModelResults) -> Iterator[tuple[Cell, ...]]:
    for line in sorted(results.lines, key=lambda line: -line.time_s_per_row):
        ratio = rounded(results.slowdown(line.time_s_per_row))
        yield (words(line.name), EMPTY, duration(line.time_s_per_row), ratio, words("exact"), words(line.bound_by))


def _notes(results: ModelResults) -> tuple[str, ...]:
    request, point = results.request, results.quickest_point
    gpu = (
        "GPU, prefill: one row's share where all n rows are computed at once. GPU, decode: the newest row alone, its "
        "scores without the sum of values, as the quantum row has none either."
    )
    if request.gqa_group > 1:
        gpu += f" {request.gqa_group} query heads share one memory of keys, which is read once for all of them."
    if request.key_numbers is not None:
        gpu += f" The keys are stored compressed (MLA), {request.key_numbers} numbers each, and a GPU reads these."
    several = point is not None and point.design.n_machines > 1
    crowd = "Several machines: the fastest design of the frontier; each searches its own part of the keys."
    return (
        *(f"`{name}`: {_what(result.request)}." for name, result in results.designs.items()),
        "A quantum row finds the marked keys and their scores; its time is the mean over the search's own randomness.",
        *([crowd] if several else []),
        gpu,
        *(f"`{name}` cannot be run: {reason(error)}." for name, error in results.refused),
    )


def _what(request: RowRequest) -> str:
    """What a design has least of, and what it is."""
    return f"of all designs that are left open, least {OBJECTIVES[request.optimise]}; {design_text(request)}"


def inputs(results: ModelResults, anchor: str) -> Section:
    """All inputs, with units and reasons."""
    rows = tuple((words(name), value, words(why)) for name, value, why in _inputs(results))
    columns = (Column("input"), Column("value", IN_CELL, "inputs"), Column("what it is, and where it is from"))
    table = Table(f"What {results.name} is, and what was chosen", columns, rows)
    law = [Paragraph(text, ("k_law",)) for text in k_law_text(results.request)]
    return Section("Inputs", anchor, (table, *map(Paragraph, note_text(results.request)), *law))


def _inputs(results: ModelResults) -> Iterator[tuple[str, Cell, str]]:
    request, preset, shape = results.request, results.preset, results.request.shape
    source = (request.source or "given as an option") if preset is None else preset.source
    of_model = (
        (request.source or "no model was named, so one unless given") if preset is None else preset.source_of("layers")
    )
    stored = shape.d_head if request.key_numbers is None else request.key_numbers
    law = LAW_WORDS[request.search_law]
    yield "n", _unit(shape.n_keys, "keys"), f"keys that a row searches; {_given(results, 'n_keys', source)}"
    yield "d", _unit(shape.d_head, "numbers"), f"numbers in a key; {_given(results, 'd_head', source)}"
    if shape.index_heads is not None:
        heads = _given(results, "index_heads", source)
        yield "index heads", _unit(shape.index_heads, "heads"), f"whose ReLUs make one score; {heads}"
    yield "k", _unit(shape.n_marked, "keys"), f"marked keys of a row; {marked_source(results)}"
    yield "layers", _unit(request.layers, "layers"), f"that search all keys; {of_model}"
    if request.window_layers:
        seen = f"{request.window:,} keys are seen in them; {of_model}"
        yield "layers with a window", _unit(request.window_layers, "layers"), seen
    yield "heads", _unit(request.query_heads, "heads"), f"rows of a token in a layer; {of_model}"
    yield "group", _unit(request.gqa_group, "heads"), f"query heads that share one memory of keys; {of_model}"
    yield (
        "stored",
        _unit(stored, "numbers"),
        f"numbers that a GPU reads per key of that memory; {'those of d' if request.key_numbers is None else source}",
    )
    yield "key bits", _unit(shape.key_bits, "bits"), "of each number of a key, after rounding; our choice"
    yield "query bits", _unit(shape.query_bits, "bits"), "of each number of the query, after rounding; our choice"
    yield (
        "score",
        words(f"`{request.design.score_method}`"),
        "how the circuit adds up a score; our choice",
    )
    yield "search law", words(f"`{request.search_law}`"), f"{law}; our choice"
    yield "machine", words(results.machine.name), "our choice; its fields, each with its source: [Machines](#machines)"
    yield "error budget", probability(request.error_budget), "largest probability of a wrong row; our choice"
    yield from _qram_price(results)


def _qram_price(results: ModelResults) -> Iterator[tuple[str, Cell, str]]:
    qram, whose = results.request.qram, "of the assumed memory `qram`; our assumption"
    yield "qram: time", Cell(f"{qram.latency_us:g} us", qram.latency_us), f"of one call {whose}"
    yield "qram: qubits", _unit(qram.physical_qubits_per_bit, "qubits"), f"physical ones for each stored bit {whose}"
    yield "qram: error", probability(qram.p_error), f"failure probability of one call {whose}"


def marked_source(results: ModelResults) -> str:
    """Return where k of a chapter is from: a law, an option, or the model."""
    preset, k_from = results.preset, results.request.k_from
    if k_from.law is not None:
        return k_from.source
    if preset is None:
        return results.request.source or "given as an option"
    return _given(results, "n_marked", marked_note(preset))


def marked_note(preset: Preset) -> str:
    """Return what is to be known of a preset, with the letter that the report has for its marked keys.

    >>> from groverattn.models.presets import preset
    >>> marked_note(preset("gpt2"))
    'k is our assumption'
    """
    return preset.note.replace("n_marked", "k")


def _unit(value: float, unit: str) -> Cell:
    unit = unit.removesuffix("s") if value == 1 else unit
    return Cell(f"{value:g} {unit}" if value < 1000 else f"{count_text(value)} {unit}", value)


def _given(results: ModelResults, size: str, source: str) -> str:
    """Whether a size is the preset's own."""
    given = getattr(results.request.shape, size)
    if results.preset is None:
        return source
    own = getattr(results.preset.shape(8, 8), size)
    return source if own == given else f"given as an option; the preset has {own or 0:,}"
