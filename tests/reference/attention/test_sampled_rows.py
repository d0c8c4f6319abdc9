"""Attention, B and its errors on some rows only, as long heads are checked: the numbers are those of the whole."""

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.heads import bundled_head
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention, score_blocks
from groverattn.reference.attention.sparse_rank_one import SparseRankOne

ROWS = [100, 3, 17, 3, 0]  # in no order, one twice


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("tail", ["mean_score", "ones"])
def test_rows_of_b_are_those_of_the_whole(causal, tail) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    rng = np.random.default_rng(0)
    found = [rng.choice(n, min(n, 5), replace=False) for n in map(head.visible_keys, range(128))]
    whole = SparseRankOne.from_found(head, found, tail)
    part = SparseRankOne.from_found(head, [found[row] for row in ROWS], tail, rows=ROWS)
    assert part.rows.tolist() == ROWS
    assert whole.rows.tolist() == list(range(128))
    assert [part.found(at).tolist() for at in range(5)] == [whole.found(row).tolist() for row in ROWS]
    np.testing.assert_allclose(part.output(), whole.output()[ROWS], rtol=1e-12, atol=1e-14)
    other_values = np.random.default_rng(1).normal(size=(128, 3))
    np.testing.assert_allclose(part.output(other_values), whole.output(other_values)[ROWS], rtol=1e-12, atol=1e-14)
    of_whole, of_part = row_errors(whole), row_errors(part)
    for name in ("log_ratio_range", "a_priori", "a_posteriori", "weight_error"):
        np.testing.assert_allclose(getattr(of_part, name), getattr(of_whole, name)[ROWS], rtol=1e-10, atol=1e-12)
    assert of_part.value_max == of_whole.value_max


@pytest.mark.parametrize("causal", [False, True])
def test_exact_attention_of_some_rows(causal) -> None:
    head = attrs.evolve(bundled_head(), causal=causal)
    np.testing.assert_allclose(exact_attention(head, ROWS), exact_attention(head)[ROWS], rtol=1e-12, atol=1e-14)
    [(block, scores)] = score_blocks(head, ROWS)
    assert (block, scores.shape) == (slice(0, 5), (5, 128))
    assert np.isfinite(scores).sum(axis=1).tolist() == [row + 1 if causal else 128 for row in ROWS]


@pytest.mark.parametrize("rows", [[-1], [5, 128]])
def test_rows_that_the_head_does_not_have(rows) -> None:
    with pytest.raises(InputError, match="0 to 127"):
        exact_attention(bundled_head(), rows)
    with pytest.raises(InputError, match="0 to 127"):
        SparseRankOne.from_found(bundled_head(), [[]] * len(rows), rows=rows)


@pytest.mark.parametrize("found", [[], [[1]], [[1], [2], [3]]])
def test_one_list_for_each_row(found) -> None:
    with pytest.raises(InputError, match="each of 2 rows"):
        SparseRankOne.from_found(bundled_head(), found, rows=[4, 5])


def test_errors_name_the_row_of_the_head() -> None:
    with pytest.raises(InputError, match="in row 40"):
        SparseRankOne.from_found(bundled_head(), [[1], [128]], rows=[3, 40])
