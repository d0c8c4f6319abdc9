"""groverattn compare"""

from __future__ import annotations

from groverattn.cli.options import Format, asks
from groverattn.row.request import RowRequest


@asks(RowRequest, without=("data_access",))
def compare(request: RowRequest, *, format: Format = "table") -> None:
    """Put every data access side by side for one model: counts, depth, qubits, machine, GPU, verdict.

    Example: groverattn compare --preset llama3.1-8b
    """
    from groverattn.cli.output import show
    from groverattn.estimation.compare import compare as run_comparison

    show(run_comparison(request), format)
