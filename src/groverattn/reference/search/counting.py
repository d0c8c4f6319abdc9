"""Quantum counting: distribution of the outcome if t of n keys are marked, and the estimate that it stands for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.reference.search.amplification import rotation_angle


def counting_iterates(n_bits: int) -> int:
    """Number of controlled Grover iterates that m control qubits take: 2^m - 1.

    Source: Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055, Section 4, with M = 2^m.

    Raises:
        InputError: n_bits < 1.

    >>> counting_iterates(10)
    1023
    """
    return _n_outcomes(n_bits) - 1


def counting_estimate(n: int, outcome: ArrayLike, n_bits: int) -> NDArray[np.float64]:
    """Number of marked keys that the outcome y stands for: n sin^2(pi y / 2^m).

    Source: arXiv:quant-ph/0005055, algorithms Est_Amp and Count. Broadcasts over outcomes.

    Raises:
        InputError: n_bits < 1.

    >>> counting_estimate(100, [0, 1, 2, 3], 2).round(9).tolist()
    [0.0, 50.0, 100.0, 50.0]
    """
    return n * np.sin(np.pi * np.asarray(outcome) / _n_outcomes(n_bits)) ** 2


def counting_distribution(n: ArrayLike, t: ArrayLike, n_bits: int) -> NDArray[np.float64]:
    """Probability of every outcome y, shape (..., 2^m); `n` and `t` broadcast to the other axes.

    The uniform superposition is an equal mixture, as far as y is concerned, of two eigenvectors of the iterate with the
    eigenvalues e^{2 i theta} and e^{-2 i theta}, theta = asin(sqrt(t/n)); each gives the Fejer kernel
    (sin(M pi w) / (M sin(pi w)))^2 of the distance w = y/M -+ theta/pi. Source: arXiv:quant-ph/0005055, Theorem 11 and
    the proof of Theorem 12. Absolute accuracy about 1e-15 M.

    Raises:
        InputError: t < 0 or t > n, or n_bits < 1.

    >>> counting_distribution(4, 1, 2).round(6).tolist()
    [0.1875, 0.375, 0.0625, 0.375]
    """
    size = _n_outcomes(n_bits)
    angle = rotation_angle(n, t)[..., None] / math.pi
    outcomes = np.arange(size) / size
    return (_fejer(size, outcomes - angle) + _fejer(size, outcomes + angle)) / 2


def _fejer(size: int, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sin(M pi w) / (M sin(pi w)))^2, periodic in w with the period 1."""
    distance = distance - np.rint(distance)
    return (np.sinc(size * distance) / np.sinc(distance)) ** 2


def _n_outcomes(n_bits: int) -> int:
    do = "take about log2(2 pi sqrt(t n) / error) bits"
    check_between("n_bits", n_bits, 1, math.inf, "each control qubit gives one bit of the phase", do)
    return 1 << n_bits
