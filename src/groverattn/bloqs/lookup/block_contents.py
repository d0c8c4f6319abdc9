"""Contents of a block of words after its swap network, for every index: the classical side of measured unloading."""

from typing import Any

import attrs
import numpy as np
import sympy
from numpy.typing import NDArray
from qualtran.symbolics import is_symbolic

from groverattn.problem.key_table import KeyTable
from groverattn.problem.sizes import ceil_div, ceil_log2


def swap_layers(block: int) -> list[list[tuple[int, int]]]:
    """Pairs of positions that each low index bit swaps, most significant bit first, to bring word l to position 0.

    block - 1 swaps in all (Low, Kliuchnikov, Schaeffer, arXiv:1812.00954, Fig. 1; Berry et al. arXiv:1902.02134,
    Appendix A).

    >>> swap_layers(4)
    [[(0, 2), (1, 3)], [(0, 1)]]
    """
    steps = [1 << bit for bit in range(block.bit_length() - 1)]
    return [[(position, position + step) for position in range(step)] for step in reversed(steps)]


def best_row(n_keys: Any) -> Any:
    """Return the row of the fewest And, a power of two of which at least two rows remain; the symbol K for a symbol.

    >>> best_row(1 << 17)
    256
    """
    if is_symbolic(n_keys):
        return sympy.Symbol("K", positive=True, integer=True)
    choices = [1 << bits for bits in range(ceil_log2(n_keys))]
    return min(choices, key=lambda row: ceil_div(n_keys, row) + row)


@attrs.frozen
class BlockContents:
    """Index j = (h, l) with l < block: position p of the block holds word h * block + origin[l, p] of the table.

    Attributes:
        table: the words.
        block: number of positions, a power of two; 1 without a swap network.
    """

    table: KeyTable
    block: int

    @property
    def n_bits(self) -> int:
        """Qubits of the block."""
        return self.block * self.table.word_bits

    @property
    def origin(self) -> NDArray[np.int64]:
        """origin[l, p]: which of the block's words is at position p after the swaps for the low index l."""
        origin = np.tile(np.arange(self.block), (self.block, 1))
        layers = swap_layers(self.block)
        for low in range(self.block):
            for layer, bit in zip(layers, range(len(layers) - 1, -1, -1), strict=True):
                for a, b in layer if low >> bit & 1 else ():
                    origin[low, [a, b]] = origin[low, [b, a]]
        return origin

    def members(self) -> list[NDArray[np.int64]]:
        """For every index the qubits of the block that hold a one: whose outcomes its parity sums up."""
        words = self.table.bits()
        low = np.arange(self.table.n_keys) % self.block
        source = (np.arange(self.table.n_keys) - low)[:, None] + self.origin[low]
        exists = source < self.table.n_keys
        block_bits = words[np.where(exists, source, 0)] * exists[:, :, None]
        return [np.flatnonzero(bits) for bits in block_bits.reshape(self.table.n_keys, -1)]

    def parities(self, outcome: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Parity of the block's contents and the outcome of measuring it, for every index: what has to be fixed up.

        Args:
            outcome: X-basis outcomes, shape (block * word_bits,), position 0 first.

        Returns:
            Bits of shape (n_keys,): one where the measurement left the phase -1.
        """
        table = self.table
        padded = np.zeros((-(-table.n_keys // self.block) * self.block, self.block), dtype=np.uint8)
        for position, of_word in enumerate(outcome.reshape(self.block, table.word_bits)):
            padded[: table.n_keys, position] = table.parities(of_word)
        by_block = padded.reshape(-1, self.block, self.block)
        positions = np.arange(self.block)
        picked = by_block[:, self.origin, positions]
        return np.bitwise_xor.reduce(picked, axis=2).reshape(-1)[: table.n_keys]
