"""Base class of the data accesses, and the unload by measurement that they share."""

import abc
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, BQUInt, CBit, QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import MeasureX
from qualtran.resource_counting import get_bloq_callee_counts

from groverattn.bloqs.costed import BOOKKEEPING, Builder, CostedGate, InSequence, Uncomputable, Wire, reading
from groverattn.bloqs.flat.cirq import CirqByGates
from groverattn.bloqs.lookup.block_contents import BlockContents, best_row
from groverattn.bloqs.lookup.phase_fixup import PhaseFixup
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import largest


class KeyLookup(CostedGate, metaclass=abc.ABCMeta):
    """|j> -> |j>|word_j>; `adjoint()` is the unload that belongs to it.

    A data access is a subclass, and a line in `DATA_ACCESSES` or a call of `DATA_ACCESSES.register`; it provides the
    attribute `table`, `build_composite_bloq(bb, selection)`, `build_call_graph(ssa)` and, if they are not zero or the
    registers alone, `toffoli_depth`, `measurement_depth` and `peak_qubits` (see `CostedGate`). Index values j >= n
    never occur: the search prepares the uniform superposition of exactly n indices.

    Qubits that an access needs beside the word are measured in the X basis before the load ends, so that they are free
    while the key is scored. The outcomes stand in the classical register `record`; the phase that they leave is a
    function of j alone, commutes with all that happens until the unload, and is corrected there at no extra cost.

    An access that lets its unload be chosen has the attribute `unload`, in `UNLOADS`, and measures nothing early for
    "again"; one that counts the copies of controls which its gates share has the attribute `control_copies`.

    Registers:
        selection: the index j.
        word: [right] the word of key j, see KeyTable.
        record: [right, classical] outcomes of the qubits measured early, if there are any.
        kept: [right] qubits that stay until the unload, if there are any.
    """

    table: KeyTable
    unload = "measured"
    control_copies: float | None = None

    @property
    @abc.abstractmethod
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path of the load."""

    @property
    def external_calls(self) -> int:
        """Calls of a memory outside the circuit."""
        return 0

    @property
    def kept_bits(self) -> int:
        """Qubits that the load leaves beside index and word, until the unload."""
        return 0

    @property
    def measured_block(self) -> int:
        """Words of the block of which all but the first are measured early; 1 if there is no such block."""
        return 1

    @property
    def fixup_row(self) -> int:
        """Row of the unload's phase fix-up; by default the one with the fewest And."""
        return best_row(self.table.n_keys)

    @property
    def contents(self) -> BlockContents:
        """What the word and the qubits measured early hold, for every index."""
        return BlockContents(self.table, self.measured_block)

    @property
    def record_bits(self) -> int:
        """Number of qubits measured early."""
        return (self.measured_block - 1) * self.table.word_bits

    @property
    def selection_type(self) -> BQUInt:
        """Type of the index register."""
        return BQUInt(self.table.index_bits, self.table.n_keys)

    @cached_property
    def signature(self) -> Signature:
        registers = [
            Register("selection", self.selection_type),
            Register("word", QAny(self.table.word_bits), side=Side.RIGHT),
        ]
        if self.record_bits:
            registers.append(Register("record", CBit(), (self.record_bits,), Side.RIGHT))
        if self.kept_bits:
            registers.append(Register("kept", QAny(self.kept_bits), side=Side.RIGHT))
        return Signature(registers)

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        return {"selection": selection, "word": self.table.word(selection)}

    def adjoint(self) -> CostedGate:
        """The unload, as chosen."""
        return UnloadAgain(self) if self.unload == "again" else MeasuredUnload(self)


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
class MeasuredUnload(InSequence, CirqByGates):
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
        copies = self.lookup.control_copies
        return PhaseFixup(self.lookup.contents, self.lookup.fixup_row, address_copies=copies)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """All qubits of the word are measured at once, then the correction follows."""
        return (MeasureWord(self.lookup.table.word_bits), 1), (self.fixup, 1)

    @property
    def peak_qubits(self) -> int:
        """Index and word before the measurement, or the correction after it."""
        return largest(self.signature.n_qubits(), self.fixup.peak_qubits)

    def build_composite_bloq(self, bb: Builder, selection: Wire, word: Wire, record: Wire = ()) -> dict[str, Wire]:
        outcome = bb.add(MeasureWord(self.lookup.table.word_bits), word=word)
        both = np.array([*outcome, *record])
        return {"selection": bb.add(self.fixup, selection=selection, outcome=both)}

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


@attrs.frozen
class UnloadAgain(Uncomputable):
    """|j>|word_j> -> |j> by the load a second time, read backwards: it XORs the word onto itself.

    As many Toffolis as the load and the same depths, and no table is read after a measurement: the outcomes in it are
    those of And, which a CZ corrects. The qubits that the load keeps are taken back with the word.

    Attributes:
        lookup: the load that is undone, which measures nothing early.

    Registers: those of the load.
    """

    lookup: KeyLookup
    uncompute: bool = attrs.field(default=True, init=False)

    @property
    def computing_signature(self) -> Signature:
        return self.lookup.signature

    @property
    def forward(self) -> KeyLookup:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The load."""
        return self.lookup

    @property
    def toffoli_depth(self) -> int:
        """That of the load, which has an undone And for each And."""
        return self.lookup.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """That of the load."""
        return reading(self.lookup, "measurement_depth")

    @property
    def fan_outs(self) -> int:
        """Those of the load."""
        return self.lookup.fan_outs

    @property
    def peak_qubits(self) -> int:
        return self.lookup.peak_qubits

    def build_call_graph(self, ssa):
        return {bloq.adjoint(): times for bloq, times in get_bloq_callee_counts(self.lookup)}

    def on_classical_vals(self, selection: int, **loaded: int) -> dict[str, int]:
        if {"selection": selection} | loaded != self.lookup.on_classical_vals(selection):
            raise ValueError(f"{loaded} is not what is loaded for key {selection}: it cannot be unloaded")
        return {"selection": selection}

    def adjoint(self) -> KeyLookup:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.lookup

    def __str__(self) -> str:
        return "UnloadAgain"


@bloq_example(generalizer=BOOKKEEPING)
def _measure_word() -> MeasureWord:
    return MeasureWord(5)
