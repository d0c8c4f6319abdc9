"""Tables of results for the terminal; they read the printed objects and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groverattn.reference.search.amplification import success_probability
from groverattn.show.numbers import count_text
from groverattn.show.tables import LAWS_IN_WORDS, Json, simple_table
from groverattn.simulation.figure import p_marked


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


_DIGITS = 9


def amplitude_table(states: Sequence[NDArray[np.inexact]], marked: NDArray[np.bool_]) -> RenderableType:
    """One line for each number of iterates 0, 1, 2, ...: the probability of measuring a marked key.

    Args:
        states: the simulated amplitudes of all indices after so many iterates, each of shape (n,).
        marked: which indices are marked, shape (n,).
    """
    rows = [
        (
            str(j),
            f"{p_marked(state, marked):.{_DIGITS}f}",
            f"{success_probability(marked.size, int(marked.sum()), j):.{_DIGITS}f}",
        )
        for j, state in enumerate(states)
    ]
    return simple_table("Probability of measuring a marked key", ["iterates", "simulated", "by the law"], rows)
