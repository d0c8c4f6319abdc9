"""groverattn verify"""

from __future__ import annotations

from groverattn.cli.heads import asks_of_head
from groverattn.cli.options import Format
from groverattn.verification.request import VerificationRequest


@asks_of_head(VerificationRequest)
def verify(request: VerificationRequest, *, format: Format = "table") -> int:
    """Run the oracle's circuit, every gate, on all keys, and compare with arithmetic and with the estimate.

    Exit status 1 if any phase, index, ancilla or count differs.

    Example: groverattn verify --n-keys 4096 --d-head 64 --data-access qroam
    """
    request.check_used()  # before Qualtran is imported

    from groverattn.cli.output import show
    from groverattn.verification.verification import verify as run_verification

    result = run_verification(request)
    show(result, format)
    return 0 if result.check.passed else 1
