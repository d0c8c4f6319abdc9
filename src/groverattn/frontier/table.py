"""The frontier, the depth limits and the trade-offs of a row as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from groverattn.classical.lines import slowest_of
from groverattn.frontier.designs import DepthLimit
from groverattn.frontier.frontier import Frontier, FrontierPoint
from groverattn.frontier.keys_per_query import BlockRows
from groverattn.frontier.tradeoffs import Change, RowChoices, TradeOffs
from groverattn.physical.table import not_in_the_price, set_by_text
from groverattn.row.price import RowPrice
from groverattn.row.sentences import about_text, heading
from groverattn.show.document import IN_CELL, Block, Column, Paragraph, Table, table_of
from groverattn.show.numbers import (
    EMPTY,
    Cell,
    count,
    duration,
    power_text,
    rounded,
    told_apart,
    words,
)
from groverattn.show.result import blocks_of, main_table_of

_POINTS_SHOWN = 24


@blocks_of.register
def _(result: Frontier) -> tuple[Block, ...]:
    return (
        Paragraph(heading(result.request)),
        *map(Paragraph, about_text(result.request)),
        points_table(result, _POINTS_SHOWN, {"estimate": result.best}).without("machines"),
        Paragraph(
            "`estimate`: the design of groverattn estimate with the same inputs. All designs: `--format json`, or "
            "`to_frame()` in Python."
        ),
        limits_table(result.limits),
    )


@main_table_of.register
def _(result: Frontier) -> Table:
    return points_table(result, len(result.points))


def points_table(result: Frontier, n_shown: int, named: Mapping[str, RowPrice] | None = None) -> Table:
    """The Pareto set, thinned where it is long; rows that have a name are all there, with it, even if beaten."""
    names = {_place(each): name for name, each in (named or {}).items()}
    marked = [FrontierPoint.of(each) for each in (named or {}).values()]
    places = {_place(point) for point in thinned(result.points, n_shown)} | names.keys()
    shown = [point for point in result.points if _place(point) in places]
    beaten = [point for point in marked if _place(point) not in map(_place, shown)]
    thin = f" ({len(shown)} of {len(result.points)})" if len(shown) < len(result.points) else ""
    others = ", and others with a name" if beaten else ""
    also = [f"`{names[_place(point)]}` is listed although another design beats it." for point in beaten]

    rows = sorted([*shown, *beaten], key=lambda point: point.qubits)
    qubits = told_apart((point.qubits for point in rows), "count")
    times = told_apart((point.duration_s for point in rows), "time")

    def design(point: FrontierPoint) -> Cell:
        name = names.get(_place(point))
        return words(point.price.design_text if name is None else f"`{name}`: {point.price.design_text}")

    return table_of(
        f"Designs that no other beats in both qubits and time{thin}{others}",
        rows,
        (Column("physical qubits", "qubits", "frontier", short="qubits"), lambda p: qubits[p.qubits]),
        (Column("time of one row", IN_CELL, "frontier", short="time"), lambda p: times[p.duration_s]),
        (Column("machines", "machines", "frontier"), lambda p: count(p.design.n_machines)),
        (
            Column("factories of each", "factories", "frontier", short="factories"),
            lambda p: count(p.physical.n_factories),
        ),
        (Column("wrong answer", "probability", "frontier", short="p wrong"), lambda p: rounded(p.p_failure, 2)),
        (Column("design", short="with"), design),
        (Column("what sets the time", short="set by"), lambda p: words(set_by_text(p.physical))),
        notes=[
            *not_in_the_price(result.points[0].physical),
            *also,
            "Several machines: the time is that of the slowest.",
        ],
    )


def _place(row: FrontierPoint | RowPrice) -> tuple[int, float]:
    """Where a row lies: qubits and seconds."""
    return row.qubits, row.physical.duration_s


@blocks_of.register
def _(result: BlockRows) -> tuple[Block, ...]:
    n_keys = result.request.shape.n_keys
    table = table_of(
        "One row against the keys that a query tests",
        result.rows,
        (Column("keys per query", "keys"), lambda row: count(row.keys_per_query)),
        (Column("iterates", "iterates", "iterates"), lambda row: count(row.iterates)),
        (Column("Toffoli gates", "gates", "toffoli", short="Toffoli"), lambda row: count(row.toffoli)),
        (
            Column("logical qubits", "qubits", "logical_qubits", short="logical"),
            lambda row: count(row.logical_qubits),
        ),
        (Column("keys read", "keys", "checks"), lambda row: count(row.keys_read)),
        (Column("over a scan", "ratio", "checks"), lambda row: rounded(row.keys_read / n_keys)),
        (Column("keys tested in oracles", "keys", "tests", short="tested"), lambda row: count(row.key_tests)),
    )
    return Paragraph(heading(result.request)), table


def thinned(points: Sequence[FrontierPoint], n_shown: int) -> Sequence[FrontierPoint]:
    """Return at most this many of the points, evenly spaced, with the first and the last."""
    if len(points) <= n_shown:
        return points
    return [points[round(i * (len(points) - 1) / (n_shown - 1))] for i in range(n_shown)]


def limits_table(limits: Sequence[DepthLimit]) -> Table:
    """The least width under each limit of the depth."""
    columns = (
        Column("depth up to", "reactions", "depth_limit"),
        Column("logical qubits of all machines", "qubits", "depth_limit", short="width"),
        Column("depth", "reactions", "depth_limit"),
        Column("Toffoli gates", "gates", "depth_limit", short="Toffoli"),
        Column("all gates", "gates", "depth_limit"),
        Column("depth times qubits", "product", "depth_limit", short="depth x width"),
        Column("design", short="with"),
    )
    caption = "The fewest logical qubits that keep a limit of the depth"
    return Table(caption, columns, tuple(map(_limit_row, limits)))


def _limit_row(limit: DepthLimit) -> tuple[Cell, ...]:
    allowed, found = Cell(power_text(limit.depth_max), limit.depth_max), limit.design
    if found is None:
        return (allowed, *[EMPTY] * 5, words(f"none: the least depth of any is {limit.least_depth:,}"))
    numbers = (found.width, found.depth, found.toffoli, found.gates, found.depth_times_width)
    return (allowed, *map(count, numbers), words(found.name))


def _change_table(start: RowChoices, chosen: RowChoices) -> Table:
    """Price both and return what each takes, with the factor between them and the GPU below.

    Raises:
        InputError: either cannot be run.
    """
    before, after = _numbers(start), _numbers(chosen)
    columns = (
        Column("quantity"),
        *(Column(name, IN_CELL) for name in ("start", "as chosen")),
        Column("factor", "ratio"),
    )
    rows = tuple(
        (words(name), old, new, rounded((new.value or 0) / (old.value or 1)))
        for (name, new), old in zip(after.items(), before.values(), strict=True)
    )
    shape = chosen.request.shape
    title = (
        f"One row, n = {shape.n_keys:,}, k = {shape.n_marked:,}, {shape.key_bits} bits, {chosen.price().design.name}"
    )
    return Table(f"{title}; {chosen.request.hardware}", columns, rows)


def _numbers(row: RowChoices) -> dict[str, Cell]:
    point, slowest = row.price(), slowest_of(row.request.classical()).time_s_per_row
    design, physical = point.design, point.physical
    return {
        "Toffolis, all machines": count(design.toffoli),
        "reactions one after the other": count(design.depth),
        "logical qubits, all machines": count(design.width),
        "code distance": count(physical.code_distance),
        "factories of a machine": count(physical.n_factories),
        "physical qubits, all machines": count(point.qubits),
        "time": duration(point.duration_s),
        "slowest GPU line": duration(slowest),
        "quantum over GPU": count(point.duration_s / slowest),
    }


@blocks_of.register
def _(result: Change) -> tuple[Block, ...]:
    return (_change_table(result.before, result.after),)


@blocks_of.register
def _(result: TradeOffs) -> tuple[Block, ...]:
    rows = [(curve, *each) for curve in result.curves for each in zip(curve.values, curve.points, strict=True)]
    return (
        table_of(
            "One row while one choice changes",
            rows,
            (Column("choice"), lambda row: words(row[0].choice.replace("_", " "))),
            (Column("value"), lambda row: words(f"{row[1]:,}" if isinstance(row[1], int) else str(row[1]))),
            (Column("physical qubits", "qubits"), lambda row: count(row[2].qubits)),
            (Column("time of one row", IN_CELL), lambda row: duration(row[2].duration_s)),
        ),
    )
