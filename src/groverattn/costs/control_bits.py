"""Bits of the key table that the control computer reads between a measurement and the gates that wait for it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from qualtran import Bloq
from qualtran.resource_counting import CostKey, get_bloq_callee_counts
from qualtran.symbolics import SymbolicInt

from groverattn.bloqs.lookup.phase_fixup import FixupTable


@attrs.frozen
class ControlBits(CostKey[SymbolicInt]):
    """Table bits read by all measured unloads of a bloq, one after the other.

    An unload leaves a phase that depends on the outcome and on every word: the control computer needs the parity of the
    outcome with all n words before the fix-up can start. It reads n * word_bits bits, however many words of a block
    were measured at once (that multiplies its arithmetic, not its reading). The keys are read once per iterate, which
    is what a classical scan does once per row.

    >>> from groverattn.bloqs.lookup.data_access import key_lookup
    >>> from groverattn.problem.key_table import KeyTable
    >>> from qualtran.resource_counting import get_cost_value
    >>> get_cost_value(key_lookup("qrom", KeyTable(1024, 64, 8)).adjoint(), ControlBits())
    525312
    """

    def compute(self, bloq: Bloq, get_callee_cost: Callable[[Bloq], SymbolicInt]) -> SymbolicInt:
        """Bits of one bloq, given those of its parts."""
        if isinstance(bloq, FixupTable):
            return bloq.contents.table.n_keys * bloq.contents.table.word_bits
        return sum(times * get_callee_cost(callee) for callee, times in get_bloq_callee_counts(bloq))

    def zero(self) -> SymbolicInt:
        """Bits of nothing."""
        return 0
