"""The best design of a row: of all that a request leaves open, the one with the least of its objective."""

from __future__ import annotations

import contextlib
import functools
import heapq
import itertools
import math
from collections.abc import Sequence
from typing import Any

import attrs

from groverattn.bloqs.costed import reading
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.costs.logical import LogicalCounts
from groverattn.costs.phases import of_load, of_score, phases_of
from groverattn.costs.schedule import Cycle, Phase, Schedule, total
from groverattn.errors import InputError, OutOfReachError
from groverattn.physical.estimate import is_less
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.pace import Pace
from groverattn.physical.qdk_machine import QdkMachine
from groverattn.physical.surface_code import least_merit
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.row.circuit import score_of
from groverattn.row.designs import N_COPIES, Load, loads
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch

# Once so many designs, in the order of their least cost, are beyond any machine, the rest is left: our choice.
_OUT_OF_REACH_MAX = 60


def best_row(request: RowRequest) -> RowPrice:
    """Return the price of a request by the best design of those that it leaves open.

    Branch and bound: loads of the key, and designs with each, in the order of what they cost at least. A bound is
    replaced by a closer one when its turn comes, so most designs are never looked at.

    Raises:
        InputError: no design can be run within the error budget, or what is fixed does not go together; it says why the
            first design, which is the simplest one, is refused.

    >>> price = best_row(RowRequest.of(preset="gpt2"))
    >>> price.request.design.is_open
    False
    """
    found = _best_or_refusal(request, hardware(request.hardware))  # the machine may be a file that has changed
    if isinstance(found, InputError):
        raise found.with_traceback(None)
    return found


@functools.lru_cache(maxsize=1024)
def _best_or_refusal(request: RowRequest, machine: Hardware | QdkMachine) -> RowPrice | InputError:
    """What `best_row` returns or raises: that nothing can be run takes longest to find, and is remembered too."""
    try:
        return _as_on_its_like(request, machine) if isinstance(machine, QdkMachine) else _Race(request, machine).best()
    except InputError as error:
        return error


@attrs.frozen(eq=False)
class _Entry:
    """A design, or a load or some of its designs, which stand for all of them.

    Attributes:
        place: of the load among all loads, and then of the design, or the first of them, with it.
        open: the load, some of its designs by their places, or the row by a design.
        bound: what it has to run at least; None if it is refused.
        iterates: of the row, as many as it takes at least; 0: as the bound says.
    """

    place: tuple[int, ...]
    open: Load | dict[int, RowRequest] | RowPricing
    bound: Bound | None
    iterates: float = 0.0


