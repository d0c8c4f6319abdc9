"""The checks that every bloq of the package has to pass; a bloq is found by itself and cannot escape them."""

import inspect

import attrs
import cirq
import pytest
from qualtran import Bloq, CDType, GateWithRegisters
from qualtran.bloqs.basic_gates import TwoBitCSwap
from qualtran.bloqs.mcmt import And
from qualtran.cirq_interop import BloqAsCirqGate
from qualtran.resource_counting import QECGatesCost, get_cost_value

from groverattn.bloqs.flat.flattening import write_gates
from groverattn.bloqs.lookup.phase_fixup import FixupRow, FixupTable
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.costs.counting import count
from groverattn.verification.bloq_check import (
    check_adjoint,
    check_amplitudes,
    check_basis_states,
    check_counts,
    check_decomposition,
    is_gate,
)
from tests.bloqs.examples import BOTH_DIRECTIONS, MODULES, OF_CLASSES


def is_own_bloq(cls, module):
    return inspect.isclass(cls) and issubclass(cls, Bloq) and cls.__module__ == module.__name__


BLOQS = {
    cls
    for module in MODULES
    for cls in vars(module).values()
    if is_own_bloq(cls, module) and not inspect.isabstract(cls)
}


every_bloq = pytest.mark.parametrize("bloq", BOTH_DIRECTIONS.values(), ids=BOTH_DIRECTIONS)


OWN_GATES = {FixupTable, FixupRow, QRAMLookup}


def has_classical_wires(bloq):
    return any(isinstance(reg.dtype, CDType) for reg in bloq.signature)


def test_only_these_bloqs_have_no_decomposition():
    """One classical computation, the conditional Clifford gates that it chooses, and the external memory."""
    assert {
        cls for cls in BLOQS if cls in write_gates.registry and cls.build_composite_bloq is Bloq.build_composite_bloq
    } == OWN_GATES


def test_an_angle_and_the_direction_are_given_by_name():
    """A third number would not say what it is."""
    named = {"angle", "diffusion_angle", "uncompute", "controlled_flip"}
    fields = [(cls, field) for cls in BLOQS for field in attrs.fields(cls) if field.init and field.name in named]
    assert {field.name for _, field in fields} == named
    assert [(cls.__name__, field.name) for cls, field in fields if not field.kw_only] == []


def test_every_bloq_has_an_example():
    assert BLOQS - {example.bloq_cls for example in OF_CLASSES} == set()


def test_every_bloq_is_a_cirq_gate_with_a_reference():
    for cls in BLOQS:
        assert issubclass(cls, GateWithRegisters), cls
        assert issubclass(cls, cirq.Gate), cls
        references = ("reference_columns", "phase_after")
        classical = cls.on_classical_vals is not Bloq.on_classical_vals
        assert classical or any(hasattr(cls, name) for name in references), cls


@every_bloq
def test_decomposition_is_valid(bloq):
    check_decomposition(bloq)


@every_bloq
def test_call_graph_counts_equal_the_gates_of_the_decomposition(bloq):
    check_counts(bloq)


@every_bloq
def test_call_graph_counts_equal_those_of_the_composite_bloq(bloq):
    if not is_gate(bloq):
        called, composed = (get_cost_value(which, QECGatesCost()) for which in (bloq, bloq.decompose_bloq()))
        assert called == composed


@every_bloq
def test_cirq_decomposes_to_as_many_toffolis(bloq):
    if has_classical_wires(bloq):
        pytest.skip("Cirq has no classical wires; the oracle, which holds them inside, is converted gate by gate")
    operation = bloq.on(*cirq.LineQubit.range(cirq.num_qubits(bloq)))
    assert str(cirq.Circuit(operation))
    kept = (And, TwoBitCSwap, cirq.CSwapGate)
    gates = cirq.decompose(
        operation,
        keep=lambda op: isinstance(gate_of(op), kept),
        on_stuck_raise=None,
        context=cirq.DecompositionContext(cirq.SimpleQubitManager()),
    )
    toffolis = [op for op in gates if isinstance(gate_of(op), kept) and not getattr(gate_of(op), "uncompute", False)]
    assert len(toffolis) == count(bloq).toffoli


def gate_of(op):
    return op.gate.bloq if isinstance(op.gate, BloqAsCirqGate) else op.gate


@every_bloq
@pytest.mark.parametrize("seed", range(3))
def test_gates_do_what_the_reference_says(bloq, seed):
    check_basis_states(bloq, seed)


@every_bloq
def test_amplitudes_are_what_the_reference_says(bloq):
    check_amplitudes(bloq)


@every_bloq
def test_adjoint_undoes(bloq):
    check_adjoint(bloq)
