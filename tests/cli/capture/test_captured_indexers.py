"""Indexers in the file: their arrays give the model's own scores and selection again."""

import numpy as np
import pytest

from groverattn.problem.heads import load_head
from groverattn.problem.indexers import IndexerQuery

N_TOKENS, TOPK, HEADS, D_INDEX = 21, 4, 3, 8
HIDDEN = -1e30  # scores of keys that come later: minus infinity, or the most negative number of the type
# layers, and for each layer the one whose indexer selects its keys
MODELS = {"deepseek v3.2": [0, 1], "glm dsa": [0, 0, 2, 2, 2]}


@pytest.fixture
def arrays(capture, tmp_path):
    """Capture a folder and return the arrays of the file."""

    def of(folder, *options):
        outcome = capture(folder, "--force", *options)
        assert outcome.status == 0, outcome.err
        with np.load(tmp_path / "heads.npz") as file:
            return {name: file[name] for name in file.files}

    return of


def scores(arrays, layer):
    """Index scores of the captured numbers, shape (n, n), in float64."""
    queries, keys, weights = (arrays[f"index_{letter}_{layer}"].astype(np.float64) for letter in "QKW")
    return np.einsum("nh,nhm->nm", weights, np.maximum(queries @ keys.T, 0))


def own_choice(folder, token_ids, monkeypatch, implementation="eager"):
    """Scores and selection of each indexer, from a run without any capture, by default of the other attention."""
    import torch
    import transformers

    other = transformers.AutoModel.from_pretrained(folder, attn_implementation=implementation).eval()
    scored, selected = [], []
    topk = torch.Tensor.topk

    def seen(tensor, *arguments, **options):
        if tensor.shape == (1, len(token_ids), len(token_ids)):
            scored.append(tensor[0].numpy().copy())
        return topk(tensor, *arguments, **options)

    for module in other.modules():
        if hasattr(module, "weights_proj"):
            module.register_forward_hook(lambda _, __, output: selected.append(output[0].numpy()))
    with monkeypatch.context() as patch, torch.inference_mode():
        patch.setattr(torch.Tensor, "topk", seen)
        other(input_ids=torch.tensor(token_ids)[None])
    assert len(scored) == len(selected) > 0
    return list(zip(scored, selected, strict=True))


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_scores_and_selection_are_the_model_s_own(kind, model, arrays, monkeypatch):
    folder = model(kind)
    captured = arrays(folder)
    owners = sorted(set(MODELS[kind]))
    choices = own_choice(folder, captured["token_ids"], monkeypatch)
    n_decided = 0
    for layer, (scored, selected) in zip(owners, choices, strict=True):
        visible = np.tril(np.ones((N_TOKENS, N_TOKENS), dtype=bool))
        assert ((scored < HIDDEN) == ~visible).all()
        again = scores(captured, layer)
        tolerance = 1e-5 * np.abs(again).max()
        np.testing.assert_allclose(again[visible], scored[visible], rtol=0, atol=tolerance)
        for row in range(TOPK, N_TOKENS):  # rows before it select all that they see
            order = np.argsort(-again[row, : row + 1])
            if again[row, order[TOPK - 1]] > again[row, order[TOPK]] + tolerance:
                n_decided += 1
                assert set(order[:TOPK].tolist()) == set(selected[row].tolist()), (layer, row)
    # The other rows tie: all products of some keys are negative, and their scores are 0.
    assert n_decided > 0.7 * len(owners) * (N_TOKENS - TOPK)


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_the_model_attends_to_the_selected_keys_alone(kind, model, arrays, witness, capture, tmp_path):
    """Heads over all keys, softmax over what the captured indexer selects: the output of every layer."""
    captured = arrays(model(kind), "--dtype", "float32")
    assert captured["index_layer"].tolist() == MODELS[kind]
    assert captured["index_topk"].tolist() == [TOPK] * len(MODELS[kind])
    assert captured["causal"].tolist() == [1] * len(MODELS[kind])
    n_compared = 0
    for layer, (*_, output) in enumerate(witness.calls):
        ranked = -np.sort(-scores(captured, MODELS[kind][layer]) + np.triu(np.full((N_TOKENS,) * 2, np.inf), 1))
        chosen = scores(captured, MODELS[kind][layer])
        head = load_head(tmp_path / "heads.npz", layer=layer, head=1)
        assert head.causal
        for row in range(TOPK, N_TOKENS):
            if ranked[row, TOPK - 1] > ranked[row, TOPK] + 1e-4:  # no tie
                n_compared += 1
                keys = np.flatnonzero(chosen[row, : row + 1] >= ranked[row, TOPK - 1])
                logits = head.score_scale * head.keys[keys] @ head.queries[row]
                weights = np.exp(logits - logits.max())
                expected = weights @ head.values[keys] / weights.sum()
                np.testing.assert_allclose(expected, output[1, row], rtol=0, atol=2e-5 * np.abs(output).max())
    assert n_compared > 0.7 * len(MODELS[kind]) * (N_TOKENS - TOPK)


