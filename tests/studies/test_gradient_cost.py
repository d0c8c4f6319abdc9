"""Operations and memory of gradients: the committed sheet, and how memory grows."""

import math
from pathlib import Path

import numpy as np

from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from studies.training import gradient_cost as cost
from studies.training.exact_gradients import exact_gradients
from studies.training.gradients import gradients

ROWS = cost.SHEET.read(Path(__file__).parents[2])


def sparse_peak(n, n_found) -> int:
    head, found = cost.head_and_found(n, n_found)
    B = SparseRankOne.from_found(head, found)
    return cost.peak_bytes(lambda: gradients(B, np.ones_like(head.values)))


def test_memory_grows_with_n_and_with_k_and_not_with_n_squared():
    least, more_keys, more_found = sparse_peak(2048, 32), sparse_peak(8192, 32), sparse_peak(2048, 128)
    assert more_keys < 4.2 * least
    assert least < more_found < 4.2 * least
    assert more_keys < 8 * 8192**2 / 10


def test_memory_of_exact_gradients_is_a_few_blocks():
    head, _ = cost.head_and_found(2048)
    peak = cost.peak_bytes(lambda: exact_gradients(head, np.ones_like(head.values)))
    assert peak < 4 * (1 << 25)


def test_peak_bytes_counts_what_is_alive_at_one_time():
    def in_turn():
        for _ in range(3):
            np.ones(100_000)

    def together():
        return [np.ones(100_000) for _ in range(3)]

    assert 800_000 <= cost.peak_bytes(in_turn) < 900_000
    assert 2_400_000 <= cost.peak_bytes(together) < 2_500_000


def test_the_sheet_is_what_the_formulas_say():
    for row in ROWS:
        n, k, d = (int(row[name]) for name in ("n_keys", "n_found", "d_head"))
        assert int(row["exact_multiply_adds"]) == 5 * n * n * d
        assert int(row["sparse_multiply_adds"]) == 5 * n * (k + 1) * d
        assert math.isclose(float(row["multiply_adds_ratio"]), n / (k + 1), rel_tol=1e-5)


def test_measured_bytes_of_the_sheet_s_first_row():
    first = ROWS[0]
    measured = cost._record(int(first["n_keys"]))
    assert str(measured.sparse_peak_bytes) == first["sparse_peak_bytes"]
    assert str(measured.exact_peak_bytes) == first["exact_peak_bytes"]
