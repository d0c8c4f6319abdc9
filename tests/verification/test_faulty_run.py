"""Pauli errors in circuits small enough to know by heart: where they may fall, how often, and what each does."""

import math

import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.errors import InputError
from groverattn.verification.faulty_run import FaultyCircuit, measured_distribution
from groverattn.verification.sparse_state import SparseCircuit, SparseState

X, Y, Z = 1, 2, 3


def faulty(gates, n_wires, fault_rate=0.5, n_records=0, kept=None):
    """A circuit on one register `selection`, of which the wires `kept` come out."""
    wires = {("selection", ()): tuple(range(n_wires))}
    out = wires if kept is None else {("selection", ()): tuple(kept)}
    return FaultyCircuit(FlatCircuit([Gate(*gate) for gate in gates], n_wires, n_records, wires, out), fault_rate)


def run(monkeypatch, circuit, errors, value=0, seed=0):
    """The distribution over the outputs with these errors: by step and side of it, wires and Paulis."""
    monkeypatch.setattr(FaultyCircuit, "draw", lambda self, rng: errors)
    initial = SparseState.basis(circuit.circuit, {("selection", ()): value})
    state = circuit.run(np.random.default_rng(seed), initial)
    n_values = 1 << state.bits["selection", ()].shape[1]
    weights = np.bincount(state.values("selection"), np.abs(state.coefficients) ** 2, n_values)
    assert weights.sum() == pytest.approx(1)
    return weights, state


def test_places_are_each_gate_on_each_of_its_qubits():
    """After the gate, but before a measurement; what only gives wires back, or computes classically, has none."""
    gates = [
        (Op.HADAMARD, (0,)),
        (Op.CNOT, (0, 1)),
        (Op.CNOT, (0, 1, 2)),
        (Op.AND, (0, 1, 3), (1, 1)),
        (Op.SIGN, ()),
        (Op.UN_AND, (0, 1, 3), (1, 1)),
        (Op.FREE, (3,)),
        (Op.MEASURE_X, (2,), (0,)),
    ]
    expected = [
        *[(0, 0, False)],
        *[(1, 0, False), (1, 1, False)],
        *[(2, 0, False), (2, 1, False), (2, 2, False)],
        *[(3, 0, False), (3, 1, False), (3, 3, False)],
        *[(5, 0, False), (5, 1, False), (5, 3, True)],
        *[(7, 2, True)],
    ]
    assert faulty(gates, 4, n_records=1).places == expected


def test_a_circuit_that_borrows_has_no_places():
    with pytest.raises(InputError, match="borrows wires"):
        _ = faulty([(Op.BORROW, (1,)), (Op.X, (0,)), (Op.RETURN, (1,))], 2).places


@pytest.mark.parametrize("fault_rate", [0.1, 0.7])
def test_errors_come_at_the_rate_that_is_said_at_each_place_alike(fault_rate):
    """Some error with the probability `rate`: so 1 - (1 - rate)^(1/5) at each of five places, a third of each Pauli."""
    circuit, rng, n_runs = faulty([(Op.X, (0,)), (Op.CNOT, (0, 1)), (Op.CNOT, (1, 2))], 3, fault_rate), rng_of(1), 6000
    draws = [circuit.draw(rng) for _ in range(n_runs)]
    assert np.mean([bool(draw) for draw in draws]) == pytest.approx(fault_rate, abs=4 * 0.5 / math.sqrt(n_runs))
    p_place = 1 - (1 - fault_rate) ** (1 / 5)
    for number, wire, before in circuit.places:
        paulis = [p for draw in draws for w, p in draw.get((number, before), []) if w == wire]
        for pauli in (X, Y, Z):
            share = paulis.count(pauli) / n_runs
            assert share == pytest.approx(p_place / 3, abs=4 * math.sqrt(p_place / 3 / n_runs))
    assert {pauli for draw in draws for errors in draw.values() for _, pauli in errors} == {X, Y, Z}


def rng_of(seed):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("pauli", "value"), [(X, 0), (Y, 1), (Z, 1)])
def test_between_two_hadamards_a_sign_shows_and_a_flip_does_not(monkeypatch, pauli, value):
    circuit = faulty([(Op.HADAMARD, (0,)), (Op.X, (1,)), (Op.HADAMARD, (0,))], 2)
    weights, _ = run(monkeypatch, circuit, {(0, False): [(0, pauli)]})
    assert weights[2 * value + 1] == pytest.approx(1)


