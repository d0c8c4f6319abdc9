"""A capture that fails says why, leaves the old file and PyTorch as they were, and nothing half-written."""

import json
import math

import numpy as np
import pytest

from groverattn.capture.attention_calls import attention_calls
from groverattn.errors import InputError

OLD = b"the file that was there"


@pytest.fixture
def nothing_changed(tmp_path, witness):
    """Put a file where the capture goes, and return the check that it is still there and alone."""
    import torch

    (tmp_path / "heads.npz").write_bytes(OLD)

    def check():
        assert (tmp_path / "heads.npz").read_bytes() == OLD
        assert list(tmp_path.glob(".*")) == []
        assert torch.nn.functional.scaled_dot_product_attention is witness

    return check


def is_refused(outcome, *words):
    assert (outcome.status, outcome.out) == (2, "")
    last = outcome.err.splitlines()[-1]
    assert last.startswith("groverattn: given: ")
    for word in words:
        assert word in last, (word, last)


@pytest.mark.parametrize(
    ("failure", "status", "word"),
    [(RuntimeError("in the third layer"), 2, "in the third layer"), (KeyboardInterrupt(), 130, "nothing was written")],
)
def test_a_failure_in_the_middle(model, capture, witness, nothing_changed, tmp_path, failure, status, word):
    def fail(call):
        if call == 2:
            assert len(list(tmp_path.glob(".heads.npz.*.part"))) == 1
            raise failure

    witness.before = fail
    outcome = capture(model("llama"), "--force")
    assert outcome.status == status
    assert word in outcome.err.splitlines()[-1]
    assert len(witness.calls) == 2
    nothing_changed()


def test_the_function_is_restored_after_a_success(model, capture, witness, tmp_path):
    import torch

    assert capture(model("bert")).status == 0
    assert len(witness.calls) == 4
    assert torch.nn.functional.scaled_dot_product_attention is witness
    assert list(tmp_path.glob(".*")) == []


def test_a_file_is_replaced_only_by_force(model, capture, nothing_changed, tmp_path):
    folder = model("bert")
    is_refused(capture(folder), "--force")
    nothing_changed()
    assert capture(folder, "--force").status == 0
    assert np.load(tmp_path / "heads.npz")["Q_0"].shape == (3, 21, 8)


def test_windows_shorter_than_the_text_in_every_layer(model, capture, nothing_changed):
    is_refused(capture(model("mistral"), "--force"), "windows in every layer", "--max-tokens 8")
    nothing_changed()


def test_a_text_shorter_than_asked(model, capture, nothing_changed):
    is_refused(capture(model("bert"), "--force", "--max-tokens", 22), "21 tokens of text", "take a longer text")
    nothing_changed()


def test_no_model(cli, text, torch, nothing_changed, tmp_path):
    is_refused(cli("capture", "--text", text, "-o", tmp_path / "heads.npz", "--force"), "neither --model nor --gguf")
    nothing_changed()


def test_a_model_without_attention(model, capture, nothing_changed):
    is_refused(capture(model("mamba"), "--force"), "scaled_dot_product_attention")
    nothing_changed()


def test_more_tokens_than_positions(model, capture, text, nothing_changed):
    text.write_text("key " * 63)
    is_refused(capture(model("llama"), "--force"), "65 tokens", "--max-tokens 64")
    nothing_changed()
    assert capture(model("llama"), "--force", "--max-tokens", 64).json["n_tokens"] == 64


@pytest.mark.parametrize("options", [("--max-tokens", 1), ("--max-tokens", 0), ("--max-tokens", -3)])
def test_fewer_than_two_tokens(model, capture, nothing_changed, options):
    is_refused(capture(model("bert"), "--force", *options), "2 tokens or more")
    nothing_changed()


def test_numbers_beyond_float16(model, capture, nothing_changed):
    import torch
    import transformers

    folder = model("bert")
    loaded = transformers.AutoModel.from_pretrained(folder)
    with torch.no_grad():
        loaded.encoder.layer[1].attention.self.value.bias[3] = 1e5
    loaded.save_pretrained(folder)
    is_refused(capture(folder, "--force"), "V_1", "65504", "--dtype float32")
    nothing_changed()
    assert capture(folder, "--force", "--dtype", "float32").status == 0


def test_weights_that_would_be_drawn_at_random(model, capture, nothing_changed):
    from safetensors.torch import load_file, save_file

    weights = model("llama") / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(weights).items() if "layers.1.self_attn.k_proj" not in name}
    save_file(kept, weights, metadata={"format": "pt"})
    is_refused(capture(weights.parent, "--force"), "k_proj", "drawn at random")
    nothing_changed()


def test_code_in_the_folder_is_never_run(model, capture, nothing_changed, tmp_path):
    folder = model("bert")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n")
    own = {"AutoConfig": "own.Config", "AutoModel": "own.Model", "AutoTokenizer": ["own.Tokenizer", None]}
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))
    is_refused(capture(folder, "--force"), str(folder))
    assert not (tmp_path / "run").exists()
    nothing_changed()


