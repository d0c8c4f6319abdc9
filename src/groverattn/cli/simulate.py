"""groverattn simulate"""

from __future__ import annotations

from groverattn.cli.heads import asks_of_head
from groverattn.cli.options import Format, Workers
from groverattn.simulation.request import SimulationRequest


@asks_of_head(SimulationRequest)
def simulate(request: SimulationRequest, *, workers: Workers = 2, format: Format = "table") -> int:
    """Run the search on a head, row by row, and compare what B gives with exact attention.

    Ctrl-C ends the run and reports the rows that are finished. Exit status 1 if a check failed, 130 if interrupted.

    Example: groverattn simulate heads.npz --layer 0 --head 3 --n-marked 16 --rows 0:32
    """
    from groverattn.cli.output import progress, show
    from groverattn.simulation.head import simulate as run_simulation

    with progress("rows searched") as on_row:
        simulation = run_simulation(request, n_workers=workers, on_row=on_row)
    show(simulation, format)
    if simulation.interrupted:
        return 130  # 128 + SIGINT, as shells report it
    return 0 if simulation.passed else 1
