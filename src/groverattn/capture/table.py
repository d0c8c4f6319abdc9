"""What `groverattn capture` wrote, as a table for the terminal."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def capture_table(result: dict[str, Any]) -> RenderableType:
    """Return the file, the tokens, and one line for every run of layers that are alike."""
    n_tokens, n_whole = result["n_tokens"], result["n_tokens_of_text"]
    cut = "" if n_tokens == n_whole else f", cut from {n_whole:,}"
    title = f"{result['file']}: {len(result['layers'])} layers, {n_tokens:,} tokens{cut}, {result['dtype']}"
    table = Table(show_edge=False, pad_edge=False)
    for column in ("layers", "heads", "key heads", "d", "scale of scores", "mask"):
        table.add_column(column, justify="left" if column in ("layers", "mask") else "right")
    for layers, layer in _runs(result["layers"]):
        mask = "causal" if layer["causal"] else "none"
        numbers = (str(layer[name]) for name in ("heads", "key_heads", "d_head"))
        table.add_row(layers, *numbers, f"{layer['score_scale']:.6g}", mask)
    return Group(Text(title), "", table)


def _runs(layers: list[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the numbers of layers that follow each other and have the same sizes, and these sizes."""
    first = 0
    for layer, run in itertools.groupby(layers):
        after = first + len(list(run))
        yield (str(first) if after == first + 1 else f"{first} to {after - 1}"), layer
        first = after
