"""groverattn run"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Format, Seed, Workers


def run(
    *,
    n_marked: Annotated[int, WHOLE, Parameter(help="Mark the k largest scores of each row.")] = 16,
    seed: Seed = 0,
    workers: Workers = 2,
    format: Format = "table",
) -> int:
    """Run the whole path on the real head in the package: circuit, search, B, and estimates of real models.

    Example: groverattn run
    """
    from groverattn.cli.output import progress, show
    from groverattn.run import main_job

    with progress("rows searched") as on_row:
        result = main_job(n_marked=n_marked, seed=seed, n_workers=workers, on_row=on_row)
    show(result, format)
    return 0 if result.passed else 1
