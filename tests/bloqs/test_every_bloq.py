"""The checks that every bloq of the package has to pass; a bloq is found by itself and cannot escape them."""

import importlib
import inspect
import pkgutil

import cirq
import numpy as np
import pytest
from qualtran import Bloq, BloqExample, GateWithRegisters, Signature
from qualtran.bloqs.mcmt import And
from qualtran.testing import assert_valid_bloq_decomposition

import groverattn.bloqs
from groverattn.bloqs.uncompute import Uncomputable
from groverattn.costs.counting import count
from groverattn.verify.bit_sliced import run_on_basis
from groverattn.verify.flat_circuit import flatten
from groverattn.verify.oracle_check import flat_counts
from groverattn.verify.state_vector import final_amplitudes

MODULES = [
    importlib.import_module(info.name) for info in pkgutil.walk_packages(groverattn.bloqs.__path__, "groverattn.bloqs.")
]
EXAMPLES = {
    example.name: example for module in MODULES for example in vars(module).values() if isinstance(example, BloqExample)
}
BLOQS = {
    cls
    for module in MODULES
    for cls in vars(module).values()
    if inspect.isclass(cls)
    and issubclass(cls, Bloq)
    and cls.__module__ == module.__name__
    and not inspect.isabstract(cls)
}


def both_directions():
    for name, example in EXAMPLES.items():
        bloq = example.make()
        yield pytest.param(bloq, id=name)
        if bloq.adjoint() != bloq:
            yield pytest.param(bloq.adjoint(), id=f"{name}-adjoint")


every_bloq = pytest.mark.parametrize("bloq", list(both_directions()))


def has_classical_action(bloq):
    return type(bloq).on_classical_vals is not Bloq.on_classical_vals


def has_reference_columns(bloq):
    return hasattr(bloq, "reference_columns")


def test_every_bloq_has_an_example():
    assert BLOQS - {example.bloq_cls for example in EXAMPLES.values()} == set()


def test_every_bloq_is_a_cirq_gate_with_a_reference():
    for cls in BLOQS:
        assert issubclass(cls, GateWithRegisters), cls
        assert issubclass(cls, cirq.Gate), cls
        assert cls.on_classical_vals is not Bloq.on_classical_vals or hasattr(cls, "reference_columns"), cls


@every_bloq
def test_decomposition_is_valid(bloq):
    assert_valid_bloq_decomposition(bloq)


@every_bloq
def test_call_graph_counts_equal_the_gates_of_the_decomposition(bloq):
    counted, run = count(bloq), flat_counts(flatten(bloq))
    assert run.toffoli_depth <= counted.toffoli_depth
    for name in ("toffoli", "t", "rotation", "clifford", "measurement", "logical_qubits"):
        assert getattr(counted, name) == getattr(run, name), name


@every_bloq
def test_call_graph_counts_equal_those_of_the_composite_bloq(bloq):
    counted, composite = count(bloq), count_gates(bloq.decompose_bloq())
    assert composite == (counted.toffoli, counted.clifford, counted.rotation, counted.measurement)


def count_gates(cbloq):
    from qualtran.resource_counting import QECGatesCost, get_cost_value

    gates = get_cost_value(cbloq, QECGatesCost())
    return gates.and_bloq + gates.toffoli + gates.cswap, gates.clifford, gates.rotation, gates.measurement


@every_bloq
def test_cirq_decomposes_to_as_many_and_gates(bloq):
    operation = bloq.on(*cirq.LineQubit.range(cirq.num_qubits(bloq)))
    assert str(cirq.Circuit(operation))
    context = cirq.DecompositionContext(cirq.SimpleQubitManager())
    gates = [
        op.gate
        for op in cirq.decompose(
            operation, keep=lambda op: isinstance(op.gate, And), on_stuck_raise=None, context=context
        )
    ]
    assert sum(isinstance(gate, And) and not gate.uncompute for gate in gates) == count(bloq).toffoli


def classical_inputs(bloq, rng, at_most=256):
    """All inputs of a small bloq or a random sample; of a bloq that uncomputes, outputs of its forward direction."""
    forward = bloq.forward if isinstance(bloq, Uncomputable) and bloq.uncompute else bloq
    registers = list(forward.signature.lefts())
    limits = [getattr(reg.dtype, "iteration_length_or_zero", lambda: 0)() or 1 << reg.bitsize for reg in registers]
    for _ in range(at_most):
        values = {}
        for reg, limit in zip(registers, limits, strict=True):
            drawn = rng.integers(0, limit, size=reg.shape or None)
            values[reg.name] = drawn if reg.shape else int(drawn)
        if bloq is not forward:
            values = dict(
                zip((r.name for r in forward.signature.rights()), forward.call_classically(**values), strict=True)
            )
        yield values


def as_bits(signature_side, values):
    return {
        (reg.name, idx): np.array(
            reg.dtype.to_bits(int(values[reg.name][idx] if reg.shape else values[reg.name])), dtype=np.uint8
        )
        for reg in signature_side
        for idx in reg.all_idxs()
    }


@every_bloq
def test_gates_do_what_the_reference_says(bloq):
    """Classical action and phase of every gate, ancillas clean, with random outcomes of the measured uncomputation."""
    if not has_classical_action(bloq):
        assert has_reference_columns(bloq)
        return
    inputs = list(classical_inputs(bloq, np.random.default_rng(1)))
    columns = [as_bits(bloq.signature.lefts(), values) for values in inputs]
    stacked = {key: np.stack([column[key] for column in columns]) for key in columns[0]}
    run = run_on_basis(flatten(bloq), stacked, np.random.default_rng(2))
    assert not run.dirty.any()
    for i, values in enumerate(inputs):
        expected = as_bits(bloq.signature.rights(), bloq.on_classical_vals(**values))
        for key, bits in expected.items():
            np.testing.assert_array_equal(run.outputs[key][i], bits)
        phase = bloq.basis_state_phase(**values)
        assert run.negative[i] == (phase is not None and phase < 0)


@every_bloq
def test_amplitudes_are_what_the_reference_says(bloq):
    if not has_reference_columns(bloq) or (isinstance(bloq, Uncomputable) and bloq.uncompute):
        assert has_classical_action(bloq) or isinstance(bloq, Uncomputable)
        return
    columns = bloq.reference_columns()
    found = np.stack([final_amplitudes(bloq, initial=j, seed=j) for j in range(columns.shape[1])], axis=1)
    phase = np.vdot(columns, found)
    np.testing.assert_allclose(found, columns * phase / abs(phase), atol=1e-6)


@every_bloq
def test_adjoint_undoes(bloq):
    signature: Signature = bloq.adjoint().signature
    assert signature == bloq.signature.adjoint()
    assert bloq.adjoint().adjoint() == bloq
