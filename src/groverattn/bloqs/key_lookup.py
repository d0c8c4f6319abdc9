"""What every data access offers: a bloq that loads the word of the key whose index it reads."""

import abc
from functools import cached_property

from qualtran import BQUInt, CBit, QAny, Register, Side, Signature

from groverattn.bloqs.block_contents import BlockContents, best_row
from groverattn.bloqs.costed import CostedGate
from groverattn.problem.key_table import KeyTable


class KeyLookup(CostedGate, metaclass=abc.ABCMeta):
    """|j> -> |j>|word_j>; `adjoint()` is the unload that belongs to it.

    A data access is one subclass in one file and one line in `DATA_ACCESSES`. Index values j >= n never occur: the
    search prepares the uniform superposition of exactly n indices.

    Qubits that an access needs beside the word are measured in the X basis before the load ends, so that they are free
    while the key is scored. The outcomes stand in the classical register `record`; the phase that they leave is a
    function of j alone, commutes with all that happens until the unload, and is corrected there at no extra cost.

    Registers:
        selection: the index j.
        word: [right] the word of key j, see KeyTable.
        record: [right, classical] outcomes of the qubits measured early, if there are any.
    """

    table: KeyTable

    @property
    @abc.abstractmethod
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path of the load."""

    @property
    def external_calls(self) -> int:
        """Calls of a memory that is no part of the circuit."""
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
    def loading_signature(self) -> Signature:
        """Registers of the load; the unload has the adjoint of it."""
        registers = [
            Register("selection", self.selection_type),
            Register("word", QAny(self.table.word_bits), side=Side.RIGHT),
        ]
        if self.record_bits:
            registers.append(Register("record", CBit(), (self.record_bits,), Side.RIGHT))
        return Signature(registers)

    @property
    def signature(self) -> Signature:
        return self.loading_signature

    def adjoint(self) -> CostedGate:
        """The unload by measurement."""
        from groverattn.bloqs.measured_unload import MeasuredUnload

        return MeasuredUnload(self)
