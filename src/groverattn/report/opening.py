"""Page one of a model: four numbers, the verdict, qubits against time, and where qubits, time and errors go."""

from __future__ import annotations

from collections.abc import Iterator

from groverattn.errors import InputError
from groverattn.estimation.estimate import Estimate
from groverattn.estimation.table import reason
from groverattn.frontier.frontier import Frontier
from groverattn.physical.table import LIMIT_WORDS, set_by_text
from groverattn.report.contest import Contest
from groverattn.report.figure import place_svg
from groverattn.report.inputs import marked_source
from groverattn.report.results import BEST, ModelResults
from groverattn.row.designs import design_text
from groverattn.show.document import Block, Figure, Paragraph
from groverattn.show.glance import Bar, Bars, Part, Tile, Tiles
from groverattn.show.numbers import (
    count,
    count_text,
    duration,
    number_text,
    probability_text,
    rounded,
    time_text,
    words,
)

_IN_THE_VERDICT = ("duration", "physical_qubits", "gpu", "ratio", "crossover", "frontier", "choices")


_UNUSED = "not used"
_PHASES = {"unscore": "undo score", "forget": "undo address"}


def front(results: ModelResults) -> tuple[Block, ...]:
    """Return the blocks of page one."""
    verdict = Paragraph(" ".join(Contest.of(results).sentences), _IN_THE_VERDICT, stressed=True)
    blocks: list[Block] = [_tiles(results), verdict]
    blocks += [_place(results)] if isinstance(results.frontier, Frontier) else []
    best = results.designs.get(BEST)
    blocks += [_bars(best)] if best is not None else []
    source = marked_source(results).removeprefix("k is ")
    return (*blocks, Paragraph(f"k = {results.request.shape.n_marked:,}: {source}.", ("inputs",)))


def _tiles(results: ModelResults) -> Tiles:
    slowest, fastest = results.slowest, results.fastest
    gpu = Tile(
        "The same row on a GPU",
        duration(slowest.time_s_per_row),
        f"{slowest.name}, the slowest line; the fastest, {fastest.name}: {time_text(fastest.time_s_per_row)}",
    )
    best = results.own[BEST]
    if isinstance(best, InputError):
        cannot = Tile(f"On {results.machine.name}", words("cannot run"), reason(best))
        return Tiles((cannot, gpu), ("gpu",))
    seconds = best.physical.duration_s
    qubits = Tile("Physical qubits", count(best.row.qubits), f"{design_text(best.request)}; {results.machine.name}")
    bound = f"set by {set_by_text(best.physical)}; wrong with p = {number_text(best.row.p_failure, 2)}"
    time = Tile("Time of one row", duration(seconds), bound)
    return Tiles((qubits, time, gpu, _factor(results, seconds)), ("physical_qubits", "duration", "gpu", "ratio"))


def _factor(results: ModelResults, seconds: float) -> Tile:
    """How many times faster the faster side is; against the fastest GPU line below."""
    slow, fast = results.slowdown(seconds), seconds / results.fastest.time_s_per_row
    if slow >= 1:
        return Tile("GPU faster by a factor of", rounded(slow), f"{rounded(fast).text} against the fastest line")
    other = f"the fastest GPU line is {rounded(fast).text} times as fast"
    if fast < 1:
        other = f"and of {rounded(1 / fast).text} than the fastest"
    return Tile("Quantum faster by a factor of", rounded(1 / slow), f"than the slowest GPU line; {other}")


def _place(results: ModelResults) -> Figure:
    assert isinstance(results.frontier, Frontier)
    wide, values = place_svg(results.frontier, results.designs)
    narrow, _ = place_svg(results.frontier, results.designs, narrow=True)
    caption = (
        "Physical qubits of all machines against the time of one row; both axes are logarithmic. The grey line joins "
        f"the {len(results.frontier.points)} designs that no other beats in both; the band is the range of the GPU "
        "lines."
    )
    return Figure(wide, caption, ("frontier", "gpu"), values=values, narrow=narrow)


def _bars(best: Estimate) -> Bars:
    physical, allowed = best.physical, best.request.error_budget
    machines = best.row.n_machines
    qubits = {
        "data and routing": machines * physical.data_qubits,
        "magic states in store": machines * physical.store_qubits,
        "factories": machines * physical.factory_qubits,
        "memory": best.row.memory.qubits,
    }
    errors = dict(best.row.p_parts)
    errors[_UNUSED] = max(allowed - sum(errors.values()), 0.0)
    bars = (
        Bar(
            f"Physical qubits, {count_text(best.row.qubits)}",
            tuple(_part(name, n, best.row.qubits, count_text(n)) for name, n in qubits.items() if n),
        ),
        Bar(f"Time of one row, {time_text(physical.duration_s)}", tuple(_phases(best))),
        Bar(
            f"Probability of a wrong row, {probability_text(allowed)} allowed",
            tuple(_part(name, p, sum(errors.values()), number_text(p, 2)) for name, p in errors.items() if p),
        ),
    )
    return Bars(bars, ("physical_qubits", "duration", "limits", "p_parts"))


def _part(name: str, amount: float, whole: float, value: str) -> Part:
    return Part(name, amount / whole, value, unused=name == _UNUSED)


def _phases(best: Estimate) -> Iterator[Part]:
    """The phases of the row, one after the other, and what is no phase."""
    physical, whole, left = best.physical, best.physical.duration_s, best.physical.duration_s
    for phase in physical.phases:
        left -= phase.duration_s
        value = f"{time_text(phase.duration_s)}, waits for {LIMIT_WORDS[phase.limited_by]}"
        yield _part(_PHASES.get(phase.name, phase.name), phase.duration_s, whole, value)
    if left > 1e-6 * whole:
        name = "waiting for the memory" if physical.waiting_s else "Clifford gates"
        yield _part(name, left, whole, time_text(left))
