"""The crossover of a model as tables: from where each data access is faster, and what it would take today."""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

from groverattn.classical.lines import ClassicalLine
from groverattn.costs.crossover import Crossover
from groverattn.crossover.break_even import BreakEven, Need
from groverattn.crossover.crossover import BreakEvenPoint, CrossoverResult
from groverattn.row.reading import Reading, Readings
from groverattn.row.readings import WATTS_PER_GPU, WATTS_PER_QUBIT
from groverattn.row.sentences import about_text, growth_of_k, heading, ratio_text, reading_sentence, shared_reasons
from groverattn.row.time import one_key
from groverattn.row.verdict import ASSUMED
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Points, Table, table_of
from groverattn.show.numbers import (
    EMPTY,
    Cell,
    duration,
    number_text,
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
    blocks: list[Block] = [Paragraph(heading(one_key(result.request)))]
    blocks += [
        *map(Paragraph, about_text(result.request)),
        readings_table(result.readings),
    ]
    blocks += [readings_points(result.readings), crossings_table(result), *_reasons(result)]
    if len(result.verdicts) == 1:
        ((name, points),) = result.points.items()
        blocks += [needs_table(name, point) for point in points]
    else:
        blocks += [
            _side_by_side(dict(zip(result.points, at, strict=True))) for at in zip(*result.points.values(), strict=True)
        ]
    return *blocks, Paragraph(_LEGEND.format(marked=_sentence(growth_of_k(result.request))))


_LEGEND = (
    "Quantum times are lower bounds: reactions one after the other, calls of an outside memory, and the control "
    "computer's reading of the keys for every measured unload; gates, factories and Clifford traffic cost no time. "
    "GPU: slowest and fastest of the lines of `groverattn estimate`: the slowest selects the k largest of one row "
    "alone, the fastest computes a whole row of a prefill and selects nothing. {marked} *: would do only if "
    "nothing else took time."
)


_TITLES = {"one_machine": "one machine", "same_width": "same width", "equal_hardware": "equal hardware"}


def readings_table(readings: Readings) -> Table:
    """One column per reading: the ratio at the row's own n and at the largest, from which n it passes, the growth."""
    found = readings.by_name
    largest = power_text(next(iter(found.values())).slowest.n_max)
    rows: tuple[tuple[str, Callable[[Reading], Cell]], ...] = (
        ("time / slowest line's, here", _ratio_here),
        (f"time / slowest line's, {largest}", lambda each: _ratio(each.slowest.ratio_at_n_max)),
        ("passes the slowest line from", lambda each: _passes_from(each, each.slowest)),
        ("passes the fastest line from", lambda each: _passes_from(each, each.fastest)),
        ("quantum time grows like", lambda each: _power(each.slowest.quantum_exponent)),
        ("GPU or scan time grows like", lambda each: _power(each.slowest.classical_exponent)),
    )
    columns = (Column("reading"), *(Column(_TITLES[name], IN_CELL) for name in found))
    cells = tuple((words(label), *map(cell, found.values())) for label, cell in rows)
    caption = "Lower bounds of the best circuit beside the GPU lines, in three readings"
    return Table(caption, columns, cells, notes=(_CELLS,), row_quantities=("crossover",) * len(rows))


_CELLS = (
    "Extrapolated: by the powers of n at the largest n compared. Never: the argument is below. The qubits of equal "
    "hardware, and so its scan, depend on the design."
)


def readings_points(readings: Readings) -> Points:
    """What each reading compares, and why it ends as it does."""
    return Points(
        tuple(
            f"{_TITLES[name]}: {each.assumes}. {_sentence(each.why)}{_argued(each)}"
            for name, each in readings.by_name.items()
        )
        + (_power_text(readings),),
        ("crossover",),
    )


def _argued(reading: Reading) -> str:
    return f" Never: {reading.never}." if reading.never_passes(reading.slowest) else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _power_text(readings: Readings) -> str:
    points = readings.by_name["equal_hardware"].points
    energy = points[0].design["energy_ratio"] if points else math.nan
    return (
        f"power: at {WATTS_PER_QUBIT:g} W a physical qubit, the least that a vendor of controllers has measured, and "
        f"{WATTS_PER_GPU:g} W a GPU that row takes {number_text(energy)} times the energy of the slowest line; no "
        "price of a qubit was found"
    )


def _ratio_here(reading: Reading) -> Cell:
    return _ratio(reading.points[0].quantum_s / reading.points[0].slowest_s if reading.points else math.inf)


def _ratio(ratio: float) -> Cell:
    return Cell(f"{number_text(ratio)} x", ratio) if math.isfinite(ratio) else words("cannot run")


def _passes_from(reading: Reading, line: Crossover) -> Cell:
    if line.n_keys is not None:
        return Cell(f"n = {number_text(line.n_keys)}", line.n_keys)
    if not math.isfinite(line.ratio_at_n_max):
        return words("cannot run")
    if reading.never_passes(line):
        return words("never")
    log2_n = line.log2_extrapolated
    return words("unknown" if log2_n is None else f"n = 2^{log2_n:.0f}, extrapolated")


def _power(power: float) -> Cell:
    return Cell(f"n^{power:.2f}", power) if math.isfinite(power) else words("unknown")


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
                _crossing(reading, line)
                for reading in (verdict.full, verdict.optimistic)
                for line in (reading.slowest, reading.fastest)
            ),
        )
        for name, verdict in result.verdicts.items()
    )
    largest = next(iter(result.verdicts.values())).slowest.n_max
    caption = (
        "One machine by each data access: from how many keys on it is faster, or the ratio at n = "
        f"{power_text(largest)}"
    )
    note = (
        "n = ...: faster from there on; otherwise the ratio, and after a semicolon the n at which the powers of n, "
        "extrapolated, bring it to 1. "
        "Free control: with a measured unload, and a control computer that reads the keys in no time. A load applied a "
        "second time in place of that unload takes one reaction more or less, and reads nothing either."
    )
    return Table(caption, columns, rows, notes=(note,))


