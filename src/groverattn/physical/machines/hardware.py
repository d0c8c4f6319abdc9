"""The quantum computers that counts are priced on: one record each, every number with its source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal, get_args

import attrs

from groverattn.errors import InputError, shown, unknown_name
from groverattn.physical.machines.machine_file import MachineFile, read_machine_file

ErrorInterval = Literal["cycle", "time step"]
DataBlock = Literal["simple", "fast", "yoked"]
TileQubits = Literal["rotated", "padded", "floquet"]
FactoryFamily = Literal["ccz2t", "litinski-2019", "beverland-15-to-1", "cultivated-ccz"]


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
        factories: families of magic state factories (see `groverattn.physical.factories`). The first family that meets
            the error budget is used.
        sources: where each number is from, by field name.

    Raises:
        InputError: a field of the wrong type or out of its range.
    """

    name: str
    physical_error_rate: float
    t_error_rate: float = attrs.field(default=attrs.Factory(lambda self: self.physical_error_rate, takes_self=True))
    cycle_time_us: float
    gate_time_us: float = attrs.field(default=attrs.Factory(lambda self: self.cycle_time_us, takes_self=True))
    reaction_time_us: float
    control_bits_per_s: float
    error_rate_scaler: float
    error_rate_threshold: float
    error_interval: ErrorInterval
    tile_qubits: TileQubits
    data_block: DataBlock
    routing_overhead: float = 0.0
    hot_tiles: int = 0
    cold_qubits: int = 0
    cold_distance: int = 0
    factories: tuple[FactoryFamily, ...]
    sources: Mapping[str, str] = attrs.field(eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for field, (low, high, why) in _RANGES.items():
            _check_number(field, getattr(self, field), low, high, why)
        for field, choices in _CHOICES.items():
            _check_choice(field, getattr(self, field), get_args(choices))
        if not isinstance(self.factories, tuple) or not self.factories:
            raise _out_of_range("factories", self.factories, "a list of families", "magic states come from one of them")
        for family in self.factories:
            _check_choice("factories", family, get_args(FactoryFamily))
        if self.physical_error_rate >= self.error_rate_threshold:
            raise InputError(
                given=f"physical_error_rate = {self.physical_error_rate}",
                allowed=f"above 0, below the threshold {self.error_rate_threshold}",
                why="at the threshold and above it a larger code distance does not lower the logical error",
                do="choose a lower physical error rate",
            )
        self._check_yoked()

    def _check_yoked(self) -> None:
        sizes = {"hot_tiles": self.hot_tiles, "cold_qubits": self.cold_qubits, "cold_distance": self.cold_distance}
        for field, number in sizes.items():
            least, most = (1, _TILES_MAX) if self.data_block == "yoked" else (0, 0)
            if not _is_int(number) or not least <= number <= most:
                allowed = f"a whole number, at least 1 and at most {most:,}" if most else "0, or left out"
                raise _out_of_range(field, number, allowed, f"the data block is {self.data_block}")

    def qubits_per_tile(self, distance: int) -> int:
        """Return the physical qubits of one tile of this code distance."""
        from groverattn.physical.machines import data_blocks

        return data_blocks.qubits_per_tile(self.tile_qubits, distance)

    def p_logical(self, distance: int) -> float:
        """Return the logical error rate of a tile of this code distance, per `error_interval`."""
        return self.error_rate_scaler * (self.physical_error_rate / self.error_rate_threshold) ** ((distance + 1) / 2)

    def p_logical_per_cycle(self, distance: int) -> float:
        """Return the logical error rate of a tile per code cycle; a time step has `distance` of them."""
        return self.p_logical(distance) / (1 if self.error_interval == "cycle" else distance)

    def data_tiles(self, logical_qubits: int) -> float:
        """Return the tiles of the data block, routing included; a fraction where storage is denser than a tile.

        >>> hardware("beverland-gate-ns-e3").data_tiles(12_581)
        25481
        """
        from groverattn.physical.machines import data_blocks

        if self.data_block == "simple":
            return data_blocks.simple_tiles(logical_qubits, self.routing_overhead)
        if self.data_block == "fast":
            return data_blocks.fast_tiles(logical_qubits)
        share = self.cold_qubits / self.qubits_per_tile(self.cold_distance)
        return data_blocks.yoked_tiles(logical_qubits, self.hot_tiles, share)

    def exposed_tiles(self, logical_qubits: int) -> float:
        """Return the tiles that the logical error rate is charged for.

        On a yoked block each logical qubit counts, hot or cold: the cold storage is as dense as it can be with the
        error of a hot tile (arXiv:2505.15917, Section 3.2), so a logical qubit in it fails as often as one outside.
        """
        return logical_qubits if self.data_block == "yoked" else self.data_tiles(logical_qubits)

    def qubits_of_tiles(self, tiles: float, distance: int) -> int:
        """Return the physical qubits of so many tiles, rounded up.

        >>> machine = hardware("gidney-2025")
        >>> machine.qubits_of_tiles(machine.data_tiles(1280 + 131), distance=25)
        727512
        """
        # to a millionth first: a share of a tile is a float, and 1e-10 of a qubit is no qubit
        return math.ceil(round(tiles * self.qubits_per_tile(distance), 6))


# Our assumption: no probability is smaller, and products of them stay above 0.
_PROBABILITY = (1e-30, 1.0)
# Our assumption: no workspace has more tiles, and no code a larger distance.
_TILES_MAX = 10**12
# Our assumption: from below the time that light takes across an atom to ten thousand years.
_DURATION = (1e-15, 1e18, "it is a duration that bounds the runtime, in microseconds")

# Open intervals.
_RANGES: dict[str, tuple[float, float, str]] = {
    "physical_error_rate": (*_PROBABILITY, "it is the probability that a gate fails"),
    "t_error_rate": (*_PROBABILITY, "it is the probability that an injected state is wrong"),
    "cycle_time_us": _DURATION,
    "gate_time_us": _DURATION,
    "reaction_time_us": _DURATION,
    "control_bits_per_s": (1e-30, 1e30, "it is the rate at which a memory is read"),
    "error_rate_scaler": (*_PROBABILITY, "it is the logical error rate at the threshold"),
    "error_rate_threshold": (*_PROBABILITY, "it is the physical error rate from which on the code does not help"),
    # open below as well: 0 is allowed
    "routing_overhead": (-1e-300, 1e30, "it is a number of tiles per logical qubit"),
}
_CHOICES = {"error_interval": ErrorInterval, "tile_qubits": TileQubits, "data_block": DataBlock}


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_number(field: str, value: Any, low: float, high: float, why: str) -> None:
    if not (_is_int(value) or isinstance(value, float)) or not low < value < high:
        above = f"above {max(low, 0.0):g}" if low >= 0 else "at least 0"
        raise _out_of_range(field, value, f"a number {above}" + (f", below {high:g}" if high < math.inf else ""), why)


def _check_choice(field: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise unknown_name(field, value if isinstance(value, str) else shown(value), choices, "the model has no other")


def _out_of_range(field: str, value: Any, allowed: str, why: str) -> InputError:
    return InputError(given=f"{field} = {shown(value)}", allowed=allowed, why=why, do="correct it")


# What a file may leave out, and why its default holds.
_DEFAULT_SOURCES = {
    "t_error_rate": "the physical error rate: our assumption, as no other is given",
    "gate_time_us": "the cycle time: our assumption, an upper bound, as no other is given",
    "routing_overhead": "our assumption: none is counted, or the tiles of the block include it",
    "hot_tiles": "our assumption: all tiles of this data block are alike",
    "cold_qubits": "our assumption: this data block has no cold storage",
    "cold_distance": "our assumption: this data block has no cold storage",
}

_FIELDS = {field.name: field for field in attrs.fields(Hardware) if field.name not in ("name", "sources")}


class _NamedMachines(Mapping[str, Hardware]):
    """The machines that are shipped; a file is read when its machine is asked for, and once."""

    def __getitem__(self, name: str) -> Hardware:
        if name not in _names():
            raise KeyError(name)
        return _shipped(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


HARDWARE: Mapping[str, Hardware] = _NamedMachines()


def hardware(name: str) -> Hardware:
    """Return the machine of this name, or the one that a user's own TOML file describes.

    Args:
        name: one of `HARDWARE`, or the path of a file: whatever ends in .toml or has a slash in it. The file may take
            the fields of a named machine over, `base = "gidney-fowler-2018"`, and give others in their place.

    Raises:
        InputError: no such machine, the message naming the nearest ones; or a file that does not describe one.

    >>> hardware("gidney-fowler-2018").reaction_time_us
    10.0
    """
    check_hardware(name)
    if not is_machine_file(name):
        return HARDWARE[name]
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
    if not is_machine_file(name) and name not in HARDWARE:
        raise unknown_name("hardware", name, HARDWARE, "there is no machine of this name")


@cache
def _names() -> tuple[str, ...]:
    folder = files("groverattn.physical") / "machines"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


@cache
def _shipped(name: str) -> Hardware:
    return _build(name, _shipped_file(name))


@cache
def _shipped_file(name: str) -> MachineFile:
    with as_file(files("groverattn.physical") / "machines" / f"{name}.toml") as path:
        return read_machine_file(path, _FIELDS, sources_required=True)


def _build(name: str, file: MachineFile) -> Hardware:
    layers = _layers(name, file)
    values = {field: _as_declared(field, value) for layer in layers for field, value in layer.values.items()}
    sources = {field: source for layer in layers for field, source in layer.sources.items()}
    missing = [field for field in _FIELDS if field not in values and field not in _DEFAULT_SOURCES]
    if missing:
        raise InputError(
            given=f"{name} without {', '.join(missing)}",
            allowed="every field, or a base that has the others",
            why="there is no machine without them",
            do='add them, or base = "gidney-fowler-2018" or another machine',
        )
    return Hardware(name=name, sources=_DEFAULT_SOURCES | sources, **values)


def _layers(name: str, file: MachineFile) -> list[MachineFile]:
    """The file after the one whose fields it takes over, and so on. A base is shipped, so none leads back to itself."""
    if file.base is None:
        return [file]
    if file.base not in HARDWARE:
        raise unknown_name("base", file.base, HARDWARE, f"{name} takes its fields over")
    return [*_layers(file.base, _shipped_file(file.base)), file]


def _as_declared(field: str, value: Any) -> Any:
    """TOML has whole numbers where a real one is meant, and lists where a tuple is."""
    if field == "factories" and isinstance(value, list):
        return tuple(value)
    if _FIELDS[field].type == "float" and _is_int(value):
        return float(value) if abs(value) < 2**1000 else math.inf if value > 0 else -math.inf
    return value
