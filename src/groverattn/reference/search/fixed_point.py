"""Fixed-point search, which finds any number of marked keys from `t_min` on without overshooting."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.errors import check_between
from groverattn.reference.search.amplification import checked_sizes


def fixed_point_iterates(n: int, t_min: int, p_failure: float) -> int:
    """Least number l of iterates that finds a marked key with probability 1 - p_failure if t >= t_min.

    The width of the window, w = 1 - 1 / T_{1/L}(1/delta)^2 with L = 2 l + 1 and delta^2 = p_failure, has to be at most
    t_min / n. About (1/2) ln(2/delta) sqrt(n/t_min). Source: Yoder, Low, Chuang, arXiv:1409.3305, Eqs. (1) to (4).

    Raises:
        InputError: not 1 <= t_min <= n, or a probability that is not strictly between 0 and 1.

    >>> fixed_point_iterates(131072, 1, 1e-9)
    2001
    """
    check_p_failure(p_failure)
    do = "take t_min = 1 to ask whether any key is marked"
    check_between("t_min", t_min, 1, n, f"at least t_min of {n} keys are marked", do)
    if t_min == n:
        return 0
    # w <= t/n iff cosh(arccosh(1/delta) / L) <= 1 / sqrt(1 - t/n), whose arccosh is atanh(sqrt(t/n)).
    length = math.acosh(1 / math.sqrt(p_failure)) / math.atanh(math.sqrt(t_min / n))
    return max(math.ceil((length - 1) / 2 - 1e-12), 0)


def fixed_point_success(n: ArrayLike, t: ArrayLike, n_iterates: int, p_failure: float) -> NDArray[np.float64]:
    """Probability that a measurement after a fixed-point search gives a marked key.

    1 - delta^2 T_L(T_{1/L}(1/delta) sqrt(1 - t/n))^2 with L = 2 n_iterates + 1 and delta^2 = p_failure; 0 where t = 0.
    Source: Yoder, Low, Chuang, arXiv:1409.3305, Eq. (1). `n` and `t` broadcast.

    Raises:
        InputError: some t < 0 or t > n, or a probability that is not strictly between 0 and 1.

    >>> fixed_point_success(1024, [0, 1, 2, 1024], fixed_point_iterates(1024, 1, 0.01), 0.01).round(4).tolist()
    [0.0, 0.9922, 0.99, 1.0]
    """
    check_p_failure(p_failure)
    n, t = checked_sizes(n, t)
    length = 2 * n_iterates + 1
    width = math.acosh(1 / math.sqrt(p_failure)) / length
    # T_L(x) with x = cosh(width) sqrt(1 - t/n) is near 1 when n is large: its arc comes from x^2 - 1, not from x.
    excess = math.sinh(width) ** 2 - math.cosh(width) ** 2 * t / n
    inside = np.cos(length * np.arctan2(np.sqrt(np.maximum(-excess, 0.0)), math.cosh(width) * np.sqrt(1 - t / n)))
    outside = np.cosh(length * np.arcsinh(np.sqrt(np.maximum(excess, 0.0))))
    return np.where(t == 0, 0.0, np.clip(1 - p_failure * np.where(excess <= 0, inside, outside) ** 2, 0.0, 1.0))


def fixed_point_phases(n_iterates: int, p_failure: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles of the oracle and of the diffusion, in the order of application, each of shape (n_iterates,).

    The oracle gives marked keys the phase e^{i angle}; the diffusion is -(1 - (1 - e^{i angle}) |u><u|). With
    L = 2 l + 1 and 1/gamma = T_{1/L}(1/delta): alpha_j = 2 arccot(tan(2 pi j / L) sqrt(1 - gamma^2)) is the diffusion's
    angle in iterate j, and alpha_{l-j+1} the oracle's. Source: Yoder, Low, Chuang, arXiv:1409.3305, Eq. (11), where
    the oracle's angle has the opposite sign because their reflection is 1 - (1 - e^{-i alpha}) |u><u|.

    Raises:
        InputError: a probability that is not strictly between 0 and 1.

    >>> oracle, diffusion = fixed_point_phases(2, 0.25)
    >>> oracle.round(4).tolist(), diffusion.round(4).tolist()
    ([3.5114, 1.8014], [1.8014, 3.5114])
    """
    check_p_failure(p_failure)
    length = 2 * n_iterates + 1
    gamma = 1 / math.cosh(math.acosh(1 / math.sqrt(p_failure)) / length)
    j = np.arange(1, n_iterates + 1)
    alpha = 2 * np.arctan2(1.0, np.tan(2 * np.pi * j / length) * math.sqrt(1 - gamma**2))
    return alpha[::-1], alpha


def check_p_failure(p_failure: float) -> None:
    """Raise InputError unless a search can have this failure probability."""
    why = "a fixed-point search takes about ln(2/sqrt(p_failure)) / 2 times sqrt(n) iterates"
    do = "take the failure probability allowed in all, divided by the number of searches"
    check_between("p_failure", p_failure, 0, 1, why, do, open_ends=True)
