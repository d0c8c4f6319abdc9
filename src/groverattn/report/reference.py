"""What reports have in common: words, machines with the source of every field, the ledger, further classical lines."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files

import attrs

from groverattn import __version__
from groverattn.classical.published import other_classical_lines
from groverattn.classical.sparse_attention import published_systems
from groverattn.estimation.ledger import ledger
from groverattn.models.k_choice import KLawChoice
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.report.command import REFERENCE
from groverattn.show.document import (
    IN_CELL,
    Column,
    Document,
    Entry,
    Paragraph,
    Points,
    Section,
    Table,
    entry_anchor,
    table_of,
)
from groverattn.show.numbers import EMPTY, Cell, count, duration, words

_DEFAULT = "gidney-fowler-2018"
_LEAD = (
    "What the reports of groverattn have in common: the terms, the machines that rows are priced on, how "
    "each number was obtained and what checks it, and classical lines that they do not compare with. Where a source "
    f"depends on the machine, the ledger has that of {_DEFAULT}; those of the others stand with their fields."
)
_COUNTED = (
    "Counted: from the call graph of a circuit whose gates are run, by a command and by tests. Formula: computed from "
    "counted numbers and inputs. Assumption: taken from a paper or chosen by us."
)


def reference() -> Document:
    """Return the page that all reports share: words, machines, ledger, and classical lines that none compares with."""
    machine = hardware(_DEFAULT)
    entries = ledger(machine, None, KLawChoice())
    others = other_lines()
    chapters = (glossary(), machines(), ledger_section(entries), others)
    return Document(
        title="Words, machines and sources of the reports",
        lead=(Paragraph(_LEAD),),
        chapters=chapters,
        ledger=entries,
        foot=(Paragraph(f"Made by groverattn {__version__}."),),
        name=REFERENCE,
    )


def inlined(machine: Hardware, entries: Mapping[str, Entry]) -> tuple[Section, ...]:
    """Return the same chapters for the end of one report: its own machine first, its own ledger; not printed."""
    return tuple(
        attrs.evolve(each, folded=True, on_paper=False)
        for each in (glossary(), machines(machine), ledger_section(entries), other_lines())
    )


def own_machine(machine: Hardware) -> tuple[Section, ...]:
    """Return a chapter on a machine that the shared page does not have; none for one that it has."""
    if machine in HARDWARE.values():
        return ()
    table = _fields(machine)
    return (Section("The machine", "machines", (Paragraph(_NONE_EXISTS, ("machine_field",)), table), folded=True),)


def glossary() -> Section:
    """The words of the report."""
    text = (files("groverattn.report") / "templates" / "words.toml").read_text("utf-8")
    rows = tuple((words(each["word"]), words(each["meaning"])) for each in tomllib.loads(text)["words"])
    return Section("Words", "words", (Table("What the terms mean", (Column("word"), Column("meaning")), rows),))


def machines(own: Hardware | None = None) -> Section:
    """Every machine field by field, one of one's own first."""
    named = [machine for name, machine in HARDWARE.items() if own is None or name != own.name]
    tables = tuple(_fields(machine) for machine in (*([] if own is None else [own]), *named))
    points = Points(_KINDS, ("machine_field",))
    return Section("Machines", "machines", (Paragraph(_NONE_EXISTS, ("machine_field",)), points, *tables))


