"""Designs of the search of one row, before error correction, and the least wide one under a limit of the depth."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from groverattn.costs.phases import of_load, of_score
from groverattn.costs.schedule import Cycle, Schedule, total
from groverattn.errors import InputError
from groverattn.physical.factories import pareto
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.pace import Pace
from groverattn.row.designs import design_text, loads
from groverattn.row.price import MachineRun, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch

# Machines and parts that are tried, our choice: powers of four.
_EACH = 4
# Reactions and steps of d cycles in one number, to compare circuits before a machine is built: our choice.
_TYPICAL_DISTANCE = 25


@attrs.frozen
class SearchDesign:
    """One way to search a row, before error correction.

    Attributes:
        pricing: the row, with its design chosen.
        run: what one machine runs, the one that has the most of it.
    """

    pricing: RowPricing
    run: MachineRun

    @property
    def request(self) -> RowRequest:
        """The request, with its design chosen."""
        return self.pricing.request

    @property
    def n_machines(self) -> int:
        """Machines that share the keys."""
        return self.request.design.n_machines or 1

    @property
    def data_access(self) -> str:
        """Its name, with the block where there is one."""
        design = self.request.design
        return design.data_access + (f", block {design.block}" if design.block else "")

    @property
    def score_method(self) -> str:
        """Its name."""
        return self.request.design.score_method

    @property
    def width(self) -> int:
        """Logical qubits of all machines."""
        return self.n_machines * self.run.counts.logical_qubits

    @property
    def depth(self) -> int:
        """Measurement depth of the row; the machines run side by side."""
        return self.run.counts.measurement_depth

    @property
    def toffoli(self) -> int:
        """Toffolis of all machines."""
        return self.run.totals.row.toffoli

    @property
    def gates(self) -> int:
        """G-cost: all gates of all machines, Cliffords included (arXiv:1910.01700, Section 2)."""
        row = self.run.totals.row
        return row.toffoli + row.t + row.rotation + row.clifford + row.measurement

    @property
    def depth_times_width(self) -> int:
        """DW-cost: depth times width (arXiv:1910.01700, Section 2), with the measurement depth as depth."""
        return self.depth * self.width

    @property
    def name(self) -> str:
        """What it is, in words."""
        return design_text(self.request)


def search_designs(request: RowRequest) -> list[SearchDesign]:
    """Return the designs that no other one beats in logical qubits, in the time that no factory shortens, and in gates.

    Those that the request leaves open, on any number of machines. The numbers are of loads and scores
    alone, at one code distance.

    Raises:
        InputError: no design can be searched.

    >>> designs = search_designs(RowRequest.of(n_keys=1024, d_head=64, n_marked=32))
    >>> min(designs, key=lambda design: design.width).score_method
    'in-place'
    """
    return _unbeaten(request, lambda qubits, cycles, toffoli, _: (qubits, cycles, toffoli))


def shallow_designs(request: RowRequest) -> list[SearchDesign]:
    """Return the designs that no other one beats in logical qubits and in reactions one after the other.

    Raises:
        InputError: as `search_designs`.
    """
    return _unbeaten(request, lambda qubits, cycles, toffoli, reactions: (qubits, reactions))


def _unbeaten(request: RowRequest, merits: Callable[..., tuple[float, ...]]) -> list[SearchDesign]:
    found, refused = _bounded(request, hardware(request.hardware))
    designs: list[SearchDesign] = []
    for _, pricing in pareto(found, lambda pair: merits(*pair[0])):
        try:
            designs.append(SearchDesign(pricing, pricing.run()))
        except InputError as error:  # half of the budget leaves no faults
            refused = refused or error
    if refused and not designs:
        raise refused
    return designs


_Bounded = tuple[tuple[float, ...], RowPricing]


@functools.lru_cache(maxsize=4)
def _bounded(request: RowRequest, machine: Hardware) -> tuple[list[_Bounded], InputError | None]:
    """All designs that a request leaves open, with what they have at least; and why the first other one is refused."""
    found: list[_Bounded] = []
    refused: InputError | None = None
    for chosen in _open(request):
        try:
            pricing = RowPricing.of(chosen)
            pricing.search.cost(request.error_budget)  # refuses those that read too many keys
            found.append((_merits(pricing.search, machine), pricing))
        except InputError as error:
            refused = refused or error
    return found, refused


def _merits(search: RowSearch, machine: Hardware) -> tuple[float, ...]:
    """Logical qubits of all machines, cycles that no factory shortens, Toffolis, and reactions of the slowest machine.

    Of loads and scores alone, at the least number of iterates, and at a typical code distance.
    """
    request, iterate = search.request, search.iterate()
    n_machines, p_miss = request.design.n_machines or 1, request.error_budget
    of_one = iterates = search.iterates_within(p_miss)
    if n_machines > 1:
        of_one *= search.of_one_machine(search.cost(p_miss), p_miss)
    schedule: Schedule = (Cycle(of_one, (*of_load(iterate.oracle), *of_score(iterate.oracle))),)
    qubits = iterate.peak_qubits
    pace = Pace.of(schedule, machine, machine.data_tiles(qubits), t_per_rotation=0)
    cycles, gates = pace.least_cycles(_TYPICAL_DISTANCE), iterates / of_one * total(schedule, "toffoli")
    return float(n_machines * qubits), float(cycles), gates, total(schedule, "reactions")


def _open(request: RowRequest) -> Iterator[RowRequest]:
    """The designs that a request leaves open, on any number of machines."""
    for machines in _numbers_of_machines(request):
        for load in loads(attrs.evolve(request, design=attrs.evolve(request.design, n_machines=machines))):
            yield from load.fixed(request)


def _numbers_of_machines(request: RowRequest) -> Iterator[int]:
    if request.design.n_machines is not None:
        yield request.design.n_machines
        return
    machines = 1
    while machines == 1 or -(-request.left.shape.n_keys // machines) >= _EACH:
        yield machines
        machines *= _EACH


# From ten milliseconds to four months at a reaction time of 10 us: our choice. NIST's least limit, 2^40, binds no row.
DEPTH_LIMITS = tuple(1 << bits for bits in (10, 15, 20, 25, 30, 40))


@attrs.frozen
class DepthLimit:
    """The least wide design within one limit.

    Attributes:
        depth_max: largest measurement depth allowed.
        design: the design; None if none keeps the limit.
        least_depth: smallest depth that any design has.
    """

    depth_max: int
    design: SearchDesign | None
    least_depth: int

    def as_json(self) -> dict[str, Any]:
        """Return the printed object; numbers are None where no design keeps the limit."""
        found = self.design
        return {
            "depth_max": self.depth_max,
            "design": None if found is None else found.name,
            **{
                name: getattr(found, name, None) for name in ("depth", "width", "toffoli", "gates", "depth_times_width")
            },
            "least_depth": self.least_depth,
        }


def depth_limits(designs: Sequence[SearchDesign], limits: Sequence[int] = DEPTH_LIMITS) -> list[DepthLimit]:
    """Return the least wide design under each limit of the depth.

    The tables of quantum attacks on ciphers ask the same (MAXDEPTH of NIST's call for post-quantum algorithms, as used
    in arXiv:1910.01700): a machine that cannot run deeper than a limit has to search with more qubits. Depth is the
    measurement depth here, since a reaction time for each of its measurements bounds the time of the row.
    """
    least = min(design.depth for design in designs)

    def least_wide(limit: int) -> SearchDesign | None:
        within = [design for design in designs if design.depth <= limit]
        return min(within, key=lambda design: (design.width, design.toffoli), default=None)

    return [DepthLimit(limit, least_wide(limit), least) for limit in limits]
