"""Published systems that find the large entries of attention rows on GPUs, beside the lines and not compared.

Whole indexers compute the scores and select; sparse attention finds or is trained to need few keys. Each is one line:
what it does, whether it is exact, one number, and what it was measured on. Numbers that we could not open at their
source say "second-hand".
"""

from __future__ import annotations

import attrs


@attrs.frozen
class PublishedSystem:
    """One system, with one number that it publishes.

    Attributes:
        name: what it is.
        does: what it computes, in a few words.
        exact: whether it returns every key that a scan would; no: approximate, or trained so that few are needed.
        number: the published number, with its unit.
        time_s_per_row: time of a row, seconds, where the number is one; None: it is a ratio, or of something else.
        measured_on: card and sizes, as far as the source says.
        source: where it stands.
        status: of that source: merged, open, README, data file, abstract, second-hand.
    """

    name: str
    does: str
    exact: bool
    number: str
    time_s_per_row: float | None
    measured_on: str
    source: str
    status: str


# fmt: off
WHOLE_INDEXERS = (
    PublishedSystem("FlashInfer, whole indexer", "fp8 scores of 64 heads and top-2,048", True, "17.2 us a row", 17.2e-6,
                    "32,768 keys of 128 numbers, one row; card not known to us",
                    "flashinfer-ai/flashinfer, pull request 2814", "second-hand"),
    PublishedSystem("winner of the MLSys 2026 contest, sparse attention track", "fp8 scores of 64 heads and top-2,048",
                    True, "16 us a call", None, "B200, the contest's own shapes, not in the README",
                    "Dogacel/auto-gpu-kernel, README", "README"),
    PublishedSystem("DeepGEMM, MQA logits in prefill", "fp8 scores of 64 heads, nothing selected", True,
                    "960 us for 2,048 rows, 1,145 TFLOP/s", 960e-6 / 2_048,
                    "65,536 keys of 128 numbers, half of which a row sees; card not stated, H200 by its context",
                    "sgl-project/sglang, issue 11989, a comment", "comment"),
    PublishedSystem("MQA logits in CuTe DSL", "fp8 scores of one row, nothing selected", True, "5.46 us a row", 5.46e-6,
                    "32,768 keys; card and heads not in the excerpt that we read",
                    "sgl-project/sglang, pull request 25220", "merged"),
    PublishedSystem("TensorRT-LLM, scan fused with top-k", "scores never reach the memory", True,
                    "0.82 to 1.45 times the two kernels", None, "B200 class (sm_100), 4-bit keys, 4K to 1M tokens",
                    "NVIDIA/TensorRT-LLM, pull request 18844", "open"),
)
"""Scores, or scores and selection, as published."""

SPARSE_ATTENTION = (
    PublishedSystem("Louver", "balls per subspace; the index is exact, the timed kernel has no bound", False,
                    "27.7 us a layer, FlashAttention 115.7 us; 31.7 and 49.6 us on a second model", None,
                    "RTX 5090, one text, 38,000 to 40,000 keys, Llama-3.2-3B and Qwen2.5-7B; medians are ours",
                    "UIC-InDeXLab/Louver, experiments/latency/reports; arXiv:2605.06763", "data file"),
    PublishedSystem("GVR", "exact top-k that starts from the set of the last token", True,
                    "1.88 times the radix kernel", None, "Blackwell, DeepSeek-V3.2", "arXiv:2604.22312", "abstract"),
    PublishedSystem("HISA", "filters blocks, then scores the keys inside", False, "up to 3.75 times the kernel", None,
                    "64K context, card not in the abstract", "arXiv:2603.28458v2", "abstract"),
    PublishedSystem("vAttention", "top-k and a sample of the tail, output within eps with probability 1 - delta", False,
                    "the full model's quality at up to 20 times fewer keys", None, "several data sets",
                    "arXiv:2510.05688", "abstract"),
    PublishedSystem("NSA", "trained: compressed, selected and nearby blocks", False, "11.6 times in decode", None,
                    "64K context", "arXiv:2502.11089", "second-hand"),
    PublishedSystem("Quest", "bounds pages by the least and largest of each number, reads the best", False,
                    "2.23 times in attention", None, "card not in the abstract", "arXiv:2406.10774", "abstract"),
    PublishedSystem("MagicPIG", "samples keys by locality-sensitive hashing on a CPU", False,
                    "up to 5 times the throughput of decode", None, "several GPUs; 54 ms a token on an RTX 4090 at 96K",
                    "arXiv:2410.16179", "abstract"),
)
"""Sparse attention, exact first."""
# fmt: on


def published_systems() -> tuple[PublishedSystem, ...]:
    """Return all of them, whole indexers first; RetrievalAttention stands with the indices of `other_classical_lines`.

    >>> [system.name for system in published_systems() if system.status == "second-hand"]
    ['FlashInfer, whole indexer', 'NSA']
    """
    return (*WHOLE_INDEXERS, *SPARSE_ATTENTION)
