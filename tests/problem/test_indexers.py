"""Indexers in numbers and integers, from files and random; bad ones are refused."""

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.families import planted_indexer
from groverattn.problem.indexer_heads import IndexerHead, IndexerNumbers, load_indexer, random_indexer
from groverattn.problem.indexers import IndexerQuery, scores_of
from groverattn.problem.instance import Instance
from groverattn.problem.shapes import Shape, representative_query, representative_threshold


def test_scores_are_those_of_the_formula():
    rng = np.random.default_rng(0)
    queries, weights, keys = (rng.integers(-127, 128, size) for size in ((5, 9), (5,), (40, 9)))
    query = IndexerQuery(queries.tolist(), weights.tolist())
    by_hand = [
        sum(
            int(w) * max(sum(int(q) * int(k) for q, k in zip(row, key, strict=True)), 0)
            for w, row in zip(weights, queries, strict=True)
        )
        for key in keys
    ]
    assert scores_of(query, keys).tolist() == by_hand


@pytest.mark.parametrize(
    ("queries", "weights", "why"),
    [
        ([], [], "0 queries"),
        ([(1, 2), (3,)], [1, 1], "lengths"),
        ([(1, 2)], [1, 1], "2 weights"),
        ([(1, 2), (0, 0)], [0, 4], "weight or the query is zero"),
    ],
)
def test_a_query_that_makes_no_score_is_refused(queries, weights, why):
    with pytest.raises(InputError, match=why):
        IndexerQuery(queries, weights)


def test_scores_beyond_64_bits_are_refused():
    query = IndexerQuery([(1 << 40, 1)], [1 << 20])
    with pytest.raises(InputError, match="scores below"):
        query.scores(np.array([[1 << 15, 1]]))


def test_integers_keep_the_largest_scores():
    """With 16 bits for each number the integer scores order the keys as the real ones do, nearly always."""
    head = random_indexer(n_keys=400, d_head=16, n_heads=4, seed=3)
    numbers = IndexerNumbers.of(head, np.rint(head.keys / np.abs(head.keys).max() * 32767).astype(int), 16, 16, 16)
    for row in range(0, 400, 40):
        real = np.maximum(head.keys @ head.queries[row].T, 0) @ head.weights[row]
        integer = numbers.of_row(row)
        assert np.corrcoef(real, integer)[0, 1] > 0.99999
        assert len(set(np.argsort(real)[-20:]) & set(np.argsort(integer)[-20:])) >= 19


def test_marked_counts_are_those_of_the_rows():
    instance = Instance.from_target(random_indexer(50, 4, 3, seed=1, causal=True), 6, 8, 8)
    rows = np.arange(50)
    assert instance.marked_counts(rows).tolist() == [int(instance.marked(row).sum()) for row in rows]
    assert instance.read_whole(3)
    assert not instance.read_whole(49)
    assert (
        instance.score_blocks.marked_counts(rows, instance.thresholds).tolist() == instance.marked_counts(rows).tolist()
    )


def test_a_row_of_zeros_is_read_whole():
    head = random_indexer(20, 4, 2, seed=0)
    head.queries[5] = 0
    assert Instance.from_target(head, 3, 8, 8).read_whole(5)


def test_tau_has_no_meaning_for_an_indexer():
    with pytest.raises(InputError, match="tau = 1 for an indexer"):
        Instance.from_tau(random_indexer(20, 4, 2, seed=0), 1.0, 8, 8)


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_row_has_as_many_marked_keys(seed):
    row = planted_indexer(Shape(200, 4, 9, 3, 3, index_heads=3), seed)
    assert np.flatnonzero(row.scores() >= row.threshold).tolist() == row.marked.tolist()
    assert row.marked.size == 9


def test_planting_more_keys_than_have_a_positive_score_is_refused():
    with pytest.raises(InputError, match="positive score"):
        planted_indexer(Shape(200, 4, 190, 8, 8, index_heads=1), 0)
    with pytest.raises(InputError, match="index_heads"):
        planted_indexer(Shape(200, 4, 3, 8, 8), 0)


def test_the_representative_threshold_marks_about_as_many():
    shape = Shape(1 << 14, 64, 256, 8, 8, index_heads=16)
    query = representative_query(shape)
    assert isinstance(query, IndexerQuery)
    keys = np.clip(np.rint(np.random.default_rng(9).normal(0, 127 / 3, (1 << 14, 64))), -127, 127).astype(int)
    n_marked = np.count_nonzero(query.scores(keys) >= representative_threshold(shape, query))
    assert 256 < n_marked < 1.4 * 256  # a sum of ReLUs has a longer tail than the Gaussian that is assumed


def saved(tmp_path, **arrays):
    path = tmp_path / "captured.npz"
    np.savez(path, **arrays)
    return path


def arrays_of(suffix="", n=6, heads=2, d=3):
    rng = np.random.default_rng(0)
    sizes = {"index_Q": (n, heads, d), "index_K": (n, d), "index_W": (n, heads)}
    return {name + suffix: rng.normal(size=size) for name, size in sizes.items()}


def test_an_indexer_is_read_from_a_file(tmp_path):
    arrays = arrays_of("_1") | arrays_of("_4")
    head = load_indexer(saved(tmp_path, **arrays), layer=4)
    assert (head.n_keys, head.d_head, head.n_heads, head.causal) == (6, 3, 2, True)
    assert np.array_equal(head.weights, arrays["index_W_4"])
    assert load_indexer(saved(tmp_path, **arrays_of())).name == "captured indexer"
    assert load_indexer(saved(tmp_path, **arrays_of("_7"))).name == "captured indexer layer 7"


@pytest.mark.parametrize(
    ("arrays", "layer", "why"),
    [
        (arrays_of("_1") | arrays_of("_4"), None, "no layer"),
        (arrays_of("_1"), 2, "layers with an indexer: 1"),
        ({"Q": np.ones((2, 2))}, None, "this file has none"),
        (arrays_of() | {"index_W": np.ones((6, 3))}, None, "axes"),
        (arrays_of() | {"index_K": np.full((6, 3), np.nan)}, None, "NaN"),
    ],
)
def test_a_file_without_this_indexer_is_refused(tmp_path, arrays, layer, why):
    with pytest.raises(InputError, match=why):
        load_indexer(saved(tmp_path, **arrays), layer)


@pytest.mark.parametrize("sizes", [(1, 2, 2), (4, 0, 2), (4, 2, 0)])
def test_sizes_that_are_no_indexer(sizes):
    with pytest.raises(InputError, match="at least"):
        random_indexer(*sizes, seed=0)


def test_an_indexer_says_what_it_is():
    assert repr(IndexerHead(np.ones((3, 2, 4)), np.ones((3, 2)), np.ones((3, 4)), True, "a")) == (
        "IndexerHead('a', n=3, d=4, 2 heads)"
    )
