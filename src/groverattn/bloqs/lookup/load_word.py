"""Row of a lookup: XOR a known word into a register under one control."""

import functools

import attrs
import numpy as np
from qualtran import Bloq, QAny, QBit, Register, Signature, bloq_example
from qualtran.bloqs.basic_gates import CNOT

from groverattn.bloqs.costed import BOOKKEEPING, Builder, CostedGate, Wire
from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import Flattening, WiresOf, write_gates


def _without_rows(bloq: Bloq) -> Bloq | None:
    return None if isinstance(bloq, LoadWord | CNOT) else bloq


BESIDE_ROWS = (*BOOKKEEPING, _without_rows)
"""What the `bloq_example` of a lookup leaves out: rows too, whose CNOTs its call graph states as one number.

One row of the call graph for each key would take n of them, and a table of sizes alone has none. That the CNOTs add up
is tested at the bottom of both call graphs.
"""


@functools.lru_cache(maxsize=64)
def _signature(word_bits: int) -> Signature:
    """One for all rows of a table."""
    return Signature([Register("ctrl", QBit()), Register("word", QAny(word_bits))])


@attrs.frozen
class LoadWord(CostedGate):
    """|c>|x> -> |c>|x XOR (c word)>: a CNOT with one control and as many targets as the word has ones.

    Qualtran's controlled XorK decomposes to the same CNOTs one graph node each; a lookup has n of these, so the row is
    a bloq of its own that a simulator may run in one step.

    Registers:
        ctrl: the control qubit.
        word: `word_bits` qubits, most significant first.

    >>> LoadWord(word_bits=3, word=0b101).call_classically(ctrl=1, word=0b110)
    (1, 3)
    """

    word_bits: int
    word: int

    @property
    def signature(self) -> Signature:
        return _signature(self.word_bits)

    @property
    def targets(self) -> tuple[int, ...]:
        """Positions of the ones of the word, counted from the most significant bit; not kept: 18 bytes for each bit."""
        n_bytes = -(-self.word_bits // 8)
        bits = np.unpackbits(np.frombuffer(self.word.to_bytes(n_bytes, "big"), dtype=np.uint8))
        return tuple(np.flatnonzero(bits[8 * n_bytes - self.word_bits :]).tolist())

    @property
    def fan_outs(self) -> int:
        """One, whatever the word is."""
        return 1

    def build_composite_bloq(self, bb: Builder, ctrl: Wire, word: Wire) -> dict[str, Wire]:
        bits = bb.split(word)
        for i in self.targets:
            ctrl, bits[i] = bb.add_t(CNOT(), ctrl=ctrl, target=bits[i])
        return {"ctrl": ctrl, "word": bb.join(bits, dtype=QAny(self.word_bits))}

    def build_call_graph(self, ssa):
        return {CNOT(): self.word.bit_count()} if self.word else {}

    def on_classical_vals(self, ctrl: int, word: int) -> dict[str, int]:
        return {"ctrl": ctrl, "word": word ^ self.word if ctrl else word}

    def adjoint(self) -> "LoadWord":
        return self

    def __str__(self) -> str:
        return f"LoadWord({self.word_bits})"


@bloq_example(generalizer=BOOKKEEPING)
def _load_word() -> LoadWord:
    return LoadWord(word_bits=6, word=0b101101)


@write_gates.register
def _(bloq: LoadWord, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    word = inputs["word", ()]
    if bloq.word:
        flattening.add(Op.CNOT, inputs["ctrl", ()] + tuple(map(word.__getitem__, bloq.targets)))
    return inputs
