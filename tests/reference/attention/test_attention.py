import attrs
import numpy as np
import pytest

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention import exact as attention
from groverattn.reference.attention.exact import exact_attention, score_blocks


def dense(head) -> np.ndarray:
    A = np.exp(head.score_scale * head.queries @ head.keys.T)
    A = np.tril(A) if head.causal else A
    return A @ head.values / A.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("block_bytes", [1, 8 * 128 * 50, 1 << 25])
def test_blocks_give_what_the_whole_matrix_gives(monkeypatch, causal, block_bytes) -> None:
    monkeypatch.setattr(attention, "_BLOCK_BYTES", block_bytes)
    head = attrs.evolve(bundled_head(), causal=causal)
    np.testing.assert_allclose(exact_attention(head), dense(head), rtol=1e-12, atol=1e-13)
    assert np.concatenate([np.arange(128)[rows] for rows, _ in score_blocks(head)]).tolist() == list(range(128))


def test_large_scores_do_not_overflow() -> None:
    head = attrs.evolve(gaussian_head(16, 4, seed=0), score_scale=1e4)
    winners = (head.queries @ head.keys.T).argmax(axis=1)
    np.testing.assert_allclose(exact_attention(head), head.values[winners])