@attrs.define(eq=False)
class _Race:
    """Designs in the order of what they have at least of the objective, from bounds that are made closer one by one.

    Attributes:
        request: what is open is to be chosen.
        machine: what it runs on.
        queue: what is to be looked at, after its bound and its place.
        winner: the best row so far.
        iterates: expected iterates of the row, by search plan and number of keys; computed when the first design with
            that plan reaches the front of the queue.
        refused: why the first design with a load is refused, by the place of the load.
        beyond: refusals of designs that are beyond any machine.
    """

    request: RowRequest
    machine: Hardware
    queue: list[tuple[float, tuple[int, ...], _Entry]] = attrs.field(factory=list)
    winner: RowPrice | None = None
    iterates: dict[tuple[SearchPlan, int], float] = attrs.field(factory=dict)
    refused: dict[int, InputError] = attrs.field(factory=dict)
    beyond: list[InputError] = attrs.field(factory=list)

    def best(self) -> RowPrice:
        """Return the row by the best design."""
        for at, load in enumerate(loads(self.request)):
            self._enter(_Entry((at,), load, self._least(load)))
        impossible = math.inf
        while self.queue:
            least, place, entry = heapq.heappop(self.queue)
            if self.winner and least > _merit(self.winner) * (1 + 1e-9):
                break
            if math.isinf(least):  # no machine runs any that is left; the first of them says why
                impossible = min(impossible, place[0])
                if place[0] > impossible:
                    break
            self._look_at(entry)
        if self.winner is None:
            raise (
                _of_k_law(self.refused[min(self.refused)], self.request)
                if self.refused
                else _nothing_to_choose(self.request)
            )
        return self.winner

    def _enter(self, entry: _Entry) -> None:
        least = math.inf
        with contextlib.suppress(InputError):  # what is wrong is said where a design is priced
            if entry.bound:
                least = entry.bound.least(self.machine, self.request.optimise, entry.iterates)
        heapq.heappush(self.queue, (least, entry.place, entry))

    def _least(self, load: Load) -> Bound | None:
        """What every design with a load has."""
        with contextlib.suppress(InputError):
            return Bound.of_any(list(itertools.islice(load.fixed(self.request), N_COPIES)), self._scores)
        return None

    @functools.cached_property
    def _scores(self) -> list[KeyScore]:
        """The scores that are open."""
        methods = {chosen.design.score_method: chosen for chosen in next(loads(self.request)).fixed(self.request)}
        return [score_of(chosen) for chosen in methods.values()]

    def _look_at(self, entry: _Entry) -> None:
        """Price a design, or enter what is closer to one."""
        iterates = self._iterates(entry)
        if iterates > entry.iterates:
            self._enter(attrs.evolve(entry, iterates=iterates))
        elif isinstance(entry.open, RowPricing):
            self._price(entry.place, entry.open)
        elif isinstance(entry.open, Load):
            self._enter_groups(entry, entry.open)
        else:
            self._enter_designs(entry, entry.open)

    def _iterates(self, entry: _Entry) -> float:
        """Iterates of the row as far as they are known; of a design that is to be priced, they are now."""
        if not entry.bound:
            return 0.0
        search = entry.bound.search
        key = search.plan, search.request.shape.n_keys
        if isinstance(entry.open, RowPricing) and key not in self.iterates:
            self.iterates[key] = entry.open.iterates_at_least
        return self.iterates.get(key, 0.0)

    def _enter_groups(self, entry: _Entry, load: Load) -> None:
        """Enter the designs that differ in the unload alone together: the gates of load and score are alike."""
        alike: dict[tuple[Any, ...], dict[int, RowRequest]] = {}
        for i, chosen in enumerate(load.fixed(self.request)):
            design = chosen.design
            alike.setdefault((design.score_method, design.control_copies), {})[i] = chosen
        for group in alike.values():
            first, bound = min(group), None
            with contextlib.suppress(InputError):
                bound = Bound.of_any([group[first]], [score_of(group[first])])
            self._enter(_Entry((*entry.place, first), group, bound, entry.iterates))

    def _enter_designs(self, entry: _Entry, group: dict[int, RowRequest]) -> None:
        for i, design in group.items():
            try:
                pricing = RowPricing.of(design)
                run = Bound(pricing.search, phases_of(pricing.iterate), pricing.iterate.peak_qubits)
                self._enter(_Entry((entry.place[0], i), pricing, run, entry.iterates))
            except InputError as error:
                self._refuse(entry.place, error)

    def _price(self, place: tuple[int, ...], pricing: RowPricing) -> None:
        objective = self.request.optimise
        try:
            price = pricing.best_below(_merit(self.winner))
        except InputError as error:
            self._refuse(place, error)
        else:
            if price and (self.winner is None or is_less(price.merit(objective), self.winner.merit(objective))):
                self.winner = price

    def _refuse(self, place: tuple[int, ...], error: InputError) -> None:
        self.refused.setdefault(place[0], error)
        self.beyond += [error] if isinstance(error, OutOfReachError) else []
        if self.winner is None and len(self.beyond) > _OUT_OF_REACH_MAX:
            raise self.beyond[0]


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


def chosen(request: RowRequest) -> RowRequest:
    """Return the request with what it leaves open chosen.

    >>> chosen(RowRequest.of(preset="toy", data_access="qrom")).design.n_machines
    1
    """
    return best_row(request).request


