"""All presets as a table."""

from __future__ import annotations

from groverattn.models.preset import CITED, INDEXER, Preset
from groverattn.models.presets import PRESETS, PresetList, refusals
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, table_of
from groverattn.show.numbers import Cell, whole, words
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: PresetList) -> tuple[Block, ...]:
    """What each model searches, and what is to be known of it."""
    law = [] if result.k_from.law is None else [(Column("k by the law", IN_CELL), lambda p: _by_law(result, p))]
    table = table_of(
        "Presets",
        PRESETS.values(),
        (Column("name"), lambda p: words(p.name)),
        (Column("layers that search", short="layers"), lambda p: words(_layers(p))),
        (Column("what searches", short="by"), lambda p: words(_searcher(p))),
        (Column("rows a token", "rows", short="rows"), lambda p: whole(p.rows_per_token)),
        (Column("d", "numbers"), lambda p: whole(p.score_numbers)),
        (Column("keys in view", "keys", short="keys"), lambda p: whole(p.keys_in_view)),
        (Column("k marked", "keys", short="k"), lambda p: whole(p.n_marked)),
        *law,
        (Column("note", aside=True), lambda p: words(_note(p))),
    )
    refused = Points(tuple(f"`{name}` is not priced: {reason}." for name, (_, reason) in refusals().items()))
    source = result.k_from.source
    return (table, *([Paragraph(f"k by the law: {source}. *: extrapolated.")] if source else []), refused)


def _by_law(result: PresetList, model: Preset) -> Cell:
    found = result.by_law(model)
    if found is None:
        return words("trained")
    low, high = found.by_exponent
    return Cell(f"{found.k:,} ({low:,} to {high:,}){' *' if found.extrapolated else ''}", found.k)


def _layers(model: Preset) -> str:
    n = model.rows[0].layers
    return f"{n}" if n == model.layers else f"{n} of {model.layers}"


def _searcher(model: Preset) -> str:
    if model.searches == INDEXER:
        return f"{model.index_heads}-head indexer"
    kv = "MLA" if model.kv_heads is None else f"{model.kv_heads} kv"
    return f"{model.query_heads} heads, {kv}"


def _note(model: Preset) -> str:
    """The note, the rows of layers with a window, how k was got, and the sources."""
    others = [
        f"{kind.layers} layers with a {kind.what} of {kind.n_keys:,} keys"
        + ("" if kind.searched else ", which are read whole")
        for kind in model.rows[1:]
    ]
    pooled = [f"{model.n_keys:,} tokens, pooled by {model.pool}"] if model.pool > 1 else []
    cited = [name for name, source in model.sources.items() if source.checked == CITED]
    second_hand = (
        [] if not cited else ["all cited" if len(cited) == len(model.sources) else f"cited: {', '.join(cited)}"]
    )
    return "; ".join([model.note, *pooled, *others, f"sizes: {model.source}", *second_hand])
