"""Quantum computers that counts are priced on: one record each, every number with its source."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import attrs

from groverattn.errors import InputError, check_between, real_number, shown, unknown_name, whole_number
from groverattn.inputs import Check
from groverattn.physical.machines.layout import LAYOUT_FIELDS, LAYOUT_SOURCES, Layout
from groverattn.physical.machines.machine_file import MachineFile, read_machine_file
from groverattn.registry import Registry

_FACTORIES = "groverattn.physical.factories"

# Each takes a machine and returns its factories (`groverattn.physical.factories.Factory`).
FAMILIES: Registry[Callable[[Hardware], tuple[Any, ...]]] = Registry(
    "factory family",
    "factories of a machine are of these families",
    {
        "ccz2t": f"{_FACTORIES}.ccz2t:ccz2t",
        "litinski-2019": f"{_FACTORIES}.litinski:litinski",
        "beverland-15-to-1": f"{_FACTORIES}.fifteen_to_one:fifteen_to_one",
        "cultivated-ccz": f"{_FACTORIES}.cultivated_ccz:cultivated_ccz",
    },
    group="groverattn.factories",
)

# Physical qubits of a tile of code distance d. rotated: arXiv:1111.4022, Section 7.1, with one measurement qubit per
# data qubit; padded: arXiv:1905.09749, ancillary estimate_costs.py, with a row between tiles; floquet:
# arXiv:2202.11829, Table 2, as in arXiv:2211.07629.
_TILES: dict[str, Callable[[int], int]] = {
    "rotated": lambda d: 2 * d**2,
    "padded": lambda d: 2 * (d + 1) ** 2,
    "floquet": lambda d: 4 * d**2 + 8 * (d - 1),
}

# Our assumptions: no probability is smaller (products of them stay above 0), no workspace has more tiles, no code a
# larger distance, and a duration is from below the time that light takes across an atom to ten thousand years.
_PROBABILITY = (1e-30, 1.0)
_TILES_MAX = 10**12
_DURATION = (1e-15, 1e18, "it is a duration that bounds the runtime, in microseconds")


def _number(low: float, high: float, why: str, default: Any = attrs.NOTHING, open_ends: bool = True) -> Any:
    read = attrs.Converter(lambda value, field: real_number(field.name, value), takes_field=True)  # pyright: ignore

    def check(_: Any, field: Any, value: float) -> None:
        check_between(field.name, value, low, high, why, open_ends=open_ends)

    return attrs.field(default=default, converter=read, validator=check)


def _one_of(choices: Collection[str]) -> Check:
    def check(_: Any, field: Any, value: Any) -> None:
        if not isinstance(value, str) or value not in choices:
            given = value if isinstance(value, str) else shown(value)
            raise unknown_name(field.name, given, choices, "the model has no other")

    return check


def _same_as(name: str) -> Any:
    return attrs.Factory(lambda self: getattr(self, name), takes_self=True)


@attrs.frozen(kw_only=True)
class Hardware:
    """A surface-code machine: its noise, its clock, and how it stores qubits and makes magic states.

    The logical error of one tile is error_rate_scaler * (physical_error_rate / error_rate_threshold)^((d+1)/2) per
    `error_interval`.

    Attributes:
        name: what it is called on the command line.
        physical_error_rate: error probability of a physical Clifford gate or measurement.
        t_error_rate: error probability of an injected T state, before distillation.
        cycle_time_us: time of one round of syndrome extraction, microseconds.
        gate_time_us: time of a physical T gate, microseconds; distillation on bare physical qubits takes multiples.
        reaction_time_us: from a logical measurement to the operation that depends on it, microseconds.
        control_bits_per_s: bits per second that the control computer reads of a table in its memory.
        error_rate_scaler: a of the logical error rate.
        error_rate_threshold: p* of the logical error rate.
        error_interval: what the logical error rate is charged for: one cycle, or one time step of d cycles.
        tile_qubits: physical qubits of a tile: rotated 2 d^2, padded 2 (d+1)^2, floquet 4 d^2 + 8 (d-1).
        data_block: simple (a share of tiles for routing; magic states are consumed in no time), fast (Litinski's fast
            block with the time steps of Beverland et al.) or yoked (a hot workspace and a denser cold storage).
        routing_overhead: tiles for routing per logical qubit, of the simple block; 0 for the others.
        hot_tiles: tiles of the workspace, of the yoked block; 0 for the others.
        cold_qubits: physical qubits per logical qubit in the cold storage, of the yoked block; 0 for the others.
        cold_distance: code distance of a hot tile as reliable as that storage. At other distances the ratio stays.
        layout: steps of gates that reach across the data block, and tiles of the store.
        factories: families of magic state factories, of `FAMILIES`; the best of them is used.
        sources: where each number is from, by field name.

    Raises:
        InputError: a field of the wrong type or out of its range.
    """

    name: str
    physical_error_rate: float = _number(*_PROBABILITY, "it is the probability that a gate fails")
    t_error_rate: float = _number(
        *_PROBABILITY, "it is the probability that an injected state is wrong", _same_as("physical_error_rate")
    )
    cycle_time_us: float = _number(*_DURATION)
    gate_time_us: float = _number(*_DURATION, _same_as("cycle_time_us"))
    reaction_time_us: float = _number(*_DURATION)
    control_bits_per_s: float = _number(1e-30, 1e30, "it is the rate at which a memory is read")
    error_rate_scaler: float = _number(*_PROBABILITY, "it is the logical error rate at the threshold")
    error_rate_threshold: float = _number(*_PROBABILITY, "above this physical error rate the code does not help")
    error_interval: str = attrs.field(validator=_one_of(("cycle", "time step")))
    tile_qubits: str = attrs.field(validator=_one_of(_TILES))
    data_block: str = attrs.field(validator=_one_of(("simple", "fast", "yoked")))
    routing_overhead: float = _number(0.0, 1e30, "it is a number of tiles per logical qubit", 0.0, open_ends=False)
    hot_tiles: int = 0
    cold_qubits: int = 0
    cold_distance: int = 0
    layout: Layout = attrs.field(factory=Layout)
    factories: tuple[str, ...] = attrs.field(converter=lambda names: tuple(names) if isinstance(names, list) else names)
    sources: Mapping[str, str] = attrs.field(eq=False, repr=False)

    @factories.validator  # pyright: ignore[reportAttributeAccessIssue]
    def _check_factories(self, _: Any, factories: Any) -> None:
        names = factories if isinstance(factories, tuple) else ()
        if not names or not all(isinstance(name, str) for name in names):
            raise InputError(
                given=f"factories = {shown(factories)}",
                allowed="a list of families",
                why="magic states come from one of them",
                do=f"name some of {', '.join(FAMILIES)}",
            )
        for name in names:
            FAMILIES.check(name)

    def __attrs_post_init__(self) -> None:
        if self.physical_error_rate >= self.error_rate_threshold:
            raise InputError(
                given=f"physical_error_rate = {self.physical_error_rate}",
                allowed=f"above 0, below the threshold {self.error_rate_threshold}",
                why="at the threshold and above it a larger code distance does not lower the logical error",
                do="choose a lower physical error rate",
            )
        low, high = (1, _TILES_MAX) if self.data_block == "yoked" else (0, 0)
        for name in ("hot_tiles", "cold_qubits", "cold_distance"):
            number = whole_number(name, getattr(self, name))
            check_between(name, number, low, high, f"the data block is {self.data_block}")

    def qubits_per_tile(self, distance: int) -> int:
        """Return the physical qubits of one tile of this code distance.

        >>> [HARDWARE[name].qubits_per_tile(25) for name in ("litinski-2019", "gidney-2025", "beverland-majorana-e6")]
        [1250, 1352, 2692]
        """
        return _TILES[self.tile_qubits](distance)

    def p_logical(self, distance: int) -> float:
        """Return the logical error rate of a tile of this code distance, per `error_interval`.

        Source: arXiv:1808.06709, Section XV.
        """
        return self.error_rate_scaler * (self.physical_error_rate / self.error_rate_threshold) ** ((distance + 1) / 2)

    def p_logical_per_cycle(self, distance: int) -> float:
        """Return the logical error rate of a tile per code cycle; a time step has `distance` of them."""
        return self.p_logical(distance) / (1 if self.error_interval == "cycle" else distance)

    def data_tiles(self, logical_qubits: int) -> float:
        """Return the tiles of the data block, routing included; a fraction where storage is denser than a tile.

        Sources: simple, arXiv:1812.01238, ancillary spreadsheet; fast, arXiv:1808.02892, Fig. 13b; yoked,
        arXiv:2505.15917, Section 3.2. That only a fixed workspace is hot is that paper's layout for its own algorithm;
        for a lookup with a wide output it is optimistic: our assumption.

        >>> HARDWARE["gidney-fowler-2018"].data_tiles(100), HARDWARE["beverland-gate-ns-e3"].data_tiles(12_581)
        (150, 25481)
        """
        if self.data_block == "simple":
            return math.ceil((1 + self.routing_overhead) * logical_qubits)
        if self.data_block == "fast":
            return math.ceil(2 * logical_qubits + math.sqrt(8 * logical_qubits) + 1)
        hot = min(logical_qubits, self.hot_tiles)
        return hot + (logical_qubits - hot) * (self.cold_qubits / self.qubits_per_tile(self.cold_distance))

    def exposed_tiles(self, logical_qubits: int) -> float:
        """Return the tiles that the logical error rate is charged for.

        On a yoked block each logical qubit counts, hot or cold: the cold storage is as dense as it can be with the
        error of a hot tile (arXiv:2505.15917, Section 3.2), so a logical qubit in it fails as often as one outside.
        """
        return logical_qubits if self.data_block == "yoked" else self.data_tiles(logical_qubits)

    def qubits_of_tiles(self, tiles: float, distance: int) -> int:
        """Return the physical qubits of this many tiles, rounded up.

        >>> machine = hardware("gidney-2025")
        >>> machine.qubits_of_tiles(machine.data_tiles(1280 + 131), distance=25)
        727512
        """
        # to a millionth first: a share of a tile is a float, with a rounding error that is not a qubit
        return math.ceil(round(tiles * self.qubits_per_tile(distance), 6))


# What a file may leave out, and why its default holds.
_DEFAULT_SOURCES = {
    "t_error_rate": "the physical error rate: our assumption, as no other is given",
    "gate_time_us": "the cycle time: our assumption, an upper bound, as no other is given",
    "routing_overhead": "our assumption: none is counted, or the tiles of the block include it",
    "hot_tiles": "our assumption: all tiles of this data block are alike",
    "cold_qubits": "our assumption: this data block has no cold storage",
    "cold_distance": "our assumption: this data block has no cold storage",
    **LAYOUT_SOURCES,
}
_NOT_A_FIELD = ("name", "sources", "layout")
_FIELDS = (*(field.name for field in attrs.fields(Hardware) if field.name not in _NOT_A_FIELD), *LAYOUT_FIELDS)


def hardware(name: str) -> Hardware:
    """Return the machine of this name, or the one that a user's own TOML file describes.

    Args:
        name: one of `HARDWARE` or `PRICED_BY_QDK`, or the path of a file: whatever ends in .toml or has a slash in it.
            The file may take the fields of a machine of `HARDWARE` over, `base = "gidney-fowler-2018"`, and give others
            in their place.

    Raises:
        InputError: no such machine, the message naming the nearest ones; or a file that does not describe one.

    >>> hardware("gidney-fowler-2018").reaction_time_us
    10.0
    """
    if not is_machine_file(name):
        check_hardware(name)
        return (PRICED_BY_QDK if name in PRICED_BY_QDK else HARDWARE)[name]
    path = Path(name)
    return _build(path.name, read_machine_file(path, _FIELDS, sources_required=False))


def is_machine_file(name: str) -> bool:
    """Whether `hardware` takes a name for the path of a file.

    >>> is_machine_file("mine.toml"), is_machine_file("gidney-2025")
    (True, False)
    """
    return name.endswith(".toml") or "/" in name or "\\" in name


def check_hardware(name: str) -> None:
    """Raise InputError unless `name` is a named machine, or may be a file.

    >>> check_hardware("gidney-2025")
    """
    if not is_machine_file(name) and name not in HARDWARE and name not in PRICED_BY_QDK:
        unknown = unknown_name("machine", name, (*HARDWARE, *PRICED_BY_QDK), HARDWARE.why).parts
        raise InputError(**unknown | {"allowed": f"{unknown['allowed']}, or a TOML file"})


def _build(name: str, file: MachineFile) -> Hardware:
    layers = [file]
    while layers[0].base is not None:  # ends: a base is shipped, and its base too
        base = layers[0].base
        if base not in _SHIPPED:
            raise unknown_name("base", base, _SHIPPED, f"{name} takes its fields over")
        layers.insert(0, _SHIPPED[base])
    values = {field: value for layer in layers for field, value in layer.values.items()}
    sources = {field: source for layer in layers for field, source in layer.sources.items()}
    missing = [field for field in _FIELDS if field not in values and field not in _DEFAULT_SOURCES]
    if missing:
        raise InputError(
            given=f"{name} without {', '.join(missing)}",
            allowed="every field, or a base that has the others",
            why="there is no machine without them",
            do='add them, or base = "gidney-fowler-2018" or another machine',
        )
    layout = Layout(**{field.removeprefix("layout."): values.pop(field) for field in LAYOUT_FIELDS if field in values})
    return Hardware(name=name, sources=_DEFAULT_SOURCES | sources, layout=layout, **values)


_SHIPPED = {
    path.stem: read_machine_file(path, _FIELDS, sources_required=True)
    for path in sorted(Path(__file__).parent.glob("*.toml"))
}
HARDWARE: Registry[Hardware] = Registry(
    "hardware",
    "there is no machine of this name",
    {name: _build(name, file) for name, file in _SHIPPED.items()},
    group="groverattn.machines",
)

_QDK = "groverattn.physical.qdk_machine"
PRICED_BY_QDK: Registry[Hardware] = Registry(
    "hardware",
    "qdk.qre prices no other machine",
    {
        "qdk-neutral-atom": f"{_QDK}:NEUTRAL_ATOM",
        "qdk-neutral-atom-low-move": f"{_QDK}:NEUTRAL_ATOM_LOW_MOVE",
        "qdk-majorana": f"{_QDK}:MAJORANA",
        "qdk-yoked": f"{_QDK}:YOKED",
    },
)
"""Machines whose price is asked of qdk.qre: `hardware` returns them too, and nothing goes through them by itself."""


def check_modelled_here(name: str) -> None:
    """Raise InputError if a machine is priced by qdk.qre, where limits and factories of our own model are needed.

    >>> check_modelled_here("gidney-2025")
    """
    if name in PRICED_BY_QDK:
        raise InputError(
            given=f"hardware {name!r}",
            allowed=", ".join(HARDWARE),
            why="crossovers, whole models and reports take limits and factories apart, and qdk.qre gives one price",
            do="choose another machine, or ask estimate, compare, frontier or physical",
        )
