"""Correction of the phases that measuring a loaded word leaves: a lookup of one bit, chosen by the outcome."""

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import BQUInt, CBit, DecomposeTypeError, QAny, QBit, Register, Side, Signature, bloq_example
from qualtran.bloqs.basic_gates import XGate
from qualtran.resource_counting import CostKey, GateCounts, QECGatesCost

from groverattn.bloqs.costed import BOOKKEEPING, Builder, CostedGate, Wire
from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import Flattening, WiresOf, write_gates
from groverattn.bloqs.lookup.block_contents import BlockContents, best_row
from groverattn.bloqs.lookup.one_hot import OneHot
from groverattn.bloqs.lookup.unary_iteration import unary_iteration, unary_iteration_gates
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div, largest, log2_of_power


@attrs.frozen
class FixupTable(CostedGate):
    """The classical part: which indices received the phase -1, from the outcome and the classically known contents.

    No gate, but about n * word_bits / 2 bit operations of the control computer for every unload.

    Registers:
        outcome: [left, classical] X-basis outcomes of the block's qubits.
        rows: [right, classical] one bit for each index, in rows of `row_bits`.
    """

    contents: BlockContents
    row_bits: int

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return ceil_div(self.contents.table.n_keys, self.row_bits)

    @cached_property
    def signature(self) -> Signature:
        outcome = Register("outcome", CBit(), (self.contents.n_bits,), Side.LEFT)
        return Signature([outcome, Register("rows", CBit(), (self.n_rows, self.row_bits), Side.RIGHT)])

    def decompose_bloq(self):
        raise DecomposeTypeError(f"{self} is a classical computation")

    def my_static_costs(self, cost_key: CostKey):
        return GateCounts() if isinstance(cost_key, QECGatesCost) else super().my_static_costs(cost_key)

    def on_classical_vals(self, outcome: NDArray) -> dict[str, NDArray]:
        rows = np.zeros(self.n_rows * self.row_bits, dtype=np.uint8)
        rows[: self.contents.table.n_keys] = self.contents.parities(np.asarray(outcome, dtype=np.uint8))
        return {"rows": rows.reshape(self.n_rows, self.row_bits)}

    def __str__(self) -> str:
        return f"FixupTable({self.n_rows}, {self.row_bits})"


@attrs.frozen
class FixupRow(CostedGate):
    """CZ between the control and each one-hot qubit whose bit in the row is one, by Op.CONDITIONAL_CZ.

    Counted as `row_bits` Clifford gates whatever the bits are.

    Registers:
        row: [left, classical] the bits.
        ctrl: one iff the index lies in this row.
        hot: one-hot position within the row.
    """

    row_bits: int

    @cached_property
    def signature(self) -> Signature:
        row = Register("row", CBit(), (self.row_bits,), Side.LEFT)
        return Signature([row, Register("ctrl", QBit()), Register("hot", QAny(self.row_bits))])

    @property
    def fan_outs(self) -> int:
        """One: a Z of the control and a parity of the others."""
        return 1

    def decompose_bloq(self):
        raise DecomposeTypeError(f"{self} is a gate")

    def my_static_costs(self, cost_key: CostKey):
        is_gates = isinstance(cost_key, QECGatesCost)
        return GateCounts(clifford=self.row_bits) if is_gates else super().my_static_costs(cost_key)

    def on_classical_vals(self, row: NDArray, ctrl: int, hot: int) -> dict[str, int]:
        return {"ctrl": ctrl, "hot": hot}

    def basis_state_phase(self, row: NDArray, ctrl: int, hot: int) -> complex:
        both = np.dot(np.asarray(row, dtype=int), QAny(self.row_bits).to_bits(hot))
        return -1.0 if ctrl and both % 2 else 1.0


