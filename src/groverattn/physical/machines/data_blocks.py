"""How many physical qubits a tile takes, and how many tiles store the logical qubits of a circuit."""

from __future__ import annotations

from collections.abc import Callable

from qualtran.surface_code import FastDataBlock, SimpleDataBlock

# rotated: arXiv:1111.4022, Section 7.1, with one measurement qubit per data qubit; padded: arXiv:1905.09749, ancillary
# estimate_costs.py, with a row between tiles; floquet: arXiv:2202.11829, Table 2, as arXiv:2211.07629 takes it.
_QUBITS_PER_TILE: dict[str, Callable[[int], int]] = {
    "rotated": lambda d: 2 * d**2,
    "padded": lambda d: 2 * (d + 1) ** 2,
    "floquet": lambda d: 4 * d**2 + 8 * (d - 1),
}


def qubits_per_tile(formula: str, distance: int) -> int:
    """Return the physical qubits of one tile of code distance `distance`.

    Args:
        formula: rotated, padded or floquet.
        distance: code distance.

    >>> qubits_per_tile("rotated", 27), qubits_per_tile("padded", 25), qubits_per_tile("floquet", 7)
    (1458, 1352, 244)
    """
    return _QUBITS_PER_TILE[formula](distance)


def simple_tiles(logical_qubits: int, routing_overhead: float) -> int:
    """Return the tiles of a block with a share of them for routing: arXiv:1812.01238, ancillary spreadsheet.

    >>> simple_tiles(100, routing_overhead=0.5)
    150
    """
    # the distance does not enter the number of tiles
    return SimpleDataBlock(data_d=3, routing_overhead=routing_overhead).n_tiles(logical_qubits)


def fast_tiles(logical_qubits: int) -> int:
    """Return the tiles of the fast block, 2 Q + ceil(sqrt(8 Q)) + 1: arXiv:1808.02892, Fig. 13b.

    >>> fast_tiles(12_581)
    25481
    """
    return FastDataBlock.get_n_tiles(logical_qubits)


def yoked_tiles(logical_qubits: int, hot_tiles: int, cold_tile_share: float) -> float:
    """Return the hot tiles and what the cold storage of the other logical qubits takes, in hot tiles.

    Source: arXiv:2505.15917, Section 3.2. That only a fixed workspace is hot is that paper's layout for its own
    algorithm; for a lookup with a wide output it is optimistic: our assumption.

    >>> round(yoked_tiles(1411, hot_tiles=131, cold_tile_share=430 / 1352) * 1352)
    727512
    """
    hot = min(logical_qubits, hot_tiles)
    return hot + (logical_qubits - hot) * cold_tile_share
