"""Physical qubits, runtime and failure probability of counts on a surface-code machine."""

from __future__ import annotations

import math

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Schedule, one_phase
from groverattn.errors import InputError, OutOfReachError
from groverattn.physical.code_distance import CODE_DISTANCE_MAX, code_distances, error_intervals, least_cycles
from groverattn.physical.demand import Demand, check_count
from groverattn.physical.design_search import best_design, least_of_design
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories.usable import factories_of
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.machines.layout import WITHOUT_STEPS
from groverattn.physical.qdk_machine import QdkMachine, estimate_by_qdk
from groverattn.show.numbers import number_text, probability_text


def physical_estimate(
    counts: LogicalCounts,
    hardware: Hardware,
    error_budget: float,
    *,
    schedule: Schedule | None = None,
    objective: str = "volume",
    n_factories: int | None = None,
    store: int | None = None,
    waiting_s: float = 0.0,
) -> PhysicalEstimate:
    """Return the machine that has least of an objective within the error budget.

    Searched are the factory, the number of its copies, the store of CCZ states, the code distance and the T gates per
    rotation, which splits the budget between storage, distillation and synthesis. Each phase takes the longest of: the
    factories (cycles for its states that are not in store / copies), the reactions (depth * reaction time, and the
    control computer's reading), the layout (steps of d cycles) and the consumption by the data block; the run takes no
    less than its Clifford traffic (each Clifford gate takes a tile for a time step of d cycles). Errors are added to
    first order, as in arXiv:1812.01238, and storage is charged for the whole duration.
    A `QdkMachine` is priced by qdk.qre, which has no phases, and takes the design of least volume in any case.

    Args:
        counts: the circuit.
        hardware: the machine.
        error_budget: largest failure probability allowed, above 0 and below 1.
        schedule: its phases. Without it all that it needs is spread evenly over its time, and the rules of the layout
            are left out: bare counts do not say which gates reach across the data block.
        objective: what is made least, a name in `OBJECTIVES`.
        n_factories: copies of the factory; None searches. Fix it to trade time for qubits.
        store: CCZ states in store; None searches.
        waiting_s: time in which the qubits are stored and nothing else happens, seconds.

    Raises:
        InputError: counts or a budget out of range, or a budget that no factory of the machine meets.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**8)
    >>> estimate = physical_estimate(counts, hardware("gidney-fowler-2018"), error_budget=0.01)
    >>> estimate.n_factories, estimate.code_distance, estimate.limited_by
    (390, 27, 'reaction')
    """
    best = estimate_below(counts, hardware, error_budget, math.inf, schedule, objective, n_factories, store, waiting_s)
    assert best is not None
    return best


def estimate_below(
    counts: LogicalCounts,
    hardware: Hardware,
    error_budget: float,
    below: float,
    schedule: Schedule | None = None,
    objective: str = "volume",
    n_factories: int | None = None,
    store: int | None = None,
    waiting_s: float = 0.0,
) -> PhysicalEstimate | None:
    """Return the same if it has less of the objective than `below`, qubits and seconds; else None.

    Raises:
        InputError: as `physical_estimate`, if every number is below it.
    """
    n_factories = None if n_factories is None else check_count("n_factories", n_factories, least=1)
    if isinstance(hardware, QdkMachine):
        return estimate_by_qdk(counts, hardware, error_budget, n_factories, waiting_s)
    if schedule is None:
        schedule, hardware = one_phase(counts), attrs.evolve(hardware, layout=WITHOUT_STEPS)
    demands = Demand.choices(counts, schedule, hardware, error_budget, waiting_s)
    best = best_design(demands, hardware, objective, n_factories, store, below / _per_cycle(hardware, objective))
    if best is None and math.isinf(below):
        raise _out_of_reach(demands[-1], hardware)
    return best


_ANY_BUDGET = 0.999


def least_merit(
    counts: LogicalCounts,
    schedule: Schedule,
    hardware: Hardware,
    objective: str,
    n_factories: int | None = None,
    store: int | None = None,
) -> float:
    """Return what every machine that runs a schedule has at least of an objective, qubits and seconds.

    Rotations are left out: how many T gates each takes depends on the budget.

    Args:
        counts, schedule: the run, or part of it.
        hardware, objective, n_factories, store: see `physical_estimate`.
    """
    demand = Demand.of(attrs.evolve(counts, rotation=0), schedule, hardware, _ANY_BUDGET, 0.0)
    return least_of_design(demand, hardware, objective, n_factories, store) * _per_cycle(hardware, objective)


def _per_cycle(hardware: Hardware, objective: str) -> float:
    return 1.0 if objective == "qubits" else hardware.cycle_time_us * 1e-6


def _out_of_reach(demand: Demand, hardware: Hardware) -> InputError:
    """Say which error per gate would be needed, and which is the smallest available."""
    gates = demand.toffoli + demand.t
    factories, _ = factories_of(hardware)
    if not factories:
        raise InputError(
            given=f"{hardware.name} with {', '.join(hardware.factories)}",
            allowed="error rates that some design of these families lowers",
            why="none of their designs makes a magic state better than the one that it is made of",
            do="choose a lower t_error_rate or physical_error_rate, or add a family of factories",
        )
    best = min(factories, key=lambda factory: factory.p_error(demand.toffoli, demand.t))
    if best.p_error(demand.toffoli, demand.t) < demand.p_left:
        last = code_distances(hardware)[-1]
        intervals = error_intervals(demand, hardware, least_cycles(demand, last.distance), last.distance)
        return OutOfReachError(
            given=f"{demand.exposed_tiles:,.0f} tiles stored for {number_text(intervals)} {hardware.error_interval}s "
            f"on {hardware.name}, with {probability_text(demand.p_left)} of the error budget",
            allowed=f"a logical error below {probability_text(demand.p_left / (intervals * demand.exposed_tiles))} "
            f"per tile and {hardware.error_interval}",
            why=f"at the largest code distance supported, {last.distance}, it is {probability_text(last.error_rate)}",
            do="allow a larger error budget, or choose a machine of lower physical error",
        )
    return OutOfReachError(
        given=f"{number_text(demand.toffoli)} Toffolis and {number_text(demand.t)} T gates on {hardware.name}, with "
        f"{probability_text(demand.p_left)} "
        "of the error budget for their states and for storage",
        allowed=f"an error below {probability_text(demand.p_left / gates)} per gate, at a code distance up to "
        f"{CODE_DISTANCE_MAX}",
        why=f"the best factory there is, {best.name} ({best.source}), has an error of "
        f"{probability_text(best.p_error(demand.toffoli, demand.t) / gates)} per gate",
        do="allow a larger error budget, split the run into checked parts, or choose a machine of lower physical error",
    )
