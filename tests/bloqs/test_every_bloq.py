"""The checks that every bloq of the package has to pass; a bloq is found by itself and cannot escape them."""

import importlib
import inspect
import itertools
import pkgutil

import cirq
import numpy as np
import pytest
import qualtran.testing
from qualtran import Adjoint, Bloq, BloqExample, CDType, DecomposeTypeError, GateWithRegisters, QDType, Side
from qualtran.bloqs.basic_gates import TwoBitCSwap
from qualtran.bloqs.mcmt import And
from qualtran.cirq_interop import BloqAsCirqGate
from qualtran.resource_counting import QECGatesCost, get_cost_value

import groverattn.bloqs
from groverattn.bloqs.costed import Uncomputable
from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import flatten, write_gates
from groverattn.bloqs.lookup.phase_fixup import ConditionalCZ, FixupTable
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.costs.counting import count
from groverattn.verification.bit_sliced import run_on_basis
from groverattn.verification.oracle_check import flat_counts
from groverattn.verification.state_vector import final_amplitudes

PACKAGE = groverattn.bloqs
MODULES = [
    importlib.import_module(info.name) for info in pkgutil.walk_packages(PACKAGE.__path__, f"{PACKAGE.__name__}.")
]
EXAMPLES = {
    example.name: example for module in MODULES for example in vars(module).values() if isinstance(example, BloqExample)
}


def is_own_bloq(cls, module):
    return inspect.isclass(cls) and issubclass(cls, Bloq) and cls.__module__ == module.__name__


BLOQS = {
    cls
    for module in MODULES
    for cls in vars(module).values()
    if is_own_bloq(cls, module) and not inspect.isabstract(cls)
}


def both_directions():
    for name, example in EXAMPLES.items():
        bloq = example.make()
        yield pytest.param(bloq, id=name)
        if bloq.adjoint() != bloq and not isinstance(bloq.adjoint(), Adjoint):
            yield pytest.param(bloq.adjoint(), id=f"{name}-adjoint")


every_bloq = pytest.mark.parametrize("bloq", list(both_directions()))


OWN_GATES = {FixupTable, ConditionalCZ, QRAMLookup}


def is_gate(bloq):
    """Whether the simulators run the bloq as it is, and no decomposition stands behind it."""
    return type(bloq) in write_gates.registry and type(bloq).build_composite_bloq is Bloq.build_composite_bloq


def has_classical_wires(bloq):
    return any(isinstance(reg.dtype, CDType) for reg in bloq.signature)


def has_classical_action(bloq):
    return type(bloq).on_classical_vals is not Bloq.on_classical_vals


def runs_on_basis(bloq):
    """Whether basis states go to basis states up to sign, so that the bit-sliced simulator runs the bloq."""
    return not hasattr(bloq, "reference_columns") and not flatten(bloq).gate_counts[Op.ROTATION]


def test_only_these_bloqs_have_no_decomposition():
    """One classical computation, one conditional Clifford gate and the external memory."""
    assert {
        cls for cls in BLOQS if cls in write_gates.registry and cls.build_composite_bloq is Bloq.build_composite_bloq
    } == OWN_GATES


def test_every_bloq_has_an_example():
    assert BLOQS - {example.bloq_cls for example in EXAMPLES.values()} == set()


def test_every_bloq_is_a_cirq_gate_with_a_reference():
    for cls in BLOQS:
        assert issubclass(cls, GateWithRegisters), cls
        assert issubclass(cls, cirq.Gate), cls
        references = ("reference_columns", "phase_after")
        classical = cls.on_classical_vals is not Bloq.on_classical_vals
        assert classical or any(hasattr(cls, name) for name in references), cls


@every_bloq
def test_decomposition_is_valid(bloq):
    if is_gate(bloq):
        with pytest.raises(DecomposeTypeError):
            bloq.decompose_bloq()
        return
    cbloq = qualtran.testing.assert_registers_match_parent(bloq)
    qualtran.testing.assert_registers_match_dangling(cbloq)
    qualtran.testing.assert_soquets_belong_to_registers(cbloq)
    qualtran.testing.assert_soquets_used_exactly_once(cbloq)
    wires = [reg.dtype for inner in cbloq.bloq_instances for reg in inner.bloq.signature]
    if not any(isinstance(dtype, CDType) for dtype in wires):
        # this one takes every classical wire for one of a wrong size
        qualtran.testing.assert_connections_compatible(cbloq)


@every_bloq
def test_call_graph_counts_equal_the_gates_of_the_decomposition(bloq):
    counted, run = count(bloq), flat_counts(flatten(bloq))
    assert run.toffoli_depth <= counted.toffoli_depth
    assert run.measurement_depth <= counted.measurement_depth
    for name in ("toffoli", "t", "rotation", "clifford", "measurement", "logical_qubits"):
        assert getattr(counted, name) == getattr(run, name), name


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


def inputs_of(bloq, rng, at_most=64):
    """Random inputs. Classical registers get one value for all: they hold outcomes that all branches share."""
    shared = {reg.name: draw(reg, rng) for reg in bloq.signature.lefts() if isinstance(reg.dtype, CDType)}
    is_quantum = any(isinstance(reg.dtype, QDType) for reg in bloq.signature)
    return [quantum_input(bloq, rng) | shared for _ in range(at_most if is_quantum else 1)]


