"""groverattn estimate"""

from __future__ import annotations

from groverattn.cli.options import DataAccess, Format, ScoreMethod
from groverattn.cli.sizes import EstimateOptions


def estimate(
    *,
    options: EstimateOptions | None = None,
    data_access: DataAccess = "qrom",
    score_method: ScoreMethod = "shared-sums",
    format: Format = "table",
) -> None:
    """Cost the search per iterate, row, head and model, beside the classical line.

    Sizes come from a preset or from --n-keys, --d-head and --n-marked; a size that is given replaces the preset's.

    Example: groverattn estimate --preset llama3.1-8b --data-access qroam
    """
    from groverattn.cli.output import show
    from groverattn.study.estimate import estimate as run_estimate
    from groverattn.study.tables import estimate_table

    request = (options or EstimateOptions()).request(data_access=data_access, score_method=score_method)
    show(run_estimate(request).as_json(), format, estimate_table)
