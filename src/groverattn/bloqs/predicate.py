"""The phase that a marked key receives."""

from functools import cached_property

import attrs
from qualtran import Signature, bloq_example
from qualtran.bloqs.basic_gates import CZ
from qualtran.bloqs.mcmt import And

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.wires import Builder, Wire


@attrs.frozen
class Predicate(CostedGate):
    """Phase -1 iff the score reaches the threshold and the key is live, that is, was not found before: one CZ.

    Controlled, it takes one And more. Nothing else of an oracle has to be controlled: what is computed is undone.

    Attributes:
        has_ctrl: act only if the qubit `ctrl` is one.

    Registers:
        ctrl: only if `has_ctrl`.
        marked: [ score >= threshold ], from Score.
        live: the last bit of the loaded word.
    """

    has_ctrl: bool = False

    @cached_property
    def signature(self) -> Signature:
        return Signature.build(ctrl=int(self.has_ctrl), marked=1, live=1)

    @property
    def toffoli_depth(self) -> int:
        """One And, if it is controlled."""
        return int(self.has_ctrl)

    @property
    def measurement_depth(self) -> int:
        """The And and its undoing, if it is controlled."""
        return 2 * int(self.has_ctrl)

    @property
    def peak_qubits(self) -> int:
        """The registers, and the And."""
        return 4 if self.has_ctrl else 2

    def build_composite_bloq(self, bb: Builder, marked: Wire, live: Wire, ctrl: Wire = None) -> dict[str, Wire]:
        if not self.has_ctrl:
            marked, live = bb.add_t(CZ(), q1=marked, q2=live)
            return {"marked": marked, "live": live}
        (ctrl, live), both = bb.add_t(And(), ctrl=[ctrl, live])
        marked, both = bb.add_t(CZ(), q1=marked, q2=both)
        ctrl, live = bb.add(And(uncompute=True), ctrl=[ctrl, live], target=both)
        return {"ctrl": ctrl, "marked": marked, "live": live}

    def build_call_graph(self, ssa):
        return {CZ(): 1} | ({And(): 1, And(uncompute=True): 1} if self.has_ctrl else {})

    def on_classical_vals(self, **values: int) -> dict[str, int]:
        return values

    def basis_state_phase(self, **values: int) -> complex:
        return -1.0 if all(values.values()) else 1.0

    def adjoint(self) -> "Predicate":
        return self


@bloq_example
def _predicate() -> Predicate:
    predicate = Predicate()
    return predicate


@bloq_example
def _predicate_controlled() -> Predicate:
    predicate_controlled = Predicate(has_ctrl=True)
    return predicate_controlled
