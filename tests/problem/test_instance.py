import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head
from groverattn.problem.instance import Instance

CAUSAL = attrs.evolve(bundled_head(), causal=True)


@pytest.mark.parametrize("bits", [(4, 4), (8, 6), (16, 16)])
def test_integer_scores_are_the_scores_up_to_rounding(bits) -> None:
    head = bundled_head()
    instance = Instance.from_target(head, 8, *bits)
    exact = head.score_scale * head.keys @ head.queries[5]
    q, k = instance.queries, instance.keys
    slack = (
        head.d_head
        * head.score_scale
        * (q.step / 2 * np.abs(head.keys).max() + k.step / 2 * np.abs(head.queries).max() + q.step * k.step / 4)
    )
    assert np.abs(instance.scores(5) * instance.score_step - exact).max() <= slack
    assert instance.query(5) == tuple(q.values[5])


def test_target_marks_as_many_as_asked_and_their_ties() -> None:
    instance = Instance.from_target(bundled_head(), 16, query_bits=8, key_bits=8)
    for row in range(instance.n_keys):
        scores, marked = instance.scores(row), instance.marked(row)
        assert (scores > instance.thresholds[row]).sum() < 16 <= marked.sum() < 128
    assert instance.searchable_rows.tolist() == list(range(128))


def test_causal_rows_that_see_too_little_are_read_whole() -> None:
    instance = Instance.from_target(CAUSAL, 16, query_bits=8, key_bits=8)
    assert [instance.visible_keys(row) for row in (0, 1, 127)] == [1, 2, 128]
    assert [row for row in range(128) if instance.read_whole(row)] == list(range(16))
    assert instance.searchable_rows.tolist() == list(range(16, 128))
    for row in range(128):
        assert instance.scores(row).shape == instance.marked(row).shape == (row + 1,)
        assert instance.marked(row).all() == (row < 16)


def test_the_threshold_of_rows_read_whole_is_a_possible_score() -> None:
    instance = Instance.from_target(CAUSAL, 16, query_bits=8, key_bits=4)
    assert instance.thresholds.min() == -instance.d_head * 127 * 7
    assert (instance.scores(0) >= instance.thresholds[0]).all()


def test_padding_is_read_whole() -> None:
    head = bundled_head()
    queries = head.queries.copy()
    queries[7] = 0.0
    padded = attrs.evolve(head, queries=queries)
    assert Instance.from_target(padded, 8, 8, 8).read_whole(7)
    assert Instance.from_sample(padded, 8, 64, 0, query_bits=8, key_bits=8).read_whole(7)


def test_one_tau_for_all_rows() -> None:
    head = bundled_head()
    instance = Instance.from_tau(head, 2.0, query_bits=8, key_bits=8)
    counts = [int(instance.marked(row).sum()) for row in range(128)]
    for row in range(128):
        assert (instance.marked(row) == (instance.scores(row) * instance.score_step >= 2.0)).all()
    assert 0 < sum(counts) < 128**2
    assert "2" in instance.threshold_rule


def test_one_tau_for_a_causal_head_reads_the_first_row_whole() -> None:
    instance = Instance.from_tau(CAUSAL, 0.0, query_bits=8, key_bits=8)
    assert instance.searchable_rows.tolist() == list(range(1, 128))
    assert instance.marked(0).tolist() == [True]
    alone = attrs.evolve(CAUSAL, queries=CAUSAL.queries[:2], keys=CAUSAL.keys[:2], values=CAUSAL.values[:2])
    with pytest.raises(InputError, match="no key of any row"):
        Instance.from_tau(alone, 1e6, query_bits=8, key_bits=8)


def test_rows_that_see_no_more_keys_than_are_to_be_marked() -> None:
    with pytest.raises(InputError, match=r"rows 0 to 9 of head .* which see at most 10 keys, and n_marked = 16"):
        Instance.from_target(CAUSAL, 16, query_bits=8, key_bits=8, rows=range(10))


@pytest.mark.parametrize(("tau", "message"), [(1e6, "no key"), (-1e6, "every key"), (1e18, "no key")])
def test_tau_that_marks_nothing_or_everything(tau, message) -> None:
    with pytest.raises(InputError, match=message):
        Instance.from_tau(bundled_head(), tau, query_bits=8, key_bits=8)


@pytest.mark.parametrize("head", [gaussian_head(512, 16, seed=1), CAUSAL])
def test_samples_mark_about_as_many_as_asked(head) -> None:
    instance = Instance.from_sample(head, 16, 64, seed=3, query_bits=8, key_bits=8)
    counts = np.array([instance.marked(row).sum() for row in instance.searchable_rows])
    assert 14 < counts.mean() < 22  # the r-th of s with r small is biased upwards: (s + 1 - r) is spread over s
    assert (counts >= 1).all()
    again = Instance.from_sample(head, 16, 64, seed=3, query_bits=8, key_bits=8)
    assert (again.thresholds == instance.thresholds).all()
    other = Instance.from_sample(head, 16, 64, seed=4, query_bits=8, key_bits=8)
    assert (other.thresholds != instance.thresholds).any()


@pytest.mark.parametrize("n_marked", [0, -1, 128, 500])
def test_numbers_of_marked_keys_out_of_range(n_marked) -> None:
    with pytest.raises(InputError, match="allowed: 1 to 127"):
        Instance.from_target(bundled_head(), n_marked, 8, 8)


@pytest.mark.parametrize("bits", [(1, 8), (8, 17)])
def test_bits_out_of_range(bits) -> None:
    with pytest.raises(InputError, match="2 to 16"):
        Instance.from_target(bundled_head(), 8, *bits)


def test_a_head_without_largest_scores() -> None:
    flat = AttentionHead(np.ones((4, 2)), np.ones((4, 2)), np.ones((4, 2)), 1.0, False, "flat")
    with pytest.raises(InputError, match="tie with the smallest"):
        Instance.from_target(flat, 1, 8, 8)
