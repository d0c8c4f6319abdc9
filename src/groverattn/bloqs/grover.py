"""The Grover iterate and the Grover search with a fixed number of iterates."""

import math
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Signature, bloq_example

from groverattn.bloqs.diffusion import Diffusion
from groverattn.bloqs.phase_oracle import PhaseOracle, _phase_oracle
from groverattn.bloqs.uncompute import Uncomputable
from groverattn.bloqs.uniform import PrepareUniform
from groverattn.bloqs.wires import Builder, Wire


@attrs.frozen
class GroverIterate(Uncomputable):
    """One phase oracle and one diffusion (Grover, quant-ph/9605043).

    Registers:
        selection: the index.
    """

    oracle: PhaseOracle

    @property
    def computing_signature(self) -> Signature:
        return self.oracle.signature

    @cached_property
    def diffusion(self) -> Diffusion:
        """The reflection about the uniform superposition of the oracle's n indices."""
        return Diffusion(self.oracle.lookup.table.n_keys)

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth of the schedule in which oracle and diffusion follow each other."""
        return self.oracle.toffoli_depth + self.diffusion.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return self.oracle.measurement_depth + self.diffusion.measurement_depth

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        return max(self.oracle.peak_qubits, self.diffusion.peak_qubits)

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        selection = bb.add(self.oracle, selection=selection)
        return {"selection": bb.add(self.diffusion, selection=selection)}

    def build_call_graph(self, ssa):
        return {self.oracle: 1, self.diffusion: 1}

    def reference_columns(self) -> NDArray[np.complex128]:
        """The columns j < n of the matrix that the circuit has to realise, shape (2^m, n)."""
        phases = [self.oracle.basis_state_phase(j) for j in range(self.oracle.lookup.table.n_keys)]
        return self.diffusion.reference_columns() * np.array(phases)


@attrs.frozen
class GroverSearch(Uncomputable):
    """Prepare the uniform superposition and apply `n_iterates` Grover iterates; the caller measures the index.

    With t of n keys marked, the index is a marked one with probability sin^2((2 n_iterates + 1) asin(sqrt(t / n)))
    (Boyer et al. quant-ph/9605034, Sec. 3).

    Registers:
        selection: the index, initially 0.
    """

    iterate: GroverIterate
    n_iterates: int

    @property
    def computing_signature(self) -> Signature:
        return self.iterate.signature

    @cached_property
    def prepare(self) -> PrepareUniform:
        """The initial state's preparation."""
        return PrepareUniform(self.iterate.oracle.lookup.table.n_keys)

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth of the schedule in which the iterates follow each other."""
        return self.prepare.toffoli_depth + self.n_iterates * self.iterate.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return self.prepare.measurement_depth + self.n_iterates * self.iterate.measurement_depth

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        return max(self.prepare.peak_qubits, self.iterate.peak_qubits if self.n_iterates else 0)

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        for part in (self.prepare, *(self.iterate for _ in range(self.n_iterates))):
            selection = bb.add(part, selection=selection)
        return {"selection": selection}

    def build_call_graph(self, ssa):
        prepare, iterate = self.prepare, self.iterate
        if self.uncompute:
            prepare, iterate = prepare.adjoint(), iterate.adjoint()
        return {prepare: 1} | ({iterate: self.n_iterates} if self.n_iterates else {})

    def reference_columns(self) -> NDArray[np.complex128]:
        """The state that the circuit has to reach from |0>, shape (2^m, 1), up to a global phase."""
        n_keys = self.iterate.oracle.lookup.table.n_keys
        marked = np.array([self.iterate.oracle.is_marked(j) for j in range(n_keys)])
        angle = (2 * self.n_iterates + 1) * math.asin(math.sqrt(marked.mean()))
        state = np.zeros((1 << self.prepare.index_bits, 1), dtype=np.complex128)
        state[:n_keys, 0][marked] = math.sin(angle) / math.sqrt(max(marked.sum(), 1))
        state[:n_keys, 0][~marked] = math.cos(angle) / math.sqrt(max((~marked).sum(), 1))
        return state


@bloq_example
def _grover_iterate() -> GroverIterate:
    grover_iterate = GroverIterate(_phase_oracle.make())
    return grover_iterate


@bloq_example
def _grover_search() -> GroverSearch:
    grover_search = GroverSearch(GroverIterate(_phase_oracle.make()), n_iterates=2)
    return grover_search


@bloq_example
def _grover_search_without_iterates() -> GroverSearch:
    grover_search_without_iterates = GroverSearch(GroverIterate(_phase_oracle.make()), n_iterates=0)
    return grover_search_without_iterates