def _crossing(reading: Reading, line: Crossover) -> Cell:
    value = line.ratio_at_n_max if line.n_keys is None else line.n_keys
    return Cell(ratio_text(reading, line), value if math.isfinite(value) else None)


_OF_A_MEASURED_UNLOAD = (
    "Each data access below unloads by measurement, for which the control computer reads the table; the best circuit "
    "of one machine may load a second time in place of that, and reads nothing."
)


def why_points(result: CrossoverResult) -> Points:
    """Why, for those accesses that have a reason in common."""
    reasons = shared_reasons({name: verdict.why for name, verdict in result.verdicts.items()})
    unloads = {verdict.request.design.unload for verdict in result.verdicts.values()}
    of = (_OF_A_MEASURED_UNLOAD,) if "measured" in unloads else ()
    return Points((*of, *reasons), ("crossover",))


def _reasons(result: CrossoverResult) -> list[Block]:
    """Why, for each access; of a single one both readings."""
    if len(result.verdicts) > 1:
        return [why_points(result)]
    ((name, verdict),) = result.verdicts.items()
    reason, optimistic = verdict.reason, reading_sentence(verdict.optimistic)
    full = Paragraph(f"{name}: {reason}.")
    return [full] if optimistic == reason else [full, Paragraph(f"With {ASSUMED}: {optimistic}.")]


def needs_table(name: str, point: BreakEvenPoint) -> Table:
    """Every quantity of one access at one number of keys, against both lines, with the notes of the slowest."""
    slowest, fastest = _needs(point, point.slowest), _needs(point, point.fastest)
    return table_of(
        f"`{name}` at {_against(point)}",
        zip(slowest.values(), fastest.values(), strict=True),
        (Column("quantity"), lambda ab: words(ab[0].quantity)),
        (Column("now", IN_CELL, "break_even"), lambda ab: _value(ab[0].now, ab[0].unit)),
        (Column("for the slowest line", IN_CELL, "break_even", short="slowest line"), lambda ab: _asked(ab[0])),
        (Column("better by", "times", "break_even", short="x"), lambda ab: _factor(ab[0])),
        (Column("for the fastest line", IN_CELL, "break_even", short="fastest line"), lambda ab: _asked(ab[1])),
        (Column("better by", "times", "break_even", short="x"), lambda ab: _factor(ab[1])),
        (Column("note, slowest line", aside=True), lambda ab: words(ab[0].note)),
    )


def _side_by_side(points: dict[str, BreakEvenPoint]) -> Table:
    """One line per access at one number of keys, against the slowest line; the last column against the fastest."""
    note = (
        "Time of an iterate now, and what is needed against the slowest line: time of an iterate, reaction time, magic "
        "states per second. x: how many times too slow an iterate is. With one --data-access, every quantity is shown."
    )
    found = [(name, _needs(each, each.slowest), _needs(each, each.fastest)) for name, each in points.items()]
    return table_of(
        f"To break even at {_against(next(iter(points.values())))}",
        found,
        (Column("access"), lambda each: words(each[0])),
        (Column("iterate", IN_CELL), lambda each: _value(each[1]["time per iterate"].now, "s")),
        (Column("needed", IN_CELL), lambda each: _asked(each[1]["time per iterate"])),
        (Column("reaction", IN_CELL), lambda each: _asked(each[1]["reaction time"])),
        (Column("states/s", IN_CELL), lambda each: _asked(attrs.evolve(each[1]["magic states per second"], unit=""))),
        (Column("x slowest", "times"), lambda each: _factor(each[1]["time per iterate"])),
        (Column("x fastest", "times"), lambda each: _factor(each[2]["time per iterate"])),
        notes=[note],
    )


def _needs(point: BreakEvenPoint, line: ClassicalLine) -> dict[str, Need]:
    needs = BreakEven(point.row, line.time_s_per_row, point.supply).needs()
    return {need.quantity: need for need in needs}


def _against(point: BreakEvenPoint) -> str:
    slowest, fastest = (f"{line.words}, {time_text(line.time_s_per_row)}" for line in (point.slowest, point.fastest))
    return f"n = {point.n_keys:,} against {slowest}, and {fastest}"


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
