"""The chapter on the circuit: its picture, where its Toffolis go, how many iterates there are, and what was run."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from groverattn.estimation.table import PARTS, counts_table, parts_table
from groverattn.report.figure import iterate_svg
from groverattn.report.results import CANNOT, ModelResults
from groverattn.row.request import Design
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
    """Which command runs the circuits behind the counts, and in what they differ."""
    shape, (name, result) = results.request.shape, next(iter(results.designs.items()))
    design, searched = result.request.design, result.search.part_keys
    n_keys = runnable_keys(searched, shape.d_head * shape.key_bits)
    options = {"n-keys": n_keys, "d-head": shape.d_head, "key-bits": shape.key_bits, "query-bits": shape.query_bits}
    if shape.index_heads is not None:
        options |= {"index-heads": shape.index_heads, "weight-bits": shape.weight_bits}
    options |= {"data-access": design.data_access, "score-method": design.score_method}
    options |= {} if design.u in (None, 1) else {"keys-per-query": design.u}
    options |= {"words-at-once": design.words_at_once} if design.data_access == "one-hot" else {}
    command = " ".join(("groverattn verify", *(f"--{option} {value}" for option, value in options.items())))
    of = f"It is the oracle of `{name}`, which calls it for {searched:,} keys at a time"
    if n_keys < searched:
        of = f"The oracle of `{name}` for {searched:,} keys is too large to run, and is counted by the same rules"
    return Paragraph(
        f"`{command}` runs every gate of an oracle on each of {n_keys:,} keys and compares phases, ancillas and gate "
        "counts with arithmetic and with the call graph that the report counts by. "
        f"{of}; {'; '.join(_differs(design))}.",
        ("circuit_run", "inputs"),
    )


def _differs(design: Design) -> Iterator[str]:
    """What `verify` runs in another form than a design has it."""
    yield "its keys and its query are drawn, and the gates of the score vary with the query"
    if design.control_copies is not None:
        yield "gates that share a control run at once there, and take turns in the price, so that its depth is less"
    if design.unload != "measured":
        yield "it unloads by measurements, and the design loads again"
    if design.block is not None and design.data_access.startswith("qroam"):
        yield f"its block is chosen for the fewest Toffolis, that of the design is {design.block}"


def runnable_keys(n_keys: int, bits_per_key: int) -> int:
    """Return the number of keys of the largest circuit with such keys that `groverattn verify` runs.

    >>> runnable_keys(1000, 8), runnable_keys(1 << 40, 1024)
    (1000, 524288)
    """
    most = max(2, min(N_KEYS_MAX, MEMORY_BITS_MAX // bits_per_key))
    return n_keys if n_keys <= most else 1 << (most.bit_length() - 1)
