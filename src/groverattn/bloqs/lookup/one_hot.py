"""One-hot encoding of a binary index: as many qubits as values, of which one is set."""

import math
from functools import cached_property

import attrs
import numpy as np
from qualtran import BQUInt, QAny, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Uncomputable, Wire
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS, LoadWord
from groverattn.problem.sizes import ceil_log2, take_turns


@attrs.frozen
class OneHot(Uncomputable):
    """|l> -> |l>|0..010..0> with a one at position l < n: n - 2 And in depth ceil(log2 n) - 1, undone by measurement.

    Each index qubit doubles the nodes of the one before it, node -> (node AND NOT bit, node AND bit), where both halves
    hold values below n. The And of a level share its index qubit.

    Attributes:
        n_hot: n, at least 2.
        address_copies: qubits that hold the index qubit of a level, itself among them; inf for one for each And. The
            And of a level take turns on them; one CNOT fan-out makes them, one undoes them after the level, and each
            wire serves one gate at a time. By default, None, the And of a level run at once on one index qubit, which
            is taken to cost nothing: gates that share only controls commute.

    Registers:
        selection: ceil(log2 n) qubits.
        hot: [right] n qubits, position 0 first.
    """

    n_hot: int
    address_copies: float | None = attrs.field(default=None, kw_only=True)

    @property
    def n_bits(self) -> int:
        """Qubits of the index."""
        return ceil_log2(self.n_hot)

    @cached_property
    def computing_signature(self) -> Signature:
        selection = Register("selection", BQUInt(self.n_bits, self.n_hot))
        return Signature([selection, Register("hot", QAny(self.n_hot), side=Side.RIGHT)])

    @property
    def n_copies(self) -> int:
        """Most copies of an index qubit at a time, without itself: those of the last level, of n / 2 And."""
        return take_turns(self.n_hot // 2, self.address_copies)[1] - 1

    @property
    def n_turns(self) -> int:
        """And on the longest path: the turns of all levels."""
        if self.address_copies in (None, math.inf):
            return self.n_bits - 1
        if self.address_copies == 1:
            # nothing is copied, so a level starts with the first And of the one before it
            return self.n_hot // 2 + self.n_bits - 2
        return sum(take_turns(self._doubled_at(level), self.address_copies)[0] for level in range(1, self.n_bits))

    @property
    def toffoli_depth(self) -> int:
        """The turns, which are undone without Toffolis."""
        return 0 if self.uncompute else self.n_turns

    @property
    def measurement_depth(self) -> int:
        """The turns, to compute or to undo."""
        return self.n_turns

    @property
    def fan_outs(self) -> int:
        """One to copy the index qubit of each level, and one to undo the copies."""
        return 2 * (self.n_bits - 1) if self.n_copies else 0

    @property
    def peak_qubits(self) -> int:
        """The index, all positions and the copies for the last level."""
        return self.n_bits + self.n_hot + self.n_copies

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        bits = list(bb.split(selection))
        low, high = bb.allocate(), bb.allocate()
        bits[0], high = bb.add_t(CNOT(), ctrl=bits[0], target=high)
        bits[0], low = bb.add_t(CNOT(), ctrl=bits[0], target=low)
        hot = [bb.add(XGate(), q=low), high]
        for level in range(1, self.n_bits):
            address = copied(bb, bits[level], take_turns(self._doubled_at(level), self.address_copies)[1])
            hot = self._double(bb, hot, address, level)
            bits[level] = uncopied(bb, address)
        selection = bb.join(np.array(bits), dtype=BQUInt(self.n_bits, self.n_hot))
        return {"selection": selection, "hot": bb.join(np.array(hot))}

    def _doubled_at(self, level: int) -> int:
        """Nodes of a level whose right half holds values below n."""
        half = 1 << (self.n_bits - level - 1)
        return (-(-self.n_hot // half)) // 2

    def _double(self, bb: Builder, nodes: list[Wire], address: list[Wire], level: int) -> list[Wire]:
        doubled: list[Wire] = []
        for i, left in enumerate(nodes):
            if i >= self._doubled_at(level):
                # the right half lies beyond the last value
                doubled.append(left)
                continue
            at = i % len(address)
            (left, address[at]), right = bb.add_t(And(), ctrl=[left, address[at]])
            right, left = bb.add_t(CNOT(), ctrl=right, target=left)
            doubled += [left, right]
        return doubled

    def build_call_graph(self, ssa):
        n_and = self.n_hot - 2
        nodes = {And(uncompute=self.uncompute): n_and} if n_and else {}
        return nodes | {CNOT(): n_and + 2 + 2 * self._copied_in_all, XGate(): 1}

    @property
    def _copied_in_all(self) -> int:
        """Copies that are made, of all levels."""
        if self.address_copies is None:
            return 0
        if self.address_copies == math.inf:
            return self.n_hot - 2 - (self.n_bits - 1)
        levels = range(1, self.n_bits)
        return sum(take_turns(self._doubled_at(level), self.address_copies)[1] - 1 for level in levels)

    def on_classical_vals(self, selection: int, hot: int = 0) -> dict[str, int]:
        expected = 1 << (self.n_hot - 1 - int(selection))
        if not self.uncompute:
            return {"selection": selection, "hot": expected}
        if hot != expected:
            raise ValueError(f"{hot=} is not that of {selection}: it cannot be uncomputed")
        return {"selection": selection}


def copied(bb: Builder, bit: Wire, number: int) -> list[Wire]:
    """Return a qubit and copies of it, `number` in all, made by one CNOT fan-out."""
    if number == 1:
        return [bit]
    bit, copies = bb.add_t(_fan_out(number), ctrl=bit, word=bb.allocate(number - 1))
    return [bit, *bb.split(copies)]


def uncopied(bb: Builder, wires: list[Wire]) -> Wire:
    """Undo `copied`, and return the qubit."""
    bit, *copies = wires
    if copies:
        bit, joined = bb.add_t(_fan_out(len(wires)), ctrl=bit, word=bb.join(np.array(copies)))
        bb.free(joined)
    return bit


def _fan_out(number: int) -> LoadWord:
    return LoadWord(number - 1, (1 << (number - 1)) - 1)


@bloq_example(generalizer=BESIDE_ROWS)
def _one_hot() -> OneHot:
    return OneHot(8)
