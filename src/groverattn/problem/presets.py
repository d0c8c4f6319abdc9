"""Named sizes of published models, one attention head of which is searched."""

from __future__ import annotations

from typing import Any

import attrs

from groverattn.errors import unknown_name
from groverattn.problem.shapes import Shape
from groverattn.show.result import Shown

# No source gives k for models that were not trained with sparse attention; it grows with the context here.
_K_ASSUMED = "n_marked is our assumption"


@attrs.frozen
class Preset:
    """The attention sizes of one model at one context length.

    Attributes:
        name: what it is called on the command line.
        layers: number of attention layers.
        query_heads: query heads per layer.
        kv_heads: key and value heads per layer; None for multi-head latent attention (MLA).
        d_head: numbers in a score, d; for MLA with the part that carries the position.
        n_keys: context length n, tokens.
        n_marked: marked keys per row, k.
        note: what to know before the numbers are used.
        source: where the sizes are from.
        key_numbers: numbers that a kernel reads per key when it generates a token; for MLA those of the compressed key,
            else d_head.
    """

    name: str
    layers: int
    query_heads: int
    kv_heads: int | None
    d_head: int
    n_keys: int
    n_marked: int
    note: str
    source: str
    key_numbers: int = attrs.field(default=attrs.Factory(lambda self: self.d_head, takes_self=True))

    @property
    def group_size(self) -> int:
        """Query heads that read the same memory of keys: those of a group, or all heads of a layer for MLA.

        The memory of MLA holds compressed keys of `key_numbers` numbers; the d_head of a score are a head's own.
        """
        return self.query_heads if self.kv_heads is None else self.query_heads // self.kv_heads

    @property
    def n_searches(self) -> int:
        """Rows of all heads and layers: layers * query_heads * n_keys, one search each for a full context."""
        return self.layers * self.query_heads * self.n_keys

    def shape(self, key_bits: int, query_bits: int) -> Shape:
        """Return the sizes of one row's search at the chosen bit widths."""
        return Shape(self.n_keys, self.d_head, self.n_marked, key_bits, query_bits)


_LLAMA3 = "arXiv:2407.21783, Table 3"

# kv_lora_rank and qk_rope_head_dim of the released configurations of DeepSeek-V3 and of GLM-5; those of GLM-5.2 are as
# reported, not checked.
_MLA_KEY = 512 + 64

# fmt: off
_ROWS = (
    # name, layers, query heads, kv heads, d, n, k, note, source
    Preset("toy", 1, 1, 1, 4, 16, 2, "small enough to simulate every qubit", "our choice"),
    Preset("gpt2", 12, 12, 12, 64, 1024, 32, _K_ASSUMED, "released model configuration"),
    Preset("gpt2-xl", 48, 25, 25, 64, 1024, 32, _K_ASSUMED, "released model configuration"),
    Preset("gpt3-175b", 96, 96, 96, 128, 2048, 64, _K_ASSUMED + "; alternate layers attend in sparse bands",
           "arXiv:2005.14165, Table 2.1"),
    Preset("llama2-7b", 32, 32, 32, 128, 4096, 64, _K_ASSUMED, "arXiv:2307.09288, Table 1; released configuration"),
    Preset("llama3-8b", 32, 32, 8, 128, 8192, 64, _K_ASSUMED, _LLAMA3),
    Preset("llama3.1-8b", 32, 32, 8, 128, 131072, 512, _K_ASSUMED, _LLAMA3),
    Preset("llama3.1-8b-4k", 32, 32, 8, 128, 4096, 64, _K_ASSUMED + "; the same model at a short context", _LLAMA3),
    Preset("llama3.1-70b", 80, 64, 8, 128, 131072, 512, _K_ASSUMED, _LLAMA3),
    Preset("llama3.1-405b", 126, 128, 8, 128, 131072, 512, _K_ASSUMED, _LLAMA3),
    Preset("mistral-7b", 32, 32, 8, 128, 32768, 64, _K_ASSUMED + "; its sliding window shows a row 4096 keys only",
           "arXiv:2310.06825, Table 1; context of the released configuration"),
    Preset("qwen2.5-7b-1m", 28, 28, 4, 128, 1010000, 2048, _K_ASSUMED, "arXiv:2501.15383; released configuration"),
    Preset("deepseek-v3", 61, 128, None, 192, 131072, 2048,
           "MLA, 128 + 64 numbers a score; n_marked as V3.2, its successor, is trained with (top-k 2048)",
           "arXiv:2412.19437, Section 4.2", key_numbers=_MLA_KEY),
    Preset("glm-5.2", 78, 64, None, 256, 1048576, 2048, "MLA; trained with top-k 2048; sizes not checked by us",
           "released model configuration, as reported", key_numbers=_MLA_KEY),
    Preset("llama4-scout", 48, 40, 8, 128, 10485760, 2048,
           _K_ASSUMED + "; three of four layers attend within chunks of 8192", "released model configuration"),
    Preset("gpt-oss-120b", 36, 64, 8, 64, 131072, 512, _K_ASSUMED + "; every other layer has a window of 128",
           "arXiv:2508.10925; released configuration"),
    Preset("1m-context-synthetic", 1, 1, 1, 128, 1048576, 2048, "synthetic: no model has these sizes", "our choice"),
)
# fmt: on

PRESETS: dict[str, Preset] = {row.name: row for row in _ROWS}


def preset(name: str) -> Preset:
    """Return the preset of this name.

    Raises:
        InputError: no such preset; the message names the nearest ones.

    >>> preset("llama3-8b").group_size
    4
    """
    if name not in PRESETS:
        raise unknown_name("preset", name, PRESETS, "there is no preset of this name")
    return PRESETS[name]


@attrs.frozen
class PresetList(Shown):
    """All presets, as `groverattn presets` shows them."""

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        presets = [attrs.asdict(preset) for preset in PRESETS.values()]
        return {"schema": "groverattn.presets/1", "presets": presets}
