"""Data access `qroam-dirty`: blocks of words XORed onto borrowed qubits (SelectSwap)."""

import attrs
import numpy as np
from qualtran import DecomposeTypeError, QAny, bloq_example
from qualtran.bloqs.arithmetic.bitwise import Xor
from qualtran.bloqs.basic_gates import CNOT, CSwap

from groverattn.bloqs.costed import Builder, Wire
from groverattn.bloqs.lookup.block_contents import swap_layers
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.load_word import LoadWord
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.unary_iteration import unary_iteration, unary_iteration_gates
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class DirtyQROAMLookup(KeyLookup):
    """2 (n / block - 2) + 4 word_bits (block - 1) Toffolis on block * word_bits borrowed qubits.

    Low, Kliuchnikov, Schaeffer arXiv:1812.00954, Fig. 1d. The borrowed qubits may hold anything and get it back: copy
    what lies at place l, XOR the block of words onto all places, copy place l again, which cancels what was there, and
    XOR the block a second time. Nothing else of the oracle is alive while it loads, so here the borrowed qubits have
    to be idle qubits of something else, and they are counted.

    Attributes:
        table: the words.
        block: places, a power of two, at most n / 2.
    """

    table: KeyTable
    block: int = attrs.field(kw_only=True)

    @property
    def clean(self) -> QROAMLookup:
        """The same block on clean qubits: its rows are loaded twice here."""
        return QROAMLookup(self.table, block=self.block)

    @property
    def toffoli_depth(self) -> int:
        """Two walks over the rows and four layers of swaps for each low index bit."""
        return 2 * (self.clean.n_rows - 2) + 4 * self.clean.low_bits

    @property
    def measurement_depth(self) -> int:
        """The walks with their undoing, and the swaps."""
        return 4 * (self.clean.n_rows - 2) + 4 * self.clean.low_bits

    @property
    def peak_qubits(self) -> int:
        """Index, path of the walk, word and borrowed block."""
        return self.clean.peak_qubits + self.table.word_bits

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        if not self.table.has_data:
            raise DecomposeTypeError(f"{self} knows only the sizes of its keys")
        n_high = self.table.index_bits - self.clean.low_bits
        bits = list(bb.split(selection))
        high, low = bits[:n_high], bits[n_high:]
        word = bb.allocate(dtype=QAny(self.table.word_bits))
        borrowed = bb.allocate(dtype=QAny(self.block * self.table.word_bits), dirty=True)
        for _ in range(2):
            low, borrowed, word = self._copy_chosen(bb, low, borrowed, word)
            high, borrowed = self._xor_rows(bb, high, borrowed)
        bb.free(borrowed, dirty=True)
        return {"selection": bb.join(np.array([*high, *low]), dtype=self.selection_type), "word": word}

    def _xor_rows(self, bb: Builder, high: list[Wire], block: Wire) -> tuple[list[Wire], Wire]:
        def leaf(ctrl: Wire, h: int) -> Wire:
            nonlocal block
            load = LoadWord(self.block * self.table.word_bits, self.clean.row(h))
            ctrl, block = bb.add_t(load, ctrl=ctrl, word=block)
            return ctrl

        return unary_iteration(bb, high, self.clean.n_rows, leaf), block

    def _copy_chosen(self, bb: Builder, low: list[Wire], block: Wire, word: Wire) -> tuple[list[Wire], Wire, Wire]:
        """XOR what lies at place l onto the word: swap it to the front, copy it, swap back."""
        words = [bb.join(bits) for bits in bb.split(block).reshape(self.block, -1)]
        layers = [(i, pair) for i, layer in enumerate(swap_layers(self.block)) for pair in layer]
        self._swap(bb, low, words, layers)
        words[0], word = bb.add_t(Xor(QAny(self.table.word_bits)), x=words[0], y=word)
        self._swap(bb, low, words, layers[::-1])
        return low, bb.join(np.concatenate([bb.split(one) for one in words])), word

    def _swap(self, bb: Builder, low: list[Wire], words: list[Wire], pairs: list) -> None:
        swap = CSwap(self.table.word_bits)
        for i, (a, b) in pairs:
            low[i], words[a], words[b] = bb.add_t(swap, ctrl=low[i], x=words[a], y=words[b])

    def build_call_graph(self, ssa):
        counts = {gate: 2 * number for gate, number in unary_iteration_gates(self.clean.n_rows).items()}
        counts[CNOT()] = counts.get(CNOT(), 0) + 2 * self.table.set_bits
        counts[Xor(QAny(self.table.word_bits))] = 2
        return counts | ({CSwap(self.table.word_bits): 4 * (self.block - 1)} if self.block != 1 else {})

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        return {"selection": selection, "word": self.table.word(selection)}

    def __str__(self) -> str:
        return f"DirtyQROAM({self.table.n_keys}, block {self.block})"


def dirty_block_for(table: KeyTable) -> int:
    """Choose the block with the fewest Toffolis."""
    blocks = [1 << bits for bits in range(max(table.index_bits - 1, 1))]
    return min(blocks, key=lambda block: 2 * -(-table.n_keys // block) + 4 * table.word_bits * (block - 1))


def fewest_toffolis(table: KeyTable) -> DirtyQROAMLookup:
    """Data access `qroam-dirty`."""
    return DirtyQROAMLookup(table, block=dirty_block_for(table))


@bloq_example
def _dirty_qroam_lookup() -> DirtyQROAMLookup:
    table = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])
    dirty_qroam_lookup = DirtyQROAMLookup(table, block=4)
    return dirty_qroam_lookup


@bloq_example
def _dirty_qroam_lookup_single() -> DirtyQROAMLookup:
    table = KeyTable.from_keys(np.array([[1], [-2], [0]]), key_bits=2)
    dirty_qroam_lookup_single = DirtyQROAMLookup(table, block=1)
    return dirty_qroam_lookup_single
