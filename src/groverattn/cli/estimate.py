"""groverattn estimate"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from groverattn.cli.options import Format, asks
from groverattn.row.request import RowRequest


@asks(RowRequest)
def estimate(
    request: RowRequest,
    *,
    whole_model: Annotated[
        bool, Parameter(help="Also all rows of the model: a generated token, a prefill, loading the keys.", negative="")
    ] = False,
    io_bits_per_s: Annotated[float, Parameter(help="Rate at which keys are written, for --whole-model.")] = 1e9,
    format: Format = "table",
) -> None:
    """Cost the search per iterate, row, head and model, beside the classical line.

    Sizes come from a preset or from --n-keys, --d-head and --n-marked; a size that is given replaces the preset's.

    Example: groverattn estimate --preset llama3.1-8b --data-access qroam
    """
    from groverattn.cli.output import show
    from groverattn.estimation.estimate import estimate as run_estimate

    result = run_estimate(request)
    if not whole_model:
        show(result, format)
        return
    from groverattn.whole_model.model import whole_model as run_whole_model

    show(result, format, whole_model=run_whole_model(request, result.row, io_bits_per_s=io_bits_per_s))
