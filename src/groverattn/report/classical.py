"""The section on the classical lines: GPUs by a roofline, and others that are shown and not compared."""

from __future__ import annotations

from groverattn.report.results import ModelResults
from groverattn.show.document import IN_CELL, Column, Paragraph, Section, Table
from groverattn.show.numbers import EMPTY, count, duration, words


def classical(results: ModelResults, anchor: str) -> Section:
    """GPUs with their sources, then the other lines."""
    shape = results.request.shape
    text = (
        "A GPU's time is the longer of two: its arithmetic over the best rate reported of an attention kernel, or its "
        "bytes over the peak bandwidth of its memory (a roofline). Both flatter the GPU, by far less than the gap. "
        "Every score is computed."
    )
    gpu_columns = (
        Column("line"),
        Column("time of one row", IN_CELL, "gpu"),
        Column("bound by"),
        Column("source of that rate"),
    )
    gpu_rows = tuple(
        (words(line.name), duration(line.time_s_per_row), words(line.bound_by), words(line.source))
        for line in results.lines
    )  # fmt: skip
    columns = (
        Column("line"),
        Column("work", "multiply-adds", "other_operations"),
        Column("time of one query", IN_CELL, "other_time"),
        Column("exact"),
        Column("measured at, and how it is carried over"),
        Column("source"),
    )
    rows = tuple(
        (
            words(line.name),
            EMPTY if line.multiply_adds is None else count(line.multiply_adds),
            EMPTY if line.time_s_per_row is None else duration(line.time_s_per_row),
            words("yes" if line.exact else "no"),
            words("; ".join(part for part in (line.measured_at, line.scaling) if part)),
            words(line.source),
        )
        for line in results.other_lines
    )
    note = (
        "No verdict rests on these. An index that is not exact misses keys, and nothing bounds how many; and the "
        "indices were measured on vectors that are no keys of a head."
    )
    return Section(
        "Classical lines",
        anchor,
        (
            Paragraph(text),
            Table(f"One row of {shape.n_keys:,} keys of {shape.d_head} numbers on GPUs", gpu_columns, gpu_rows),
            Table("Other classical lines, shown and not compared", columns, rows, notes=(note,)),
        ),
    )
