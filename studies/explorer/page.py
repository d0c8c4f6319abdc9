"""The explorer, docs/explorer.html: the grid in one page with sliders, which runs nothing and loads nothing."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from markupsafe import Markup

from groverattn.classical.lines import slowest_of
from groverattn.physical.factories import pareto
from groverattn.physical.table import LIMIT_WORDS
from groverattn.row.request import AUTO
from groverattn.show.html import json_text, policy
from groverattn.show.markdown import bare
from groverattn.show.numbers import count_text, number_text, power_text, probability_text, time_text
from studies.explorer import grid

FILE_NAME = "docs/explorer.html"
SIZE_MAX = 3_000_000
"""Bytes that the page may have: it is sent by mail."""

Row = dict[str, str]
_OF_A_ROW = ("n_keys", "n_marked", "bits", "hardware", "error_budget")
_Gpu = tuple[float, float, str, str]
_COMMAND = ("groverattn estimate", f"--d-head {grid.D_HEAD}", f"--heads {grid.GQA_GROUP} --kv-heads 1")
_ACCESSES = (AUTO, *grid.DATA_ACCESSES)


@attrs.frozen
class Control:
    """What a reader chooses.

    Attributes:
        name: identifier in the page.
        label: its words.
        values: for each value its words and the options of the command line that it stands for.
        start: place of the value that the page opens with.
        slides: whether it is a slider; else a list.
    """

    name: str
    label: str
    values: tuple[tuple[str, str], ...]
    start: int = 0
    slides: bool = True


def controls() -> tuple[Control, ...]:
    """Return the controls, in the order of the page; they open with the sizes of `llama3.1-8b`."""
    keys = [(bare(f"{n:,} = {power_text(n)}"), f"--n-keys {n}") for n in grid.N_KEYS]
    marked = [(f"{k:,}", f"--n-marked {k}") for k in grid.N_MARKED]
    bits = [(str(b), f"--key-bits {b} --query-bits {b}") for b in grid.BITS]
    budgets = [(probability_text(p), f"--error-budget {p}") for p in grid.ERROR_BUDGETS]
    of_a_design = {
        "--data-access": (_ACCESSES, "best: least qubits x time"),
        "--keys-per-query": (grid.KEYS_PER_QUERY, "best"),
    }
    accesses, per_query = (
        [(best, "") if name == AUTO else (name, f"{option} {name}") for name in names]
        for option, (names, best) in of_a_design.items()
    )
    return (
        Control("keys", "Keys n", tuple(keys), grid.N_KEYS.index(131_072)),
        Control("marked", "Wanted, k ≤ n/8", tuple(marked), grid.N_MARKED.index(512)),
        Control("bits", "Bits of a number", tuple(bits), grid.BITS.index(8)),
        Control("per_query", "Keys per query", tuple(per_query)),
        Control("budget", "Error budget", tuple(budgets)),
        Control("access", "Data access", tuple(accesses), slides=False),
        Control("machine", "Machine", tuple((name, f"--machine {name}") for name in grid.HARDWARE), slides=False),
    )


@attrs.define
class _Words:
    """Texts by number, each once."""

    numbers: dict[str, int] = attrs.field(factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def page_data(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the script of the page reads.

    `rows` has for each row of attention:

    - `points`: qubits, seconds, both as text, the factor from and to as text, and the numbers of the texts of the
      design, of what sets its time and of its options;
    - `unbeaten`: points that no other one beats;
    - `cells`: for each data access and number of keys per query a point, or -1 - the number of the text that says why
      there is none.

    Args:
        rows: rows of the grid, as read.
    """
    by_row: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_row[tuple(row[name] for name in _OF_A_ROW)].append(row)
    texts, drawn = _Words(), controls()
    gpus = {places: _gpu(*sizes) for places, sizes in _sizes()}
    places = [dict(zip(map(str, values), itertools.count(), strict=False)) for values in _axes()]
    found = {}
    for key, of_row in by_row.items():
        place = [numbers[value] for numbers, value in zip(places, key, strict=True)]
        found[",".join(map(str, place))] = _row(of_row, gpus[f"{place[0]},{place[1]}"], texts)
    priced = [row for row in rows if row["qubits"]]
    seconds = [float(row["duration_s"]) for row in priced] + [gpu[1] for gpu in gpus.values()]
    return {
        "command": _COMMAND,
        "start": {control.name: control.start for control in drawn},
        "controls": {control.name: control.values for control in drawn},
        "most_marked": [max(k for n, k in _places_of_sizes() if n == keys) for keys in range(len(grid.N_KEYS))],
        "gpu": gpus,
        "decades": {"qubits": _decades([float(row["qubits"]) for row in priced]), "seconds": _decades(seconds)},
        "rows": found,
        "words": list(texts.numbers),
    }


def _axes() -> tuple[Sequence[Any], ...]:
    return grid.N_KEYS, grid.N_MARKED, grid.BITS, grid.HARDWARE, grid.ERROR_BUDGETS


