"""Data access `qroam-dirty`: blocks of words XORed onto borrowed qubits (SelectSwap)."""

from collections import Counter

import attrs
import numpy as np
from qualtran import QAny, bloq_example
from qualtran.bloqs.arithmetic.bitwise import Xor
from qualtran.bloqs.basic_gates import CNOT

from groverattn.bloqs.costed import Builder, Wire
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.bloqs.lookup.unary_iteration import unary_iteration_gates
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
        unload, control_copies: see QROAMLookup; nothing is kept here.
    """

    table: KeyTable
    block: int = attrs.field(kw_only=True)
    unload: str = attrs.field(default="measured", kw_only=True)
    control_copies: float | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self):
        _ = self.clean  # refuses a block that does not fit

    @property
    def clean(self) -> QROAMLookup:
        """The same block on clean qubits: its rows are loaded twice here."""
        return QROAMLookup(self.table, block=self.block, control_copies=self.control_copies)

    @property
    def toffoli_depth(self) -> int:
        """Two walks over the rows and four times the swaps."""
        return 2 * (self.clean.n_rows - 2) + 4 * self.clean.swap_depth

    @property
    def measurement_depth(self) -> int:
        """The walks with their undoing, and the swaps."""
        return 4 * (self.clean.n_rows - 2) + 4 * self.clean.swap_depth

    @property
    def fan_outs(self) -> int:
        """One for each row, twice, and those of the swaps; words are copied by CNOTs from qubit to qubit."""
        return 2 * self.clean.n_rows + 4 * self.clean.swap_fan_outs

    @property
    def walk(self) -> tuple[int, int, int]:
        """Toffolis, measurement depth and fan-outs of the walks; the rest are the swaps."""
        return 2 * (self.clean.n_rows - 2), 4 * (self.clean.n_rows - 2), 2 * self.clean.n_rows

    @property
    def peak_qubits(self) -> int:
        """Index, path of the walk, word and borrowed block."""
        return self.clean.peak_qubits + self.table.word_bits

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        n_high = self.table.index_bits - self.clean.low_bits
        bits = list(bb.split(selection))
        high, low = bits[:n_high], bits[n_high:]
        word = bb.allocate(dtype=QAny(self.table.word_bits))
        borrowed = bb.allocate(dtype=QAny(self.block * self.table.word_bits), dirty=True)
        for _ in range(2):
            borrowed, word = self._copy_chosen(bb, low, borrowed, word)
            high, borrowed = self.clean.xor_rows(bb, high, borrowed)
        bb.free(borrowed, dirty=True)
        return {"selection": bb.join(np.array([*high, *low]), dtype=self.selection_type), "word": word}

    def _copy_chosen(self, bb: Builder, low: list[Wire], block: Wire, word: Wire) -> tuple[Wire, Wire]:
        """XOR what lies at place l onto the word: swap it to the front, copy it, swap back."""
        words = self.clean.swap(bb, low, self.clean.words(bb, block))
        words[0], word = bb.add_t(Xor(QAny(self.table.word_bits)), x=words[0], y=word)
        words = self.clean.swap(bb, low, words, back=True)
        return bb.join(np.concatenate([bb.split(one) for one in words])), word

    def build_call_graph(self, ssa):
        counts = Counter({gate: 2 * number for gate, number in unary_iteration_gates(self.clean.n_rows).items()})
        counts[CNOT()] += 2 * self.table.set_bits
        counts[Xor(QAny(self.table.word_bits))] = 2
        if self.block != 1:
            counts.update({gate: 4 * number for gate, number in self.clean.swap_gates().items()})
        return counts

    def __str__(self) -> str:
        return f"DirtyQROAM({self.table.n_keys}, block {self.block})"


def fewest_toffolis(table: KeyTable) -> DirtyQROAMLookup:
    """Return the data access `qroam-dirty`: the block with the fewest Toffolis."""
    blocks = [1 << bits for bits in range(max(table.index_bits - 1, 1))]
    costs = {block: 2 * -(-table.n_keys // block) + 4 * table.word_bits * (block - 1) for block in blocks}
    return DirtyQROAMLookup(table, block=min(blocks, key=costs.__getitem__))


@bloq_example(generalizer=BESIDE_ROWS)
def _dirty_qroam_lookup() -> DirtyQROAMLookup:
    table = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])
    return DirtyQROAMLookup(table, block=4)
