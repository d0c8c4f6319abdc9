"""What every data access offers: a bloq that loads the word of the key whose index it reads."""

from __future__ import annotations

import abc
from functools import cached_property

from qualtran import BQUInt, GateWithRegisters, QAny, Register, Side, Signature

from groverattn.problem.key_table import KeyTable


class KeyLookup(GateWithRegisters, metaclass=abc.ABCMeta):
    """|j> -> |j>|word_j>, with junk qubits if the access leaves any; `adjoint()` is the unload that belongs to it.

    A data access is one subclass in one file and one line in `DATA_ACCESSES`. Index values j >= n never occur: the
    search prepares the uniform superposition of exactly n indices.

    Registers:
        selection: the index j.
        word: [right] the word of key j, see KeyTable.
        junk: [right] only if `junk_bits` is positive; whatever the access needs to unload.
    """

    table: KeyTable

    @property
    def junk_bits(self) -> int:
        """Qubits that stay occupied between load and unload, beside the word."""
        return 0

    @cached_property
    def loading_signature(self) -> Signature:
        """Registers of the load; the unload has the adjoint of it."""
        registers = [
            Register("selection", self.selection_type),
            Register("word", QAny(self.table.word_bits), side=Side.RIGHT),
        ]
        if self.junk_bits:
            registers.append(Register("junk", QAny(self.junk_bits), side=Side.RIGHT))
        return Signature(registers)

    @property
    def selection_type(self) -> BQUInt:
        """Type of the index register."""
        return BQUInt(self.table.index_bits, self.table.n_keys)

    @abc.abstractmethod
    def adjoint(self) -> KeyLookup:
        """The unload."""

    @property
    @abc.abstractmethod
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path."""

    @property
    @abc.abstractmethod
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once, the registers included."""
