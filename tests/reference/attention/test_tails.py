"""Every tail against its definition written out, and what a tail may read."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.reference.attention import tails
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.linear_tail import score_floor, score_value_sums
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS

every_tail = pytest.mark.parametrize("tail", TAILS)
both_masks = pytest.mark.parametrize("causal", [False, True])


def weights_by_definition(x, in_tail, tail, linear) -> np.ndarray:
    """One row of B over the keys that it sees, every entry written out."""
    b, t = np.exp(x), x[in_tail]
    if t.size:
        b[in_tail] = {
            "ones": lambda: np.ones(t.size),
            "zero": lambda: np.zeros(t.size),
            "midpoint": lambda: np.full(t.size, np.exp((t.max() + t.min()) / 2)),
            "mean_score": lambda: np.full(t.size, np.exp(t.mean())),
            "exact_sum": lambda: np.full(t.size, np.exp(t).mean()),
            "first_order": lambda: np.exp(t.mean()) * ((1 + t - t.mean()) if linear else np.ones(t.size)),
        }[tail]()
    return b


def dense_rows(B) -> list[np.ndarray]:
    rows = []
    for at, row in enumerate(B.rows):
        n = B.head.visible_keys(row)
        x = B.head.score_scale * B.head.keys[:n] @ B.head.queries[row]
        rows.append(weights_by_definition(x, np.setdiff1d(np.arange(n), B.found(at)), B.tail, B.linear[at]))
    return rows


def dense_output(B) -> np.ndarray:
    return np.array([b @ B.head.values[: b.size] / b.sum() for b in dense_rows(B)])


def largest(head, k) -> list[np.ndarray]:
    return [np.argsort(-(head.keys[: head.visible_keys(i)] @ head.queries[i]))[:k] for i in range(head.n_keys)]


@given(st.integers(2, 12), st.booleans(), st.sampled_from(list(TAILS)), st.integers(0, 1000), st.data())
def test_output_is_the_definition_s(n, causal, tail, seed, data) -> None:
    head = attrs.evolve(gaussian_head(n, 3, seed), causal=causal, score_scale=data.draw(st.sampled_from([0.05, 0.6])))
    least = 1 if tail == "zero" else 0
    found = [data.draw(st.lists(st.integers(0, head.visible_keys(i) - 1), unique=True, min_size=least))
             for i in range(n)]  # fmt: skip
    B = SparseRankOne.from_found(head, found, tail)
    np.testing.assert_allclose(B.output(), dense_output(B), rtol=1e-9, atol=1e-10)


@both_masks
@every_tail
def test_some_rows_of_a_head_longer_than_a_block(causal, tail) -> None:
    """300 keys: two whole blocks of running sums and a part; rows in no order, one of them twice."""
    head = attrs.evolve(gaussian_head(300, 5, seed=3), causal=causal, score_scale=0.02)
    rows, rng = [299, 128, 4, 127, 128, 255, 256], np.random.default_rng(0)
    found = [rng.choice(head.visible_keys(row), 4, replace=False) for row in rows]
    B = SparseRankOne.from_found(head, found, tail, rows=rows)
    assert B.linear.all() == (tail == "first_order")
    np.testing.assert_allclose(B.output(), dense_output(B), rtol=1e-9, atol=1e-10)
    values = rng.standard_normal((300, 2))
    other = SparseRankOne.from_found(attrs.evolve(head, values=values), found, tail, rows=rows)
    np.testing.assert_allclose(B.output(values), dense_output(other), rtol=1e-9, atol=1e-10)


@every_tail
def test_the_tail_s_matrix_has_the_rank_that_it_is_said_to_have(tail) -> None:
    head = attrs.evolve(gaussian_head(40, 3, seed=1), score_scale=0.02)
    B = SparseRankOne.from_found(head, [[i] for i in range(40)], tail)
    log_c, above = B.log_c[:, None], head.score_scale * head.queries @ head.keys.T - B.log_c[:, None]
    everywhere = np.exp(log_c) * np.where(B.linear[:, None], 1 + above, np.ones((40, 40)))
    assert np.linalg.matrix_rank(everywhere) == {"0": 0, "1": 1, "d + 1": 4}[TAILS[tail].rank]
    off_diagonal = ~np.eye(40, dtype=bool)
    np.testing.assert_allclose(np.array(dense_rows(B))[off_diagonal], everywhere[off_diagonal], rtol=1e-12)


@both_masks
@pytest.mark.parametrize("tail", [name for name in TAILS if name != "ones"])
@pytest.mark.parametrize("shift", [-300.0, 7.0, 600.0])
def test_shifting_every_score_changes_nothing_but_ones(causal, tail, shift) -> None:
    head = attrs.evolve(gaussian_head(30, 3, seed=2), causal=causal, score_scale=0.05)
    ones, offset = np.ones((30, 1)), np.full((30, 1), shift / head.score_scale)
    shifted = attrs.evolve(head, queries=np.hstack((head.queries, ones)), keys=np.hstack((head.keys, offset)))
    B, moved = (SparseRankOne.from_found(h, largest(head, 2), tail) for h in (head, shifted))
    assert B.linear.any() == (tail == "first_order")
    assert (B.linear == moved.linear).all()
    np.testing.assert_allclose(B.output(), moved.output(), rtol=1e-8, atol=1e-10)


@every_tail
@both_masks
def test_everything_found_is_exact_attention_for_every_tail(tail, causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    B = SparseRankOne.from_found(head, [np.arange(head.visible_keys(i)) for i in range(128)], tail)
    assert (B.log_c == -np.inf).all()
    assert not B.linear.any()
    np.testing.assert_allclose(B.output(), exact_attention(head), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("tail", ["ones", "midpoint", "mean_score", "exact_sum"])
def test_nothing_found(tail) -> None:
    """A constant gives the mean of the values, whatever it is; plain top-k has nothing to give."""
    head = gaussian_head(9, 2, seed=0)
    B = SparseRankOne.from_found(head, [[]] * 9, tail)
    means = np.broadcast_to(head.values.mean(axis=0), (9, 2))
    np.testing.assert_allclose(B.output(), means, rtol=1e-12)


def test_plain_top_k_refuses_a_row_in_which_nothing_was_found() -> None:
    head = gaussian_head(4, 2, seed=0)
    with pytest.raises(InputError, match="nothing found in row 2"):
        SparseRankOne.from_found(head, [[0], [1], [], [2]], "zero")
    with pytest.raises(InputError, match="nothing found in row 3"):
        SparseRankOne.from_found(head, [[0], []], "zero", rows=[1, 3])


@every_tail
def test_only_the_tails_that_say_so_read_the_tail(tail, monkeypatch) -> None:
    """Counted where a tail gets scores of whole rows from."""
    blocks, read = tails.score_blocks, []
    monkeypatch.setattr(tails, "score_blocks", lambda *rows: read.append(rows) or blocks(*rows))
    SparseRankOne.from_found(gaussian_head(20, 2, seed=0), [[0]] * 20, tail).output()
    assert bool(read) == TAILS[tail].reads_tail


@pytest.mark.parametrize("tail", ["midpoint", "exact_sum"])
def test_a_tail_is_read_in_blocks(tail, monkeypatch) -> None:
    from groverattn.reference.attention import exact as attention

    head = attrs.evolve(bundled_head(), causal=True)
    whole = SparseRankOne.from_found(head, largest(head, 5), tail)
    monkeypatch.setattr(attention, "_BLOCK_BYTES", 8 * 128 * 7)
    np.testing.assert_allclose(SparseRankOne.from_found(head, largest(head, 5), tail).log_c, whole.log_c, rtol=1e-12)


@given(st.integers(2, 20), st.integers(1, 4), st.booleans(), st.integers(0, 1000), st.floats(0.001, 30))
def test_no_score_is_below_the_floor(n, d, causal, seed, scale) -> None:
    head = attrs.evolve(gaussian_head(n, d, seed), causal=causal, score_scale=scale)
    floor = score_floor(head, np.arange(n))
    scores = scale * head.queries @ head.keys.T
    if causal:
        scores[np.triu_indices(n, 1)] = np.inf
    assert (floor <= scores.min(axis=1) + 1e-9 * scale).all()


def test_each_floor_is_the_better_one_somewhere() -> None:
    """Queries along an axis know the extreme key exactly by the box; long diagonals of the box are cut by the ball."""
    rng = np.random.default_rng(0)
    keys = rng.standard_normal((200, 8))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    keys[:100] = -keys[100:]  # mean 0
    queries = np.zeros((200, 8))
    queries[:100, 0], queries[100:] = 1.0, 1.0
    floor = score_floor(AttentionHead(queries, keys, keys, 1.0, causal=False, name="sphere"), np.arange(200))
    np.testing.assert_allclose(floor[:100], keys[:, 0].min(), rtol=1e-12)
    np.testing.assert_allclose(floor[100:], -np.sqrt(8), rtol=1e-12)


@given(st.integers(2, 10), st.booleans(), st.integers(0, 1000), st.floats(0.001, 1.0), st.data())
def test_linear_weights_are_positive_and_below_the_exact_ones(n, causal, seed, scale, data) -> None:
    head = attrs.evolve(gaussian_head(n, 2, seed), causal=causal, score_scale=scale)
    found = [data.draw(st.lists(st.integers(0, head.visible_keys(i) - 1), unique=True)) for i in range(n)]
    B = SparseRankOne.from_found(head, found, "first_order")
    for at, b in enumerate(dense_rows(B)):
        if B.linear[at]:
            assert (b > 0).all()
            assert (b <= np.exp(scale * head.keys[: b.size] @ head.queries[at]) * (1 + 1e-12)).all()


def test_first_order_falls_back_to_the_mean_score() -> None:
    """Row by row: half of the queries are so long that the linear form would go negative."""
    head = attrs.evolve(gaussian_head(40, 3, seed=4), score_scale=0.05)
    long = attrs.evolve(head, queries=head.queries * np.where(np.arange(40) % 2, 100.0, 1.0)[:, None])
    found = largest(long, 3)
    linear, constant = (SparseRankOne.from_found(long, found, tail) for tail in ("first_order", "mean_score"))
    odd = np.arange(40) % 2 == 1
    assert not linear.linear[odd].any()
    assert linear.linear[~odd].mean() > 0.9
    assert (linear.output()[odd] == constant.output()[odd]).all()
    assert (linear.output()[~odd] != constant.output()[~odd]).any()


def test_running_sums_are_those_of_all_matrices() -> None:
    """The causal form keeps one d x d_v matrix; here all n of them are stored."""
    head = attrs.evolve(gaussian_head(200, 4, seed=0), causal=True)
    centred = head.keys - head.keys.mean(axis=0)
    matrices = np.cumsum(centred[:, :, None] * head.values[:, None, :], axis=0)
    expected = head.score_scale * np.einsum("id,ide->ie", head.queries, matrices)
    np.testing.assert_allclose(score_value_sums(head, np.arange(200), head.values), expected, rtol=1e-9, atol=1e-11)
