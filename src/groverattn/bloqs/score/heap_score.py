"""Circuit of a carry-save heap, whatever the heap adds up."""

import abc
from collections import Counter
from collections.abc import Iterable

import attrs
import numpy as np
from qualtran import Bloq, QAny, QBit
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import Builder, Wire
from groverattn.bloqs.score.full_adder import FullAdder
from groverattn.bloqs.score.heap_steps import Carry, Compress, Copy, Kinds, Known, ScoreHeap, Step
from groverattn.bloqs.score.key_score import KeyScore


@attrs.frozen
class HeapScore(KeyScore):
    """The sign of a carry-save sum, by the steps of a heap. A subclass says which `heap`.

    Attributes and registers: see KeyScore; `work` holds partial sums and carries.
    """

    @property
    @abc.abstractmethod
    def heap(self) -> ScoreHeap:
        """The steps of the circuit."""

    @property
    def work_bits(self) -> int:
        """Fresh qubits beside the sign."""
        return self.heap.n_wires - self.heap.n_key_wires - 1

    @property
    def toffoli_depth(self) -> int:
        """And gates on the longest path; undoing has none."""
        return 0 if self.uncompute else self.heap.toffoli_depth

    @property
    def measurement_depth(self) -> int:
        """And gates on the longest path, or measurements on that of undoing them."""
        return self.heap.undo_depth if self.uncompute else self.heap.toffoli_depth

    @property
    def peak_qubits(self) -> int:
        """The key and all fresh wires of the heap."""
        return self.heap.n_wires

    def build_composite_bloq(self, bb: Builder, key: Wire) -> dict[str, Wire]:
        wires = list(bb.split(key))
        for step in self.heap.steps:
            add_step(bb, wires, step)
        if self.heap.sign == len(wires):
            wires.append(bb.allocate(dtype=QBit()))
        marked = wires.pop(self.heap.sign)
        if self.heap.sign_negated:
            marked = bb.add(XGate(), q=marked)
        n_key = self.heap.n_key_wires
        out = {"key": bb.join(np.array(wires[:n_key]), dtype=self.key_type), "marked": marked}
        return out | ({"work": bb.join(np.array(wires[n_key:]), dtype=QAny(self.work_bits))} if self.work_bits else {})

    def build_call_graph(self, ssa):
        counts = gates_of(self.heap.kinds, self.uncompute)
        if self.heap.sign_negated:
            counts[XGate()] += 1
        return dict(counts)

    def values(self, key: int) -> tuple[int, int]:
        """Return `marked` and `work` of one key, by arithmetic on single bits."""
        bits = self.key_type.to_bits(key) + [0] * (self.work_bits + 1)
        run_steps(self.heap.steps, bits)
        marked = bits.pop(self.heap.sign) ^ self.heap.sign_negated
        work = bits[self.heap.n_key_wires :]
        return marked, QAny(self.work_bits).from_bits(work) if work else 0


def run_steps(steps: Iterable[Step], bits: list[int]) -> None:
    """Run steps on the bits of all wires, in place: plain arithmetic."""
    for step in steps:
        match step:
            case Known(target, value):
                bits[target] = value
            case Copy(source, target):
                bits[target] ^= bits[source]
            case Carry(a, b, carry, cv_a, cv_b):
                bits[carry] = int(bits[a] == cv_a and bits[b] == cv_b)
            case Compress(a, b, c, carry, cv_a, cv_b):
                bits[carry] = int(bits[a] ^ bits[c] == cv_a and bits[b] ^ bits[c] == cv_b) ^ bits[c]
                bits[c] ^= bits[a] ^ bits[b]


def gates_of(kinds: Kinds, uncompute: bool) -> Counter[Bloq]:
    """Return the bloqs of steps, counted by `kinds_of`; those of undoing them if `uncompute`."""
    counts: Counter[Bloq] = Counter()
    for (kind, values), number in kinds.items():
        if kind is Known:
            counts[XGate()] += number * values[0]
        elif kind is Copy:
            counts[CNOT()] += number
        else:
            counts[(And if kind is Carry else FullAdder)(*values, uncompute=uncompute)] += number
    return +counts


def add_step(bb: Builder, wires: list[Wire], step: Step) -> None:
    """Add one step to the circuit; a fresh wire is appended to `wires`."""
    match step:
        case Known(_, value):
            fresh = bb.allocate(dtype=QBit())
            wires.append(bb.add(XGate(), q=fresh) if value else fresh)
        case Copy(source, target):
            if target == len(wires):
                wires.append(bb.allocate(dtype=QBit()))
            wires[source], wires[target] = bb.add_t(CNOT(), ctrl=wires[source], target=wires[target])
        case Carry(a, b, _, cv_a, cv_b):
            (wires[a], wires[b]), carry = bb.add_t(And(cv_a, cv_b), ctrl=[wires[a], wires[b]])
            wires.append(carry)
        case Compress(a, b, c, _, cv_a, cv_b):
            wires[a], wires[b], wires[c], carry = bb.add_t(FullAdder(cv_a, cv_b), a=wires[a], b=wires[b], c=wires[c])
            wires.append(carry)


def undo_step(bb: Builder, wires: list[Wire], step: Step, n_before: int) -> None:
    """Add the inverse of the last step, before which there were `n_before` wires; one that it filled is given back."""
    match step:
        case Known(_, value):
            bb.free(bb.add(XGate(), q=wires.pop()) if value else wires.pop())
        case Copy(source, target):
            wires[source], wires[target] = bb.add_t(CNOT(), ctrl=wires[source], target=wires[target])
            if len(wires) > n_before:
                bb.free(wires.pop())
        case Carry(a, b, _, cv_a, cv_b):
            undo = And(cv_a, cv_b, uncompute=True)
            wires[a], wires[b] = bb.add(undo, ctrl=[wires[a], wires[b]], target=wires.pop())
        case Compress(a, b, c, _, cv_a, cv_b):
            undo = FullAdder(cv_a, cv_b, uncompute=True)
            wires[a], wires[b], wires[c] = bb.add_t(undo, a=wires[a], b=wires[b], c=wires[c], carry=wires.pop())
