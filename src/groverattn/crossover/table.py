"""The crossover of a model as tables: from where each data access is faster, and what it would take today."""

from __future__ import annotations

import math

from groverattn.costs.crossover import Crossover
from groverattn.crossover.break_even import BreakEven, Need
from groverattn.crossover.crossover import BreakEvenPoint, CrossoverResult
from groverattn.row.sentences import heading, shared_reasons
from groverattn.row.verdict import ASSUMED
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, Table
from groverattn.show.numbers import (
    EMPTY,
    Cell,
    count_text,
    duration,
    power_text,
    probability,
    rounded,
    time_text,
    words,
)
from groverattn.show.result import blocks_of


@blocks_of.register
def _(result: CrossoverResult) -> tuple[Block, ...]:
    """From which n each access is faster and why; then what would be needed at each n that was asked for."""
    blocks: list[Block] = [Paragraph(heading(result.request)), crossings_table(result), *_reasons(result)]
    if len(result.verdicts) == 1:
        ((name, points),) = result.points.items()
        blocks += [needs_table(name, point) for point in points]
    else:
        blocks += [
            _side_by_side(dict(zip(result.points, at, strict=True))) for at in zip(*result.points.values(), strict=True)
        ]
    return *blocks, Paragraph(_LEGEND)


_LEGEND = (
    "Quantum times are lower bounds: reactions one after the other, calls of an outside memory, and the control "
    "computer's reading of the key table for every unload; gates, factories and Clifford traffic cost no time. GPU: "
    "slowest and fastest of the lines of `groverattn estimate`. The number of marked keys stays as n grows. *: would "
    "do only if nothing else took time."
)


def crossings_table(result: CrossoverResult) -> Table:
    """One line per access: from which n it passes the slowest and the fastest line, in both readings."""
    columns = (
        Column("data access", short="access"),
        Column("slowest GPU line", IN_CELL, "crossover", short="slowest line"),
        Column("fastest GPU line", IN_CELL, "crossover", short="fastest line"),
        Column("slowest, free control", IN_CELL, "crossover", short="slowest, free"),
        Column("fastest, free control", IN_CELL, "crossover", short="fastest, free"),
    )
    rows = tuple(
        (
            words(f"`{name}`"),
            *(
                _crossing(line)
                for reading in (verdict.full, verdict.optimistic)
                for line in (reading.slowest, reading.fastest)
            ),
        )
        for name, verdict in result.verdicts.items()
    )
    largest = next(iter(result.verdicts.values())).slowest.n_max
    caption = (
        "Number of keys from which the search is faster for good, or how many times slower it still is at n = "
        f"{power_text(largest)}"
    )
    return Table(caption, columns, rows)


def _crossing(line: Crossover) -> Cell:
    if line.n_keys is not None:
        return Cell(f"n = {count_text(line.n_keys)}", line.n_keys)
    ratio = line.ratio_at_n_max
    return Cell(f"never: {rounded(ratio, 2).text}", ratio) if math.isfinite(ratio) else words("never")


def why_points(result: CrossoverResult) -> Points:
    """Why, for those accesses that have a reason in common."""
    reasons = shared_reasons({name: verdict.why for name, verdict in result.verdicts.items()})
    return Points(tuple(reasons), ("crossover",))


def _reasons(result: CrossoverResult) -> list[Block]:
    """Why, for each access; of a single one both readings."""
    if len(result.verdicts) > 1:
        return [why_points(result)]
    ((name, verdict),) = result.verdicts.items()
    reason, optimistic = verdict.reason, verdict.optimistic_reason
    full = Paragraph(f"{name}: {reason}.")
    return [full] if optimistic == reason else [full, Paragraph(f"With {ASSUMED}: {optimistic}.")]


def needs_table(name: str, point: BreakEvenPoint) -> Table:
    """Every quantity of one access at one number of keys, against both lines, with the notes of the slowest."""
    columns = (
        Column("quantity"),
        Column("now", IN_CELL, "break_even"),
        Column("for the slowest line", IN_CELL, "break_even", short="slowest line"),
        Column("better by", "times", "break_even", short="x"),
        Column("for the fastest line", IN_CELL, "break_even", short="fastest line"),
        Column("better by", "times", "break_even", short="x"),
        Column("note, slowest line", aside=True),
    )
    slowest, fastest = (_needs(point, line.time_s_per_row) for line in (point.slowest, point.fastest))
    rows = tuple(
        (words(a.quantity), _value(a.now, a.unit), _asked(a), _factor(a), _asked(b), _factor(b), words(a.note))
        for a, b in zip(slowest, fastest, strict=True)
    )
    return Table(f"`{name}` at {_against(point)}", columns, rows)


def _side_by_side(points: dict[str, BreakEvenPoint]) -> Table:
    """One line per access at one number of keys, against the slowest line; the last column against the fastest."""
    columns = (
        Column("access"),
        Column("iterate", IN_CELL),
        Column("needed", IN_CELL),
        Column("reaction", IN_CELL),
        Column("states", IN_CELL),
        Column("x slowest", "times"),
        Column("x fastest", "times"),
    )
    note = (
        "Time of an iterate now, and what is needed against the slowest line: time of an iterate, reaction time, magic "
        "states per second. x: how many times too slow an iterate is. With one --data-access, every quantity is shown."
    )
    rows = tuple((words(name), *_of_access(point)) for name, point in points.items())
    caption = f"To break even at {_against(next(iter(points.values())))}"
    return Table(caption, columns, rows, notes=(note,))


def _of_access(point: BreakEvenPoint) -> list[Cell]:
    slowest, fastest = (_needs(point, line.time_s_per_row) for line in (point.slowest, point.fastest))
    needs = {need.quantity: need for need in slowest}
    iterate = needs["time per iterate"]
    asked = [_asked(needs[quantity]) for quantity in ("reaction time", "magic states per second")]
    return [_value(iterate.now, "s"), _value(iterate.needed, "s"), *asked, _factor(iterate), _factor(fastest[0])]


def _needs(point: BreakEvenPoint, classical_s: float) -> list[Need]:
    return BreakEven(point.row, classical_s, point.supply).needs()


def _against(point: BreakEvenPoint) -> str:
    slowest, fastest = (f"{line.name} ({time_text(line.time_s_per_row)})" for line in (point.slowest, point.fastest))
    return f"n = {point.row.n_keys:,} against {slowest} and {fastest}"


def _value(value: float | None, unit: str) -> Cell:
    if value is None:
        return words("unknown")
    if unit == "s":
        return duration(value)
    if not unit:
        return rounded(value) if value >= 1 else probability(value)
    return Cell(f"{rounded(value).text} {unit.replace('1/s', 'per s')}", value)


def _asked(need: Need) -> Cell:
    if need.asked is None:
        return words("no value")
    cell = _value(need.asked, need.unit)
    return cell if need.needed is not None else Cell(f"{cell.text} *", cell.value)


def _factor(need: Need) -> Cell:
    return EMPTY if need.factor is None else rounded(need.factor)
