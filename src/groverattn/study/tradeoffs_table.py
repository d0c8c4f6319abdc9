"""A row as it is chosen beside the row at the start, for the terminal or a notebook."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import RenderableType

from groverattn.study.frontier import FrontierPoint
from groverattn.study.numbers import count_text, time_text
from groverattn.study.tables import simple_table
from groverattn.study.tradeoffs import RowChoices

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
    title = f"One row, n = {chosen.n_keys:,}, k = {chosen.n_marked:,}, {chosen.bits} bits, {point.design.name}"
    return simple_table(f"{title}; {chosen.hardware}", ["", "start", "as chosen", "factor"], rows)


def _numbers(row: RowChoices) -> Numbers:
    point, slowest = row.price(), max(line.time_s_per_row for line in row.classical())
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
