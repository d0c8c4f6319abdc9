"""A whole model as tables: a generated token and a prefill, beside GPUs; loading the keys; rows that come out wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from groverattn.row.sentences import heads_text
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, Table, table_of
from groverattn.show.numbers import EMPTY, Cell, count, duration, number_text, probability, with_unit, words
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
        f"Whole model, attention only: {heads_text(request)}; a machine has "
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
    searcher = next(iter(models.values())).request.shape.index_heads
    one_row = _SCOPES["head"] if searcher is None else "one indexer"
    found = [
        (f"{what}, {words_of if scope != 'head' else one_row}", name, regime, regime.scopes[scope])
        for what in _WHAT
        for scope, words_of in _SCOPES.items()
        for name, regime in _of(models, what)
    ]
    return table_of(
        "The whole model on one machine",
        found,
        (Column("what"), lambda each: words(each[0])),
        (_CIRCUIT, lambda each: words(f"`{each[1]}`")),
        (
            Column("rows searched", "rows", "whole_counts", short="rows"),
            lambda each: count(each[3][0]),
        ),
        (Column("iterates", "iterates", "whole_counts"), lambda each: count(each[3][1].iterates)),
        (Column("Toffoli gates", "gates", "whole_counts"), lambda each: count(each[3][1].toffoli)),
        (
            Column("time, one row after the other", IN_CELL, "whole_time", short="time"),
            lambda each: duration(each[3][1].time_s),
        ),
        notes=["Rows that see no more keys than are to be found are read classically, and not counted."],
    )


def side_by_side_table(models: Models) -> Table:
    """The schedules of machines side by side."""
    found = [(what, name, each) for what, name, regime in _regimes(models) for each in regime.side_by_side()]
    return table_of(
        "The whole model on many machines",
        found,
        (Column("what"), lambda each: words(each[0])),
        (_CIRCUIT, lambda each: words(f"`{each[1]}`")),
        (Column("how"), lambda each: words(each[2]["what"])),
        (Column("machines", "machines", "whole_time"), lambda each: count(each[2]["machines"])),
        (Column("physical qubits", "qubits", "whole_time"), lambda each: count(each[2]["qubits"])),
        (Column("time", IN_CELL, "whole_time"), lambda each: duration(each[2]["time_s"])),
        notes=["Layers wait for each other, since each works on the output of the one before."],
    )


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
    notes.append(
        "Attention alone, as GPUs run a whole model: no top-k is selected, since the output does not need one; the "
        "keys of a token are read once, and no values."
    )
    return Table("The attention of the whole model on GPUs", tuple(columns), rows, notes=tuple(notes))


def _machines(rival: Rival) -> Cell:
    return words("none suffices") if rival.machines is None else count(rival.machines)


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
    found = list(_regimes(models))
    return table_of(
        "Rows that come out wrong within the error budget, and then what it takes for all to be right, p = 0.99",
        found,
        (Column("what"), lambda each: words(each[0])),
        (_CIRCUIT, lambda each: words(f"`{each[1]}`")),
        (Column("rows", "rows", "whole_counts"), lambda each: count(each[2].wrong.n_rows)),
        (Column("wrong rows, about", "rows", "wrong_rows", short="wrong, about"), lambda each: _about(each[2])),
        (
            Column("then a row may be wrong with", "probability", "wrong_rows", short="then p of a row"),
            lambda each: probability(each[2].wrong.budget_per_row),
        ),
        (
            Column("then physical qubits", "qubits", "wrong_rows", short="qubits"),
            lambda each: EMPTY if each[2].wrong.strict is None else count(each[2].wrong.strict.qubits),
        ),
        (Column("then the longest row takes", IN_CELL, "wrong_rows", short="longest row"), lambda each: _then(each[2])),
        notes=[
            f"{what[0].upper()}{what[1:]} with `{name}` is out of reach: {regime.wrong.refusal}."
            for what, name, regime in found
            if regime.wrong.strict is None
        ],
    )


def _about(regime: Regime) -> Cell:
    expected = regime.wrong.expected
    return count(expected) if expected >= 100 else Cell(number_text(expected), expected)


def _then(regime: Regime) -> Cell:
    strict = regime.wrong.strict
    return words("out of reach") if strict is None else duration(strict.physical.duration_s)
