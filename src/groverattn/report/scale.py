"""The chapters on scale: a whole model, from one token to a prefill, and a row of more keys."""

from __future__ import annotations

from groverattn.crossover.table import readings_points, readings_table, why_points
from groverattn.report.command import asked_by
from groverattn.report.results import BEST, CANNOT, ModelResults
from groverattn.row.sentences import growth_of_k
from groverattn.show.document import IN_CELL, Column, Paragraph, Points, Section, Table
from groverattn.show.numbers import (
    Cell,
    count,
    count_text,
    duration,
    power_text,
    probability_text,
    rounded,
    share_text,
    time_text,
    words,
)
from groverattn.whole_model.model import Regime, WholeModel, assumptions

_WHAT = {"decode": "a token", "prefill": "a prefill"}


def whole_model(results: ModelResults, anchor: str) -> Section:
    """What the attention of the whole model takes, beside GPUs."""
    title, model = "The whole model", results.whole_model
    if model is None:
        return Section(title, anchor, (Paragraph(CANNOT),), folded=True)
    points = (*_wrong(model), _loading(model), *assumptions(model))
    quantities = ("inputs", "loading", "whole_counts", "wrong_rows", "gpu_model", "machines_needed")
    blocks = _introduction(results, model), _table(model), Points(points, quantities)
    return Section(title, anchor, blocks, folded=True)


def _introduction(results: ModelResults, model: WholeModel) -> Paragraph:
    request = results.request
    heads = f"{request.query_heads} heads and {request.layers} layers"
    if request.shape.index_heads is not None:
        heads = f"{request.layers} layers, whose indexer searches for all heads"
    windows = f", and as many in {request.window_layers} layers with a window" if request.window_layers else ""
    return Paragraph(
        f"All of the above is one row. A generated token takes one row in each of {heads}, over all keys{windows}. A "
        "prefill takes the rows of a whole context, each over the keys "
        f"before it, which takes {share_text(model.causal_share)} of the time of as many rows over all keys. Both "
        f"sides count attention only; the quantum side uses the design `{BEST}`.",
        ("inputs", "whole_time"),
    )


def _table(model: WholeModel) -> Table:
    """A token and a prefill, on one machine and on many, beside the slowest GPU."""
    columns = (
        Column("what"),
        Column("how"),
        Column("machines", "machines", "whole_time"),
        Column("physical qubits", "qubits", "whole_time"),
        Column("Toffoli gates", "gates", "whole_counts"),
        Column("time", IN_CELL, "whole_time"),
        Column("time, nothing selected", IN_CELL, "gpu_model", group="slowest GPU"),
        Column("faster by", "times", "ratio", group="slowest GPU"),
    )
    rows = [row for kind, what in _WHAT.items() for row in _rows(what, getattr(model, kind))]
    notes = (
        "Layers wait for each other, since each works on the output of the one before.",
        "GPU times of a whole model include every score and no selection of the k largest; the slowest GPU is the "
        "slowest of these. The slowest line of one row does select, so a whole model can take less than that line "
        "times its rows.",
    )
    return Table("The attention of the whole model", columns, tuple(rows), notes=notes)


def _rows(what: str, regime: Regime) -> list[tuple[Cell, ...]]:
    slowest = max(rival.time_s for rival in regime.rivals)
    n_rows, whole = regime.scopes["model"]
    return [
        (
            words(f"{what}, {count_text(n_rows)} rows"),
            words(each["what"]),
            count(each["machines"]),
            count(each["qubits"]),
            count(whole.toffoli),
            duration(each["time_s"]),
            duration(slowest),
            rounded(each["time_s"] / slowest),
        )
        for each in regime.side_by_side()
    ]


def _wrong(model: WholeModel) -> list[str]:
    """Rows that come out wrong, the price of none, and how many machines would be as fast as a GPU."""
    sentences = []
    for kind, what in _WHAT.items():
        regime: Regime = getattr(model, kind)
        slowest, wrong = max(regime.rivals, key=lambda rival: rival.time_s), regime.wrong
        sentences.append(f"To match {slowest.gpu}, the slowest GPU of the table, on {what}: {slowest.words}.")
        expected = rounded(wrong.expected, 2).text
        allowed = f"a row may be wrong with p = {probability_text(wrong.budget_per_row)}"
        strict = f"is out of reach: {wrong.refusal}"
        if wrong.strict is not None:
            longest = time_text(wrong.strict.physical.duration_s)
            strict = f"takes {count_text(wrong.strict.qubits)} physical qubits and {longest} for the longest row"
        sentences.append(
            f"{what.capitalize()} has about {expected} wrong rows. For all to be right with p = 0.99, {allowed}, which "
            f"{strict}."
        )
    return sentences


def _loading(model: WholeModel) -> str:
    loading = model.loading
    return (
        f"The keys have to reach the machine: {count_text(loading.memories)} memories of "
        f"{count_text(loading.bits_per_memory)} bits, {time_text(loading.memory_s)} each through one link, "
        f"{time_text(loading.prefill_s)} in all for a prefill and {time_text(loading.token_s)} for a token."
    )


def crossing(results: ModelResults, anchor: str) -> Section:
    """From how many keys on the search is faster, or never and why."""
    found = results.crossover
    largest = power_text(next(iter(found.verdicts.values())).slowest.n_max)
    stays = (
        "d and k stay the same"
        if results.request.k_from.law is None
        else f"d stays, and {growth_of_k(results.request)}"
    )
    text = (
        f"The same row with more keys, up to n = {largest}; {stays}. The quantum time here is a lower bound, shorter "
        "than the times above: it counts only waiting, for measurements that follow each other, for calls of the "
        "assumed memory, and for the control computer, which reads the key table at every measured unload. Gates and "
        "factories take no time, and the search may use the whole error budget."
    )
    more = (
        "How short a reaction, a lookup or an iterate would have to be, by data access, and the map of all models: "
        f"`{asked_by('crossover', results.request)}`."
    )
    blocks = (
        Paragraph(text, ("crossover",)),
        readings_table(found.readings),
        readings_points(found.readings),
        why_points(found),
        Paragraph(more, ("inputs",)),
    )
    return Section("More keys", anchor, blocks, folded=True)
