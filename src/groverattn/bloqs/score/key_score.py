"""Base class of the scores: whether the score of a loaded key against a known query reaches a threshold."""

from __future__ import annotations

import abc
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from qualtran import QAny, QBit, Register, Side, Signature

from groverattn.bloqs.costed import Uncomputable
from groverattn.problem.indexers import as_query, scores_of


@attrs.frozen
class KeyScore(Uncomputable):
    """|key> -> |key>|work>|marked> with marked = [ score of the key >= threshold ], the score mostly <query, key>.

    The query is known when the circuit is written. A score method is a subclass, and a line in `SCORES` or a call of
    `SCORES.register`; it provides

    - `work_bits` and `values`: the qubits beside `marked` that it leaves, and what they hold;
    - `build_composite_bloq(bb, key)` and `build_call_graph(ssa)`: the circuit, and the count of its gates;
    - `toffoli_depth`, `measurement_depth`, `peak_qubits`: both directions, see `CostedGate`.

    Undone, it is its own circuit read backwards (`Uncomputable`).

    Attributes:
        query: the d integers of the query row; or the queries and weights of an indexer, for its own scores.
        threshold: integer threshold on the score.
        key_bits: bits b per key component.

    Registers:
        key: d numbers in offset binary, b bits each.
        work: [right] qubits to be undone by the adjoint, if there are any.
        marked: [right] whether the score reaches the threshold.
    """

    query: Any = attrs.field(converter=as_query)  # a `Query`; of which kind, each method says
    threshold: int
    key_bits: int

    @cached_property
    def _undone(self) -> KeyScore:
        return attrs.evolve(self, uncompute=not self.uncompute)

    def adjoint(self) -> KeyScore:
        return self._undone

    def reaches(self, key: int) -> bool:
        """Return whether the score of a key, as the key register holds it, reaches the threshold: plain arithmetic."""
        return int(scores_of(self.query, self.components(key)[None])[0]) >= self.threshold

    def components(self, key: int) -> NDArray[np.int64]:
        """Return the d signed numbers of a key as the key register holds it."""
        return key_numbers(key, len(self.query), self.key_bits)

    @property
    @abc.abstractmethod
    def work_bits(self) -> int:
        """Fresh qubits that the circuit leaves beside `marked`."""

    @abc.abstractmethod
    def values(self, key: int) -> tuple[int, int]:
        """Return `marked` and `work` for one value of the key register, by arithmetic."""

    @property
    @abc.abstractmethod
    def toffoli_depth(self) -> int:
        """Toffoli gates on the longest path."""

    @property
    @abc.abstractmethod
    def measurement_depth(self) -> int:
        """Measurements that later gates wait for on the longest path."""

    @property
    @abc.abstractmethod
    def peak_qubits(self) -> int:
        """Largest number of qubits alive at once."""

    @property
    def key_type(self) -> QAny:
        """Type of the key register."""
        return QAny(len(self.query) * self.key_bits)

    @cached_property
    def computing_signature(self) -> Signature:
        work = [Register("work", QAny(self.work_bits), side=Side.RIGHT)] if self.work_bits else []
        return Signature([Register("key", self.key_type), *work, Register("marked", QBit(), side=Side.RIGHT)])

    def on_classical_vals(self, key: int, work: int = 0, marked: int | None = None) -> dict[str, int]:
        computed = self.values(key)
        if not self.uncompute:
            return {"key": key, "marked": computed[0]} | ({"work": computed[1]} if self.work_bits else {})
        if computed != (marked, work):
            raise ValueError(f"work and marked are not those of key {key}: they cannot be uncomputed")
        return {"key": key}

    def __str__(self) -> str:
        return f"{type(self).__name__}{'†' if self.uncompute else ''}"


def key_numbers(key: int, d_head: int, key_bits: int) -> NDArray[np.int64]:
    """Return the d signed numbers of a key as a register holds it, in offset binary.

    >>> key_numbers(0b1100, d_head=2, key_bits=2).tolist()
    [1, -2]
    """
    bits = np.array(QAny(d_head * key_bits).to_bits(key)).reshape(d_head, key_bits)
    return bits @ (1 << np.arange(key_bits)[::-1]) - (1 << (key_bits - 1))
