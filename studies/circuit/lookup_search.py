"""The search that other estimators are asked about too: load a key, unload it, reflect, and again."""

from __future__ import annotations

import math
from functools import cached_property

import attrs

from groverattn.bloqs.lookup.data_access import key_lookup
from groverattn.bloqs.lookup.key_lookup import KeyLookup
from groverattn.bloqs.score.methods import score
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.costs.counting import count
from groverattn.costs.logical import LogicalCounts
from groverattn.problem.key_table import KeyTable
from groverattn.problem.shapes import Shape, one_query, representative_threshold
from groverattn.reference.search.laws import search_cost

KEY_BITS = 8
N_MARKED = 16
P_MISS = 1e-3


@attrs.frozen
class LookupSearch:
    """Grover iterates without their score, which no other estimator has a circuit of.

    The number of keys is a power of two, so that the uniform superposition takes no Toffoli. 8 bits per number.

    Attributes:
        n_keys, d_head: sizes of the key table.
        data_access: by name.

    >>> search = LookupSearch(1024, 64, "qrom")
    >>> search.iterates, search.load.toffoli, search.unload.toffoli, search.diffusion.toffoli
    (327, 1022, 60, 8)
    """

    n_keys: int
    d_head: int
    data_access: str

    @property
    def table(self) -> KeyTable:
        """The key table, sizes only."""
        return KeyTable(self.n_keys, self.d_head, KEY_BITS)

    @property
    def word_bits(self) -> int:
        """Bits that a lookup loads: the numbers of the key and its live flag."""
        return self.table.word_bits

    @property
    def index_bits(self) -> int:
        """Qubits of the index register."""
        return self.table.index_bits

    @cached_property
    def lookup(self) -> KeyLookup:
        """The load."""
        return key_lookup(self.data_access, self.table)

    @property
    def block(self) -> int:
        """Words that are loaded side by side; 1 for an access without blocks."""
        return getattr(self.lookup, "block", 1)

    @cached_property
    def load(self) -> LogicalCounts:
        """Counts of the load."""
        return count(self.lookup)

    @cached_property
    def unload(self) -> LogicalCounts:
        """Counts of the unload."""
        return count(self.lookup.adjoint())

    @cached_property
    def diffusion(self) -> LogicalCounts:
        """Counts of the reflection about the uniform superposition."""
        return count(Diffusion(self.n_keys))

    @property
    def iterate(self) -> LogicalCounts:
        """Counts of load, unload and diffusion, one after the other."""
        return self.load.then(self.unload).then(self.diffusion)

    @cached_property
    def iterates(self) -> int:
        """Iterates of a row: the law `expected` for 16 marked keys and a miss in 1,000 rows, rounded."""
        return round(search_cost("expected", self.n_keys, N_MARKED, P_MISS).iterates_expected)

    @property
    def row(self) -> LogicalCounts:
        """Counts of all iterates of a row."""
        return self.iterate.repeated(self.iterates)

    @cached_property
    def query(self) -> tuple[int, ...]:
        """The query of the score that is compared by itself."""
        return one_query(self._shape)

    @property
    def threshold(self) -> int:
        """The threshold that this score is compared with."""
        return representative_threshold(self._shape, self.query)

    @cached_property
    def score(self) -> LogicalCounts:
        """Counts of that score and of its undoing."""
        bloq = score("shared-sums", self.query, self.threshold, KEY_BITS)
        return count(bloq).then(count(bloq.adjoint()))

    @property
    def _shape(self) -> Shape:
        return Shape(self.n_keys, self.d_head, N_MARKED, KEY_BITS, KEY_BITS)


@attrs.frozen
class Comparison:
    """One number of ours beside that of another estimator.

    Attributes:
        quantity: what is compared.
        ours: our number.
        theirs: the other one; None if that estimator cannot say it, and `why` tells what stands in the way.
        adjusted: their number once the difference that `why` names is taken away; None if there is nothing to take.
        why: what explains the difference.
    """

    quantity: str
    ours: float
    theirs: float | None
    adjusted: float | None = None
    why: str = "no difference"

    @classmethod
    def of(cls, quantity: str, ours: float, theirs: float, adjusted: float | None, why: str) -> Comparison:
        """Compare two numbers; of equal ones nothing is explained.

        >>> Comparison.of("Toffolis of the load", 1022, 1022, None, "whatever").why
        'no difference'
        """
        if math.isclose(ours, theirs, rel_tol=1e-9):
            return cls(quantity, ours, theirs)
        return cls(quantity, ours, theirs, adjusted, why)

    @property
    def ratio(self) -> float | None:
        """Ours over theirs.

        >>> Comparison("Toffolis of the load", 10, 20).ratio
        0.5
        """
        return None if self.theirs is None else self.ours / self.theirs
