"""The chapter on more keys: from how many on the search pays, if ever, in three readings."""

from __future__ import annotations

from groverattn.crossover.table import readings_points, readings_table, why_points
from groverattn.report.results import ModelResults
from groverattn.show.document import Paragraph, Section
from groverattn.show.numbers import power_text


def crossing(results: ModelResults, anchor: str) -> Section:
    """From how many keys on the search is faster, or never and why."""
    found = results.crossover
    largest = power_text(next(iter(found.verdicts.values())).slowest.n_max)
    text = (
        f"The same row with more keys, up to n = {largest}; d and k stay. The quantum time here is a lower bound, less "
        "than the times above: only waiting counts, for measurements one after the other, for calls of the assumed "
        "memory, and for the control computer, which reads the key table at every measured unload. Gates, factories "
        "and Clifford gates cost nothing, and all of the error budget is left to the search."
    )
    more = (
        "What a reaction, a lookup or an iterate may take at most, by data access, and the map over all models: "
        f"`groverattn crossover {_sizes(results)}`."
    )
    blocks = (
        Paragraph(text, ("crossover",)),
        readings_table(found.readings),
        readings_points(found.readings),
        why_points(found),
        Paragraph(more, ("inputs",)),
    )
    return Section("More keys", anchor, blocks, folded=True)


def _sizes(results: ModelResults) -> str:
    if results.preset is not None:
        return f"--preset {results.name}"
    shape = results.request.shape
    return f"--n-keys {shape.n_keys} --d-head {shape.d_head} --n-marked {shape.n_marked}"
