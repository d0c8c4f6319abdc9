import attrs
import numpy as np
import pytest

from groverattn.problem import instance as instance_module
from groverattn.problem import score_blocks
from groverattn.problem.families import gaussian_head
from groverattn.problem.fixed_point import FixedPoint, largest_value
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.score_blocks import ScoreBlocks, exact_dtype
from groverattn.problem.thresholds import threshold_from_sample

HEADS = [
    gaussian_head(300, 5, seed=1),
    attrs.evolve(gaussian_head(300, 7, seed=2), causal=True),
    bundled_head(),
    attrs.evolve(bundled_head(), causal=True),
]

RULES = [
    lambda head: Instance.from_tau(head, 1.0, query_bits=8, key_bits=8),
    lambda head: Instance.from_target(head, 9, query_bits=8, key_bits=8),
    lambda head: Instance.from_sample(head, 9, 60, 3, query_bits=8, key_bits=8),
]


@pytest.fixture(params=[(1 << 25, 256, 256, 8192), (1 << 25, 5, 7, 13), (1, 256, 1, 1 << 20)])
def _block_sizes(monkeypatch, request) -> None:
    for name, size in zip(("_HELD", "_ROWS_MAX", "_TILE_ROWS", "_TILE_KEYS"), request.param, strict=True):
        monkeypatch.setattr(score_blocks, name, size)


def scores_of(instance: Instance, row: int) -> np.ndarray:
    """Plain arithmetic in int64."""
    return instance.keys.values[: instance.visible_keys(row)] @ instance.queries.values[row]


@pytest.mark.parametrize(
    ("d", "bits", "dtype"), [(1040, 8, np.float32), (1041, 8, np.float64), (128, 16, np.float64), (3, 2, np.float32)]
)
def test_the_largest_scores_are_exact(d, bits, dtype) -> None:
    """With odd factors, every partial sum needs its last bit: one bit less would round some of them."""
    largest = largest_value(bits)
    signs = np.random.default_rng(0).choice([-1, 1], (12, d))
    signs[:2] = 1  # two of the largest score, and an odd number of terms among the others
    values = signs * (largest - (largest > 1) * np.random.default_rng(1).integers(0, 2, (12, d)))
    values[:2] = largest
    numbers = FixedPoint(values, 1.0, bits)
    blocks = ScoreBlocks.of(numbers, numbers, causal=False)
    assert blocks.keys.dtype == exact_dtype(d, bits, bits) == dtype
    exact = values @ values.T
    assert exact[0, 1] == blocks.largest
    rows = np.arange(12)
    for row in rows:
        np.testing.assert_array_equal(blocks.of_row(row), exact[row])
    for threshold in (*exact[5], blocks.largest, blocks.largest + 1, -blocks.largest, 1 << 60, -(1 << 60)):
        counts = blocks.marked_counts(rows, np.full(12, threshold))
        np.testing.assert_array_equal(counts, (exact >= threshold).sum(axis=1))


def test_float32_would_not_do_beyond_its_bound() -> None:
    d = 1045  # d 127^2 = 2^24 + 77,389 is odd, and float32 holds no odd number there
    assert int(np.float32(d * 127 * 127)) != d * 127 * 127
    assert exact_dtype(d, 8, 8) is np.float64


@pytest.mark.usefixtures("_block_sizes")
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("bits", [(8, 8), (4, 6), (16, 16)])
def test_target_thresholds_are_those_of_sorted_scores(head, bits) -> None:
    instance = Instance.from_target(head, 9, *bits)
    for row in range(instance.n_keys):
        scores = np.sort(scores_of(instance, row))
        whole = scores.size <= 9 or scores[-9] == scores[0]
        assert instance.thresholds[row] == (instance.lowest_threshold if whole else scores[-9])


@pytest.mark.parametrize("head", HEADS)
def test_sample_thresholds_are_those_of_each_row_s_own_sample(head) -> None:
    instance = Instance.from_sample(head, 9, 60, 3, query_bits=8, key_bits=8)
    for row in range(instance.n_keys):
        n = instance.visible_keys(row)
        if n <= 9:
            assert instance.read_whole(row)
            continue
        rng = np.random.default_rng([3, row])
        sample = rng.choice(n, min(60, n), replace=False, shuffle=False)
        assert instance.thresholds[row] == threshold_from_sample(scores_of(instance, row)[sample], n, 9)


@pytest.mark.usefixtures("_block_sizes")
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("rule", RULES)
def test_marked_counts_of_any_rows(head, rule) -> None:
    instance = rule(head)
    rows = np.random.default_rng(0).integers(0, instance.n_keys, 50)  # in no order, some twice
    counts = [(scores_of(instance, row) >= instance.thresholds[row]).sum() for row in rows]
    np.testing.assert_array_equal(instance.marked_counts(rows), counts)
    # Known from setting the thresholds; another copy has to count.
    np.testing.assert_array_equal(attrs.evolve(instance).marked_counts(rows), counts)
    assert instance.marked_counts(rows[:0]).shape == (0,)
    for row in rows:
        np.testing.assert_array_equal(instance.scores(row), scores_of(instance, row))


def test_blocks_may_be_computed_elsewhere(monkeypatch) -> None:
    monkeypatch.setattr(instance_module, "ROWS_PER_BLOCK", 256)
    head, every, blocks = gaussian_head(600, 4, seed=0), np.arange(600), []

    def shared_out(work, numbers):
        blocks.extend(numbers)
        results = {number: work(number) for number in reversed(numbers)}
        return [results[number] for number in numbers]

    for build in (
        lambda **how: Instance.from_target(head, 9, 8, 8, **how),
        lambda **how: Instance.from_sample(head, 9, 100, 3, 8, 8, **how),
    ):
        elsewhere = build(each_block=shared_out)
        np.testing.assert_array_equal(elsewhere.thresholds, build().thresholds)
        np.testing.assert_array_equal(elsewhere.marked_counts(every), build().marked_counts(every))
    assert blocks == [0, 1, 2] * 2


def test_other_thresholds_are_counted_again() -> None:
    instance, rows = Instance.from_target(gaussian_head(64, 4, seed=0), 9, 8, 8), np.arange(64)
    higher = attrs.evolve(instance, thresholds=instance.thresholds + 1)
    np.testing.assert_array_equal(higher.marked_counts(rows), [higher.marked(row).sum() for row in rows])
    assert (higher.marked_counts(rows) < instance.marked_counts(rows)).all()
