"""Gidney and Fowler's CCZ factory with a catalysed output of two T states."""

from __future__ import annotations

from groverattn.physical.factories.factory import Factory
from groverattn.physical.machines.hardware import Hardware

# A run of 1e11 Toffolis needs (21, 41) at p = 1e-3.
_L1_DISTANCES = range(5, 36, 2)
_L2_EXTRA_DISTANCES = range(2, 33, 2)

# arXiv:1812.01238, Section 2: six level 1 factories feed one of level 2. Each is 4 x 8 tiles of 2 d^2 qubits.
_L1_FACTORIES, _TILES = 6, 4 * 8
# Level 2 steps of d cycles for a CCZ, where successive states overlap (8.5 by itself), and one more to catalyse two T.
_STEPS_PER_CCZ, _STEPS_OF_CATALYSIS = 5.5, 1
# Unit cells of lattice surgery in which a logical error spoils a state: those of a factory, and those that bring a
# state to its T gate. arXiv:1812.01238, as Qualtran's CCZ2TFactory has it; the tests compare the two.
_CELLS_OF_FACTORY, _CELLS_OF_T_GATE = 1000, 100


def ccz2t(hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories of arXiv:1812.01238 at all sensible code distances.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> next(f for f in ccz2t(hardware("gidney-fowler-2018")) if f.name == "CCZ2T (15, 31)").qubits
    147904
    """
    return tuple(_factory(hardware, l1, l1 + more) for l1 in _L1_DISTANCES for more in _L2_EXTRA_DISTANCES)


def _factory(hardware: Hardware, l1: int, l2: int) -> Factory:
    step_cycles = max(2 * l1 + 1, l2)
    # An injected T state is as noisy as a physical gate (arXiv:1410.7808), and is stored at half the distance.
    p_injected = hardware.physical_error_rate + _CELLS_OF_T_GATE * hardware.p_logical(l1 // 2)
    # 15-to-1 detects any two wrong states and misses 35 triples; 8-to-CCZ detects any one and misses 28 pairs.
    p_cell = hardware.p_logical(l1)
    p_t = _CELLS_OF_FACTORY * p_cell + _CELLS_OF_T_GATE * p_cell + 35 * p_injected**3
    p_ccz = _CELLS_OF_FACTORY * hardware.p_logical(l2) + 28 * p_t**2
    return Factory(
        name=f"CCZ2T ({l1}, {l2})",
        qubits=_TILES * (_L1_FACTORIES * 2 * l1**2 + 2 * l2**2),
        cycles_per_toffoli=_STEPS_PER_CCZ * step_cycles,
        cycles_per_t=(_STEPS_PER_CCZ + _STEPS_OF_CATALYSIS) / 2 * step_cycles,
        p_error_per_toffoli=p_ccz,
        p_error_per_t=p_ccz / 2,
        source="arXiv:1812.01238, as qualtran.surface_code.CCZ2TFactory",
    )
