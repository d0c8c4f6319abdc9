"""Data access `qrom`: read-only memory by unary iteration over all keys."""

import attrs
import numpy as np
from qualtran import QAny, bloq_example
from qualtran.bloqs.basic_gates import CNOT

from groverattn.bloqs.costed import Builder, Wire
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.load_word import LoadWord
from groverattn.bloqs.lookup.unary_iteration import unary_iteration, unary_iteration_gates
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class QROMLookup(KeyLookup):
    """Unary iteration (Babbush et al. arXiv:1805.03662, Sec. III.C): n - 2 And, ceil(log2 n) - 1 ancillas.

    The walk visits all n keys one after the other, whatever the index is, so the Toffoli depth is n - 2 as well.

    Qualtran's QROM is the same circuit; this one is written as one bloq a row, never skips equal neighbours (so that
    its counts depend on sizes alone) and runs at n = 10^4.

    >>> lookup = QROMLookup(KeyTable.from_keys(np.array([[1], [-2], [0]]), key_bits=2))
    >>> lookup.call_classically(selection=1)
    (1, 1)
    """

    table: KeyTable

    @property
    def toffoli_depth(self) -> int:
        """The whole walk."""
        return self.table.n_keys - 2

    @property
    def measurement_depth(self) -> int:
        """Each And of the walk and its undoing: the walk uses its ancillas again at once."""
        return 2 * (self.table.n_keys - 2)

    @property
    def peak_qubits(self) -> int:
        """Index, path of the walk and word."""
        return 2 * self.table.index_bits - 1 + self.table.word_bits

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        word = bb.allocate(dtype=QAny(self.table.word_bits))

        def leaf(ctrl: Wire, j: int) -> Wire:
            nonlocal word
            ctrl, word = bb.add_t(LoadWord(self.table.word_bits, self.table.word(j)), ctrl=ctrl, word=word)
            return ctrl

        index = unary_iteration(bb, list(bb.split(selection)), self.table.n_keys, leaf)
        return {"selection": bb.join(np.array(index), dtype=self.selection_type), "word": word}

    def build_call_graph(self, ssa):
        counts = unary_iteration_gates(self.table.n_keys)
        counts[CNOT()] = counts.get(CNOT(), 0) + self.table.set_bits
        return counts

    def __str__(self) -> str:
        return f"QROM({self.table.n_keys})"


@bloq_example
def _qrom_lookup() -> QROMLookup:
    return QROMLookup(KeyTable.from_keys(np.array([[1, -2], [0, 3], [-4, 2], [3, 3], [1, 0]]), key_bits=3))


@bloq_example
def _qrom_lookup_two_keys() -> QROMLookup:
    return QROMLookup(KeyTable.from_keys(np.array([[1], [-2]]), key_bits=2, found=[1]))
