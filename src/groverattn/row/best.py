"""The best design of a row: of all that a request leaves open, the one with the least of its objective."""

from __future__ import annotations

import contextlib
import functools
import heapq
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
from groverattn.physical.machines.hardware import HARDWARE, Hardware, hardware
from groverattn.physical.qdk_machine import QdkMachine
from groverattn.physical.surface_code import least_merit
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.row.circuit import score_of
from groverattn.row.designs import N_COPIES, Load, loads, nothing_to_choose, replaced
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import LARGEST_SHARE, RowSearch

# Once so many designs, in the order of their least cost, are beyond any machine, the rest is left: our choice.
_OUT_OF_REACH_MAX = 60
# A search that may miss a key less often takes more iterates, or fewer by at most a quarter of a per cent (see test).
_ANY_BUDGET, _OF_ANY_BUDGET = 0.999, 0.99


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
        iterates: of the row, as many as it takes at least; infinite if its law is refused.
    """

    place: tuple[int, ...]
    open: Load | dict[int, RowRequest] | RowPricing
    bound: Bound | None
    iterates: float

    def queued(self, machine: Hardware, objective: str) -> _Queued:
        """Return it in its order: after what it has at least of the objective, and its place."""
        least = math.inf
        with contextlib.suppress(InputError):  # what is wrong is said where a design is priced
            if self.bound and math.isfinite(self.iterates):
                least = self.bound.least(machine, objective, self.iterates)
        return least, self.place, self


_Queued = tuple[float, tuple[int, ...], _Entry]


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
    queue: list[_Queued] = attrs.field(factory=list)
    winner: RowPrice | None = None
    iterates: dict[tuple[SearchPlan, int], float] = attrs.field(factory=dict)
    refused: dict[int, InputError] = attrs.field(factory=dict)
    beyond: list[InputError] = attrs.field(factory=list)

    def best(self) -> RowPrice:
        """Return the row by the best design."""
        self.queue = list(_first(_circuits_of(self.request), self.machine))
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
            refused = [self.refused[place] for place in sorted(self.refused)]
            raise _of_k_law(refused[0], self.request) if refused else nothing_to_choose(self.request)
        return self.winner

    def _enter(self, entry: _Entry) -> None:
        heapq.heappush(self.queue, entry.queued(self.machine, self.request.optimise))

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
        return self.iterates.get(key) or _iterates_within(search, self.request.error_budget)

    def _enter_groups(self, entry: _Entry, load: Load) -> None:
        """Enter the designs that differ in the unload alone together: the gates of load and score are alike."""
        for group, bound in _groups(_circuits_of(self.request), load):
            self._enter(_Entry((*entry.place, min(group)), group, bound, entry.iterates))

    def _enter_designs(self, entry: _Entry, group: dict[int, RowRequest]) -> None:
        own = {name: getattr(self.request, name) for name in ("hardware", "error_budget")}
        for i, chosen in group.items():
            try:
                pricing = RowPricing.of(replaced(chosen, **own))
                self._enter(_Entry((entry.place[0], i), pricing, _bound(chosen), entry.iterates))
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


def _circuits_of(request: RowRequest) -> RowRequest:
    """The request without what no circuit depends on: its machine, and its error budget if no score passes by it."""
    by_formula = (request.design.method, request.design.first_score) == ("unknown", "exact")
    return replaced(
        request, hardware=next(iter(HARDWARE)), error_budget=_ANY_BUDGET if by_formula else request.error_budget
    )


@functools.lru_cache(maxsize=64)
def _first(circuits: RowRequest, machine: Hardware) -> list[_Queued]:
    """The loads in their order, by iterates of any error budget: points of a sweep share them."""
    entries = []
    for at, (load, bound) in enumerate(_bounded_loads(circuits)):
        iterates = _iterates_within(bound.search, circuits.error_budget) if bound else 0.0
        entry = _Entry((at,), load, bound, _OF_ANY_BUDGET * iterates)
        entries.append(entry.queued(machine, circuits.optimise))
    return sorted(entries)


@functools.lru_cache(maxsize=64)
def _bounded_loads(circuits: RowRequest) -> list[tuple[Load, Bound | None]]:
    """The loads that are open, with what every design with one has; None if all are refused."""
    found, scores = [], list[KeyScore]()
    for load in loads(circuits):
        designs = list(load.fixed(circuits))
        scores = scores or list(dict.fromkeys(map(score_of, designs)))
        found.append((load, Bound.of_any(designs[:N_COPIES], scores)))
    return found


@functools.lru_cache(maxsize=1024)
def _groups(circuits: RowRequest, load: Load) -> list[tuple[dict[int, RowRequest], Bound | None]]:
    """Designs with a load that differ in the unload alone, by their places: the gates of load and score are alike."""
    alike: dict[tuple[Any, ...], dict[int, RowRequest]] = {}
    for i, chosen in enumerate(load.fixed(circuits)):
        design = chosen.design
        alike.setdefault((design.score_method, design.control_copies), {})[i] = chosen
    found = []
    for group in alike.values():
        first = group[min(group)]
        found.append((group, Bound.of_any([first], [score_of(first)])))
    return found


@functools.lru_cache(maxsize=4096)
def _bound(chosen: RowRequest) -> Bound:
    """What a design has to run."""
    search = RowSearch.of(chosen)
    iterate = search.iterate()
    return Bound(search, phases_of(iterate), iterate.peak_qubits)


def _iterates_within(search: RowSearch, error_budget: float) -> float:
    """Iterates that the row takes at least with its share of the error budget; infinite if its law is refused."""
    try:
        return search.iterates_within(LARGEST_SHARE * error_budget)
    except InputError:
        return math.inf


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
    def of_any(cls, designs: Sequence[RowRequest], scores: Sequence[KeyScore]) -> Bound | None:
        """Return of each number the least, over designs that differ in the copies of controls, and any of the scores.

        Qubits are those before the unload, so that any unload will do. None if the designs are refused.
        """
        with contextlib.suppress(InputError):  # what is wrong is said where a design is priced
            searches = [RowSearch.of(end) for end in _ends(designs)]
            oracles = [attrs.evolve(searches[0].oracle, score=score) for score in scores]
            loaded = functools.reduce(_least_phases, (of_load(search.oracle) for search in searches))
            scored = functools.reduce(_least_phases, map(of_score, oracles))
            qubits = min(reading(oracle, "loaded_qubits") for oracle in oracles)
            return cls(searches[0], (*loaded, *scored), qubits, any_other=True)
        return None

    def least(self, machine: Hardware, objective: str, iterates: float) -> float:
        """Return what every machine that runs it has at least of an objective; rotations are left out.

        Args:
            machine, objective: see `physical_estimate`.
            iterates: that the row takes at least.
        """
        n_machines = self.search.request.design.n_machines or 1
        schedule: Schedule = (Cycle(iterates / n_machines, self.phases),)
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