def quantum_input(bloq, rng):
    """A random basis state; of a bloq that takes back what another computes, an output of that one."""
    takes_back = any(reg.side == Side.LEFT and isinstance(reg.dtype, QDType) for reg in bloq.signature)
    computes = bloq.adjoint() if takes_back and not isinstance(bloq.adjoint(), Adjoint) else bloq
    registers = [reg for reg in computes.signature.lefts() if isinstance(reg.dtype, QDType)]
    values = {reg.name: draw(reg, rng) for reg in registers}
    return values if computes is bloq else computes.on_classical_vals(**values)


def draw(reg, rng):
    length = reg.dtype.iteration_length_or_zero() if isinstance(reg.dtype, QDType) else 0
    drawn = rng.integers(0, length or 1 << reg.bitsize, size=reg.shape or None)
    return drawn if reg.shape else int(drawn)


def as_bits(registers, values):
    return {
        (reg.name, idx): np.array(
            reg.dtype.to_bits(int(values[reg.name][idx] if reg.shape else values[reg.name])), dtype=np.uint8
        )
        for reg in registers
        if reg.name in values
        for idx in reg.all_idxs()
    }


@every_bloq
@pytest.mark.parametrize("seed", range(3))
def test_gates_do_what_the_reference_says(bloq, seed):
    """Classical action and phase of every gate, ancillas clean, with random outcomes of every measurement."""
    if not runs_on_basis(bloq):
        return
    rng = np.random.default_rng(seed)
    inputs = inputs_of(bloq, rng)
    columns = [as_bits(bloq.signature.lefts(), values) for values in inputs]
    classical = {reg.name for reg in bloq.signature if isinstance(reg.dtype, CDType)}
    stacked = {
        key: columns[0][key] if key[0] in classical else np.stack([column[key] for column in columns])
        for key in columns[0]
    }
    check_run(bloq, flatten(bloq), inputs, stacked, classical, rng)
    if type(bloq) in write_gates.registry and not is_gate(bloq):
        # run in one step by the simulators: its decomposition has to do the same
        check_run(bloq, flatten(bloq.decompose_bloq()), inputs, stacked, classical, rng)


def check_run(bloq, circuit, inputs, stacked, classical, rng):
    run = run_on_basis(circuit, stacked, rng)
    assert not run.dirty.any()
    measured = np.array([bits[0] for key, bits in run.outputs.items() if key[0] in classical])
    for i, values in enumerate(inputs):
        expected = bloq.on_classical_vals(**values) if has_classical_action(bloq) else {}
        for key, bits in as_bits(bloq.signature.rights(), expected).items():
            np.testing.assert_array_equal(run.outputs[key] if key[0] in classical else run.outputs[key][i], bits)
        phase = (
            bloq.phase_after(measured, **values) if hasattr(bloq, "phase_after") else bloq.basis_state_phase(**values)
        )
        assert run.negative[i] == (phase is not None and phase < 0)


@every_bloq
def test_amplitudes_are_what_the_reference_says(bloq):
    if runs_on_basis(bloq) or (isinstance(bloq, Uncomputable) and bloq.uncompute):
        # classical bloqs have the test above; what is read backwards has been run forwards
        return
    if not hasattr(bloq, "reference_columns"):
        check_phases(bloq)
        return
    columns = bloq.reference_columns()
    inputs = bloq.reference_inputs() if hasattr(bloq, "reference_inputs") else range(columns.shape[1])
    found = np.stack([final_amplitudes(bloq, initial=int(j), seed=int(j)) for j in inputs], axis=1)
    phase = np.vdot(columns, found)
    np.testing.assert_allclose(found, columns * phase / abs(phase), atol=1e-6)


def check_phases(bloq):
    """A bloq of phases other than signs gives every basis state exactly the phase that it states."""
    registers = list(bloq.signature)
    entries = [(reg, idx) for reg in registers for idx in reg.all_idxs()]
    ranges = [range(reg.dtype.iteration_length_or_zero() or 1 << reg.bitsize) for reg, _ in entries]
    for values in itertools.product(*ranges):
        bits = [bit for (reg, _), value in zip(entries, values, strict=True) for bit in reg.dtype.to_bits(value)]
        state = int("".join(map(str, bits)), 2)
        given = {reg.name: np.zeros(reg.shape, dtype=int) for reg in registers}
        for (reg, idx), value in zip(entries, values, strict=True):
            given[reg.name][idx] = value
        named = {reg.name: given[reg.name] if reg.shape else int(given[reg.name]) for reg in registers}
        found = final_amplitudes(bloq, initial=state, seed=state)
        expected = np.zeros_like(found)
        expected[state] = bloq.basis_state_phase(**named)
        np.testing.assert_allclose(found, expected, atol=1e-9)


@every_bloq
def test_adjoint_undoes(bloq):
    assert bloq.adjoint().signature == bloq.signature.adjoint()
    assert bloq.adjoint().adjoint() == bloq
