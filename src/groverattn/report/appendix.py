"""The end of a report: assumptions, words, machines with the source of every field, and the ledger."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files

import attrs

from groverattn.physical.machines.hardware import HARDWARE, Hardware
from groverattn.report.opening import marked_source
from groverattn.report.results import ModelResults
from groverattn.show.document import IN_CELL, Column, Entry, Paragraph, Points, Section, Table, entry_anchor, used
from groverattn.show.numbers import Cell, words

_COUNTED = (
    "Counted: from the call graph of a circuit whose gates are run, by a command and by tests. Formula: computed from "
    "counted numbers and inputs. Assumption: taken from a paper or chosen by us."
)


def assumptions(results: ModelResults, anchor: str) -> Section:
    """What the numbers of one chapter rest on, beside machines and inputs."""
    rows = tuple((words(what), words(source)) for what, source in _assumptions(results))
    table = Table("What the numbers of this chapter rest on", (Column("assumption"), Column("source")), rows)
    text = "Fields of machines have their sources under [Machines](#machines), inputs under Inputs above."
    return Section("Assumptions", anchor, (Paragraph(text), table))


def _assumptions(results: ModelResults) -> Iterator[tuple[str, str]]:
    price = results.request.qram
    yield f"k = {results.request.shape.n_marked:,} keys are marked in every row", marked_source(results)
    yield (
        "The score is that of one query that stands for all: rounded Gaussians, the largest at three standard "
        "deviations",
        "our assumption; over such queries its Toffoli gates vary by 2 %, one standard deviation "
        "(`estimates/iterates.csv`)",
    )
    yield "Half of all key bits are one; it sets the Clifford gates of a load", "our assumption"
    yield (
        f"A call of `qram` takes {price.latency_us:g} us, {price.physical_qubits_per_bit:g} physical qubits per bit, "
        f"and fails with probability {price.p_error:g}",
        "our assumption, in favour of the search; such a memory is argued against in arXiv:2305.10310",
    )
    yield "One row sees all n keys, as in a head without a mask", "our assumption; a prefill is causal"
    yield "A wrong row is noticed and repeated, for the time until an answer is right", "our assumption"
    yield "Decoding, leakage, cooling and faults of the control computer cost nothing", "our assumption"
    yield "Keys, once rounded, are as good as the model's own", "our assumption; `estimates/precision.csv`"
    yield "GPU lines reach the best published rate, or the peak bandwidth", "our assumption, in favour of the GPU"


def glossary() -> Section:
    """The words of the report."""
    text = (files("groverattn.report") / "templates" / "words.toml").read_text("utf-8")
    rows = tuple((words(each["word"]), words(each["meaning"])) for each in tomllib.loads(text)["words"])
    return Section("Words", "words", (Table("What the words mean", (Column("word"), Column("meaning")), rows),))


def machines(own: Hardware) -> Section:
    """Every machine field by field; the report's own first."""
    named = [machine for name, machine in HARDWARE.items() if name != own.name]
    tables = tuple(_fields(machine) for machine in (own, *named))
    text = (
        "The machines that rows are priced on. None exists. A tile is the patch of physical qubits that stores one "
        "logical qubit; its logical error is scaler * (error rate / threshold)^((d + 1) / 2) for each error interval, "
        "at code distance d. Fields that are 0 are left out."
    )
    return Section(
        "Machines", "machines", (Paragraph(text, ("machine_field",)), Points(_KINDS, ("machine_field",)), *tables)
    )


_KINDS = (
    "Tile: rotated has 2 d^2 physical qubits, padded 2 (d + 1)^2, floquet 4 d^2 + 8 (d - 1).",
    "Data block: simple has a share of tiles for routing and takes up magic states in no time; fast is a compact "
    "layout that takes them up a few at a time; yoked is a small workspace of tiles and a denser storage for the rest.",
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


def ledger_section(ledger: Mapping[str, Entry], chapters: Iterable[Section], anchor: str) -> Section:
    """Every quantity, how it was got, what checks it, and where it stands."""
    places: dict[str, list[str]] = {}
    for chapter in chapters:
        for section in chapter.walk():
            for key in used(section):
                places.setdefault(key, []).append(section.title)
    columns = (Column("quantity"), Column("how"), Column("source"), Column("check"), Column("stands in"))
    found = {key: entry for key, entry in ledger.items() if key in places}
    rows = tuple(
        (*map(words, (entry.name, entry.how, entry.source, entry.check)), words(", ".join(dict.fromkeys(places[key]))))
        for key, entry in found.items()
    )
    anchors = tuple(map(entry_anchor, found))
    table = Table("How every number of this report was got", columns, rows, row_anchors=anchors)
    return Section("Ledger", anchor, (Paragraph(_COUNTED), table))
