"""The best design of a row: of all that a request leaves open, the one with the least of its objective."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

import attrs

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.phases import of_load, of_score
from groverattn.costs.schedule import Cycle, Schedule, total
from groverattn.errors import InputError
from groverattn.physical.machines.hardware import Hardware, hardware
from groverattn.physical.surface_code import least_merit
from groverattn.row.designs import Load, loads
from groverattn.row.price import RowPrice, RowPricing
from groverattn.row.request import RowRequest
from groverattn.row.search import RowSearch


@functools.lru_cache(maxsize=1024)
def best_row(request: RowRequest) -> RowPrice:
    """Return the price of a request by the best design of those that it leaves open.

    Branch and bound: the loads of the key in the order of what they cost at least, and of each all scores, unloads and
    copies of shared controls.

    Raises:
        InputError: no design can be run within the error budget, or what is fixed does not go together.

    >>> price = best_row(RowRequest.of(preset="gpt2"))
    >>> price.request.design.is_open
    False
    """
    best: RowPrice | None = None
    refused: list[InputError] = []
    machine = hardware(request.hardware)  # once: it may be a file
    bounded = [(_least(request, load, machine, refused), load) for load in loads(request)]
    for least, load in sorted(bounded, key=lambda pair: pair[0]):
        if best is not None and least > best.merit(request.optimise)[0] * (1 + 1e-9):
            break
        for chosen in load.fixed(request):
            try:
                price = RowPricing.of(chosen).best_below(math.inf if best is None else best.merit(request.optimise)[0])
            except InputError as error:
                refused.append(error)
                continue
            if price and (best is None or price.merit(request.optimise) < best.merit(request.optimise)):
                best = price
    if best is None:
        raise refused[0] if refused else _nothing_to_choose(request)
    return best


def chosen(request: RowRequest) -> RowRequest:
    """Return the request with what it leaves open chosen.

    >>> chosen(RowRequest.of(preset="toy", data_access="qrom")).design.n_machines
    1
    """
    return best_row(request).request


def _least(request: RowRequest, load: Load, machine: Hardware, refused: list[InputError]) -> float:
    """What a design with this load costs at least: loads and scores alone, at the least number of iterates."""
    first = next(load.fixed(request))
    try:
        search = RowSearch.of(first)
        iterates = search.iterates_at_least
        iterate = search.iterate()
    except InputError as error:
        refused.append(error)
        return math.inf
    phases = (*of_load(iterate.oracle), *of_score(iterate.oracle))
    schedule: Schedule = (Cycle(iterates / load.n_machines, phases),)
    toffoli = total(schedule, "toffoli")
    if request.optimise == "toffoli":
        return toffoli * load.n_machines
    counts = LogicalCounts(round(toffoli), 0, 0, 0, round(toffoli), iterate.oracle.lookup.peak_qubits, round(toffoli))
    least = least_merit(counts, schedule, machine, request.optimise)
    return least * (1 if request.optimise == "time" else load.n_machines)


def _nothing_to_choose(request: RowRequest) -> InputError:
    design = request.design
    return InputError(
        given=f"{design.n_machines or 1} machines, {design.n_parts or 1} parts, n_searched = {design.n_searched}",
        allowed="machines and parts that divide the keys that are searched, a part of 4 keys or more",
        why="the keys are dealt in equal parts",
        do="leave one of them out",
    )
