import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.search.counting import counting_distribution, counting_estimate, counting_iterates


def error_bound(n: int, t: int, n_bits: int, k: int = 1) -> float:
    """arXiv:quant-ph/0005055, Theorem 12, times n: holds with probability 8 / pi^2, or 1 - 1 / (2 (k - 1)) if k > 1."""
    size, a = 2**n_bits, t / n
    return n * (2 * math.pi * k * math.sqrt(a * (1 - a)) / size + k**2 * math.pi**2 / size**2)


def by_matrix(n: int, t: int, n_bits: int) -> np.ndarray:
    """Phase estimation with the n x n matrix of the iterate, its powers by repeated multiplication."""
    iterate = (np.full((n, n), 2 / n) - np.eye(n)) @ np.diag(np.where(np.arange(n) < t, -1.0, 1.0))
    states = [np.full(n, 1 / math.sqrt(n))]
    for _ in range(counting_iterates(n_bits)):
        states.append(iterate @ states[-1])
    size = len(states)
    transform = np.exp(-2j * np.pi * np.outer(np.arange(size), np.arange(size)) / size) / size
    return (np.abs(transform @ np.array(states)) ** 2).sum(axis=1)


@pytest.mark.parametrize(("n", "t"), [(2, 1), (5, 0), (5, 2), (7, 7), (8, 2), (8, 4), (16, 3), (30, 29)])
@pytest.mark.parametrize("n_bits", [1, 2, 3, 6])
def test_distribution_is_that_of_the_matrix(n, t, n_bits) -> None:
    found = counting_distribution(n, t, n_bits)
    assert found == pytest.approx(by_matrix(n, t, n_bits), abs=1e-12)
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("n_bits", [1, 2, 5, 9])
@pytest.mark.parametrize("n", [7, 64, 1000])
def test_none_and_all_are_counted_with_certainty(n, n_bits) -> None:
    """Theorem 13 of Brassard et al., last sentence."""
    for t in (0, n):
        p = counting_distribution(n, t, n_bits)
        outcome = int(p.argmax())
        assert p[outcome] == pytest.approx(1)
        assert float(counting_estimate(n, outcome, n_bits)) == pytest.approx(t)


def p_within(n: int, t: int, n_bits: int, bound: float) -> float:
    off = np.abs(counting_estimate(n, np.arange(1 << n_bits), n_bits) - t)
    return float(counting_distribution(n, t, n_bits)[off <= bound * (1 + 1e-9)].sum())


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("n_bits", [3, 4, 6, 8, 10])
@pytest.mark.parametrize("n", [50, 64])
def test_theorem_12_of_brassard_et_al(n, n_bits, k) -> None:
    least = min(p_within(n, t, n_bits, error_bound(n, t, n_bits, k)) for t in range(n + 1))
    assert least >= (8 / math.pi**2 if k == 1 else 1 - 1 / (2 * (k - 1))) - 1e-12


def test_the_probability_of_theorem_12_is_nearly_attained() -> None:
    """Half a phase step off, the two nearest outcomes have 8/pi^2 together; half the bound would not hold."""
    n, n_bits = 4000, 5
    bounds = [error_bound(n, t, n_bits) for t in range(n + 1)]
    assert min(p_within(n, t, n_bits, b) for t, b in enumerate(bounds)) == pytest.approx(8 / math.pi**2, abs=0.01)
    assert min(p_within(n, t, n_bits, b / 2) for t, b in enumerate(bounds)) < 0.6


@pytest.mark.parametrize(
    "call",
    [
        lambda: counting_iterates(0),
        lambda: counting_distribution(4, 5, 3),
        lambda: counting_estimate(4, 1, 0),
    ],
)
def test_what_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()
