"""Each gate of the bit-sliced simulator by its truth table, and each way in which a wire can be left wrong."""

import itertools

import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.verification.bit_sliced import pack, run_on_basis, unpack


def bits_of(values, n_bits):
    return (np.asarray(values)[:, None] >> np.arange(n_bits)[::-1] & 1).astype(np.uint8)


def run(gates, n_in, n_wires=None, n_records=0, out=None, records=None, seed=0, values=None):
    """Run gates on every value of the first `n_in` wires; `records`: given classical bits, which come out too."""
    wires = {("q", ()): tuple(range(n_in))}
    given = {} if records is None else {("r", ()): tuple(range(n_records))}
    outputs = {("q", ()): tuple(range(n_in) if out is None else out)} | {("r", ()): tuple(range(n_records))}
    n_wires = n_in if n_wires is None else n_wires
    circuit = FlatCircuit([Gate(*gate) for gate in gates], n_wires, n_records, wires | given, outputs, frozenset({"r"}))
    inputs = {("q", ()): bits_of(np.arange(1 << n_in) if values is None else values, n_in)}
    inputs |= {} if records is None else {("r", ()): np.array(records, dtype=np.uint8)}
    return run_on_basis(circuit, inputs, np.random.default_rng(seed))


def outputs(found):
    bits = found.outputs["q", ()]
    return (bits @ (1 << np.arange(bits.shape[1])[::-1])).tolist()


@pytest.mark.parametrize(
    ("gate", "values", "signs"),
    [
        ((Op.X, (2,)), [1, 0, 3, 2, 5, 4, 7, 6], [0] * 8),
        ((Op.Z, (0,)), range(8), [0, 0, 0, 0, 1, 1, 1, 1]),
        ((Op.CZ, (0, 2)), range(8), [0, 0, 0, 0, 0, 1, 0, 1]),
        ((Op.CNOT, (0, 2)), [0, 1, 2, 3, 5, 4, 7, 6], [0] * 8),
        ((Op.CNOT, (0, 1, 2)), [0, 1, 2, 3, 7, 6, 5, 4], [0] * 8),
        ((Op.CSWAP, (0, 1, 2)), [0, 1, 2, 3, 4, 6, 5, 7], [0] * 8),
        ((Op.SIGN, ()), range(8), [1] * 8),
    ],
)
def test_truth_tables(gate, values, signs):
    found = run([gate], 3)
    assert outputs(found) == list(values)
    assert found.negative.tolist() == [bool(sign) for sign in signs]
    assert not found.dirty.any()


def test_words_swap_bit_by_bit():
    found = run([(Op.CSWAP, (0, 1, 2, 3, 4))], 5)
    for before, after in enumerate(outputs(found)):
        control, first, second = before >> 4, before >> 2 & 3, before & 3
        assert after == (before if not control else 16 | second << 2 | first)


@pytest.mark.parametrize("values", list(itertools.product((0, 1), repeat=2)))
def test_and_of_bits_or_of_their_complements_is_computed_and_undone(values):
    for seed in range(4):
        computed = run([(Op.AND, (0, 1, 2), values)], 2, 3, out=(0, 1, 2), seed=seed)
        expected = [2 * v + ((v >> 1) == values[0] and (v & 1) == values[1]) for v in range(4)]
        assert outputs(computed) == expected
        undone = run([(Op.AND, (0, 1, 2), values), (Op.UN_AND, (0, 1, 2), values)], 2, 3, seed=seed)
        assert outputs(undone) == [0, 1, 2, 3]
        assert not (undone.dirty.any())
        assert not (undone.negative.any())
        assert not (computed.dirty.any())


def test_undoing_another_and_is_dirty_and_costs_a_sign_by_chance():
    """Where the target is not the And: always dirty, and in half of the outcomes of the wrong sign."""
    gates = [(Op.AND, (0, 1, 2), (1, 1)), (Op.UN_AND, (0, 1, 2), (1, 0))]
    found = run(gates, 2, 3, values=[0, 1, 2, 3] * 500)
    signs = found.negative.reshape(500, 4)
    assert found.dirty.reshape(500, 4).tolist() == [[False, False, True, True]] * 500
    assert signs[:, :2].sum() == 0
    assert np.abs(signs[:, 2:].sum(axis=0) - 250).max() < 50


def test_every_input_has_outcomes_of_its_own():
    gates = [(Op.AND, (0, 1, 2), (1, 1)), (Op.UN_AND, (0, 1, 2), (1, 0))]
    signs = np.array([run(gates, 2, 3, values=[2] * 128, seed=seed).negative for seed in range(60)])
    assert (signs.any(axis=0) & ~signs.all(axis=0)).all()


