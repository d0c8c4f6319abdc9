"""Data access `one-hot`: the one-hot address is kept while key words are loaded by CNOTs."""

from functools import cached_property

import attrs
import numpy as np
from qualtran import Bloq, QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate

from groverattn.bloqs.costed import Builder, InSequence, Wire
from groverattn.bloqs.flat.cirq import CirqByGates
from groverattn.bloqs.lookup.block_contents import BlockContents
from groverattn.bloqs.lookup.key_lookup import KeyLookup, MeasureWord
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS, LoadWord
from groverattn.bloqs.lookup.one_hot import OneHot
from groverattn.bloqs.lookup.phase_fixup import FixupRow, FixupTable
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import largest


@attrs.frozen
class KeptAddress(InSequence, KeyLookup):
    """One-hot address of a word: n - 2 And, and from then on loads and unloads of any part of it by Clifford gates.

    Every function of the address is a sum of its n qubits, so a load is a CNOT fan-out from each, and the phase that
    measuring a loaded word leaves is a Z on some of them, which nothing waits for. As a lookup by itself it loads the
    whole word; over blocks, an oracle keeps the address and loads some keys at a time.

    Attributes:
        table: the words.
        unload: see UNLOADS; "again" is by the CNOTs of the load, twice as many in all, and reads no table after a
            measurement.
        control_copies: of the address bits, see OneHot; they are gone before a word comes.
        words_at_once: keys of a word that an oracle over blocks loads side by side.

    Registers:
        selection, word: see KeyLookup.
        hot: [right] the address, position 0 first.
    """

    table: KeyTable
    unload: str = attrs.field(default="measured", kw_only=True)
    control_copies: float | None = attrs.field(default=None, kw_only=True)
    words_at_once: int = attrs.field(default=1, kw_only=True)

    @property
    def address(self) -> OneHot:
        """The encoding that is kept."""
        return OneHot(self.table.n_keys, address_copies=self.control_copies)

    @property
    def whole(self) -> "WordLoad":
        """Load of the whole word."""
        return WordLoad(self.table, self.unload)

    @property
    def passes(self) -> "tuple[tuple[WordLoad, int], ...]":
        """Loads of the keys of a word that are scored side by side, in order, and how many in a row are alike."""
        together = min(self.words_at_once, self.table.keys_per_word)
        if self.table.packed is None:
            number, rest = divmod(self.table.keys_per_word, together)
            sizes = [(together, number), *([(rest, 1)] if rest else [])]
            return tuple((WordLoad(self.table.part(0, size), self.unload), times) for size, times in sizes)
        firsts = range(0, self.table.keys_per_word, together)
        parts = [self.table.part(at, min(together, self.table.keys_per_word - at)) for at in firsts]
        return tuple((WordLoad(part, self.unload), 1) for part in parts)

    @property
    def kept_bits(self) -> int:
        return self.table.n_keys

    @cached_property
    def signature(self) -> Signature:
        word = Register("word", QAny(self.table.word_bits), side=Side.RIGHT)
        hot = Register("hot", QAny(self.table.n_keys), side=Side.RIGHT)
        return Signature([Register("selection", self.selection_type), word, hot])

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The address, and the load."""
        return (self.address, 1), (self.whole, 1)

    @property
    def peak_qubits(self) -> int:
        """Index and address, and copies of the index or the word."""
        return largest(self.address.peak_qubits, self.signature.n_qubits())

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        addressed = bb.add_d(self.address, selection=selection)
        addressed |= bb.add_d(self.whole, hot=addressed["hot"])
        return addressed

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        return super().on_classical_vals(selection) | self.address.on_classical_vals(selection)

    def adjoint(self) -> "ForgetAddress":
        return ForgetAddress(self)

    def __str__(self) -> str:
        return f"KeptAddress({self.table.n_keys})"


@attrs.frozen
class ForgetAddress(InSequence, CirqByGates):
    """|j>|word_j>|hot> -> |j>: the word is unloaded, then the address undone by measurement.

    Attributes:
        lookup: the load that is undone.

    Registers: those of the load.
    """

    lookup: KeptAddress

    @property
    def signature(self) -> Signature:
        return self.lookup.signature.adjoint()

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The inverses, in the other order."""
        return (self.lookup.whole.adjoint(), 1), (self.lookup.address.adjoint(), 1)

    @property
    def peak_qubits(self) -> int:
        return self.lookup.peak_qubits

    def build_composite_bloq(self, bb: Builder, selection: Wire, word: Wire, hot: Wire) -> dict[str, Wire]:
        hot = bb.add(self.lookup.whole.adjoint(), hot=hot, word=word)
        return {"selection": bb.add(self.lookup.address.adjoint(), selection=selection, hot=hot)}

    def on_classical_vals(self, selection: int, word: int, hot: int) -> dict[str, int]:
        if {"selection": selection, "word": word, "hot": hot} != self.lookup.on_classical_vals(selection):
            raise ValueError(f"{word=} and {hot=} are not those of {selection}: they cannot be unloaded")
        return {"selection": selection}

    def adjoint(self) -> KeptAddress:
        return self.lookup


