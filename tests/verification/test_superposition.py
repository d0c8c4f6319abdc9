"""Terms that split, merge and are measured, against a dense simulation of a few wires."""

import math

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.errors import InputError
from groverattn.verification import superposition
from groverattn.verification.sparse_state import run_sparse


def rng(seed=0):
    return np.random.default_rng(seed)


def small_circuit(gates, n_wires, n_records=0):
    """One register per wire, all of them in and out, and the classical bits as one register `r`."""
    wires = {("q", (i,)): (i,) for i in range(n_wires)}
    return FlatCircuit(gates, n_wires, n_records, wires, wires | {("r", ()): tuple(range(n_records))}, frozenset({"r"}))


def dense(circuit, records):
    """All 2^n amplitudes, the measurements having the outcomes `records`; the norm squared is their probability."""
    n = circuit.n_wires
    state = np.zeros((2,) * n, dtype=np.complex128)
    state[(0,) * n] = 1

    def where(**ones):
        """Index of the amplitudes with given bits on given wires."""
        return tuple(ones.get(f"w{wire}", slice(None)) for wire in range(n))

    def hadamard(wire):
        np.copyto(state, np.moveaxis(np.tensordot([[1, 1], [1, -1]], state, (1, wire)), 0, wire) * math.sqrt(0.5))

    for gate in circuit.gates:
        first, *others = gate.wires
        last = gate.wires[-1]
        match gate.op:
            case Op.HADAMARD:
                hadamard(first)
            case Op.ROTATION:
                state[where(**{f"w{first}": 0})] *= np.exp(-0.5j * gate.parameter)
                state[where(**{f"w{first}": 1})] *= np.exp(0.5j * gate.parameter)
            case Op.CZ:
                state[where(**{f"w{first}": 1, f"w{last}": 1})] *= -1
            case Op.CNOT:
                for target in others:
                    one = where(**{f"w{first}": 1})
                    state[one] = np.flip(state, axis=target)[one]
            case Op.MEASURE_X:
                hadamard(first)
                if records[gate.parameter[0]]:
                    np.copyto(state, np.flip(state, axis=first))
                state[where(**{f"w{first}": 1})] = 0
    return state.ravel()


def random_gates(draw, n_wires, n_gates, n_records):
    """Gates in which terms split, interfere and merge, measurements spread among them."""
    gates = [Gate(Op.HADAMARD, (wire,)) for wire in range(n_wires)]
    kinds = (Op.HADAMARD, Op.ROTATION, Op.CZ, Op.CNOT)
    for _ in range(n_gates):
        op = kinds[draw.integers(len(kinds))]
        n_on = {Op.CZ: 2, Op.CNOT: int(draw.integers(2, 4))}.get(op, 1)
        wires = tuple(int(wire) for wire in draw.permutation(n_wires)[:n_on])
        gates.append(Gate(op, wires, float(draw.uniform(-4, 4)) if op is Op.ROTATION else None))
    for record, at in enumerate(sorted(draw.integers(n_wires, len(gates), n_records))):
        gates.insert(int(at) + record, Gate(Op.MEASURE_X, (int(draw.integers(n_wires)),), (record,)))
    return gates


def all_amplitudes(state, n_wires):
    found = np.zeros(1 << n_wires, dtype=np.complex128)
    numbers = sum(state.values("q", (i,)) << (n_wires - 1 - i) for i in range(n_wires))
    found[numbers] = state.coefficients
    assert len(set(numbers)) == len(numbers), "one basis state is two terms"
    return found


