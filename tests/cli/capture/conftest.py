"""Tiny models with random weights, saved as any model is, and a witness of what their attention computes."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

TEXT = "a key is a door and a query is a hand that tries each door of the long house"
SIZES = {"vocab_size": 40, "hidden_size": 24, "intermediate_size": 32, "initializer_range": 0.6}
# Latent attention, experts and an indexer of 3 heads that selects 4 keys, as in DeepSeek-V3.2.
SPARSE = SIZES | {
    "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 64,
    "q_lora_rank": 12, "kv_lora_rank": 8, "qk_rope_head_dim": 4, "qk_nope_head_dim": 4, "v_head_dim": 6,
    "moe_intermediate_size": 16, "n_routed_experts": 4, "num_experts_per_tok": 2, "n_group": 1, "topk_group": 1,
    "first_k_dense_replace": 1, "index_n_heads": 3, "index_head_dim": 8, "index_topk": 4,
}  # fmt: skip
# As in GLM-5.2: a shared layer attends to what the last full one selected.
GLM_INDEXERS = ["full", "shared", "full", "shared", "shared"]

GEMMA_LAYERS = ["sliding_attention", "full_attention", "sliding_attention"]


def save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *sorted(set(TEXT.split()))])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]").save_pretrained(folder)


def configuration(kind: str):
    import transformers as hf

    llama = {"num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "max_position_embeddings": 64}
    bart = {"encoder_layers": 2, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    known = {
        "llama": lambda: hf.LlamaConfig(**SIZES, **llama),
        "deep llama": lambda: hf.LlamaConfig(**SIZES, **(llama | {"num_hidden_layers": 8})),
        "granite": lambda: hf.GraniteConfig(**SIZES, **llama, attention_multiplier=0.3),
        "mistral": lambda: hf.MistralConfig(**SIZES, **llama, sliding_window=8),
        "gemma 3": lambda: hf.Gemma3TextConfig(
            **SIZES, **(llama | {"head_dim": 4}), sliding_window=8, layer_types=GEMMA_LAYERS
        ),
        "bert": lambda: hf.BertConfig(**SIZES, num_hidden_layers=4, num_attention_heads=3, max_position_embeddings=64),
        "bart": lambda: hf.BartConfig(
            vocab_size=40, d_model=24, encoder_ffn_dim=32, decoder_ffn_dim=32, init_std=0.6, **bart
        ),
        "deepseek v3.2": lambda: hf.DeepseekV32Config(**SPARSE),
        "deepseek v3.2, all keys": lambda: hf.DeepseekV32Config(**(SPARSE | {"index_topk": 50})),
        "glm dsa": lambda: hf.GlmMoeDsaConfig(**(SPARSE | {"num_hidden_layers": 5}), indexer_types=GLM_INDEXERS),
        "mamba": lambda: hf.MambaConfig(vocab_size=40, hidden_size=24, num_hidden_layers=2),
    }
    return known[kind]()


# The extra `capture` is left out of `dev`: PyTorch and transformers are gigabytes that no other test needs. With
# `pip install -c constraints.txt -e '.[dev,capture]'` nothing here is skipped (docs/capture.md).
WITHOUT_EXTRA = "the extra `capture` (torch, transformers) is not installed; it is no part of `dev`"


@pytest.fixture
def torch():
    """PyTorch, with transformers beside it."""
    pytest.importorskip("transformers", reason=WITHOUT_EXTRA)  # not in `dev`: see WITHOUT_EXTRA
    return pytest.importorskip("torch", reason=WITHOUT_EXTRA)  # not in `dev`: see WITHOUT_EXTRA


@pytest.fixture
def model(torch, tmp_path):
    """Save a model of a kind, with a tokenizer, and return its folder."""
    import transformers

    def save(kind: str, **options) -> Path:
        torch.manual_seed(5)
        transformers.AutoModel.from_config(configuration(kind), **options).save_pretrained(tmp_path / kind)
        save_tokenizer(tmp_path / kind)
        return tmp_path / kind

    return save


@pytest.fixture
def text(tmp_path) -> Path:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "text.txt"


@attrs.define
class Witness:
    """Stands where PyTorch's attention function stood: calls it, and keeps what went in and what came out."""

    original: object
    calls: list = attrs.field(factory=list)
    before: object = None  # called first, with the number of the call

    def __call__(self, query, key, value, *arguments, **options):
        if self.before is not None:
            self.before(len(self.calls))
        output = self.original(query, key, value, *arguments, **options)
        self.calls.append(tuple(tensor[0].float().numpy().copy() for tensor in (query, key, value, output)))
        return output


@pytest.fixture
def witness(torch, monkeypatch):
    witness = Witness(torch.nn.functional.scaled_dot_product_attention)
    # `functools.wraps` in the capture copies what a function has.
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", witness)
    return witness


@pytest.fixture
def capture(cli, tmp_path, text):
    """Run `groverattn capture` on a folder and the text; the file is heads.npz."""

    def run(folder, *options, format="json"):
        return cli(
            "capture", "--model", folder, "--text", text, "-o", tmp_path / "heads.npz", "--format", format, *options
        )

    return run
