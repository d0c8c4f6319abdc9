"""All presets as a table."""

from __future__ import annotations

from groverattn.problem.presets import PRESETS, PresetList
from groverattn.show.document import Block, Column, Table
from groverattn.show.numbers import whole, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: PresetList) -> tuple[Block, ...]:
    """The sizes, and what is to be known of each."""
    columns = (
        Column("name"),
        *(Column(name, name) for name in ("layers", "heads", "kv heads")),
        Column("d", "numbers"),
        Column("n keys", "keys"),
        Column("k marked", "keys"),
        Column("note", aside=True),
    )
    rows = tuple(
        (
            words(preset.name),
            *map(whole, (preset.layers, preset.query_heads)),
            words("MLA") if preset.kv_heads is None else whole(preset.kv_heads),
            *map(whole, (preset.d_head, preset.n_keys, preset.n_marked)),
            words(f"{preset.note}; sizes: {preset.source}"),
        )
        for preset in PRESETS.values()
    )
    return (Table("Presets", columns, rows),)
