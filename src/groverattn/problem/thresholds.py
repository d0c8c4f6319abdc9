"""Integer thresholds: key j is marked in a row when its integer score reaches the row's threshold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from groverattn.errors import InputError, check_between

# Floating point holds no neighbours of larger integers, and no score is as large.
_EXACT_MAX = 1 << 52


def threshold_from_tau(tau: float, step: float) -> int:
    """Least integer s with s * step >= tau, so that s' >= s iff s' * step >= tau.

    The threshold of the paper (arXiv:2307.08045, Definition of (tau, k)-good), in integers.

    Args:
        tau: threshold in the units of the scaled score.
        step: what one unit of the integer score is worth in these units; positive.

    Raises:
        InputError: tau or step is not finite, or step is not positive.

    >>> threshold_from_tau(tau=1.0, step=0.3)
    4
    """
    if not (math.isfinite(tau) and math.isfinite(step) and step > 0 and math.isfinite(tau / step)):
        raise InputError(
            given=f"tau = {tau}, step = {step}",
            allowed="a finite tau and a positive finite step",
            why="the threshold is an integer number of steps",
            do="give tau in the units of the scaled score",
        )
    threshold = math.ceil(tau / step)
    if abs(threshold) > _EXACT_MAX:
        return threshold
    # The quotient was rounded: the neighbours are compared as the definition says.
    while (threshold - 1) * step >= tau:
        threshold -= 1
    while threshold * step < tau:
        threshold += 1
    return threshold


def threshold_from_target(scores_int: ArrayLike, k: int) -> int:
    """The k-th largest of a row's integer scores; keys that tie with it are marked as well.

    A classical convenience that builds instances with a chosen number of marked keys: it reads all n scores, the work
    that the search is meant to save.

    Raises:
        InputError: k < 1 (marks nothing), k >= n or ties down to the smallest score (marks everything).

    >>> threshold_from_target([5, 1, 4, 2], k=2)
    4
    """
    scores = np.asarray(scores_int)
    _check_count(k, scores.size)
    threshold = int(np.partition(scores, -k)[-k])
    if threshold <= scores.min():
        raise InputError(
            given=f"{scores.size} scores whose {k} largest tie with the smallest, {threshold}",
            allowed="scores of which some lie below the threshold",
            why="a threshold that every key reaches marks everything, and there is nothing to search for",
            do="raise query_bits or key_bits, or read this row whole",
        )
    return threshold


def threshold_from_sample(scores_of_sample: ArrayLike, n_keys: int, k: int) -> int:
    """Threshold that about k of n_keys keys reach, judged by the scores of a uniform sample of them.

    The r-th largest of s sampled scores, r = round(k s / n), at least 1: the sample quantile. The number of keys that
    really reach it varies: its standard deviation is about k / sqrt(r) (derived, order statistics; see test).

    Args:
        scores_of_sample: integer scores of s distinct keys, shape (s,).
        n_keys: number of keys of the row, n.
        k: number of keys to mark.

    Raises:
        InputError: k < 1 or k >= n; a sample with fewer than n / (2 k) keys, or with more than n.

    >>> threshold_from_sample([9, 3, 5, 1], n_keys=16, k=8)
    5
    """
    scores = np.asarray(scores_of_sample)
    _check_count(k, n_keys)
    if not n_keys <= 2 * k * scores.size <= 2 * k * n_keys:
        raise InputError(
            given=f"a sample of {scores.size} keys",
            allowed=f"{math.ceil(n_keys / (2 * k))} to {n_keys}",
            why=f"{k} of {n_keys} keys are to be marked, and a smaller sample is likely to hold none of them",
            do="sample more keys; several times n / k is sensible",
        )
    rank = max(1, round(k * scores.size / n_keys))
    return int(np.partition(scores, -rank)[-rank])


def _check_count(k: int, n_keys: int) -> None:
    why = f"of {n_keys} keys, none marked means nothing to find, and all marked nothing to search for"
    check_between("n_marked", k, 1, n_keys - 1, why)
