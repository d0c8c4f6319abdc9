"""The approximate score does what its arithmetic says, for every key, and costs what is claimed."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.score.approximate import ApproximateScore, largest_cut, round_query
from groverattn.bloqs.score.finding import approximate_score, default_cut, pass_rates, score_error
from groverattn.bloqs.score.heap_steps import Carry, Compress, Copy
from groverattn.bloqs.score.score import Score
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.problem.shapes import Shape, representative_keys, representative_query, representative_threshold
from groverattn.verification.bit_sliced import run_on_basis


def shape(d_head=128, key_bits=8):
    return Shape(n_keys=1 << 17, d_head=d_head, n_marked=512, key_bits=key_bits, query_bits=8)


def approximate(query, key_bits, significant_bits, lowest_column, threshold=0):
    return ApproximateScore(query, threshold, key_bits, significant_bits=significant_bits, lowest_column=lowest_column)


def marked_by_gates(score, keys):
    """Run every gate of the circuit on keys of shape (m, d), up and down again."""
    rng = np.random.default_rng(0)
    offset = 1 << (score.key_bits - 1)
    bits = ((keys + offset)[:, :, None] >> np.arange(score.key_bits)[::-1] & 1).reshape(len(keys), -1).astype(np.uint8)
    run = run_on_basis(flatten(score), {("key", ()): bits}, rng)
    np.testing.assert_array_equal(run.outputs["key", ()], bits)
    undone = run_on_basis(flatten(score.adjoint()), run.outputs, rng)
    np.testing.assert_array_equal(undone.outputs["key", ()], bits)
    for end in (run, undone):
        assert not end.dirty.any()
        assert not end.negative.any()
    return run.outputs["marked", ()][:, 0].astype(bool)


def keys_of(score, rng, number):
    """Uniform keys, and those that are extreme: all numbers smallest or largest, scores smallest or largest."""
    offset = 1 << (score.key_bits - 1)
    keys = rng.integers(-offset, offset, (number, len(score.query)))
    best = np.where(np.array(score.query) > 0, offset - 1, -offset)
    return np.vstack([keys, np.full_like(best, -offset), np.full_like(best, offset - 1), best, -1 - best])


def check_gates(score, keys):
    """Thresholds among the approximate scores, and one past the end on either side."""
    values = score.approximate(keys)
    for threshold in (*np.quantile(values, [0, 0.5, 0.99, 1], method="nearest").tolist(), int(values.max()) + 1):
        moved = attrs.evolve(score, threshold=threshold)
        np.testing.assert_array_equal(marked_by_gates(moved, keys), values >= threshold)


@pytest.mark.parametrize("key_bits", [8, 4, 2])
@pytest.mark.parametrize("d_head", [128, 32, 4])
@pytest.mark.parametrize("significant_bits", [None, 3, 2, 1])
def test_gates_do_what_the_arithmetic_says(d_head, key_bits, significant_bits):
    rng = np.random.default_rng(d_head + key_bits)
    for seed in range(2 if d_head == 4 else 1):
        query = representative_query(shape(d_head, key_bits), seed)
        most = largest_cut(round_query(query, significant_bits), key_bits)
        for lowest_column in {0, 1, most // 2, most - 3, most}:
            score = approximate(query, key_bits, significant_bits, lowest_column)
            check_gates(score, keys_of(score, rng, 400))


@pytest.mark.parametrize(("significant_bits", "lowest_column"), [(None, 7), (3, 9), (2, 9), (2, 10)])
@pytest.mark.parametrize("seed", range(3))
def test_gates_near_the_threshold(significant_bits, lowest_column, seed):
    """Of 2^15 keys the 2,000 whose scores lie nearest to the threshold, hundreds of them within 500 of it."""
    rng = np.random.default_rng(seed)
    query = representative_query(shape(), seed)
    score = approximate(query, 8, significant_bits, lowest_column, representative_threshold(shape(), query) // 8)
    keys = np.clip(np.rint(rng.normal(0, 127 / 3, (1 << 15, 128))), -127, 127).astype(np.int64)
    values = score.approximate(keys)
    nearest = np.argsort(abs(values - score.threshold))[:2000]
    assert (abs(values[nearest] - score.threshold) <= 500).sum() > 300
    np.testing.assert_array_equal(marked_by_gates(score, keys[nearest]), values[nearest] >= score.threshold)


@st.composite
def approximate_scores(draw):
    """Queries with many equal numbers and multiples, so that sums of sums are shared."""
    bits = draw(st.integers(2, 6))
    numbers = draw(st.lists(st.integers(-200, 200), min_size=1, max_size=3))
    query = tuple(draw(st.lists(st.sampled_from([s * n for n in numbers for s in (1, -1, 2)]), min_size=1, max_size=9)))
    significant = draw(st.none() | st.integers(1, 8))
    cut = draw(st.integers(0, largest_cut(round_query(query, significant), bits)))
    return approximate(query, bits, significant, cut, draw(st.integers(-3000, 3000)))


@given(approximate_scores(), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_any_query(score, seed):
    keys = keys_of(score, np.random.default_rng(seed), 100)
    np.testing.assert_array_equal(marked_by_gates(score, keys), score.approximate(keys) >= score.threshold)
    offset = 1 << (score.key_bits - 1)
    key = score.key_type.from_bits(
        [int(number) + offset >> i & 1 for number in keys[0] for i in reversed(range(score.key_bits))]
    )
    assert (
        score.call_classically(key=key)[-1] == score.reaches(key) == (score.approximate(keys[:1])[0] >= score.threshold)
    )


@given(approximate_scores())
@settings(max_examples=100, deadline=None)
def test_the_error_stays_within_its_bound(score):
    keys = keys_of(score, np.random.default_rng(0), 300)
    assert abs(score.approximate(keys) - keys @ np.array(score.rounded_query)).max() <= score.sharing.largest_error


def test_all_columns_of_the_whole_query_are_the_exact_score():
    query = representative_query(shape())
    whole = ApproximateScore(query, 12_345, 8)
    assert whole.heap == Score(query, 12_345, 8).heap
    keys = keys_of(whole, np.random.default_rng(0), 50)
    np.testing.assert_array_equal(whole.approximate(keys), keys @ np.array(query))


@pytest.mark.parametrize(
    ("significant_bits", "lowest_column", "most"),
    [(None, 7, (1020, 946, 982, 1003, 1013)), (3, 9, (565, 522, 541, 552, 538)), (2, 10, (407, 374, 387, 421, 403))],
)
def test_toffolis_at_head_size(significant_bits, lowest_column, most):
    """Representative queries of seeds 0 to 4; the exact heap takes 1,479, 1,438, 1,451, 1,493, 1,485."""
    for seed, toffoli in enumerate(most):
        query = representative_query(shape(), seed)
        score = approximate(query, 8, significant_bits, lowest_column, representative_threshold(shape(), query))
        assert count(score).toffoli == score.heap.toffoli <= toffoli
        assert count(score.adjoint()).toffoli == 0


@pytest.mark.parametrize(("significant_bits", "lowest_column", "read"), [(None, 0, 1016), (3, 9, 471), (2, 10, 360)])
def test_every_step_serves_the_sign_and_only_some_bits_are_read(significant_bits, lowest_column, read):
    score = approximate(representative_query(shape()), 8, significant_bits, lowest_column)
    live, heap = {score.heap.sign}, score.heap
    for step in reversed(heap.steps):
        match step:
            case Compress(a, b, c, carry):
                assert carry in live
                live |= {a, b, c}
            case Carry(a, b, carry):
                assert carry in live
                live |= {a, b}
            case Copy(source, target):
                assert target in live
                live.add(source)
    assert sum(wire < heap.n_key_wires for wire in live) == score.key_bits_read == read


@pytest.mark.parametrize(
    ("given_", "allowed"),
    [
        ({"significant_bits": 0}, "1 or more"),
        ({"lowest_column": -1}, "0 to 9"),
        ({"lowest_column": 10}, "0 to 9"),
        ({"significant_bits": 1, "lowest_column": 10}, "0 to 9"),
    ],
)
def test_what_leaves_nothing_is_refused(given_, allowed):
    assert largest_cut((4, -1), 8) == 9
    with pytest.raises(InputError, match=f"allowed: {allowed}"):
        ApproximateScore((4, -1), 0, 8, **given_)
    assert ApproximateScore((4, -1), 0, 8, lowest_column=9).key_bits_read == 1


@pytest.mark.parametrize("seed", range(3))
def test_pass_rates_are_those_of_drawn_keys(seed):
    """2^17 keys that the error was not measured on, 512 of them marked."""
    query = representative_query(shape(), seed)
    keys = representative_keys(1 << 17, 128, 8, seed=100 + seed)
    exact = keys @ np.array(query)
    threshold = int(np.sort(exact)[-512])
    score = approximate_score(Score(query, threshold, 8), significant_bits=3, lowest_column=9, margin=2.0)
    rates, passed = pass_rates(score, threshold, 1 << 17, 512), score.approximate(keys) >= score.threshold
    # the error depends a little on the score, which the law leaves out: up to 17 % of the candidates (measured)
    assert passed.sum() == pytest.approx(rates.candidates, rel=0.2)
    assert 870 < rates.candidates < 1060
    assert ((exact >= threshold) & ~passed).sum() <= 3
    assert 0 < rates.missed < 2


def test_a_score_of_all_columns_has_no_error():
    score = approximate_score(Score((5, -3, 7), 40, 8), significant_bits=8, lowest_column=0)
    assert score.threshold == 40
    assert not score_error(score).differences.any()
    rates = pass_rates(score, 40, 1024, 32)
    assert (rates.candidates, rates.missed) == (pytest.approx(32), pytest.approx(0, abs=1e-6))


@pytest.mark.parametrize(("d_head", "key_bits", "cut"), [(128, 8, 10), (64, 8, 10), (32, 8, 9), (128, 4, 6)])
def test_default_cut_is_four_columns_below_the_spread(d_head, key_bits, cut):
    assert default_cut(representative_query(shape(d_head, key_bits)), key_bits) == cut


def test_a_query_of_zeros_has_a_default():
    assert approximate_score(Score((0, 0), 1, 8)).lowest_column == 0
