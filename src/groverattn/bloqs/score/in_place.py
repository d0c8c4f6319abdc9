"""Score in one accumulator: few qubits, many Toffolis."""

import functools
from collections import Counter
from functools import cached_property

import attrs
import numpy as np
from qualtran import Bloq, QAny, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT, XGate
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import BOOKKEEPING, Builder, InSequence, Uncomputable, Wire
from groverattn.bloqs.score.heap import sign_width, signed_digits
from groverattn.bloqs.score.key_score import KeyScore


@attrs.frozen
class AddInto(Uncomputable):
    """|x>|y> -> |x>|y + x mod 2^n> with n - 1 And (Gidney, arXiv:1709.06648, Fig. 1); read backwards it subtracts.

    Attributes:
        n_x: bits of x, at most those of y.
        n_y: bits n of y.

    Registers:
        x: the addend.
        y: the sum.
    """

    n_x: int
    n_y: int

    @cached_property
    def computing_signature(self) -> Signature:
        return Signature([Register("x", QAny(self.n_x)), Register("y", QAny(self.n_y))])

    @property
    def toffoli_depth(self) -> int:
        """The ripple of carries."""
        return self.n_y - 1

    @property
    def measurement_depth(self) -> int:
        """The ripple up and down."""
        return 2 * (self.n_y - 1)

    @property
    def peak_qubits(self) -> int:
        """Both registers and all carries."""
        return self.n_x + 2 * self.n_y - 1

    def build_composite_bloq(self, bb: Builder, x: Wire, y: Wire) -> dict[str, Wire]:
        xs, ys = bb.split(x)[::-1], bb.split(y)[::-1]
        carries: list[Wire] = []
        for i in range(self.n_y - 1):
            carries.append(self._carry(bb, xs, ys, carries, i))
        top = self.n_y - 1
        if top < self.n_x:
            xs[top], ys[top] = bb.add_t(CNOT(), ctrl=xs[top], target=ys[top])
        if carries:
            carries[-1], ys[top] = bb.add_t(CNOT(), ctrl=carries[-1], target=ys[top])
        for i in reversed(range(self.n_y - 1)):
            self._sum(bb, xs, ys, carries, i)
        return {"x": bb.join(xs[::-1]), "y": bb.join(ys[::-1])}

    def _carry(self, bb: Builder, xs: Wire, ys: Wire, carries: list[Wire], i: int) -> Wire:
        """Carry out of bit i; bits of x and y that met a carry stay XORed with it."""
        if i == 0:
            (xs[0], ys[0]), carry = bb.add_t(And(), ctrl=[xs[0], ys[0]])
            return carry
        if i >= self.n_x:
            (carries[-1], ys[i]), carry = bb.add_t(And(), ctrl=[carries[-1], ys[i]])
            return carry
        for bits in (xs, ys):
            carries[-1], bits[i] = bb.add_t(CNOT(), ctrl=carries[-1], target=bits[i])
        (xs[i], ys[i]), carry = bb.add_t(And(), ctrl=[xs[i], ys[i]])
        carries[-1], carry = bb.add_t(CNOT(), ctrl=carries[-1], target=carry)
        return carry

    def _sum(self, bb: Builder, xs: Wire, ys: Wire, carries: list[Wire], i: int) -> None:
        """Undo the carry out of bit i and leave the sum in y."""
        carry, undo = carries.pop(), And(uncompute=True)
        if i == 0:
            xs[0], ys[0] = bb.add(undo, ctrl=[xs[0], ys[0]], target=carry)
            xs[0], ys[0] = bb.add_t(CNOT(), ctrl=xs[0], target=ys[0])
        elif i >= self.n_x:
            carries[-1], ys[i] = bb.add(undo, ctrl=[carries[-1], ys[i]], target=carry)
            carries[-1], ys[i] = bb.add_t(CNOT(), ctrl=carries[-1], target=ys[i])
        else:
            carries[-1], carry = bb.add_t(CNOT(), ctrl=carries[-1], target=carry)
            xs[i], ys[i] = bb.add(undo, ctrl=[xs[i], ys[i]], target=carry)
            carries[-1], xs[i] = bb.add_t(CNOT(), ctrl=carries[-1], target=xs[i])
            xs[i], ys[i] = bb.add_t(CNOT(), ctrl=xs[i], target=ys[i])

    def build_call_graph(self, ssa):
        n_and = self.n_y - 1
        in_both = min(self.n_x, n_and) - 1 if n_and else 0  # bits of x and y that meet a carry below the top
        above = max(n_and - self.n_x, 0)
        cnots = (1 + 6 * in_both + above if n_and else 0) + int(self.n_x >= self.n_y) + int(n_and > 0)
        gates = {And(): n_and, And().adjoint(): n_and} if n_and else {}
        return gates | {CNOT(): cnots}

    def on_classical_vals(self, x: int, y: int) -> dict[str, int]:
        return {"x": x, "y": (y + (-x if self.uncompute else x)) % (1 << self.n_y)}


