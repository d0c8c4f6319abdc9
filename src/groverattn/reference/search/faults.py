"""Logical faults of a search: a fault spoils the run it falls into, and what is measured then is checked as ever.

Our assumption: after a spoiled run the measured index is uniformly random, whatever the fault was and wherever it fell.
Every run begins anew with all qubits prepared, and a key counts as found only after its inner product was computed
classically; so a fault costs a trial, and a row misses a key only if the runs that ended its search were spoiled while
keys were left.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.reference.search.amplification import rotation_angle

FAULTS_PER_ROW = (1.0, 10.0)
"""Expected faults in a row at which the cost of a search says how often a key is missed. Our choice: from ten on, lost
trials take more time than fewer faults would take qubits."""

_FEW_FAULTS = 1e-4

RATE_MAX = 0.1
"""Up to this probability of a fault in an iterate a cost knows more than that a miss takes a fault."""


def check_fault_rate(fault_rate: float) -> None:
    """Raise InputError unless it is the probability of a logical fault in an iterate."""
    why = "a logical fault spoils the iterate with this probability"
    check_between("fault_rate", fault_rate, 0, 1 - 1e-15, why, "give 0 for a machine without faults")


def misses_at(p_miss: Callable[[float], float], iterates: float) -> tuple[float, ...]:
    """Return bounds of the probability of a miss with each number of `FAULTS_PER_ROW`; 1 beyond `RATE_MAX`.

    They are raised where the line to them would lie below one with fewer faults: the line through them, from the
    probability without faults on, gets only steeper, beyond 1 too.

    Args:
        p_miss: the probability from that of a fault in an iterate.
        iterates: expected number of iterates in a row.

    >>> misses_at(lambda rate: 5 * rate, 20.0)
    (0.25, 2.5)
    """
    at, value = 0.0, p_miss(0.0)
    slope, bounds = 0.0, []
    for faults in (_FEW_FAULTS, *FAULTS_PER_ROW):
        exact = p_miss(faults / iterates) if faults <= RATE_MAX * iterates else 1.0
        slope = max(slope, (exact - value) / (faults - at))
        if faults in FAULTS_PER_ROW:
            at, value = faults, value + slope * (faults - at)
            bounds.append(value)
    return tuple(bounds)


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
