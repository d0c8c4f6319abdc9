"""All presets as a table."""

from __future__ import annotations

from groverattn.problem.presets import PRESETS, PresetList
from groverattn.show.document import Block, Column, table_of
from groverattn.show.numbers import whole, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: PresetList) -> tuple[Block, ...]:
    """The sizes, and what is to be known of each."""
    table = table_of(
        "Presets",
        PRESETS.values(),
        (Column("name"), lambda p: words(p.name)),
        (Column("layers", "layers"), lambda p: whole(p.layers)),
        (Column("heads", "heads"), lambda p: whole(p.query_heads)),
        (Column("kv heads", "heads"), lambda p: words("MLA") if p.kv_heads is None else whole(p.kv_heads)),
        (Column("d", "numbers"), lambda p: whole(p.d_head)),
        (Column("n keys", "keys"), lambda p: whole(p.n_keys)),
        (Column("k marked", "keys"), lambda p: whole(p.n_marked)),
        (Column("note", aside=True), lambda p: words(f"{p.note}; sizes: {p.source}")),
    )
    return (table,)
