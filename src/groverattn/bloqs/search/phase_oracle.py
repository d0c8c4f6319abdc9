"""Phase oracle O_i of arXiv:2307.08045, and the predicate in it: compute, flip, uncompute."""

import math
from functools import cached_property

import attrs
import numpy as np
from qualtran import Bloq, CtrlSpec, QAny, QBit, Register, Signature, bloq_example
from qualtran.bloqs.mcmt.specialized_ctrl import get_ctrl_system_1bit_cv_from_bloqs

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Wire
from groverattn.bloqs.flat.cirq import CirqByGates
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.phase_on_ones import PhaseOnOnes
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class Predicate(InSequence):
    """Phase -1 iff the score reaches the threshold and the key is live, that is, was not found before: one CZ.

    Controlled, it takes one And more. Nothing else of an oracle has to be controlled: what is computed is undone. A
    phase of another angle than pi takes one And more and a rotation; its global phase is that of PhaseOnOnes.

    Attributes:
        has_ctrl: act only if the qubit `ctrl` is one.
        angle: of the phase, in radians.

    Registers:
        ctrl: only if `has_ctrl`.
        marked: [ score >= threshold ], from Score.
        live: the last bit of the loaded word.
    """

    has_ctrl: bool = False
    angle: float = attrs.field(default=math.pi, kw_only=True)

    @cached_property
    def signature(self) -> Signature:
        return Signature.build(ctrl=int(self.has_ctrl), marked=1, live=1)

    @property
    def phase(self) -> PhaseOnOnes:
        """The phase on all of its qubits."""
        return PhaseOnOnes(2 + self.has_ctrl, angle=self.angle)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The phase alone."""
        return ((self.phase, 1),)

    def build_composite_bloq(self, bb: Builder, marked: Wire, live: Wire, **ctrl: Wire) -> dict[str, Wire]:
        *ctrls, live, marked = bb.add(self.phase, bits=np.array([*ctrl.values(), live, marked]))
        return dict(zip(ctrl, ctrls, strict=True)) | {"marked": marked, "live": live}

    def on_classical_vals(self, **values: int) -> dict[str, int]:
        return values

    def basis_state_phase(self, **values: int) -> complex:
        return self.phase.basis_state_phase(np.array(list(values.values())))

    def adjoint(self) -> "Predicate":
        return attrs.evolve(self, angle=self.phase.adjoint().angle)


@attrs.frozen
class PhaseOracle(InSequence, CirqByGates):
    """|j> -> (-1)^[ <q, k_j> >= threshold and key j is live ] |j> for every index j < n.

    Load the word of key j, compare its score with the threshold, flip, undo. The predicate is computed from the stored
    keys; no list of marked keys enters the circuit. This is the oracle that the paper takes to cost O(d) on a QRAM.
    Fixed-point search asks for the phase e^{i angle} in place of the sign, up to the global phase of PhaseOnOnes.

    Attributes:
        lookup: how the keys are reached.
        score: the query and the threshold.
        controlled_flip: flip only if the qubit `ctrl` is one; `.controlled()` makes this of an oracle, at one And more.
        angle: of a marked key's phase, in radians; any but pi takes one And more and a rotation.

    Registers:
        ctrl: only if `controlled_flip`.
        selection: the index j.
    """

    lookup: KeyLookup
    score: KeyScore
    controlled_flip: bool = attrs.field(default=False, kw_only=True)
    angle: float = attrs.field(default=math.pi, kw_only=True)

    def __attrs_post_init__(self):
        check_sizes(self.lookup.table, self.score)

    @cached_property
    def signature(self) -> Signature:
        ctrl = [Register("ctrl", QBit())] if self.controlled_flip else []
        return Signature([*ctrl, self.lookup.signature.get_left("selection")])

    @property
    def predicate(self) -> Predicate:
        """The flip."""
        return Predicate(self.controlled_flip, angle=self.angle)

    @property
    def external_calls(self) -> int:
        """Calls of a memory outside the circuit."""
        return self.lookup.external_calls + getattr(self.lookup.adjoint(), "external_calls", 0)

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        return max(self.loaded_qubits, int(self.controlled_flip) + self.lookup.adjoint().peak_qubits)

    @property
    def loaded_qubits(self) -> int:
        """The same before the word is taken out."""
        table = self.lookup.table
        scored = sum(reg.total_bits() for reg in self.score.signature.rights())
        while_flipping = scored + self.predicate.phase.n_ands
        after_load = table.index_bits + self.lookup.kept_bits + 1 + max(self.score.peak_qubits, while_flipping)
        return int(self.controlled_flip) + max(self.lookup.peak_qubits, after_load)

    @property
    def loads(self) -> tuple[tuple[Bloq, int], ...]:
        """What brings the word in."""
        return ((self.lookup, 1),)

    @property
    def unloads(self) -> tuple[tuple[Bloq, int], ...]:
        """What takes it out."""
        return ((self.lookup.adjoint(), 1),)

    @property
    def scores(self) -> tuple[tuple[Bloq, int], ...]:
        """The score, done and undone."""
        return (self.score, 1), (self.score.adjoint(), 1)

    @property
    def turns(self) -> int:
        """Scores that wait for each other."""
        return 1

    @property
    def flips_in_turn(self) -> int:
        """Flips that wait for each other."""
        return 1

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """Load, score, flip, unscore, unload."""
        score, unscore = self.scores
        return *self.loads, score, (self.predicate, 1), unscore, *self.unloads

    def build_composite_bloq(self, bb: Builder, selection: Wire, **ctrl: Wire) -> dict[str, Wire]:
        loaded = bb.add_d(self.lookup, selection=selection)
        *key_bits, live = bb.split(loaded["word"])
        scored = bb.add_d(self.score, key=bb.join(np.array(key_bits), dtype=self.score.key_type))
        flipped = bb.add_d(self.predicate, marked=scored["marked"], live=live, **ctrl)
        scored["marked"], live = flipped.pop("marked"), flipped.pop("live")
        key = bb.add(self.score.adjoint(), **scored)
        word = bb.join(np.array([*bb.split(key), live]), dtype=QAny(self.lookup.table.word_bits))
        return flipped | {"selection": bb.add(self.lookup.adjoint(), **loaded | {"word": word})}

    def get_ctrl_system(self, ctrl_spec: CtrlSpec):
        """One positive control goes to the flip alone; others are reduced to one by Qualtran."""
        return get_ctrl_system_1bit_cv_from_bloqs(
            self,
            ctrl_spec,
            current_ctrl_bit=1 if self.controlled_flip else None,
            bloq_with_ctrl=attrs.evolve(self, controlled_flip=True),
            ctrl_reg_name="ctrl",
        )

    def on_classical_vals(self, selection: int, **ctrl: int) -> dict[str, int]:
        return ctrl | {"selection": selection}

    def is_marked(self, selection: int) -> bool:
        """Whether key `selection` is live and its score reaches the threshold, by plain arithmetic."""
        key, live = divmod(self.lookup.table.word(selection), 2)
        return bool(live) and self.score.reaches(key)

    def basis_state_phase(self, selection: int, ctrl: int = 1) -> complex:
        """The phase that the circuit gives, its global phase included."""
        controls = {"ctrl": ctrl} if self.controlled_flip else {}
        return self.predicate.basis_state_phase(**controls, marked=self.is_marked(selection), live=1)

    def adjoint(self) -> "PhaseOracle":
        return attrs.evolve(self, angle=self.predicate.adjoint().angle)


def check_sizes(table: KeyTable, score: KeyScore) -> None:
    """Raise InputError unless keys and query have the same sizes."""
    if (table.d_head, table.key_bits) != (len(score.query), score.key_bits):
        raise InputError(
            given=f"keys of {table.d_head} x {table.key_bits} bits and a query for "
            f"{len(score.query)} x {score.key_bits}",
            allowed="the same d_head and key_bits",
            why="the score reads the loaded key bit by bit",
            do="build both from one instance",
        )


@bloq_example(generalizer=BOOKKEEPING)
def _predicate() -> Predicate:
    return Predicate()


@bloq_example(generalizer=BOOKKEEPING)
def _phase_oracle() -> PhaseOracle:
    table = KeyTable.from_keys(np.array([[1, -2], [0, 1], [-1, 1], [1, 1], [0, -2]]), key_bits=2, found=[3])
    return PhaseOracle(QROMLookup(table), Score(query=(1, 1), threshold=1, key_bits=2))
