"""Blocks of keys: which keys one call of the oracle tests together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError


def arrange(
    keys: NDArray[np.integer], n_blocks: int, keys_per_query: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Deal keys into blocks at random; all places are as likely for each key, and those left over are empty.

    Args:
        keys: numbers of the keys that are dealt, shape (m,).
        n_blocks: number of blocks N.
        keys_per_query: places in a block u, with N u >= m.
        rng: draws the places.

    Returns:
        Which key is where, shape (N, u); -1 where there is none.

    >>> sorted(arrange(np.array([4, 7, 9]), 2, 2, np.random.default_rng(0)).ravel().tolist())
    [-1, 4, 7, 9]
    """
    places = np.full(n_blocks * keys_per_query, -1, dtype=np.int64)
    places[: len(keys)] = keys
    return rng.permutation(places).reshape(n_blocks, keys_per_query)


def odd_blocks(marked: NDArray[np.bool_], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which blocks hold an odd number of marked keys, shape (N,).

    Args:
        marked: which keys are marked, shape (n,).
        places: which key is where, shape (N, u); -1 where there is none.

    >>> odd_blocks(np.array([True, True, False]), np.array([[0, 1], [2, -1]])).tolist()
    [False, False]
    """
    return (np.append(marked, False)[places].sum(axis=1) & 1).astype(bool)


def check_keys_per_query(keys_per_query: int, n_keys: int) -> None:
    """Raise InputError unless a query may test this number of n keys: one, or two and more but at most half of them."""
    if keys_per_query < 1 or (keys_per_query > 1 and 2 * keys_per_query > n_keys):
        raise InputError(
            given=f"keys_per_query = {keys_per_query} of {n_keys:,} keys",
            allowed=f"1 to {max(1, n_keys // 2):,}",
            why="the search asks which of two or more blocks holds a marked key",
            do="take fewer keys per query, or leave the option out for one",
        )
