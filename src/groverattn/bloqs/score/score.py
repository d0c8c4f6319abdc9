"""Scores by a carry-save heap: few Toffolis, shallow, thousands of qubits."""

from functools import cached_property, partial

import attrs
from qualtran import bloq_example

from groverattn.bloqs.costed import BOOKKEEPING
from groverattn.bloqs.score.heap import SCORE_METHODS, plan_score_heap
from groverattn.bloqs.score.heap_score import HeapScore
from groverattn.bloqs.score.heap_steps import ScoreHeap


@attrs.frozen
class Score(HeapScore):
    """The sign of a carry-save sum.

    The query is in the wiring and needs no qubit. The threshold is folded into the constant of the heap, and only the
    sign of the sum is kept: comparing costs no gate. Undoing it costs measurements only. See `plan_score_heap` for the
    construction.

    Attributes:
        query, threshold, key_bits: see KeyScore.
        method: how the bits are added up, a name in SCORE_METHODS.

    Registers: see KeyScore; `work` holds partial sums and carries.

    >>> score = Score(query=(1, -1), threshold=2, key_bits=2)
    >>> key, work, marked = score.call_classically(key=0b1100)  # the key (1, -2), of score 3
    >>> marked
    1
    """

    method: str = attrs.field(default="shared-sums", kw_only=True, validator=attrs.validators.in_(SCORE_METHODS))

    @cached_property
    def heap(self) -> ScoreHeap:
        """The steps of the circuit."""
        return plan_score_heap(self.method, self.query, self.threshold, self.key_bits)


shared_sums = partial(Score, method="shared-sums")
plain_heap = partial(Score, method="plain-heap")
quantum_query = partial(Score, method="quantum-query")


@bloq_example(generalizer=BOOKKEEPING)
def _score() -> Score:
    return Score(query=(3, -1, 2), threshold=2, key_bits=3)
