"""What bloqs state of themselves, and what few circuits need: calls outside, fan-outs, controls, Cirq's rare gates."""

import math

import attrs
import cirq
import numpy as np
import pytest
from qualtran.bloqs.basic_gates import GlobalPhase

from groverattn.bloqs.flat.circuit import Axis, FlatCircuit, Gate, Op
from groverattn.bloqs.flat.cirq import cirq_operations
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES, key_lookup
from groverattn.bloqs.lookup.load_word import LoadWord
from groverattn.bloqs.lookup.phase_fixup import FixupRow
from groverattn.bloqs.lookup.qram import QRAMLookup
from groverattn.bloqs.score.indexer import IndexerScore
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.block_oracle import BlockOracle, oracle_of
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.problem.indexers import IndexerQuery
from groverattn.problem.key_table import KeyTable
from groverattn.verification.bit_sliced import run_on_basis

KEYS = np.array([[1, -2], [3, 0], [-4, 3], [2, 2], [0, 0], [-1, 3]])  # scores with (3, -1): 5, 9, -15, 4, 0, -6
TABLE, SCORE = KeyTable.from_keys(KEYS, 3, found=[1]), Score((3, -1), threshold=4, key_bits=3)


@pytest.mark.parametrize("access", sorted(DATA_ACCESSES))
def test_a_memory_outside_is_called_to_load_and_to_unload(access):
    """All other accesses hold their keys in gates."""
    calls = 1 if access == "qram" else 0
    lookup = key_lookup(access, TABLE)
    assert lookup.external_calls == calls
    assert oracle_of(access, TABLE, SCORE).external_calls == 2 * calls
    assert (calls == 0) or PhaseOracle(lookup, SCORE).adjoint().external_calls == 2
    if access in ("qrom", "one-hot"):
        assert oracle_of(access, TABLE, SCORE, keys_per_query=2).external_calls == 0


def test_a_row_is_one_fan_out_whatever_its_bits():
    assert [LoadWord(4, word).fan_outs for word in (0, 1, 15)] == [1, 1, 1]
    assert FixupRow(5).fan_outs == 1


def test_of_scores_and_flips_one_waits_for_another():
    oracle = PhaseOracle(key_lookup("qrom", TABLE), SCORE)
    assert (oracle.turns, oracle.flips_in_turn) == (1, 1)
    assert key_lookup("qrom", TABLE).kept_bits == 0


def test_an_angle_is_given_by_its_name():
    lookup = key_lookup("qrom", TABLE)
    assert PhaseOracle(lookup, SCORE).predicate.angle == math.pi
    with pytest.raises(TypeError):
        PhaseOracle(lookup, SCORE, 1.0)


def test_odd_blocks_are_marked():
    """Live keys from the threshold on: 5 and 4; in blocks of three, one each, and in one block of six, two."""
    for n_in_block, n_marked in [(2, [1, 1, 0]), (3, [1, 1]), (1, [1, 0, 0, 1, 0, 0])]:
        places = np.arange(6).reshape(-1, n_in_block)
        oracle = oracle_of("qrom", TABLE.in_blocks(n_in_block, places), SCORE)
        blocks = range(len(places))
        if isinstance(oracle, BlockOracle):
            assert [oracle.n_marked(block) for block in blocks] == n_marked
            assert [oracle.is_marked(block) for block in blocks] == [number % 2 == 1 for number in n_marked]
            assert str(oracle) == f"BlockOracle({len(places)}, {n_in_block})"
        assert [oracle.basis_state_phase(block) < 0 for block in blocks] == [number % 2 == 1 for number in n_marked]
    both = oracle_of("qrom", TABLE.in_blocks(3, np.array([[0, 3, 4], [1, 2, 5]])), SCORE)
    assert ([both.n_marked(block) for block in (0, 1)], both.is_marked(0)) == ([2, 0], False)


def test_a_control_goes_to_the_flips_of_a_block():
    oracle = oracle_of("qrom", TABLE.in_blocks(2, np.arange(6).reshape(3, 2)), SCORE)
    controlled = oracle.controlled()
    assert controlled == attrs.evolve(oracle, controlled_flip=True)
    assert [reg.name for reg in controlled.signature] == ["ctrl", *(reg.name for reg in oracle.signature)]
    assert [controlled.basis_state_phase(selection=block, ctrl=0) for block in range(3)] == [1, 1, 1]
    assert controlled.basis_state_phase(selection=0, ctrl=1) == oracle.basis_state_phase(0) == -1


