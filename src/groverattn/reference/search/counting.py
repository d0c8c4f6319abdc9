"""Quantum counting: what is measured if t of n keys are marked, and how far the estimate may be off."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError
from groverattn.reference.search.amplification import rotation_angle


def counting_iterates(n_bits: int) -> int:
    """Return the number of controlled Grover iterates that m control qubits take: 2^m - 1.

    Source: Brassard, Hoyer, Mosca, Tapp, arXiv:quant-ph/0005055, Section 4, with M = 2^m.

    Raises:
        InputError: n_bits < 1.

    >>> counting_iterates(10)
    1023
    """
    return _n_outcomes(n_bits) - 1


def counting_estimate(n: int, outcome: ArrayLike, n_bits: int) -> NDArray[np.float64]:
    """Return the number of marked keys that the outcome y stands for: n sin^2(pi y / 2^m).

    Source: arXiv:quant-ph/0005055, algorithms Est_Amp and Count. Broadcasts over outcomes.

    Raises:
        InputError: n_bits < 1.

    >>> counting_estimate(100, [0, 1, 2, 3], 2).round(9).tolist()
    [0.0, 50.0, 100.0, 50.0]
    """
    return n * np.sin(np.pi * np.asarray(outcome) / _n_outcomes(n_bits)) ** 2


def counting_distribution(n: int, t: int, n_bits: int) -> NDArray[np.float64]:
    """Return the probability of every outcome y, shape (2^m,).

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
    angle = float(rotation_angle(n, t)) / math.pi
    outcomes = np.arange(size) / size
    return (_fejer(size, outcomes - angle) + _fejer(size, outcomes + angle)) / 2


def counting_error_bound(n: int, t: ArrayLike, n_bits: int, k: int = 1) -> NDArray[np.float64]:
    """Return by how many keys an estimate may be off: 2 pi k sqrt(t (n - t)) / M + pi^2 k^2 n / M^2.

    It holds with the probability `counting_success(k)`. Source: arXiv:quant-ph/0005055, Theorem 12, times n (their
    Theorem 13 on counting). Broadcasts over t.

    Raises:
        InputError: some t < 0 or t > n, k < 1 or n_bits < 1.

    >>> counting_error_bound(131072, 512, 14).round(2).tolist()
    3.14
    """
    _check_k(k)
    theta, size = rotation_angle(n, t), _n_outcomes(n_bits)
    return n * (np.pi * k / size * np.sin(2 * theta) + (np.pi * k / size) ** 2)


def counting_success(k: int = 1) -> float:
    """Return the probability with which `counting_error_bound` holds: 8 / pi^2 at k = 1, then 1 - 1 / (2 (k - 1)).

    A lower bound (arXiv:quant-ph/0005055, Theorem 12).

    Raises:
        InputError: k < 1.

    >>> round(counting_success(), 4), counting_success(3)
    (0.8106, 0.75)
    """
    _check_k(k)
    return 8 / math.pi**2 if k == 1 else 1 - 1 / (2 * (k - 1))


def _fejer(size: int, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sin(M pi w) / (M sin(pi w)))^2, periodic in w with the period 1."""
    distance = distance - np.rint(distance)
    return (np.sinc(size * distance) / np.sinc(distance)) ** 2


def _n_outcomes(n_bits: int) -> int:
    if n_bits < 1:
        raise InputError(
            given=f"n_bits = {n_bits}",
            allowed="1 or more",
            why="each control qubit gives one bit of the phase",
            do="take about log2(2 pi sqrt(t n) / error) bits",
        )
    return 1 << n_bits


def _check_k(k: int) -> None:
    if k < 1:
        raise InputError(given=f"k = {k}", allowed="1 or more", why="it widens the bound", do="take k = 1")
