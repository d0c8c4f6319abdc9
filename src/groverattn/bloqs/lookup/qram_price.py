"""Price of a call of a memory outside the circuit, for the data access `qram`."""

from __future__ import annotations

import attrs

from groverattn.inputs import between, option

_PRICE_MAX = 1e30  # our assumption: nothing that could be built costs more, and all times stay finite


@attrs.frozen
class QRAMPrice:
    """What a call of the memory is assumed to cost; every number is our assumption, because no such device exists.

    arXiv:2307.08045 takes a call as one step. Jaques and Rattew (arXiv:2305.10310) discuss what that hides: the n cells
    and routers have to be error-corrected or passive, and the classical control could as well compute.

    Attributes:
        latency_us: time of one call, microseconds; by default 10, one reaction time of `gidney-fowler-2018`.
        physical_qubits_per_bit: physical qubits of the memory for each bit that it stores.
        p_error: failure probability of one call.

    Raises:
        InputError: a number out of range.
    """

    latency_us: float = option(
        10.0,
        help="qram: assumed time of one call, microseconds.",
        check=between(0.0, _PRICE_MAX, "it is a time, in microseconds"),
    )
    physical_qubits_per_bit: float = option(
        0.0,
        name="qubits_per_bit",
        help="qram: assumed physical qubits per stored bit.",
        check=between(0.0, _PRICE_MAX, "it is a number of qubits"),
    )
    p_error: float = option(
        0.0,
        help="qram: assumed failure probability of one call.",
        check=between(0.0, 1.0 - 2**-53, "it is a probability below 1"),
    )
