"""Success probabilities of amplitude amplification: t of n keys are marked, theta = asin(sqrt(t/n))."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import InputError


def rotation_angle(n: ArrayLike, t: ArrayLike) -> NDArray[np.float64]:
    """Angle theta = asin(sqrt(t/n)) in radians, half the angle by which one iterate turns the state.

    Raises:
        InputError: some t < 0 or t > n, or n < 1.

    >>> float(rotation_angle(4, 1))  # pi / 6
    0.5235987755982989
    """
    n, t = checked_sizes(n, t)
    # atan2 keeps its precision at both ends, where asin(sqrt(t/n)) loses it near t = n.
    return np.arctan2(np.sqrt(t), np.sqrt(n - t))


def checked_sizes(n: ArrayLike, t: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrays n and t of float64, checked.

    Raises:
        InputError: some t < 0 or t > n, or n < 1.
    """
    n, t = np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64)
    if not ((t >= 0) & (t <= n) & (n >= 1)).all():
        raise InputError(
            given=f"t = {t}, n = {n}",
            allowed="0 <= t <= n and n >= 1",
            why="t of the n keys are marked",
            do="check which number is which",
        )
    return n, t


def success_probability(n: ArrayLike, t: ArrayLike, j: ArrayLike) -> NDArray[np.float64]:
    """sin^2((2j+1) theta), the probability that a measurement after j iterates gives a marked key.

    Source: Boyer, Brassard, Hoyer, Tapp, arXiv:quant-ph/9605034, Section 3. Arguments broadcast.

    Raises:
        InputError: some t < 0 or t > n.

    >>> success_probability(4, 1, [0, 1]).round(12).tolist()
    [0.25, 1.0]
    """
    return np.sin((2 * np.asarray(j) + 1) * rotation_angle(n, t)) ** 2


def mean_trial_success(n: ArrayLike, t: ArrayLike, m: ArrayLike) -> NDArray[np.float64]:
    """Success probability of a trial whose j is drawn uniformly from 0, ..., m-1.

    P = 1/2 - sin(4 m theta) / (4 m sin(2 theta)), at least 1/4 as soon as m >= 1 / sin(2 theta). Source: Boyer et al.,
    arXiv:quant-ph/9605034, Lemma 2. At t = 0 and t = n, where sin(2 theta) = 0, P is 0 and 1. Arguments broadcast.
    Accurate to about 1e-15 absolutely.

    Raises:
        InputError: some t < 0 or t > n, or m < 1.

    >>> mean_trial_success(16, [0, 1, 16], 2).round(6).tolist()
    [0.0, 0.267578, 1.0]
    """
    m = np.asarray(m, dtype=np.float64)
    if not (m >= 1).all():
        raise InputError(given=f"m = {m}", allowed="m >= 1", why="j is drawn from 0 to m - 1", do="start at m = 1")
    theta = rotation_angle(n, t)
    none, every = np.asarray(t) == 0, np.asarray(t) == np.asarray(n)
    sine = np.where(none | every, 1.0, np.sin(2 * theta))
    p_success = np.clip(0.5 - np.sin(4 * m * theta) / (4 * m * sine), 0.0, 1.0)
    return np.where(none, 0.0, np.where(every, 1.0, p_success))


def ideal_iterates(n: ArrayLike, t: ArrayLike) -> NDArray[np.int64]:
    """Number of iterates j after which one measurement most likely succeeds if t is known: round(pi/(4 theta) - 1/2).

    The first maximum of sin^2((2j+1) theta), about (pi/4) sqrt(n/t) (Boyer et al., arXiv:quant-ph/9605034, Section 3).
    Fewer iterates, with restarts, cost less on average: see `known.best_known_number_iterates`.

    Raises:
        InputError: some t < 1 or t > n.

    >>> ideal_iterates(1 << 20, [1, 4, 1 << 20]).tolist()
    [804, 402, 0]
    """
    if not (np.asarray(t) >= 1).all():
        raise InputError(given=f"t = {t}", allowed="t >= 1", why="there is nothing to find", do="give t >= 1")
    return np.rint(np.pi / (4 * rotation_angle(n, t)) - 0.5).astype(np.int64)
