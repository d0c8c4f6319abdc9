"""What a limit of the depth costs: width and gates of the least wide search of one row that keeps it.

The tables of quantum attacks on ciphers ask the same (MAXDEPTH of NIST's call for post-quantum algorithms, as used in
arXiv:1910.01700): a machine that cannot run deeper than a limit has to search with more qubits. Depth is the
measurement depth here, since a reaction time for each of its measurements bounds the time of the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from groverattn.frontier.designs import SearchDesign

# From ten milliseconds to four months at a reaction time of 10 us: our choice. NIST's least limit, 2^40, binds no row.
DEPTH_LIMITS = tuple(1 << bits for bits in (10, 15, 20, 25, 30, 40))


@attrs.frozen
class DepthLimit:
    """The least wide design within one limit.

    Attributes:
        depth_max: largest measurement depth allowed.
        design: the design; None if none keeps the limit.
        least_depth: smallest depth that any design has.
    """

    depth_max: int
    design: SearchDesign | None
    least_depth: int

    def as_json(self) -> dict[str, Any]:
        """Return the printed object; numbers are None where no design keeps the limit."""
        found = self.design
        return {
            "depth_max": self.depth_max,
            "design": None if found is None else found.name,
            "depth": None if found is None else found.depth,
            "width": None if found is None else found.width,
            "toffoli": None if found is None else found.toffoli,
            "gates": None if found is None else found.gates,
            "depth_times_width": None if found is None else found.depth_times_width,
            "least_depth": self.least_depth,
        }


def depth_limits(designs: Sequence[SearchDesign], limits: Sequence[int] = DEPTH_LIMITS) -> list[DepthLimit]:
    """Return the least wide design under each limit."""
    least = min(design.depth for design in designs)
    return [DepthLimit(limit, _least_wide(designs, limit), least) for limit in limits]


def _least_wide(designs: Sequence[SearchDesign], limit: int) -> SearchDesign | None:
    within = [design for design in designs if design.depth <= limit]
    return min(within, key=lambda design: (design.width, design.toffoli), default=None)