@attrs.frozen
class InPlaceScore(InSequence, KeyScore):
    """The sign bit of one accumulator of about 20 qubits, where the heap of `Score` takes some thousand.

    Every signed digit of -query_m adds or subtracts component m, shifted, by an in-place adder. Undoing it takes the
    additions a second time, because an in-place sum leaves nothing to measure.

    Attributes and registers: see KeyScore; `work` holds the lower bits of the accumulator.
    """

    @cached_property
    def width(self) -> int:
        """Bits of the accumulator."""
        return sign_width(self.query, self.threshold, self.key_bits)

    @property
    def constant(self) -> int:
        """Where the accumulator starts: threshold - 1, and what the keys' offset binary leaves."""
        return (self.threshold - 1 + (sum(self.query) << (self.key_bits - 1))) % (1 << self.width)

    @cached_property
    def terms(self) -> tuple[tuple[int, int, int], ...]:
        """(component, shift, digit) of each addition that reaches the accumulator."""
        return _terms(self.query, self.width)

    def adder(self, shift: int) -> AddInto:
        """The addition at a shift; beyond the sign bit the sum wraps around."""
        return _adder(self.key_bits, self.width, shift)

    @property
    def work_bits(self) -> int:
        """The accumulator but for its sign."""
        return self.width - 1

    @property
    def parts(self) -> tuple[tuple[Bloq, int], ...]:
        """The additions, which follow each other; those of the same width are named once."""
        return _additions(self.query, self.width, self.key_bits)

    @property
    def peak_qubits(self) -> int:
        """Key, accumulator and the carries of the widest addition."""
        adders = _additions(self.query, self.width, self.key_bits)
        carries = max((adder.n_y - 1 for adder, _ in adders), default=0)
        return self.key_type.num_qubits + self.width + carries

    def build_composite_bloq(self, bb: Builder, key: Wire) -> dict[str, Wire]:
        wires = bb.split(key).reshape(len(self.query), self.key_bits)
        total = bb.split(bb.allocate(self.width))
        for i in np.flatnonzero(QAny(self.width).to_bits(self.constant)):
            total[i] = bb.add(XGate(), q=total[i])
        for m, shift, digit in self.terms:
            self._add(bb, wires[m], total[: self.width - shift], shift, digit)
        out = {"key": bb.join(wires.reshape(-1)), "marked": total[0]}
        return out | ({"work": bb.join(total[1:])} if self.width > 1 else {})

    def _add(self, bb: Builder, component: Wire, total: Wire, shift: int, digit: int) -> None:
        """total += digit * component, in place; minus is plus between complements."""
        adder = self.adder(shift)
        low = component[self.key_bits - adder.n_x :]
        for _ in range(digit < 0):
            total[:] = [bb.add(XGate(), q=bit) for bit in total]
        x, y = bb.add_t(adder, x=bb.join(np.array(low)), y=bb.join(np.array(total)))
        low[:], total[:] = bb.split(x), bb.split(y)
        for _ in range(digit < 0):
            total[:] = [bb.add(XGate(), q=bit) for bit in total]

    def build_call_graph(self, ssa):
        flips = self.constant.bit_count() + sum(2 * (self.width - shift) for _, shift, digit in self.terms if digit < 0)
        return super().build_call_graph(ssa) | ({XGate(): flips} if flips else {})

    def values(self, key: int) -> tuple[int, int]:
        """Return `marked` and `work` of one key: the sign and the rest of constant - sum of products."""
        bits = np.array(self.key_type.to_bits(key)).reshape(len(self.query), self.key_bits)
        components = (bits @ (1 << np.arange(self.key_bits)[::-1])).tolist()
        products = sum(q * k for q, k in zip(self.query, components, strict=True))
        total = (self.constant - products) % (1 << self.width)
        return divmod(total, 1 << self.work_bits)


def _adder(key_bits: int, width: int, shift: int) -> AddInto:
    return AddInto(min(key_bits, width - shift), width - shift)


# A score and its adjoint, at every size of the table, ask for the same.
@functools.lru_cache(maxsize=256)
def _terms(query: tuple[int, ...], width: int) -> tuple[tuple[int, int, int], ...]:
    digits = ((m, *digit) for m, factor in enumerate(query) for digit in signed_digits(-factor))
    return tuple(term for term in digits if term[1] < width)


@functools.lru_cache(maxsize=256)
def _additions(query: tuple[int, ...], width: int, key_bits: int) -> tuple[tuple[AddInto, int], ...]:
    return tuple(Counter(_adder(key_bits, width, shift) for _, shift, _ in _terms(query, width)).items())


@bloq_example(generalizer=BOOKKEEPING)
def _add_into() -> AddInto:
    return AddInto(3, 6)


@bloq_example(generalizer=BOOKKEEPING)
def _in_place_score() -> InPlaceScore:
    return InPlaceScore(query=(3, -1, 2), threshold=2, key_bits=3)
