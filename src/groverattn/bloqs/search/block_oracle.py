"""Phase oracle over blocks: the sign of a block is the parity of its marked keys."""

import math
from functools import cached_property

import attrs
import numpy as np
from qualtran import Bloq, BQUInt, CtrlSpec, QAny, QBit, Register, Signature, bloq_example
from qualtran.bloqs.mcmt.specialized_ctrl import get_ctrl_system_1bit_cv_from_bloqs

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Wire
from groverattn.bloqs.flat.cirq import CirqByGates
from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.kept_address import KeptAddress
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.score.key_score import KeyScore
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.phase_oracle import PhaseOracle, Predicate, check_sizes
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div, largest


@attrs.frozen
class BlockOracle(InSequence, CirqByGates):
    """|h> -> (-1)^(number of live keys of block h whose score reaches the threshold) |h> for every block h < N.

    The phases of the u keys of a block multiply, so each key is scored, flipped and unscored on its own: nothing is
    kept between them. Parity of a subset in one query: quant-ph/9706052. Two forms of the address:

    - a `KeyLookup` loads the words of all u keys side by side, once; one score workspace serves them in turn;
    - a `KeptAddress` stays while a few words at a time are loaded, scored side by side and unloaded by Clifford gates.

    Two marked keys in a block make the square of their phase, so no phase but -1 is a parity.

    Attributes:
        lookup: how the keys are reached: `keys_per_word` of its table is u.
        score: the query and the threshold.
        controlled_flip: flip only if the qubit `ctrl` is one, at u And more.
        angle: of a marked key's phase, in radians; another one than pi only if u = 1.

    Registers:
        ctrl: only if `controlled_flip`.
        selection: the number of the block, h.

    Raises:
        InputError: keys and query of other sizes, or an angle with several keys per block.
    """

    lookup: KeyLookup
    score: KeyScore
    controlled_flip: bool = attrs.field(default=False, kw_only=True)
    angle: float = attrs.field(default=math.pi, kw_only=True)

    def __attrs_post_init__(self):
        table = self.lookup.table
        check_sizes(table, self.score)
        if table.keys_per_word != 1 and self.angle != math.pi:
            raise InputError(
                given=f"the angle {self.angle:g} with {table.keys_per_word} keys in a block",
                allowed="the angle pi, or one key in a block",
                why="two marked keys in a block make the square of the phase of one, which is no phase 1",
                do="search with plain runs alone, as the methods unknown and posterior do over blocks",
            )

    @cached_property
    def signature(self) -> Signature:
        ctrl = [Register("ctrl", QBit())] if self.controlled_flip else []
        table = self.lookup.table
        return Signature([*ctrl, Register("selection", BQUInt(table.index_bits, table.n_keys))])

    @property
    def keys_per_query(self) -> int:
        """Keys that a call tests, u."""
        return self.lookup.table.keys_per_word

    @property
    def predicate(self) -> Predicate:
        """The flip of one key."""
        return Predicate(self.controlled_flip, angle=self.angle)

    @property
    def external_calls(self) -> int:
        """Calls of a memory outside the circuit."""
        return self.lookup.external_calls + getattr(self.lookup.adjoint(), "external_calls", 0)

    @property
    def loads(self) -> tuple[tuple[Bloq, int], ...]:
        """What brings the words in."""
        if isinstance(self.lookup, KeptAddress):
            return (self.lookup.address, 1), *self.lookup.passes
        return ((self.lookup, 1),)

    @property
    def unloads(self) -> tuple[tuple[Bloq, int], ...]:
        """What takes them out."""
        return tuple((part.adjoint(), times) for part, times in reversed(self.loads))

    @property
    def scores(self) -> tuple[tuple[Bloq, int], ...]:
        """The scores, done and undone."""
        return (self.score, self.keys_per_query), (self.score.adjoint(), self.keys_per_query)

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """All of it; the order is that of `build_composite_bloq`."""
        return *self.loads, *self.scores, (self.predicate, self.keys_per_query), *self.unloads

    @property
    def _side_by_side(self) -> int:
        """Words that are scored at the same time."""
        return self.lookup.words_at_once if isinstance(self.lookup, KeptAddress) else 1

    @property
    def toffoli_depth(self) -> int:
        """Toffoli depth; words scored side by side take the time of one, but share a control of their flips."""
        return self._depth("toffoli_depth")

    @property
    def measurement_depth(self) -> int:
        """That of the same schedule."""
        return self._depth("measurement_depth")

    @property
    def turns(self) -> int:
        """Scores that wait for each other: as many as there are not side by side."""
        return ceil_div(self.keys_per_query, self._side_by_side)

    @property
    def flips_in_turn(self) -> int:
        """Flips that wait for each other; words scored side by side share a control, if there is one."""
        return self.keys_per_query if self.controlled_flip else self.turns

    def _depth(self, name: str) -> int:
        tested = sum(getattr(part, name) for part in (self.score, self.score.adjoint()))
        moved = sum(times * getattr(part, name) for part, times in (*self.loads, *self.unloads))
        return moved + self.turns * tested + self.flips_in_turn * getattr(self.predicate, name)

    @property
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""
        if isinstance(self.lookup, KeptAddress):
            return self.loaded_qubits
        return largest(self.loaded_qubits, int(self.controlled_flip) + self.lookup.adjoint().peak_qubits)

    @property
    def loaded_qubits(self) -> int:
        """The same before the words are taken out."""
        table = self.lookup.table
        scored = sum(reg.total_bits() for reg in self.score.signature.rights())
        key_bits = table.d_head * table.key_bits
        workspace = largest(self.score.peak_qubits, scored + self.predicate.phase.n_ands) - key_bits
        ctrl = int(self.controlled_flip)
        if isinstance(self.lookup, KeptAddress):
            together = self._side_by_side
            while_scored = table.index_bits + table.n_keys + together * (key_bits + 1 + workspace)
            return ctrl + largest(while_scored, self.lookup.address.peak_qubits)
        while_scored = table.index_bits + self.lookup.kept_bits + table.word_bits + workspace
        return ctrl + largest(self.lookup.peak_qubits, while_scored)

    def build_composite_bloq(self, bb: Builder, selection: Wire, **ctrl: Wire) -> dict[str, Wire]:
        if not isinstance(self.lookup, KeptAddress):
            loaded = bb.add_d(self.lookup, selection=selection)
            loaded["word"], ctrl = self._test(bb, loaded["word"], 1, self.keys_per_query, ctrl)
            return ctrl | {"selection": bb.add(self.lookup.adjoint(), **loaded)}
        addressed = bb.add_d(self.lookup.address, selection=selection)
        for load in (load for load, times in self.lookup.passes for _ in range(times)):
            loaded = bb.add_d(load, hot=addressed["hot"])
            together = load.table.keys_per_word
            loaded["word"], ctrl = self._test(bb, loaded["word"], together, together, ctrl)
            addressed["hot"] = bb.add(load.adjoint(), **loaded)
        return ctrl | {"selection": bb.add(self.lookup.address.adjoint(), **addressed)}

    def _test(
        self, bb: Builder, word: Wire, together: int, number: int, ctrl: dict[str, Wire]
    ) -> tuple[Wire, dict[str, Wire]]:
        """Score, flip and unscore the keys of a word, some at a time."""
        keys = np.array(bb.split(word)).reshape(number, -1)
        for first in range(0, number, together):
            at = range(first, min(first + together, number))
            scored = [bb.add_d(self.score, key=bb.join(np.array(keys[i][:-1]), dtype=self.score.key_type)) for i in at]
            for i, one in zip(at, scored, strict=True):
                flipped = bb.add_d(self.predicate, marked=one["marked"], live=keys[i][-1], **ctrl)
                one["marked"], keys[i][-1] = flipped.pop("marked"), flipped.pop("live")
                ctrl = flipped
            for i, one in zip(at, scored, strict=True):
                keys[i][:-1] = bb.split(bb.add(self.score.adjoint(), **one))
        bits = keys.ravel()
        return bb.join(bits, dtype=QAny(len(bits))), ctrl

    def get_ctrl_system(self, ctrl_spec: CtrlSpec):
        """One positive control goes to the flips alone; others are reduced to one by Qualtran."""
        return get_ctrl_system_1bit_cv_from_bloqs(
            self,
            ctrl_spec,
            current_ctrl_bit=1 if self.controlled_flip else None,
            bloq_with_ctrl=attrs.evolve(self, controlled_flip=True),
            ctrl_reg_name="ctrl",
        )

    def on_classical_vals(self, selection: int, **ctrl: int) -> dict[str, int]:
        return ctrl | {"selection": selection}

    def n_marked(self, selection: int) -> int:
        """Number of live keys of a block whose scores reach the threshold, by plain arithmetic."""
        word, key_bits = self.lookup.table.word(selection), self.lookup.table.word_bits // self.keys_per_query
        marked = 0
        for _ in range(self.keys_per_query):
            word, one = divmod(word, 1 << key_bits)
            key, live = divmod(one, 2)
            marked += live and self.score.reaches(key)
        return marked

    def is_marked(self, selection: int) -> bool:
        """Whether this number is odd."""
        return self.n_marked(selection) % 2 == 1

    def basis_state_phase(self, selection: int, ctrl: int = 1) -> complex:
        """The phase that the circuit gives, its global phase included."""
        controls = {"ctrl": ctrl} if self.controlled_flip else {}
        marked, number = self.n_marked(selection), self.keys_per_query
        flip = [self.predicate.basis_state_phase(**controls, marked=bit, live=1) for bit in (0, 1)]
        return flip[1] ** marked * flip[0] ** (number - marked)

    def adjoint(self) -> "BlockOracle":
        return attrs.evolve(self, angle=self.predicate.adjoint().angle)

    def __str__(self) -> str:
        return f"BlockOracle({self.lookup.table.n_keys}, {self.keys_per_query})"


