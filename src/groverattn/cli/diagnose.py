"""groverattn diagnose"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import WHOLE, Causal, Format, Head, HeadFile, Layer


def diagnose(
    file: HeadFile,
    /,
    *,
    n_marked: Annotated[int, WHOLE, Parameter(help="Keys found in each row, the k largest scores and ties.")] = 16,
    layer: Layer = None,
    head: Head = None,
    causal: Causal = False,
    figure: Annotated[Path | None, Parameter(help="Draw the report as an SVG file with this name.")] = None,
    force: Annotated[bool, Parameter(help="Replace the figure if it exists.", negative="")] = False,
    format: Format = "table",
) -> None:
    """Report whether a head is (tau, k)-good: tail range and mass of every row, keys needed, and the tails' errors.

    Example: groverattn diagnose heads.npz --layer 0 --head 3 --n-marked 16 --figure head.svg
    """
    import sys

    from groverattn.cli.output import show
    from groverattn.diagnosis.diagnosis import diagnose as run_diagnosis
    from groverattn.files.whole import check_figure, write_text
    from groverattn.problem.heads import load_head

    if figure is not None:
        check_figure(figure, force=force)
    diagnosis = run_diagnosis(load_head(file, layer=layer, head=head, causal=causal or None), n_marked)
    if figure is not None:
        from groverattn.diagnosis.figure import diagnosis_svg

        replaced = figure.exists()
        write_text(figure, diagnosis_svg(diagnosis))
        print(f"figure: {'replaced' if replaced else 'wrote'} {figure}", file=sys.stderr)
    show(diagnosis, format)
