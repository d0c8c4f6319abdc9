"""The estimate for the terminal; it reads the printed object and computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from groverattn.study.numbers import count_text, probability_text, time_text
from groverattn.study.tables import LAWS_IN_WORDS, QRAM_IN_WORDS, simple_table

Json = dict[str, Any]

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
