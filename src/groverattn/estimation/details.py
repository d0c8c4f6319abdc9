"""One row of an estimate in detail: the machine and the GPUs beside it, the search, the limits, the error budget."""

from __future__ import annotations

from collections.abc import Sequence

from groverattn.classical.lines import ClassicalLine
from groverattn.estimation.estimate import Estimate
from groverattn.physical.table import LIMIT_WORDS, not_in_the_price, set_by_text
from groverattn.show.document import IN_CELL, Column, Table
from groverattn.show.numbers import count_text, duration, number_text, probability_text, time_text, words


def row_table(result: Estimate) -> Table:
    """One row on the machine and on GPUs, with the sources of the GPU times as footnotes."""
    cost, physical = result.cost, result.physical
    machine = (
        f"{count_text(result.row.qubits)} physical qubits, distance {physical.code_distance}, {physical.n_factories} "
        f"factories, p_fail {probability_text(result.row.p_failure)}, set by {set_by_text(physical)}"
    )
    ratios = map(number_text, (result.slower_by_slowest, result.slower_given_tau, result.slower_by_fastest))
    lost = "slower by {} than the slowest line, by {} than the slowest that selects nothing, by {} than the fastest"
    rows = [(words("quantum"), duration(physical.duration_s), words(f"{machine}; {lost.format(*ratios)}"))]
    sources: dict[str, int] = {}
    for line in spread(result.classical):
        number = sources.setdefault(line.source, len(sources) + 1)
        bound = words(f"{line.includes}; bound by {line.bound_by}\xa0({number})")
        rows.append((words(line.name), duration(line.time_s_per_row), bound))
    error = f" +- {count_text(cost.iterates_error)} (sampled)" if cost.iterates_error else ""
    at_most = "" if cost.iterates_max is None else f", at most {count_text(cost.iterates_max)}"
    caption = (
        f"One row: {count_text(cost.iterates_expected)}{error} iterates expected{at_most}, a miss with p = "
        f"{probability_text(cost.p_failure)}"
    )
    columns = (Column("who"), Column("time per row", IN_CELL), Column("with"))
    footnotes = (f"({number}) {source}" for source, number in sources.items())
    return Table(caption, columns, tuple(rows), notes=(*not_in_the_price(physical), *footnotes))


def spread(lines: Sequence[ClassicalLine]) -> list[ClassicalLine]:
    """Return the slowest and the fastest line of each kind; there are GPUs and number formats in between."""
    chosen = []
    for kind in dict.fromkeys((line.kind, line.includes) for line in lines):
        same = [line for line in lines if (line.kind, line.includes) == kind]
        by_time = [pick(same, key=lambda line: line.time_s_per_row) for pick in (max, min)]
        chosen += by_time[: len(same)]
    return chosen


def search_text(result: Estimate) -> str:
    """Say how many keys a query tests, which rule chooses the runs, and what is read, in sentences."""
    plan, cost, n_keys = result.search.plan, result.cost, result.request.left.shape.n_keys
    u, scan = plan.keys_per_query, cost.reads_expected / result.request.shape.n_keys
    first = f"; an approximate score with {plan.finder.keys_per_query:,} a query finds first" if plan.finder else ""
    blocks = f"{u:,} keys per query in {-(-n_keys // u):,} blocks" if u > 1 else "one key per query"
    if plan.n_parts > 1:
        blocks = f"{plan.n_parts:,} parts of {result.search.part_keys:,} keys, each by itself, one key per query"
    before = f"{result.search.n_read:,} keys first and " if result.search.n_read else ""
    read = f"A row reads {before}{count_text(cost.checks_expected)} keys after measurements"
    read += f", {number_text(scan)} of a scan, and"
    if result.request.search_law == "proven":
        read = "What a row reads is not in the published bound; it"
    return (
        f'Search: {blocks}, runs by the method "{plan.method}"{first}. {read} tests {count_text(cost.key_tests)} keys '
        "inside oracles."
    )


def limits_text(result: Estimate) -> str:
    """Say what limits the time, and what the control computer and the memory add."""
    physical = result.physical
    phases = ", ".join(f"{p.name} {time_text(p.duration_s)} ({LIMIT_WORDS[p.limited_by]})" for p in physical.phases)
    limits = ", ".join(f"{LIMIT_WORDS[name]} {time_text(s) if s else 'none'}" for name, s in physical.limits_s.items())
    control = f"; of the reaction limit the control computer reads keys for {time_text(physical.control_s)}"
    waiting = f"; waiting for the memory {time_text(physical.waiting_s)}" if physical.waiting_s else ""
    store = f" with {physical.store:,} states in store" if physical.store else ""
    return (
        f"Phases of the row, one after the other{store}: {phases}.\nIf it waited for one thing alone: {limits}"
        f"{control if physical.control_s else ''}{waiting}."
    )


def budget_text(result: Estimate) -> str:
    """Say where the error budget of a row goes."""
    row, allowed = result.row, result.request.error_budget
    parts = ", ".join(f"{part} {probability_text(p)}" for part, p in row.p_parts.items() if p)
    return (
        f"A row's answer is wrong with p = {probability_text(row.p_failure)} of {probability_text(allowed)} allowed: "
        f"{parts}. {number_text(sum(row.faults.values()))} logical faults are expected in it, each of which costs a "
        f"trial; with "
        f"these it takes {time_text(row.expected_duration_s)}."
    )