def test_the_file_is_read_by_numpy_and_by_load_head(model, arrays, tmp_path):
    captured = arrays(model("deepseek v3.2"))
    shapes = {"Q": (N_TOKENS, HEADS, D_INDEX), "K": (N_TOKENS, D_INDEX), "W": (N_TOKENS, HEADS)}
    for layer in range(2):
        for letter, shape in shapes.items():
            array = captured[f"index_{letter}_{layer}"]
            assert (array.shape, array.dtype) == (shape, np.float32)  # float16 is for the heads
        assert captured[f"Q_{layer}"].dtype == np.float16
        assert load_head(tmp_path / "heads.npz", layer=layer, head=1).n_keys == N_TOKENS
    settings = ["causal", "index_layer", "index_topk", "score_scale", "token_ids"]
    per_layer = [f"{name}_{layer}" for name in ("Q", "K", "V", "index_Q", "index_K", "index_W") for layer in range(2)]
    assert sorted(captured) == sorted(per_layer + settings)


def test_a_row_is_an_indexer_s_query(model, arrays):
    """The reference's integer score of the rounded numbers is the captured score, up to the rounding."""
    captured = arrays(model("deepseek v3.2"))
    queries, keys, weights = (captured[f"index_{letter}_1"] for letter in "QKW")
    row, step = N_TOKENS - 1, 2.0**-14
    query = IndexerQuery(*(np.rint(array[row] / step).astype(int).tolist() for array in (queries, weights)))
    again = query.scores(np.rint(keys / step).astype(int)) * step**3
    np.testing.assert_allclose(again, scores(captured, 1)[row], rtol=0, atol=1e-2)


def test_the_first_tokens_do_not_know_of_the_others(model, arrays):
    folder = model("deepseek v3.2")
    whole, cut = arrays(folder), arrays(folder, "--max-tokens", 7)
    for name in ("index_Q_1", "index_K_1", "index_W_1"):
        assert cut[name].shape[0] == 7
        np.testing.assert_allclose(cut[name], whole[name][:7], rtol=0, atol=1e-4)


def test_the_indexers_are_in_the_record(model, capture):
    result = capture(model("glm dsa")).json
    sizes = {"heads": HEADS, "d_head": D_INDEX, "topk": TOPK}
    assert result["indexers"] == [
        {"layer": 0, **sizes, "shared_by": [1]},
        {"layer": 2, **sizes, "shared_by": [3, 4]},
    ]
    assert (result["n_indexers_left_out"], len(result["layers"])) == (0, 5)
    assert {layer["causal"] for layer in result["layers"]} == {True}


def test_a_model_without_an_indexer_has_none_in_its_file(model, capture, arrays):
    captured = arrays(model("llama"))
    assert [name for name in captured if name.startswith("index")] == []
    assert capture(model("llama"), "--force").json["indexers"] == []


def said(outcome):
    """What was printed, without breaks of lines."""
    return " ".join(outcome.out.split())


def test_the_table_says_what_the_heads_attend_to(model, capture):
    text = said(capture(model("deepseek v3.2"), format="table"))
    assert "2 layers with an indexer, 21 tokens, float32" in text
    assert "0 to 1 3 8 4 none" in text
    assert "attend to the selected keys of a row alone; the file has them as causal" in text
    assert "left out" not in text
    assert "not in the file" not in text
    shared = said(capture(model("glm dsa"), "--force", format="table"))
    assert "0 3 8 4 1 2 3 8 4 3 to 4" in shared


def test_a_text_of_which_all_keys_are_selected(model, capture, arrays):
    folder = model("deepseek v3.2, all keys")
    captured = arrays(folder)
    assert captured["index_topk"].tolist() == [50, 50]
    assert captured["index_Q_0"].shape == (N_TOKENS, HEADS, D_INDEX)
    text = said(capture(folder, "--force", format="table"))
    assert "no more tokens than an indexer selects (50): every row attends to all keys it sees" in text


def test_an_indexer_that_scores_in_another_way(model, capture, arrays, monkeypatch, tmp_path):
    """Its heads are captured where it leaves no key out; otherwise nothing says what the mask is."""
    from transformers.models.deepseek_v32 import modeling_deepseek_v32

    monkeypatch.setattr(modeling_deepseek_v32.F, "relu", lambda scores: scores.abs())
    folder = model("deepseek v3.2, all keys")
    assert [name for name in arrays(folder) if name.startswith("index")] == []
    assert capture(folder, "--force").json["n_indexers_left_out"] == 2
    assert "2 indexers are not in the file" in said(capture(folder, "--force", format="table"))
    (tmp_path / "heads.npz").unlink()
    outcome = capture(model("deepseek v3.2"))
    assert (outcome.status, (tmp_path / "heads.npz").exists()) == (2, False)
    assert "neither causal nor without effect" in outcome.err


def test_a_model_in_bfloat16(model, torch, arrays, monkeypatch):
    folder = model("deepseek v3.2", dtype=torch.bfloat16)
    captured = arrays(folder)
    choices = own_choice(folder, captured["token_ids"], monkeypatch, implementation="sdpa")
    for layer, (scored, _) in enumerate(choices):
        visible, again = scored > HIDDEN, scores(captured, layer)
        np.testing.assert_allclose(again[visible], scored[visible], rtol=0, atol=1e-5 * np.abs(again).max())
