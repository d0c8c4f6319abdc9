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
    from rich.console import Group

    from groverattn.cli.output import show
    from groverattn.estimation.estimate import estimate as run_estimate
    from groverattn.estimation.table import estimate_table

    result = run_estimate(request)
    printed = result.as_json()
    if not whole_model:
        show(printed, format, estimate_table)
        return
    from groverattn.whole_model.model import whole_model as run_whole_model
    from groverattn.whole_model.table import model_table

    printed["whole_model"] = run_whole_model(request, result.row, io_bits_per_s=io_bits_per_s).as_json()
    show(printed, format, lambda both: Group(estimate_table(both), "", model_table(both["whole_model"])))
