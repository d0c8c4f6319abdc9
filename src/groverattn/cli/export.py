"""groverattn export"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import Force, asks_of_head
from groverattn.cli.output import said
from groverattn.errors import InputError
from groverattn.export.request import ExportRequest


@asks_of_head(ExportRequest)
def export(
    request: ExportRequest,
    *,
    output: Annotated[
        Path | None,
        Parameter(
            alias="-o",
            allow_leading_hyphen=True,  # -o -
            help="File to write, by default named after what it holds; - for standard output.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write a circuit or its counts in the format of another tool.

    openqasm3: every gate of the circuit of one row, of FILE's head or random (8 keys of 2 numbers).
    qref: the tree of calls, for Bartiq. counts: one JSON object, for other estimators and `groverattn physical`.
    Both take sizes as `estimate` does, or a row of FILE.

    Example: groverattn export --to qref --what iterate --preset gpt2 --n-marked 16 -o iterate.json
    """
    from groverattn.files.whole import check_target, write_text

    output = Path(request.file_name) if output is None else output
    printed = str(output) == "-"
    if not printed:
        if str(output).startswith("-"):
            raise InputError(
                given=f"-o {output}",
                allowed="the name of a file, or - for standard output",
                why="it is an option",
                do="put a name after -o",
            )
        check_target(output, force=force)

    from groverattn.export.formats import export_text

    text = export_text(request)
    if printed:
        print(text, end="")
        return
    with said("export", output):
        write_text(output, text)
