"""The crossover of a model for the terminal; it reads the JSON object and computes nothing."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.show.numbers import count_text, time_text

Json = dict[str, Any]

_SHORTEST_S = 1e-13  # below, a tenth of a picosecond, powers of ten are easier to read


def crossover_table(result: Json) -> RenderableType:
    """From which n each access is faster and why; then what would be needed at each n that was asked for."""
    inputs, accesses = result["inputs"], result["accesses"]
    shape = inputs["shape"]
    heading = (
        f"{inputs['name']}: d = {shape['d_head']}, k = {shape['n_marked']}, {shape['query_bits']}/{shape['key_bits']} "
        f"bits; search law {inputs['search_law']}, {inputs['hardware']}"
    )
    n_points = len(next(iter(accesses.values()))["break_even"])
    detail = _needs_table if len(accesses) == 1 else _side_by_side
    tables = [part for i in range(n_points) for part in ("", detail(accesses, i))]
    return Group(Text(heading), "", _crossings(accesses), "", Text(_reasons(accesses)), *tables, "", Text(_LEGEND))


_LEGEND = (
    "Quantum times are lower bounds: reactions one after the other, calls of an outside memory, and the control "
    "computer's reading of the key table for every unload; gates, factories and Clifford traffic cost no time. GPU: "
    "slowest and fastest of the lines of `groverattn estimate`. The number of marked keys stays as n grows."
)


def _crossings(accesses: Json) -> Table:
    """One line per access: from which n it passes the slowest and the fastest line, in both readings."""
    largest = next(iter(accesses.values()))["crossover"]["n_max"].bit_length() - 1
    table = _table(
        f"Keys from which the search is faster, at the earliest; none: up to n = 2^{largest}, where it is so many "
        "times slower; free: with "
        "a control computer that reads at once"
    )
    for name in ("access", "slowest line", "fastest line", "slowest, free", "fastest, free"):
        table.add_column(name, justify="left" if name == "access" else "right", overflow="fold")
    for name, access in accesses.items():
        full = access["crossover"]
        readings = (full, full["optimistic"])
        lines = ("_slowest_line", "")
        table.add_row(name, *(_keys_text(reading, line) for reading in readings for line in lines))
    return table


def _keys_text(reading: Json, line: str) -> str:
    n_keys = reading[f"n_keys{line}"]
    if n_keys is not None:
        return f"n = {count_text(n_keys)}"
    ratio = reading["ratio_at_n_max" if line else "ratio_at_n_max_fastest_line"]
    return "never" if ratio is None else f"none {count_text(ratio)}"


def _reasons(accesses: Json) -> str:
    """Why, for each access; both readings where there is only one access."""
    if len(accesses) > 1:
        names: dict[str, list[str]] = {}
        for name, access in accesses.items():
            names.setdefault(access["crossover"]["why"], []).append(name)
        return "\n".join(f"{', '.join(of)}: {why}." for why, of in names.items())
    ((name, access),) = accesses.items()
    full, optimistic = access["crossover"], access["crossover"]["optimistic"]
    text = f"{name}: {full['reason']}."
    if optimistic["reason"] == full["reason"]:
        return text
    return f"{text}\n\nWith {optimistic['assumes']}: {optimistic['reason']}."


def _side_by_side(accesses: Json, i: int) -> Table:
    """One line per access at one number of keys, against the slowest line; the last column against the fastest."""
    points = {name: access["break_even"][i] for name, access in accesses.items()}
    table = _table(_title(next(iter(points.values()))))
    for column in ("access", "iterate", "needed", "reaction", "states/s", "x slowest", "x fastest"):
        table.add_column(column, justify="left" if column == "access" else "right", overflow="fold")
    for name, point in points.items():
        needs = {need["quantity"]: need for need in point["against"]["slowest"]["needs"]}
        iterate = needs["time per iterate"]
        row = [_value_text(iterate[key], "s") for key in ("now", "needed")]
        row += [_asked_text(needs[quantity]) for quantity in ("reaction time", "magic states per second")]
        row += [_factor_text(point["against"][line]["needs"][0]) for line in ("slowest", "fastest")]
        table.add_row(name, *row)
    table.caption = (
        "Time of an iterate now, and what is needed against the slowest line: time of an iterate, reaction time, magic "
        "states per second. x: how many times too slow an iterate is. *: would do only if nothing else took time. With "
        "one --data-access, every quantity is shown."
    )
    return table


def _needs_table(accesses: Json, i: int) -> RenderableType:
    """Every quantity of one access at one number of keys, against both lines, with the notes below."""
    ((_, access),) = accesses.items()
    point = access["break_even"][i]
    slowest, fastest = (point["against"][name]["needs"] for name in ("slowest", "fastest"))
    table = _table(_title(point))
    for column in ("", "now", "slowest line", "x", "fastest line", "x"):
        table.add_column(column, justify="right" if column else "left")
    for a, b in zip(slowest, fastest, strict=True):
        row = [_value_text(a["now"], a["unit"]), _asked_text(a), _factor_text(a), _asked_text(b), _factor_text(b)]
        table.add_row(a["quantity"] + (", bit/s" if a["unit"] == "bit/s" else ""), *row)
    table.caption = "*: would do only if nothing else took time."
    notes = "\n".join(f"{need['quantity']}: {need['note']}." for need in slowest if need["note"])
    return Group(table, "", Text(f"Against the slowest line:\n{notes}"))


def _title(point: Json) -> str:
    lines = (point["against"][name] for name in ("slowest", "fastest"))
    gpu = " and ".join(f"{line['line']} {time_text(line['time_s'])}" for line in lines)
    return f"To break even at n = {point['n_keys']:,}, with {gpu} a row"


def _asked_text(need: Json) -> str:
    if need["needed"] is not None:
        return _value_text(need["needed"], need["unit"])
    at_best = need["needed_if_nothing_else_took_time"]
    return "none" if at_best is None else f"{_value_text(at_best, need['unit'])} *"


def _factor_text(need: Json) -> str:
    return "" if need["factor"] is None else count_text(need["factor"])


def _value_text(value: float | None, unit: str) -> str:
    if value is None:
        return "?"
    if unit == "s":
        return time_text(value) if value >= _SHORTEST_S else f"{value:.1e} s"
    return f"{value:.3g}" if abs(value) < 1 else count_text(value)


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        caption_style="",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
