"""Which field of a model's `config.json` gives which size, by model type.

Source: the configuration classes of huggingface/transformers, src/transformers/models/TYPE/configuration_TYPE.py, as
read in 2026. A default that such a class has for a size is not taken over: a field that is absent is asked for. Only
what a class, or the model that reads it, computes from other fields is computed here as well.
"""

from __future__ import annotations

from typing import Literal

import attrs

Unstated = Literal["", "null", "absent"]
"""When a class computes a field from others: never, where it is null, or where it is null or absent."""

Windowed = Literal["all", "alternate", "pattern", "after", "listed"]
"""Which layers have the window where `layer_types` does not say: all; the first, third and so on; all but each last of
`sliding_window_pattern`; those from `max_window_layers` on; or it has to be said."""


@attrs.frozen
class Family:
    """Fields of the configurations of some model types.

    Attributes:
        layers: number of layers.
        heads: query heads of a layer.
        width: numbers of a token between layers, which the heads share.
        context: positions of a text.
        kv_heads: key heads of a layer; None: every query head has its own.
        kv_heads_unstated: when there are as many key heads as query heads because the configuration says nothing else.
        d_head: numbers of a query; None: always width // heads.
        d_head_unstated: when it is width // heads because the configuration says nothing else.
        latent: whether keys are stored compressed (MLA): a query then has qk_nope_head_dim + qk_rope_head_dim numbers,
            and kv_lora_rank + qk_rope_head_dim are stored.
        first_position: a field whose number is that of the position before the first, which cannot be used; None: none.
        window_switch: a field without which `sliding_window` has no effect.
        windowed: which layers have the window, if there is one.
        causal: whether row i sees keys 0 to i only.
    """

    layers: str = "num_hidden_layers"
    heads: str = "num_attention_heads"
    width: str = "hidden_size"
    context: str = "max_position_embeddings"
    kv_heads: str | None = "num_key_value_heads"
    kv_heads_unstated: Unstated = "null"
    d_head: str | None = "head_dim"
    d_head_unstated: Unstated = "absent"
    latent: bool = False
    first_position: str | None = None
    window_switch: str | None = None
    windowed: Windowed = "all"
    causal: bool = True


_STATED = Family(kv_heads_unstated="", d_head_unstated="")
_SWITCHED = Family(window_switch="use_sliding_window", windowed="after")
_LLAMA = Family(kv_heads_unstated="absent")
_LATENT = Family(kv_heads=None, d_head=None, latent=True)
_ALL_KEYS = Family(kv_heads=None, d_head=None)
_ENCODER = attrs.evolve(_ALL_KEYS, causal=False)

FAMILIES: dict[str, Family] = {
    "llama": _LLAMA,
    "mistral": Family(),
    "mixtral": Family(),
    "qwen2": _SWITCHED,
    "qwen3": attrs.evolve(_SWITCHED, d_head_unstated=""),
    "phi3": _LLAMA,
    "smollm3": attrs.evolve(_SWITCHED, windowed="listed"),
    "gemma": _STATED,
    "gemma2": attrs.evolve(_STATED, windowed="alternate"),
    "gemma3_text": attrs.evolve(_STATED, windowed="pattern"),
    "glm4": _STATED,
    "gpt_oss": Family(d_head_unstated="null", windowed="alternate"),
    "deepseek_v2": _LATENT,
    "deepseek_v3": _LATENT,
    "deepseek_v32": _LATENT,
    "glm_moe_dsa": _LATENT,
    "gpt2": attrs.evolve(_ALL_KEYS, layers="n_layer", heads="n_head", width="n_embd", context="n_positions"),
    "gpt_neox": _ALL_KEYS,
    "bert": _ENCODER,
    # its positions are counted from pad_token_id + 1 on (`create_position_ids_from_input_ids`, second-hand)
    "roberta": attrs.evolve(_ENCODER, first_position="pad_token_id"),
    "distilbert": attrs.evolve(_ENCODER, layers="n_layers", heads="n_heads", width="dim"),
}
"""By `model_type`. A configuration with images, such as gemma3, has one of these in `text_config`."""
