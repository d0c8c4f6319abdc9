"""Data access `qrom`: read-only memory by unary iteration over all keys."""

import attrs
import numpy as np
from qualtran import DecomposeTypeError, QAny, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And
from qualtran.resource_counting import CostKey, QubitCount

from groverattn.bloqs.key_lookup import KeyLookup
from groverattn.bloqs.load_word import LoadWord
from groverattn.bloqs.uncompute import Uncomputable
from groverattn.bloqs.wires import Builder, Wire
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class QROMLookup(Uncomputable, KeyLookup):
    """Unary iteration (Babbush et al. arXiv:1805.03662, Sec. III.A and C): n - 2 And, ceil(log2 n) - 1 ancillas.

    The walk visits all n keys one after the other, whatever the index is, so the Toffoli depth is n - 2 as well. The
    unload reads the same walk backwards and costs the same.

    Qualtran's QROM is the same circuit; this one is written as one bloq a row, never skips equal neighbours (so that
    its counts depend on sizes alone) and runs at n = 10^4.

    >>> import numpy as np
    >>> lookup = QROMLookup(KeyTable.from_keys(np.array([[1], [-2], [0]]), key_bits=2))
    >>> lookup.call_classically(selection=1)
    (1, 1)
    """

    table: KeyTable

    @property
    def computing_signature(self) -> Signature:
        return self.loading_signature

    @property
    def n_and(self) -> int:
        """Inner nodes of the iteration tree; the root is the first index qubit itself."""
        return self.table.n_keys - 2

    @property
    def toffoli_depth(self) -> int:
        return self.n_and

    @property
    def peak_qubits(self) -> int:
        return 2 * self.table.index_bits - 1 + self.table.word_bits

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        if not self.table.has_data:
            raise DecomposeTypeError(f"{self} knows only the sizes of its keys")
        word = bb.allocate(dtype=QAny(self.table.word_bits))
        walk = _UnaryIteration(bb, self.table, list(bb.split(selection)), word)
        walk.visit_all()
        return {"selection": bb.join(walk.index, dtype=self.selection_type), "word": walk.word}

    def build_call_graph(self, ssa):
        compute, undo = And(1, 0), And(1, 1).adjoint()
        if self.uncompute:
            compute, undo = undo.adjoint(), compute.adjoint()
        cnots = {CNOT(): self.table.set_bits + self.n_and, XGate(): 2}
        return cnots | ({compute: self.n_and, undo: self.n_and} if self.n_and else {})

    def my_static_costs(self, cost_key: CostKey):
        return self.peak_qubits if isinstance(cost_key, QubitCount) else NotImplemented

    def on_classical_vals(self, selection: int, word: int | None = None) -> dict[str, int]:
        expected = self.table.word(selection)
        if not self.uncompute:
            return {"selection": selection, "word": expected}
        if word != expected:
            raise ValueError(f"word {word} is not that of key {selection}: it cannot be unloaded")
        return {"selection": selection}

    def __str__(self) -> str:
        return f"QROM({self.table.n_keys}){'†' if self.uncompute else ''}"


@attrs.define
class _UnaryIteration:
    """Walks the tree of indices from left to right: one And down and one measured And up for every inner node."""

    bb: Builder
    table: KeyTable
    index: list[Wire]
    word: Wire

    def visit_all(self) -> None:
        """Visit both halves under the first index qubit, which serves as the control of either."""
        half = 1 << (len(self.index) - 1)
        for start, stop in ((0, half), (half, self.table.n_keys)):
            if start == 0:
                self.index[0] = self.bb.add(XGate(), q=self.index[0])
            self.index[0] = self._visit(self.index[0], 1, start, stop)
            if start == 0:
                self.index[0] = self.bb.add(XGate(), q=self.index[0])

    def _visit(self, control: Wire, level: int, start: int, stop: int) -> Wire:
        if stop - start == 1:
            row = LoadWord(self.table.word_bits, self.table.word(start))
            control, self.word = self.bb.add_t(row, ctrl=control, word=self.word)
            return control
        middle = start + (1 << (len(self.index) - level - 1))
        if middle >= stop:
            # the right half is beyond the last key: this index qubit is 0 on every index that occurs
            return self._visit(control, level + 1, start, stop)
        (control, self.index[level]), node = self.bb.add_t(And(1, 0), ctrl=[control, self.index[level]])
        node = self._visit(node, level + 1, start, middle)
        control, node = self.bb.add_t(CNOT(), ctrl=control, target=node)
        node = self._visit(node, level + 1, middle, stop)
        (control, self.index[level]) = self.bb.add(
            And(1, 1, uncompute=True), ctrl=[control, self.index[level]], target=node
        )
        return control


@bloq_example
def _qrom_lookup() -> QROMLookup:
    qrom_lookup = QROMLookup(KeyTable.from_keys(np.array([[1, -2], [0, 3], [-4, 2], [3, 3], [1, 0]]), key_bits=3))
    return qrom_lookup


@bloq_example
def _qrom_lookup_two_keys() -> QROMLookup:
    qrom_lookup_two_keys = QROMLookup(KeyTable.from_keys(np.array([[1], [-2]]), key_bits=2, found=[1]))
    return qrom_lookup_two_keys
