"""What `groverattn capture` wrote, as a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from groverattn.capture.capture import Capture, CapturedLayer
from groverattn.show.document import Block, Column, Table
from groverattn.show.numbers import Cell, count, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: Capture) -> tuple[Block, ...]:
    """One line for every run of layers that are alike."""
    cut = "" if result.n_tokens == result.n_tokens_of_text else f", cut from {result.n_tokens_of_text:,}"
    columns = (
        Column("layers"),
        Column("heads", "heads"),
        Column("key heads", "heads"),
        Column("d", "numbers"),
        Column("scale of scores", "factor"),
        Column("mask"),
    )
    rows = tuple(
        (
            words(layers),
            *map(count, (layer.heads, layer.key_heads, layer.d_head)),
            Cell(f"{layer.score_scale:.6g}", layer.score_scale),
            words("causal" if layer.causal else "none"),
        )
        for layers, layer in _runs(result.layers)
    )
    title = f"{result.file}: {len(result.layers)} layers, {result.n_tokens:,} tokens{cut}, {result.dtype}"
    return (Table(title, columns, rows),)


def _runs(layers: tuple[CapturedLayer, ...]) -> Iterator[tuple[str, CapturedLayer]]:
    """Yield the numbers of layers that follow each other and have the same sizes, and these sizes."""
    first = 0
    for layer, run in itertools.groupby(layers):
        after = first + len(list(run))
        yield (str(first) if after == first + 1 else f"{first} to {after - 1}"), layer
        first = after
