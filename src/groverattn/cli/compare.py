"""groverattn compare"""

from __future__ import annotations

from groverattn.cli.options import (
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
    SearchLaw,
)


def compare(
    *,
    preset: Preset = None,
    n_keys: NKeys = None,
    d_head: DHead = None,
    n_marked: NMarked = None,
    key_bits: KeyBits = 8,
    query_bits: QueryBits = 8,
    search_law: SearchLaw = "expected",
    hardware: Hardware = "gidney-fowler-2018",
    error_budget: ErrorBudget = 0.01,
    qram_latency_us: QRAMLatency = 10.0,
    qram_qubits_per_bit: QRAMQubits = 0.0,
    qram_p_error: QRAMError = 0.0,
    format: Format = "table",
) -> None:
    """Put every data access side by side for one model: counts, depth, qubits, machine, GPU, verdict.

    Example: groverattn compare --preset llama3.1-8b
    """
    from groverattn.bloqs.qram import QRAMPrice
    from groverattn.cli.output import show
    from groverattn.study.compare import compare as run_comparison
    from groverattn.study.compare_table import compare_table
    from groverattn.study.requests import estimate_request

    request = estimate_request(
        preset=preset,
        n_keys=n_keys,
        d_head=d_head,
        n_marked=n_marked,
        key_bits=key_bits,
        query_bits=query_bits,
        search_law=search_law,
        hardware=hardware,
        error_budget=error_budget,
        qram=QRAMPrice(qram_latency_us, qram_qubits_per_bit, qram_p_error),
    )
    show(run_comparison(request).as_json(), format, compare_table)
