"""Each check of a bloq finds the fault that it is for, in small bloqs that state something else than they do."""

import attrs
import numpy as np
import pytest
from qualtran import QBit, Register, Signature
from qualtran.bloqs.basic_gates import CNOT, CZ, Hadamard, Rz, XGate, ZGate

from groverattn.bloqs.costed import CostedGate
from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import write_gates
from groverattn.bloqs.lookup.phase_fixup import FixupRow
from groverattn.bloqs.score.full_adder import FullAdder
from groverattn.bloqs.search.diffusion import Diffusion
from groverattn.verification.bloq_check import (
    check_adjoint,
    check_amplitudes,
    check_basis_states,
    check_bloq,
    check_counts,
    check_decomposition,
    is_gate,
    runs_on_basis,
)


class Deeper(FullAdder):
    """Says that it is done after fewer Toffolis than it is."""

    toffoli_depth = 0


class Slower(FullAdder):
    """Says that it waits for fewer measurements than it does."""

    measurement_depth = 0


class Wider(FullAdder):
    """States a qubit too many."""

    peak_qubits = 5


class MoreGates(FullAdder):
    """Counts a gate that is not there."""

    def build_call_graph(self, ssa):
        return super().build_call_graph(ssa) | {CNOT(): 8}


class OtherCarry(FullAdder):
    """Says that the carry is the complement of what it is."""

    def on_classical_vals(self, **bits):
        values = super().on_classical_vals(**bits)
        return values | {"carry": 1 - values["carry"]}


class OtherSign(FullAdder):
    """Says that it changes the sign."""

    def basis_state_phase(self, **bits):
        return -1


class OtherInverse(FullAdder):
    """Its inverse is of another full adder."""

    def adjoint(self):
        return attrs.evolve(self, cv_a=0, uncompute=not self.uncompute)


class OneWay(FullAdder):
    """Its inverse has the registers of the forward direction."""

    def adjoint(self):
        return self


@pytest.mark.parametrize(
    ("bloq", "check", "message"),
    [
        (Deeper(), check_counts, "toffoli_depth of the gates is 1, more than the stated 0"),
        (Slower(), check_counts, "measurement_depth of the gates is 1, more than the stated 0"),
        (Wider(), check_counts, "logical_qubits is 4, stated 5"),
        (MoreGates(), check_counts, "clifford is 7, stated 8"),
        (OtherCarry(), check_basis_states, "not equal"),
        (OtherSign(), check_basis_states, "sign of .* is False, stated True"),
        (OtherInverse(), check_adjoint, "adjoint of the adjoint is"),
        (OneWay(), check_adjoint, "signature of the adjoint"),
    ],
)
def test_a_full_adder_that_states_something_else_is_found_by_its_check_and_by_all(bloq, check, message):
    for find in (check, check_bloq):
        with pytest.raises(AssertionError, match=f"(?s){message}"):
            find(bloq)
    check(FullAdder())


class TooDeep(FullAdder):
    """States more than it needs, as a schedule whose parts do not overlap does."""

    toffoli_depth = measurement_depth = 3


def test_a_stated_depth_may_be_larger():
    check_bloq(TooDeep())


@attrs.frozen
class OneQubit(CostedGate):
    """Gates on one qubit."""

    gates: tuple

    @property
    def signature(self):
        return Signature([Register("q", QBit())])

    def build_composite_bloq(self, bb, q):
        for gate in self.gates:
            q = bb.add(gate, q=q)
        return {"q": q}


class OfColumns(OneQubit):
    """States the columns of Z up to a global phase."""

    def reference_columns(self):
        return 1j * np.diag([1, -1])


class OfOneColumn(OfColumns):
    """States the second column alone."""

    def reference_columns(self):
        return np.array([[0], [1]])

    def reference_inputs(self):
        return [1]


