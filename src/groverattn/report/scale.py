"""The section on a whole model: one generated token, a prefill, loading the keys, and rows that come out wrong."""

from __future__ import annotations

from typing import Any

from groverattn.report.results import ModelResults
from groverattn.show.cells import EMPTY, count, duration, probability, words
from groverattn.show.document import IN_CELL, Block, Cell, Column, Paragraph, Points, Section, Table
from groverattn.show.numbers import count_text

Json = dict[str, Any]

_SCOPES = {"head": "one head", "layer": "one layer", "model": "whole model"}
_REGIMES = {"decode": "a token", "prefill": "a prefill"}


def whole_model(results: ModelResults, anchor: str) -> Section:
    """What the attention of the whole model takes, beside GPUs."""
    printed = {name: model.as_json() for name, model in results.whole_models.items()}
    if not printed:
        return Section("The whole model", anchor, (Paragraph("The machine can run neither circuit: see the verdict."),))
    first = next(iter(printed.values()))
    blocks: list[Block] = [
        _introduction(results, first),
        _scopes(printed),
        _side_by_side(printed),
        _gpus(printed),
        *_loading(first),
        *_wrong_rows(printed),
        Points(tuple(first["assumptions"]), ("inputs", "loading", "whole_counts")),
    ]
    return Section("The whole model", anchor, tuple(blocks))


def _introduction(results: ModelResults, result: Json) -> Paragraph:
    request, causal = results.request, result["causal"]
    return Paragraph(
        f"All of the above is one row. A generated token takes one row in each of {request.query_heads} heads and "
        f"{request.layers} layers, over all keys. A prefill takes the rows of a whole context, each over the keys "
        f"before it: {causal['time_share']:.0%} of the time of as many rows over all keys. Attention only, on both "
        "sides.",
        ("inputs", "whole_time"),
    )


def _scopes(printed: dict[str, Json]) -> Table:
    """Head, layer and model, one row after the other on one machine."""
    columns = (
        Column("what"),
        Column("circuit"),
        Column("rows searched", "rows", "whole_counts"),
        Column("iterates", "iterates", "whole_counts"),
        Column("Toffoli gates", "gates", "whole_counts"),
        Column("time, one row after the other", IN_CELL, "whole_time"),
    )
    rows = [
        (
            words(f"{what}, {_SCOPES[scope]}"),
            words(f"`{name}`"),
            count(result[regime][scope]["rows"]),
            count(result[regime][scope]["iterates"]),
            count(result[regime][scope]["toffoli"]),
            duration(result[regime][scope]["time_s"]),
        )
        for regime, what in _REGIMES.items()
        for scope in _SCOPES
        for name, result in printed.items()
    ]
    return Table("The whole model on one machine", columns, tuple(rows))


def _side_by_side(printed: dict[str, Json]) -> Table:
    columns = (
        Column("what"),
        Column("circuit"),
        Column("how"),
        Column("machines", "machines", "whole_time"),
        Column("physical qubits", "qubits", "whole_time"),
        Column("time", IN_CELL, "whole_time"),
    )
    rows = [
        (
            words(what),
            words(f"`{name}`"),
            words(schedule["what"]),
            count(schedule["machines"]),
            count(schedule["qubits"]),
            duration(schedule["time_s"]),
        )
        for regime, what in _REGIMES.items()
        for name, result in printed.items()
        for schedule in result[regime]["side_by_side"]
    ]
    note = "Layers wait for each other, since each works on the output of the one before."
    return Table("The whole model on many machines", columns, tuple(rows), notes=(note,))


def _gpus(printed: dict[str, Json]) -> Table:
    """Each GPU, and how many machines would be as fast."""
    columns = [Column("GPU")]
    for what in _REGIMES.values():
        columns.append(Column(f"{what} on it", IN_CELL, "gpu_model"))
        columns += [Column(f"{what}: machines with `{name}`", "to be as fast", "machines_needed") for name in printed]
    first = next(iter(printed.values()))
    rows = []
    for i, line in enumerate(first["decode"]["classical"]):
        row = [words(line["gpu"])]
        for regime in _REGIMES:
            row.append(duration(first[regime]["classical"][i]["time_s"]))
            row += [_machines(result[regime]["classical"][i]) for result in printed.values()]
        rows.append(tuple(row))
    notes = tuple(
        f"{what[0].upper()}{what[1:]} with `{name}` against {slowest['gpu']}, the slowest: {slowest['words']}."
        for regime, what in _REGIMES.items()
        for name, result in printed.items()
        for slowest in [max(result[regime]["classical"], key=lambda line: line["time_s"])]
    )
    return Table("The attention of the whole model on GPUs", tuple(columns), tuple(rows), notes=notes)


def _machines(line: Json) -> Cell:
    return words("no number") if line["machines"] is None else count(line["machines"])


_MEMORIES = "one for each group of heads and layer, or for each head where keys are compressed"


def _loading(result: Json) -> list[Block]:
    loading, rate = result["loading"], result["inputs"]["io_bits_per_s"]
    bits = loading["bits_per_memory"]
    rows = (
        (words("keys of one memory"), Cell(f"{count_text(bits)} bits", bits), words("n keys of d numbers")),
        (words("memories"), count(loading["memories"]), words(_MEMORIES)),
        (words("writing one memory"), duration(loading["memory_s"]), words("through one link")),
        (words("writing all, for a prefill"), duration(loading["prefill_s"]), words("through one link")),
        (words("the keys of one token"), duration(loading["token_s"]), words("one key to every memory")),
    )
    columns = (Column("loading"), Column("value", IN_CELL, "loading"), Column("what it is"))
    text = (
        f"The keys have to reach the machine. At {rate:g} bits per second (our assumption) that takes the times below, "
        f"which are not added to the others: the keys go {loading['destination']}."
    )
    return [Paragraph(text, ("loading",)), Table("Loading the keys", columns, rows)]


def _wrong_rows(printed: dict[str, Json]) -> list[Block]:
    columns = (
        Column("what"),
        Column("circuit"),
        Column("rows", "rows", "whole_counts"),
        Column("wrong rows, about", "rows", "wrong_rows"),
        Column("then a row may be wrong with", "probability", "wrong_rows"),
        Column("then physical qubits", "qubits", "wrong_rows"),
        Column("then the longest row takes", IN_CELL, "wrong_rows"),
    )
    found = [
        (what, name, result[regime]["wrong_rows"])
        for regime, what in _REGIMES.items()
        for name, result in printed.items()
    ]
    rows = tuple(_wrong_row(*each) for each in found)
    notes = tuple(
        f"{what[0].upper()}{what[1:]} with `{name}` is out of reach: {wrong['refusal']}."
        for what, name, wrong in found
        if wrong["strict"] is None
    )
    caption = "Rows that come out wrong within the error budget, and then what it takes for all to be right, p = 0.99"
    return [Table(caption, columns, rows, notes=notes)]


def _wrong_row(what: str, name: str, wrong: Json) -> tuple[Cell, ...]:
    strict = wrong["strict"]
    then = (EMPTY, words("out of reach"))
    if strict is not None:
        then = (count(strict["qubits"]), duration(strict["time_s"]))
    head = (words(what), words(f"`{name}`"), count(wrong["rows"]))
    return (*head, _expected(wrong["expected_wrong_rows"]), probability(wrong["budget_per_row"]), *then)


def _expected(n_rows: float) -> Cell:
    return count(n_rows) if n_rows >= 100 else Cell(f"{n_rows:.2g}", n_rows)
