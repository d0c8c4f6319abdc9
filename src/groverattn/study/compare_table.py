"""The comparison of data accesses for the terminal."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.study.numbers import count_text, time_text


def compare_table(result: dict[str, Any]) -> RenderableType:
    """One line per data access, and what follows."""
    inputs = result["inputs"]
    shape = inputs["shape"]
    heading = (
        f"{inputs['name']}: n = {shape['n_keys']:,}, d = {shape['d_head']}, k = {shape['n_marked']}, "
        f"{shape['query_bits']}/{shape['key_bits']} bits; search law {inputs['search_law']}, {inputs['hardware']}"
    )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0))
    for i, column in enumerate(["access", "Toffoli", "depth", "reactions", "logical", "physical", "one row", "passes"]):
        table.add_column(column, justify="right" if i else "left")
    notes = []
    for name, estimate in result["accesses"].items():
        if "error" in estimate:
            table.add_row(name, *["-"] * 7)
            notes.append(f"{name}: {estimate['error']}")
        else:
            table.add_row(name, *_numbers(estimate))
    lines = next((estimate["classical"] for estimate in result["accesses"].values() if "classical" in estimate), [])
    gpu = ", ".join(f"{line['name']} {time_text(line['time_s_per_row'])}" for line in lines)
    legend = (
        "Toffoli, depth (Toffoli depth) and reactions (measurement depth, which the reaction time multiplies; the "
        "measurement inside each Toffoli included) of one iterate; logical and physical qubits; time of one row; from"
        " how many keys on, at the earliest, it passes the slowest GPU line, k unchanged. Depths let gates that share"
        " only controls run at once; one at a time, bucket-brigade has depth n - 2, and only -wide keeps what is "
        "printed. Before every unload goes on, the control computer reads all keys for a parity, as many bits as a "
        "scan reads, in every iterate; its rate is the machine's `control_bits_per_s`. qram is no circuit but the "
        "paper's assumption, a call of a memory that nobody has built, at 10 us and no qubits unless told otherwise."
    )
    parts = [Text(heading), "", table, "", Text(f"One row on a GPU: {gpu}"), Text(result["verdict"]), "", Text(legend)]
    return Group(*parts, *map(Text, notes))


def _numbers(estimate: dict[str, Any]) -> list[str]:
    iterate, physical, crossover = estimate["iterate"], estimate["physical"], estimate["crossover"]
    return [
        count_text(iterate["toffoli"]),
        count_text(iterate["toffoli_depth"]),
        count_text(iterate["measurement_depth"]),
        count_text(iterate["logical_qubits"]),
        count_text(physical["qubits"]),
        time_text(physical["duration_s"]),
        passing_text(crossover),
    ]


def passing_text(crossover: dict[str, Any]) -> str:
    """From how many keys on the slowest GPU line is passed, or up to how many it is not."""
    n_keys = crossover["n_keys_slowest_line"]
    return f"> 2^{crossover['n_max'].bit_length() - 1}" if n_keys is None else count_text(n_keys)
