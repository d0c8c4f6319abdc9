"""The oracle O_i of arXiv:2307.08045 as a phase oracle: compute, flip, uncompute."""

from functools import cached_property

import attrs
import numpy as np
from qualtran import QAny, Signature, bloq_example

from groverattn.bloqs.cirq_circuit import CirqByGates
from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.key_lookup import KeyLookup
from groverattn.bloqs.predicate import Predicate
from groverattn.bloqs.qrom import QROMLookup
from groverattn.bloqs.score import Score
from groverattn.bloqs.scores import AnyScore
from groverattn.bloqs.wires import Builder, Wire
from groverattn.problem.errors import InputError
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class PhaseOracle(CirqByGates):
    """|j> -> (-1)^[ <q, k_j> >= threshold and key j is live ] |j> for every index j < n.

    Load the word of key j, compare its score with the threshold, flip, undo. The predicate is computed from the stored
    keys; no list of marked keys enters the circuit. This is the oracle that the paper takes to cost O(d) on a QRAM.

    Attributes:
        lookup: how the keys are reached.
        score: the query and the threshold.

    Registers:
        selection: the index j.
    """

    lookup: KeyLookup
    score: AnyScore

    def __attrs_post_init__(self):
        table = self.lookup.table
        if (table.d_head, table.key_bits) != (len(self.score.query), self.score.key_bits):
            raise InputError(
                given=f"keys of {table.d_head} x {table.key_bits} bits and a query for "
                f"{len(self.score.query)} x {self.score.key_bits}",
                allowed="the same d_head and key_bits",
                why="the score reads the loaded key bit by bit",
                do="build both from one instance",
            )

    @cached_property
    def signature(self) -> Signature:
        return Signature([self.lookup.signature.get_left("selection")])

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        table = self.lookup.table
        while_scoring = table.index_bits + 1 + self.score.peak_qubits
        return max(self.lookup.peak_qubits, while_scoring, self.lookup.adjoint().peak_qubits)

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth of the schedule in which load, score, flip, unscore and unload follow each other."""
        return sum(part.toffoli_depth for part in self.parts)

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return sum(part.measurement_depth for part in self.parts)

    @property
    def parts(self) -> tuple[CostedGate, ...]:
        """What the oracle does, one after the other."""
        return self.lookup, self.score, Predicate(), self.score.adjoint(), self.lookup.adjoint()

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        loaded = bb.add_d(self.lookup, selection=selection)
        *key_bits, live = bb.split(loaded["word"])
        scored = bb.add_d(self.score, key=bb.join(np.array(key_bits), dtype=self.score.key_type))
        scored["marked"], live = bb.add_t(Predicate(), marked=scored["marked"], live=live)
        key = bb.add(self.score.adjoint(), **scored)
        word = bb.join(np.array([*bb.split(key), live]), dtype=QAny(self.lookup.table.word_bits))
        return {"selection": bb.add(self.lookup.adjoint(), **loaded | {"word": word})}

    def build_call_graph(self, ssa):
        parts = (self.lookup, self.lookup.adjoint(), self.score, self.score.adjoint(), Predicate())
        return dict.fromkeys(parts, 1)

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        return {"selection": selection}

    def is_marked(self, selection: int) -> bool:
        """Whether key `selection` is live and its score reaches the threshold, by plain arithmetic."""
        word = self.lookup.table.word(selection)
        offset = 1 << (self.score.key_bits - 1)
        digits = np.array(QAny(self.lookup.table.word_bits).to_bits(word)[:-1]).reshape(-1, self.score.key_bits)
        key = digits @ (1 << np.arange(self.score.key_bits)[::-1]) - offset
        reached = int(np.dot(np.array(self.score.query, dtype=object), key)) >= self.score.threshold
        return reached and bool(word & 1)

    def basis_state_phase(self, selection: int) -> complex:
        return -1.0 if self.is_marked(selection) else 1.0

    def adjoint(self) -> "PhaseOracle":
        return self


@bloq_example
def _phase_oracle() -> PhaseOracle:
    table = KeyTable.from_keys(np.array([[1, -2], [0, 1], [-1, 1], [1, 1], [0, -2]]), key_bits=2, found=[3])
    phase_oracle = PhaseOracle(QROMLookup(table), Score(query=(1, 1), threshold=1, key_bits=2))
    return phase_oracle
