"""Data access `bucket-brigade`: a tree of routers that leads to all cells at once."""

import functools
import math

import attrs
import numpy as np
from qualtran import Bloq, QAny, bloq_example
from qualtran.bloqs.basic_gates import CNOT
from qualtran.symbolics import is_symbolic

from groverattn.bloqs.costed import Builder, InSequence, Wire
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS, LoadWord
from groverattn.bloqs.lookup.one_hot import OneHot
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div, ceil_log2


@attrs.frozen
class BucketBrigadeLookup(InSequence, KeyLookup):
    """n - 2 And in depth ceil(log2 n) - 1 on n routing qubits: few layers, as many qubits as keys.

    The tree of Giovannetti, Lloyd, Maccone (arXiv:0708.1879) as the circuit of Di Matteo et al. (arXiv:1902.01329): one
    qubit for each cell, of which the index sets one. It differs from theirs in three places, each of which lowers the
    count: an And with measured uncomputation stands for their Toffolis of 7 T in both directions; the cells are
    classical, so that reading them takes CNOTs where theirs takes n Toffolis more; a cell holds a whole word.

    Attributes:
        table: the words.
        unload: see UNLOADS. The tree is undone while the key is scored: "again" routes a second time, n - 2 And where
            a measured unload takes n / 2 - 2, and one reaction more, if the routers of a level run at once; on few
            copies a measured unload takes fewer And and is much shallower. KeptAddress is the form that keeps the tree.
        control_copies: of the address bit that the routers of a level read, in load and unload: inf is the parallel
            form of Di Matteo et al., and 1 the serial one. By default, None, routers of a level share one address bit
            and run at once, which is taken to cost nothing; see OneHot.
    """

    table: KeyTable
    unload: str = attrs.field(default="measured", kw_only=True)
    control_copies: float | None = attrs.field(default=None, kw_only=True)

    @property
    def fixup_row(self) -> int:
        """The row of the shallowest unload; two rows, n / 2 And, unless And have to take turns on few copies."""
        n_keys = self.table.n_keys
        return super().fixup_row if is_symbolic(n_keys) else _shallowest_row(n_keys, self.control_copies)

    @property
    def routing(self) -> OneHot:
        """The tree."""
        return OneHot(self.table.n_keys, address_copies=self.control_copies)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The tree down and up; the cells are read in between by CNOTs."""
        return (self.routing, 1), (self.routing.adjoint(), 1)

    @property
    def fan_outs(self) -> int:
        """A word from each cell, or a parity of cells for each bit of the word: all cells are there at once."""
        return min(self.table.n_keys, self.table.word_bits) + super().fan_outs

    @property
    def peak_qubits(self) -> int:
        """Index, routing qubits, copies of the address, and the word, which is there when the routers are undone."""
        return self.routing.peak_qubits + self.table.word_bits

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        word = bb.allocate(dtype=QAny(self.table.word_bits))
        routed = bb.add_d(self.routing, selection=selection)
        cells = bb.split(routed["hot"])
        for j, cell in enumerate(cells):
            row = LoadWord(self.table.word_bits, self.table.word(j))
            cells[j], word = bb.add_t(row, ctrl=cell, word=word)
        routed["hot"] = bb.join(cells)
        return {"selection": bb.add(self.routing.adjoint(), **routed), "word": word}

    def build_call_graph(self, ssa):
        return super().build_call_graph(ssa) | {CNOT(): self.table.set_bits}

    def __str__(self) -> str:
        copies = "" if self.control_copies is None else f", {self.control_copies} address copies"
        return f"BucketBrigade({self.table.n_keys}{copies})"


@functools.lru_cache(maxsize=4096)
def _shallowest_row(n_keys: int, copies: float | None) -> int:
    """Row of the least depth, the largest of several."""
    rows = [1 << bits for bits in reversed(range(ceil_log2(n_keys)))]
    return min(rows, key=lambda row: ceil_div(n_keys, row) + max(OneHot(row, address_copies=copies).n_turns, 0))


copied_address = functools.partial(BucketBrigadeLookup, control_copies=math.inf)  # data access `bucket-brigade-wide`


@bloq_example(generalizer=BESIDE_ROWS)
def _bucket_brigade_lookup() -> BucketBrigadeLookup:
    table = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])
    return BucketBrigadeLookup(table)
