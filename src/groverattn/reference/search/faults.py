"""Logical faults of a search: a fault spoils the run it falls into, and what is measured then is checked as ever.

Our assumption: after a spoiled run the measured index is uniformly random, whatever the fault was and wherever it fell.
Every run begins anew with all qubits prepared, and a key counts as found only after its inner product was computed
classically; so a fault costs a trial, and a row misses a key only if the runs that ended its search were spoiled while
keys were left.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.reference.search.amplification import rotation_angle

FAULTS_PER_ROW = (1.0, 10.0)
"""Expected faults in a row at which the cost of a search says how often a key is missed. Our choice: from ten on, lost
trials take more time than fewer faults would take qubits."""

FAULT_RATE_MAX = 1 - 1e-15


def check_fault_rate(fault_rate: float) -> None:
    """Raise InputError unless it is the probability of a logical fault in an iterate."""
    why = "a logical fault spoils the iterate with this probability"
    check_between("fault_rate", fault_rate, 0, FAULT_RATE_MAX, why, "give 0 for a machine without faults")


def reference_rates(iterates: float) -> list[float]:
    """Probabilities of a fault in an iterate at which `FAULTS_PER_ROW` are expected in a row of so many iterates.

    >>> reference_rates(20.0)
    [0.05, 0.5]
    """
    return [faults / iterates if faults < iterates else FAULT_RATE_MAX for faults in FAULTS_PER_ROW]


def p_spoiled(n_iterates: ArrayLike, fault_rate: float) -> NDArray[np.float64]:
    """Probability that a fault falls into a run of some iterates: 1 - (1 - f)^j.

    >>> p_spoiled([0, 1, 2], 0.1).round(6).tolist()
    [0.0, 0.1, 0.19]
    """
    return -np.expm1(np.asarray(n_iterates) * math.log1p(-fault_rate)) + 0.0  # not -0.0


def success_with_faults(
    p_success: ArrayLike, n: ArrayLike, t: ArrayLike, n_iterates: ArrayLike, fault_rate: float
) -> NDArray[np.float64]:
    """Probability that a run of j iterates measures a marked key: as without faults, or t/n if it is spoiled.

    Args:
        p_success: the probability without faults. All arrays broadcast.
        n: number of indices.
        t: how many of them are marked.
        n_iterates: iterates of the run j.
        fault_rate: probability of a fault in an iterate.

    >>> float(success_with_faults(1.0, 4, 1, 1, 0.1))
    0.925
    """
    p = np.asarray(p_success, dtype=np.float64)
    return p + p_spoiled(n_iterates, fault_rate) * (np.asarray(t) / np.asarray(n) - p)


def mean_success_with_faults(n: ArrayLike, t: ArrayLike, m: ArrayLike, fault_rate: float) -> NDArray[np.float64]:
    """The same for a trial whose j is drawn uniformly from 0, ..., m - 1.

    Derived: with r = 1 - f, the mean of r^j sin^2((2j+1) theta) + (1 - r^j) t/n is a sum of geometric series.

    Args: see `success_with_faults`.

    >>> mean_success_with_faults(16, [0, 1, 16], 2, 0.1).round(6).tolist()
    [0.0, 0.24707, 1.0]
    """
    m, t, r = np.asarray(m, dtype=np.float64), np.asarray(t), 1 - fault_rate
    theta = rotation_angle(n, t)
    lost = p_spoiled(m, fault_rate)
    unspoiled = lost / fault_rate  # the sum of r^j
    sine, wave = np.sin(2 * theta), 4 * m * theta
    part = fault_rate * np.cos(2 * theta) * (1 - (1 - lost) * np.cos(wave))
    part += (1 - lost) * (1 + r) * np.sin(wave) * sine
    cosines = part / (fault_rate**2 + 4 * r * sine**2)  # the sum of r^j cos((4j+2) theta)
    p_success = ((unspoiled - cosines) / 2 + (m - unspoiled) * t / np.asarray(n)) / m
    none, every = t == 0, t == np.asarray(n)
    return np.where(none, 0.0, np.where(every, 1.0, np.clip(p_success, 0.0, 1.0)))
