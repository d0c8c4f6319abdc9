"""The chapter on the circuit: its picture, where its Toffolis go, how many iterates there are, and what was run."""

from __future__ import annotations

import attrs

from groverattn.estimation.table import PARTS, counts_table, parts_table
from groverattn.report.figure import iterate_svg
from groverattn.report.results import CANNOT, ModelResults
from groverattn.show.document import Figure, Paragraph, Section, Table
from groverattn.verification.limits import MEMORY_BITS_MAX, N_KEYS_MAX


def circuit(results: ModelResults, anchor: str) -> Section:
    """An iterate as a picture and in numbers, and the search around it."""
    title = "The circuit"
    if not results.designs:
        return Section(title, anchor, (Paragraph(CANNOT),), folded=True)
    blocks = (
        _INTRODUCTION,
        _picture(results),
        _used(_grouped(parts_table(results.designs).without("share"))),
        _grouped(counts_table(results.designs, ("iterate", "row"))),
        _search(results),
        _run(results),
    )
    return Section(title, anchor, blocks, folded=True)


_INTRODUCTION = Paragraph(
    "One Grover iterate loads the keys of all indices in superposition, computes their scores, flips the sign of those "
    "that are marked, undoes both, and reflects about the mean. A row takes many iterates, one after the other."
)


def _picture(results: ModelResults) -> Figure:
    name, result = next(iter(results.designs.items()))
    parts = result.totals.iterate.toffoli_parts
    caption = (
        f"One iterate of `{name}`, with the Toffoli gates of its parts; undoing the score is counted with the score."
    )
    return Figure(iterate_svg(parts, PARTS), caption, ("toffoli",), narrow=iterate_svg(parts, PARTS, n_beside=3))


def _grouped(table: Table) -> Table:
    """The same with the name of the design above its columns."""
    columns = []
    for column in table.columns:
        name, _, rest = column.heading.partition(", ")
        is_design = name.startswith("`")
        columns.append(attrs.evolve(column, heading=rest or "Toffoli gates", group=name) if is_design else column)
    return attrs.evolve(table, columns=tuple(columns))


def _used(table: Table) -> Table:
    """The same without the rows of zeros."""
    return attrs.evolve(table, rows=tuple(row for row in table.rows if any(cell.value for cell in row)))


def _search(results: ModelResults) -> Paragraph:
    """How many iterates, by which law, and how the search ends."""
    (name, result), *others = results.designs.items()
    cost, law = result.cost, results.request.search_law
    at_most = "" if cost.iterates_max is None else f", at most {cost.iterates_max:,.0f}"
    other = "".join(f"; `{each}` takes {of.cost.iterates_expected:,.0f}" for each, of in others)
    return Paragraph(
        f"By the law `{law}`, a row of `{name}` takes {cost.iterates_expected:,.0f} iterates on "
        f"average{at_most}{other}. "
        f"Every measured key is checked classically, by one inner product: {cost.checks_expected:,.0f} keys are read, "
        f"where a scan reads {results.request.shape.n_keys:,}. The search stops when a last, longer search finds no "
        f"further key; {cost.phased_expected:,.0f} of the iterates belong to it and have two rotations each.",
        ("iterates", "checks", "p_miss"),
    )


def _run(results: ModelResults) -> Paragraph:
    """Which command runs the circuits behind the counts."""
    shape = results.request.shape
    design = next(iter(results.designs.values())).request.design
    n_keys = runnable_keys(shape.n_keys, shape.d_head * shape.key_bits)
    size = "it is the circuit of this report"
    if n_keys < shape.n_keys:
        size = f"the one of {shape.n_keys:,} keys is too large to run and is counted by the same rules"
    command = (
        f"groverattn verify --n-keys {n_keys} --d-head {shape.d_head} --key-bits {shape.key_bits} --query-bits "
        f"{shape.query_bits} --data-access {design.data_access} --score-method {design.score_method}"
    )
    return Paragraph(
        f"`{command}` runs every gate of an oracle on each of {n_keys:,} keys and compares phases, ancillas and gate "
        f"counts with arithmetic and with the call graph that the report counts by; {size}.",
        ("circuit_run", "inputs"),
    )


def runnable_keys(n_keys: int, bits_per_key: int) -> int:
    """Return the number of keys of the largest circuit with such keys that `groverattn verify` runs.

    >>> runnable_keys(1000, 8), runnable_keys(1 << 40, 1024)
    (1000, 32768)
    """
    most = max(2, min(N_KEYS_MAX, MEMORY_BITS_MAX // bits_per_key))
    return n_keys if n_keys <= most else 1 << (most.bit_length() - 1)
