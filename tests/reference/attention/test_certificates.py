"""The certificates of every tail: instances that attain them, and none that breaks them."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.reference.attention.error_bounds import (
    row_errors,
    tail_mass_bound,
    tight_tail_mass_bound,
    total_variation_bound,
)
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.goodness import largest_keys
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS

BOUNDS_OF_WEIGHTS = ("a_priori", "a_posteriori", "a_posteriori_tight")
BOUNDS_OF_OUTPUTS = ("output_a_priori", "output_a_posteriori", "output_split", "output_best")


def row_of(scores, values) -> AttentionHead:
    """A head in which every row has these scores: queries of 1, keys that are the scores."""
    n = len(scores)
    return AttentionHead(np.ones((n, 1)), np.reshape(scores, (n, 1)), values, 1.0, causal=False, name="row")


def errors_of(scores, found, values, tail) -> tuple:
    """Bounds of row 0, and the largest error of its output."""
    head = row_of(scores, values)
    B = SparseRankOne.from_found(head, [found], tail, rows=[0])
    return row_errors(B), float(np.abs(B.output() - exact_attention(head, [0])).max())


@given(st.integers(2, 10), st.booleans(), st.sampled_from(list(TAILS)), st.integers(0, 1000), st.data())
def test_no_instance_breaks_a_certificate_of_any_tail(n, causal, tail, seed, data) -> None:
    scale = data.draw(st.floats(0.01, 20))
    head = attrs.evolve(gaussian_head(n, 2, seed), causal=causal, score_scale=scale)
    head = attrs.evolve(head, values=head.values + data.draw(st.sampled_from([0.0, 5.0])))
    least = 1 if tail == "zero" else 0
    found = [data.draw(st.lists(st.integers(0, head.visible_keys(i) - 1), unique=True, min_size=least))
             for i in range(n)]  # fmt: skip
    B = SparseRankOne.from_found(head, found, tail)
    errors, output_error = row_errors(B), np.abs(B.output() - exact_attention(head)).max(axis=1)
    for name in BOUNDS_OF_WEIGHTS:
        assert (errors.weight_error <= getattr(errors, name) + 1e-9).all(), name
    for name in BOUNDS_OF_OUTPUTS:
        assert (output_error <= getattr(errors, name) + 1e-8).all(), name
    assert (errors.a_posteriori_tight <= errors.a_posteriori + 1e-9).all()
    assert (errors.output_best <= np.minimum(errors.output_a_priori, errors.output_a_posteriori) + 1e-9).all()
    if tail == "zero":
        assert np.isinf(errors.log_ratio_range[B.n_tail > 0]).all()
        np.testing.assert_allclose(errors.weight_error, errors.a_posteriori, atol=1e-9)


logs, levels = st.floats(-20, 20), st.floats(0.02, 0.98)


@given(st.integers(2, 10), st.data(), levels, levels)
def test_no_two_laws_break_the_tight_bound(n, data, w, w_approximate) -> None:
    """Any two laws on the tail, not only those with equal weights in q."""
    log_t, log_u = data.draw(hnp.arrays(np.float64, (2, n), elements=logs))
    t, u = np.exp(log_t) / np.exp(log_t).sum(), np.exp(log_u) / np.exp(log_u).sum()
    distance = abs(w - w_approximate) + np.abs(w * t - w_approximate * u).sum()
    eta = np.ptp(log_t - log_u)
    tight = float(tight_tail_mass_bound(w, w_approximate, eta))
    assert distance <= tight + 1e-12
    assert tight <= tail_mass_bound(w, w_approximate, eta) + 1e-12


@given(levels, levels, st.floats(1e-9, 40))
def test_two_levels_attain_the_tight_bound_at_all_masses(w, w_approximate, eta) -> None:
    """Ratios t/u of a and a e^eta with a^2 = (w'/w) e^-eta, where 1 lies between them; else any two levels."""
    low = np.sqrt(w_approximate / w * np.exp(-eta))
    if not low <= 1 <= low * np.exp(eta):
        low = np.exp(-eta / 2)
    ratios = np.array([low, low * np.exp(eta)])
    at_high = (1 - low) / (ratios[1] - low)
    u = np.array([1 - at_high, at_high])
    distance = abs(w - w_approximate) + np.abs(w * ratios * u - w_approximate * u).sum()
    assert distance == pytest.approx(float(tight_tail_mass_bound(w, w_approximate, eta)), rel=1e-6, abs=1e-9)


@given(levels, levels)
def test_tight_bound_where_it_is_no_better(w, w_approximate) -> None:
    assert tight_tail_mass_bound(w, w, 3.0) == pytest.approx(float(tail_mass_bound(w, w, 3.0)), rel=1e-12)
    same = float(tail_mass_bound(w, w_approximate, 0.0))
    assert tight_tail_mass_bound(w, w_approximate, 0.0) == pytest.approx(same, rel=1e-12)


@pytest.mark.parametrize("log_ratio_range", [1e-3, 0.5, 3.0, 12.0])
def test_a_row_that_attains_the_a_priori_bounds(log_ratio_range) -> None:
    """One tail key at -R where the literal constant says 0, with the mass of the worst two-level instance; V = +-1."""
    u = 1 / (1 + np.exp(log_ratio_range / 2))
    found_score = -log_ratio_range + np.log((1 - u) / u)
    errors, output_error = errors_of([found_score, -log_ratio_range], [0], [[1.0], [-1.0]], "ones")
    assert errors.log_ratio_range == pytest.approx(log_ratio_range)
    bound = float(total_variation_bound(log_ratio_range))
    assert errors.weight_error == pytest.approx(bound, rel=1e-9)
    assert output_error == pytest.approx(bound * errors.value_max, rel=1e-9)
    assert errors.output_best == pytest.approx(output_error, rel=1e-9)


@pytest.mark.parametrize("w", [0.01, 0.3, 0.9])
def test_a_row_that_attains_the_a_posteriori_bounds(w) -> None:
    """Tail of four keys, one of them 2 log 3 above the others: 3/4 of its mass, 1/4 in q; tanh(eta/4) = 1/2."""
    tail = np.log(w / 12) + np.array([np.log(9.0), 0.0, 0.0, 0.0])
    scores, values = np.append(tail, np.log(1 - w)), [[1.0], [-1.0], [-1.0], [-1.0], [0.0]]
    errors, output_error = errors_of(scores, [4], values, "exact_sum")
    assert errors.weight_error == pytest.approx(w, rel=1e-9)
    assert errors.a_posteriori == pytest.approx(w, rel=1e-9)
    assert errors.a_posteriori_tight == pytest.approx(w, rel=1e-9)
    assert output_error == pytest.approx(w, rel=1e-9)
    assert errors.output_split == pytest.approx(w, rel=1e-9)


def test_a_row_that_attains_the_tight_bound_and_not_the_other() -> None:
    """Masses w = 0.5 and w' = w a^2 e^eta with a = 1/(1 + f (e^eta - 1)), f = 1/4 of the tail at the high level."""
    eta, w = 3.0, 0.5
    low = 1 / (1 + (np.exp(eta) - 1) / 4)
    w_approximate = w * low**2 * np.exp(eta)
    c = w_approximate * (1 - w) / (1 - w_approximate) / 4
    tail = np.log(w * low / 4) + np.array([eta, 0.0, 0.0, 0.0])
    scores = np.append(tail, np.log(1 - w)) - np.log(c)  # shifted, so that c = 1
    errors, _ = errors_of(scores, [4], np.eye(5), "ones")
    assert errors.weight_error == pytest.approx(float(errors.a_posteriori_tight[0]), rel=1e-9)
    assert errors.weight_error < 0.95 * errors.a_posteriori


def test_plain_top_k_loses_the_tail_s_mass_twice() -> None:
    """||p - q||_1 = 2 w exactly; the bound from the range alone says nothing."""
    errors, output_error = errors_of([0.0, np.log(0.25)], [0], [[1.0], [-1.0]], "zero")
    assert errors.weight_error == pytest.approx(0.4, rel=1e-12)
    assert errors.a_posteriori == pytest.approx(0.4, rel=1e-12)
    assert output_error == pytest.approx(0.4, rel=1e-12)
    assert (errors.log_ratio_range[0], errors.a_priori[0]) == (np.inf, 2.0)


def test_a_common_offset_of_the_values_costs_nothing() -> None:
    """Values of 10 and 11: the bound by max |V| grows with the offset, the others do not, and they are attained."""
    errors, output_error = errors_of([0.0, np.log(0.25)], [0], [[11.0], [10.0]], "zero")
    assert output_error == pytest.approx(0.2)
    assert errors.output_best == pytest.approx(0.2)
    assert errors.output_a_posteriori == pytest.approx(4.4)


@pytest.mark.parametrize("tail", ["midpoint", "mean_score", "exact_sum"])
def test_constants_within_the_tail_have_its_range(tail) -> None:
    """All three have R = eta: the certificate from the range does not tell them apart."""
    head = bundled_head()
    found = list(np.argsort(-(head.queries @ head.keys.T), axis=1)[:, :16])
    errors = row_errors(SparseRankOne.from_found(head, found, tail))
    np.testing.assert_allclose(errors.log_ratio_range, largest_keys(head, 16).tail_range, rtol=1e-9)


@pytest.mark.parametrize("causal", [False, True])
def test_linear_tails_have_their_own_range(causal) -> None:
    head = attrs.evolve(gaussian_head(30, 3, seed=0), causal=causal, score_scale=0.05)
    found = [[0] for _ in range(30)]
    linear, constant = (SparseRankOne.from_found(head, found, tail) for tail in ("first_order", "mean_score"))
    assert linear.linear[1:].all()
    bounds, others = row_errors(linear), row_errors(constant)
    assert np.median(bounds.a_priori) < 0.3 * np.median(others.a_priori)
    assert np.median(bounds.output_best) < 0.3 * np.median(others.output_best)


def test_the_better_certificate_on_the_real_head() -> None:
    head = bundled_head()
    found = list(np.argsort(-(head.queries @ head.keys.T), axis=1)[:, :16])
    errors = row_errors(SparseRankOne.from_found(head, found))
    assert (errors.output_best <= errors.output_a_posteriori).all()
    assert np.median(errors.output_best) < 0.85 * np.median(errors.output_a_posteriori)
