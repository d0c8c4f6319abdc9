import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groverattn.bloqs.flat.circuit import FlatCircuit, Gate, Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.lookup.load_word import LoadWord
from groverattn.bloqs.lookup.qrom import QROMLookup
from groverattn.bloqs.score.methods import SCORES
from groverattn.bloqs.score.score import Score
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.bloqs.search.phase_oracle import PhaseOracle
from groverattn.costs.counting import count
from groverattn.costs.logical import LogicalCounts
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable
from groverattn.verification import oracle_check
from groverattn.verification.bit_sliced import run_on_basis
from groverattn.verification.oracle_check import OracleCheck, check_oracle, run_oracle

MOST_OVERLAP = 20


@st.composite
def oracles(draw):
    """A random oracle with every key marked, found or neither, and what it has to mark."""
    key_bits, query_bits = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_keys, d_head = draw(st.integers(2, 40)), draw(st.integers(1, 5))
    keys = rng.integers(-(1 << key_bits - 1), 1 << key_bits - 1, (n_keys, d_head))
    query = rng.integers(-(1 << query_bits - 1), 1 << query_bits - 1, d_head)
    found = np.flatnonzero(rng.random(n_keys) < 0.2)
    threshold = int(rng.choice(keys @ query) + rng.integers(-1, 2))
    marked = keys @ query >= threshold
    marked[found] = False
    table = KeyTable.from_keys(keys, key_bits, found)
    lookup = DATA_ACCESSES[draw(st.sampled_from(sorted(DATA_ACCESSES)))](table)
    if hasattr(lookup, "block") and not isinstance(lookup, QROMLookup):
        blocks = [1 << i for i in range(6) if 2 << i <= max(n_keys, 2)]
        lookup = attrs.evolve(lookup, block=draw(st.sampled_from(blocks)))
    scores = SCORES[draw(st.sampled_from(sorted(SCORES)))]
    return PhaseOracle(lookup, scores(query.tolist(), threshold, key_bits)), marked


@given(oracles())
@settings(max_examples=100, deadline=None)
def test_oracle_marks_live_keys_above_the_threshold_and_nothing_else(case):
    oracle, marked = case
    check = check_oracle(oracle, marked, np.random.default_rng(0))
    assert (check.mismatches, check.dirty_ancillas) == (0, 0)
    assert check.passed, (check.run, check.counted)
    # parts may overlap by a few layers; a depth that is stated too large by more is a wrong one
    assert check.counted.toffoli_depth - check.run.toffoli_depth <= MOST_OVERLAP
    assert check.counted.measurement_depth - check.run.measurement_depth <= MOST_OVERLAP
    reference = [oracle.basis_state_phase(j) < 0 for j in range(len(marked))]
    np.testing.assert_array_equal(reference, marked)


@given(oracles())
@settings(max_examples=25, deadline=None)
def test_gates_written_backwards_are_those_of_the_adjoint_decomposition(case):
    """Flattening reads a bloq backwards by itself; Qualtran's adjoint of the decomposition is the judge."""
    oracle, _ = case
    undo = oracle.score.adjoint()
    assert flatten(undo).gate_counts == flatten(undo.decompose_bloq()).gate_counts


@given(oracles())
@settings(max_examples=15, deadline=None)
def test_controlled_oracle_flips_under_its_control_at_one_and_more(case):
    oracle, marked = case
    controlled = oracle.controlled()
    assert count(controlled).toffoli == count(oracle).toffoli + 1
    n_keys, index_bits = oracle.lookup.table.n_keys, oracle.lookup.table.index_bits
    index = (np.arange(n_keys)[:, None] >> np.arange(index_bits)[::-1] & 1).astype(np.uint8)
    for ctrl in (0, 1):
        inputs = {("selection", ()): index, ("ctrl", ()): np.full((n_keys, 1), ctrl, dtype=np.uint8)}
        run = run_on_basis(flatten(controlled), inputs, np.random.default_rng(ctrl))
        np.testing.assert_array_equal(run.negative, marked & bool(ctrl))
        assert not run.dirty.any()


def one_oracle():
    keys = np.random.default_rng(5).integers(-4, 4, (16, 3))
    query, threshold = (3, -2, 1), 6
    return PhaseOracle(
        DATA_ACCESSES["qrom"](KeyTable.from_keys(keys, 3)), Score(query, threshold, 3)
    ), keys @ query >= threshold


def test_a_wrong_expectation_is_found():
    oracle, marked = one_oracle()
    marked[7] ^= True
    check = check_oracle(oracle, marked, np.random.default_rng(0))
    assert (check.mismatches, check.first_mismatch, check.passed) == (1, 7, False)


def checked(circuit, monkeypatch, seed=0):
    """The check of `one_oracle`, given these gates for its circuit."""
    oracle, marked = one_oracle()
    monkeypatch.setattr(oracle_check, "flatten", lambda bloq: circuit)
    return check_oracle(oracle, marked, np.random.default_rng(seed))


