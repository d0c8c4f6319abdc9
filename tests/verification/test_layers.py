"""Gates in layers: each once, in an order that gives the same circuit, in groups that can be run at once."""

from collections import Counter

import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.flat.schedule import Axis
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.verification.layers import layers, steps_of
from groverattn.verification.row import SearchedRow
from groverattn.verification.sparse_state import SparseCircuit, SparseState, enter, run_sparse
from groverattn.verification.superposition import RULES

every_access = pytest.mark.parametrize("access", sorted(DATA_ACCESSES))


def iterate(access, n_keys=12, **blocks):
    row = SearchedRow.random(n_keys, 3, 2, key_bits=3, query_bits=3, data_access=access, **blocks)
    return flatten(GroverIterate(row.oracle()))


def waits(first, second):
    """Whether the order of two gates matters: one changes a wire, or a classical bit, that the other has to do with."""

    def changed(gate):
        n_read = len(gate.wires) if gate.op.axes[-1:] == (Axis.Z,) else gate.op.axes.count(Axis.Z)
        bits = {Op.MEASURE_X: lambda: gate.parameter, Op.PARITIES: lambda: gate.parameter[1]}.get(gate.op, tuple)
        return {*gate.wires[n_read:]} | {("bit", bit) for bit in bits()}

    def met(gate):
        reads = {Op.CONDITIONAL_CZ: lambda: gate.parameter, Op.PARITIES: lambda: gate.parameter[0]}.get(gate.op, tuple)
        return changed(gate) | {*gate.wires} | {("bit", bit) for bit in reads()}

    return bool(changed(first) & met(second) or changed(second) & met(first))


@every_access
def test_every_gate_is_run_once_and_after_those_that_it_waits_for(access):
    circuit = iterate(access)
    groups = layers(circuit)
    placed = {id(gate): number for number, gates in enumerate(groups) for gate in gates}
    assert Counter(id(gate) for gates in groups for gate in gates) == Counter(id(gate) for gate in circuit.gates)
    for at, first in enumerate(circuit.gates):
        for second in circuit.gates[at + 1 :]:
            if waits(first, second):
                assert placed[id(first)] < placed[id(second)], (first, second)


@every_access
def test_layers_do_what_one_gate_after_another_does(access):
    """From a state with a phase of its own on every index."""
    circuit = iterate(access)
    bits = (np.arange(12)[:, None] >> np.arange(4)[::-1] & 1).astype(np.uint8)
    initial = SparseState({("selection", ()): bits}, np.exp(1j * np.arange(12.0)) / np.sqrt(12))
    terms = enter(circuit, np.random.default_rng(1), initial)
    for gate in circuit.gates:
        RULES[gate.op](terms, gate.wires, gate.parameter)
    terms.settle()
    one_by_one = SparseState({("selection", ()): terms.bits([*circuit.outputs["selection", ()]])}, terms.amplitudes)
    together = run_sparse(circuit, np.random.default_rng(2), initial)
    np.testing.assert_allclose(together.amplitudes(), one_by_one.amplitudes(), atol=1e-12)


def test_a_score_is_few_steps():
    """What the layers are for: numbers that are added up do not wait for each other."""
    row = SearchedRow.random(64, 32, data_access="one-hot", keys_per_query=2, words_at_once=2)
    circuit = flatten(GroverIterate(row.oracle()))
    assert len(steps_of(circuit)) < len(circuit.gates) / 20


def test_hadamards_on_one_wire_are_not_taken_together():
    circuit = FlatCircuit([Gate(Op.HADAMARD, (wire,)) for wire in (0, 1, 0)], 2, 0, {}, {})
    assert [[gate.wires for gate in gates] for gates in layers(circuit)] == [[(0,), (1,)], [(0,)]]


def test_runs_of_one_circuit_do_not_change_it():
    circuit = SparseCircuit(iterate("qroam"))
    first, second = (run_sparse([circuit] * 2, np.random.default_rng(seed)) for seed in (0, 1))
    np.testing.assert_allclose(first.amplitudes(), second.amplitudes(), atol=1e-12)
