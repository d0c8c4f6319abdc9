"""What is read of an indexer is what entered its scores, and an indexer that is not understood is left out."""

import numpy as np
import pytest

from groverattn.capture.attention_calls import attention_calls
from groverattn.capture.indexer_calls import indexer_calls
from groverattn.errors import InputError

N, HEADS, D, TOPK = 9, 4, 6, 3


@pytest.fixture
def tensors(torch):
    torch.manual_seed(4)
    return torch.randn(1, N, HEADS, D), torch.randn(1, N, D), torch.randn(1, N, HEADS)


def plain(q, k, w, relu):
    return (w[:, :, None] @ relu(q @ k.mT[:, None]))[:, :, 0]


def biased_in_place(q, k, w, relu):
    products = q @ k.mT[:, None]
    products.add_(0.5)
    return (w[:, :, None] @ relu(products))[:, :, 0]


def biased_after(q, k, w, relu):
    return plain(q, k, w, relu) + 10.0 * (k[..., :1].mT > 0)


def without_relu(q, k, w, relu):
    return (w[:, :, None] @ (q @ k.mT[:, None]))[:, :, 0]


def summed_elsewhere(q, k, w, relu):
    return (relu(q @ k.mT[:, None]) * w[..., None]).sum(dim=2)


def twice(q, k, w, relu):
    return plain(q, k, w, relu) + plain(q, -k, w, relu)


def pooled(q, k, w, relu):
    scores = plain(q, k[:, ::3], w, relu)
    return scores.repeat_interleave(3, dim=-1)


# factor by which the score is larger than that of the tensors
FACTORS = {
    "none": (1.0, plain),
    "before the ReLU": (0.25, lambda q, k, w, relu: (w[:, :, None] @ relu((q @ k.mT[:, None]) * 0.25))[:, :, 0]),
    "after the ReLU": (3, lambda q, k, w, relu: (w[:, :, None] @ (relu(q @ k.mT[:, None]) * 3))[:, :, 0]),
    "in the weights": (0.5, lambda q, k, w, relu: plain(q, k, w * 0.5, relu)),
}
OTHERS = [biased_in_place, biased_after, without_relu, summed_elsewhere, twice, pooled]


def indexer(tensors, score, choose=None):
    """A module whose class is called an Indexer: scores, causal mask, selection."""
    import torch

    class ToyIndexer(torch.nn.Module):
        index_topk = TOPK

        def forward(self):
            scores = score(*tensors, torch.nn.functional.relu)
            hidden = torch.ones(N, N, dtype=torch.bool).triu(1)
            selected = scores.masked_fill(hidden, -torch.inf).topk(TOPK, dim=-1).indices
            return selected.to(torch.int32) if choose is None else choose(selected)

    return torch.nn.Sequential(ToyIndexer())


def calls_of(model):
    seen = []
    with indexer_calls(model, seen.append):
        selected = model[0]()
    (call,) = seen
    return call, selected


@pytest.mark.parametrize("place", sorted(FACTORS))
def test_factors_are_in_the_weights(tensors, place):
    factor, score = FACTORS[place]
    call, selected = calls_of(indexer(tensors, score))
    queries, keys, weights = (tensor[0].numpy() for tensor in tensors)
    assert call.topk == TOPK
    assert (call.queries == queries).all()
    assert (call.keys == keys).all()
    np.testing.assert_allclose(call.weights, factor * weights, rtol=1e-6)
    assert (call.selected == selected[0]).all()


@pytest.mark.parametrize("score", OTHERS)
def test_a_score_of_another_form_is_left_out(tensors, score):
    assert calls_of(indexer(tensors, score))[0] is None


def test_a_negative_factor_does_not_pass_the_relu(tensors):
    def score(q, k, w, relu):
        return (w[:, :, None] @ relu((q @ k.mT[:, None]) * -2.0))[:, :, 0]

    assert calls_of(indexer(tensors, score))[0] is None


def test_a_selection_that_the_scores_do_not_explain_is_left_out(tensors):
    import torch

    outcomes = {
        "other keys": lambda selected: torch.arange(TOPK, dtype=torch.int32).expand_as(selected),
        "no key": lambda selected: torch.full_like(selected, -1),
        "a key that is none": lambda selected: selected + N,
        "a mask": lambda selected: torch.ones(1, N, N, dtype=torch.bool),
        "floats": lambda selected: selected.float(),
        "a tuple": lambda selected: (selected, selected),
    }
    for name, choose in outcomes.items():
        assert calls_of(indexer(tensors, plain, choose))[0] is None, name


def test_the_module_is_as_before(tensors):
    def fail(*_):
        raise RuntimeError("in the score")

    model = indexer(tensors, fail)
    with pytest.raises(RuntimeError, match="in the score"):
        calls_of(model)
    assert "forward" not in vars(model[0])
    of_its_own = model[0].forward = lambda: None
    assert calls_of(model) == (None, None)
    assert model[0].forward is of_its_own


def masks(selected):
    """Masks beside the selection (n, k), and whether they are what it makes of a causal one."""
    import torch

    chosen = torch.zeros(N, N, dtype=torch.bool).scatter(-1, selected.long(), True)
    sparse = chosen.tril()
    hole, floats = sparse.clone(), torch.zeros(1, 1, N, N).masked_fill(~sparse, torch.finfo(torch.float32).min)
    hole[-1, selected[-1, 0]] = False
    return {
        "Boolean": (sparse, True),
        "finite": (floats, True),
        "one key less": (hole, False),
        "keys that come later": (chosen, False),
        "weak": (torch.zeros(N, N).masked_fill(~sparse, -10.0), False),
    }


@pytest.mark.parametrize("name", ["Boolean", "finite", "one key less", "keys that come later", "weak"])
def test_the_mask_of_the_selection_alone_is_taken(torch, tensors, name):
    selected = calls_of(indexer(tensors, plain))[0].selected
    mask, taken = masks(selected)[name]
    attend, qkv, seen = torch.nn.functional.scaled_dot_product_attention, (torch.randn(1, 2, N, 4),) * 3, []
    if taken:
        with attention_calls(seen.append, lambda: selected):
            torch.nn.functional.scaled_dot_product_attention(*qkv, attn_mask=mask)
        assert (seen[0].causal, seen[0].sparse) == (True, True)
    else:
        with pytest.raises(InputError, match="neither causal"), attention_calls(seen.append, lambda: selected):
            torch.nn.functional.scaled_dot_product_attention(*qkv, attn_mask=mask)
    with pytest.raises(InputError, match="neither causal"), attention_calls(seen.append):
        torch.nn.functional.scaled_dot_product_attention(*qkv, attn_mask=mask)
    assert torch.nn.functional.scaled_dot_product_attention is attend
