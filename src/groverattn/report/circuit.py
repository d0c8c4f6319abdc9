"""Sections on the circuit: where its Toffolis go, how many iterates there are, and what was run."""

from __future__ import annotations

from groverattn.estimation.estimate import Estimate
from groverattn.estimation.figure import toffoli_svg
from groverattn.estimation.table import counts_table, laws_table, parts_table
from groverattn.report.results import CANNOT, DESIGNS, ModelResults
from groverattn.show.document import Block, Column, Figure, Paragraph, Section, Table
from groverattn.show.inline_svg import with_text
from groverattn.show.numbers import Cell, words
from groverattn.verification.limits import MEMORY_BITS_MAX, N_KEYS_MAX


def toffolis(results: ModelResults, anchor: str) -> Section:
    """Where the Toffolis of an iterate go."""
    title = "Where the Toffolis go"
    if not results.designs:
        return Section(title, anchor, (Paragraph(CANNOT),))
    designs = results.designs
    tables = parts_table(designs), _parts_figure(results), counts_table(designs, ("iterate", "row"))
    return Section(title, anchor, (_INTRODUCTION, *tables))


_INTRODUCTION = Paragraph(
    "One Grover iterate loads the keys of all indices in superposition, computes their scores, flips the sign of those "
    "that are marked, undoes both, and reflects about the mean. A row takes many iterates, one after the other."
)


def _parts_figure(results: ModelResults) -> Figure:
    parts = {name: result.totals.iterate.toffoli_parts for name, result in results.designs.items()}
    caption = "Share of the Toffoli gates of one iterate, by part and by design; the table above has the numbers."
    return Figure(with_text(lambda: toffoli_svg(parts)), caption, ("toffoli",))


def iterates(results: ModelResults, anchor: str) -> Section:
    """The search laws side by side."""
    title, design = "How many iterates", next(iter(results.designs.values()), None)
    if design is None:
        return Section(title, anchor, (Paragraph(CANNOT),))
    return Section(title, anchor, tuple(_law_blocks(results, design)))


def _law_blocks(results: ModelResults, design: Estimate) -> list[Block]:
    cost = design.cost
    others = [
        f"{result.cost.iterates_expected:,.0f} with `{name}`"
        for name, result in results.designs.items()
        if result is not design
    ]
    split = f" Another design searches in another way: {' and '.join(others)}." if others else ""
    return [
        laws_table(design).without("both over a scan"),
        Paragraph(
            f"Every measured key is checked by one inner product, classically. The search stops when a last, longer "
            f"search fails to find another key: of the {cost.iterates_expected:,.0f} iterates "
            f"{cost.phased_expected:,.0f} belong to it and have two rotations each.{split}",
            ("iterates", "p_miss"),
        ),
    ]


def circuits_run(results: ModelResults, anchor: str) -> Section:
    """Which command runs the circuits behind the counts."""
    shape = results.request.shape
    n_keys = runnable_keys(shape.n_keys, shape.d_head * shape.key_bits)
    bits = f"--key-bits {shape.key_bits} --query-bits {shape.query_bits}"
    sizes = f"--n-keys {n_keys} --d-head {shape.d_head} {bits}"
    rows = tuple(
        (
            words(f"`{name}`"),
            Cell(f"{n_keys:,}", n_keys),
            words(
                f"`groverattn verify {sizes} --data-access {name} --score-method {results.request.design.score_method}`"
            ),
        )
        for name in DESIGNS
    )
    columns = (Column("circuit"), Column("keys", "keys", "circuit_run"), Column("command"))
    size = "It is the circuit of this chapter."
    if n_keys < shape.n_keys:
        size = f"That of this chapter, with {shape.n_keys:,} keys, is too large for it and counted by the same rule."
    text = (
        f"The commands below run every gate of an oracle on each of {n_keys:,} keys and compare phases, ancillas and "
        f"gate counts with arithmetic and with the call graph that the report counts by. {size} The tests named in the "
        "[ledger](#ledger) do the same for each part at small sizes."
    )
    table = Table("Circuits that can be run gate by gate", columns, rows)
    return Section("What is run", anchor, (Paragraph(text, ("circuit_run", "inputs")), table))


def runnable_keys(n_keys: int, bits_per_key: int) -> int:
    """Return the number of keys of the largest circuit with such keys that `groverattn verify` runs.

    >>> runnable_keys(1000, 8), runnable_keys(1 << 40, 1024)
    (1000, 32768)
    """
    most = max(2, min(N_KEYS_MAX, MEMORY_BITS_MAX // bits_per_key))
    return n_keys if n_keys <= most else 1 << (most.bit_length() - 1)
