"""Grover's search on the exact amplitudes of the index register, with the phases that the oracle's circuit gave."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.unknown_number_search import UnknownNumberSearch


@attrs.frozen
class RowSearch:
    """What one row's search did.

    Attributes:
        found: indices that were measured and passed the classical check, in the order of finding.
        iterates: Grover iterates run, each one oracle call.
        checks: keys that were read classically to check a measured index.
    """

    found: tuple[int, ...]
    iterates: int
    checks: int


def grover_amplitudes(marked: NDArray[np.bool_], n_iterates: int) -> NDArray[np.float64]:
    """Return the amplitudes of all indices after some iterates on the uniform superposition, shape (n,).

    The oracle changes signs and the diffusion reflects about the mean, so amplitudes stay real. The sign of the
    diffusion is that of `Diffusion`, 2 |u><u| - 1.

    >>> marked = np.arange(4) == 2
    >>> grover_amplitudes(marked, 1).round(6).tolist()
    [0.0, 0.0, 1.0, 0.0]
    """
    signs = np.where(marked, -1.0, 1.0)
    amplitudes = np.full(marked.size, 1 / np.sqrt(marked.size))
    for _ in range(n_iterates):
        amplitudes *= signs
        amplitudes = 2 * amplitudes.mean() - amplitudes
    return amplitudes


def search_row(
    marked: NDArray[np.bool_],
    is_marked: Callable[[int], bool],
    procedure: UnknownNumberSearch,
    rng: np.random.Generator,
) -> RowSearch:
    """Find all marked keys of a row without knowing how many there are.

    Args:
        marked: indices that receive the phase -1 while all keys are live, from a run of the oracle's circuit, shape
            (n,). A found key is taken out by clearing its live flag.
        is_marked: the classical check of a measured index: one inner product.
        procedure: draws the numbers of iterates and says when to stop.
        rng: draws iterate numbers and measured indices.
    """
    live = marked.copy()
    found: list[int] = []
    iterates = checks = 0
    while True:
        hit = None
        for bound in procedure.bounds(marked.size):
            n_iterates = int(rng.integers(bound))
            index = _measure(grover_amplitudes(live, n_iterates), rng)
            iterates, checks = iterates + n_iterates, checks + 1
            if index not in found and is_marked(index):
                hit = index
                break
        if hit is None:
            return RowSearch(tuple(found), iterates, checks)
        found.append(hit)
        live[hit] = False


def _measure(amplitudes: NDArray[np.float64], rng: np.random.Generator) -> int:
    cumulated = np.cumsum(amplitudes**2)
    return int(min(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"), amplitudes.size - 1))
