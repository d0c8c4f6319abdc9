"""groverattn estimate"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, DataAccess, Format, KeyBits, QueryBits


def estimate(
    *,
    preset: Annotated[str | None, Parameter(help="A name that `groverattn presets` lists.")] = None,
    n_keys: Annotated[int | None, WHOLE, Parameter(help="Number of keys n.")] = None,
    d_head: Annotated[int | None, WHOLE, Parameter(help="Numbers per key d.")] = None,
    n_marked: Annotated[int | None, WHOLE, Parameter(help="Marked keys per row k.")] = None,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    data_access: DataAccess = "qrom",
    search_law: Annotated[str, Parameter(help="ideal, expected, proven or worst.")] = "expected",
    hardware: Annotated[str, Parameter(help="Machine, such as gidney-fowler-2018.")] = "gidney-fowler-2018",
    error_budget: Annotated[
        float, Parameter(help="Failure probability of a row's run, and of a head's search.")
    ] = 0.01,
    format: Format = "table",
) -> None:
    """Cost the search per iterate, row, head and model, beside the classical line.

    Sizes come from a preset or from --n-keys, --d-head and --n-marked; a size that is given replaces the preset's.

    Example: groverattn estimate --preset llama3.1-8b --data-access qroam
    """
    from groverattn.cli.output import show
    from groverattn.study.estimate import estimate as run_estimate
    from groverattn.study.requests import estimate_request
    from groverattn.study.tables import estimate_table

    request = estimate_request(
        preset=preset,
        n_keys=n_keys,
        d_head=d_head,
        n_marked=n_marked,
        key_bits=key_bits,
        query_bits=query_bits,
        data_access=data_access,
        search_law=search_law,
        hardware=hardware,
        error_budget=error_budget,
    )
    show(run_estimate(request).as_json(), format, estimate_table)
