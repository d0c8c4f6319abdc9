"""Statements of arXiv:2307.08045 about the error of B, each on an instance that decides it."""

import numpy as np
import pytest

from groverattn.problem.heads import AttentionHead
from groverattn.reference.attention.error_bounds import row_errors, total_variation_bound
from groverattn.reference.attention.exact import exact_attention, softmax_rows
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS

ETAS = 0.1 / 2.0 ** np.arange(5)


def row_of(scores, values=None) -> AttentionHead:
    n = len(scores)
    V = np.eye(n) if values is None else values
    return AttentionHead(np.ones((n, 1)), np.reshape(scores, (n, 1)), V, 1.0, causal=False, name="row")


def first_row(head, found, tail) -> SparseRankOne:
    return SparseRankOne.from_found(head, [found], tail, rows=[0])


def weight_error(scores, found, tail) -> float:
    return float(row_errors(first_row(row_of(scores), found, tail)).weight_error[0])


def test_zero_or_one_off_the_found_set() -> None:
    """Definition 4.2 and Algorithm 1 are not the same B, and neither is right where the other is.

    Tail scores of 0, so that eta = 0: with 1 there the error is 0, with 0 it is 2 w = 6/7 and no O(eta).
    Tail scores of -10: with 0 there it is 2 w < 1e-3, with 1 it is above 1.
    """
    near, far = [np.log(4.0), 0.0, 0.0, 0.0], [np.log(4.0), -10.0, -10.0, -10.0]
    assert weight_error(near, [0], "ones") == pytest.approx(0.0, abs=1e-15)
    assert weight_error(near, [0], "zero") == pytest.approx(6 / 7, rel=1e-12)
    assert weight_error(far, [0], "zero") < 1e-3
    assert weight_error(far, [0], "ones") == pytest.approx(6 / 7, rel=1e-3)


def test_the_literal_one_is_not_invariant_under_a_shift() -> None:
    """Scores (log 3, 0) and the same plus log 2: softmax is (3/4, 1/4) for both, B with the literal 1 (6/7, 1/7)."""
    scores = np.array([np.log(3.0), 0.0])
    moved = scores + np.log(2.0)
    for x in (scores, moved):
        np.testing.assert_allclose(exact_attention(row_of(x))[0], [3 / 4, 1 / 4], rtol=1e-12)
        np.testing.assert_allclose(first_row(row_of(x), [0], "mean_score").output()[0], [3 / 4, 1 / 4], rtol=1e-12)
    np.testing.assert_allclose(first_row(row_of(scores), [0], "ones").output()[0], [3 / 4, 1 / 4], rtol=1e-12)
    np.testing.assert_allclose(first_row(row_of(moved), [0], "ones").output()[0], [6 / 7, 1 / 7], rtol=1e-12)


def test_a_tail_of_range_0_is_not_enough_for_the_literal_one() -> None:
    """O(eta) needs scores near 0 and not only near each other: eta = 0, tail at 3, error above 1/2."""
    scores = [6.0] + [3.0] * 4
    assert largest_keys(row_of(scores), 1).tail_range[0] == 0
    assert weight_error(scores, [0], "ones") > 0.3
    assert weight_error(scores, [0], "mean_score") == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("eta", [0.01, 0.3, 2.0])
def test_o_of_eta_with_its_constant(eta) -> None:
    """T1: scores of the tail in [-eta, 0] and the literal 1 there: every row at most 2 tanh(eta/4) <= eta/2 in l1."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = np.append(rng.uniform(0, 3, 2), -eta * rng.random(6))
        assert weight_error(scores, [0, 1], "ones") <= total_variation_bound(eta) + 1e-12
    assert total_variation_bound(eta) <= eta / 2


def errors_over_eta(tail, of_found=False) -> np.ndarray:
    """Output error, V = +-1 alternating in a tail whose scores are at both ends of its range and between; or of S."""
    errors = []
    for eta in ETAS:
        tail_scores = eta * np.array([0.5, -0.5, 0.25, -0.5, 0.5, -0.25]) + 1.0
        head = row_of(np.append(2.0, tail_scores), np.append(1.0, np.sign(tail_scores - 1.0))[:, None])
        B, exact = first_row(head, [0], tail), exact_attention(head, [0])
        if of_found:
            weights = [exact_attention(head_of_weights(head), [0]), B.output(np.eye(7))]
            errors.append(abs(weights[0][0, 0] - weights[1][0, 0]))
        else:
            errors.append(np.abs(B.output() - exact).max())
    return np.array(errors)


def head_of_weights(head) -> AttentionHead:
    return row_of(head.keys[:, 0])


def order(errors) -> float:
    """Slope of the logarithm of the error over that of eta."""
    return float(np.polyfit(np.log(ETAS), np.log(errors), 1)[0])


@pytest.mark.parametrize("tail", ["midpoint", "mean_score", "exact_sum"])
def test_the_order_of_every_constant_is_1_with_bounded_values(tail) -> None:
    """T2's O(eta^2) is false: |V| = 1, and halving eta halves the error of the output."""
    assert order(errors_over_eta(tail)) == pytest.approx(1.0, abs=0.01)


def test_the_order_of_the_literal_one_is_1_if_the_tail_is_in_minus_eta_0() -> None:
    errors = []
    for eta in ETAS:
        head = row_of(np.array([2.0, 0.0, -eta, -eta / 2]), [[1.0], [1.0], [-1.0], [0.0]])
        errors.append(np.abs(first_row(head, [0], "ones").output() - exact_attention(head, [0])).max())
    assert order(np.array(errors)) == pytest.approx(1.0, abs=0.02)


def test_the_order_of_first_order_is_2() -> None:
    """Rank d + 1 buys the O(eta^2) that rank one does not have."""
    assert order(errors_over_eta("first_order")) == pytest.approx(2.0, abs=0.05)
    assert (errors_over_eta("first_order") < 0.2 * errors_over_eta("mean_score")).all()


def test_values_of_size_eta_have_order_2() -> None:
    """The one reading of T2 that holds: bounded V replaced by max |V| = O(eta)."""
    assert order(ETAS * errors_over_eta("mean_score")) == pytest.approx(2.0, abs=0.02)


def test_head_weights_of_the_mean_score_have_order_2() -> None:
    assert order(errors_over_eta("mean_score", of_found=True)) == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("spread", [0.1, 3.0, 40.0])
def test_head_weights_of_the_exact_sum_are_exact(spread) -> None:
    rng = np.random.default_rng(1)
    scores = np.append([1.0, 2.0], -spread * rng.random(20))
    weights = first_row(row_of(scores), [0, 1], "exact_sum").output()[0]
    exact = softmax_rows(scores)
    np.testing.assert_allclose(weights[:2], exact[:2], rtol=1e-12)
    others = first_row(row_of(scores), [0, 1], "mean_score").output()[0]
    assert np.abs(others[:2] / exact[:2] - 1).max() > 1e-6


@pytest.mark.parametrize("tail", TAILS)
def test_a_missed_key_costs_twice_its_weight_at_most(tail) -> None:
    """A key that belongs to S and was not found counts as tail: the a-posteriori bound says so by itself."""
    scores = np.array([3.0, 2.5, 0.1, -0.1, 0.0])
    p = softmax_rows(scores)
    whole, missed = (weight_error(scores, found, tail) for found in ([0, 1], [0]))
    assert missed - whole <= 2 * p[1] + 1e-12
    assert missed > whole