@attrs.frozen
class PhaseFixup(CostedGate):
    """Phase -1 on the indices where contents and outcome have odd parity.

    The low index bits are made one-hot, the high ones are iterated over: ceil(n / K) + K - 4 And for rows of K, least
    near K = sqrt(n) (Berry et al. arXiv:1902.02134, Appendix C). The And do not depend on the outcome.

    Registers:
        selection: the index.
        outcome: [left, classical] see FixupTable.

    Attributes:
        contents: what was measured.
        row_bits: K, a power of two; the best one if it is left out.
        address_copies: of the one-hot encoding, see OneHot.
    """

    contents: BlockContents
    row_bits: int = attrs.field(
        default=attrs.Factory(lambda self: best_row(self.contents.table.n_keys), takes_self=True)
    )
    address_copies: float | None = attrs.field(default=None, kw_only=True)

    @property
    def low_bits(self) -> int:
        """Index bits within a row."""
        return log2_of_power(self.row_bits)

    @property
    def fixup_table(self) -> FixupTable:
        """The classical part."""
        return FixupTable(self.contents, self.row_bits)

    @property
    def encoding(self) -> OneHot:
        """One-hot encoding of the low index bits; there are none, and it is left out, if rows hold one bit."""
        return OneHot(self.row_bits, address_copies=self.address_copies)

    @property
    def toffoli_depth(self) -> int:
        """One-hot encoding, then the iteration over the rows."""
        return largest(self.encoding.n_turns, 0) + self.fixup_table.n_rows - 2

    @property
    def measurement_depth(self) -> int:
        """One-hot encoding and its undoing, and two for each And of the iteration."""
        return 2 * largest(self.encoding.n_turns, 0) + 2 * (self.fixup_table.n_rows - 2)

    @property
    def fan_outs(self) -> int:
        """One for each row, and those of the encoding and its undoing."""
        return self.fixup_table.n_rows + 2 * self.encoding.fan_outs

    @property
    def peak_qubits(self) -> int:
        """Index and one-hot qubits, and copies of the address or the path of the iteration."""
        index_bits = self.contents.table.index_bits
        return index_bits + self.row_bits + largest(self.encoding.n_copies, index_bits - self.low_bits - 1)

    @cached_property
    def signature(self) -> Signature:
        table = self.contents.table
        outcome = Register("outcome", CBit(), (self.contents.n_bits,), Side.LEFT)
        return Signature([Register("selection", BQUInt(table.index_bits, table.n_keys)), outcome])

    def build_composite_bloq(self, bb: Builder, selection: Wire, outcome: Wire) -> dict[str, Wire]:
        rows = bb.add(self.fixup_table, outcome=outcome)
        bits = list(bb.split(selection))
        n_high = len(bits) - self.low_bits
        low, hot = self._encode(bb, bits[n_high:])

        def leaf(ctrl: Wire, row: int) -> Wire:
            nonlocal hot
            ctrl, hot = bb.add_t(FixupRow(self.row_bits), row=rows[row], ctrl=ctrl, hot=hot)
            return ctrl

        high = unary_iteration(bb, bits[:n_high], self.fixup_table.n_rows, leaf)
        low = self._decode(bb, low, hot)
        return {"selection": bb.join(np.array([*high, *low]), dtype=self.signature.get_left("selection").dtype)}

    def _encode(self, bb: Builder, low: list[Wire]) -> tuple[Wire, Wire]:
        if not low:
            return None, bb.add(XGate(), q=bb.allocate())
        selection = bb.join(np.array(low), dtype=BQUInt(self.low_bits, self.row_bits))
        return bb.add_t(self.encoding, selection=selection)

    def _decode(self, bb: Builder, low: Wire, hot: Wire) -> list[Wire]:
        if low is None:
            bb.free(bb.add(XGate(), q=hot))
            return []
        return list(bb.split(bb.add(self.encoding.adjoint(), selection=low, hot=hot)))

    def build_call_graph(self, ssa):
        counts = unary_iteration_gates(self.fixup_table.n_rows)
        counts |= {self.fixup_table: 1, FixupRow(self.row_bits): self.fixup_table.n_rows}
        if not self.low_bits:
            counts[XGate()] += 2
            return counts
        return counts | {self.encoding: 1, self.encoding.adjoint(): 1}

    def on_classical_vals(self, selection: int, outcome: NDArray) -> dict[str, int]:
        return {"selection": selection}

    def basis_state_phase(self, selection: int, outcome: NDArray) -> complex:
        return -1.0 if self.contents.parities(np.asarray(outcome, dtype=np.uint8))[selection] else 1.0

    def __str__(self) -> str:
        return "PhaseFixup"


@bloq_example(generalizer=BOOKKEEPING)
def _fixup_table() -> FixupTable:
    table = KeyTable.from_keys(np.array([[1, -2], [0, 1], [-1, 1]]), key_bits=2)
    return FixupTable(BlockContents(table, 2), row_bits=2)


@bloq_example(generalizer=BOOKKEEPING)
def _fixup_row() -> FixupRow:
    return FixupRow(4)


@bloq_example(generalizer=BOOKKEEPING)
def _phase_fixup() -> PhaseFixup:
    table = KeyTable.from_keys(np.arange(-8, 5)[:, None], key_bits=4)
    return PhaseFixup(BlockContents(table, 4))


@write_gates.register
def _(bloq: FixupTable, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    outcome = tuple(inputs["outcome", (i,)][0] for i in range(bloq.contents.n_bits))
    rows = flattening.record(bloq.n_rows * bloq.row_bits)
    flattening.add(Op.PARITIES, (), (outcome, rows, bloq.contents))
    keys = [("rows", (row, bit)) for row in range(bloq.n_rows) for bit in range(bloq.row_bits)]
    return {key: (record,) for key, record in zip(keys, rows, strict=True)}


@write_gates.register
def _(bloq: FixupRow, flattening: Flattening, inputs: WiresOf) -> WiresOf:
    row = tuple(inputs["row", (i,)][0] for i in range(bloq.row_bits))
    flattening.add(Op.CONDITIONAL_CZ, inputs["ctrl", ()] + inputs["hot", ()], row)
    return inputs
