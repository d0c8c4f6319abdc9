"""Phases of an iterate: they add up to its counts, and the fan-outs that they state are in the flat circuit."""

import itertools
import math

import attrs
import numpy as np
import pytest
from qualtran import Bloq, BQUInt, Register, Signature
from qualtran.bloqs.basic_gates import CZ

from groverattn.bloqs.flat.circuit import Op
from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.score.methods import score
from groverattn.bloqs.search.block_oracle import oracle_of
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import count, count_iterate
from groverattn.costs.phases import phases_of
from groverattn.costs.schedule import Phase, total
from groverattn.costs.search_totals import count_search, phased_iterate
from groverattn.errors import InputError
from groverattn.problem.key_table import KeyTable

KEY_BITS = 3
# Every bit of every word is one, so that each row is a CNOT on as many targets as it can have.
ONES = np.full((24, 2), (1 << (KEY_BITS - 1)) - 1)
TABLES = {n: KeyTable.from_keys(ONES[:n], KEY_BITS) for n in (8, 12, 16, 24)}
SCORE = score("shared-sums", (3, -1), 2, KEY_BITS)


def iterate_of(access, n_keys=16, **choices):
    return GroverIterate(oracle_of(access, TABLES[n_keys], SCORE, **choices))


ONE_KEY = [
    ("qrom", {"unload": unload, "n_keys": n, "control_copies": copies})
    for unload, n, copies in itertools.product(("measured", "again"), (12, 16), (None, 1, 4))
] + [
    (access, {"unload": unload, "control_copies": copies, **more})
    for access, more in [("qroam", {"block": 2}), ("qroam", {"block": 4, "n_keys": 12}), ("bucket-brigade", {})]
    for unload, copies in itertools.product(("measured", "again"), (None, 1, 4, math.inf))
]
BLOCKS = [
    (access, {"n_keys": 24, "keys_per_query": 3, "unload": unload, "control_copies": copies, **more})
    for access, more in [
        ("qrom", {}),
        ("qroam", {"block": 2}),
        ("bucket-brigade", {}),
        ("one-hot", {}),
        ("one-hot", {"words_at_once": 2}),
        ("one-hot", {"words_at_once": 3}),
    ]
    for unload, copies in itertools.product(("measured", "again"), (None, 4))
]
CASES = ONE_KEY + BLOCKS


def added_up(phases):
    whole = Phase("")
    for phase in phases:
        whole = whole.and_then(phase)
    return whole


def check_sums(iterate):
    phases, counts = phases_of(iterate), count(iterate)
    whole = added_up(phases)
    assert (whole.toffoli, whole.t, whole.rotation) == (counts.toffoli, counts.t, counts.rotation)
    assert (whole.reactions, whole.measurement) == (counts.measurement_depth, counts.measurement)
    assert whole.control_bits == counts.control_bits
    assert whole.fan_outs == iterate.fan_outs
    assert all(value >= 0 for phase in phases for value in (phase.toffoli, phase.reactions, phase.fan_outs))
    assert len({phase.name for phase in phases}) == len(phases)


@pytest.mark.parametrize(("access", "choices"), CASES, ids=str)
def test_they_add_up_to_the_counts_of_the_iterate(access, choices):
    check_sums(iterate_of(access, **choices))


@pytest.mark.parametrize(("access", "choices"), ONE_KEY, ids=str)
def test_those_of_a_fixed_point_iterate_too_rotations_included(access, choices):
    iterate = phased_iterate(iterate_of(access, **choices))
    assert count(iterate).rotation >= 2
    check_sums(iterate)


@pytest.mark.parametrize("access", ["qrom", "qroam", "one-hot"])
def test_those_of_sizes_alone_are_those_of_keys(access):
    sizes = GroverIterate(oracle_of(access, KeyTable(16, 2, KEY_BITS), SCORE))
    assert phases_of(sizes) == phases_of(iterate_of(access))


def test_a_trial_adds_up_too():
    counted = count_search(iterate_of("qrom", n_keys=12))
    schedule = counted.cycles(3, 2)
    row = counted.iterate.total.repeated(3).then(counted.trial.repeated(2))
    for name, number in [("toffoli", row.toffoli), ("reactions", row.measurement_depth), ("rotation", row.rotation)]:
        assert total(schedule, name) == number
    assert total(schedule, "measurement") == row.measurement


