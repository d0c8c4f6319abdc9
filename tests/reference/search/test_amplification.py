import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.amplification import (
    ideal_iterates,
    mean_trial_success,
    rotation_angle,
    success_probability,
)


def by_state_vector(n: int, t: int, j: int) -> float:
    amplitudes = np.full(n, 1 / math.sqrt(n))
    for _ in range(j):
        amplitudes[:t] *= -1
        amplitudes = 2 * amplitudes.mean() - amplitudes
    return float((amplitudes[:t] ** 2).sum())


@pytest.mark.parametrize(("n", "t"), [(2, 1), (5, 2), (7, 7), (6, 0), (16, 3), (100, 99)])
def test_success_is_what_the_state_vector_gives(n, t) -> None:
    js = np.arange(8)
    expected = [by_state_vector(n, t, j) for j in range(8)]
    assert success_probability(n, t, js) == pytest.approx(expected, abs=1e-12)
    means = [np.mean(expected[:m]) for m in range(1, 9)]
    assert mean_trial_success(n, t, np.arange(1, 9)) == pytest.approx(means, abs=1e-12)


def test_every_capped_trial_succeeds_with_probability_a_quarter() -> None:
    """All n up to 600, and all t."""
    least = min(float(mean_trial_success(n, np.arange(1, n + 1), math.isqrt(n - 1) + 1).min()) for n in range(2, 601))
    assert least == pytest.approx(10 / 27)  # at n = 3, t = 2


def test_lemma_2_of_boyer_et_al() -> None:
    n, t = np.meshgrid(np.arange(2, 200), np.arange(1, 200), indexing="ij")
    n, t = n[t < n], t[t < n]
    m = np.ceil(1 / np.sin(2 * rotation_angle(n, t)))
    assert (mean_trial_success(n, t, m) >= 0.25 - 1e-12).all()


@pytest.mark.parametrize(("n", "t"), [(4, 1), (1024, 1), (1000, 7), (2**20, 100), (10, 9), (3, 3)])
def test_ideal_iterates_are_at_the_first_maximum(n, t) -> None:
    j = int(ideal_iterates(n, t))
    best = float(success_probability(n, t, j))
    assert best >= success_probability(n, t, j + 1) - 1e-12
    assert best >= success_probability(n, t, max(j - 1, 0)) - 1e-12
    assert best >= 1 - t / n - 1e-12  # Boyer et al., Section 3


@pytest.mark.parametrize(
    "call",
    [
        lambda: rotation_angle(4, 5),
        lambda: rotation_angle(4, -1),
        lambda: mean_trial_success(4, 1, 0),
        lambda: ideal_iterates(4, 0),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()


def test_textbook_cases():
    """N = 4 with one iterate, and N = 8 with two, one key marked: arXiv:quant-ph/9605034, Section 3."""
    assert success_probability(4, 1, 1) == pytest.approx(1)
    assert f"{float(success_probability(8, 1, 2)):.4f}" == "0.9453"
