"""The ball that stands for a half-space, its rounding margin, and the count of the keys that a tree visits."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from groverattn.reference.finders.half_space import prepare
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.lifted_ball import LiftedKeys, ball_of_half_space
from groverattn.reference.finders.tree_visits import TreeCells


def some_keys(seed, n, d, bits=8):
    largest = (1 << (bits - 1)) - 1
    rng = np.random.default_rng(seed)
    return rng.integers(-largest, largest + 1, (n, d)), rng.integers(-largest, largest + 1, d)


@given(seed=st.integers(0, 1 << 30), d=st.sampled_from([1, 2, 5, 128]), bits=st.sampled_from([3, 8, 16]))
def test_the_ball_parts_scores_between_two_integers(seed, d, bits) -> None:
    """In exact arithmetic, keys at the threshold lie within the ball and those one below it do not."""
    keys, query = some_keys(seed, 20, d, bits)
    key_set = KeySet.of(keys, query_bits=bits)
    lifted = LiftedKeys.of(key_set)
    norms = [sum(int(x) ** 2 for x in key) for key in keys]
    assert lifted.square_norm == max(norms)
    for key, norm in zip(keys, norms, strict=True):
        score = sum(int(a) * int(b) for a, b in zip(key, query, strict=True))
        ball = ball_of_half_space(lifted, key_set.query(query), score, depth=50)
        centre = [Fraction(float(x)) for x in ball.centre]
        square = sum((c - int(x)) ** 2 for c, x in zip(centre, key, strict=False)) + max(norms) - norm
        unit = 2 * centre[int(np.argmax(np.abs(query)))] / int(query[np.argmax(np.abs(query))]) if query.any() else None
        assert square <= Fraction(ball.radius) ** 2
        if unit is not None:
            assert Fraction(ball.radius) ** 2 < square + unit


def test_lifted_keys_have_one_norm() -> None:
    keys, _ = some_keys(0, 500, 32, 16)
    lifted = LiftedKeys.of(KeySet.of(keys, query_bits=16))
    np.testing.assert_allclose((lifted.points**2).sum(axis=1), lifted.square_norm, rtol=1e-14)


@pytest.mark.parametrize("d", [1, 2, 16, 128])
def test_no_candidate_is_not_marked(d) -> None:
    """At 8 and 16 bits the rounding is below half a unit of the score: the margin costs no candidate."""
    for bits in (8, 16):
        keys, query = some_keys(d, 3000, d, bits)
        index, scores = prepare(KeySet.of(keys, query_bits=bits)), keys @ query
        for rank in (-1, -16, -1500):
            found = index.find(query, int(np.sort(scores)[rank]))
            assert found.candidates == found.keys.size


def test_a_threshold_beyond_every_score_visits_no_key() -> None:
    keys, query = some_keys(5, 2000, 2)
    found = prepare(KeySet.of(keys)).find(query, 1 << 40)
    assert (found.keys.size, found.candidates) == (0, 0)
    assert found.key_visits < 100


def test_zero_keys_and_a_zero_query() -> None:
    zeros = prepare(KeySet.of(np.zeros((50, 3), dtype=int)))
    assert zeros.find(np.array([1, 2, 3]), 0).keys.size == 50
    assert zeros.find(np.array([1, 2, 3]), 1).keys.size == 0
    keys, _ = some_keys(6, 50, 3)
    assert prepare(KeySet.of(keys)).find(np.zeros(3, dtype=int), 0).keys.size == 50
    assert prepare(KeySet.of(keys)).find(np.zeros(3, dtype=int), 1).keys.size == 0


def points_met_one_by_one(node, low, high, centre, radius):
    """The same walk, cell by cell with whole boxes."""
    gaps = np.maximum(0, np.maximum(low - centre, centre - high))
    if (gaps**2).sum() > radius**2:
        return 0
    if node.split_dim < 0:
        return node.end_idx - node.start_idx
    cut = np.zeros(len(low), dtype=bool)
    cut[node.split_dim] = True
    return points_met_one_by_one(node.lesser, low, np.where(cut, node.split, high), centre, radius) + (
        points_met_one_by_one(node.greater, np.where(cut, node.split, low), high, centre, radius)
    )


@given(seed=st.integers(0, 1 << 30), d=st.integers(1, 6), radius=st.floats(0, 300))
def test_points_met_by_a_ball(seed, d, radius) -> None:
    points, centre = some_keys(seed, 400, d)
    tree = cKDTree(points.astype(float), leafsize=4, balanced_tree=False, compact_nodes=False)
    met = TreeCells.of(tree).points_met(centre.astype(float), radius)
    assert met == points_met_one_by_one(tree.tree, tree.mins, tree.maxes, centre, radius)
    assert met >= len(tree.query_ball_point(centre, radius))


def test_cells_of_a_tree() -> None:
    points, _ = some_keys(1, 1000, 3)
    cells = TreeCells.of(cKDTree(points.astype(float), leafsize=4, balanced_tree=False, compact_nodes=False))
    leaves = cells.children[:, 0] < 0
    assert cells.n_points[leaves].sum() == 1000 == cells.n_points[0]
    assert cells.n_points[leaves].max() <= 4
    assert cells.n_nodes == 2 * leaves.sum() - 1
    assert cells.depth >= np.log2(leaves.sum())
    assert TreeCells.of(cKDTree(np.zeros((9, 2)))).depth == 0
