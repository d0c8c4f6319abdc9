"""Data access `qram`: the paper's assumption, a priced external call."""

from functools import cached_property

import attrs
import numpy as np
from qualtran import DecomposeTypeError, Signature, bloq_example
from qualtran.resource_counting import CostKey, GateCounts, QECGatesCost

from groverattn.bloqs.costed import BOOKKEEPING
from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import Flattening, WiresOf, write_gates
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class QRAMLookup(KeyLookup):
    """|j> -> |j>|word_j> by one external call, without gates; the unload is always a second call.

    Attributes:
        table: the words.
        price: what a call is assumed to cost.
        back: this is the call that takes the word back.
    """

    table: KeyTable
    price: QRAMPrice = attrs.field(factory=QRAMPrice)
    back: bool = attrs.field(default=False, kw_only=True)
    unload = "again"

    @property
    def toffoli_depth(self) -> int:
        """No gates."""
        return 0

    @property
    def external_calls(self) -> int:
        """One in either direction."""
        return 1

    @cached_property
    def signature(self) -> Signature:
        return super().signature.adjoint() if self.back else super().signature

    def adjoint(self) -> "QRAMLookup":
        return attrs.evolve(self, back=not self.back)

    def decompose_bloq(self):
        raise DecomposeTypeError(f"{self} is an external call")

    def _has_unitary_(self) -> bool:
        return False  # Cirq is given no matrix of what is outside the circuit

    def my_static_costs(self, cost_key: CostKey):
        return GateCounts() if isinstance(cost_key, QECGatesCost) else super().my_static_costs(cost_key)

    def on_classical_vals(self, selection: int, word: int | None = None) -> dict[str, int]:
        expected = self.table.word(selection)
        if not self.back:
            return {"selection": selection, "word": expected}
        if word != expected:
            raise ValueError(f"word {word} is not that of key {selection}: it cannot be unloaded")
        return {"selection": selection}

    def __str__(self) -> str:
        return f"QRAM({self.table.n_keys}){'†' if self.back else ''}"


@bloq_example(generalizer=BOOKKEEPING)
def _qram_lookup() -> QRAMLookup:
    return QRAMLookup(KeyTable.from_keys(np.array([[1, -2], [0, 3], [-4, 2]]), key_bits=3))


@write_gates.register
def _(bloq: QRAMLookup, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    word = inputs["word", ()] if bloq.back else flattening.allocate(bloq.table.word_bits)
    flattening.add(Op.EXTERNAL_LOAD, inputs["selection", ()] + word, bloq.table)
    if not bloq.back:
        return inputs | {("word", ()): word}
    flattening.add(Op.FREE, word)
    flattening.free(word)
    return inputs