@pytest.mark.parametrize("lacking", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_that_lacks_something(model, capture, nothing_changed, lacking):
    folder = model("bert")
    (folder / lacking).unlink()
    is_refused(capture(folder, "--force"), str(folder))
    nothing_changed()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n"  # a clone made without Git LFS


@pytest.mark.parametrize(("name", "content"), [
    ("model.safetensors", POINTER), ("model.safetensors", b""), ("model.safetensors", None),
    ("pytorch_model.bin", POINTER), ("pytorch_model.bin", b""), ("tokenizer.json", b"{}"),
])  # fmt: skip
def test_files_that_are_not_what_their_names_say(model, capture, nothing_changed, name, content):
    folder = model("bert")
    whole = (folder / "model.safetensors").read_bytes()
    if name == "pytorch_model.bin":
        (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(whole[: len(whole) // 2] if content is None else content)
    is_refused(capture(folder, "--force"), str(folder))
    nothing_changed()


def calls_of(*arguments, **options):
    """What is captured of one call of the attention function."""
    import torch

    seen = []
    with attention_calls(seen.append):
        torch.nn.functional.scaled_dot_product_attention(*arguments, **options)
    (call,) = seen
    return call


@pytest.fixture
def qkv(torch):
    torch.manual_seed(1)
    return tuple(torch.randn(1, heads, 5, 4) for heads in (6, 2, 2))


def test_key_heads_that_were_repeated_are_kept_once(qkv):
    import torch

    query, key, value = qkv
    call = calls_of(query, key.repeat_interleave(3, dim=1), value.repeat_interleave(3, dim=1))
    assert (call.keys == key[0].numpy()).all()
    assert (call.values == value[0].numpy()).all()
    grouped = calls_of(query, key, value, enable_gqa=True)
    assert (grouped.keys == call.keys).all()
    # Equal keys with different values are not repeated heads, and neither are heads that alternate.
    values = torch.randn(1, 6, 5, 4)
    assert calls_of(query, key.repeat_interleave(3, dim=1), values).keys.shape[0] == 6
    assert calls_of(query, key.repeat(1, 3, 1, 1), value.repeat(1, 3, 1, 1)).keys.shape[0] == 6


def masks():
    import torch

    lower, most_negative = torch.ones(5, 5, dtype=torch.bool).tril(), torch.finfo(torch.float32).min
    floats = torch.zeros(5, 5).masked_fill(~lower, -math.inf)
    hole = lower.clone()
    hole[3, 1] = False
    return {
        "causal, Boolean": (lower, True),
        "causal, one per head": (lower.expand(1, 6, 5, 5), True),
        "causal, infinite": (floats, True),
        "causal, finite": (torch.zeros(1, 1, 5, 5).masked_fill(~lower, most_negative), True),
        "nothing hidden": (torch.ones(1, 1, 1, 5, dtype=torch.bool), False),
        "nothing added": (torch.zeros(5, 5), False),
        "window": (lower & ~lower.tril(-3), True),
        "window of one key": (torch.eye(5, dtype=torch.bool), True),
        "chunks": (torch.block_diag(torch.ones(2, 2), torch.ones(3, 3)).bool() & lower, None),
        "padding": (torch.tensor([[True, True, True, True, False]]), None),
        "upper": (lower.T, None),
        "one key hidden": (hole, None),
        "bias below the diagonal": (floats + 0.5, None),
        "weak mask": (torch.zeros(5, 5).masked_fill(~lower, -10.0), None),
        "another mask in one head": (torch.stack([lower] * 5 + [hole])[None], None),
    }


@pytest.mark.parametrize("name", [
    "causal, Boolean", "causal, one per head", "causal, infinite", "causal, finite", "nothing hidden", "nothing added",
    "window", "window of one key", "chunks",
    "padding", "upper", "one key hidden", "bias below the diagonal", "weak mask", "another mask in one head",
])  # fmt: skip
def test_masks(qkv, name):
    mask, causal = masks()[name]
    if causal is None:
        with pytest.raises(InputError, match="neither causal nor without effect"):
            calls_of(*qkv, attn_mask=mask, enable_gqa=True)
    else:
        call = calls_of(*qkv, attn_mask=mask, enable_gqa=True)
        assert call.causal is causal
        assert call.window == {"window": 3, "window of one key": 1}.get(name, 0)


def test_the_causal_flag_and_the_scale(qkv):
    assert calls_of(*qkv, is_causal=True, enable_gqa=True).causal is True
    assert calls_of(*qkv, enable_gqa=True).causal is False
    assert calls_of(*qkv, enable_gqa=True).score_scale == 0.5
    assert calls_of(*qkv, scale=0.125, enable_gqa=True).score_scale == 0.125


def test_calls_that_are_no_self_attention_of_one_text(qkv):
    import torch

    query, key, value = qkv
    with pytest.raises(InputError, match="one text to itself"):
        calls_of(query[:, :, :3], key, value, enable_gqa=True)
    with pytest.raises(InputError, match="one text to itself"):
        calls_of(*(torch.cat([tensor, tensor]) for tensor in qkv), enable_gqa=True)


def test_bfloat16_is_read_exactly(qkv):
    import torch

    query, key, value = (tensor.to(torch.bfloat16) for tensor in qkv)
    assert (calls_of(query, key, value, enable_gqa=True).queries == query[0].float().numpy()).all()
