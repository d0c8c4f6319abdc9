"""The estimate for the terminal; it reads the printed object and computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.problem.presets import PRESETS
from groverattn.show.numbers import count_text, probability_text, time_text
from groverattn.show.tables import LAWS_IN_WORDS, QRAM_IN_WORDS, Json, simple_table

_COUNTS = ("toffoli", "t_count", "clifford", "measurements", "toffoli_depth", "logical_qubits")


def estimate_table(result: Json) -> RenderableType:
    """The estimate on one screen, the classical line beside the quantum one."""
    inputs, search, physical = result["inputs"], result["search"], result["physical"]
    shape = inputs["shape"]
    heading = (
        f"{inputs['name']}: n = {shape['n_keys']:,} keys, d = {shape['d_head']}, k = {shape['n_marked']} marked, "
        f"{shape['query_bits']}/{shape['key_bits']} bits, {inputs['layers']} layers x {inputs['query_heads']} heads\n"
        f"data access {inputs['data_access']}, search law {search['law']}, machine {inputs['hardware']}"
    )
    costs = [
        (scope, *(count_text(result[scope][name]) for name in _COUNTS)) for scope in ("iterate", "row", "head", "model")
    ]
    parts = result["iterate"]["parts"]
    total = max(sum(parts.values()), 1)
    row = simple_table(
        f"One row: {count_text(search['iterates_expected'])} iterates expected, "
        f"at most {count_text(search['iterates_max'])}, a miss with p = {probability_text(search['p_failure'])}",
        ["who", "time per row", "with"],
        [
            (
                "quantum",
                time_text(physical["duration_s"]),
                f"{count_text(physical['qubits'])} physical qubits, distance {physical['code_distance']}, "
                f"{physical['n_factories']} factories, p_fail {probability_text(physical['p_failure'])}, "
                f"limited by {physical['limited_by']}",
            ),
            *(
                (line["name"], time_text(line["time_s_per_row"]), f"bound by {line['bound_by']}; {line['source']}")
                for line in spread_of_lines(result["classical"])
            ),
        ],
    )
    row.columns[-1].justify = "left"
    return Group(
        Text(heading),
        "",
        simple_table("Logical costs", ["", "Toffoli", "T", "Clifford", "measured", "Toffoli depth", "qubits"], costs),
        Text("head and model: n rows a head, each of which searches all n keys; --whole-model has causal rows"),
        "",
        simple_table(
            "Toffolis of one iterate",
            ["part", "Toffoli", "share"],
            [(part, count_text(value), f"{value / total:.1%}") for part, value in parts.items()],
        ),
        "",
        row,
        "",
        Text(limits_text(result)),
        Text(budget_text(result)),
        "",
        laws_table(result),
        "",
        Text(f"Crossover: {crossover_text(result)}"),
        *([Text(QRAM_IN_WORDS)] if inputs["data_access"] == "qram" else []),
    )


def spread_of_lines(lines: Sequence[Json]) -> list[Json]:
    """The slowest and the fastest line of each kind; there are GPUs and number formats in between."""
    kinds = list(dict.fromkeys(line["kind"] for line in lines))
    chosen = []
    for kind in kinds:
        of_kind = sorted((line for line in lines if line["kind"] == kind), key=lambda line: -line["time_s_per_row"])
        chosen += of_kind[:1] if len(of_kind) == 1 else [of_kind[0], of_kind[-1]]
    return chosen


def limits_text(result: Json) -> str:
    """The limits of the time in a sentence, and what the control computer and the memory add."""
    physical = result["physical"]
    limits = ", ".join(f"{name} {time_text(s) if s else 'none'}" for name, s in physical["limits_s"].items())
    control = f"; of the reaction limit the control computer reads keys for {time_text(physical['control_s'])}"
    waiting = f"; waiting for the memory {time_text(physical['waiting_s'])}" if physical["waiting_s"] else ""
    return f"Limits of the time: {limits}{control if physical['control_s'] else ''}{waiting}."


def budget_text(result: Json) -> str:
    """Where the error budget of a row goes, in a sentence."""
    budget = dict(result["error_budget"])
    allowed, p_failure = budget.pop("allowed"), budget.pop("p_failure")
    parts = ", ".join(f"{part} {probability_text(p)}" for part, p in budget.items() if p)
    return (
        f"A row's answer is wrong with p = {probability_text(p_failure)} of {probability_text(allowed)} allowed: "
        f"{parts}; {time_text(result['physical']['expected_duration_s'])} expected until it is right."
    )


def laws_table(result: Json) -> RenderableType:
    """The query laws of one row side by side, with the keys that a scan reads."""
    visits = result["classical_key_visits"]
    rows = [
        (
            law,
            count_text(cost["iterates_expected"]),
            "in iterates" if law == "proven" else count_text(cost["checks_expected"]),
            f"{(cost['iterates_expected'] + cost['checks_expected']) / visits:.3g}",
            ("< " if law == "proven" else "") + probability_text(cost["p_failure"]),
            LAWS_IN_WORDS[law],
        )
        for law, cost in result["laws"].items()
    ]
    rows.append(("scan", "", count_text(visits), "1", "0", "reads every key once"))
    columns = ["law", "iterates", "keys read", "both/scan", "p(miss)", "what it says"]
    table = simple_table("One row under every query law; an iterate is one oracle call", columns, rows)
    table.columns[-1].justify = "left"
    return table


def crossover_text(result: Json) -> str:
    """The verdict: a number of keys, or no crossover and why."""
    crossover = result["crossover"]
    if crossover["n_keys"] is None:
        return crossover["reason"]
    return f"n = {crossover['n_keys']:,}; {crossover['reason']}"


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


def headline_table(results: Iterable[Json]) -> RenderableType:
    """One line per estimate: the iterate, the row on a quantum computer, and the row on a GPU."""
    rows = [
        (
            result["inputs"]["name"],
            result["inputs"]["data_access"],
            count_text(result["inputs"]["shape"]["n_keys"]),
            count_text(result["inputs"]["shape"]["n_marked"]),
            count_text(result["iterate"]["toffoli"]),
            count_text(result["physical"]["qubits"]),
            time_text(result["physical"]["duration_s"]),
            time_text(max(line["time_s_per_row"] for line in result["classical"])),
        )
        for result in results
    ]
    columns = ["preset", "access", "n keys", "k", "Toffoli", "qubits", "quantum", "GPU"]
    title = "One row: Toffolis of an iterate, physical qubits, time, slowest GPU time"
    table = simple_table(title, columns, rows, n_text=2)
    table.box, table.padding = box.SIMPLE_HEAD, (0, 0)
    return table


def presets_table() -> RenderableType:
    """All presets, and below what to know of each."""
    rows = [
        (
            preset.name,
            str(preset.layers),
            str(preset.query_heads),
            "MLA" if preset.kv_heads is None else str(preset.kv_heads),
            str(preset.d_head),
            f"{preset.n_keys:,}",
            f"{preset.n_marked:,}",
        )
        for preset in PRESETS.values()
    ]
    notes = "\n".join(f"{preset.name}: {preset.note}; sizes: {preset.source}" for preset in PRESETS.values())
    table = simple_table("Presets", ["name", "layers", "heads", "kv heads", "d", "n keys", "k marked"], rows)
    return Group(table, "", Text(notes))
