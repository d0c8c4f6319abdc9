"""groverattn simulate"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import (
    WHOLE,
    Causal,
    DataAccess,
    Format,
    Head,
    HeadFile,
    KeyBits,
    Layer,
    QueryBits,
    Rows,
    Seed,
    Workers,
    row_range,
)


def simulate(
    file: HeadFile,
    /,
    *,
    n_marked: Annotated[int, WHOLE, Parameter(help="Mark the k largest scores of each row.")],
    layer: Layer = None,
    head: Head = None,
    causal: Causal = False,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    data_access: DataAccess = "qrom",
    error_budget: Annotated[float, Parameter(help="Probability that any row misses a key.")] = 0.001,
    seed: Seed = 0,
    rows: Rows = None,
    workers: Workers = 2,
    format: Format = "table",
) -> int:
    """Run the search on a head, row by row, and compare what B gives with exact attention.

    Example: groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32
    """
    from groverattn.cli.output import progress, show
    from groverattn.problem.heads import load_head
    from groverattn.study.requests import head_instance
    from groverattn.study.simulate import simulate as run_simulation
    from groverattn.study.tables import simulation_table

    chosen = row_range(rows)
    instance = head_instance(load_head(file, layer=layer, head=head, causal=causal), n_marked, query_bits, key_bits)
    with progress("rows searched") as on_row:
        simulation = run_simulation(
            instance,
            data_access=data_access,
            seed=seed,
            p_failure=error_budget,
            rows=chosen,
            n_workers=workers,
            on_row=on_row,
        )
    show(simulation.as_json(), format, simulation_table)
    return 0 if simulation.passed else 1