class FanOuts:
    """Fan-outs of a flat circuit: CNOTs on many targets, by address or by target, and rows of conditional CZ.

    CNOTs on the same targets, while nothing else happens to these and to their controls, commute: they are as many
    fan-outs as there are controls, or as many parities as there are targets. A row of conditional CZ is a fan-out
    unless its control is known, a qubit that nothing but X has touched.
    """

    def __init__(self, circuit):
        self.number, self.pairs = 0, 0
        self.n_ops, self.controls, self.targets = 0, set(), set()
        self.known = set(range(circuit.n_wires)) - {w for wires in circuit.inputs.values() for w in wires}
        for gate in circuit.gates:
            self.add(gate)
        self.close()

    def add(self, gate):
        wires = set(gate.wires)
        if gate.op is Op.CNOT and len(gate.wires) > 2:
            control, *targets = gate.wires
            if set(targets) != self.targets or control in self.targets:
                self.close()
            self.n_ops += 1
            self.controls.add(control)
            self.targets = set(targets)
        elif wires & (self.controls | self.targets):
            self.close()
        if gate.op is Op.CONDITIONAL_CZ and gate.wires[0] not in self.known:
            self.number += 1
        if gate.op in (Op.FREE, Op.MEASURE_X):
            self.known |= wires
        elif gate.op is Op.UN_AND:
            self.known.add(gate.wires[-1])
        elif gate.op not in (Op.X, Op.CONDITIONAL_CZ):
            self.known -= wires

    def close(self):
        self.number += min(self.n_ops, len(self.targets))
        self.n_ops, self.controls, self.targets = 0, set(), set()


def pairs_copied(iterate, copies):
    """Copies of a control on one qubit alone: stated as a fan-out, in the circuit a CNOT between two qubits."""
    if copies in (None, 1):
        return 0
    lookup = iterate.oracle.lookup
    encodings = []
    if hasattr(lookup, "routing"):
        encodings += [lookup.routing] * (4 if lookup.unload == "again" else 2)
    if hasattr(lookup, "address"):
        encodings += [lookup.address] * 2
    if lookup.unload == "measured" and not hasattr(lookup, "address"):
        encodings += [lookup.adjoint().fixup.encoding] * 2
    # level 1 of an encoding has at most two And: a copy or none
    return sum(2 for each in encodings if each.n_copies)


@pytest.mark.parametrize(("access", "choices"), CASES, ids=str)
def test_fan_outs_are_those_of_the_flat_circuit(access, choices):
    iterate = iterate_of(access, **choices)
    counted = FanOuts(flatten(iterate)).number
    stated = added_up(phases_of(iterate)).fan_outs
    assert stated == counted + pairs_copied(iterate, choices.get("control_copies"))


def test_rows_of_a_walk_take_turns_and_cells_of_a_tree_do_not():
    walk, tree = (phases_of(iterate_of(access))[0] for access in ("qrom", "bucket-brigade"))
    assert (walk.fan_outs, tree.fan_outs) == (16, 7)


def test_a_load_of_single_words_is_one_phase_and_of_blocks_two():
    """A walk that has all Toffolis of the load leaves no swaps."""
    names = [[phase.name for phase in phases_of(iterate_of("qroam", block=block))] for block in (1, 2)]
    rest = ["score", "predicate", "unscore", "unload", "diffusion"]
    assert names == [["load", *rest], ["walk", "swaps", *rest]]


@attrs.frozen
class OtherOracle(Bloq):
    """An oracle that is not made of a lookup and a score, and states no fan-outs: it marks the largest index."""

    toffoli_depth, measurement_depth = 0, 3
    peak_qubits = 2

    @property
    def signature(self):
        return Signature([Register("selection", BQUInt(2, 4))])

    def build_composite_bloq(self, bb, selection):
        high, low = bb.split(selection)
        high, low = bb.add(CZ(), q1=high, q2=low)
        return {"selection": bb.join(np.array([high, low]), dtype=BQUInt(2, 4))}


def test_any_other_oracle_is_one_phase():
    oracle, diffusion = phases_of(GroverIterate(OtherOracle()))
    assert oracle == Phase("oracle", reactions=3)
    assert diffusion.name == "diffusion"
    assert count_iterate(GroverIterate(OtherOracle())).toffoli_parts.keys() == {"oracle", "diffusion"}
    with pytest.raises(InputError, match="without angle"):
        phased_iterate(GroverIterate(OtherOracle()))
