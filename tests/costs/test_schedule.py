"""Schedules: what counts become, and arithmetic of phases and cycles."""

import attrs
import pytest

from groverattn.costs.logical import LogicalCounts
from groverattn.costs.schedule import Cycle, Phase, one_phase, total

# No two numbers are equal, so that none can stand for another.
COUNTS = LogicalCounts(
    toffoli=2,
    t=3,
    rotation=5,
    clifford=7,
    measurement=11,
    logical_qubits=13,
    toffoli_depth=17,
    measurement_depth=19,
    control_bits=23,
)


def test_counts_alone_are_one_phase_that_is_run_once():
    (cycle,) = one_phase(COUNTS)
    (phase,) = cycle.phases
    assert cycle.times == 1
    expected = {"toffoli": 2, "reactions": 19, "fan_outs": 0, "control_bits": 23, "t": 3, "rotation": 5}
    assert attrs.asdict(phase) == {"name": phase.name, "measurement": 11, **expected}


def test_one_circuit_after_the_other_adds_up_but_for_the_qubits():
    other = LogicalCounts(*(100 * number for number in attrs.astuple(COUNTS)))
    for both in (COUNTS.then(other), other.then(COUNTS)):
        assert attrs.astuple(both) == (202, 303, 505, 707, 1111, 1300, 1717, 1919, 2323)


def test_expected_counts_are_rounded_and_qubits_are_those_of_one_run():
    assert attrs.astuple(COUNTS.repeated(0.5)) == (1, 2, 2, 4, 6, 13, 8, 10, 12)  # halves to even


def test_a_depth_that_is_not_known_is_the_toffoli_depth():
    assert LogicalCounts(1, 0, 0, 0, 0, 3, 4).measurement_depth == 4
    assert LogicalCounts(1, 0, 0, 0, 0, 3, 4).control_bits == 0


def test_four_t_for_a_toffoli():
    assert COUNTS.t_count() == 4 * 2 + 3
    assert COUNTS.t_count(t_per_rotation=1.5) == 4 * 2 + 3 + 8


def test_phases_take_as_much_more_and_add_up_under_the_first_name():
    walk, score = Phase("walk", 1, 2, 3, 4, 5, 6, 7), Phase("score", 10, 20, 30, 40, 50, 60, 70)
    assert walk.repeated(3) == Phase("walk", 3, 6, 9, 12, 15, 18, 21)
    assert walk.and_then(score) == Phase("walk", 11, 22, 33, 44, 55, 66, 77)
    assert walk.but(name="swaps", t=0) == Phase("swaps", 1, 2, 3, 4, 0, 6, 7)


def test_a_total_counts_each_cycle_as_often_as_it_is_run():
    walk, score = Phase("walk", toffoli=2), Phase("score", toffoli=1, t=4)
    schedule = (Cycle(3, (walk, score)), Cycle(0.5, (walk,)).repeated(4))
    assert total(schedule, "toffoli") == 3 * (2 + 1) + 2 * 2
    assert total(schedule, "t") == pytest.approx(12)
