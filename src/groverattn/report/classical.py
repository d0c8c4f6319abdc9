"""The section on the classical lines: GPUs by a roofline, and others that are shown and not compared."""

from __future__ import annotations

from collections.abc import Callable

from groverattn.classical.sparse_attention import published_systems
from groverattn.report.results import ModelResults
from groverattn.show.document import IN_CELL, Column, Paragraph, Section, table_of
from groverattn.show.numbers import EMPTY, Cell, count, duration, words


def classical(results: ModelResults, anchor: str) -> Section:
    """GPUs with their sources, then the other lines."""
    shape = results.request.shape
    text = (
        "A GPU's time is the longer of two: its arithmetic over the best rate reported of an attention kernel, or its "
        "bytes over the peak bandwidth of its memory (a roofline). Both flatter the GPU, by far less than the gap. "
        "Every score is computed. Lines with top-k add the published time of an exact selection: they are the rival "
        "where k is given. Where the threshold is given, the keys that reach it are kept in the same pass, and the "
        "lines without a selection are the rival."
    )
    gpus = table_of(
        f"One row of {shape.n_keys:,} keys of {shape.d_head} numbers on GPUs",
        results.lines,
        (Column("line"), lambda line: words(line.name)),
        (Column("what it computes"), lambda line: words(line.includes)),
        (Column("time of one row", IN_CELL, "gpu"), lambda line: duration(line.time_s_per_row)),
        (Column("bound by"), lambda line: words(line.bound_by)),
        (Column("source of that rate"), lambda line: words(line.source)),
    )
    note = (
        "No verdict rests on these. An index that is not exact misses keys, and nothing bounds how many; and the "
        "indices were measured on vectors that are not the keys of a head."
    )
    others = table_of(
        "Other classical lines, shown and not compared",
        results.other_lines,
        (Column("line"), lambda line: words(line.name)),
        (Column("work", "multiply-adds", "other_operations"), lambda line: _if_known(count, line.multiply_adds)),
        (Column("time of one query", IN_CELL, "other_time"), lambda line: _if_known(duration, line.time_s_per_row)),
        (Column("exact"), lambda line: words("yes" if line.exact else "no")),
        (
            Column("measured at, and how it is carried over"),
            lambda line: words("; ".join(part for part in (line.measured_at, line.scaling) if part)),
        ),
        (Column("source"), lambda line: words(line.source)),
        notes=[note],
    )
    systems = table_of(
        "Published indexers and sparse attention, shown and not compared",
        published_systems(),
        (Column("system"), lambda each: words(each.name)),
        (Column("what it does"), lambda each: words(each.does)),
        (Column("exact"), lambda each: words("yes" if each.exact else "no")),
        (Column("number"), lambda each: words(each.number)),
        (Column("measured on"), lambda each: words(each.measured_on)),
        (Column("source"), lambda each: words(f"{each.source} ({each.status})")),
    )
    return Section("Classical lines", anchor, (Paragraph(text), gpus, others, systems))


def _if_known(cell: Callable[[float], Cell], number: float | None) -> Cell:
    return EMPTY if number is None else cell(number)
