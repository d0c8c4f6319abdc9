"""What other quantum algorithms for attention would cost on our loads: queries of their theorems times one access.

All constants and logarithms that a statement hides are set to one: our assumption, which flatters them.
"""

from __future__ import annotations

import math

import attrs

from groverattn.bloqs.lookup.qram_price import QRAMPrice
from groverattn.bloqs.lookup.qroam import QROAMLookup, block_for
from groverattn.costs.counting import count
from groverattn.physical.machines.hardware import hardware
from groverattn.problem.key_table import KeyTable


@attrs.frozen
class Access:
    """One access of a table of n keys of d numbers: the counted load `qroam`, and the assumed memory `qram`.

    Attributes:
        toffoli: Toffolis of the load.
        load_s: its reactions one after the other, seconds; it is computed once, and undoing it is left out.
        qram_s: time of a call of the memory, seconds.
    """

    toffoli: int
    load_s: float
    qram_s: float

    @classmethod
    def of(cls, n_keys: int, d_head: int, key_bits: int = 8, machine: str = "gidney-fowler-2018") -> Access:
        """Count the load at its best block."""
        table = KeyTable(n_keys, d_head, key_bits)
        counted = count(QROAMLookup(table, block=block_for(table)))
        reaction_s = hardware(machine).reaction_time_us * 1e-6
        return cls(counted.toffoli, counted.measurement_depth * reaction_s, QRAMPrice().latency_us * 1e-6)

    def words(self, queries: float) -> str:
        """Say what this many accesses take."""
        return (
            f"{queries:.2g} accesses, {queries * self.toffoli:.2g} Toffolis and {queries * self.load_s:.2g} s of "
            f"reactions with `qroam`, {queries * self.qram_s:.2g} s with `qram`"
        )


def quantum_transformer(n_keys: int, d_head: int) -> float:
    """Uses of the block encodings for one output vector, d N^2 alpha_s alpha_w with N = log2 n (arXiv:2402.16714).

    Stated so in the authors' tutorial (qml-tutorial.github.io, Chapter 5.3, Theorem 5.1). With a memory alpha_s is the
    Frobenius norm of the n inputs, sqrt(n) for inputs of norm one, and alpha_w is taken as one: our assumption.

    >>> f"{quantum_transformer(131_072, 128):.2e}"
    '1.34e+07'
    """
    return d_head * math.log2(n_keys) ** 2 * math.sqrt(n_keys)


def attention_approximation(n_keys: int, s: float = 1.0, alpha: float = 1.0, epsilon: float = 1.0) -> float:
    """Reads of rows of Q, K and V, sqrt(n) (s^1.5 + alpha^0.5) / epsilon (arXiv:2602.00874, abstract).

    The abstract gives a time, sqrt(n) (s^2.5 + s^1.5 d + alpha^0.5 d) / epsilon; the terms in d over d are taken as the
    rows that are read: our reading. s: statistical dimension of the kernel, at least about one; alpha at most d.

    >>> round(attention_approximation(131_072))
    724
    """
    return math.sqrt(n_keys) * (s**1.5 + alpha**0.5) / epsilon


def sieve_search(n_keys: int) -> float:
    """Calls of the list in one search for a close vector: 1.1 sqrt(n) iterates of two calls (eprint 2019/1161).

    >>> round(sieve_search(131_072))
    796
    """
    return 2 * 1.1 * math.sqrt(n_keys)
