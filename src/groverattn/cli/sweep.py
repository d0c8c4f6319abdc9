"""groverattn sweep"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Format


def sweep(
    study: Annotated[Path, Parameter(help="A TOML file: kind, [fixed], [grid], [[points]]; see docs/sweep.md.")],
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="Folder for journal, table and manifest.")],
    workers: Annotated[
        int | None, WHOLE, Parameter(help="Processes that share the points; by default one per processor, 0: none.")
    ] = None,
    scheduler: Annotated[
        str | None, Parameter(help="Address of a Dask scheduler whose workers compute instead (extra `cluster`).")
    ] = None,
    retry_failed: Annotated[bool, Parameter(help="Compute the points again that have an error.", negative="")] = False,
    format: Format = "table",
) -> int:
    """Compute a grid or a list of estimates or simulations into one table; the same command resumes.

    Ctrl-C, kill -9 or a power cut lose no row that is in the journal. A point that fails is a row with its error. Exit
    status 0 if all points are there, failed ones included, 130 if interrupted.

    Example: groverattn sweep study.toml -o results
    """
    import shlex
    import sys

    from groverattn.sweep.executors import chosen_workers, load_in_advance

    if scheduler is None and workers != 0:
        load_in_advance()  # while this process imports the same
    from groverattn.cli.output import progress, show
    from groverattn.show.terminal import printable
    from groverattn.sweep.sweep import sweep as run_sweep

    chosen = {"--workers": workers, "--scheduler": scheduler}
    options = [word for name, value in chosen.items() if value is not None for word in (name, str(value))]
    command = ["groverattn", "sweep", str(study), "-o", str(output), *options]
    with progress("points") as on_point:
        result = run_sweep(
            study,
            output,
            lambda: chosen_workers(workers, scheduler),
            command=command + ["--retry-failed"] * retry_failed,
            retry_failed=retry_failed,
            on_point=on_point,
            on_note=lambda note: print("groverattn:", printable(note), file=sys.stderr, flush=True),
        )
    if not result.complete:
        there = f"{result.found + result.computed:,} of {result.points:,} points are there"
        print("groverattn: interrupted;", printable(f"{there}; to go on: {shlex.join(command)}"), file=sys.stderr)
    show(result, format)
    return 0 if result.complete else 130  # 128 + SIGINT, as shells report it
