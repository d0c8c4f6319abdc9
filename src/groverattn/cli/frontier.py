"""groverattn frontier"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import Format, asks
from groverattn.row.request import RowRequest


@asks(RowRequest, without=("data_access", "score_method"))
def frontier(
    request: RowRequest,
    *,
    figure: Annotated[Path | None, Parameter(help="Draw the frontier as an SVG file with this name.")] = None,
    force: Annotated[bool, Parameter(help="Replace the figure if it exists.", negative="")] = False,
    format: Format = "table",
) -> None:
    """Show what qubits buy: data access, block, score, factories and parallel machines for one row.

    Example: groverattn frontier --preset llama3.1-8b --figure frontier.svg
    """
    import sys

    from groverattn.cli.output import show
    from groverattn.files.whole import check_figure, write_text
    from groverattn.frontier.frontier import frontier as run_frontier

    if figure is not None:
        check_figure(figure, force=force)
    result = run_frontier(request)
    if figure is not None:
        from groverattn.frontier.figure import frontier_svg

        replaced = figure.exists()
        write_text(figure, frontier_svg(result))
        print(f"figure: {'replaced' if replaced else 'wrote'} {figure}", file=sys.stderr)
    show(result, format)
