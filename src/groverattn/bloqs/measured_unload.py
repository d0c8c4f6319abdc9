"""The unload of every data access: measure the word in the X basis and correct the phase that this leaves."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import CBit, QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import MeasureX

from groverattn.bloqs.cirq_circuit import CirqByGates
from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.key_lookup import KeyLookup
from groverattn.bloqs.phase_fixup import PhaseFixup
from groverattn.bloqs.qrom import QROMLookup
from groverattn.bloqs.wires import Builder, Wire
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import largest


@attrs.frozen
class MeasureWord(CostedGate):
    """Measure every qubit of a register in the X basis and give the qubits back.

    An outcome o on the basis state x leaves the phase (-1)^(o . x).

    Registers:
        word: [left] the qubits.
        outcome: [right, classical] one bit each.
    """

    word_bits: int

    @cached_property
    def signature(self) -> Signature:
        word = Register("word", QAny(self.word_bits), side=Side.LEFT)
        return Signature([word, Register("outcome", CBit(), (self.word_bits,), Side.RIGHT)])

    def build_composite_bloq(self, bb: Builder, word: Wire) -> dict[str, Wire]:
        return {"outcome": np.array([bb.add(MeasureX(), q=qubit) for qubit in bb.split(word)])}

    @property
    def measurement_depth(self) -> int:
        """All qubits at once."""
        return 1

    def build_call_graph(self, ssa):
        return {MeasureX(): self.word_bits}

    def phase_after(self, outcome: NDArray, word: int) -> complex:
        """Phase of the basis state `word` once the outcome is known."""
        return -1.0 if np.dot(outcome, QAny(self.word_bits).to_bits(word)) % 2 else 1.0


@attrs.frozen
class MeasuredUnload(CirqByGates):
    """|j>|word_j> -> |j>: word_bits measurements and a phase fix-up of about 2 sqrt(n) And, for every data access.

    Gidney, arXiv:1905.07682, Fig. 3; Berry et al. arXiv:1902.02134, Appendix C.

    Attributes:
        lookup: the load that is undone.

    Registers:
        selection: the index j.
        word: [left] the word of key j.
        record: [left, classical] outcomes of the qubits that the load measured early, if there are any.
    """

    lookup: KeyLookup

    @property
    def signature(self) -> Signature:
        return self.lookup.signature.adjoint()

    @property
    def fixup(self) -> PhaseFixup:
        """The correction."""
        return PhaseFixup(self.lookup.contents, self.lookup.fixup_row)

    @property
    def toffoli_depth(self) -> int:
        """That of the correction."""
        return self.fixup.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """All qubits are measured at once, then the correction follows."""
        return 1 + self.fixup.measurement_depth

    @property
    def peak_qubits(self) -> int:
        """Index and word before the measurement, or the correction after it."""
        table = self.lookup.table
        return largest(table.index_bits + table.word_bits, self.fixup.peak_qubits)

    def build_composite_bloq(self, bb: Builder, selection: Wire, word: Wire, record: Wire = ()) -> dict[str, Wire]:
        outcome = bb.add(MeasureWord(self.lookup.table.word_bits), word=word)
        both = np.array([*outcome, *record])
        return {"selection": bb.add(self.fixup, selection=selection, outcome=both)}

    def build_call_graph(self, ssa):
        return {MeasureWord(self.lookup.table.word_bits): 1, self.fixup: 1}

    def on_classical_vals(self, selection: int, word: int, record: NDArray | tuple = ()) -> dict[str, int]:
        if word != self.lookup.table.word(selection):
            raise ValueError(f"word {word} is not that of key {selection}: it cannot be unloaded")
        return {"selection": selection}

    def basis_state_phase(self, selection: int, word: int, record: NDArray | tuple = ()) -> complex:
        """The phase that the load's record left; that of the word's own measurement is corrected by itself."""
        outcome = np.zeros(self.lookup.contents.n_bits, dtype=np.uint8)
        outcome[self.lookup.table.word_bits :] = record
        return -1.0 if self.lookup.contents.parities(outcome)[selection] else 1.0

    def adjoint(self) -> KeyLookup:
        return self.lookup

    def __str__(self) -> str:
        return "MeasuredUnload"


@bloq_example
def _measure_word() -> MeasureWord:
    measure_word = MeasureWord(5)
    return measure_word


@bloq_example
def _measured_unload() -> MeasuredUnload:
    table = KeyTable.from_keys(np.arange(-6, 5)[:, None] % [5, 7] - 3, key_bits=3, found=[2, 5])
    measured_unload = MeasuredUnload(QROMLookup(table))
    return measured_unload
