"""What `groverattn capture` wrote, as a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from groverattn.capture.capture import Capture, CapturedLayer
from groverattn.show.document import Block, Column, table_of
from groverattn.show.numbers import Cell, count, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: Capture) -> tuple[Block, ...]:
    """One line for every run of layers that are alike."""
    cut = "" if result.n_tokens == result.n_tokens_of_text else f", cut from {result.n_tokens_of_text:,}"
    table = table_of(
        f"{result.file}: {len(result.layers)} layers, {result.n_tokens:,} tokens{cut}, {result.dtype}",
        _runs(result.layers),
        (Column("layers"), lambda run: words(run[0])),
        (Column("heads", "heads"), lambda run: count(run[1].heads)),
        (Column("key heads", "heads"), lambda run: count(run[1].key_heads)),
        (Column("d", "numbers"), lambda run: count(run[1].d_head)),
        (Column("scale of scores", "factor"), lambda run: Cell(f"{run[1].score_scale:.6g}", run[1].score_scale)),
        (Column("mask"), lambda run: words("causal" if run[1].causal else "none")),
    )
    return (table,)


def _runs(layers: tuple[CapturedLayer, ...]) -> Iterator[tuple[str, CapturedLayer]]:
    """Yield the numbers of layers that follow each other and have the same sizes, and these sizes."""
    first = 0
    for layer, run in itertools.groupby(layers):
        after = first + len(list(run))
        yield (str(first) if after == first + 1 else f"{first} to {after - 1}"), layer
        first = after
