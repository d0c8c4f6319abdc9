"""The factory of Gidney's 2025 estimate."""

import attrs
import pytest

from groverattn.physical.factories.cultivated_ccz import cultivated_ccz
from groverattn.physical.machines.hardware import hardware

MACHINE = hardware("gidney-2025")


def of(distance, machine=MACHINE):
    """The designs at one distance, by the error of their T states, the largest first."""
    return [factory for factory in cultivated_ccz(machine) if factory.name.endswith(f"d = {distance}")]


def test_as_published():
    # arXiv:2505.15917, Section 3.2: six factories on 7 x 18 patches of 1352 qubits, 150 rounds for a CCZ in each.
    factory = of(25)[0]
    assert 6 * factory.qubits == 126 * 1352
    assert factory.cycles_per_toffoli * MACHINE.cycle_time_us == 150
    assert factory.cycles_per_toffoli * MACHINE.cycle_time_us / 6 == 25


def test_error():
    # 28 p_T^2 with p_T = 1e-7, and 1e-15 on each of 21 patches in each of 150 rounds.
    assert of(25)[0].p_error_per_toffoli == pytest.approx(28e-14 + 21 * 150 * 1e-15, rel=1e-3)
    # where the patches hardly ever fail, the T states are left
    assert [f.p_error_per_toffoli for f in of(61)] == pytest.approx([28 * p**2 for p in (1e-7, 2.13e-9, 7.89e-10)])


def test_cultivation_on_few_qubits_sets_the_time():
    # 8 T states of so many qubit rounds on 12 patches, and six layers of 2 d / 3 rounds.
    volumes = (30_000, 57_100, 128_000)
    assert [f.cycles_per_toffoli for f in of(15)] == pytest.approx([8 * v / (12 * 512) + 4 * 15 for v in volumes])
    assert [f.cycles_per_toffoli for f in of(61)] == [6 * 61] * 3


def test_better_qubits_have_their_own_cultivation():
    better = attrs.evolve(MACHINE, physical_error_rate=5e-4)
    assert [f.p_error_per_toffoli for f in of(61, better)] == pytest.approx([28 * 4.33e-11**2])
