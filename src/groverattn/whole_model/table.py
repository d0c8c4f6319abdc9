"""A whole model as tables: a generated token and a prefill, beside GPUs; loading the keys; rows that come out wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, Table
from groverattn.show.numbers import EMPTY, Cell, count, duration, probability, with_unit, words
from groverattn.show.result import blocks_of
from groverattn.whole_model.model import Regime, WholeModel
from groverattn.whole_model.rivals import Rival

Models = Mapping[str, WholeModel]
"""The whole model with one or several circuits, by data access."""

_CIRCUIT = Column("circuit")


@blocks_of.register
def _(result: WholeModel) -> tuple[Block, ...]:
    request, machine = result.request, result.rows.price
    models = {request.design.data_access: result}
    tables = (scopes_table(models), side_by_side_table(models), gpus_table(models), loading_table(result))
    heading = (
        f"Whole model, attention only: {request.layers} layers x {request.query_heads} heads; a machine has "
        f"{count(machine.qubits).text} physical qubits"
    )
    return (
        Paragraph(heading, stressed=True),
        *(table.without(_CIRCUIT.heading) for table in (*tables, wrong_rows_table(models))),
        Points(
            (
                f"A causal head takes {result.causal_share:.2f} of the time of as many rows of n keys each.",
                f"Keys go {result.loading.destination}.",
                f"A prefill, {result.prefill.wrong.words[0].lower()}{result.prefill.wrong.words[1:]}.",
            )
        ),
    )


_WHAT = ("a token", "a prefill")
_SCOPES = {"head": "one head", "layer": "one layer", "model": "whole model"}


def _of(models: Models, what: str) -> list[tuple[str, Regime]]:
    """The token or the prefill of each model, with its circuit."""
    return [(name, model.decode if what == _WHAT[0] else model.prefill) for name, model in models.items()]


def _regimes(models: Models) -> Iterator[tuple[str, str, Regime]]:
    for what in _WHAT:
        yield from ((what, name, regime) for name, regime in _of(models, what))


def scopes_table(models: Models) -> Table:
    """Head, layer and model, one row after the other on one machine."""
    columns = (
        Column("what"),
        _CIRCUIT,
        Column("rows searched", "rows", "whole_counts", short="rows"),
        Column("iterates", "iterates", "whole_counts"),
        Column("Toffoli gates", "gates", "whole_counts"),
        Column("time, one row after the other", IN_CELL, "whole_time", short="time"),
    )
    rows = tuple(
        (
            words(f"{what}, {_SCOPES[scope]}"),
            words(f"`{name}`"),
            count(regime.rows_per_head * heads),
            count(regime.head.iterates * heads),
            count(regime.head.toffoli * heads),
            duration(regime.head.time_s * heads),
        )
        for what in _WHAT
        for scope in _SCOPES
        for name, regime in _of(models, what)
        for heads in [regime.scopes[scope]]
    )
    return Table("The whole model on one machine", columns, rows)


def side_by_side_table(models: Models) -> Table:
    """The schedules of machines side by side."""
    columns = (
        Column("what"),
        _CIRCUIT,
        Column("how"),
        Column("machines", "machines", "whole_time"),
        Column("physical qubits", "qubits", "whole_time"),
        Column("time", IN_CELL, "whole_time"),
    )
    rows = tuple(
        (
            words(what),
            words(f"`{name}`"),
            words(schedule["what"]),
            count(schedule["machines"]),
            count(schedule["qubits"]),
            duration(schedule["time_s"]),
        )
        for what, name, regime in _regimes(models)
        for schedule in regime.side_by_side()
    )
    note = "Layers wait for each other, since each works on the output of the one before."
    return Table("The whole model on many machines", columns, rows, notes=(note,))


def gpus_table(models: Models) -> Table:
    """Each GPU, and how many machines would be as fast."""
    columns, cells, notes = [Column("GPU")], [], []
    first = next(iter(models.values()))
    cells.append([words(rival.gpu) for rival in first.decode.rivals])
    for what in _WHAT:
        regimes = dict(_of(models, what))
        columns.append(Column(f"{what} on it", IN_CELL, "gpu_model", short=what))
        cells.append([duration(rival.time_s) for rival in next(iter(regimes.values())).rivals])
        for name, regime in regimes.items():
            heading = f"{what}: machines with `{name}`"
            columns.append(Column(heading, "to be as fast", "machines_needed", short="machines"))
            cells.append([_machines(rival) for rival in regime.rivals])
            slowest = max(regime.rivals, key=lambda rival: rival.time_s)
            notes.append(
                f"{what[0].upper()}{what[1:]} with `{name}` against {slowest.gpu}, the slowest: {slowest.words}."
            )
    rows = tuple(zip(*cells, strict=True))
    return Table("The attention of the whole model on GPUs", tuple(columns), rows, notes=tuple(notes))


def _machines(rival: Rival) -> Cell:
    return words("no number") if rival.machines is None else count(rival.machines)


_MEMORIES = "one for each group of heads and layer, or for each head where keys are compressed"


def loading_table(model: WholeModel) -> Table:
    """The time to write the keys."""
    loading = model.loading
    rows = (
        (words("keys of one memory"), with_unit(loading.bits_per_memory, "bits"), words("n keys of d numbers")),
        (words("memories"), count(loading.memories), words(_MEMORIES)),
        (words("writing one memory"), duration(loading.memory_s), words("through one link")),
        (words("writing all, for a prefill"), duration(loading.prefill_s), words("through one link")),
        (words("the keys of one token"), duration(loading.token_s), words("one key to every memory")),
    )
    columns = (Column("loading"), Column("value", IN_CELL, "loading"), Column("what it is"))
    return Table("Loading the keys", columns, rows)


def wrong_rows_table(models: Models) -> Table:
    """Rows with a wrong answer, and the price of none."""
    columns = (
        Column("what"),
        _CIRCUIT,
        Column("rows", "rows", "whole_counts"),
        Column("wrong rows, about", "rows", "wrong_rows", short="wrong, about"),
        Column("then a row may be wrong with", "probability", "wrong_rows", short="then p of a row"),
        Column("then physical qubits", "qubits", "wrong_rows", short="qubits"),
        Column("then the longest row takes", IN_CELL, "wrong_rows", short="longest row"),
    )
    found = list(_regimes(models))
    notes = tuple(
        f"{what[0].upper()}{what[1:]} with `{name}` is out of reach: {regime.wrong.refusal}."
        for what, name, regime in found
        if regime.wrong.strict is None
    )
    caption = "Rows that come out wrong within the error budget, and then what it takes for all to be right, p = 0.99"
    return Table(caption, columns, tuple(_wrong_row(*each) for each in found), notes=notes)


def _wrong_row(what: str, name: str, regime: Regime) -> tuple[Cell, ...]:
    wrong = regime.wrong
    then = (EMPTY, words("out of reach"))
    if wrong.strict is not None:
        then = (count(wrong.strict.qubits), duration(wrong.strict.physical.duration_s))
    expected = wrong.expected
    about = count(expected) if expected >= 100 else Cell(f"{expected:.2g}", expected)
    return words(what), words(f"`{name}`"), count(wrong.n_rows), about, probability(wrong.budget_per_row), *then
