"""Every exact finder returns what plain integer arithmetic does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head, planted
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.reference.finders.key_set import KeySet
from groverattn.reference.finders.registry import FINDERS, finder

EXACT = [each for each in FINDERS.values() if each.exact]
WITH_THRESHOLD = [each for each in EXACT if each.takes == "threshold"]
every_exact = pytest.mark.parametrize("chosen", EXACT, ids=lambda each: each.name)
every_threshold = pytest.mark.parametrize("chosen", WITH_THRESHOLD, ids=lambda each: each.name)


def plain_scores(keys, query):
    """Python integers: no type can overflow or round."""
    return np.array([sum(int(a) * int(b) for a, b in zip(key, query, strict=True)) for key in keys])


def assert_finds(chosen, index, query, scores, threshold):
    """The set that reaches the threshold; or, for as many keys as do, scores that no other key exceeds."""
    marked = np.flatnonzero(scores >= threshold)
    if chosen.takes == "threshold":
        assert index.find(query, threshold).keys.tolist() == marked.tolist()
    elif marked.size:
        found = index.find(query, marked.size).keys
        assert found.tolist() == marked.tolist()


@every_exact
@pytest.mark.parametrize("head", [bundled_head(), gaussian_head(256, 4, 1), gaussian_head(64, 1, 2)], ids=repr)
def test_heads(chosen, head) -> None:
    instance = Instance.from_target(head, 8, 8, 8)
    keys = instance.keys.values
    index = chosen.prepare(KeySet.of(keys))
    for row in instance.searchable_rows[::5]:
        query = instance.queries.values[row]
        assert_finds(chosen, index, query, keys @ query, int(instance.thresholds[row]))


@every_exact
@pytest.mark.parametrize(("n", "d", "bits"), [(300, 128, 16), (1000, 16, 8), (500, 2, 3), (64, 1, 16)])
def test_planted(chosen, n, d, bits) -> None:
    row = planted(n, d, 7, bits, bits, seed=3)
    index = chosen.prepare(KeySet.of(row.keys, query_bits=bits))
    assert_finds(chosen, index, np.array(row.query), row.scores(), row.threshold)
    wanted = chosen.wanted(row.threshold, 7)
    assert index.find(np.array(row.query), wanted).keys.tolist() == row.marked.tolist()


@st.composite
def adversarial(draw):
    """Few different numbers, so that scores tie and keys repeat; zero vectors; thresholds at and beside scores."""
    bits = draw(st.sampled_from([2, 3, 8, 16]))
    largest = (1 << (bits - 1)) - 1
    number = st.sampled_from(sorted({0, 1, -1, largest, -largest, largest // 2})) | st.integers(-largest, largest)
    d = draw(st.sampled_from([1, 2, 3, 5, 17]))
    vector = st.lists(number, min_size=d, max_size=d)
    different = draw(st.lists(vector | st.just([0] * d), min_size=1, max_size=12))
    repeats = draw(st.lists(st.integers(1, 30), min_size=len(different), max_size=len(different)))
    keys = np.repeat(np.array(different, dtype=np.int64), repeats, axis=0)
    query = np.array(draw(vector), dtype=np.int64)
    scores = plain_scores(keys, query)
    at = int(draw(st.sampled_from(sorted(set(scores.tolist())))))
    beyond = int(np.abs(scores).max()) + 1
    threshold = draw(st.sampled_from([at, at + 1, at - 1, beyond, -beyond, 0, 1 << 70, -(1 << 70)]))
    return keys, query, bits, scores, threshold


@every_exact
@given(case=adversarial())
def test_ties_duplicates_zeros_and_extreme_thresholds(chosen, case) -> None:
    keys, query, bits, scores, threshold = case
    assert_finds(chosen, chosen.prepare(KeySet.of(keys, query_bits=bits)), query, scores, threshold)


@every_threshold
@given(seed=st.integers(0, 1 << 30), d=st.sampled_from([1, 2, 64, 128]), bits=st.sampled_from([8, 16]))
def test_every_threshold_between_the_extremes(chosen, seed, d, bits) -> None:
    """At a score its key is found, one above it is not: neither rounding nor the widened radius moves a key."""
    rng = np.random.default_rng(seed)
    largest = (1 << (bits - 1)) - 1
    keys, query = rng.integers(-largest, largest + 1, (40, d)), rng.integers(-largest, largest + 1, d)
    index, scores = chosen.prepare(KeySet.of(keys, query_bits=bits)), plain_scores(keys, query)
    for key in range(0, 40, 9):
        for threshold in (int(scores[key]), int(scores[key]) + 1):
            assert index.find(query, threshold).keys.tolist() == np.flatnonzero(scores >= threshold).tolist()


@every_exact
def test_many_rows_are_the_single_rows(chosen) -> None:
    rng = np.random.default_rng(4)
    keys, queries = rng.integers(-127, 128, (5000, 6)), rng.integers(-127, 128, (300, 6))
    thresholds = np.sort(queries @ keys.T, axis=1)[:, -9]
    index = chosen.prepare(KeySet.of(keys))
    wanted = np.array([chosen.wanted(threshold, 9) for threshold in thresholds])
    rows = list(index.find_rows(queries, wanted))
    assert len(rows) == 300
    for query, each, found in zip(queries[::20], wanted[::20], rows[::20], strict=True):
        assert found.keys.tolist() == index.find(query, int(each)).keys.tolist()
        assert found.keys.size >= 9


def test_of_ties_top_k_returns_the_first() -> None:
    index = finder("matmul-top-k").prepare(KeySet.of([[1], [2], [1], [1]]))
    assert index.find(np.array([1]), 2).keys.tolist() == [0, 1]
    assert index.find(np.array([0]), 4).keys.tolist() == [0, 1, 2, 3]


@every_exact
def test_a_scan_visits_every_key_and_an_index_no_more(chosen) -> None:
    row = planted(2048, 2, 5, 8, 8, seed=0)
    found = chosen.prepare(KeySet.of(row.keys)).find(np.array(row.query), chosen.wanted(row.threshold, 5))
    assert found.candidates <= found.key_visits <= 2048
    if chosen.name in ("dense", "matmul-top-k"):
        assert found.key_visits == 2048
    if chosen.name == "half-space":
        assert found.key_visits < 2048 / 4


def test_memory_is_that_of_the_keys_and_of_the_tree() -> None:
    keys = KeySet.of(np.random.default_rng(0).integers(-127, 128, (4096, 8)))
    assert finder("dense").prepare(keys).memory_bytes == 4096 * 8 * 4
    assert finder("half-space").prepare(keys).memory_bytes > 4096 * (8 * 4 + 9 * 8 + 8)


@pytest.mark.parametrize(
    ("keys", "bits", "allowed"),
    [
        (np.zeros((2, 2)), 8, "integers"),
        (np.zeros((0, 2), dtype=int), 8, "integers"),
        (np.zeros(3, dtype=int), 8, "integers"),
        (np.full((2, 2), 1 << 15), 8, "32767"),
        (np.full((2, 2), 1), 17, "2 to 16"),
    ],
)
def test_keys_that_cannot_be_prepared(keys, bits, allowed) -> None:
    with pytest.raises(InputError, match=allowed):
        KeySet.of(keys, query_bits=bits)


@every_exact
def test_queries_that_do_not_fit_the_keys(chosen) -> None:
    index = chosen.prepare(KeySet.of([[1, 2], [3, 4]]))
    for query in (np.array([1]), np.array([128, 0]), np.array([0.5, 1.0])):
        with pytest.raises(InputError):
            index.find(query, 1)


@pytest.mark.parametrize("k", [0, 3])
def test_k_that_cannot_be_returned(k) -> None:
    with pytest.raises(InputError, match="1 to 2"):
        finder("matmul-top-k").prepare(KeySet.of([[1, 2], [3, 4]])).find(np.array([1, 1]), k)


def test_an_unknown_finder_names_the_nearest() -> None:
    with pytest.raises(InputError, match="half-space"):
        finder("halfspace")
