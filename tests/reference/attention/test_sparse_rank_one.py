import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention import found_entries
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.attention.tails import TAILS


def largest(head, k) -> list[np.ndarray]:
    found = []
    for i in range(head.n_keys):
        scores = head.keys[: head.visible_keys(i)] @ head.queries[i]
        found.append(np.argsort(-scores)[:k])
    return found


@pytest.mark.parametrize("causal", [False, True])
def test_everything_found_is_exact_attention(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    B = SparseRankOne.from_found(head, [np.arange(head.visible_keys(i)) for i in range(128)])
    assert (B.log_c == -np.inf).all()
    np.testing.assert_allclose(B.output(), exact_attention(head), rtol=1e-10, atol=1e-12)


@given(st.floats(-500, 500))
def test_shifting_every_score_changes_nothing(shift) -> None:
    head = gaussian_head(6, 3, seed=2)
    # A further coordinate, 1 in every query, adds the same number to all scores of a row.
    ones, offset = np.ones((6, 1)), np.full((6, 1), shift / head.score_scale)
    shifted = attrs.evolve(head, queries=np.hstack((head.queries, ones)), keys=np.hstack((head.keys, offset)))
    found = largest(head, 2)
    a, b = (SparseRankOne.from_found(h, found).output() for h in (head, shifted))
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("scale", [1e3, 1e5])
def test_large_scores_do_not_overflow(tail, scale) -> None:
    head = attrs.evolve(gaussian_head(8, 3, seed=2), score_scale=scale)
    output = SparseRankOne.from_found(head, largest(head, 2), tail).output()
    assert np.isfinite(output).all()
    assert np.abs(output).max() <= np.abs(head.values).max() * (1 + 1e-9)


def test_entries_are_scored_in_blocks(monkeypatch) -> None:
    head = bundled_head()
    whole = SparseRankOne.from_found(head, largest(head, 16))
    monkeypatch.setattr(found_entries, "_ENTRIES_PER_BLOCK", 7)
    assert (SparseRankOne.from_found(head, largest(head, 16)).scores == whole.scores).all()
    assert whole.found(3).tolist() == sorted(largest(head, 16)[3].tolist())


def test_on_the_real_head_the_mean_score_beats_ones_and_plain_top_k() -> None:
    head = bundled_head()
    found, exact = largest(head, 16), exact_attention(bundled_head())
    error = {
        tail: np.abs(SparseRankOne.from_found(head, found, tail).output() - exact).max()
        for tail in ("mean_score", "ones", "zero")
    }
    assert error["mean_score"] < error["zero"] < error["ones"]


def test_other_values() -> None:
    head = bundled_head()
    B = SparseRankOne.from_found(head, largest(head, 4))
    np.testing.assert_allclose(B.output(np.ones((128, 1))), 1.0, rtol=1e-12)


@pytest.mark.parametrize("row", [[1, 1], [4], [-1]])
def test_what_cannot_have_been_found(row) -> None:
    with pytest.raises(InputError, match="in row 2"):
        SparseRankOne.from_found(gaussian_head(4, 2, 0), [[], [0], row, []])


def test_keys_beyond_the_diagonal_cannot_have_been_found() -> None:
    head = attrs.evolve(gaussian_head(4, 2, 0), causal=True)
    with pytest.raises(InputError, match="distinct numbers from 0 to 0"):
        SparseRankOne.from_found(head, [[1], [], [], []])


def test_names_and_numbers_of_rows() -> None:
    head = gaussian_head(4, 2, 0)
    with pytest.raises(InputError, match="did you mean zero"):
        SparseRankOne.from_found(head, [[]] * 4, tail="zeros")
    with pytest.raises(InputError, match="each of 4 rows"):
        SparseRankOne.from_found(head, [[]] * 3)
