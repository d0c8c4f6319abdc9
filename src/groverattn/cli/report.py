"""groverattn report"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import ScoreMethod
from groverattn.cli.sizes import ReportOptions


def report(
    *,
    preset: Annotated[
        list[str] | None,
        Parameter(consume_multiple=True, negative="", help="Names that `groverattn presets` lists, one or more."),
    ] = None,
    output: Annotated[Path, Parameter(alias="-o", help="HTML file; the same as Markdown is written beside it.")],
    options: ReportOptions | None = None,
    score_method: ScoreMethod = "shared-sums",
    force: Annotated[bool, Parameter(help="Replace both files if they exist.", negative="")] = False,
) -> None:
    """Write the report of one or several models: verdict, counts, machines, GPUs and crossover.

    One HTML file that needs no network, and the same as Markdown. Every number says how it was got.

    Example: groverattn report --preset gpt2 llama3.1-8b -o report.html
    """
    import sys

    import attrs

    from groverattn.cli.output import progress
    from groverattn.report.write import report_files, write_report

    files = report_files(output, force=force)
    options = options or ReportOptions()
    names = list(dict.fromkeys(preset)) if preset else [None]
    requests = [attrs.evolve(options, preset=name).request(score_method=score_method) for name in names]
    existed = [path.exists() for path in files]
    with progress("sections") as on_section:
        write_report(requests, files, on_section)
    for path, was_there in zip(files, existed, strict=True):
        print(f"report: {'replaced' if was_there else 'wrote'} {path}", file=sys.stderr)
