"""What a GPU needs for one attention row: the line beside every quantum number."""

from __future__ import annotations

from typing import Literal

import attrs

from groverattn.problem.errors import InputError


@attrs.frozen
class ClassicalMachine:
    """A GPU in one of the two regimes of attention.

    Attributes:
        name: GPU, regime and number format.
        kind: prefill (all rows at once, bound by arithmetic) or decode (one row, bound by reading the keys).
        rate_per_s: FLOP per second for prefill, bytes per second for decode.
        bytes_per_number: size of a number of a key; it sets the time of decode only.
        source: where the rate is from.
    """

    name: str
    kind: Literal["prefill", "decode"]
    rate_per_s: float
    bytes_per_number: int
    source: str

    def time_s_per_row(self, n_keys: int, d_head: int, gqa_group: int = 1, causal: bool = False) -> float:
        """Return the time of one row of one query head, seconds.

        Prefill: 4 n d FLOP, two products with n keys and n values of d numbers, a multiplication and an addition each
        (arXiv:2407.08608, Section 4.1); half of it on average where a row sees only the keys before it.
        Decode: n d numbers of the keys are read once for all query heads of the group. Values are left out, because the
        search for the large scores, which the quantum line does, needs none. The newest row sees every key, so `causal`
        changes nothing.
        """
        if self.kind == "prefill":
            flop = 4 * n_keys * d_head / (2 if causal else 1)
            return flop / self.rate_per_s
        key_bytes = n_keys * d_head * self.bytes_per_number
        return key_bytes / self.rate_per_s / gqa_group


_SECOND_HAND = "vendor figure, second-hand: peak memory bandwidth"

# fmt: off
CLASSICAL_MACHINES = (
    ClassicalMachine("H100 prefill fp16", "prefill", 740e12, 2, "arXiv:2407.08608, abstract (FlashAttention-3)"),
    ClassicalMachine("B200 prefill bf16", "prefill", 1613e12, 2, "arXiv:2603.05451, abstract (FlashAttention-4)"),
    ClassicalMachine("H100 decode fp16", "decode", 3.35e12, 2, _SECOND_HAND),
    ClassicalMachine("B200 decode fp8", "decode", 8.0e12, 1, _SECOND_HAND),
)
# fmt: on


@attrs.frozen
class ClassicalLine:
    """One classical competitor of one row.

    Attributes:
        name: GPU, regime and number format.
        kind: prefill or decode.
        time_s_per_row: time of one row of one query head, seconds.
        source: where the rate behind it is from.
    """

    name: str
    kind: str
    time_s_per_row: float
    source: str


def classical_lines(n_keys: int, d_head: int, gqa_group: int = 1, causal: bool = False) -> list[ClassicalLine]:
    """Return the time per row on every machine of `CLASSICAL_MACHINES`.

    Args:
        n_keys: number of keys n.
        d_head: numbers per key d.
        gqa_group: query heads that share the keys (grouped queries); decode reads the keys once for all of them.
        causal: whether a row of prefill sees only the keys before it.

    Raises:
        InputError: a size below 1.

    >>> [f"{line.name} {line.time_s_per_row * 1e6:.2f} us" for line in classical_lines(1_000_000, 128)][:2]
    ['H100 prefill fp16 0.69 us', 'B200 prefill bf16 0.32 us']
    """
    if min(n_keys, d_head, gqa_group) < 1:
        raise InputError(
            given=f"n_keys = {n_keys}, d_head = {d_head}, gqa_group = {gqa_group}",
            allowed="at least 1 each",
            why="they are sizes of an attention head",
            do="check which number is which",
        )
    return [
        ClassicalLine(
            name=machine.name,
            kind=machine.kind,
            time_s_per_row=machine.time_s_per_row(n_keys, d_head, gqa_group, causal),
            source=machine.source,
        )
        for machine in CLASSICAL_MACHINES
    ]
