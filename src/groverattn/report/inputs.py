"""The chapter of inputs and assumptions: what was given or chosen, with units and sources, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.inputs import inputs_of, value_of
from groverattn.models.presets import Preset
from groverattn.reference.search.laws import LAW_WORDS
from groverattn.report.results import ModelResults
from groverattn.row.request import RowRequest
from groverattn.row.sentences import k_law_text, note_text
from groverattn.show.document import IN_CELL, Column, Paragraph, Points, Section, Table
from groverattn.show.numbers import Cell, count_text, probability, words


def inputs(results: ModelResults, anchor: str) -> Section:
    """All inputs, with units and reasons, and the assumptions."""
    rows = tuple((words(name), value, words(why)) for name, value, why in _inputs(results))
    columns = (Column("input"), Column("value", IN_CELL, "inputs"), Column("what it is, and where it is from"))
    table = Table(f"What {results.name} is, and what was chosen", columns, rows)
    sentences = tuple(f"{what}: {source}." for what, source in _assumptions(results))
    assumed = Points(sentences, ("inputs", "toffoli"))
    title = "Inputs and assumptions"
    law = [Paragraph(text, ("k_law",)) for text in k_law_text(results.request)]
    return Section(title, anchor, (table, *map(Paragraph, note_text(results.request)), *law, assumed), folded=True)


def _assumptions(results: ModelResults) -> Iterator[tuple[str, str]]:
    yield (
        "The score is that of one query that stands for all, rounded Gaussians with the largest at three standard "
        "deviations",
        "our assumption; over such queries its Toffoli gates vary by 2 %, one standard deviation "
        "(`estimates/iterates.csv`)",
    )
    yield "Half of all key bits are one, which sets the Clifford gates of a load", "our assumption"
    yield "One row sees all n keys, as in a head without a mask", "our assumption; a prefill is causal"
    yield (
        "A wrong row is noticed and repeated, for the time until an answer is right; a whole model repeats none",
        "our assumption",
    )
    yield "Decoding, leakage, cooling and faults of the control computer cost nothing", "our assumption"
    yield "Keys, once rounded, are as good as the model's own", "our assumption; `estimates/precision.csv`"
    yield "GPU lines reach the best published rate, or the peak bandwidth", "our assumption, in favour of the GPU"


def _inputs(results: ModelResults) -> Iterator[tuple[str, Cell, str]]:
    request, preset, shape = results.request, results.preset, results.request.shape
    source = (request.source or "given as an option") if preset is None else preset.source

    def of_model(name: str) -> str:
        if preset is not None:
            return preset.source_of("layers")
        return request.source or _chosen(request, name, "no model was named, so one")

    stored = shape.d_head if request.key_numbers is None else request.key_numbers
    law = LAW_WORDS[request.search_law]
    yield "n", _unit(shape.n_keys, "keys"), f"keys that a row searches; {_given(results, 'n_keys', source)}"
    yield "d", _unit(shape.d_head, "numbers"), f"numbers in a key; {_given(results, 'd_head', source)}"
    if shape.index_heads is not None:
        heads = _given(results, "index_heads", source)
        yield "index heads", _unit(shape.index_heads, "heads"), f"whose ReLUs make one score; {heads}"
    yield "k", _unit(shape.n_marked, "keys"), f"marked keys of a row; {marked_source(results)}"
    yield "layers", _unit(request.layers, "layers"), f"that search all keys; {of_model('layers')}"
    if request.window_layers:
        seen = f"{request.window:,} keys are seen in them; {of_model('window')}"
        yield "layers with a window", _unit(request.window_layers, "layers"), seen
    yield "heads", _unit(request.query_heads, "heads"), f"rows of a token in a layer; {of_model('query_heads')}"
    yield (
        "group",
        _unit(request.gqa_group, "heads"),
        f"query heads that share one memory of keys; {of_model('gqa_group')}",
    )
    yield (
        "stored",
        _unit(stored, "numbers"),
        f"numbers that a GPU reads per key of that memory; {'those of d' if request.key_numbers is None else source}",
    )
    yield (
        "key bits",
        _unit(shape.key_bits, "bits"),
        f"of each number of a key, after rounding; {_chosen(request, 'key_bits')}",
    )
    yield (
        "query bits",
        _unit(shape.query_bits, "bits"),
        f"of each number of the query, after rounding; {_chosen(request, 'query_bits')}",
    )
    yield (
        "score",
        words(f"`{request.design.score_method}`"),
        "how the circuit adds up a score; our choice",
    )
    yield "search law", words(f"`{request.search_law}`"), f"{law}; {_chosen(request, 'search_law')}"
    yield (
        "machine",
        words(results.machine.name),
        f"{_chosen(request, 'hardware')}; [its fields, each with its source](#machines)",
    )
    yield (
        "error budget",
        probability(request.error_budget),
        f"largest probability of a wrong row; {_chosen(request, 'error_budget')}",
    )
    qram = request.qram
    yield (
        "memory `qram`",
        Cell(f"{qram.latency_us:g} us", qram.latency_us),
        f"time of a call, with {qram.physical_qubits_per_bit:g} physical qubits per bit and a failure probability of "
        f"{qram.p_error:g}: our assumption, in favour of the search; such a memory is argued against in "
        "arXiv:2305.10310",
    )


def _chosen(request: RowRequest, name: str, otherwise: str = "our choice") -> str:
    """Say of an input whether it was given, or where it is from if it was not."""
    default = inputs_of(RowRequest)[name].default
    return otherwise if value_of(request, name) == default else "given as an option"


def marked_source(results: ModelResults) -> str:
    """Return where k of a chapter is from: a law, an option, or the model."""
    preset, k_from = results.preset, results.request.k_from
    if k_from.law is not None:
        return k_from.source
    if preset is None:  # of a configuration, only an indexer says how many keys it keeps
        of_indexer = results.request.source if results.request.shape.index_heads is not None else ""
        return of_indexer or "given as an option, and assumed"
    return _given(results, "n_marked", marked_note(preset))


def marked_note(preset: Preset) -> str:
    """Return what is to be known of a preset, with the letter that the report has for its marked keys.

    >>> from groverattn.models.presets import preset
    >>> marked_note(preset("gpt2"))
    'k is our assumption'
    """
    if "n_marked" in preset.note:
        return preset.note.replace("n_marked", "k")
    return f"{'our choice' if preset.index_heads is None else 'what its indexer chooses'}; {preset.note}"


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