def test_columns_of_a_matrix_are_compared_up_to_one_phase():
    check_amplitudes(OfColumns((ZGate(),)))
    check_amplitudes(OfColumns((Hadamard(), XGate(), Hadamard())))
    for gates in ((), (XGate(),), (Hadamard(),)):  # the identity differs from Z by a relative phase
        with pytest.raises(AssertionError):
            check_amplitudes(OfColumns(gates))
    check_amplitudes(OfOneColumn(()))  # -1 on the other column is not looked at
    with pytest.raises(AssertionError):
        check_amplitudes(OfOneColumn((XGate(),)))


class OfPhases(OneQubit):
    """States the phase of each basis state, with a rotation that a bit-sliced run does not know."""

    def basis_state_phase(self, q):
        assert type(q) is int
        return -1 if q else 1


def test_phases_of_basis_states_are_compared_each():
    turned = (Rz(np.pi / 2), Rz(-np.pi / 2))
    check_amplitudes(OfPhases((*turned, ZGate())))
    for gates in (turned, (*turned, ZGate(), XGate())):
        with pytest.raises(AssertionError):
            check_amplitudes(OfPhases(gates))


class LeavesAOne(FullAdder):
    """Leaves an ancilla that is not zero."""

    def build_composite_bloq(self, bb, a, b, c):
        wires = super().build_composite_bloq(bb, a, b, c)
        ancilla = bb.allocate()
        wires["a"], ancilla = bb.add(CNOT(), ctrl=wires["a"], target=ancilla)
        bb.free(ancilla)
        return wires


def test_an_ancilla_that_is_not_zero_is_found():
    with pytest.raises(AssertionError, match="leaves an ancilla that is not zero"):
        check_basis_states(LeavesAOne())


@attrs.frozen
class Written(CostedGate):
    """CZ, written in one step, and decomposed into other gates."""

    gates: tuple

    @property
    def signature(self):
        return Signature([Register("q", QBit()), Register("r", QBit())])

    def build_composite_bloq(self, bb, q, r):
        for gate in self.gates:
            q, r = bb.add(gate, q1=q, q2=r)
        return {"q": q, "r": r}

    def basis_state_phase(self, q, r):
        return -1 if q and r else 1


class NotWritten(Written):
    """The same, without a step of its own."""


@write_gates.register
def _(bloq: Written, flattening, inputs):
    flattening.add(Op.CZ, inputs["q", ()] + inputs["r", ()])
    return inputs


def test_what_is_written_in_one_step_has_to_do_what_its_decomposition_does():
    assert not is_gate(Written((CZ(),)))
    check_basis_states(Written((CZ(),)))
    check_basis_states(Written((CZ(),) * 3))
    with pytest.raises(AssertionError, match="sign of"):
        check_basis_states(Written((CZ(), CZ())))


def test_what_is_read_backwards_gets_what_the_forward_circuit_makes():
    for bloq in (FullAdder(), FullAdder().adjoint(), FullAdder(cv_a=0).adjoint()):
        check_bloq(bloq)


def test_a_gate_has_no_decomposition():
    check_bloq(FixupRow(3))
    with pytest.raises(AssertionError, match="is a gate that decomposes"):
        check_decomposition(DecomposedGate(3))


class DecomposedGate(FixupRow):
    """Has a writer of its own, no circuit, and a decomposition all the same."""

    def decompose_bloq(self):
        return FullAdder().decompose_bloq()


write_gates.register(DecomposedGate, write_gates.dispatch(FixupRow))


def test_which_check_runs_a_bloq():
    assert is_gate(FixupRow(3))
    assert runs_on_basis(FullAdder())
    assert not runs_on_basis(Diffusion(4))
    assert not runs_on_basis(OfPhases((Rz(0.5),)))
    assert not is_gate(FullAdder())


class Unregistered(OneQubit):
    """Its decomposition has other registers."""

    def decompose_bloq(self):
        return FullAdder().decompose_bloq()


def test_a_decomposition_with_other_registers_is_found():
    with pytest.raises((AssertionError, ValueError)):
        check_decomposition(Unregistered(()))
