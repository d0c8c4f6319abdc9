"""The frontier and the depth limits for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.frontier.frontier import FrontierPoint
from groverattn.frontier.tradeoffs import RowChoices
from groverattn.show.numbers import count_text, time_text
from groverattn.show.tables import simple_table

_ROWS_SHOWN = 24


def frontier_table(result: dict[str, Any]) -> RenderableType:
    """The Pareto set, thinned where it is long, and the least width under each limit of the depth."""
    inputs, points = result["inputs"], result["points"]
    shape = inputs["shape"]
    heading = (
        f"{inputs['name']}: one row, n = {shape['n_keys']:,}, d = {shape['d_head']}, k = {shape['n_marked']}, "
        f"{shape['query_bits']}/{shape['key_bits']} bits; search law {inputs['search_law']}, {inputs['hardware']}"
    )
    shown = thinned(points, _ROWS_SHOWN)
    thin = f", {len(shown)} of {len(points)} shown" if len(shown) < len(points) else ""
    return Group(
        Text(heading),
        "",
        _table(f"Physical qubits against time{thin}", _POINT_COLUMNS, [_point_row(point) for point in shown]),
        "",
        _table(_LIMIT_TITLE, _LIMIT_COLUMNS, map(limit_row, result["depth_limits"])),
        "",
        Text(_LEGEND),
    )  # fmt: skip


_LIMIT_TITLE = "Least width under a limit of the measurement depth"


_POINT_COLUMNS = ("qubits", "time", "access", "score", "S", "factories", "limited by")


_LIMIT_COLUMNS = ("depth up to", "width", "depth", "Toffoli", "all gates", "depth x width", "with")


_LEGEND = (
    "Of the designs that were looked at, those that no other beats. S machines share the keys of the row; the time is "
    "that of one machine on average, and the slowest takes up to twice as long. Several machines: law expected only. "
    "Width: logical qubits of all machines. Depth: measurements that wait for each other, one reaction time each."
)


def thinned(points: list[dict[str, Any]], n_shown: int) -> list[dict[str, Any]]:
    """Return at most so many of the points, evenly spaced, with the first and the last."""
    if len(points) <= n_shown:
        return points
    return [points[round(i * (len(points) - 1) / (n_shown - 1))] for i in range(n_shown)]


def _table(title: str, columns: tuple[str, ...], rows: Any) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0),
        pad_edge=False,
    )  # fmt: skip
    words = ("access", "score", "limited by", "with")
    for column in columns:
        table.add_column(column, justify="left" if column in words else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _point_row(point: dict[str, Any]) -> tuple[str, ...]:
    return (
        count_text(point["qubits"]),
        time_text(point["duration_s"]),
        f" {point['data_access']}",
        point["score_method"],
        count_text(point["n_machines"]),
        f" {count_text(point['n_factories'])}",
        f" {point['limited_by']}",
    )


def limit_row(limit: dict[str, Any]) -> tuple[str, ...]:
    """One limit in words."""
    depth_max = f"2^{limit['depth_max'].bit_length() - 1}"
    if limit["design"] is None:
        return (depth_max, "-", "-", "-", "-", "-", f" none: the least depth is {count_text(limit['least_depth'])}")
    numbers = (count_text(limit[name]) for name in ("width", "depth", "toffoli", "gates", "depth_times_width"))
    return (depth_max, *numbers, f" {limit['design']}")


Numbers = dict[str, tuple[float, Callable[[float], str]]]


def tradeoffs_table(start: RowChoices, chosen: RowChoices) -> RenderableType:
    """Price both and return what each takes, with the factor between them and the GPU below.

    Raises:
        InputError: either cannot be run.
    """
    before, after = _numbers(start), _numbers(chosen)
    rows = [
        (name, text(before[name][0]), text(number), f"{number / before[name][0]:.3g}")
        for name, (number, text) in after.items()
    ]
    point = chosen.price()
    shape = chosen.request.shape
    title = f"One row, n = {shape.n_keys:,}, k = {shape.n_marked:,}, {shape.key_bits} bits, {point.design.name}"
    return simple_table(f"{title}; {chosen.request.hardware}", ["", "start", "as chosen", "factor"], rows)


def _numbers(row: RowChoices) -> Numbers:
    point, slowest = row.price(), max(line.time_s_per_row for line in row.request.classical())
    return _of_point(point) | {
        "slowest GPU line": (slowest, time_text),
        "quantum over GPU": (point.duration_s / slowest, count_text),
    }


def _of_point(point: FrontierPoint) -> Numbers:
    design, physical = point.design, point.physical
    return {
        "Toffolis, all machines": (design.toffoli, count_text),
        "reactions one after the other": (design.depth, count_text),
        "logical qubits, all machines": (design.width, count_text),
        "code distance": (physical.code_distance, count_text),
        "factories of a machine": (physical.n_factories, count_text),
        "physical qubits, all machines": (point.qubits, count_text),
        "time": (point.duration_s, time_text),
    }
