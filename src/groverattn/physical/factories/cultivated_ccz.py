"""CCZ factory of Gidney's 2025 estimate: cultivated T states, then one round of 8T-to-CCZ."""

from __future__ import annotations

from groverattn.errors import InputError
from groverattn.physical.factories.factory import Factory
from groverattn.physical.machines.hardware import Hardware

# By physical error rate: error of a cultivated T state, and physical qubits times rounds that it takes. 1e-7 in 30,000
# is what arXiv:2505.15917, Section 3.2, has (quoted, second-hand). The others: simulations of arXiv:2409.17595
# (doi:10.5281/zenodo.13777072) as qdk.qre's GSJ24Factory holds them, to three digits, rounded up.
_CULTIVATED_T = {
    1e-3: ((1e-7, 30_000), (2.13e-9, 57_100), (7.89e-10, 128_000)),
    5e-4: ((4.33e-11, 19_000),),
}

# A factory covers 3 x 4 tiles, and the 7 x 18 tiles of the compute region hold six of them with the working rows.
# arXiv:2505.15917, Section 3.2 (quoted, second-hand).
_TILES = 12
_TILES_WITH_WORKSPACE = 7 * 18 // 6

# Layers of lattice surgery. At d rounds each they take the 150 rounds that the author has at d = 25: he counts 2 d / 3
# rounds a layer and 14.7 for the cultivation, 114.7 in all, and rounds up for slack. 6 d elsewhere: our assumption.
_LAYERS = 6

# Two of the eight T states have to be wrong: arXiv:1812.01238, Section 3 (28 p^2), and arXiv:2505.15917, Section 3.2.
_PAIRS_OF_T = 28

# A cultivated T state comes out at d = 15 (arXiv:2409.17595).
_DISTANCES = range(15, 62, 2)
_SOURCE = "arXiv:2505.15917, Section 3.2 (quoted, second-hand), with arXiv:2409.17595; distances but 25: our assumption"


def cultivated_ccz(hardware: Hardware) -> tuple[Factory, ...]:
    """Return the factories at all sensible code distances and with each kind of cultivated T state.

    The error of a CCZ is 28 p_T^2 and what the tiles of the factory, workspace included, add at the logical error rate
    while it is made. A bare T takes a whole CCZ: our assumption, an upper bound.

    Raises:
        InputError: a physical error rate above 1e-3, for which no cultivation is known.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> factory = next(f for f in cultivated_ccz(hardware("gidney-2025")) if f.name.endswith("d = 25"))
    >>> 6 * factory.qubits, factory.cycles_per_toffoli / 6
    (170352, 25.0)
    """
    rates = [rate for rate in sorted(_CULTIVATED_T) if hardware.physical_error_rate <= rate]
    if not rates:
        raise InputError(
            given=f"physical_error_rate = {hardware.physical_error_rate}",
            allowed="at most 1e-3 with cultivated-ccz factories",
            why="arXiv:2409.17595 has simulations of cultivation for 1e-3 and 5e-4 only",
            do="choose another factory family for this machine",
        )
    return tuple(
        _factory(hardware, distance, p_t, qubit_rounds)
        for distance in _DISTANCES
        for p_t, qubit_rounds in _CULTIVATED_T[rates[0]]
    )


def _factory(hardware: Hardware, distance: int, p_t: float, qubit_rounds: int) -> Factory:
    cultivation = 8 * qubit_rounds / (_TILES * hardware.qubits_per_tile(distance))
    cycles = max(_LAYERS * distance, cultivation + _LAYERS * distance * 2 / 3)
    p_error = _PAIRS_OF_T * p_t**2 + _TILES_WITH_WORKSPACE * cycles * hardware.p_logical_per_cycle(distance)
    return Factory(
        name=f"8T-to-CCZ of T cultivated to {p_t:.0e}, d = {distance}",
        qubits=_TILES_WITH_WORKSPACE * hardware.qubits_per_tile(distance),
        cycles_per_toffoli=cycles,
        cycles_per_t=cycles,
        p_error_per_toffoli=p_error,
        p_error_per_t=p_error,
        source=_SOURCE,
    )
