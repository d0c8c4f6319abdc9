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
)


def simulate(
    file: HeadFile | None = None,
    /,
    *,
    n_marked: Annotated[
        int,
        WHOLE,
        Parameter(help="Mark the k largest scores of each row; with --tau, what methods expected and top-k are told."),
    ] = 16,
    sample_size: Annotated[
        int | None, WHOLE, Parameter(help="Set each row's threshold from so many sampled keys: about k are marked.")
    ] = None,
    tau: Annotated[float | None, Parameter(help="One threshold of the scaled score for all rows instead.")] = None,
    engine: Annotated[str, Parameter(help="circuit, sparse, index or law.")] = "index",
    circuit_every: Annotated[int, WHOLE, Parameter(help="Engine index: run the circuit of every N-th row only.")] = 1,
    method: Annotated[str, Parameter(help="unknown, expected, counted, known, collector or top-k.")] = "unknown",
    growth: Annotated[float | None, Parameter(help="Growth factor of the trials; by default the method's own.")] = None,
    marked_limit: Annotated[
        int | None, WHOLE, Parameter(help="Give a row up, and report it, when more keys than that are found.")
    ] = None,
    search_law: Annotated[str, Parameter(help="Compare with ideal, expected, proven, worst or all.")] = "all",
    n_keys: Annotated[int | None, WHOLE, Parameter(help="Keys of a random head; 64. Without FILE only.")] = None,
    d_head: Annotated[int | None, WHOLE, Parameter(help="Numbers per key; 8. Without FILE only.")] = None,
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

    Ctrl-C ends the run and reports the rows that are finished. Exit status 1 if a check failed, 130 if interrupted.

    Example: groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32
    """
    inputs = locals() | {"file": None if file is None else str(file)}
    from groverattn.cli.output import progress, show
    from groverattn.inputs import inputs_of, make
    from groverattn.simulation.head import simulate as run_simulation
    from groverattn.simulation.request import SimulationRequest
    from groverattn.simulation.table import simulation_table

    request = make(SimulationRequest, {name: inputs[name] for name in inputs_of(SimulationRequest)})
    with progress("rows searched") as on_row:
        simulation = run_simulation(request, n_workers=workers, on_row=on_row)
    show(simulation.as_json(), format, simulation_table)
    if simulation.interrupted:
        return 130  # 128 + SIGINT, as shells report it
    return 0 if simulation.passed else 1
