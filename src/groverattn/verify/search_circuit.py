"""The circuit of one trial: what stands between the key memory and the measured index."""

from __future__ import annotations

from groverattn.bloqs.fixed_point_search import FixedPointSearch
from groverattn.bloqs.grover import GroverIterate, GroverSearch
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.quantum_counting import QuantumCounting
from groverattn.reference.trials import GroverRun


def counting_bloq(oracle: PhaseOracle, n_bits: int) -> QuantumCounting:
    """Return the bloq of quantum counting with `n_bits` control qubits."""
    return QuantumCounting(GroverIterate(oracle), n_bits)


def search_bloq(oracle: PhaseOracle, run: GroverRun) -> GroverSearch | FixedPointSearch:
    """Return the bloq of a run: prepare the uniform superposition and apply the iterates, with their phases.

    >>> from groverattn.bloqs.phase_oracle import _phase_oracle
    >>> search_bloq(_phase_oracle.make(), GroverRun(3)).n_iterates
    3
    """
    if not run.is_phased:
        return GroverSearch(GroverIterate(oracle), run.n_iterates)
    oracle_angles, diffusion_angles = run.angles
    return FixedPointSearch(oracle, oracle_angles, diffusion_angles)
