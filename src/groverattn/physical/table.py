"""The physical cost of bare counts for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.show.numbers import count_text, probability_text, time_text

_LIMITS = {
    "factory": "magic states from all factories",
    "reaction": "measurements that wait for each other, one reaction time each",
    "consumption": "the data block takes up the states; 0: not in this machine's model",
    "clifford": "least time of the Clifford gates; 0: none given, or in the consumption",
}


def physical_table(result: dict[str, Any]) -> RenderableType:
    """Headline, the four limits, and where the error budget goes."""
    inputs = result["inputs"]
    heading = (
        f"{count_text(inputs['toffoli'])} Toffolis, {count_text(inputs['t'])} T, {count_text(inputs['rotation'])} "
        f"rotations on {count_text(inputs['logical_qubits'])} logical qubits, Toffoli depth "
        f"{count_text(inputs['toffoli_depth'])}, measurement depth {count_text(inputs['measurement_depth'])}\n"
        f"machine {inputs['hardware']}, error budget {probability_text(inputs['error_budget'])}"
    )
    rows = [
        ("physical qubits", count_text(result["qubits"]), f"{count_text(result['data_qubits'])} data and routing, "
         f"{count_text(result['factory_qubits'])} factories"),
        ("time", time_text(result["duration_s"]), f"limited by {result['limited_by']}; "
         f"{time_text(result['expected_duration_s'])} expected until a run succeeds"),
        ("failure", probability_text(result["p_failure"]), ", ".join(
            f"{name} {probability_text(p)}" for name, p in result["error_parts"].items())),
        ("code distance", str(result["code_distance"]), ""),
        ("factories", count_text(result["n_factories"]), result["factory"]),
        *((f"limit {name}", _time(result["limits_s"][name]), what) for name, what in _LIMITS.items()),
    ]  # fmt: skip
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    for justify in ("left", "right", "left"):
        table.add_column(justify=justify)
    for row in rows:
        table.add_row(*row)
    return Group(Text(heading), "", table, *_second_opinion(result["second_opinion"]))


def _second_opinion(other: dict[str, Any] | None) -> list[Any]:
    if other is None:
        return []
    ratios = other["ours_over_theirs"]
    return [
        "",
        Text(
            f"Second opinion, {other['by']}: {count_text(other['qubits'])} physical qubits, "
            f"{time_text(other['duration_s'])}, failure {probability_text(other['p_failure'])}. "
            f"Ours over theirs: qubits {ratios['qubits']:.4g}, time {ratios['duration_s']:.4g}, "
            f"factory qubits {ratios['factory_qubits']:.4g}.\n"
            f"{other['why_not_1']}"
        ),
    ]


def _time(seconds: float) -> str:
    return time_text(seconds) if seconds else "0"
