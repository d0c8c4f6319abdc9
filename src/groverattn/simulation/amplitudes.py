"""Amplitudes of a small search after each number of iterates, from a state vector of all its qubits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.inputs import check_between
from groverattn.show.result import Drawn

if TYPE_CHECKING:
    from groverattn.bloqs.search.phase_oracle import PhaseOracle


@attrs.frozen(eq=False)
class Amplitudes(Drawn):
    """Amplitudes of the index.

    Attributes:
        states: after 0, 1, 2, ... iterates the amplitudes of all indices, each of shape (2^m,).
        marked: which indices are marked, by plain arithmetic, shape (2^m,).
        n_keys: keys n of the search; the indices beyond are not used.
    """

    states: tuple[NDArray[np.complex128], ...]
    marked: NDArray[np.bool_]
    n_keys: int

    def as_json(self) -> dict[str, Any]:
        """Return the probability of measuring a marked key after each number of iterates."""
        return {"p_marked": [p_marked(state, self.marked) for state in self.states]}


def p_marked(amplitudes: NDArray[np.inexact], marked: NDArray[np.bool_]) -> float:
    """Return the probability that a measured index is marked."""
    return float((np.abs(amplitudes[marked]) ** 2).sum())


def amplitudes(oracle: PhaseOracle, n_iterates: int = 4) -> Amplitudes:
    """Amplitudes after 0 to `n_iterates` Grover iterates: each whole circuit, ancillas included, in a state vector.

    Raises:
        InputError: more than 24 qubits, or a negative number of iterates.

    >>> import groverattn
    >>> result = amplitudes(groverattn.oracle(n_keys=4, d_head=1, key_bits=2, query_bits=2), n_iterates=1)
    >>> round(p_marked(result.states[1], result.marked), 6)  # one of four keys: certain after one iterate
    1.0
    """
    from groverattn.bloqs.search.grover import GroverIterate, GroverSearch  # imports Qualtran
    from groverattn.verification.state_vector import final_amplitudes

    check_between("n_iterates", n_iterates, 0, 10_000, "each number of iterates is a circuit that is run")
    iterate = GroverIterate(oracle)
    states = tuple(final_amplitudes(GroverSearch(iterate, j)) for j in range(n_iterates + 1))
    marked = np.zeros(states[0].size, dtype=bool)
    marked[: iterate.n_keys] = [oracle.is_marked(j) for j in range(iterate.n_keys)]
    return Amplitudes(states, marked, iterate.n_keys)
