"""The phase that a marked key receives."""

from functools import cached_property

import attrs
from qualtran import Signature, bloq_example
from qualtran.bloqs.basic_gates import CZ

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.wires import Builder, Wire


@attrs.frozen
class Predicate(CostedGate):
    """Phase -1 iff the score reaches the threshold and the key is live, that is, was not found before: one CZ.

    Registers:
        marked: [ score >= threshold ], from Score.
        live: the last bit of the loaded word.
    """

    @cached_property
    def signature(self) -> Signature:
        return Signature.build(marked=1, live=1)

    def build_composite_bloq(self, bb: Builder, marked: Wire, live: Wire) -> dict[str, Wire]:
        marked, live = bb.add_t(CZ(), q1=marked, q2=live)
        return {"marked": marked, "live": live}

    def build_call_graph(self, ssa):
        return {CZ(): 1}

    def on_classical_vals(self, marked: int, live: int) -> dict[str, int]:
        return {"marked": marked, "live": live}

    def basis_state_phase(self, marked: int, live: int) -> complex:
        return -1.0 if marked and live else 1.0

    def adjoint(self) -> "Predicate":
        return self


@bloq_example
def _predicate() -> Predicate:
    predicate = Predicate()
    return predicate
