"""What `groverattn capture` wrote, as tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import attrs

from groverattn.capture.capture import Capture
from groverattn.capture.recording import CapturedIndexer, CapturedLayer
from groverattn.show.document import Block, Column, Table, table_of
from groverattn.show.numbers import Cell, count, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: Capture) -> tuple[Block, ...]:
    """One line for every run of layers that are alike, and one for every run of indexers."""
    whole = result.n_tokens_of_text
    cut = ", the first of the text" if whole is None else "" if result.n_tokens == whole else f", cut from {whole:,}"
    table = table_of(
        f"{result.file}: {len(result.layers)} layers, {result.n_tokens:,} tokens{cut}, {result.dtype}",
        _runs(result.layers),
        (Column("layers"), lambda run: words(run[0])),
        (Column("heads", "heads"), lambda run: count(run[1].heads)),
        (Column("key heads", "heads"), lambda run: count(run[1].key_heads)),
        (Column("d", "numbers"), lambda run: count(run[1].d_head)),
        (Column("scale of scores", "factor"), lambda run: Cell(f"{run[1].score_scale:.6g}", run[1].score_scale)),
        (Column("mask"), lambda run: words(_mask(run[1]))),
        notes=_notes(result),
    )
    return (table, _indexers(result)) if result.indexers else (table,)


def _notes(result: Capture) -> list[str]:
    notes = []
    if result.n_indexers_left_out:
        notes.append(
            f"{result.n_indexers_left_out} indexers are not in the file: each scores in another way than by a weighted "
            "sum of ReLUs over single tokens."
        )
    if any(layer.window for layer in result.layers):
        notes.append("Heads of layers with a window are in the file, and the other verbs read those without one.")
    return notes


def _mask(layer: CapturedLayer) -> str:
    if layer.window:
        return f"window of {layer.window:,}"
    return "causal" if layer.causal else "none"


def _indexers(result: Capture) -> Table:
    """The layers with an indexer, and what the model's heads see of their keys."""
    topk = max(indexer.topk for indexer in result.indexers)
    selects = (
        "Heads of these layers attend to the selected keys of a row alone; the file has them as causal, over all keys."
        if topk < result.n_tokens
        else f"The text has no more tokens than an indexer selects ({topk:,}): every row attends to all keys it sees."
    )
    return table_of(
        f"{len(result.indexers)} layers with an indexer, {result.n_tokens:,} tokens, float32",
        _indexer_runs(result.indexers),
        (Column("layers"), lambda run: words(run[0])),
        (Column("index heads", "heads"), lambda run: count(run[1].heads)),
        (Column("d", "numbers"), lambda run: count(run[1].d_head)),
        (Column("selected", "keys"), lambda run: count(run[1].topk)),
        (Column("shared by layers"), lambda run: words(_span(run[1].shared_by) if run[1].shared_by else "none")),
        notes=[selects],
    )


def _runs(layers: tuple[CapturedLayer, ...]) -> Iterator[tuple[str, CapturedLayer]]:
    """Yield the numbers of layers that follow each other and have the same sizes, and these sizes."""
    for _, run in itertools.groupby(enumerate(layers), key=lambda numbered: numbered[1]):
        numbers, sizes = zip(*run, strict=True)
        yield _span(numbers), sizes[0]


def _indexer_runs(indexers: tuple[CapturedIndexer, ...]) -> Iterator[tuple[str, CapturedIndexer]]:
    """Yield the same for indexers in layers without a gap; one whose selection is shared is a run of its own."""

    def alike(numbered: tuple[int, CapturedIndexer]) -> tuple[int, CapturedIndexer]:
        place, indexer = numbered
        return indexer.layer - place, attrs.evolve(indexer, layer=indexer.layer if indexer.shared_by else 0)

    for _, run in itertools.groupby(enumerate(indexers), key=alike):
        _, members = zip(*run, strict=True)
        yield _span([indexer.layer for indexer in members]), members[0]


def _span(numbers: Sequence[int]) -> str:
    """Numbers of layers as words: from the first to the last where none between them is left out.

    >>> _span((4,)), _span((4, 5, 6)), _span((4, 6))
    ('4', '4 to 6', '4, 6')
    """
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))
