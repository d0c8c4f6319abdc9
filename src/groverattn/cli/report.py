"""groverattn report"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import asks
from groverattn.row.request import RowRequest


@asks(RowRequest, each="preset", without=("data_access",))
def report(
    requests: list[RowRequest],
    *,
    output: Annotated[Path, Parameter(alias="-o", help="HTML file; the same as Markdown is written beside it.")],
    force: Annotated[bool, Parameter(help="Replace both files if they exist.", negative="")] = False,
) -> None:
    """Write the report of one or several models: verdict, counts, machines, GPUs and crossover.

    One HTML file that needs no network, and the same as Markdown. Every number says how it was got.

    Example: groverattn report --preset gpt2 llama3.1-8b -o report.html
    """
    import sys

    from groverattn.cli.output import progress
    from groverattn.report.write import report_files, write_report

    files = report_files(output, force=force)
    existed = [path.exists() for path in files]
    with progress("sections") as on_section:
        write_report(requests, files, on_section)
    for path, was_there in zip(files, existed, strict=True):
        print(f"report: {'replaced' if was_there else 'wrote'} {path}", file=sys.stderr)