@pytest.mark.parametrize(
    ("gates", "dirty"),
    [
        ([(Op.CNOT, (0, 1)), (Op.AND, (0, 0, 1), (1, 1))], [False, True]),  # a target that is not zero
        ([(Op.CNOT, (0, 1)), (Op.FREE, (1,))], [False, True]),
        ([(Op.CNOT, (0, 1)), (Op.FREE, (2, 1))], [False, True]),
        ([(Op.CNOT, (0, 1))], [False, True]),  # left at the end
        ([(Op.X, (1,))], [True, True]),
        ([(Op.CNOT, (0, 1)), (Op.CNOT, (0, 1)), (Op.FREE, (1,))], [False, False]),
        ([(Op.CNOT, (0, 1)), (Op.BORROW, (1,)), (Op.RETURN, (1,))], [False, True]),
        ([(Op.BORROW, (2, 1)), (Op.CNOT, (0, 1)), (Op.RETURN, (2, 1))], [False, True]),
        ([(Op.BORROW, (2, 1)), (Op.CNOT, (0, 1)), (Op.CNOT, (0, 1)), (Op.RETURN, (2, 1))], [False, False]),
    ],
)
def test_wires_that_are_not_as_they_have_to_be(gates, dirty):
    assert run(gates, 1, 3).dirty.tolist() == dirty


def test_a_borrowed_wire_holds_anything_and_is_zero_again_afterwards():
    """Copied to an output while it is borrowed: about half ones, and another draw for another seed."""
    gates = [(Op.BORROW, (1,)), (Op.CNOT, (1, 0)), (Op.RETURN, (1,))]
    first, second = (outputs(run(gates, 1, 2, values=[0] * 640, seed=seed)) for seed in (0, 1))
    assert 240 < sum(first) < 400
    assert first != second
    assert run([*gates, (Op.CNOT, (1, 0))], 1, 2, values=[0] * 64).outputs["q", ()].shape == (64, 1)
    assert not run([*gates, (Op.FREE, (1,))], 1, 2, values=[0] * 64).dirty.any()


def test_a_measurement_has_one_outcome_for_all_and_the_sign_of_its_ones():
    gates = [(Op.CNOT, (0, 1)), (Op.MEASURE_X, (1,), (0,))]
    found = [run(gates, 1, 2, n_records=1, seed=seed) for seed in range(40)]
    outcomes = [int(each.outputs["r", ()][0]) for each in found]
    assert 8 < sum(outcomes) < 32
    for outcome, each in zip(outcomes, found, strict=True):
        assert each.negative.tolist() == [False, outcome == 1]
        assert not each.dirty.any()  # the wire is zero again


@pytest.mark.parametrize("records", list(itertools.product((0, 1), repeat=2)))
def test_a_sign_waits_for_classical_bits(records):
    """CZ of wire 0 with those of the wires 1 and 2 whose bit is one."""
    found = run([(Op.CONDITIONAL_CZ, (0, 1, 2), (0, 1))], 3, n_records=2, records=records)
    expected = [(v >> 2) & ((v >> 1 & records[0]) ^ (v & records[1])) for v in range(8)]
    assert found.negative.tolist() == [bool(sign) for sign in expected]
    assert found.outputs["r", ()].tolist() == list(records)


class Sums:
    """Parities of neighbours."""

    def parities(self, outcome):
        return outcome[:-1] ^ outcome[1:]


def test_parities_are_those_of_the_bits_that_are_named():
    gate = (Op.PARITIES, (), ((2, 0, 1), (3, 4, 5), Sums()))
    found = run([gate], 1, n_records=6, records=[1, 0, 1, 0, 0, 1])
    assert found.outputs["r", ()].tolist() == [1, 0, 1, 0, 1, 1]  # the last place has no parity, and stays


@pytest.mark.parametrize("n_inputs", [1, 63, 64, 65, 128, 130])
def test_inputs_are_packed_64_to_a_word_and_come_back(n_inputs):
    bits = np.random.default_rng(n_inputs).integers(0, 2, (n_inputs, 3), dtype=np.uint8)
    words = pack(bits)
    assert words.shape == (3, (n_inputs + 63) // 64)
    assert words.dtype == np.uint64
    assert int(words[1, 0]) & 1 == bits[0, 1]
    assert int(words[2, -1]) >> (n_inputs - 1) % 64 & 1 == bits[-1, 2]
    assert unpack(words, n_inputs).tolist() == bits.tolist()
    found = run([(Op.Z, (0,))], 3, values=np.arange(n_inputs) % 8)
    assert outputs(found) == [value % 8 for value in range(n_inputs)]
    assert found.negative.tolist() == [value % 8 >= 4 for value in range(n_inputs)]
