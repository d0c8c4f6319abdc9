"""groverattn compare"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import Format, KeyBits, QueryBits


def compare(
    *,
    preset: Annotated[str | None, Parameter(help="A name that `groverattn presets` lists.")] = None,
    n_keys: Annotated[int | None, Parameter(help="Number of keys n.")] = None,
    d_head: Annotated[int | None, Parameter(help="Numbers per key d.")] = None,
    n_marked: Annotated[int | None, Parameter(help="Marked keys per row k.")] = None,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    search_law: Annotated[str, Parameter(help="ideal, expected, proven or worst.")] = "expected",
    hardware: Annotated[str, Parameter(help="Machine, such as gidney-fowler-2018.")] = "gidney-fowler-2018",
    error_budget: Annotated[float, Parameter(help="Failure probability of a row's run.")] = 0.01,
    format: Format = "table",
) -> None:
    """Put every data access side by side for one model: counts, depth, qubits, machine, GPU, verdict.

    Example: groverattn compare --preset llama3.1-8b
    """
    from groverattn.cli.output import show
    from groverattn.study.compare import compare as run_comparison
    from groverattn.study.compare_table import compare_table
    from groverattn.study.requests import estimate_request

    request = estimate_request(
        preset=preset,
        n_keys=n_keys,
        d_head=d_head,
        n_marked=n_marked,
        key_bits=key_bits,
        query_bits=query_bits,
        search_law=search_law,
        hardware=hardware,
        error_budget=error_budget,
    )
    show(run_comparison(request).as_json(), format, compare_table)
