"""Tables of results for the terminal; they read the printed objects and compute nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.problem.presets import PRESETS
from groverattn.study.numbers import count_text, time_text

Json = dict[str, Any]

# What each law says, beside its numbers.
LAWS_IN_WORDS = {
    "ideal": "number known: a floor",
    "expected": "`simulate`, on average",
    "proven": "published, with checks",
    "worst": "every trial at its most",
}

QRAM_IN_WORDS = (
    "Assumption: qram is no circuit. Its calls have no gates in any count, and cost the time, qubits and failure that "
    "the options --qram-... say; by default 10 us each and nothing else. No such memory exists."
)


def simple_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], n_text: int = 1) -> Table:
    """A table whose first `n_text` columns are words and the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i < n_text else "right")
    for row in rows:
        table.add_row(*row)
    return table


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


def simulation_table(result: Json) -> RenderableType:
    """What the search found, what it cost beside the laws, and what B is worth."""
    inputs = result["inputs"]
    heading = (
        f"{inputs['head']}: n = {inputs['n_keys']}, d = {inputs['d_head']}, "
        f"{inputs['query_bits']}/{inputs['key_bits']} bits, {inputs['threshold_rule']}; "
        f"engine {inputs['engine']}, method {inputs['method']}, data access {inputs['data_access']}, "
        f"seed {inputs['seed']}"
    )
    interrupted = result["rows"] < result["rows_asked"]
    of_rows = f"INTERRUPTED: {result['rows_asked']:,} were asked for; " if interrupted else ""
    rows = [
        ("rows", f"{result['rows']:,}", f"{of_rows}{result['rows_read_whole']:,} read whole"),
        ("found", f"{result['found']:,}", f"of {result['marked']:,}; each was checked with one inner product"),
        ("missed", f"{result['missed']:,}", f"marked keys; allowed: one in {1 / inputs['p_failure_row']:,.3g} rows"),
        ("false", f"{result['false']:,}", "keys called found that are not marked"),
        *_given_up(result),
        ("circuit mismatches", f"{result['circuit_mismatches']:,}", _circuit_scope(result)),
        (
            "iterates",
            f"{result['iterates']:,}",
            f"oracle calls, {result['phased_iterates']:,} of them with the phases of a fixed-point search; this method "
            f"expects {count_text(result['iterates_expected_of_method'])}",
        ),
        *(
            (f"  law {law}", count_text(iterates), LAWS_IN_WORDS[law])
            for law, iterates in result["iterates_expected_by_law"].items()
        ),
        (
            "keys read",
            f"{result['classical_key_visits']:,}",
            f"to check what was measured, and rows read whole; a scan of all rows reads "
            f"{result['key_visits_of_a_scan']:,}",
        ),
        (
            "largest output error",
            f"{result['max_output_error']:.3g}",
            f"row {result['max_output_error_row']}, of {result['rows_assessed']:,} rows compared; largest |V| is "
            f"{result['max_value']:.3g}",
        ),
        (
            "its bound",
            f"{result['output_error_certificate']:.3g}",
            f"from the tail's mass; {result['output_error_bound']:.3g} from its range alone, and "
            f"{2 * result['max_value']:.3g} holds for any weights",
        ),
        ("verdict", "passed" if result["passed"] else "FAILED", _verdict_scope(result)),
    ]
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for row in rows:
        table.add_row(*row)
    return Group(Text(heading), "", table)


def _verdict_scope(result: Json) -> str:
    given_up = result["rows_stopped_early"]
    but = f", but {given_up:,} rows were given up" if given_up else ""
    return f"nothing missed, false or wrong; errors in bounds{but}"


def _given_up(result: Json) -> list[tuple[str, str, str]]:
    """A line for the rows that break the promise, if one was made."""
    limit = result["inputs"]["n_marked_max"]
    if limit is None:
        return []
    return [("rows given up", f"{result['rows_stopped_early']:,}", f"more than {limit:,} keys found: no promise holds")]


def _circuit_scope(result: Json) -> str:
    engine, n_run = result["inputs"]["engine"], result["rows_with_circuit_run"]
    if engine == "law":
        return "no circuit was run: outcomes drawn from their exact distribution"
    if engine in ("circuit", "sparse"):
        qram = "; the calls of qram are no gates" if result["inputs"]["data_access"] == "qram" else ""
        return f"amplitudes of any trial that plain arithmetic does not give, {n_run:,} rows{qram}"
    if not n_run:
        return "no row had its circuit run: phases by plain arithmetic"
    return f"keys on which the oracle was wrong, run gate by gate in {n_run:,} rows"


def verification_table(result: Json) -> RenderableType:
    """The gates that were run beside those that are counted."""
    counted, run = result["counted"], result["run"]
    inputs = ", ".join(f"{name} {value}" for name, value in result["inputs"].items())
    where = "counts differ" if result["first_mismatch"] is None else f"first at key {result['first_mismatch']}"
    verdict = "passed" if result["passed"] else f"FAILED, {where}"
    return Group(
        Text(inputs),
        Text(
            f"{result['inputs_checked']:,} keys: {result['mismatches']} mismatches, {result['dirty_ancillas']} dirty "
            f"ancillas: {verdict}"
        ),
        *([Text(QRAM_IN_WORDS)] if result["inputs"]["data_access"] == "qram" else []),
        "",
        simple_table(
            "Phase oracle",
            ["", "run", "counted"],
            [(name.replace("_", " "), f"{run[name]:,}", f"{counted[name]:,}") for name in counted],
        ),
    )


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


def main_job_tables(result: Json) -> RenderableType:
    """The three steps of the main job, one after the other."""
    return Group(
        Text("1. The oracle's circuit, every gate run on every key of one row", style="bold"),
        verification_table(result["verify"]),
        "",
        Text("2. The search on every row, and B built from what it found", style="bold"),
        simulation_table(result["simulate"]),
        "",
        Text("3. The same circuit at the sizes of real models, beside the classical line", style="bold"),
        headline_table(result["estimates"]),
        "",
        Text(_SETTING + _crossings(result["estimates"])),
    )


_SETTING = (
    "Search law: expected (number of marked keys unknown). Machine: gidney-fowler-2018, 1 us cycles, 10 us reaction. "
    "GPU: the slowest of prefill and decode on H100, H200 and B200. Loading a key costs n Toffolis by qrom and about "
    "2 sqrt(n d b) by qroam, so a row costs n^1.5 or n: the quadratic saving in queries is lost in gates. "
)


def _crossings(results: list[Json]) -> str:
    crossing = [
        f"{result['inputs']['name']} by {result['inputs']['data_access']} from n = {count_text(n_keys)}"
        for result in results
        if (n_keys := result["crossover"]["n_keys"]) is not None
    ]
    if crossing:
        return "Faster than a GPU: " + ", ".join(crossing) + "."
    return "No crossover in any line, at any number of keys that was looked at."
