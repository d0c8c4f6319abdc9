"""The table of a whole model for the terminal; it reads the printed object and computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.show.numbers import count_text, time_text

Json = dict[str, Any]

_KINDS = ("decode", "prefill")


def model_table(result: Json) -> RenderableType:
    """A token and a prefill side by side, with the GPUs below the quantum computer; 80 columns."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for column in ("machines", "a token", "machines", "a prefill"):
        table.add_column(column, justify="right")
    for row in _rows(result):
        table.add_row(*row)
    return Group(Text(_heading(result), style="bold"), "", table, "", *map(Text, model_sentences(result)))


def model_sentences(result: Json) -> list[str]:
    """What the table does not say: GPUs matched, the causal share, the keys' way, and wrong rows."""
    causal, loading = result["causal"], result["loading"]
    token, prefill = (result[kind]["wrong_rows"] for kind in _KINDS)
    return [
        *(
            f"To match the slowest GPU ({slowest['gpu']}) in {what}: {slowest['words']}."
            for what, slowest in (("a token", _slowest(result["decode"])), ("a prefill", _slowest(result["prefill"])))
        ),
        f"A causal head takes {causal['time_share']:.2f} of the time of as many rows of n keys each.",
        f"Keys go {loading['destination']}.",
        f"Wrong rows, about: {token['expected_wrong_rows']:.3g} of {count_text(token['rows'])} in a token, "
        f"{prefill['expected_wrong_rows']:.3g} of {count_text(prefill['rows'])} in a prefill. {prefill['words']}.",
    ]


def _heading(result: Json) -> str:
    inputs, machine = result["inputs"], result["machine"]
    return (
        f"Whole model, attention only: {inputs['layers']} layers x {inputs['query_heads']} heads; a machine has "
        f"{count_text(machine['qubits'])} physical qubits\nMachines on the line of a GPU: so many match its time"
    )


def _rows(result: Json) -> Iterator[tuple[str, ...]]:
    regimes = [result[kind] for kind in _KINDS]
    row_s = time_text(result["machine"]["longest_row_s"])
    yield ("longest row", "1", row_s, "1", row_s)
    for scope, name in (("head", "one head"), ("layer", "one layer"), ("model", "whole model")):
        yield (name, *_cells(("1", time_text(regime[scope]["time_s"])) for regime in regimes))
    for what, name in (
        ("one machine per head", "  heads side by side"),
        ("one machine per row", "  rows side by side"),
    ):
        yield (name, *_cells(_schedule(regime, what) for regime in regimes))
    rate = f"{result['inputs']['io_bits_per_s'] / 1e9:g} Gbit/s"
    yield (f"writing keys, {rate}", *_cells(("", time_text(regime["loading_s"])) for regime in regimes))
    for lines in zip(*(regime["classical"] for regime in regimes), strict=True):
        yield (lines[0]["gpu"], *_cells((_machines(line), time_text(line["time_s"])) for line in lines))


def _cells(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [cell for pair in pairs for cell in pair]


def _schedule(regime: Json, what: str) -> tuple[str, str]:
    found = [each for each in regime["side_by_side"] if each["what"] == what]
    return (count_text(found[0]["machines"]), time_text(found[0]["time_s"])) if found else ("", "")


def _machines(line: Json) -> str:
    return "no number" if line["machines"] is None else count_text(line["machines"])


def _slowest(regime: Json) -> Json:
    return max(regime["classical"], key=lambda line: line["time_s"])
