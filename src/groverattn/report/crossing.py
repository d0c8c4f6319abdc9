"""The section on more keys: from how many on the search pays, if ever, and what it would take to pay today."""

from __future__ import annotations

from html import escape
from typing import Any

from groverattn.crossover.figure import map_svg
from groverattn.report.results import DESIGNS, ModelResults
from groverattn.show.cells import EMPTY, count, duration, probability, rounded, words
from groverattn.show.document import IN_CELL, Block, Cell, Column, Figure, Paragraph, Points, Section, Table
from groverattn.show.inline_svg import with_text
from groverattn.show.numbers import time_text

Json = dict[str, Any]


def crossing(results: ModelResults, anchor: str) -> Section:
    """From how many keys on each access is faster, or never and why."""
    accesses = results.crossover.as_json()["accesses"]
    largest = next(iter(accesses.values()))["crossover"]["n_max"].bit_length() - 1
    columns = (
        Column("data access"),
        Column("slowest GPU line", IN_CELL, "crossover"),
        Column("fastest GPU line", IN_CELL, "crossover"),
        Column("slowest, free control", IN_CELL, "crossover"),
        Column("fastest, free control", IN_CELL, "crossover"),
    )
    rows = tuple((words(f"`{name}`"), *_crossing_cells(access["crossover"])) for name, access in accesses.items())
    text = (
        f"The same row with more keys, up to n = 2^{largest}; d and k stay. The quantum time here is a lower bound: "
        "only waiting counts, for measurements one after the other, for calls of the assumed memory, and for the "
        "control computer, which reads the key table at every measured unload. Gates, factories and Clifford gates "
        "cost nothing, and all of the error budget is left to the search, so it is less than the times above. Free "
        "control: that computer reads in no time."
    )
    table = Table(
        "Number of keys from which the search is faster for good, or how many times slower it still is at n = "
        f"2^{largest}",
        columns,
        rows,
    )
    reasons = Points(tuple(_reasons(accesses)), ("crossover",))
    return Section("More keys", anchor, (Paragraph(text, ("crossover",)), table, reasons))


def _crossing_cells(crossover: Json) -> list[Cell]:
    return [
        _passing(reading, line, ratio)
        for reading in (crossover, crossover["optimistic"])
        for line, ratio in (("n_keys_slowest_line", "ratio_at_n_max"), ("n_keys", "ratio_at_n_max_fastest_line"))
    ]


def _passing(reading: Json, line: str, ratio: str) -> Cell:
    if reading[line] is not None:
        return Cell(f"n = {count(reading[line]).text}", reading[line])
    return Cell(f"never: {rounded(reading[ratio], 2).text} times", reading[ratio])


def _reasons(accesses: Json) -> list[str]:
    """Why, for those that have a reason in common; and where a free control computer changes it."""
    found: dict[str, list[str]] = {}
    for name, access in accesses.items():
        found.setdefault(access["crossover"]["why"], []).append(f"`{name}`")
    return [f"{', '.join(names)}: {why}." for why, names in found.items()]


def break_even(results: ModelResults, anchor: str) -> Section:
    """What would have to be true today, and the map."""
    blocks: list[Block] = [
        Paragraph(
            "What would have to be true at the row's own number of keys for the search to be as fast as a GPU, one "
            "quantity at a time with all others as they are. A star marks a value that would do only if nothing else "
            "took any time."
        )
    ]
    accesses = results.crossover.as_json()["accesses"]
    blocks += [_needs_table(name, accesses[name]["break_even"][0]) for name in DESIGNS]
    blocks.append(_map(results))
    return Section("What it would take", anchor, tuple(blocks))


def _needs_table(name: str, point: Json) -> Table:
    columns = (
        Column("quantity"),
        Column("now", IN_CELL, "break_even"),
        Column("for the slowest line", IN_CELL, "break_even"),
        Column("better by", "times", "break_even"),
        Column("for the fastest line", IN_CELL, "break_even"),
        Column("better by", "times", "break_even"),
        Column("note, slowest line"),
    )
    slowest, fastest = point["against"]["slowest"], point["against"]["fastest"]
    rows = tuple(
        (
            words(a["quantity"]),
            _value(a["now"], a["unit"]),
            _asked(a),
            _factor(a),
            _asked(b),
            _factor(b),
            words(a["note"]),
        )
        for a, b in zip(slowest["needs"], fastest["needs"], strict=True)
    )
    caption = (
        f"`{name}` at n = {point['n_keys']:,} against {slowest['line']} ({time_text(slowest['time_s'])}) and "
        f"{fastest['line']} ({time_text(fastest['time_s'])})"
    )
    return Table(caption, columns, rows)


def _value(value: float | None, unit: str) -> Cell:
    if value is None:
        return words("unknown")
    if unit == "s":
        return duration(value)
    if not unit:
        return rounded(value) if value >= 1 else probability(value)
    return Cell(f"{rounded(value).text} {unit.replace('1/s', 'per s')}", value)


def _asked(need: Json) -> Cell:
    if need["needed"] is not None:
        return _value(need["needed"], need["unit"])
    at_best = need["needed_if_nothing_else_took_time"]
    if at_best is None:
        return words("no value")
    cell = _value(at_best, need["unit"])
    return Cell(f"{cell.text} *", cell.value)


def _factor(need: Json) -> Cell:
    return EMPTY if need["factor"] is None else rounded(need["factor"])


def _map(results: ModelResults) -> Figure:
    path, name = results.request.hardware, results.machine.name
    caption = (
        "Above: the time that one iterate may take if a row of n keys, k of them marked, is to be as fast as on a GPU; "
        "both axes and the times are logarithmic. Numbers are the places of presets. Below: the presets with their "
        "own d and heads; the bar is the time that an iterate may take, the signs what it takes at its limits."
    )
    svg = with_text(lambda: map_svg(results.request))
    return Figure(svg.replace(escape(path, quote=False), escape(name, quote=False)), caption, ("break_even",))
