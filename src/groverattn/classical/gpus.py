"""GPUs as two rates: the arithmetic of a measured attention kernel, and the bandwidth of the memory."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen
class Roofline:
    """Two lower bounds of the time of a piece of work; the longer one holds.

    Attributes:
        arithmetic_s: its operations over the arithmetic rate, seconds.
        bandwidth_s: its bytes over the memory bandwidth, seconds.

    >>> Roofline(arithmetic_s=2e-6, bandwidth_s=3e-6).bound_by
    'bandwidth'
    """

    arithmetic_s: float
    bandwidth_s: float

    def times(self, repeats: int) -> Roofline:
        """Times of the same work `repeats` times over."""
        return Roofline(self.arithmetic_s * repeats, self.bandwidth_s * repeats)

    def plus(self, other: Roofline) -> Roofline:
        """Times of this work and other work: both rates are shared, a lower bound."""
        return Roofline(self.arithmetic_s + other.arithmetic_s, self.bandwidth_s + other.bandwidth_s)

    @property
    def time_s(self) -> float:
        """The longer of the two, seconds."""
        return max(self.arithmetic_s, self.bandwidth_s)

    @property
    def bound_by(self) -> Literal["arithmetic", "bandwidth"]:
        """Which of the two it is."""
        return "arithmetic" if self.arithmetic_s >= self.bandwidth_s else "bandwidth"


@attrs.frozen
class Gpu:
    """GPU that works in one number format.

    Attributes:
        name: the GPU.
        number_format: fp16, bf16 or fp8: what keys, queries and values are stored in.
        bytes_per_number: size of one such number.
        flop_per_s: highest rate reported for an attention kernel, FLOP per second; a multiply-add is two.
        bytes_per_s: peak bandwidth of the memory.
        rate_source: where flop_per_s is from.
        bandwidth_source: where bytes_per_s is from.
    """

    name: str
    number_format: str
    bytes_per_number: int
    flop_per_s: float
    bytes_per_s: float
    rate_source: str
    bandwidth_source: str

    @property
    def label(self) -> str:
        """GPU and number format."""
        return f"{self.name} {self.number_format}"

    def roofline(self, flop: float, numbers: float) -> Roofline:
        """Two times of work that does `flop` operations on `numbers` numbers read or written once.

        >>> GPUS[0].roofline(flop=740e12, numbers=3.35e12).bandwidth_s
        2.0
        """
        return Roofline(flop / self.flop_per_s, numbers * self.bytes_per_number / self.bytes_per_s)

    def source(self, bound_by: str) -> str:
        """Source of the rate that bounds a time."""
        return self.rate_source if bound_by == "arithmetic" else self.bandwidth_source


_FA3 = "arXiv:2407.08608, abstract (FlashAttention-3)"
_FA4 = "arXiv:2603.05451, abstract (FlashAttention-4)"
_AS_H100 = _FA3 + " on H100; H200 has the same arithmetic units: our assumption"
_AS_BF16 = _FA4 + " in bf16; no figure of an fp8 attention kernel was found, products in bf16: our assumption"
_PEAK = "vendor figure, second-hand: peak memory bandwidth"

# fmt: off
GPUS = (
    Gpu("H100", "fp16", 2, 740e12, 3.35e12, _FA3, _PEAK),
    Gpu("H100", "fp8", 1, 1.2e15, 3.35e12, _FA3, _PEAK),
    Gpu("H200", "fp16", 2, 740e12, 4.8e12, _AS_H100, _PEAK),
    Gpu("H200", "fp8", 1, 1.2e15, 4.8e12, _AS_H100, _PEAK),
    Gpu("B200", "bf16", 2, 1613e12, 8.0e12, _FA4, _PEAK),
    Gpu("B200", "fp8", 1, 1613e12, 8.0e12, _AS_BF16, _PEAK),
)
# fmt: on
