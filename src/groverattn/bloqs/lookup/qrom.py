"""Data access `qrom`: read-only memory by unary iteration over all keys."""

import attrs
import numpy as np
from qualtran import bloq_example

from groverattn.bloqs.lookup.key_lookup import MeasuredUnload, UnloadAgain
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS
from groverattn.bloqs.lookup.qroam import QROAMLookup
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class QROMLookup(QROAMLookup):
    """Unary iteration (Babbush et al. arXiv:1805.03662, Sec. III.C): n - 2 And, ceil(log2 n) - 1 ancillas.

    A QROAM whose blocks are single words. The walk visits all n keys one after the other, whatever the index is, so the
    Toffoli depth is n - 2 as well.

    Qualtran's QROM is the same circuit; this one is written as one bloq a row, never skips equal neighbours (so that
    its counts depend on sizes alone) and runs at n = 10^4.

    >>> lookup = QROMLookup(KeyTable.from_keys(np.array([[1], [-2], [0]]), key_bits=2))
    >>> lookup.call_classically(selection=1)
    (1, 1)
    """

    block: int = attrs.field(default=1, init=False)

    def __str__(self) -> str:
        return f"QROM({self.table.n_keys})"


@bloq_example(generalizer=BESIDE_ROWS)
def _qrom_lookup() -> QROMLookup:
    return QROMLookup(KeyTable.from_keys(np.array([[1, -2], [0, 3], [-4, 2], [3, 3], [1, 0]]), key_bits=3))


@bloq_example(generalizer=BESIDE_ROWS)
def _measured_unload() -> MeasuredUnload:
    table = KeyTable.from_keys(np.arange(-6, 5)[:, None] % [5, 7] - 3, key_bits=3, found=[2, 5])
    return MeasuredUnload(QROMLookup(table))


@bloq_example(generalizer=BESIDE_ROWS)
def _unload_again() -> UnloadAgain:
    return UnloadAgain(attrs.evolve(_qrom_lookup.make(), unload="again"))
