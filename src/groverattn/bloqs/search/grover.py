"""Grover iterate, and Grover search with a fixed number of iterates, of any phase oracle."""

import math
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, CtrlSpec, Signature, bloq_example
from qualtran.bloqs.mcmt.specialized_ctrl import get_ctrl_system_1bit_cv_from_bloqs

from groverattn.bloqs.costed import BOOKKEEPING, InSequence, Uncomputable
from groverattn.bloqs.search.any_oracle import n_values, phases, selection_of
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.bloqs.search.phase_oracle import PhaseOracle, _phase_oracle
from groverattn.bloqs.search.uniform import PrepareUniform


@attrs.frozen
class GroverIterate(InSequence, Uncomputable):
    """One phase oracle and one diffusion (Grover, quant-ph/9605043), up to a global phase.

    An oracle whose flip is controlled makes it a controlled iterate: only the phases of oracle and diffusion are
    controlled, so that with the control at zero all that is computed is undone.

    Attributes:
        oracle: a PhaseOracle, or any bloq with the register `selection`; see `any_oracle`. Its angle is pi in Grover's
            search, any in fixed-point search (Yoder, Low, Chuang, arXiv:1409.3305).
        diffusion_angle: the same of the diffusion, in radians.

    Registers:
        ctrl: only if the oracle has it.
        selection: the index.

    Raises:
        InputError: the oracle has other registers, or no `selection`.
    """

    oracle: PhaseOracle | Any
    diffusion_angle: float = attrs.field(default=math.pi, kw_only=True)

    def __attrs_post_init__(self):
        selection_of(self.oracle)

    @property
    def computing_signature(self) -> Signature:
        return self.oracle.signature

    @cached_property
    def n_keys(self) -> int:
        """Number n of indices."""
        return n_values(selection_of(self.oracle))

    @cached_property
    def has_ctrl(self) -> bool:
        """Whether the oracle, and with it the iterate, is controlled."""
        return any(reg.name == "ctrl" for reg in self.oracle.signature)

    @cached_property
    def diffusion(self) -> Diffusion:
        """The reflection about the uniform superposition of the oracle's n indices."""
        return Diffusion(self.n_keys, angle=self.diffusion_angle, has_ctrl=self.has_ctrl)

    @property
    def controlled_phases(self) -> "GroverIterate":
        """The iterate of the controlled oracle; the diffusion follows it."""
        return attrs.evolve(self, oracle=self.oracle.controlled())

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The oracle, then the diffusion."""
        return (self.oracle, 1), (self.diffusion, 1)

    def get_ctrl_system(self, ctrl_spec: CtrlSpec):
        """One positive control goes to the two phases alone; others are reduced to one by Qualtran."""
        return get_ctrl_system_1bit_cv_from_bloqs(
            self,
            ctrl_spec,
            current_ctrl_bit=1 if self.has_ctrl else None,
            bloq_with_ctrl=self if self.has_ctrl else self.controlled_phases,
            ctrl_reg_name="ctrl",
        )

    def reference_inputs(self) -> NDArray[np.int64]:
        """The basis states whose columns are specified: those of an index j < n, with the control at 0, then at 1."""
        starts = np.arange(1 + self.has_ctrl) << self.diffusion.prepare.index_bits
        return (starts[:, None] + np.arange(self.n_keys)).ravel()

    def reference_columns(self) -> NDArray[np.complex128]:
        """Their columns of the matrix that the circuit has to realise up to a global phase, one for each input."""
        indices, controls = np.arange(self.n_keys), [{"ctrl": 0}, {"ctrl": 1}] if self.has_ctrl else [{}]
        stated = np.concatenate([phases(self.oracle, indices, **ctrl) for ctrl in controls])
        return self.diffusion.reference_columns()[:, self.reference_inputs()] * stated


@attrs.frozen
class GroverSearch(InSequence, Uncomputable):
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
        return PrepareUniform(self.iterate.n_keys)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The preparation, then the iterates."""
        return (self.prepare, 1), (self.iterate, self.n_iterates)

    def reference_columns(self) -> NDArray[np.complex128]:
        """The state that the circuit has to reach from |0>, shape (2^m, 1), up to a global phase."""
        n_keys = self.iterate.n_keys
        marked = phases(self.iterate.oracle, np.arange(n_keys)).real < 0
        angle = (2 * self.n_iterates + 1) * math.asin(math.sqrt(marked.mean()))
        state = np.zeros((1 << self.prepare.index_bits, 1), dtype=np.complex128)
        state[:n_keys, 0][marked] = math.sin(angle) / math.sqrt(max(marked.sum(), 1))
        state[:n_keys, 0][~marked] = math.cos(angle) / math.sqrt(max((~marked).sum(), 1))
        return state


@bloq_example(generalizer=BOOKKEEPING)
def _grover_iterate() -> GroverIterate:
    return GroverIterate(_phase_oracle.make())


@bloq_example(generalizer=BOOKKEEPING)
def _grover_search() -> GroverSearch:
    return GroverSearch(GroverIterate(_phase_oracle.make()), n_iterates=2)
