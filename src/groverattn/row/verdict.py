"""From how many keys on a quantum row is faster than a GPU, if from any."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import attrs

from groverattn.bloqs.score.key_score import KeyScore
from groverattn.costs.crossover import Crossover, find_crossover
from groverattn.errors import InputError
from groverattn.row.reading import Reading, Readings, first_compared
from groverattn.row.readings import N_MAX, N_MIN, readings_of
from groverattn.row.request import RowRequest
from groverattn.row.sentences import argument, growth_of_k, reading_sentence, why
from groverattn.row.time import RowLimits, fastest_s, slowest_s, tau_s

FULL = "one machine with this data access and unload, beside one GPU"
ASSUMED = "a control computer that reads the key table in no time"
"""What the optimistic reading takes for granted."""


@attrs.frozen
class Verdict:
    """Two readings of the row by its own data access; three more of the best circuit at each number of keys.

    Attributes:
        full: with all that a row waits for.
        optimistic: with a control computer that reads the key table in no time.
        request: sizes, law and machine.
        score: the score of its query.
    """

    full: Reading
    optimistic: Reading
    request: RowRequest = attrs.field(repr=False)
    score: KeyScore = attrs.field(repr=False)

    @property
    def readings(self) -> Readings:
        """The readings of the best circuit; computed when they are asked for."""
        return readings_of(self.request, self.score)

    @property
    def slowest(self) -> Crossover:
        """Against the slowest line."""
        return self.full.slowest

    @property
    def fastest(self) -> Crossover:
        """Against the fastest line."""
        return self.full.fastest

    @property
    def given_tau(self) -> Crossover:
        """Against the slowest line that selects nothing: the rival where the threshold is given."""
        assert self.full.given_tau is not None  # `row_verdict` computes it
        return self.full.given_tau

    @property
    def n_keys(self) -> int | None:
        """Number of keys from which the quantum row is faster than every line; None without a crossover."""
        return self.fastest.n_keys

    @property
    def ratio_at_n_max(self) -> float:
        """Quantum time over the time of the slowest line, at the largest number of keys compared."""
        return self.slowest.ratio_at_n_max

    @property
    def why(self) -> str:
        """What the row waits for and how that grows, in words."""
        return self.full.why

    @property
    def reason(self) -> str:
        """The verdict, and why."""
        return reading_sentence(self.full)

    def of_access(self) -> dict[str, Any]:
        """Return the printed object of the data access alone."""
        optimistic = self.optimistic.as_json() | {"reason": reading_sentence(self.optimistic)}
        return self.full.as_json() | {"reason": self.reason, "why": self.why, "optimistic": optimistic}

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return self.of_access() | {"readings": readings_json(self.readings)}


def readings_json(readings: Readings) -> dict[str, Any]:
    """Return the printed object of the three readings."""
    return {
        name: each.as_json() | {"reason": reading_sentence(each), "why": each.why}
        for name, each in readings.by_name.items()
    }


@functools.lru_cache(maxsize=256)
def row_verdict(request: RowRequest, score: KeyScore) -> Verdict:
    """Compare the quantum row, searched as one or in parts one after the other, with the classical lines.

    The quantum time is that of `RowTime`: reactions, calls of an outside memory and the control computer's reading of
    the key table, with gates, factories and Clifford traffic for nothing. It is that of one machine, with every number
    of factories; the readings of the best circuit say what more machines and equal hardware do.

    Args:
        request: sizes, law, machine and data access.
        score: the score of the request's representative query.
    """
    row = RowLimits.of(request, score)
    full, free = _reading(row, FULL, request), _reading(row.with_free_control(), ASSUMED, request)
    return Verdict(full, free, request, score)


def _reading(row: RowLimits, assumes: str, request: RowRequest) -> Reading:
    """Compare a row with the lines, which score all keys: those too that the row reads first."""
    n_read = request.read.n_keys
    n_min = first_compared(row.request, N_MIN, N_MAX) + n_read

    def against(classical_s: Callable[[RowRequest, int], float]) -> Crossover:
        return find_crossover(
            lambda n: row.best_at(n - n_read).duration_s,
            lambda n: classical_s(request, n),
            n_min=n_min,
            n_max=N_MAX,
        )

    slowest, fastest, given_tau = (against(classical_s) for classical_s in (slowest_s, fastest_s, tau_s))
    try:
        reasons = why(row, N_MAX), argument(row, N_MAX, slowest_s(request, N_MAX))
    except InputError as error:
        reasons = f"this number of keys cannot be searched ({error.parts['why']})", ""
    marked = growth_of_k(row.request)
    return Reading(assumes, slowest, fastest, *reasons, given_tau=given_tau, marked=marked)
