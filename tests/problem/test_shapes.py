import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.shapes import Shape, representative_query, representative_threshold

GOOD = {"n_keys": 1024, "d_head": 64, "n_marked": 32, "key_bits": 8, "query_bits": 8}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_keys", 1),
        ("n_keys", 2**60 + 1),
        ("d_head", 0),
        ("d_head", 4097),
        ("n_marked", 0),
        ("n_marked", 1024),
        ("key_bits", 1),
        ("query_bits", 17),
    ],
)
def test_sizes_out_of_range(field, value) -> None:
    with pytest.raises(InputError, match=f"given: {field} = {value};"):
        Shape(**(GOOD | {field: value}))


@pytest.mark.parametrize(("n_keys", "index_bits"), [(2, 1), (3, 2), (1024, 10), (1025, 11), (2**60, 60)])
def test_index_bits(n_keys, index_bits) -> None:
    assert Shape(n_keys, 4, 1, 8, 8).index_bits == index_bits


def test_representative_queries_are_in_range_and_never_zero() -> None:
    for bits in (2, 3, 8, 16):
        shape = Shape(1024, 2, 32, 8, bits)
        for seed in range(50):
            query = representative_query(shape, seed)
            assert len(query) == 2
            assert 0 < max(map(abs, query)) < 1 << (bits - 1)
    assert representative_query(shape, 0) == representative_query(shape, 0) != representative_query(shape, 1)


def test_representative_threshold_marks_about_k() -> None:
    shape = Shape(**GOOD)
    query = representative_query(shape)
    keys = np.random.default_rng(0).normal(0, 127 / 3, (200_000, 64))
    marked = (keys @ query >= representative_threshold(shape, query)).mean()
    assert marked == pytest.approx(32 / 1024, rel=0.05)


def test_small_fractions_keep_their_threshold() -> None:
    # Phi^-1(1 - 2^-60) = 8.94 (Mills' ratio); 1 - 2^-60 is 1 in float64, whose quantile is infinite.
    threshold = representative_threshold(Shape(2**60, 1, 1, 8, 8), (127,))
    z = threshold / (127 * 127 / 3)
    assert 0.5 * math.erfc(z / math.sqrt(2)) == pytest.approx(2.0**-60, rel=0.01)