def test_a_memory_outside_in_cirq_and_bit_by_bit():
    """|j>|x> goes to |j>|x XOR word_j>, and an index beyond the keys leaves the word."""
    load = QRAMLookup(TABLE)
    flat = flatten(load)
    (gate,) = [gate for gate in flat.gates if gate.op is Op.EXTERNAL_LOAD]
    qubits = cirq.LineQubit.range(len(gate.wires))
    (operation,) = cirq_operations(attrs.evolve(flat, gates=[gate]), dict(zip(gate.wires, qubits, strict=True)))
    registers = operation.gate.registers()
    assert registers == ([2] * 3, [2] * 7)
    for index in range(8):
        for word in (0, 0b1010101):
            expected = word ^ TABLE.word(index) if index < 6 else word
            assert operation.gate.apply(index, word) == (index, expected)
    with pytest.raises(ValueError, match="registers"):
        operation.gate.with_registers([2], [2])
    index = (np.arange(6)[:, None] >> np.arange(3)[::-1] & 1).astype(np.uint8)
    words = run_on_basis(flat, {("selection", ()): index}, np.random.default_rng(0)).outputs["word", ()]
    assert (words @ (1 << np.arange(7)[::-1])).tolist() == [TABLE.word(key) for key in range(6)]


def test_a_sign_is_a_global_phase_in_cirq():
    (operation,) = cirq_operations(flatten(GlobalPhase(exponent=1.0)), {})
    assert cirq.unitary(operation) == pytest.approx(np.array([[-1]]))


def test_an_operation_has_an_axis_for_each_wire():
    """A CNOT is diagonal in Z on its control and in X on its targets; gates that share such a wire commute there."""
    assert len({op.value for op in Op}) == len(Op)
    assert [op.value for op in Op] == list(range(len(Op)))
    assert all(isinstance(axis, Axis) for op in Op for axis in op.axes)
    assert Op.SIGN.axes == ()


@pytest.mark.parametrize("significant_bits", [None, 2])
@pytest.mark.parametrize("lowest_column", [0, 2])
def test_a_score_of_an_indexer_reaches_its_threshold_as_it_is_added_up(significant_bits, lowest_column):
    query = IndexerQuery(queries=((5, -3), (-6, 7)), weights=(3, -2))
    score = IndexerScore(query, 9, 4, significant_bits=significant_bits, lowest_column=lowest_column)
    keys = np.array([[a, b] for a in range(-8, 8) for b in range(-8, 8)])
    table = KeyTable.from_keys(keys, 4)
    reached = score.approximate(keys) >= 9
    assert 0 < reached.sum() < len(keys)
    assert [score.reaches(table.word(key) >> 1) for key in range(len(keys))] == reached.tolist()
    if significant_bits is None and not lowest_column:
        heads = np.maximum(keys @ np.array(query.queries).T, 0)
        assert (heads @ np.array(query.weights) >= 9).tolist() == reached.tolist()


def test_a_gate_waits_for_the_parity_that_it_depends_on_though_others_came_later():
    """Two And and a measurement, 3; another measurement, 1; the And after the CZ waits for the first parity."""
    parities = [Gate(Op.PARITIES, (), ((bit,), (bit + 1,), None)) for bit in (0, 2)]
    gates = [
        Gate(Op.AND, (0, 1, 2), (1, 1)),
        Gate(Op.AND, (2, 0, 3), (1, 1)),
        Gate(Op.MEASURE_X, (3,), (0,)),
        parities[0],
        Gate(Op.MEASURE_X, (4,), (2,)),
        parities[1],
    ]
    after = [Gate(Op.X, (5,)), Gate(Op.AND, (5, 6, 7), (1, 1))]  # the X does not commute with the CZ
    for condition, *depths in ((1, 4, 3), (3, 3, 2)):  # a measurement is no Toffoli
        flip = Gate(Op.CONDITIONAL_CZ, (5, 6), (condition,))
        circuit = FlatCircuit([*gates, flip, *after], 8, 4, {}, {})
        assert [circuit.measurement_depth, circuit.toffoli_depth] == depths
