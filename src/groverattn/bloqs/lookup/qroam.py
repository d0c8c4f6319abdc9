"""Data access `qroam`: blocks of words by unary iteration, then a swap network on clean qubits."""

from collections import Counter
from functools import lru_cache, partial

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import Bloq, QAny, bloq_example
from qualtran.bloqs.basic_gates import CNOT, CSwap
from qualtran.symbolics import is_symbolic

from groverattn.bloqs.costed import Builder, Wire
from groverattn.bloqs.lookup.block_contents import BlockContents, swap_layers
from groverattn.bloqs.lookup.key_lookup import KeyLookup, MeasureWord
from groverattn.bloqs.lookup.load_word import BESIDE_ROWS, LoadWord
from groverattn.bloqs.lookup.one_hot import copied, uncopied
from groverattn.bloqs.lookup.unary_iteration import unary_iteration, unary_iteration_gates
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div, largest, log2_of_power, take_turns


@attrs.frozen
class QROAMLookup(KeyLookup):
    """Load a block of words at once and swap the right one to the front: n / block + word_bits (block - 1) Toffolis.

    Berry et al. arXiv:1902.02134, Appendix A; Low, Kliuchnikov, Schaeffer arXiv:1812.00954. The other words of the
    block are measured right after the swaps, so that their qubits are free while the key is scored.

    Attributes:
        table: the words.
        block: words side by side, a power of two, at most n / 2; see `block_for`.
        unload: see UNLOADS. For "again" the whole block is kept: it is swapped back and walked over a second time.
        control_copies: qubits that hold a low index bit while it controls its layer of swaps, itself among them; inf
            for one for each swap. The swaps take turns on them; one CNOT fan-out makes them, one undoes them after the
            layer, and each wire serves one gate at a time, in the measured unload too (see OneHot). By default, None,
            a layer runs at once on one control, which is taken to cost nothing: gates that share only controls commute.
    """

    table: KeyTable
    block: int = attrs.field(kw_only=True)
    unload: str = attrs.field(default="measured", kw_only=True)
    control_copies: float | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self):
        if is_symbolic(self.block, self.table.n_keys):
            return
        if self.block < 1 or self.block & (self.block - 1) or 2 * self.block > max(self.table.n_keys, 2):
            raise InputError(
                given=f"block = {self.block} for {self.table.n_keys} keys",
                allowed=f"a power of two from 1 to {max(self.table.n_keys // 2, 1)}",
                why="the low index bits choose within a block, and at least two blocks have to remain",
                do="let block_for choose it",
            )

    @property
    def measured_block(self) -> int:
        """The whole block, whose other words are measured after the swaps, unless they are kept."""
        return 1 if self.unload == "again" else self.block

    @property
    def kept_bits(self) -> int:
        return (self.block - 1) * self.table.word_bits if self.unload == "again" else 0

    @property
    def n_rows(self) -> int:
        """Blocks of the table."""
        return ceil_div(self.table.n_keys, self.block)

    @property
    def low_bits(self) -> int:
        """Index bits within a block."""
        return log2_of_power(self.block)

    @property
    def _layers(self) -> list[tuple[int, int, int]]:
        """Swaps, turns and controls of each layer whose controls are copied."""
        if self.control_copies is None:
            return []
        swaps = [self.table.word_bits << bit for bit in reversed(range(self.low_bits))]
        return [(number, *take_turns(number, self.control_copies)) for number in swaps]

    @property
    def swap_depth(self) -> int:
        """Swaps on the longest path: the turns of all layers, of which there is one for each low index bit."""
        return self.low_bits if self.control_copies is None else sum(turns for _, turns, _ in self._layers)

    @property
    def swap_fan_outs(self) -> int:
        """One to copy the control of a layer and one to undo the copies."""
        return sum(2 for _, _, controls in self._layers if controls > 1)

    @property
    def n_copies(self) -> int:
        """Most copies of a low index bit at a time, without itself."""
        return max((controls - 1 for _, _, controls in self._layers), default=0)

    @property
    def toffoli_depth(self) -> int:
        """The walk over the rows, then the swaps."""
        return self.n_rows - 2 + self.swap_depth

    @property
    def measurement_depth(self) -> int:
        """The walk with its undoing, the swaps, and the early measurement of the other words."""
        return 2 * (self.n_rows - 2) + self.swap_depth + (1 if self.record_bits else 0)

    @property
    def fan_outs(self) -> int:
        """One for each row, whose control lives for this leaf of the walk alone, and those of the swaps."""
        return self.n_rows + self.swap_fan_outs

    @property
    def walk(self) -> tuple[int, int, int]:
        """Toffolis, measurement depth and fan-outs of the walk; the rest are the swaps."""
        return self.n_rows - 2, 2 * (self.n_rows - 2), self.n_rows

    @property
    def peak_qubits(self) -> int:
        """Index and block, and the path of the walk or copies of a low index bit."""
        index_bits = self.table.index_bits
        beside = largest(index_bits - self.low_bits - 1, self.n_copies)
        return index_bits + self.block * self.table.word_bits + beside

    def row(self, h: int) -> int:
        """The words of block h side by side, as one integer; places beyond the last key hold 0."""
        row = 0
        for j in range(h * self.block, (h + 1) * self.block):
            row = row << self.table.word_bits | (self.table.word(j) if j < self.table.n_keys else 0)
        return row

    def build_composite_bloq(self, bb: Builder, selection: Wire) -> dict[str, Wire]:
        bits = list(bb.split(selection))
        n_high = len(bits) - self.low_bits
        high, row = self.xor_rows(bb, bits[:n_high], bb.allocate(dtype=QAny(self.block * self.table.word_bits)))
        low = bits[n_high:]
        word, *others = self.swap(bb, low, self.words(bb, row))
        selection = bb.join(np.array([*high, *low]), dtype=self.selection_type)
        loaded = {"selection": selection, "word": word}
        if not others:
            return loaded
        if self.unload == "again":
            return loaded | {"kept": bb.join(np.concatenate([bb.split(other) for other in others]))}
        measure = MeasureWord(self.table.word_bits)
        return loaded | {"record": np.concatenate([bb.add(measure, word=other) for other in others])}

    def xor_rows(self, bb: Builder, high: list[Wire], row: Wire) -> tuple[list[Wire], Wire]:
        """XOR the block that the high index bits choose onto a register."""

        def leaf(ctrl: Wire, h: int) -> Wire:
            nonlocal row
            ctrl, row = bb.add_t(LoadWord(self.block * self.table.word_bits, self.row(h)), ctrl=ctrl, word=row)
            return ctrl

        return unary_iteration(bb, high, self.n_rows, leaf), row

    def words(self, bb: Builder, row: Wire) -> list[Wire]:
        """Take a register apart into its words."""
        return [bb.join(bits) for bits in bb.split(row).reshape(self.block, self.table.word_bits)]

    def swap(self, bb: Builder, low: list[Wire], words: list[Wire], *, back: bool = False) -> list[Wire]:
        """Swap the word that the low index bits choose to the front, or back to its place."""
        layers = list(enumerate(swap_layers(self.block)))
        for i, layer in reversed(layers) if back else layers:
            if self.control_copies is not None:
                low[i], words = self._swap_in_turns(bb, low[i], words, len(layer))
                continue
            for a, b in layer:
                gate = CSwap(self.table.word_bits)
                low[i], words[a], words[b] = bb.add_t(gate, ctrl=low[i], x=words[a], y=words[b])
        return words

    def _swap_in_turns(self, bb: Builder, bit: Wire, words: list[Wire], pairs: int) -> tuple[Wire, list[Wire]]:
        """Swap the first `pairs` words with as many after them: each copy of the bit serves a range of their qubits."""
        size = pairs * self.table.word_bits
        turns, number = take_turns(size, self.control_copies)
        x, y = (np.concatenate([bb.split(word) for word in some]) for some in (words[:pairs], words[pairs : 2 * pairs]))
        controls = copied(bb, bit, number)
        for c, start in enumerate(range(0, size, turns)):
            at = slice(start, min(start + turns, size))
            gate = CSwap(at.stop - start)
            controls[c], *swapped = bb.add_t(gate, ctrl=controls[c], x=bb.join(x[at]), y=bb.join(y[at]))
            x[at], y[at] = (bb.split(side) for side in swapped)
        bit = uncopied(bb, controls)
        swapped = [bb.join(word) for side in (x, y) for word in side.reshape(pairs, -1)]
        return bit, swapped + words[2 * pairs :]

    def swap_gates(self) -> Counter[Bloq]:
        """Gates of `swap`."""
        if self.control_copies is None:
            return Counter({CSwap(self.table.word_bits): self.block - 1})
        gates: Counter[Bloq] = Counter()
        for swaps, turns, controls in self._layers:
            full, rest = divmod(swaps, turns)
            gates += Counter({CSwap(turns): full, CNOT(): 2 * (controls - 1)})
            gates += Counter({CSwap(rest): 1} if rest else {})
        return gates

    def build_call_graph(self, ssa):
        counts = Counter(unary_iteration_gates(self.n_rows))
        counts[CNOT()] += self.table.set_bits
        if self.block != 1:
            counts.update(self.swap_gates())
        if self.record_bits:
            counts[MeasureWord(self.table.word_bits)] += self.block - 1
        return counts

    def on_classical_vals(self, selection: int) -> dict[str, int]:
        loaded = super().on_classical_vals(selection)
        if not self.kept_bits:
            return loaded
        h, low = divmod(int(selection), self.block)
        words = QAny(self.block * self.table.word_bits).to_bits(self.row(h))
        swapped = np.array(words).reshape(self.block, -1)[BlockContents(self.table, self.block).origin[low]]
        return loaded | {"kept": int("".join(map(str, swapped[1:].ravel())), 2)}

    def phase_after(self, record: NDArray, selection: int) -> complex:
        """Phase of the index `selection` once the words measured early have given `record`."""
        outcome = np.concatenate([np.zeros(self.table.word_bits, dtype=np.uint8), record])
        return -1.0 if self.contents.parities(outcome)[selection] else 1.0

    def __str__(self) -> str:
        return f"QROAM({self.table.n_keys}, block {self.block})"


