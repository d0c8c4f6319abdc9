"""groverattn crossover"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Format, asks
from groverattn.row.request import RowRequest


@asks(RowRequest)
def crossover(
    request: RowRequest,
    *,
    data_access: Annotated[str, Parameter(help="One data access, or all.")] = "all",
    at: Annotated[int | None, WHOLE, Parameter(help="One more number of keys for the inverse question.")] = None,
    figure: Annotated[Path | None, Parameter(help="Draw the map of break-even times, as .svg or .png.")] = None,
    force: Annotated[bool, Parameter(help="Replace the figure if it exists.", negative="")] = False,
    format: Format = "table",
) -> None:
    """Say from how many keys on the search beats a GPU, or never and why, and what it would take to break even.

    Example: groverattn crossover --preset llama3.1-8b --at 1048576
    """
    import sys

    from groverattn.cli.output import show
    from groverattn.crossover.crossover import crossover as find_crossovers
    from groverattn.crossover.figure import check_map_file, write_map

    if figure is not None:
        check_map_file(figure, force=force)
    result = find_crossovers(request, data_access, [] if at is None else [at])
    if figure is not None:
        replaced = figure.exists()
        write_map(figure, request)
        print(f"figure: {'replaced' if replaced else 'wrote'} {figure}", file=sys.stderr)
    show(result, format)
