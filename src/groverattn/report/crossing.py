"""The section on more keys: from how many on the search pays, if ever, and what it would take to pay today."""

from __future__ import annotations

from html import escape

from groverattn.crossover.figure import map_svg
from groverattn.crossover.table import crossings_table, needs_table, readings_points, readings_table, why_points
from groverattn.report.results import ModelResults
from groverattn.row.sentences import growth_of_k
from groverattn.show.document import Block, Figure, Paragraph, Section
from groverattn.show.inline_svg import with_text
from groverattn.show.numbers import power_text


def crossing(results: ModelResults, anchor: str) -> Section:
    """From how many keys on each access is faster, or never and why."""
    largest = power_text(next(iter(results.crossover.verdicts.values())).slowest.n_max)
    stays = "d and k stay" if results.request.k_from.law is None else f"d stays, and {growth_of_k(results.request)}"
    text = (
        f"The same row with more keys, up to n = {largest}; {stays}. The quantum time here is a lower bound: only "
        "waiting counts, for measurements one after the other, for calls of the assumed memory, and for the control "
        "computer, which reads the key table at every measured unload. Gates, factories and Clifford gates cost "
        "nothing, and all of the error budget is left to the search, so it is less than the times above. Free control: "
        "that computer reads in no time."
    )
    found = results.crossover
    readings = readings_table(found.readings), readings_points(found.readings)
    return Section(
        "More keys", anchor, (Paragraph(text, ("crossover",)), *readings, crossings_table(found), why_points(found))
    )


def break_even(results: ModelResults, anchor: str) -> Section:
    """What would have to be true today, and the map."""
    blocks: list[Block] = [
        Paragraph(
            "What would have to be true at the row's own number of keys for the search to be as fast as a GPU, one "
            "quantity at a time with all others as they are. A star marks a value that would do only if nothing else "
            "took any time."
        )
    ]
    accesses = dict.fromkeys(design.request.design.data_access for design in results.designs.values())
    blocks += [needs_table(name, results.crossover.points[name][0]) for name in accesses]
    blocks.append(_map(results))
    return Section("What it would take", anchor, tuple(blocks))


def _map(results: ModelResults) -> Figure:
    path, name = results.request.hardware, results.machine.name
    caption = (
        "Above: the time that one iterate may take if a row of n keys, k of them marked, is to be as fast as on a GPU; "
        "both axes and the times are logarithmic. Numbers are the places of presets. Below: the presets with their "
        "own d and heads; the bar is the time that an iterate may take, the signs what it takes at its limits."
    )
    svg = with_text(lambda: map_svg(results.request))
    return Figure(svg.replace(escape(path, quote=False), escape(name, quote=False)), caption, ("break_even",))