def oracle_of(
    data_access: str,
    table: KeyTable,
    score: KeyScore,
    *,
    keys_per_query: int = 1,
    words_at_once: int = 1,
    block: int | None = None,
    unload: str = "measured",
    control_copies: float | None = None,
) -> PhaseOracle | BlockOracle:
    """Return the phase oracle of some keys.

    Args:
        data_access: how the keys are reached, a name in `DATA_ACCESSES`.
        table: the keys, or a table of blocks.
        score: the query and the threshold.
        keys_per_query: keys that a call tests, u; the keys stand in the blocks in their order.
        words_at_once: with a kept address, words that are loaded and scored side by side.
        block, unload, control_copies: see `key_lookup`.

    Raises:
        InputError: an unknown data access, a form that it does not have, several words at once without a kept address,
            or sizes that do not fit.

    >>> score = Score(query=(3, -1), threshold=2, key_bits=4)
    >>> oracle = oracle_of("one-hot", KeyTable(1024, 2, 4), score, keys_per_query=4)
    >>> oracle.signature.n_qubits()
    8
    """
    blocks = table if keys_per_query == 1 else table.in_blocks(keys_per_query)
    lookup = key_lookup(data_access, blocks, block=block, unload=unload, control_copies=control_copies)
    if isinstance(lookup, KeptAddress):
        lookup = attrs.evolve(lookup, words_at_once=words_at_once)
    elif words_at_once != 1:
        raise InputError(
            given=f"{words_at_once} words at once with the data access {data_access}",
            allowed="with one-hot",
            why="other accesses load all words of a block side by side, once",
            do="leave --words-at-once out, or take --data-access one-hot",
        )
    return PhaseOracle(lookup, score) if blocks.keys_per_word == 1 else BlockOracle(lookup, score)


@bloq_example(generalizer=BOOKKEEPING)
def _block_oracle() -> BlockOracle:
    keys = np.array([[1, -2], [0, 1], [-1, 1], [1, 1], [0, -2], [1, 0], [1, 1]])
    table = KeyTable.from_keys(keys, key_bits=2, found=[3]).in_blocks(2)
    return BlockOracle(KeptAddress(table), Score(query=(1, 1), threshold=1, key_bits=2))
