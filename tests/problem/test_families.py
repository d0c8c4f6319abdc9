import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head, planted


@given(st.integers(2, 300), st.integers(1, 40), st.integers(2, 16), st.integers(2, 16), st.integers(0, 9), st.data())
def test_exactly_the_planted_keys_are_marked(n_keys, d_head, key_bits, query_bits, seed, data) -> None:
    n_marked = data.draw(st.integers(1, n_keys - 1))
    row = planted(n_keys, d_head, n_marked, key_bits, query_bits, seed)
    scores = row.keys.astype(np.int64) @ np.array(row.query)
    assert (scores == row.scores()).all()
    assert np.flatnonzero(scores >= row.threshold).tolist() == row.marked.tolist()
    assert row.marked.size == n_marked
    assert np.abs(row.keys).max() < 1 << (key_bits - 1)


def test_a_long_context() -> None:
    row = planted(2**17, 128, 512, 8, 8, seed=5)
    assert row.keys.nbytes == 2**17 * 128 * 2
    assert (row.scores() >= row.threshold).sum() == 512


def test_the_seed_decides_everything() -> None:
    a, b, c = (planted(256, 16, 8, 6, 6, seed) for seed in (1, 1, 2))
    assert (a.keys == b.keys).all()
    assert a.query == b.query != c.query
    assert a.marked.tolist() == b.marked.tolist() != c.marked.tolist()


def test_sizes_out_of_range() -> None:
    with pytest.raises(InputError):
        planted(8, 4, 8, 4, 4, seed=0)
    with pytest.raises(InputError):
        gaussian_head(1, 4, seed=0)
    with pytest.raises(InputError):
        gaussian_head(4, 0, seed=0)