@pytest.mark.parametrize("op", [Op.AND, Op.UN_AND, Op.CNOT, Op.X, Op.CZ, Op.MEASURE_X, Op.CONDITIONAL_CZ])
def test_a_circuit_with_one_gate_missing_is_found(op, monkeypatch):
    """Every single gate of a kind matters: without it phases, index or ancillas are wrong for some key.

    A bit that reaches the measured unload wrong shows as a phase if the outcome is one: several seeds are run.
    """

    def is_found(gates, seed):
        check = checked(attrs.evolve(circuit, gates=gates), monkeypatch, seed)
        return check.mismatches > 0 or check.dirty_ancillas > 0

    circuit = flatten(one_oracle()[0])
    gates = circuit.gates
    for at in [i for i, gate in enumerate(gates) if gate.op is op][:40]:
        assert any(is_found(circuit.gates[:at] + circuit.gates[at + 1 :], seed) for seed in range(12)), circuit.gates[
            at
        ]
    assert not any(is_found(circuit.gates, seed) for seed in range(12))


@pytest.mark.parametrize("bit", range(4))
def test_an_index_that_does_not_come_back_is_wrong_though_its_phase_is_right(bit, monkeypatch):
    circuit = flatten(one_oracle()[0])
    flip = Gate(Op.X, (circuit.outputs["selection", ()][bit],))
    check = checked(attrs.evolve(circuit, gates=[*circuit.gates, flip]), monkeypatch)
    assert (check.mismatches, check.first_mismatch, check.dirty_ancillas, check.passed) == (16, 0, 0, False)


def test_one_key_whose_index_changes_is_named(monkeypatch):
    """CNOT from an AND of the three first bits: the keys 14 and 15 trade places, and keep their signs."""
    circuit = flatten(one_oracle()[0])
    wires, n = circuit.outputs["selection", ()], circuit.n_wires
    last = [
        Gate(Op.AND, (wires[0], wires[1], n), (1, 1)),
        Gate(Op.AND, (n, wires[2], n + 1), (1, 1)),
        Gate(Op.CNOT, (n + 1, wires[3])),
        Gate(Op.UN_AND, (n, wires[2], n + 1), (1, 1)),
        Gate(Op.UN_AND, (wires[0], wires[1], n), (1, 1)),
    ]
    check = checked(attrs.evolve(circuit, gates=[*circuit.gates, *last], n_wires=n + 2), monkeypatch)
    assert (check.mismatches, check.first_mismatch, check.dirty_ancillas, check.inputs_checked) == (2, 14, 0, 16)


def test_an_ancilla_that_stays_is_wrong_for_the_keys_that_leave_it(monkeypatch):
    circuit = flatten(one_oracle()[0])
    wire = circuit.outputs["selection", ()][0]
    gates = [*circuit.gates, Gate(Op.CNOT, (wire, circuit.n_wires))]
    dirty = attrs.evolve(circuit, gates=gates, n_wires=circuit.n_wires + 1)
    check = checked(dirty, monkeypatch)
    assert (check.mismatches, check.dirty_ancillas, check.passed) == (0, 8, False)
    run = run_oracle(one_oracle()[0], np.random.default_rng(0))
    assert run.is_wrong.tolist() == run.dirty.tolist() == [False] * 8 + [True] * 8
    assert not run.index_changed.any()


COUNTS = LogicalCounts(2, 3, 5, 7, 11, 13, toffoli_depth=17, measurement_depth=19)


@pytest.mark.parametrize("name", sorted(attrs.asdict(COUNTS)))
def test_gates_that_were_run_are_those_that_are_counted(name):
    """Depths may be smaller, as parts overlap, and nothing else may be; nothing may be larger."""
    right = OracleCheck(16, 0, 0, COUNTS, COUNTS, None)
    assert right.passed
    more, less = (attrs.evolve(COUNTS, **{name: getattr(COUNTS, name) + step}) for step in (1, -1))
    assert not attrs.evolve(right, run=more).passed
    assert attrs.evolve(right, run=less).passed is name.endswith("_depth")
    for fault in ({"mismatches": 1}, {"dirty_ancillas": 1}):
        assert not attrs.evolve(right, **fault).passed


def test_native_row_is_its_decomposition():
    row = LoadWord(6, 0b100110)
    bits = np.random.default_rng(0).integers(0, 2, (64, 6), dtype=np.uint8)
    inputs = {("ctrl", ()): np.ones((64, 1), dtype=np.uint8), ("word", ()): bits}
    native, decomposed = (
        run_on_basis(flatten(bloq), inputs, np.random.default_rng(0)) for bloq in (row, row.decompose_bloq())
    )
    np.testing.assert_array_equal(native.outputs["word", ()], decomposed.outputs["word", ()])


def test_a_control_is_refused():
    oracle, marked = one_oracle()
    with pytest.raises(InputError, match="with a control"):
        check_oracle(oracle.controlled(), marked, np.random.default_rng(0))


def test_hadamards_are_refused():
    circuit = flatten(GroverIterate(one_oracle()[0]))
    inputs = {("selection", ()): np.zeros((4, 4), dtype=np.uint8)}
    with pytest.raises(InputError, match="HADAMARD"):
        run_on_basis(circuit, inputs, np.random.default_rng(0))


def test_dirty_target_is_reported():
    gates = [Gate(Op.X, (2,)), Gate(Op.AND, (0, 1, 2), (1, 1))]
    circuit = FlatCircuit(gates, 3, 0, {("x", ()): (0, 1)}, {("x", ()): (0, 1), ("t", ()): (2,)})
    run = run_on_basis(circuit, {("x", ()): np.zeros((2, 2), dtype=np.uint8)}, np.random.default_rng(0))
    assert run.dirty.all()
