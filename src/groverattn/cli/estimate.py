"""groverattn estimate"""

from __future__ import annotations

from groverattn.cli.options import (
    DataAccess,
    DHead,
    ErrorBudget,
    Format,
    Hardware,
    KeyBits,
    NKeys,
    NMarked,
    Preset,
    QRAMError,
    QRAMLatency,
    QRAMQubits,
    QueryBits,
    ScoreMethod,
    SearchLaw,
)


def estimate(
    *,
    preset: Preset = None,
    n_keys: NKeys = None,
    d_head: DHead = None,
    n_marked: NMarked = None,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    data_access: DataAccess = "qrom",
    score_method: ScoreMethod = "shared-sums",
    search_law: SearchLaw = "expected",
    hardware: Hardware = "gidney-fowler-2018",
    error_budget: ErrorBudget = 0.01,
    qram_latency_us: QRAMLatency = 10.0,
    qram_qubits_per_bit: QRAMQubits = 0.0,
    qram_p_error: QRAMError = 0.0,
    format: Format = "table",
) -> None:
    """Cost the search per iterate, row, head and model, beside the classical line.

    Sizes come from a preset or from --n-keys, --d-head and --n-marked; a size that is given replaces the preset's.

    Example: groverattn estimate --preset llama3.1-8b --data-access qroam
    """
    from groverattn.bloqs.qram import QRAMPrice
    from groverattn.cli.output import show
    from groverattn.study.estimate import estimate as run_estimate
    from groverattn.study.requests import estimate_request
    from groverattn.study.tables import estimate_table

    request = estimate_request(
        preset=preset,
        n_keys=n_keys,
        d_head=d_head,
        n_marked=n_marked,
        key_bits=key_bits,
        query_bits=query_bits,
        data_access=data_access,
        score_method=score_method,
        search_law=search_law,
        hardware=hardware,
        error_budget=error_budget,
        qram=QRAMPrice(qram_latency_us, qram_qubits_per_bit, qram_p_error),
    )
    show(run_estimate(request).as_json(), format, estimate_table)