_NONE_EXISTS = (
    "The machines that rows are priced on. None exists. A tile is the patch of physical qubits that stores one "
    "logical qubit; its logical error is scaler * (error rate / threshold)^((d + 1) / 2) for each error interval, "
    "at code distance d. Fields that are 0 are left out."
)
_KINDS = (
    "Tile: rotated has 2 d^2 physical qubits, padded 2 (d + 1)^2, floquet 4 d^2 + 8 (d - 1).",
    "Data block: simple adds a share of tiles for routing and consumes magic states in no time; fast is a compact "
    "layout that consumes them a few at a time; yoked is a small workspace of tiles and a denser storage for the rest.",
    "Factories: of all families in the list, the factory with which the row has least of its objective is used.",
)
_FIELDS = {
    "physical_error_rate": ("error rate", "per gate"),
    "t_error_rate": ("error of a raw T state", ""),
    "cycle_time_us": ("code cycle", "us"),
    "gate_time_us": ("physical gate", "us"),
    "reaction_time_us": ("reaction time", "us"),
    "control_bits_per_s": ("control computer reads", "bit/s"),
    "error_rate_scaler": ("scaler", ""),
    "error_rate_threshold": ("threshold", ""),
    "routing_overhead": ("routing", "tiles per qubit"),
    "hot_tiles": ("workspace", "tiles"),
    "cold_qubits": ("storage", "per logical qubit"),
    "cold_distance": ("distance of that storage", ""),
    "layout.fan_out_steps": ("a multi-target CNOT takes", "steps"),
    "layout.buses": ("multi-target CNOTs at a time", ""),
    "layout.lanes": ("lanes for magic states", "per tile of the side"),
    "layout.tiles_per_state": ("a CCZ state in store", "tiles"),
}


def _fields(machine: Hardware) -> Table:
    values = {field.name: getattr(machine, field.name) for field in attrs.fields(Hardware)}
    layout = attrs.asdict(values.pop("layout"))
    values |= {f"layout.{name}": value for name, value in layout.items()}
    rows = []
    for name, value in values.items():
        if name not in ("name", "sources") and value != 0:
            label, unit = _FIELDS.get(name, (name.replace("_", " "), ""))
            rows.append((words(label), _value(value, unit), words(machine.sources[name])))
    columns = (Column("field"), Column("value", IN_CELL, "machine_field"), Column("source"))
    return Table(machine.name, columns, tuple(rows))


def _value(value: object, unit: str) -> Cell:
    if isinstance(value, int | float):
        return Cell(f"{value:g} {unit}".strip(), value)
    return words(", ".join(value) if isinstance(value, tuple) else str(value))


def ledger_section(entries: Mapping[str, Entry]) -> Section:
    """Every quantity, how it was got and what checks it."""
    columns = (Column("quantity"), Column("how"), Column("source"), Column("check"))
    rows = tuple(tuple(map(words, (each.name, each.how, each.source, each.check))) for each in entries.values())
    anchors = tuple(map(entry_anchor, entries))
    table = Table("How every number was obtained", columns, rows, row_anchors=anchors)
    return Section("Ledger", "ledger", (Paragraph(_COUNTED), table))


_N_KEYS, _D_HEAD = 131_072, 128


def other_lines() -> Section:
    """Indices, indexers and sparse attention, which no verdict rests on."""
    others = table_of(
        f"Other classical lines at n = {_N_KEYS:,}, d = {_D_HEAD}, the sizes of llama3.1-8b",
        other_classical_lines(_N_KEYS, _D_HEAD, None),
        (Column("line"), lambda line: words(line.name)),
        (Column("work", "multiply-adds", "other_operations"), lambda line: _if_known(count, line.multiply_adds)),
        (Column("time of one query", IN_CELL, "other_time"), lambda line: _if_known(duration, line.time_s_per_row)),
        (Column("exact"), lambda line: words("yes" if line.exact else "no")),
        (
            Column("measured at, and how it is carried over"),
            lambda line: words("; ".join(part for part in (line.measured_at, line.scaling) if part)),
        ),
        (Column("source"), lambda line: words(line.source)),
        notes=[
            "An index that is not exact misses keys, and nothing bounds how many; and the indices were measured on "
            "vectors that are not the keys of a head."
        ],
    )
    systems = table_of(
        "Published indexers and sparse attention",
        published_systems(),
        (Column("system"), lambda each: words(each.name)),
        (Column("what it does"), lambda each: words(each.does)),
        (Column("exact"), lambda each: words("yes" if each.exact else "no")),
        (Column("number"), lambda each: words(each.number)),
        (Column("measured on"), lambda each: words(each.measured_on)),
        (Column("source"), lambda each: words(f"{each.source} ({each.status})")),
    )
    return Section("Other classical lines, shown and not compared", "other-lines", (others, systems))


def _if_known(cell: Callable[[float], Cell], number: float | None) -> Cell:
    return EMPTY if number is None else cell(number)
