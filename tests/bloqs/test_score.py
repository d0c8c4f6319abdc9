import itertools
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.score.heap import SCORE_METHODS, plan_score_heap, sign_width, signed_digits
from groverattn.bloqs.score.score import Score
from groverattn.costs.counting import count
from groverattn.verification.bit_sliced import run_on_basis


@st.composite
def scores(draw):
    bits = draw(st.integers(2, 5))
    largest = (1 << (draw(st.integers(2, 5)) - 1)) - 1
    query = draw(st.lists(st.integers(-largest - 1, largest), min_size=1, max_size=5))
    bound = sum(abs(q) for q in query) << (bits - 1)
    method = draw(st.sampled_from(sorted(SCORE_METHODS)))
    return Score(tuple(query), draw(st.integers(-bound - 2, bound + 2)), bits, method=method)


@given(scores(), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_marked_is_the_inner_product_against_the_threshold(score, seed):
    rng = np.random.default_rng(seed)
    offset = 1 << (score.key_bits - 1)
    keys = rng.integers(-offset, offset, (70, len(score.query)))
    bits = ((keys + offset)[:, :, None] >> np.arange(score.key_bits)[::-1] & 1).reshape(70, -1).astype(np.uint8)
    run = run_on_basis(flatten(score), {("key", ()): bits}, rng)
    np.testing.assert_array_equal(run.outputs["marked", ()][:, 0], keys @ np.array(score.query) >= score.threshold)
    np.testing.assert_array_equal(run.outputs["key", ()], bits)
    assert not run.dirty.any()
    assert not run.negative.any()


@given(scores())
@settings(max_examples=50, deadline=None)
def test_depth_is_that_of_the_flat_circuit(score):
    flat, undo = flatten(score), flatten(score.adjoint())
    assert (flat.toffoli_depth, flat.measurement_depth) == (score.toffoli_depth, score.measurement_depth)
    assert (undo.toffoli_depth, undo.measurement_depth) == (0, score.adjoint().measurement_depth)
    assert flat.n_wires == undo.n_wires == score.peak_qubits


@given(st.integers(-(2**20), 2**20))
def test_signed_digits_are_the_value_and_not_adjacent(value):
    digits = list(signed_digits(value))
    assert sum(digit << position if digit > 0 else -(1 << position) for position, digit in digits) == value
    assert all(after - before > 1 for (before, _), (after, _) in itertools.pairwise(digits))


def gaussian_query(d_head, bits, seed):
    """The distribution of the estimates: rounded Gaussian, sigma a third of the range."""
    largest = (1 << (bits - 1)) - 1
    drawn = np.clip(np.rint(np.random.default_rng(seed).normal(0, largest / 3, d_head)), -largest, largest)
    return tuple(drawn.astype(int).tolist())


@pytest.mark.parametrize(
    ("d_head", "bits", "method", "mean"),
    [
        (128, 8, "plain-heap", 2480),  # the floor of the first prototype: 2.4-2.5k
        (128, 8, "shared-sums", 1467),
        (64, 8, "shared-sums", 814),
        (128, 4, "plain-heap", 518),
        (128, 4, "shared-sums", 454),
        (128, 8, "quantum-query", 16400),  # 16.4k in the first prototype
    ],
)
def test_toffolis_at_head_size(d_head, bits, method, mean):
    """Mean over queries (measured); one query lies within 8 % of it, and 8 of them within 3 %."""
    counts = [plan_score_heap(method, gaussian_query(d_head, bits, seed), 0, bits).toffoli for seed in range(8)]
    assert np.mean(counts) == pytest.approx(mean, rel=0.04)


def test_score_bloq_counts_its_heap():
    score = Score((5, -3, 7), 4, 4)
    assert count(score).toffoli == score.heap.toffoli
    assert count(score.adjoint()).toffoli == 0


@pytest.mark.parametrize("query", [(3,), (-5, 2), (0, 0), (1, -1, 4)])
@pytest.mark.parametrize("key_bits", [2, 3])
def test_the_sign_is_no_wider_than_the_values_need(query, key_bits):
    """v = threshold - 1 - score of every key, give or take the error, in two's complement."""
    keys = range(-(1 << key_bits - 1), 1 << key_bits - 1)
    scores = [sum(map(operator.mul, query, key)) for key in itertools.product(keys, repeat=len(query))]
    for threshold, error in itertools.product((-17, -1, 0, 1, 2, 9, 40), (0, 3)):
        low, high = threshold - 1 - max(scores) - error, threshold - 1 - min(scores) + error
        width = next(w for w in range(1, 20) if -(1 << w - 1) <= low and high < 1 << w - 1)
        assert sign_width(query, threshold, key_bits, error) == width
