"""Sections on the circuit: where its Toffolis go, how many iterates there are, and what was run."""

from __future__ import annotations

from groverattn.estimation.estimate import Estimate
from groverattn.report.opening import LAW_WORDS
from groverattn.report.results import DESIGNS, FEWEST_TOFFOLIS, ModelResults
from groverattn.report.toffoli_figure import toffoli_svg
from groverattn.show.cells import EMPTY, count, probability, share, words
from groverattn.show.document import Block, Cell, Column, Figure, Paragraph, Section, Table
from groverattn.show.inline_svg import with_text
from groverattn.verification.limits import MEMORY_BITS_MAX, N_KEYS_MAX

_PARTS = {
    "load": "the key of index j is brought into a register, for all j in superposition",
    "unload": "the same undone, by measurement and a correction of the phase",
    "score": "the inner product of query and key, computed and undone",
    "predicate": "the sign flips where the score reaches the threshold and the key was not found before",
    "diffusion": "the reflection about the mean, by which marked keys gain",
}
_COUNTS = (
    ("Toffoli gates", "toffoli", "toffoli"),
    ("T gates, at four per Toffoli", "t_count", "t_count"),
    ("rotations", "rotation", "rotation"),
    ("Clifford gates", "clifford", "clifford"),
    ("measurements, without those in Toffolis", "measurements", "measurements"),
    ("logical qubits", "logical_qubits", "logical_qubits"),
    ("Toffoli depth", "toffoli_depth", "depth"),
    ("measurement depth, or reactions", "measurement_depth", "depth"),
    ("key bits that the control computer reads", "control_bits", "control_bits"),
)


def toffolis(results: ModelResults, anchor: str) -> Section:
    """Where the Toffolis of an iterate go."""
    title = "Where the Toffolis go"
    if not results.designs:
        return Section(title, anchor, (Paragraph("The machine can run neither circuit: see the verdict."),))
    return Section(
        title, anchor, (_INTRODUCTION, _parts_table(results), _parts_figure(results), _counts_table(results))
    )


_INTRODUCTION = Paragraph(
    "One Grover iterate loads the keys of all indices in superposition, computes their scores, flips the sign of those "
    "that are marked, undoes both, and reflects about the mean. A row takes many iterates, one after the other."
)


def _parts_table(results: ModelResults) -> Table:
    parts = {name: result.totals.iterate.toffoli_parts for name, result in results.designs.items()}
    columns = [Column("part"), Column("what it does")]
    for name in parts:
        columns += [Column(f"`{name}`", "Toffoli gates", "toffoli"), Column("share", "per cent", "toffoli")]
    rows = []
    for part, meaning in _PARTS.items():
        row = [words(part), words(meaning)]
        for counts in parts.values():
            row += [count(counts[part]), share(counts[part] / max(sum(counts.values()), 1))]
        rows.append(tuple(row))
    return Table("Toffoli gates of one iterate, by part", tuple(columns), tuple(rows))


def _parts_figure(results: ModelResults) -> Figure:
    parts = {name: result.totals.iterate.toffoli_parts for name, result in results.designs.items()}
    caption = "Share of the Toffoli gates of one iterate, by part and by circuit; the table above has the numbers."
    return Figure(with_text(lambda: toffoli_svg(parts)), caption, ("toffoli",))


def _counts_table(results: ModelResults) -> Table:
    names = list(results.designs)
    columns = [Column("counted")]
    for name in names:
        columns += [
            Column(f"`{name}`, an iterate", "as counted"),
            Column(f"`{name}`, a row", "as expected", "row_counts"),
        ]
    counted = {name: result.as_json() for name, result in results.designs.items()}
    rows = [
        (words(label), *(count(counted[name][scope][key]) for name in names for scope in ("iterate", "row")))
        for label, key, _ in _COUNTS
    ]
    iterates = [
        cell for result in results.designs.values() for cell in (count(1), count(result.cost.iterates_expected))
    ]
    return Table(
        "One iterate and one row, before error correction",
        tuple(columns),
        ((words("iterates"), *iterates), *rows),
        row_quantities=("iterates", *(quantity for _, _, quantity in _COUNTS)),
        notes=(
            "A row is the expected number of iterates, and for every trial of the search a preparation and a "
            "measurement of the index. Depth is the longest chain of gates, or of measurements, that wait for each "
            "other.",
        ),
    )


def iterates(results: ModelResults, anchor: str) -> Section:
    """The search laws side by side."""
    title, design = (
        "How many iterates",
        results.designs.get(FEWEST_TOFFOLIS) or next(iter(results.designs.values()), None),
    )
    if design is None:
        return Section(title, anchor, (Paragraph("The machine can run neither circuit: see the verdict."),))
    return Section(title, anchor, tuple(_law_blocks(results, design)))


def _law_blocks(results: ModelResults, design: Estimate) -> list[Block]:
    columns = (
        Column("law"),
        Column("iterates, on average", "iterates", "iterates"),
        Column("at most", "iterates", "iterates"),
        Column("keys read to check", "keys", "checks"),
        Column("a miss", "probability", "p_miss"),
        Column("what it says"),
    )
    rows = [
        (
            words(f"`{law}`" + (" (used here)" if law == results.request.search_law else "")),
            count(cost.iterates_expected),
            count(cost.iterates_max),
            words("in the iterates") if law == "proven" else count(cost.checks_expected),
            probability(cost.p_failure),
            words(LAW_WORDS[law]),
        )
        for law, cost in design.laws.items()
    ]
    scan = count(results.request.shape.n_keys)
    rows.append((words("a scan"), EMPTY, EMPTY, scan, probability(0.0), words("reads every key once, and no iterate")))
    cost = design.cost
    others = [
        f"{result.cost.iterates_expected:,.0f} with `{name}`"
        for name, result in results.designs.items()
        if result is not design
    ]
    split = f" Another circuit splits the error budget in another way: {' and '.join(others)}." if others else ""
    return [
        Table(
            f"The search of one row by four laws, with a probability of {design.row.p_miss:.2g} allowed for a miss",
            columns,
            tuple(rows),
            notes=("A miss: the bound that the law itself gives, which may stay below what it is allowed.",),
        ),
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
