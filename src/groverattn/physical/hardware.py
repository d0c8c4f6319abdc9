"""The quantum computers that counts are priced on: one record each, every number with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from groverattn.problem.errors import InputError, unknown_name


@attrs.frozen
class Hardware:
    """A surface-code machine: its noise, its clock, and how it stores qubits and makes magic states.

    The logical error of one tile is error_rate_scaler * (physical_error_rate / error_rate_threshold)^((d+1)/2) per
    `error_interval`, and a tile of distance d takes 2 d^2 physical qubits.

    Attributes:
        name: what it is called on the command line.
        physical_error_rate: error probability of a physical gate.
        cycle_time_us: time of one round of syndrome extraction, microseconds.
        reaction_time_us: from a logical measurement to the operation that depends on it, microseconds.
        error_rate_scaler: a of the logical error rate.
        error_rate_threshold: p* of the logical error rate.
        error_interval: what the logical error rate is charged for: one cycle, or one time step of d cycles.
        data_block: simple (a share of tiles for routing; magic states are consumed in no time) or fast (Litinski's fast
            block with the time steps of Beverland et al.).
        routing_overhead: tiles for routing per logical qubit, of the simple block; 0 for fast, whose tiles include it.
        factories: families of magic state factories (see `groverattn.physical.factories`). The first family that meets
            the error budget is used.
        sources: where each number is from, by field name.

    Raises:
        InputError: a time that is not positive, or an error rate that is not below the threshold.
    """

    name: str
    physical_error_rate: float
    cycle_time_us: float
    reaction_time_us: float
    error_rate_scaler: float
    error_rate_threshold: float
    error_interval: Literal["cycle", "time step"]
    data_block: Literal["simple", "fast", "yoked"]
    routing_overhead: float
    factories: tuple[str, ...]
    sources: Mapping[str, str] = attrs.field(eq=False, repr=False)
    t_error_rate: float = attrs.field(default=attrs.Factory(lambda self: self.physical_error_rate, takes_self=True))
    tile_qubits: Literal["rotated", "padded", "floquet"] = "rotated"
    control_bits_per_s: float = 3.35e12 * 8
    hot_tiles: int = 0
    cold_tile_share: float = 1.0

    def __attrs_post_init__(self) -> None:
        if not (self.cycle_time_us > 0 and self.reaction_time_us > 0):
            raise InputError(
                given=f"cycle_time_us = {self.cycle_time_us}, reaction_time_us = {self.reaction_time_us}",
                allowed="above 0",
                why="both are durations that bound the runtime",
                do="give them in microseconds",
            )
        if not 0 < self.physical_error_rate < self.error_rate_threshold:
            raise InputError(
                given=f"physical_error_rate = {self.physical_error_rate}",
                allowed=f"above 0, below the threshold {self.error_rate_threshold}",
                why="at the threshold and above it a larger code distance does not lower the logical error",
                do="choose a lower physical error rate",
            )

    def qubits_per_tile(self, distance: int) -> int:
        """Return the physical qubits of one tile of this code distance."""
        return {
            "rotated": 2 * distance**2,
            "padded": 2 * (distance + 1) ** 2,
            "floquet": 4 * distance**2 + 8 * (distance - 1),
        }[self.tile_qubits]

    def data_tiles(self, logical_qubits: int) -> float:
        """Return the tiles of the data block, routing included; a fraction where storage is denser than a tile."""
        from qualtran.surface_code import FastDataBlock, SimpleDataBlock

        if self.data_block == "simple":
            return SimpleDataBlock(data_d=3, routing_overhead=self.routing_overhead).n_tiles(logical_qubits)
        return FastDataBlock.get_n_tiles(logical_qubits)


# The scheme of the authors' spreadsheet, which Qualtran's get_ccz2t_costs_from_error_budget reproduces.
_GIDNEY_FOWLER = {
    "physical_error_rate": "arXiv:1812.01238, abstract",
    "cycle_time_us": "arXiv:1905.09749, abstract (cycle time of 1 microsecond)",
    "reaction_time_us": "arXiv:1905.09749, abstract (reaction time of 10 microseconds)",
    "error_rate_scaler": "arXiv:1808.06709, Section XV",
    "error_rate_threshold": "arXiv:1808.06709, Section XV",
    "error_interval": "arXiv:1808.06709, Section XV (per surface code cycle)",
    "data_block": "arXiv:1812.01238, ancillary spreadsheet, as qualtran.surface_code.SimpleDataBlock",
    "routing_overhead": "arXiv:1812.01238, ancillary spreadsheet (50%); enough at the reaction limit: our assumption",
    "factories": "arXiv:1812.01238; beyond its reach arXiv:1905.06903, Table 1 (same noise model): our assumption",
}

_BEVERLAND = {
    "physical_error_rate": "arXiv:2211.07629, the gate-based preset of this name (qubit_gate_... in qdk.estimator)",
    "cycle_time_us": "arXiv:2211.07629, surface code: 4 two-qubit gates and 2 measurements; 50 and 100 ns",
    "reaction_time_us": "our assumption: as in arXiv:1905.09749; the authors' model has no reaction time",
    "error_rate_scaler": "arXiv:2211.07629, surface code, as QECScheme.make_beverland_et_al",
    "error_rate_threshold": "arXiv:2211.07629, surface code, as QECScheme.make_beverland_et_al",
    "error_interval": "arXiv:2211.07629: Q C P(d) = eps/3 with C time steps of d cycles",
    "data_block": "tiles: arXiv:1808.02892, Fig. 13b; time steps: arXiv:2211.07629, Eq. D3",
    "routing_overhead": "none: the tiles of arXiv:1808.02892, Fig. 13b, include it",
    "factories": "our assumption: arXiv:1905.06903, Table 1, in place of the authors' own distillation units",
}

_BEVERLAND_US = _BEVERLAND | {
    "cycle_time_us": "arXiv:2211.07629, surface code: 4 two-qubit gates and 2 measurements; 100 us each",
    "reaction_time_us": "our assumption: one measurement of 100 us and the 10 us of arXiv:1905.09749",
    "factories": _BEVERLAND["factories"] + "; its T error of 1e-6 is not used, which overstates the factories",
}

# fmt: off
_RECORDS = (
    # name, error rate, cycle us, reaction us, scaler, threshold, error per, data block, routing, factories, sources
    Hardware("gidney-fowler-2018", 1e-3, 1.0, 10.0, 0.1, 0.01, "cycle", "simple", 0.5,
             ("ccz2t", "litinski-2019"), _GIDNEY_FOWLER),
    Hardware("beverland-gate-ns-e3", 1e-3, 0.4, 10.0, 0.03, 0.01, "time step", "fast", 0.0,
             ("litinski-2019",), _BEVERLAND),
    Hardware("beverland-gate-ns-e4", 1e-4, 0.4, 10.0, 0.03, 0.01, "time step", "fast", 0.0,
             ("litinski-2019",), _BEVERLAND),
    Hardware("beverland-gate-us-e4", 1e-4, 600.0, 110.0, 0.03, 0.01, "time step", "fast", 0.0,
             ("litinski-2019",), _BEVERLAND_US),
)
# fmt: on

HARDWARE: dict[str, Hardware] = {record.name: record for record in _RECORDS}


def hardware(name: str) -> Hardware:
    """Return the machine of this name.

    Raises:
        InputError: no such machine; the message names the nearest ones.

    >>> hardware("gidney-fowler-2018").reaction_time_us
    10.0
    """
    if name not in HARDWARE:
        raise unknown_name("hardware", name, HARDWARE, "there is no machine of this name")
    return HARDWARE[name]
