"""The file has what the model computed with: its heads give the model's own attention again."""

import socket
import tracemalloc

import numpy as np
import pytest

from groverattn.problem.heads import load_head, places_of_heads
from groverattn.reference.attention.exact import exact_attention, score_blocks, softmax_rows

N_TOKENS = 21  # of the text in conftest.py: 19 words, and one token added at each end
# layers, query heads, key heads, d, scale, causal
MODELS = {
    "llama": (3, 6, 2, 4, 0.5, True),
    "granite": (3, 6, 2, 4, 0.3, True),
    "bert": (4, 3, 3, 8, 8**-0.5, False),
    "bart": (2, 2, 2, 12, 12**-0.5, False),
}


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_the_heads_give_the_output_of_every_layer(kind, model, capture, witness, tmp_path):
    n_layers, heads, key_heads, d_head, scale, causal = MODELS[kind]
    result = capture(model(kind), "--dtype", "float32").json
    assert (result["n_tokens"], result["n_tokens_of_text"], len(result["layers"])) == (N_TOKENS, N_TOKENS, n_layers)
    assert len(witness.calls) == n_layers
    for layer, (*_, output) in enumerate(witness.calls):
        sizes = {"heads": heads, "key_heads": key_heads, "d_head": d_head, "causal": causal}
        assert result["layers"][layer] == sizes | {"score_scale": pytest.approx(scale), "window": 0}
        for h in range(heads):
            head = load_head(tmp_path / "heads.npz", layer=layer, head=h)
            assert (head.causal, head.score_scale) == (causal, pytest.approx(scale))
            np.testing.assert_allclose(exact_attention(head), output[h], rtol=0, atol=2e-5 * np.abs(output).max())


@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_the_heads_give_the_weights_of_the_model_s_other_implementation(kind, model, capture, tmp_path):
    """Rotary embedding, groups, scale and mask, against weights that the function captured had no part in."""
    import torch
    import transformers

    folder = model(kind)
    assert capture(folder, "--dtype", "float32").status == 0
    with np.load(tmp_path / "heads.npz") as file:
        token_ids = torch.tensor(file["token_ids"])[None]
    eager = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        layers = eager(input_ids=token_ids, output_attentions=True).attentions
    assert len(layers) == MODELS[kind][0]
    for layer, weights in enumerate(layers):
        for h in range(MODELS[kind][1]):
            scores = np.concatenate(
                [block for _, block in score_blocks(load_head(tmp_path / "heads.npz", layer=layer, head=h))]
            )
            np.testing.assert_allclose(softmax_rows(scores), weights[0, h].numpy(), rtol=0, atol=2e-5)


def test_float16_rounds_what_reached_the_attention(model, capture, witness, tmp_path):
    assert capture(model("llama")).json["dtype"] == "float16"
    with np.load(tmp_path / "heads.npz") as file:
        assert sorted(file.files) == sorted(
            [f"{letter}_{layer}" for letter in "QKV" for layer in range(3)] + ["causal", "score_scale", "token_ids"]
        )
        for layer, (query, key, value, _) in enumerate(witness.calls):
            for letter, array in (("Q", query), ("K", key), ("V", value)):
                assert file[f"{letter}_{layer}"].dtype == np.float16
                assert (file[f"{letter}_{layer}"] == array.astype(np.float16)).all()


def test_only_the_first_tokens(model, capture, tmp_path):
    folder = model("llama")
    assert capture(folder, "--dtype", "float32").status == 0
    whole = load_head(tmp_path / "heads.npz", layer=2, head=5)
    result = capture(folder, "--dtype", "float32", "--max-tokens", 7, "--force").json
    assert (result["n_tokens"], result["n_tokens_of_text"]) == (7, N_TOKENS)
    cut = load_head(tmp_path / "heads.npz", layer=2, head=5)
    assert cut.n_keys == 7
    # Under a causal mask the first tokens do not know of the others.
    np.testing.assert_allclose(cut.keys, whole.keys[:7], rtol=0, atol=1e-4)


def test_a_window_that_the_text_fits_into_is_a_causal_mask(model, capture, tmp_path):
    assert capture(model("mistral"), "--max-tokens", 8).status == 0
    assert load_head(tmp_path / "heads.npz", layer=0, head=0).causal


def test_layers_with_a_window_are_named_and_the_others_are_read(model, capture, cli, witness, tmp_path):
    result = capture(model("gemma 3"), "--dtype", "float32").json
    assert [layer["window"] for layer in result["layers"]] == [8, 0, 8]
    with np.load(tmp_path / "heads.npz") as file:
        assert file["window"].tolist() == [8, 0, 8]
        assert (file["Q_2"] == witness.calls[2][0]).all()
    assert places_of_heads(tmp_path / "heads.npz") == [(1, head) for head in range(6)]
    head = load_head(tmp_path / "heads.npz", layer=1, head=5)
    _, _, _, output = witness.calls[1]
    np.testing.assert_allclose(exact_attention(head), output[5], rtol=0, atol=1e-5)
    outcome = cli("simulate", tmp_path / "heads.npz", "--layer", 2, "--head", 0, "--n-marked", 2)
    assert outcome.status == 2
    assert "see their last 8 keys only; allowed: a layer without a window: 1;" in outcome.err
    assert "window of 8" in capture(model("gemma 3"), "--force", format="table").out


def test_the_same_model_and_text_give_the_same_bytes(model, capture, tmp_path):
    folder = model("bert")
    capture(folder)
    first = (tmp_path / "heads.npz").read_bytes()
    assert capture(folder, "--force").status == 0
    assert (tmp_path / "heads.npz").read_bytes() == first


def test_no_network_is_asked(model, capture, monkeypatch):
    folder = model("llama")
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, lambda *_, name=name, **__: pytest.fail(f"socket.{name} was called"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was connected"))
    assert capture(folder).status == 0


def test_one_layer_is_in_memory(model, capture, witness, tmp_path):
    """At each layer's call: no more tensors of a head's shape than at the first, no array left, the others on disk."""
    import gc

    import torch

    tensors, array_bytes, file_bytes = [], [], []
    layer_bytes = 4 * N_TOKENS * 4 * (6 + 2 + 2)  # float32, d = 4, heads of Q, K and V

    def measure(call: int) -> None:
        if call == 0:
            tracemalloc.start()
        living = [o for o in gc.get_objects() if type(o) is torch.Tensor and o.shape[-2:] == (N_TOKENS, 4)]
        tensors.append(len({tensor.data_ptr() for tensor in living if tensor.dim() == 4 and tensor.shape[1] > 1}))
        numpy_only = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
        traces = tracemalloc.take_snapshot().filter_traces([numpy_only]).traces
        array_bytes.append(sum(trace.size for trace in traces if "groverattn" in trace.traceback[0].filename))
        (part,) = tmp_path.glob(".heads.npz.*.part")
        file_bytes.append(part.stat().st_size)

    folder = model("deep llama")
    witness.before = measure
    try:
        assert capture(folder, "--dtype", "float32").status == 0
    finally:
        tracemalloc.stop()
    assert len(tensors) == 8
    assert min(tensors) == max(tensors) > 0
    assert max(array_bytes) < layer_bytes
    assert all(size > layer_bytes * (layer + 1) for layer, size in enumerate(file_bytes))
