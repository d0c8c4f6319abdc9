"""The chapter of one row beside GPUs: quantum designs, and every GPU in every number format and regime."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.classical.lines import ClassicalLine
from groverattn.errors import InputError
from groverattn.estimation.table import reason
from groverattn.physical.estimate import OBJECTIVES
from groverattn.physical.table import set_by_text
from groverattn.report.results import ModelResults
from groverattn.row.designs import design_text
from groverattn.row.request import RowRequest
from groverattn.show.document import IN_CELL, Column, Paragraph, Points, Section, Table
from groverattn.show.numbers import EMPTY, Cell, count, duration, rounded, words


def headline(results: ModelResults, anchor: str) -> Section:
    """The quantum row, the slowest and the fastest classical line, then all GPUs."""
    blocks = (
        _quantum_table(results),
        gpu_table(results),
        Paragraph(_ROOFLINE, ("gpu",)),
        Points(_sources(results), ("gpu",)),
    )
    return Section("One row, beside GPUs", anchor, blocks, folded=True)


def _quantum_table(results: ModelResults) -> Table:
    columns = (
        Column("row computed by"),
        Column("physical qubits", "qubits", "physical_qubits"),
        Column("time of one row", IN_CELL, "duration"),
        Column("over the slowest GPU line", "ratio", "ratio"),
        Column("over the fastest", "ratio", "ratio"),
        Column("wrong answer", "probability", "p_wrong"),
        Column("what sets the time"),
    )
    quantum = [*_quantum_rows(results), *_crowd_row(results)]
    gpu = [_gpu_row(results, line) for line in dict.fromkeys((results.slowest, results.fastest))]
    caption = f"One row of {results.name} on {results.machine.name}, beside the slowest and the fastest GPU line"
    quantities = ("",) * len(quantum) + ("gpu",) * len(gpu)
    return Table(caption, columns, (*quantum, *gpu), row_quantities=quantities, notes=_notes(results))


def _quantum_rows(results: ModelResults) -> Iterator[tuple[Cell, ...]]:
    for name, result in results.own.items():
        if isinstance(result, InputError):
            yield (words(f"quantum, `{name}`"), EMPTY, words("cannot run"), EMPTY, EMPTY, EMPTY, words("see below"))
            continue
        yield (
            words(f"quantum, `{name}`"),
            count(result.row.qubits),
            *_times(results, result.physical.duration_s),
            rounded(result.row.p_failure, 2),
            words(set_by_text(result.physical)),
        )


def _times(results: ModelResults, seconds: float) -> tuple[Cell, Cell, Cell]:
    return duration(seconds), rounded(results.slowdown(seconds)), rounded(seconds / results.fastest.time_s_per_row)


def _crowd_row(results: ModelResults) -> Iterator[tuple[Cell, ...]]:
    """The fastest design of the frontier, where it takes several machines."""
    point = results.quickest_point
    if point is None or point.design.n_machines == 1:
        return
    yield (
        words(f"quantum, {point.design.n_machines:,} machines"),
        count(point.qubits),
        *_times(results, point.duration_s),
        rounded(point.p_failure, 2),
        words(set_by_text(point.physical)),
    )


def _gpu_row(results: ModelResults, line: ClassicalLine) -> tuple[Cell, ...]:
    return words(line.name), EMPTY, *_times(results, line.time_s_per_row), words("exact"), words(line.bound_by)


def _notes(results: ModelResults) -> tuple[str, ...]:
    point = results.quickest_point
    several = point is not None and point.design.n_machines > 1
    crowd = f"{point.design.n_machines:,} machines: {point.price.design_text}." if point and several else ""
    return (
        *(f"`{name}`: {_what(result.request)}." for name, result in results.designs.items()),
        *([crowd] if several else []),
        "A quantum row finds the marked keys and their scores; its time is the mean over the search's own randomness.",
        *(f"`{name}` cannot be run: {reason(error)}." for name, error in results.refused),
    )


def _what(request: RowRequest) -> str:
    """What a design has least of, and what it is."""
    return f"least {OBJECTIVES[request.optimise]}; {design_text(request)}"


_KINDS = (
    ("prefill", False, "prefill, time per row", "whole row"),
    ("prefill", True, "prefill, time per row", "scores and top-k"),
    ("decode", False, "decode, one row alone", "scores"),
    ("decode", True, "decode, one row alone", "scores and top-k"),
)


def gpu_table(results: ModelResults) -> Table:
    """A line for each GPU and number format; without and with a selection of the k largest scores."""
    found: dict[str, dict[tuple[str, bool], ClassicalLine]] = {}
    for line in results.lines:
        found.setdefault(_card(line), {})[line.kind, line.selects] = line
    kinds = [kind for kind in _KINDS if any(kind[:2] in lines for lines in found.values())]
    columns = (Column("GPU"), *(Column(heading, IN_CELL, "gpu", group=group) for _, _, group, heading in kinds))
    rows = [
        (words(card), *(_time(lines.get((kind, selects))) for kind, selects, _, _ in kinds))
        for card, lines in found.items()
    ]
    shape = results.request.shape
    notes = (_READING + _shared(results.request),)
    return Table(
        f"One row of {shape.n_keys:,} keys of {shape.d_head} numbers on GPUs", columns, tuple(rows), notes=notes
    )


_READING = (
    "Top-k: an exact selection of the k largest scores, which a GPU needs where k is given. Where the threshold is "
    "given, it keeps the keys that reach it while it scores them, and the columns without a selection apply."
)


def _shared(request: RowRequest) -> str:
    """Which query heads read the same keys, and in which form these are stored."""
    text = ""
    if request.gqa_group > 1:
        text += f" {request.gqa_group} query heads share one memory of keys, which is read once for all of them."
    if request.key_numbers is not None:
        text += f" The keys are stored compressed (MLA), {request.key_numbers} numbers each, and a GPU reads these."
    return text


def _card(line: ClassicalLine) -> str:
    """The name without the regime: GPU and number format."""
    return " ".join(word for word in line.name.split() if word not in (line.kind, "top-k"))


def _time(line: ClassicalLine | None) -> Cell:
    return EMPTY if line is None else duration(line.time_s_per_row)


_ROOFLINE = (
    "A GPU's time is a roofline, the longer of its arithmetic at the best rate reported for an attention kernel and "
    "its memory traffic at peak bandwidth, plus the published time of a selection. Both favour the GPU, by far less "
    "than the gap."
)


def _sources(results: ModelResults) -> tuple[str, ...]:
    """Where the rates are from, each source once, with the lines that it is of."""
    lines: dict[str, list[ClassicalLine]] = {}
    for line in results.lines:
        for source in line.source.split("; selection: "):
            lines.setdefault(source, []).append(line)
    n_cards = len({_card(line) for line in results.lines})
    return tuple(f"{_of(of, n_cards)}: {source}." for source, of in lines.items())


def _of(lines: list[ClassicalLine], n_cards: int) -> str:
    cards = list(dict.fromkeys(_card(line) for line in lines))
    cards = ["all"] if len(cards) == n_cards else cards
    kinds = dict.fromkeys(line.kind for line in lines)
    return f"{', '.join(cards)} in {' and '.join(kinds)}"
