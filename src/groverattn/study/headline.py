"""The headline table of README.md, read from the sheet of presets: it computes ratios of two columns, and no cost."""

from __future__ import annotations

from collections.abc import Sequence

from groverattn.study.main_job import PRESETS_SHOWN
from groverattn.study.numbers import count_text, time_text

DATA_ACCESS = "qroam"

_HEAD = (
    "| sizes of one row | scan reads | Grover iterates | Toffolis per iterate | physical qubits | quantum time "
    "| GPU time | slower by |\n|---|--:|--:|--:|--:|--:|--:|--:|"
)


def headline(rows: Sequence[dict[str, str]]) -> str:
    """Return the table in Markdown: one line for each preset that `groverattn run` shows, with one data access.

    Args:
        rows: rows of the sheet, as read.
    """
    by_input = {(row["preset"], row["data_access"]): row for row in rows}
    return "\n".join((_HEAD, *(_line(by_input[name, DATA_ACCESS]) for name in PRESETS_SHOWN)))


def _line(row: dict[str, str]) -> str:
    n_keys, slowest_s, fastest_s = (
        float(row[name]) for name in ("n_keys", "classical_slowest_s", "classical_fastest_s")
    )
    start = (
        f"| {row['preset']}: n = {int(n_keys):,}, d = {row['d_head']}, k = {row['n_marked']} | {int(n_keys):,} keys "
    )
    start += f"| {float(row['iterates_expected']):,.1f} | {count_text(float(row['toffoli']))} "
    gpu = f"{time_text(slowest_s)} to {time_text(fastest_s)}"
    if row["error"]:
        return f"{start}| out of reach | out of reach | {gpu} | |"
    duration_s = float(row["duration_s"])
    return (
        f"{start}| {count_text(float(row['physical_qubits']))} | {time_text(duration_s)} | {gpu} "
        f"| {count_text(duration_s / slowest_s)} to {count_text(duration_s / fastest_s)} |"
    )
