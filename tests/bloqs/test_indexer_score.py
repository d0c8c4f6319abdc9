"""The score of an indexer is that of integer NumPy for every key: exact, approximate, in one heap, head by head."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qualtran import QAny

from groverattn.bloqs.score.finding import approximate_score, pass_rates, score_error
from groverattn.bloqs.score.indexer import HeadByHeadScore, HeadReLU, IndexerScore
from groverattn.bloqs.score.methods import INDEXER_SCORES, score
from groverattn.bloqs.score.score import Score
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.problem.indexers import IndexerQuery
from groverattn.problem.shapes import Shape, representative_keys, representative_query, representative_threshold
from groverattn.verification.bloq_check import check_bloq


def every_key(d_head, key_bits):
    """All values of a key register, and their numbers."""
    values = np.arange(1 << d_head * key_bits)
    digits = values[:, None] >> np.arange(d_head)[::-1] * key_bits & (1 << key_bits) - 1
    return values, digits - (1 << key_bits - 1)


@st.composite
def queries(draw):
    """Queries of 1 to 3 heads of 1 or 2 numbers, zeros among them, and weights of either sign."""
    n_heads, d_head = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    numbers = st.lists(st.integers(-9, 9), min_size=d_head, max_size=d_head)
    rows = draw(st.lists(numbers, min_size=n_heads, max_size=n_heads))
    weights = draw(st.lists(st.integers(-7, 7), min_size=n_heads, max_size=n_heads))
    rows[0][0], weights[0] = rows[0][0] or 3, weights[0] or -2
    return IndexerQuery(rows, weights)


@settings(max_examples=60)
@given(queries(), st.integers(-40, 60), st.integers(2, 3), st.sampled_from([IndexerScore, HeadByHeadScore]))
def test_a_key_is_marked_as_integer_arithmetic_says(query, threshold, key_bits, kind):
    values, keys = every_key(len(query), key_bits)
    expected = np.maximum(keys @ np.array(query.queries).T, 0) @ np.array(query.weights) >= threshold
    scored = kind(query, threshold, key_bits)
    assert [scored.values(int(value))[0] for value in values] == expected.tolist()


@settings(max_examples=60)
@given(
    queries(),
    st.integers(-40, 60),
    st.integers(0, 7),
    st.integers(1, 3),
    st.sampled_from([IndexerScore, HeadByHeadScore]),
)
def test_an_approximate_score_is_what_it_says(query, threshold, lowest_column, significant_bits, kind):
    try:
        scored = kind(query, threshold, 3, significant_bits=significant_bits, lowest_column=lowest_column)
    except InputError:
        return  # no bit of a key is left, or no head
    values, keys = every_key(len(query), 3)
    expected = scored.approximate(keys) >= threshold
    assert [scored.values(int(value))[0] for value in values] == expected.tolist()


@settings(max_examples=12, deadline=None)
@given(queries(), st.integers(-20, 40), st.sampled_from([IndexerScore, HeadByHeadScore]))
def test_gates_counts_and_depths_agree(query, threshold, kind):
    scored = kind(query, threshold, 3)
    check_bloq(scored)
    check_bloq(scored.adjoint())


@pytest.mark.parametrize("kind", [IndexerScore, HeadByHeadScore])
def test_a_head_that_a_cut_leaves_never_negative(kind):
    """A bit of such a head needs no And, and a head without bits adds nothing."""
    weak = kind(IndexerQuery([(100, 90), (-4, 0), (1, 0)], [1, 1, 3]), threshold=512, key_bits=8, lowest_column=8)
    keys = np.random.default_rng(0).integers(-128, 128, (300, 2))
    values = [int((key + 128) @ [256, 1]) for key in keys]
    assert [weak.values(value)[0] for value in values] == (weak.approximate(keys) >= 512).tolist()
    for query in ([(-1,)], [(-4, -4), (3, 5)]):
        scored = kind(IndexerQuery(query, [-1] * len(query)), 0, 2, significant_bits=1, lowest_column=1)
        check_bloq(scored)
        check_bloq(scored.adjoint())


@pytest.mark.parametrize("kind", [IndexerScore, HeadByHeadScore])
def test_gates_of_a_larger_score(kind):
    shape = Shape(64, 7, 4, 8, 8, index_heads=4)
    scored = kind(representative_query(shape), representative_threshold(shape, representative_query(shape)), 8)
    check_bloq(scored)
    check_bloq(scored.adjoint())


def test_the_relu_leaves_nothing_but_itself():
    head = HeadReLU((3, -2), key_bits=3)
    for value, key in zip(*every_key(2, 3), strict=True):
        _, relu = head.call_classically(key=int(value))
        bits = QAny(len(head.plan.columns)).to_bits(relu)
        assert sum(bit << column for bit, column in zip(bits, head.plan.columns, strict=True)) == max(key @ [3, -2], 0)
        assert head.adjoint().call_classically(key=int(value), relu=relu) == (int(value),)
    with pytest.raises(ValueError, match="cannot be uncomputed"):
        head.adjoint().call_classically(key=0, relu=relu ^ 1)


def test_undoing_one_heap_is_free_and_head_by_head_repeats_the_sums():
    shape = Shape(1024, 16, 8, 8, 8, index_heads=4)
    query, plan = representative_query(shape), {}
    for method in INDEXER_SCORES:
        scored = score(method, query, 1000, 8)
        plan[method] = count(scored), count(scored.adjoint())
    (wide, free), (narrow, again) = plan["shared-sums"], plan["in-place"]
    assert free.toffoli == 0
    sums = sum(head.plan.n_sums for head in HeadByHeadScore(query, 1000, 8).heads)
    assert narrow.toffoli == wide.toffoli
    assert again.toffoli == sums
    assert narrow.logical_qubits < wide.logical_qubits / 2


def test_a_relu_costs_an_and_for_each_of_its_bits():
    """A head without its sign is the score of one inner product: the ReLU is less than 2 % of it at d = 128."""
    shape = Shape(1 << 17, 128, 2048, 8, 8, index_heads=4)
    query = representative_query(shape)
    scored = HeadByHeadScore(query, representative_threshold(shape, query), 8)
    relus = sum(len(head.plan.masks) for head in scored.heads)
    assert relus == 4 * 20
    assert relus < 0.02 * sum(head.plan.n_sums for head in scored.heads)
    plain = sum(count(Score(row, scored.threshold, 8)).toffoli for row in query.queries)
    assert count(scored).toffoli == pytest.approx(1.043 * plain, rel=0.002)


def test_an_approximate_score_takes_a_quarter_and_passes_few_keys():
    shape = Shape(1 << 17, 128, 2048, 8, 8, index_heads=16)
    query = representative_query(shape)
    exact = score("shared-sums", query, representative_threshold(shape, query), 8)
    found = approximate_score(exact, 2, 11)
    assert isinstance(found, IndexerScore)
    assert count(found).toffoli < 0.25 * count(exact).toffoli
    keys = representative_keys(1 << 17, 128, 8, seed=7)
    marked, passed = query.scores(keys) >= exact.threshold, found.approximate(keys) >= found.threshold
    rates = pass_rates(found, exact.threshold, 1 << 17, 2048)
    # the law takes scores for Gaussian, and the error for independent of them
    assert passed.sum() == pytest.approx(rates.candidates * marked.sum() / 2048, rel=0.25)
    assert (marked & ~passed).sum() < 0.15 * marked.sum()
    assert score_error(found).deviation < 0.6 * score_error(found).spread


def test_heads_that_add_nothing_are_left_out():
    query = IndexerQuery([(3, -1), (0, 0), (2, 2)], [2, 5, 0])
    assert IndexerScore(query, 3, 4).rounded_query == IndexerQuery([(3, -1)], [2])
    check_bloq(IndexerScore(query, 3, 4))


@pytest.mark.parametrize("method", ["plain-heap", "quantum-query"])
def test_methods_of_one_inner_product_are_refused(method):
    with pytest.raises(InputError, match="score method of an indexer"):
        score(method, IndexerQuery([(1,)], [1]), 1, 4)


def test_one_inner_product_is_no_indexer():
    with pytest.raises(InputError, match="allowed: an IndexerQuery"):
        IndexerScore((1, 2), 3, 4)


def test_columns_beyond_the_query_are_refused():
    with pytest.raises(InputError, match="lowest_column"):
        IndexerScore(IndexerQuery([(1, 1)], [1]), 3, 4, lowest_column=9)


def test_scores_of_other_methods_hold_the_query_as_before():
    assert attrs.evolve(Score(np.array([1, 2]), 3, 4)).query == (1, 2)