@pytest.mark.parametrize(("pauli", "value"), [(X, 1), (Y, 1), (Z, 0)])
def test_on_a_basis_state_a_flip_shows_and_a_sign_does_not(monkeypatch, pauli, value):
    circuit = faulty([(Op.X, (0,)), (Op.X, (0,))], 1)
    for side in ((0, True), (0, False), (1, True), (1, False)):
        weights, _ = run(monkeypatch, circuit, {side: [(0, pauli)]})
        assert weights[value] == pytest.approx(1)
    both, _ = run(monkeypatch, circuit, {(0, False): [(0, pauli)], (1, False): [(0, pauli)]})
    assert both[0] == pytest.approx(1)


def test_a_flip_before_a_cnot_spreads_and_after_it_does_not(monkeypatch):
    circuit = faulty([(Op.CNOT, (0, 1))], 2)
    assert run(monkeypatch, circuit, {(0, True): [(0, X)]})[0][0b11] == pytest.approx(1)
    assert run(monkeypatch, circuit, {(0, False): [(0, X)]})[0][0b10] == pytest.approx(1)
    assert run(monkeypatch, circuit, {}, value=0b10)[0][0b11] == pytest.approx(1)


def test_a_qubit_that_is_given_back_in_any_state_is_measured_and_set_to_zero(monkeypatch):
    """Half of a Bell pair: the other half becomes 0 or 1, one as often as the other, and stays normalised."""
    gates = [(Op.HADAMARD, (0,)), (Op.CNOT, (0, 1)), (Op.FREE, (1,)), (Op.HADAMARD, (1,)), (Op.HADAMARD, (1,))]
    outcomes = []
    for seed in range(200):
        weights, state = run(monkeypatch, faulty(gates, 2), {}, seed=seed)
        assert np.abs(state.coefficients) == pytest.approx([1])
        outcomes.append(int(weights.argmax()))
    assert set(outcomes) == {0b00, 0b10}
    assert abs(outcomes.count(0b10) - 100) < 4 * math.sqrt(50)


def test_an_outcome_has_the_probability_of_its_amplitudes(monkeypatch):
    """A qubit turned by 2 pi / 3 about Y between two, by Hadamards around a rotation: one with probability 3/4."""
    turn = [(Op.HADAMARD, (1,)), (Op.ROTATION, (1,), 2 * math.pi / 3), (Op.HADAMARD, (1,))]
    gates = [*turn, (Op.CNOT, (1, 0)), (Op.FREE, (1,))]
    ones = [run(monkeypatch, faulty(gates, 2), {}, seed=seed)[0][0b10] for seed in range(400)]
    assert set(np.round(ones, 9)) == {0.0, 1.0}
    assert np.mean(ones) == pytest.approx(0.75, abs=4 * math.sqrt(0.75 * 0.25 / 400))


def test_what_does_not_come_out_is_measured_at_the_end(monkeypatch):
    gates = [(Op.HADAMARD, (0,)), (Op.CNOT, (0, 1))]
    found = {int(run(monkeypatch, faulty(gates, 2, kept=[0]), {}, seed=seed)[0].argmax()) for seed in range(20)}
    assert found == {0, 1}
    certain, _ = run(monkeypatch, faulty([(Op.X, (1,)), (Op.HADAMARD, (0,))], 2, kept=[0]), {})
    assert certain == pytest.approx([0.5, 0.5])


def test_a_distribution_is_of_the_runs_one_after_the_other():
    """The first prepares without errors; each of the others is drawn anew, and rates of nearly one spoil them."""
    prepare = SparseCircuit(faulty([(Op.X, (0,)), (Op.X, (1,))], 2).circuit)
    flip = SparseCircuit(faulty([(Op.X, (1,))], 2).circuit)
    rng = rng_of(0)
    assert measured_distribution([prepare], 0.999999, rng).tolist() == [0, 0, 0, 1]
    assert measured_distribution([prepare, flip], 0.0, rng).tolist() == [0, 0, 1, 0]
    assert measured_distribution([prepare, flip, flip], 0.0, rng).tolist() == [0, 0, 0, 1]
    other = SparseCircuit(faulty([(Op.X, (0,))], 2).circuit)
    assert measured_distribution([prepare, flip, other, flip], 0.0, rng).tolist() == [0, 1, 0, 0]
    spoilt = [measured_distribution([prepare, flip], 1 - 1e-12, rng)[0b11] for _ in range(300)]
    assert np.mean(spoilt) == pytest.approx(2 / 3, abs=4 * math.sqrt(2 / 9 / 300))  # X or Y of three
