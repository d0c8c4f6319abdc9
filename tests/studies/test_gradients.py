"""Gradients through sparse plus rank one: against differences of its own output, and against exact attention's."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.training.exact_gradients import exact_gradients
from studies.training.gradients import gradients

FIELDS = ("queries", "keys", "values")
STEP = 1e-5


def differences(output, head, upstream) -> dict[str, np.ndarray]:
    """Central differences of sum(upstream * output(head)), every entry of Q, K and V moved by itself."""
    result = {}
    for field in FIELDS:
        slopes = np.zeros_like(getattr(head, field))
        for at in np.ndindex(slopes.shape):
            losses = []
            for step in (STEP, -STEP):
                moved = getattr(head, field).copy()
                moved[at] += step
                losses.append((upstream * output(attrs.evolve(head, **{field: moved}))).sum())
            slopes[at] = (losses[0] - losses[1]) / (2 * STEP)
        result[field] = slopes
    return result


def approximation(head, found, tail, rows=None) -> SparseRankOne:
    if tail == "zero":
        B = SparseRankOne.from_found(head, found, rows=rows)
        return attrs.evolve(B, log_c=np.full_like(B.log_c, -np.inf), tail="zero")
    return SparseRankOne.from_found(head, found, tail, rows)


def some_head(n, causal, seed, d_v=2) -> tuple[AttentionHead, np.ndarray]:
    rng = np.random.default_rng(seed)
    Q, K = rng.standard_normal((2, n, 3))
    head = AttentionHead(Q, K, rng.standard_normal((n, d_v)), 0.7, causal, "random")
    return head, rng.standard_normal((n, d_v))


def largest(head, k) -> list[np.ndarray]:
    rows = range(head.n_keys)
    return [np.argsort(-(head.keys[: head.visible_keys(i)] @ head.queries[i]))[:k] for i in rows]


@given(
    st.integers(2, 6), st.booleans(), st.sampled_from(["mean_score", "ones", "zero"]), st.integers(0, 999), st.data()
)
def test_gradients_are_the_differences_of_the_output(n, causal, tail, seed, data):
    """Found sets of any size: none, some, all; for the tail `zero` at least one, as the row is empty otherwise."""
    head, upstream = some_head(n, causal, seed)
    least = int(tail == "zero")
    found = [
        data.draw(st.lists(st.integers(0, head.visible_keys(i) - 1), unique=True, min_size=least)) for i in range(n)
    ]
    got = gradients(approximation(head, found, tail), upstream)
    expected = differences(lambda moved: approximation(moved, found, tail).output(), head, upstream)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(got, field), expected[field], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_rows_that_are_not_asked_for_have_no_part(causal, exact):
    head, upstream = some_head(7, causal, seed=3)
    rows, found = [4, 1, 6], [[0, 3], [], [2, 5, 6]]

    def output(head):
        return exact_attention(head, rows) if exact else approximation(head, found, "mean_score", rows).output()

    expected = differences(output, head, upstream[rows])
    if exact:
        got = exact_gradients(head, upstream[rows], rows)
    else:
        got = gradients(approximation(head, found, "mean_score", rows), upstream[rows])
    np.testing.assert_allclose(got.queries, expected["queries"][rows], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(got.keys, expected["keys"], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(got.values, expected["values"], rtol=1e-6, atol=1e-8)


@given(st.integers(2, 6), st.booleans(), st.integers(0, 999))
def test_exact_gradients_are_the_differences_of_exact_attention(n, causal, seed):
    head, upstream = some_head(n, causal, seed)
    got, expected = exact_gradients(head, upstream), differences(exact_attention, head, upstream)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(got, field), expected[field], rtol=1e-6, atol=1e-8)


def test_blocks_of_rows_add_up(monkeypatch):
    head, upstream = some_head(9, True, seed=1)
    whole = exact_gradients(head, upstream)
    monkeypatch.setattr("groverattn.reference.attention.exact._BLOCK_BYTES", 8 * 9 * 2)
    in_blocks = exact_gradients(head, upstream)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(in_blocks, field), getattr(whole, field), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("tail", ["mean_score", "ones", "zero"])
@pytest.mark.parametrize("causal", [False, True])
def test_everything_found_gives_the_exact_gradients(causal, tail):
    head = attrs.evolve(bundled_head(), causal=causal)
    upstream = np.random.default_rng(0).standard_normal(head.values.shape)
    found = [np.arange(head.visible_keys(i)) for i in range(head.n_keys)]
    got, exact = gradients(approximation(head, found, tail), upstream), exact_gradients(head, upstream)
    for field in FIELDS:
        scale = np.abs(getattr(exact, field)).max()
        np.testing.assert_allclose(getattr(got, field), getattr(exact, field), rtol=1e-10, atol=1e-12 * scale)


@given(st.integers(2, 12), st.integers(0, 12), st.booleans(), st.sampled_from(["mean_score", "ones"]), st.data())
def test_no_gradient_is_further_from_the_exact_one_than_its_bound(n, k, causal, tail, data):
    """Derived. delta = ||p - q||_1, w and w' the tail's mass in p and q, h_j = <dO_i, V_j> with range H.

    dV: sum_j |difference| <= sum_i delta_i |dO_i|. Scores: on S_i, |p_j (h_j - P) - q_j (h_j - P')| with P and P' the
    means of h under p and q, |P - P'| <= H delta / 2: at most H (delta + (1 - w) delta / 2) in all; on the tail both
    are there, at most H (w + w').
    """
    head, upstream = some_head(n, causal, seed=data.draw(st.integers(0, 999)))
    B = approximation(head, largest(head, k), tail)
    got, exact = gradients(B, upstream), exact_gradients(head, upstream)
    delta = row_errors(B).weight_error
    apart = np.abs(got.values - exact.values).sum(axis=0)
    assert (apart <= delta @ np.abs(upstream) + 1e-12).all()
    for i in range(n):
        sees = np.arange(head.visible_keys(i))
        tail_of_row = np.setdiff1d(sees, B.found(i))
        p = np.exp(head.score_scale * head.keys[sees] @ head.queries[i])
        q = p.copy()
        q[tail_of_row] = np.exp(B.log_c[i])
        w, w_of_b = p[tail_of_row].sum() / p.sum(), q[tail_of_row].sum() / q.sum()
        h = head.values[sees] @ upstream[i]
        bound = np.ptp(h) * (delta[i] + (1 - w) * delta[i] / 2 + w + w_of_b)
        apart = np.abs(got.queries[i] - exact.queries[i]).max()
        assert apart <= head.score_scale * np.abs(head.keys[sees]).max() * bound + 1e-12


def test_a_flat_tail_gives_the_exact_output_but_not_the_exact_gradient():
    """All scores 0: B is A. How one tail score matters to the output still differs from key to key, but not in B."""
    rng = np.random.default_rng(5)
    head = AttentionHead(np.zeros((6, 3)), rng.standard_normal((6, 3)), rng.standard_normal((6, 2)), 1.0, False, "flat")
    upstream = rng.standard_normal((6, 2))
    B = SparseRankOne.from_found(head, [[i] for i in range(6)])
    np.testing.assert_allclose(B.output(), exact_attention(head), atol=1e-15)
    got, exact = gradients(B, upstream), exact_gradients(head, upstream)
    np.testing.assert_allclose(got.values, exact.values, atol=1e-15)
    # What is missing is t times the covariance of <dO_i, V_j> and K_j over the tail.
    for i in range(6):
        in_tail = np.arange(6) != i
        h = head.values[in_tail] @ upstream[i]
        missing = (h - h.mean()) @ head.keys[in_tail] / 6
        assert np.abs(missing).max() > 1e-3
        np.testing.assert_allclose(exact.queries[i] - got.queries[i], missing, atol=1e-15)


def test_large_scores_do_not_overflow():
    head, upstream = some_head(5, False, seed=2)
    head = attrs.evolve(head, queries=1e4 * head.queries)
    got, exact = (
        gradients(approximation(head, largest(head, 5), "mean_score"), upstream),
        exact_gradients(head, upstream),
    )
    np.testing.assert_allclose(got.values, exact.values, atol=1e-12)


@pytest.mark.parametrize("upstream", [np.zeros((4, 3)), np.full((4, 2), np.nan)])
def test_an_upstream_gradient_that_does_not_fit(upstream):
    head, _ = some_head(4, False, seed=0)
    B = SparseRankOne.from_found(head, [[0]] * 4)
    for differentiate in (lambda: gradients(B, upstream), lambda: exact_gradients(head, upstream)):
        with pytest.raises(InputError, match=r"finite numbers of shape \(4, 2\)"):
            differentiate()


def test_a_tail_without_derivative():
    B = attrs.evolve(SparseRankOne.from_found(gaussian_head(4, 2, 0), [[0]] * 4), tail="of another kind")
    with pytest.raises(InputError, match="mean_score"):
        gradients(B, np.zeros((4, 2)))