@attrs.frozen
class WordLoad(CirqByGates):
    """|hot>|0> -> |hot>|word_h> for the one h that is set: a CNOT from each address qubit to the ones of its word.

    Attributes:
        table: the words.
        unload: how `adjoint()` takes the word back, see UNLOADS.

    Registers:
        hot: one-hot address, position 0 first.
        word: [right] the word.
    """

    table: KeyTable
    unload: str = "measured"

    @cached_property
    def signature(self) -> Signature:
        word = Register("word", QAny(self.table.word_bits), side=Side.RIGHT)
        return Signature([Register("hot", QAny(self.table.n_keys)), word])

    @property
    def fan_outs(self) -> int:
        """A word from each address qubit, or a parity of them for each bit of the word."""
        return min(self.table.n_keys, self.table.word_bits)

    def build_composite_bloq(self, bb: Builder, hot: Wire) -> dict[str, Wire]:
        word = bb.allocate(dtype=QAny(self.table.word_bits))
        return _xor_words(bb, self.table, hot, word)

    def build_call_graph(self, ssa):
        return {CNOT(): self.table.set_bits}

    def on_classical_vals(self, hot: int) -> dict[str, int]:
        return {"hot": hot, "word": _word_at(self.table, hot)}

    def adjoint(self) -> "WordUnload":
        return WordUnload(self)


@attrs.frozen
class WordUnload(InSequence, CirqByGates):
    """|hot>|word_h> -> |hot>: by the CNOTs of the load, or by measuring the word and Z on some address qubits.

    Attributes:
        load: the load that is undone.

    Registers:
        hot: one-hot address.
        word: [left] the word.
    """

    load: WordLoad

    @property
    def signature(self) -> Signature:
        return self.load.signature.adjoint()

    @property
    def _is_measured(self) -> bool:
        return self.load.unload == "measured"

    @property
    def _measure(self) -> MeasureWord:
        return MeasureWord(self.load.table.word_bits)

    @property
    def _signs(self) -> tuple[FixupTable, FixupRow]:
        """Which address qubits get a Z, and the Z: a controlled one, whose control is set."""
        n = self.load.table.n_keys
        return FixupTable(BlockContents(self.load.table, 1), n), FixupRow(n)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """Gates: the CNOTs, or measurement and signs."""
        if not self._is_measured:
            return ((CNOT(), self.load.table.set_bits),)
        return (self._measure, 1), *((part, 1) for part in self._signs), (XGate(), 2)

    @property
    def toffoli_depth(self) -> int:
        """Clifford gates alone."""
        return 0

    @property
    def measurement_depth(self) -> int:
        """That of the word, after which its qubits are free; the signs are a Pauli frame, which nothing waits for."""
        return int(self._is_measured)

    @property
    def fan_outs(self) -> int:
        """Those of the load; measured, none, since nothing carries out the signs."""
        return 0 if self._is_measured else self.load.fan_outs

    @property
    def peak_qubits(self) -> int:
        """Address and word; the set control takes the place of a qubit that was measured."""
        return self.signature.n_qubits()

    def build_composite_bloq(self, bb: Builder, hot: Wire, word: Wire) -> dict[str, Wire]:
        if not self._is_measured:
            out = _xor_words(bb, self.load.table, hot, word)
            bb.free(out.pop("word"))
            return out
        table, row = self._signs
        outcome = bb.add(self._measure, word=word)
        (rows,) = bb.add_t(table, outcome=outcome)
        ctrl = bb.add(XGate(), q=bb.allocate())
        ctrl, hot = bb.add_t(row, row=rows[0], ctrl=ctrl, hot=hot)
        bb.free(bb.add(XGate(), q=ctrl))
        return {"hot": hot}

    def on_classical_vals(self, hot: int, word: int) -> dict[str, int]:
        if word != _word_at(self.load.table, hot):
            raise ValueError(f"word {word} is not that of the address {hot}: it cannot be unloaded")
        return {"hot": hot}

    def adjoint(self) -> WordLoad:
        return self.load


def _xor_words(bb: Builder, table: KeyTable, hot: Wire, word: Wire) -> dict[str, Wire]:
    cells = bb.split(hot)
    for h, cell in enumerate(cells):
        cells[h], word = bb.add_t(LoadWord(table.word_bits, table.word(h)), ctrl=cell, word=word)
    return {"hot": bb.join(cells), "word": word}


def _word_at(table: KeyTable, hot: int) -> int:
    """XOR of the words whose address qubits are set, of which there is one in a search."""
    word = 0
    for h in np.flatnonzero(QAny(table.n_keys).to_bits(hot)).tolist():
        word ^= table.word(h)
    return word


@bloq_example(generalizer=BESIDE_ROWS)
def _kept_address() -> KeptAddress:
    return KeptAddress(KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4]))


@bloq_example(generalizer=BESIDE_ROWS)
def _forget_address() -> ForgetAddress:
    return ForgetAddress(_kept_address.make())


@bloq_example(generalizer=BESIDE_ROWS)
def _word_load() -> WordLoad:
    return WordLoad(KeyTable.from_keys(np.arange(10).reshape(5, 2) % [5, 3] - 2, key_bits=3, found=[1]).in_blocks(2))


@bloq_example(generalizer=BESIDE_ROWS)
def _word_unload() -> WordUnload:
    return WordUnload(_word_load.make())
