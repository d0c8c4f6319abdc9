"""Physical qubits, runtime and failure probability of counts on a surface-code machine."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.physical.demand import Demand, check_count
from groverattn.physical.design_search import CODE_DISTANCE_MAX, best_design, code_distances, error_intervals
from groverattn.physical.estimate import PhysicalEstimate
from groverattn.physical.factories import candidate_factories
from groverattn.physical.machines.hardware import Hardware
from groverattn.physical.qdk_machine import QdkMachine, estimate_by_qdk


def physical_estimate(
    counts: LogicalCounts,
    hardware: Hardware,
    error_budget: float,
    *,
    n_factories: int | None = None,
    waiting_s: float = 0.0,
) -> PhysicalEstimate:
    """Return the estimate of least space-time volume, physical qubits times duration, within the error budget.

    Searched are the factory, the number of its copies, the code distance and the T gates per rotation, which splits the
    budget between storage, distillation and synthesis. The duration is the largest of four limits: the factories
    (cycles for all states / copies), the reaction (depth * reaction time, and the control computer's reading), the
    consumption by the data block, and the Clifford traffic (each Clifford gate takes a tile for a time step of d
    cycles: a lower bound if all are carried out). Copies that the other limits leave idle are not bought. Errors are
    added to first order, as in arXiv:1812.01238, and storage is charged for the whole duration. A later family of
    `hardware.factories` is searched only if no earlier one meets the budget. A `QdkMachine` is priced by qdk.qre.

    Args:
        counts: the circuit.
        hardware: the machine.
        error_budget: largest failure probability allowed, above 0 and below 1.
        n_factories: copies of the factory; None searches. Fix it to trade time for qubits.
        waiting_s: time in which the qubits are stored and nothing else happens, seconds.

    Raises:
        InputError: counts or a budget out of range, or a budget that no factory of the machine meets.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> counts = LogicalCounts(10**9, 0, 0, 0, 0, logical_qubits=1000, toffoli_depth=10**8)
    >>> estimate = physical_estimate(counts, hardware("gidney-fowler-2018"), error_budget=0.01)
    >>> estimate.n_factories, estimate.code_distance, estimate.limited_by
    (192, 27, 'factory')
    """
    n_factories = None if n_factories is None else check_count("n_factories", n_factories, least=1)
    if isinstance(hardware, QdkMachine):
        return estimate_by_qdk(counts, hardware, error_budget, n_factories, waiting_s)
    demands = Demand.choices(counts, hardware, error_budget, waiting_s)
    for family in _families(hardware):
        best = best_design(demands, hardware, family, n_factories)
        if best is not None:
            return best
    raise _out_of_reach(demands[-1], hardware)


def _families(hardware: Hardware) -> Iterator[str]:
    """Yield the families of the machine; one to fall back on that has no design for its error rates is left out."""
    for family in hardware.factories:
        try:
            candidate_factories(family, hardware)
        except InputError:
            if family == hardware.factories[0]:
                raise
            continue
        yield family


def _out_of_reach(demand: Demand, hardware: Hardware) -> InputError:
    """Say which error per gate would be needed, and which is the smallest available."""
    gates = demand.toffoli + demand.t
    factories = [factory for family in _families(hardware) for factory in candidate_factories(family, hardware)]
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
        intervals = error_intervals(demand, hardware, demand.least_cycles(last.distance), last.distance)
        return InputError(
            given=f"{demand.exposed_tiles:,.0f} tiles stored for {intervals:.3g} {hardware.error_interval}s on "
            f"{hardware.name}, with {demand.p_left:.3g} of the error budget",
            allowed=f"a logical error below {demand.p_left / (intervals * demand.exposed_tiles):.2g} per tile and "
            f"{hardware.error_interval}",
            why=f"at the largest code distance supported, {last.distance}, it is {last.error_rate:.2g}",
            do="allow a larger error budget, or choose a machine of lower physical error",
        )
    return InputError(
        given=f"{demand.toffoli:.3g} Toffolis and {demand.t:.3g} T gates on {hardware.name}, with {demand.p_left:.3g} "
        "of the error budget for their states and for storage",
        allowed=f"an error below {demand.p_left / gates:.2g} per gate, at a code distance up to {CODE_DISTANCE_MAX}",
        why=f"the best factory there is, {best.name} ({best.source}), has an error of "
        f"{best.p_error(demand.toffoli, demand.t) / gates:.2g} per gate",
        do="allow a larger error budget, split the run into checked parts, or choose a machine of lower physical error",
    )