def _sizes() -> Iterator[tuple[str, tuple[int, int]]]:
    """Places of the sizes on the sliders, as the script writes them, and n and k."""
    for n, k in _places_of_sizes():
        yield f"{n},{k}", (grid.N_KEYS[n], grid.N_MARKED[k])


def _places_of_sizes() -> list[tuple[int, int]]:
    asked = dict.fromkeys((inputs["n_keys"], inputs["n_marked"]) for inputs in grid.asked())
    return [(grid.N_KEYS.index(n), grid.N_MARKED.index(k)) for n, k in asked]


def _gpu(n_keys: int, n_marked: int) -> _Gpu:
    """Seconds of the slowest and of the fastest GPU line, and each as text."""
    lines = grid.request({"n_keys": n_keys, "n_marked": n_marked, "bits": grid.BITS[0]}).classical()
    slowest, fastest = slowest_of(lines), min(lines, key=lambda line: line.time_s_per_row)
    return (
        slowest.time_s_per_row,
        fastest.time_s_per_row,
        bare(time_text(slowest.time_s_per_row)),
        bare(f"{slowest.name}; to {time_text(fastest.time_s_per_row)}, {fastest.name}, no top-k"),
    )


def _row(of_row: Sequence[Row], gpu: _Gpu, texts: _Words) -> dict[str, Any]:
    priced = [row for row in of_row if row["qubits"]]
    places = {id(row): place for place, row in enumerate(priced)}
    unbeaten = pareto(priced, lambda row: (float(row["qubits"]), float(row["duration_s"])))
    cells = [_chosen(of_row, access, u) for access, u in itertools.product(_ACCESSES, grid.KEYS_PER_QUERY)]
    return {
        "points": [_point(row, gpu, texts) for row in priced],
        "unbeaten": [places[id(row)] for row in unbeaten],
        "cells": [places[id(row)] if row["qubits"] else -1 - texts.number(_why(row)) for row in cells],
    }


def _chosen(of_row: Sequence[Row], access: str, keys_per_query: str) -> Row:
    """The row with a data access; of `auto`, that of the best one, or else the first, which says why there is none."""
    named = grid.DATA_ACCESSES if access == AUTO else (access,)
    fitting = [row for row in of_row if row["data_access"] in named and row["keys_per_query"] == keys_per_query]
    return grid.best_of(fitting) or fitting[0]


def _why(row: Row) -> str:
    return f"No such search: {row['error']}."


def _point(row: Row, gpu: _Gpu, texts: _Words) -> list[Any]:
    qubits, seconds = int(row["qubits"]), float(row["duration_s"])
    slowest, fastest, *_ = gpu
    return [
        qubits,
        seconds,
        bare(count_text(qubits)),
        bare(time_text(seconds)),
        bare(number_text(seconds / slowest)),
        bare(f"to {number_text(seconds / fastest)}"),
        *map(texts.number, (row["design"], f"set mostly by {LIMIT_WORDS[row['limited_by']]}", _options(row))),
    ]


def _options(row: Mapping[str, str]) -> str:
    """What makes a design of the row, as options of the command line."""
    open_to = {"data_access": AUTO, "keys_per_query": AUTO, "n_machines": AUTO, "optimise": "volume"}
    given = [f"--{name.replace('_', '-')} {row[name]}" for name, left_open in open_to.items() if row[name] != left_open]
    return " ".join(given)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around all values."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def page(rows: Sequence[Row]) -> str:
    """Return the whole page; without its script it shows the row that it opens with.

    Args:
        rows: rows of the grid, as read.
    """
    data = page_data(rows)
    places, texts = data["start"], data["words"]
    of_row = data["rows"][",".join(str(places[name]) for name in ("keys", "marked", "bits", "machine", "budget"))]
    points = of_row["points"]
    first = points[of_row["cells"][0]]
    chosen = [control.values[control.start] for control in controls()]
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(Path(__file__).with_name("templates")), PackageLoader("groverattn.show")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (Path(__file__).with_name("templates") / "explorer.js").read_text("utf-8").strip()
    text = environment.get_template("explorer.html").render(
        policy=policy(script),
        script=Markup(script),
        data=Markup(json_text(data)),
        controls=controls(),
        n_priced=sum(bool(row["qubits"]) for row in rows),
        d_head=grid.D_HEAD,
        gqa_group=grid.GQA_GROUP,
        start="; ".join(f"{each.label}: {each.values[each.start][0]}" for each in controls()),
        first=first[2:6],
        words=[texts[number] for number in first[6:8]],
        gpu=data["gpu"][f"{places['keys']},{places['marked']}"],
        command=[*_COMMAND, *(options for _, options in chosen if options)],
        unbeaten=[(*points[each][2:6], texts[points[each][6]], texts[points[each][8]]) for each in of_row["unbeaten"]],
    )
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