@attrs.frozen
class Bound:
    """Part of what a row has to run, at the least number of iterates, and the qubits that this takes.

    Attributes:
        search: how the row is searched.
        phases: of an iterate, those that are looked at.
        logical_qubits: that they take.
        any_other: whether parts that are not looked at may take more qubits than that.
    """

    search: RowSearch
    phases: tuple[Phase, ...]
    logical_qubits: int
    any_other: bool = False

    @classmethod
    def of(cls, search: RowSearch) -> Bound:
        """Return loads and scores of a search alone."""
        iterate = search.iterate()
        return cls(search, (*of_load(iterate.oracle), *of_score(iterate.oracle)), iterate.peak_qubits)

    @classmethod
    def of_any(cls, designs: Sequence[RowRequest], scores: Sequence[KeyScore]) -> Bound:
        """Return of each number the least, over designs that differ in the copies of controls, and any of the scores.

        Qubits are those before the unload, so that any unload will do.
        """
        searches = [RowSearch.of(end) for end in _ends(designs)]
        oracles = [attrs.evolve(searches[0].oracle, score=score) for score in scores]
        loaded = functools.reduce(_least_phases, (of_load(search.oracle) for search in searches))
        scored = functools.reduce(_least_phases, map(of_score, oracles))
        qubits = min(reading(oracle, "loaded_qubits") for oracle in oracles)
        return cls(searches[0], (*loaded, *scored), qubits, any_other=True)

    def merits(self, machine: Hardware, distance: int) -> tuple[float, ...]:
        """Return logical qubits of all machines, cycles that no factory shortens, Toffolis, and reactions of one.

        Of several machines the slowest counts.
        """
        search, shape = self.search, self.search.request.shape
        n_machines, p_miss = search.request.design.n_machines or 1, search.request.error_budget
        of_one = iterates = search.iterates_within(p_miss)
        if n_machines > 1:
            cost = search.plan.cost(search.request.search_law, shape.n_keys, shape.n_marked, p_miss)
            of_one *= search.of_one_machine(cost, p_miss)
        schedule: Schedule = (Cycle(of_one, self.phases),)
        qubits = n_machines * self.logical_qubits
        pace = Pace.of(schedule, machine, machine.data_tiles(self.logical_qubits), t_per_rotation=0)
        gates = iterates / of_one * total(schedule, "toffoli")
        return float(qubits), float(pace.least_cycles(distance)), gates, total(schedule, "reactions")

    def least(self, machine: Hardware, objective: str, iterates: float = 0.0) -> float:
        """Return what every machine that runs it has at least of an objective; rotations are left out.

        Args:
            machine, objective: see `physical_estimate`.
            iterates: that the row takes at least, if more than `iterates_at_least` is known.
        """
        n_machines = self.search.request.design.n_machines or 1
        schedule: Schedule = (Cycle((iterates or self.search.iterates_at_least) / n_machines, self.phases),)
        toffoli = total(schedule, "toffoli")
        if objective == "toffoli":
            return max(n_machines * toffoli - 1, 0.0)  # a price is of whole gates, rounded in two parts
        if self.any_other and objective == "time":
            machine = _delivers_at_once(machine)
        counts = LogicalCounts(round(toffoli), 0, 0, 0, 0, self.logical_qubits, round(toffoli))
        design = self.search.request.design
        least = least_merit(counts, schedule, machine, objective, design.n_factories, design.store)
        return least * (1 if objective == "time" else n_machines)


@functools.lru_cache(maxsize=64)
def _delivers_at_once(machine: Hardware) -> Hardware:
    """The machine with all the lanes it could want: a wider block has more of them, and is faster for it."""
    return attrs.evolve(machine, layout=attrs.evolve(machine.layout, lanes=0))


def _ends(designs: Sequence[RowRequest]) -> list[RowRequest]:
    """The designs with the fewest and the most copies of controls."""
    fewest, most = (end(designs, key=lambda each: each.design.control_copies or 0) for end in (min, max))
    return [fewest] if fewest is most else [fewest, most]


def _least_phases(one: tuple[Phase, ...], other: tuple[Phase, ...]) -> tuple[Phase, ...]:
    return tuple(phase.least(alike) for phase, alike in zip(one, other, strict=True))


def _nothing_to_choose(request: RowRequest) -> InputError:
    design, own = request.design, ("n_machines", "n_parts", "n_searched")
    dealt = {name: getattr(design, name) for name in own if getattr(design, name) is not None}
    sizes = {"n_keys": request.shape.n_keys, "data_access": design.data_access} | dealt
    return InputError(
        given=", ".join(f"{name} = {value}" for name, value in sizes.items()),
        allowed="equal parts that hold all keys; for qroam, 4 keys or more in each",
        why="the keys are dealt in equal parts, and a block of qroam is at most half of one",
        do=f"leave out {' or '.join(dealt)}" if dealt else "choose another data access, for example qrom",
    )
