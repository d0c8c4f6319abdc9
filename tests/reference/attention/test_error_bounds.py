import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention.error_bounds import (
    row_errors,
    tail_mass_bound,
    total_variation_bound,
)
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne

logs = st.floats(-30, 30)


@given(hnp.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 12)), elements=logs))
def test_no_two_laws_are_further_apart(log_weights) -> None:
    log_a, log_b = log_weights
    p, q = np.exp(log_a) / np.exp(log_a).sum(), np.exp(log_b) / np.exp(log_b).sum()
    log_ratio_range = np.ptp(log_b - log_a)
    assert np.abs(p - q).sum() <= total_variation_bound(log_ratio_range) + 1e-12
    assert np.abs(p - q).max() <= total_variation_bound(log_ratio_range) / 2 + 1e-12


@pytest.mark.parametrize("log_ratio_range", [1e-3, 0.1, 1.0, 5.0, 20.0])
def test_two_levels_attain_the_bound(log_ratio_range) -> None:
    u = 1 / (1 + np.exp(log_ratio_range / 2))  # mass of p where q/p is large
    p = np.array([u, 1 - u])
    q = p * [np.exp(log_ratio_range), 1.0]
    q /= q.sum()
    assert np.abs(p - q).sum() == pytest.approx(float(total_variation_bound(log_ratio_range)), rel=1e-9)


def test_the_order_is_eta_and_not_eta_squared() -> None:
    """The bound is attained, so halving eta halves the largest error: "O(eta^2)" cannot hold with bounded V."""
    ratio = total_variation_bound(1e-2) / total_variation_bound(5e-3)
    assert ratio == pytest.approx(2.0, rel=1e-4)


@given(st.integers(2, 10), st.data(), logs)
def test_tail_masses_certify(n, data, log_c) -> None:
    x = data.draw(hnp.arrays(np.float64, n, elements=logs))
    in_tail = data.draw(hnp.arrays(np.bool_, n))
    log_b = np.where(in_tail, log_c, x)
    p, q = np.exp(x) / np.exp(x).sum(), np.exp(log_b) / np.exp(log_b).sum()
    tail_range = np.ptp(x[in_tail]) if in_tail.any() else 0.0
    assert np.abs(p - q).sum() <= tail_mass_bound(p[in_tail].sum(), q[in_tail].sum(), tail_range) + 1e-12


@given(st.integers(2, 10), st.booleans(), st.sampled_from(["mean_score", "ones"]), st.integers(0, 1000), st.data())
def test_no_row_breaks_its_bounds(n, causal, tail, seed, data) -> None:
    scale = data.draw(st.floats(0.01, 20))
    head = attrs.evolve(gaussian_head(n, 2, seed), causal=causal, score_scale=scale)
    found = [data.draw(st.lists(st.integers(0, head.visible_keys(i) - 1), unique=True)) for i in range(n)]
    B = SparseRankOne.from_found(head, found, tail)
    errors = row_errors(B)
    output_error = np.abs(B.output() - exact_attention(head)).max(axis=1)
    assert (errors.weight_error <= errors.a_priori + 1e-9).all()
    assert (errors.weight_error <= errors.a_posteriori + 1e-9).all()
    assert (output_error <= errors.output_a_priori + 1e-9).all()
    assert (output_error <= errors.output_a_posteriori + 1e-9).all()
    if tail == "ones":
        return
    # The mean score lies within the tail, so R is at most its range: 2 tanh(eta/4).
    ranges = [np.ptp(np.delete(head.keys[: i + 1 if causal else n] @ head.queries[i], found[i])) if
              len(found[i]) < head.visible_keys(i) else 0.0 for i in range(n)]  # fmt: skip
    assert (errors.log_ratio_range <= scale * np.array(ranges) + 1e-9).all()


def test_on_the_real_head_the_certificate_is_the_better_bound() -> None:
    head = bundled_head()
    scores = head.queries @ head.keys.T
    B = SparseRankOne.from_found(head, list(np.argsort(-scores, axis=1)[:, :16]))
    errors = row_errors(B)
    assert (errors.weight_error <= np.minimum(errors.a_priori, errors.a_posteriori) + 1e-12).all()
    assert (errors.a_posteriori < errors.a_priori).all()
    assert np.median(errors.a_priori) > 1.5  # says next to nothing: tails of real heads are wide
