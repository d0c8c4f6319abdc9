"""Exact selection of the k largest of n scores on a GPU: published kernels, and the rule that carries them over.

A GPU that is given the threshold tau keeps the keys that reach it in the pass that computes the scores, and selects
nothing. A GPU that is given k has to find the threshold first, which is what the kernels here do. Every one of them is
exact: it returns k indices of largest score.
"""

from __future__ import annotations

import attrs

from groverattn.classical.gpus import Gpu
from groverattn.errors import InputError

SCORE_BYTES = 4
"""Size of a score and of an index, as the kernels store them (fp32, int32)."""


@attrs.frozen
class SelectionKernel:
    """Published time of an exact top-k kernel.

    Attributes:
        name: the kernel.
        rows: rows that it selects from at once.
        n_scores: scores of a row.
        k: scores that are selected.
        time_s: time of all rows, seconds.
        card: the GPU, as far as the source says.
        source: where the time stands.
        status: of that source: merged, open, closed.
    """

    name: str
    rows: int
    n_scores: int
    k: int
    time_s: float
    card: str
    source: str
    status: str

    @property
    def time_s_per_row(self) -> float:
        """Time of a row, seconds."""
        return self.time_s / self.rows

    @property
    def time_s_per_score(self) -> float:
        """Time of a row over its scores, seconds."""
        return self.time_s_per_row / self.n_scores


_SINGLE_PASS = "single-pass radix, several blocks of threads"
_TRTLLM = "NVIDIA/TensorRT-LLM, pull request 12236"
_GVR = "self-sampling GVR"
_VLLM = "vllm-project/vllm, pull request 57109"
_SM100 = "SM100 family"

# fmt: off
ALONE = tuple(
    SelectionKernel(_SINGLE_PASS, 1, n_scores, 2_048, time_us * 1e-6, "Blackwell", _TRTLLM, "merged")
    for n_scores, time_us in (
        (8_192, 7.95), (16_384, 12.37), (32_768, 19.88), (65_536, 19.73), (131_072, 19.63), (262_144, 19.64),
    )
)
"""One row at a time, fp32: the kernel that the rule below is made of, at its published sizes."""

BATCHED = (
    SelectionKernel(_GVR, 64, 131_072, 2_048, 24.4e-6, _SM100, _VLLM, "open"),
    SelectionKernel(_GVR, 256, 131_072, 2_048, 56.4e-6, _SM100, _VLLM, "open"),
    SelectionKernel(_GVR, 64, 1_048_576, 2_048, 84.1e-6, _SM100, _VLLM, "open"),
)
"""Many rows at once, fp32. k stands in no row of that table; 512, 1,024 and 2,048 are allowed, 2,048 is taken."""

OTHERS = (
    SelectionKernel("FlashInfer, several blocks of threads", 1, 131_072, 2_048, 34.84e-6, "Blackwell", _TRTLLM,
                    "merged"),
    SelectionKernel("CuTe DSL, two passes", 1, 65_536, 2_048, 13.41e-6, "Blackwell",
                    "NVIDIA/TensorRT-LLM, pull request 11900", "merged"),
    SelectionKernel("CuTe DSL, two passes", 1, 131_072, 2_048, 22.34e-6, "Blackwell",
                    "NVIDIA/TensorRT-LLM, pull request 11900", "merged"),
    SelectionKernel("GVR in CuTe DSL, bf16", 1, 65_536, 2_048, 15.977e-6, "Blackwell",
                    "NVIDIA/TensorRT-LLM, pull request 14602", "merged"),
    SelectionKernel(_GVR, 1, 65_536, 512, 5.9e-6, _SM100, "flashinfer-ai/flashinfer, pull request 5315", "closed"),
    SelectionKernel("DeepSelect", 256, 131_072, 2_048, 93.6e-6, _SM100, _VLLM, "open"),
)
"""Further published times, which the rule does not use."""
# fmt: on

SELECTION_SOURCE = f"selection: {_TRTLLM} (Blackwell, k = 2,048, fp32), on every GPU: our assumption"
BATCH_SOURCE = f"selection: {_VLLM} (open; SM100, rows in a batch), in proportion to n, on every GPU: our assumption"


def alone_s(gpu: Gpu, n_scores: int, k: int) -> float:
    """Return the time of a selection from one row alone, seconds: the slow end.

    The time of the next larger published size, and not less than that of a smaller one: one row fills a part of the
    card, so it is a latency. Scores beyond the largest published size take the time of a score in a batch, since a
    row that long fills the card as many rows do. In proportion to n instead, a row of 2^20 alone would take 80 us,
    where 64 of them take 84. Never less than the time that the bytes take. The kernel is taken for every GPU here, and
    its k = 2,048 for every k. All of it is our assumption, between the published sizes and beyond them.

    Args:
        gpu: the card.
        n_scores: scores of the row n.
        k: scores that are selected.

    Raises:
        InputError: a size below 1.

    >>> from groverattn.classical.gpus import GPUS
    >>> [f"{alone_s(GPUS[0], n, 512) * 1e6:.2f} us" for n in (1_024, 131_072, 1 << 20)]
    ['7.95 us', '19.88 us', '20.87 us']
    """
    largest = ALONE[-1].n_scores
    within = min(kernel.n_scores for kernel in ALONE if kernel.n_scores >= min(n_scores, largest))
    latency_s = max(kernel.time_s for kernel in ALONE if kernel.n_scores <= within)
    beyond_s = max(n_scores - largest, 0) * _score_s()
    return max(latency_s + beyond_s, bytes_s(gpu, n_scores, k))


def batched_s(gpu: Gpu, n_scores: int, k: int) -> float:
    """Return the time of a row's selection where many rows are selected from at once, seconds: the fast end.

    In proportion to n, at the fastest time of a score that is published of a batch; never less than the time that the
    bytes take. Our assumption, like the GPUs that it is taken for.

    Raises:
        InputError: a size below 1.

    >>> from groverattn.classical.gpus import GPUS
    >>> f"{batched_s(GPUS[0], 131_072, 512) * 1e6:.3f} us"
    '0.164 us'
    """
    return max(n_scores * _score_s(), bytes_s(gpu, n_scores, k))


def bytes_s(gpu: Gpu, n_scores: int, k: int) -> float:
    """Return the least time of any selection, seconds: every score is read once, and k indices are written.

    Raises:
        InputError: a size below 1.
    """
    if min(n_scores, k) < 1:
        raise InputError(
            given=f"n_scores = {n_scores}, k = {k}",
            allowed="at least 1 each",
            why="some of the scores are selected",
            do="check which number is which",
        )
    return SCORE_BYTES * (n_scores + min(k, n_scores)) / gpu.bytes_per_s


def _score_s() -> float:
    return min(kernel.time_s_per_score for kernel in BATCHED)