@pytest.mark.parametrize("together", [1, 1 << 16])
@pytest.mark.parametrize("seed", range(40))
def test_random_circuits_with_measurements_that_merge_terms(seed, together, monkeypatch):
    """Hadamards one at a time, and as many as there are."""
    monkeypatch.setattr(superposition, "_CACHED", together)
    circuit = small_circuit(random_gates(rng(seed), 4, 25, 3), 4, 3)
    state = run_sparse(circuit, rng(seed))
    expected = dense(circuit, state.records["r", ()])
    np.testing.assert_allclose(all_amplitudes(state, 4), expected / np.linalg.norm(expected), atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_outcomes_have_the_probabilities_of_the_amplitudes(seed):
    circuit = small_circuit(random_gates(rng(seed), 3, 12, 2), 3, 2)
    outcomes = [(a, b) for a in range(2) for b in range(2)]
    expected = np.array([np.linalg.norm(dense(circuit, outcome)) ** 2 for outcome in outcomes])
    assert expected.sum() == pytest.approx(1)
    draw, n_runs = rng(seed), 400
    found = [tuple(run_sparse(circuit, draw).records["r", ()].tolist()) for _ in range(n_runs)]
    share = np.array([found.count(outcome) for outcome in outcomes]) / n_runs
    np.testing.assert_allclose(share, expected, atol=4.5 * math.sqrt(0.25 / n_runs))


def test_the_seeds_of_the_outcomes_include_certain_and_biased_ones():
    """What the test above would not see if all its outcomes were fair coins."""
    probabilities = [
        np.linalg.norm(dense(small_circuit(random_gates(rng(seed), 3, 12, 2), 3, 2), (a, b))) ** 2
        for seed in range(4)
        for a in range(2)
        for b in range(2)
    ]
    assert min(abs(p - 0.25) for p in probabilities) < 1e-9
    assert max(abs(p - 0.25) for p in probabilities) > 0.1


def test_a_certain_outcome_and_a_fair_one():
    """|+> gives 0; half of a Bell pair gives either and leaves the other half in |+> or |->."""
    plus = small_circuit([Gate(Op.HADAMARD, (0,)), Gate(Op.MEASURE_X, (0,), (0,))], 1, 1)
    assert [run_sparse(plus, rng(seed)).records["r", ()].tolist() for seed in range(20)] == [[0]] * 20
    bell = [Gate(Op.HADAMARD, (0,)), Gate(Op.CNOT, (0, 1)), Gate(Op.MEASURE_X, (1,), (0,))]
    seen = set()
    for seed in range(20):
        state = run_sparse(small_circuit(bell, 2, 1), rng(seed))
        outcome = int(state.records["r", ()][0])
        np.testing.assert_allclose(state.amplitudes("q", (0,)), np.array([1, 1 - 2 * outcome]) / math.sqrt(2))
        seen.add(outcome)
    assert seen == {0, 1}


def test_undoing_an_and_that_was_none_is_a_measurement():
    """A target in |+> beside controls in |+>|+>: the outcome 0 is certain and nothing is corrected."""
    gates = [Gate(Op.HADAMARD, (wire,)) for wire in range(3)] + [Gate(Op.UN_AND, (0, 1, 2), (1, 1))]
    for seed in range(10):
        state = run_sparse(small_circuit(gates, 3), rng(seed))
        np.testing.assert_allclose(all_amplitudes(state, 3), [0.5, 0] * 4, atol=1e-12)


def test_undoing_an_and_of_other_values_leaves_a_sign_by_chance():
    gates = [Gate(Op.HADAMARD, (0,)), Gate(Op.HADAMARD, (1,)), Gate(Op.AND, (0, 1, 2), (1, 1))]
    circuit = small_circuit([*gates, Gate(Op.UN_AND, (0, 1, 2), (1, 0))], 3)
    states = [all_amplitudes(run_sparse(circuit, rng(seed)), 3)[::2] * 2 for seed in range(20)]
    # order of the controls' values: 00, 01, 10, 11
    expected = {(1, 1, 1, 1), (1, 1, -1, -1)}
    assert {tuple(state.real.round(9).tolist()) for state in states} == expected


def test_more_than_64_wires_in_superposition():
    """A cat state of 100 wires, then each but the first measured out."""
    gates = [Gate(Op.HADAMARD, (0,)), Gate(Op.CNOT, tuple(range(100))), Gate(Op.HADAMARD, (99,))]
    state = run_sparse(small_circuit(gates, 100), rng())
    assert state.coefficients.size == 4
    gates += [Gate(Op.HADAMARD, (99,))] + [Gate(Op.MEASURE_X, (i,), (i - 1,)) for i in range(1, 100)]
    state = run_sparse(small_circuit(gates, 100, 99), rng())
    sign = 1 - 2 * (int(state.records["r", ()].sum()) % 2)
    np.testing.assert_allclose(state.amplitudes("q", (0,)), np.array([1, sign]) / math.sqrt(2), atol=1e-12)


@pytest.mark.parametrize("after", [Op.FREE, Op.RETURN, None])
def test_a_wire_that_is_not_given_back_as_it_has_to_be(after):
    """One term of two; a wire that no output names is given back at the end."""
    gates = [Gate(Op.HADAMARD, (0,))] + ([Gate(Op.BORROW, (1,))] if after is Op.RETURN else [])
    gates += [Gate(Op.CNOT, (0, 1))] + ([Gate(after, (1,))] if after else [])
    circuit = attrs.evolve(
        small_circuit(gates, 2), inputs={("q", (0,)): (0,)}, outputs={("q", (0,)): (0,)}, classical=frozenset()
    )
    with pytest.raises(InputError, match="a one in 1 of 2 terms"):
        run_sparse(circuit, rng())
    with pytest.raises(InputError, match="a one in"):
        run_sparse(attrs.evolve(circuit, gates=[*gates, Gate(Op.HADAMARD, (0,))]), rng())


def test_registers_that_are_entangled_have_no_amplitudes_but_values():
    circuit = small_circuit([Gate(Op.HADAMARD, (0,)), Gate(Op.CNOT, (0, 1))], 3)
    state = run_sparse(circuit, rng())
    with pytest.raises(InputError, match="entangled"):
        state.amplitudes("q", (0,))
    assert sorted(state.values("q", (1,)).tolist()) == [0, 1]
    assert set(state.values("q", (2,)).tolist()) == {0}
