"""The section on a whole model: one generated token, a prefill, loading the keys, and rows that come out wrong."""

from __future__ import annotations

from groverattn.report.results import CANNOT, ModelResults
from groverattn.show.document import Paragraph, Points, Section
from groverattn.whole_model.model import WholeModel, assumptions
from groverattn.whole_model.table import (
    gpus_table,
    loading_table,
    scopes_table,
    side_by_side_table,
    wrong_rows_table,
)


def whole_model(results: ModelResults, anchor: str) -> Section:
    """What the attention of the whole model takes, beside GPUs."""
    models = results.whole_models
    if not models:
        return Section("The whole model", anchor, (Paragraph(CANNOT),))
    first = next(iter(models.values()))
    text = (
        f"The keys have to reach the machine. At {first.loading.io_bits_per_s:g} bits per second (our assumption) that "
        "takes the times below, which are not added to the others: the keys go "
        f"{first.loading.destination}."
    )
    blocks = (
        _introduction(results, first),
        scopes_table(models),
        side_by_side_table(models),
        gpus_table(models),
        Paragraph(text, ("loading",)),
        loading_table(first),
        wrong_rows_table(models),
        Points(tuple(assumptions(first)), ("inputs", "loading", "whole_counts")),
    )
    return Section("The whole model", anchor, blocks)


def _introduction(results: ModelResults, model: WholeModel) -> Paragraph:
    request = results.request
    heads = f"{request.query_heads} heads and {request.layers} layers"
    if request.shape.index_heads is not None:
        heads = f"{request.layers} layers, whose indexer searches for all heads"
    windows = f", and as many in {request.window_layers} layers with a window" if request.window_layers else ""
    return Paragraph(
        f"All of the above is one row. A generated token takes one row in each of {heads}, over all keys{windows}. A "
        "prefill takes the rows of a whole context, each over the keys "
        f"before it: {model.causal_share:.0%} of the time of as many rows over all keys. Attention only, on both "
        "sides.",
        ("inputs", "whole_time"),
    )