def block_for(table: KeyTable, objective: str = "toffoli") -> int:
    """Choose the block of a QROAM.

    Args:
        table: the words, or their sizes.
        objective: `toffoli` for the fewest Toffolis; `depth` for the least Toffoli depth with at most twice as many;
            `qubits` for the fewest Toffolis with hardly more qubits than the score of the key needs later by shared
            sums, about (8 + key_bits) / 6 words where a query has as many bits and d = 64 to 256 (our measurement).
    """
    return _block_of(KeyTable(table.n_keys, table.d_head, table.key_bits, None, table.keys_per_word), objective)


@lru_cache(maxsize=4096)
def _block_of(table: KeyTable, objective: str) -> int:
    blocks = [1 << bits for bits in range(max(table.index_bits - 1, 1))]
    lookups = [QROAMLookup(table, block=block) for block in blocks]
    toffolis = {lookup.block: lookup.n_rows - 2 + (lookup.block - 1) * table.word_bits for lookup in lookups}
    if objective == "qubits":
        blocks = [block for block in blocks if 6 * block <= 8 + table.key_bits]
    if objective == "depth":
        most = 2 * max(min(toffolis.values()), 0)  # a table of one word has none to save
        affordable = [lookup for lookup in lookups if toffolis[lookup.block] <= most]
        return min(affordable, key=lambda lookup: lookup.toffoli_depth).block
    return min(blocks, key=lambda block: toffolis[block])


def _chosen(objective: str, table: KeyTable) -> QROAMLookup:
    return QROAMLookup(table, block=block_for(table, objective))


fewest_toffolis = partial(_chosen, "toffoli")  # data access `qroam`
fewest_qubits = partial(_chosen, "qubits")  # `qroam-few-qubits`
least_depth = partial(_chosen, "depth")  # `qroam-shallow`


@bloq_example(generalizer=BESIDE_ROWS)
def _qroam_lookup() -> QROAMLookup:
    table = KeyTable.from_keys(np.arange(22).reshape(11, 2) % [5, 7] - 2, key_bits=4, found=[4])
    return QROAMLookup(table, block=4)
