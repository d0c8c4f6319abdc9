"""What a search law says of one row."""

from __future__ import annotations

import attrs


@attrs.frozen
class SearchCost:
    """Cost of finding every marked key of one row.

    One iterate is one phase oracle (compute, flip, uncompute) and one diffusion. One check is one classical inner
    product of the query with the measured key.

    Attributes:
        iterates_expected: expected number of Grover iterates.
        iterates_max: number of iterates that is never exceeded.
        checks_expected: expected number of classical checks that are not counted among the iterates.
        p_failure: probability, or the stated bound of it, that a marked key is left unfound.
        source: where the law is from.
        phased_expected: how many of the expected iterates have the phases of a fixed-point search.
    """

    iterates_expected: float
    iterates_max: int
    checks_expected: float
    p_failure: float
    source: str
    phased_expected: float = 0.0
