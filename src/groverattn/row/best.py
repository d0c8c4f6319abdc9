"""The best design of a row: of all that a request leaves open, the one with the least of its objective."""

from __future__ import annotations

import functools
import math

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.phases import of_load, of_score, phases_of
from groverattn.costs.schedule import Cycle, Phase, Schedule, total
from groverattn.errors import InputError, OutOfReachError
from groverattn.physical.estimate import is_less
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.pace import Pace
from groverattn.physical.qdk_machine import QdkMachine
from groverattn.physical.surface_code import least_merit
from groverattn.row.designs import Load, loads
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch

# Once so many designs, in the order of their least cost, are beyond any machine, the rest is left: our choice.
_OUT_OF_REACH_MAX = 60


@functools.lru_cache(maxsize=1024)
def best_row(request: RowRequest) -> RowPrice:
    """Return the price of a request by the best design of those that it leaves open.

    Branch and bound: the loads of the key in the order of what they cost at least, and of each all scores, unloads and
    copies of shared controls.

    Raises:
        InputError: no design can be run within the error budget, or what is fixed does not go together; it says why the
            first design, which is the simplest one, is refused.

    >>> price = best_row(RowRequest.of(preset="gpt2"))
    >>> price.request.design.is_open
    False
    """
    best: RowPrice | None = None
    refused: dict[int, InputError] = {}
    beyond: list[InputError] = []
    machine = hardware(request.hardware)  # once: it may be a file
    if isinstance(machine, QdkMachine):
        return _as_on_its_like(request, machine)
    bounded = [(_least(load, machine, request), at, load) for at, load in enumerate(loads(request))]
    for least, at, load in sorted(bounded, key=lambda each: each[:2]):
        if best and least > _merit(best) * (1 + 1e-9):
            break
        for design in load.fixed(request):
            try:
                best = _better(best, design, machine)
            except InputError as error:
                refused.setdefault(at, error)
                beyond += [error] if isinstance(error, OutOfReachError) else []
        if math.isinf(least):  # no machine runs any of them
            break
        if best is None and len(beyond) > _OUT_OF_REACH_MAX:
            raise beyond[0]
    if best is None:
        raise _of_k_law(refused[min(refused)], request) if refused else _nothing_to_choose(request)
    return best


def _of_k_law(error: InputError, request: RowRequest) -> InputError:
    """Say of a refused k that came from a law that the law is what does not fit; leave other errors alone."""
    law, given = request.k_from.k_law, error.parts["given"]
    if law is None or not given.startswith("n_marked = "):
        return error
    given = f"k_law = {law} at n_keys = {request.shape.n_keys:,}, where it makes {given.replace('n_marked', 'k')}"
    return InputError(**error.parts | {"given": given, "do": "choose fewer keys, or n_marked in place of the law"})


def _as_on_its_like(request: RowRequest, machine: QdkMachine) -> RowPrice:
    """The row on a machine that has no bounds, by the design that is best on one of ours that is like it."""
    like = best_row(attrs.evolve(request, hardware=machine.like))
    return RowPricing.of(attrs.evolve(like.request, hardware=request.hardware)).best()


def _merit(price: RowPrice | None) -> float:
    return math.inf if price is None else price.merit(price.request.optimise)[0]


def _better(best: RowPrice | None, design: RowRequest, machine: Hardware) -> RowPrice | None:
    """Return the better one of the best row so far and the row of a design."""
    pricing, objective = RowPricing.of(design), design.optimise
    iterate = pricing.iterate
    run = Bound(pricing.search, phases_of(iterate), iterate.peak_qubits)
    if run.least(machine, objective) > _merit(best) * (1 + 1e-9):
        return best
    price = pricing.best_below(_merit(best))
    if price is None or (best and not is_less(price.merit(objective), best.merit(objective))):
        return best
    return price


def chosen(request: RowRequest) -> RowRequest:
    """Return the request with what it leaves open chosen.

    >>> chosen(RowRequest.of(preset="toy", data_access="qrom")).design.n_machines
    1
    """
    return best_row(request).request


def _least(load: Load, machine: Hardware, request: RowRequest) -> float:
    """What every design with a load has at least of the objective: loads and scores alone; infinite where refused."""
    try:
        search = RowSearch.of(next(load.fixed(request)))
        return Bound.of(search, any_score=True).least(machine, request.optimise)
    except InputError:
        return math.inf


@attrs.frozen
class Bound:
    """Part of what a row has to run, at the least number of iterates, and the qubits that this takes.

    Attributes:
        search: how the row is searched.
        phases: of an iterate, those that are looked at.
        logical_qubits: that they take.
    """

    search: RowSearch
    phases: tuple[Phase, ...]
    logical_qubits: int

    @classmethod
    def of(cls, search: RowSearch, *, any_score: bool = False) -> Bound:
        """Return loads and scores of a search alone; on the qubits of the load alone, so that any score will do."""
        iterate = search.iterate()
        oracle = iterate.oracle
        qubits = oracle.lookup.peak_qubits if any_score else iterate.peak_qubits
        return cls(search, (*of_load(oracle), *of_score(oracle)), qubits)

    def merits(self, machine: Hardware, distance: int) -> tuple[float, ...]:
        """Return logical qubits of all machines, cycles that no factory shortens, Toffolis, and reactions of one.

        Of several machines the slowest counts.
        """
        search, shape = self.search, self.search.request.shape
        n_machines, iterates = search.request.design.n_machines or 1, search.iterates_at_least
        of_one = iterates
        if n_machines > 1:
            p_miss = search.request.error_budget
            cost = search.plan.cost(search.request.search_law, shape.n_keys, shape.n_marked, p_miss)
            of_one *= search.of_one_machine(cost, p_miss)
        schedule: Schedule = (Cycle(of_one, self.phases),)
        qubits = n_machines * self.logical_qubits
        pace = Pace.of(schedule, machine, machine.data_tiles(self.logical_qubits), t_per_rotation=0)
        gates = iterates / of_one * total(schedule, "toffoli")
        return float(qubits), float(pace.least_cycles(distance)), gates, total(schedule, "reactions")

    def least(self, machine: Hardware, objective: str) -> float:
        """Return what every machine that runs it has at least of an objective; rotations are left out."""
        n_machines = self.search.request.design.n_machines or 1
        schedule: Schedule = (Cycle(self.search.iterates_at_least / n_machines, self.phases),)
        toffoli = total(schedule, "toffoli")
        if objective == "toffoli":
            return n_machines * toffoli
        counts = LogicalCounts(round(toffoli), 0, 0, 0, 0, self.logical_qubits, round(toffoli))
        return least_merit(counts, schedule, machine, objective) * (1 if objective == "time" else n_machines)


def _nothing_to_choose(request: RowRequest) -> InputError:
    design = request.design
    return InputError(
        given=f"{design.n_machines or 1} machines, {design.n_parts or 1} parts, n_searched = {design.n_searched}",
        allowed="machines and parts that divide the keys that are searched, a part of 4 keys or more",
        why="the keys are dealt in equal parts",
        do="leave one of them out",
    )
