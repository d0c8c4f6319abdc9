"""Classical memory that a key lookup loads: one word per key, or only its sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import cast

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.sizes import ceil_div, ceil_log2


class KeyContext:
    """Keys of a context, all of which a row sees, or those up to its own.

    Attributes:
        keys: float64 of shape (n, d).
        causal: whether row i sees keys 0 to i only.
    """

    keys: NDArray[np.float64]
    causal: bool

    @property
    def n_keys(self) -> int:
        """Number of keys n, which is the number of rows."""
        return self.keys.shape[0]

    @property
    def d_head(self) -> int:
        """Numbers per query and key, d."""
        return self.keys.shape[1]

    def visible_keys(self, row: int) -> int:
        """Number of keys that row `row` sees: row + 1 if causal, else n."""
        return row + 1 if self.causal else self.n_keys


@attrs.frozen(eq=False, repr=False)
class KeyTable:
    """Words of n keys, as every data access loads them.

    A word is the key's d numbers in offset binary (k + 2^(b-1), so that no sign has to be extended), most significant
    bit first, and one last bit that says whether the key is live. A key that was found is taken out of later searches
    by clearing this bit, which costs one output bit and no comparison.

    A table of blocks (`in_blocks`) has the words of u keys side by side in each of its N = ceil(n/u) words.

    Two tables are equal when their sizes and contents are; the contents are compared by digest.

    Attributes:
        n_keys: number of words: keys n, or blocks N. This and the other sizes may be SymPy symbols in a table without
            words.
        d_head: numbers per key d.
        key_bits: bits per number b.
        packed: the words, uint8 of shape (n, ceil(u (d b + 1) / 8)), big-endian; None for a table of which only the
            sizes are known, which can be costed and not run.
        keys_per_word: keys side by side in a word, u.

    >>> table = KeyTable.from_keys(np.array([[1, -2], [0, 1]]), key_bits=2)
    >>> [format(table.word(j), "05b") for j in range(2)]
    ['11001', '10111']
    """

    n_keys: int
    d_head: int
    key_bits: int
    packed: NDArray[np.uint8] | None = None
    keys_per_word: int = 1

    @classmethod
    def from_keys(cls, keys: NDArray[np.integer], key_bits: int, found: Iterable[int] = ()) -> KeyTable:
        """Pack signed integer keys of shape (n, d); the keys listed in `found` are not live.

        Raises:
            InputError: a key does not fit into `key_bits` bits in two's complement.
        """
        n_keys, d_head = keys.shape
        offset = 1 << (key_bits - 1)
        if keys.min() < -offset or keys.max() >= offset:
            raise InputError(
                given=f"keys between {keys.min()} and {keys.max()}",
                allowed=f"{-offset} to {offset - 1}",
                why=f"key_bits = {key_bits} does not hold other values",
                do="quantise the keys first, or raise key_bits",
            )
        shifts = np.arange(key_bits - 1, -1, -1)
        bits = np.empty((n_keys, d_head * key_bits + 1), dtype=np.uint8)
        bits[:, :-1] = (((keys.astype(np.int32) + offset)[:, :, None] >> shifts) & 1).reshape(n_keys, -1)
        bits[:, -1] = 1
        bits[list(found), -1] = 0
        return cls(n_keys, d_head, key_bits, np.packbits(bits, axis=1))

    @property
    def has_data(self) -> bool:
        """Whether the words are known, so that a circuit can be run."""
        return self.packed is not None

    @property
    def word_bits(self) -> int:
        """Bits per word: d b for each key and one for its live flag."""
        return self.keys_per_word * (self.d_head * self.key_bits + 1)

    @property
    def index_bits(self) -> int:
        """Qubits of the index register, ceil(log2 n)."""
        return ceil_log2(self.n_keys)

    def word(self, j: int) -> int:
        """Word j as an integer of `word_bits` bits, most significant bit first."""
        row = self._words[j]
        return int.from_bytes(row.tobytes(), "big") >> (8 * row.size - self.word_bits)

    @cached_property
    def set_bits(self) -> int:
        """Number of one-bits in all words: the CNOT fan-out of a lookup.

        Where only sizes are known, all keys are live and half of the other bits are one (our assumption).
        """
        if self.packed is None:
            return self.n_keys * self.keys_per_word * (self.d_head * self.key_bits + 2) // 2
        return int(np.bitwise_count(self.packed).sum(dtype=np.int64))

    def bits(self) -> NDArray[np.uint8]:
        """All words as bits, shape (n, word_bits), most significant first."""
        return np.unpackbits(self._words, axis=1, count=self.word_bits)

    def parities(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Parity of every word's bits at the ones of a mask of shape (word_bits,); shape (n,).

        >>> KeyTable.from_keys(np.array([[1, -2], [0, 1]]), key_bits=2).parities(np.array([1, 1, 1, 0, 1])).tolist()
        [1, 1]
        """
        chosen = self._words & np.packbits(mask != 0)
        return np.bitwise_count(np.bitwise_xor.reduce(chosen, axis=1)) & 1

    def without(self, found: Iterable[int]) -> KeyTable:
        """Table in which the keys `found` are not live."""
        packed = self._words.copy()
        byte, bit = divmod(self.word_bits - 1, 8)
        packed[list(found), byte] &= np.uint8(0xFF ^ (0x80 >> bit))
        return KeyTable(self.n_keys, self.d_head, self.key_bits, packed)

    def in_blocks(self, keys_per_word: int, places: NDArray[np.integer] | None = None) -> KeyTable:
        """Table of blocks: u keys side by side in each word.

        Args:
            keys_per_word: u.
            places: which key is where, shape (N, u), -1 where there is none, which is a word of zeros: not live. By
                default the keys in their order, with empty places at the end.

        Raises:
            InputError: `places` for a table that holds only sizes.

        >>> table = KeyTable.from_keys(np.array([[1], [0], [-2]]), key_bits=2).in_blocks(2)
        >>> [format(table.word(h), "06b") for h in range(2)]
        ['111101', '001000']
        """
        n_words = ceil_div(self.n_keys, keys_per_word)
        if places is None and self.packed is None:
            return KeyTable(n_words, self.d_head, self.key_bits, None, keys_per_word)
        in_order = np.arange(n_words * keys_per_word).reshape(n_words, keys_per_word)
        at = np.where(in_order < self.n_keys, in_order, -1) if places is None else np.asarray(places)
        bits = np.where(at[:, :, None] < 0, 0, self.bits()[at]).reshape(len(at), -1)
        return KeyTable(len(at), self.d_head, self.key_bits, np.packbits(bits.astype(np.uint8), axis=1), keys_per_word)

    def part(self, first: int, number: int) -> KeyTable:
        """Table of some of the keys of every word: `number` of them from number `first` on."""
        if self.packed is None:
            return KeyTable(self.n_keys, self.d_head, self.key_bits, None, number)
        key = self.word_bits // self.keys_per_word
        bits = self.bits()[:, first * key : (first + number) * key]
        return KeyTable(self.n_keys, self.d_head, self.key_bits, np.packbits(bits, axis=1), number)

    @property
    def _words(self) -> NDArray[np.uint8]:
        if self.packed is None:
            raise InputError(
                given="a table that holds only sizes",
                allowed="a table with keys",
                why="a circuit can be run only on known words",
                do="build it with KeyTable.from_keys",
            )
        return self.packed

    @cached_property
    def _identity(self) -> tuple[int, int, int, int, str | None]:
        digest = None if self.packed is None else hashlib.sha256(self.packed.tobytes()).hexdigest()
        return self.n_keys, self.d_head, self.key_bits, self.keys_per_word, digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyTable) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(cast(object, self._identity))

    def __repr__(self) -> str:
        contents = "sizes only" if self.packed is None else self._identity[-1][:8]  # type: ignore[index]
        together = f", {self.keys_per_word} keys a word" if self.keys_per_word != 1 else ""
        return f"KeyTable(n={self.n_keys}, d={self.d_head}, b={self.key_bits}{together}, {contents})"
