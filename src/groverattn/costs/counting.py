"""Logical counts of a bloq, and of the parts of a Grover iterate."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import attrs
from qualtran import Bloq
from qualtran.resource_counting import CostKey, QECGatesCost, QubitCount, get_bloq_callee_counts, get_cost_value
from qualtran.symbolics import SymbolicInt

from groverattn.bloqs.lookup.block_contents import BlockContents
from groverattn.bloqs.lookup.phase_fixup import FixupTable
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.depth import MeasurementDepth, ToffoliDepth
from groverattn.costs.logical import LogicalCounts
from groverattn.problem.sizes import ceil_div, log2_of_power


@attrs.frozen
class ControlBits(CostKey[SymbolicInt]):
    """Table bits read by all measured unloads of a bloq, one after the other.

    An unload leaves a phase that depends on the outcome and on every word: the control computer needs the parity of the
    outcome with all n words before the fix-up can start. It reads n * word_bits bits, however many words of a block
    were measured at once (that multiplies its arithmetic, not its reading). The keys are read once per iterate, which
    is what a classical scan does once per row.

    Attributes:
        planes: bit planes of the table, one bit of each word, of which the XORs of all subsets are stored: the parity
            with `planes` bits of the outcome is then one stored bit, for 2^planes / planes times the memory. A word of
            a block has been at up to log2(block) + 1 places, each with an outcome of its own: it is read for each, or
            bit by bit where that is less. 1 stores the table alone.

    >>> from groverattn.bloqs.lookup.data_access import key_lookup
    >>> from groverattn.problem.key_table import KeyTable
    >>> from qualtran.resource_counting import get_cost_value
    >>> get_cost_value(key_lookup("qrom", KeyTable(1024, 64, 8)).adjoint(), ControlBits())
    525312
    >>> get_cost_value(key_lookup("qrom", KeyTable(1024, 64, 8)).adjoint(), ControlBits(planes=8))
    66560
    """

    planes: int = 1

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], SymbolicInt]) -> SymbolicInt:
        """Bits of one bloq, given those of its parts."""
        if isinstance(bloq, FixupTable):
            return bloq.contents.table.n_keys * self._bits_per_word(bloq.contents)
        return sum(times * get_callee_cost(callee) for callee, times in get_bloq_callee_counts(bloq))

    def _bits_per_word(self, contents: BlockContents) -> SymbolicInt:
        word_bits = contents.table.word_bits
        if self.planes == 1:
            return word_bits
        return min(word_bits, ceil_div(word_bits, self.planes) * (log2_of_power(contents.block) + 1))

    def zero(self) -> SymbolicInt:
        """Bits of nothing."""
        return 0


def count(bloq: Bloq) -> LogicalCounts:
    """Count a bloq from its call graph, which the tests hold equal to its decomposition gate by gate.

    >>> from groverattn.bloqs.score.full_adder import FullAdder
    >>> count(FullAdder()).toffoli
    1
    """
    gates = cost_of(bloq, QECGatesCost())
    return LogicalCounts(
        toffoli=int(gates.toffoli + gates.cswap + gates.and_bloq),
        t=int(gates.t),
        rotation=int(gates.rotation),
        clifford=int(gates.clifford),
        measurement=int(gates.measurement),
        logical_qubits=int(cost_of(bloq, QubitCount())),
        toffoli_depth=int(cost_of(bloq, ToffoliDepth())),
        measurement_depth=int(cost_of(bloq, MeasurementDepth())),
        control_bits=int(cost_of(bloq, ControlBits())),
    )


# A score has some hundred parts, and every data access, block and number of keys counts the same score again.
_PARTS_KEPT = 20_000


def cost_of(bloq: Bloq, cost_key: CostKey) -> Any:
    """Return one cost of a bloq; parts that were counted before are looked up."""
    known = _known_costs(cost_key)
    if len(known) > _PARTS_KEPT:
        known.clear()
    return get_cost_value(bloq, cost_key, costs_cache=known)


@functools.cache
def _known_costs(cost_key: CostKey) -> dict[Bloq, Any]:
    return {}


@attrs.frozen
class IterateCounts:
    """One Grover iterate, and where its Toffolis go.

    Attributes:
        total: counts of the iterate.
        toffoli_parts: Toffoli gates of load, unload, score, predicate and diffusion; of oracle and diffusion where the
            oracle is not made of a lookup and a score.
    """

    total: LogicalCounts
    toffoli_parts: dict[str, int]


def count_iterate(iterate: GroverIterate) -> IterateCounts:
    """Count a Grover iterate and each part of it; the parts add up to the total.

    Raises:
        InputError: the oracle does not state its width or a depth.
    """
    oracle = iterate.oracle
    parts = {"oracle": count(oracle).toffoli}
    if hasattr(oracle, "loads"):
        of_parts = {"load": oracle.loads, "unload": oracle.unloads, "score": oracle.scores}
        known = {name: sum(times * count(part).toffoli for part, times in bloqs) for name, bloqs in of_parts.items()}
        parts = known | {"predicate": parts["oracle"] - sum(known.values())}
    return IterateCounts(count(iterate), parts | {"diffusion": count(iterate.diffusion).toffoli})
