"""From how many keys on a quantum row is faster than a GPU, if from any."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from groverattn.bloqs.score.key_score import KeyScore
from groverattn.costs.crossover import Crossover, find_crossover
from groverattn.errors import InputError
from groverattn.row.request import RowRequest
from groverattn.row.sentences import reading_sentence, why
from groverattn.row.time import RowLimits

# from a short prompt to far more keys than any memory holds
N_MIN, N_MAX = 1 << 8, 1 << 56

ASSUMED = "a control computer that reads the key table in no time"
"""What the optimistic reading takes for granted."""


@attrs.frozen
class Reading:
    """The crossover with the slowest classical line and with the fastest one.

    Attributes:
        slowest: against the slowest line; the first that a quantum row can pass.
        fastest: against the fastest line.
    """

    slowest: Crossover
    fastest: Crossover

    @property
    def reason(self) -> str:
        """What was found, in a sentence."""
        return reading_sentence(self.slowest, self.fastest)

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "n_keys": self.fastest.n_keys,
            "n_keys_slowest_line": self.slowest.n_keys,
            "n_max": self.slowest.n_max,
            "ratio_at_n_max": _finite(self.slowest.ratio_at_n_max),
            "ratio_at_n_max_fastest_line": _finite(self.fastest.ratio_at_n_max),
        }


@attrs.frozen
class Verdict:
    """Two readings of the same row, and why each is as it is.

    Attributes:
        full: with all that a row waits for.
        optimistic: with a control computer that reads the key table in no time.
        why: what the row waits for and how it grows, in words.
        optimistic_why: the same of the optimistic reading.
    """

    full: Reading
    optimistic: Reading
    why: str
    optimistic_why: str

    @property
    def slowest(self) -> Crossover:
        """Against the slowest line."""
        return self.full.slowest

    @property
    def fastest(self) -> Crossover:
        """Against the fastest line."""
        return self.full.fastest

    @property
    def n_keys(self) -> int | None:
        """Number of keys from which the quantum row is faster than every line; None without a crossover."""
        return self.fastest.n_keys

    @property
    def ratio_at_n_max(self) -> float:
        """Quantum time over the time of the slowest line, at the largest number of keys that was looked at."""
        return self.slowest.ratio_at_n_max

    @property
    def reason(self) -> str:
        """The verdict in two sentences."""
        return f"{self.full.reason}; why: {self.why}"

    @property
    def optimistic_reason(self) -> str:
        """The same of the optimistic reading."""
        return f"{self.optimistic.reason}; why: {self.optimistic_why}"

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return self.full.as_json() | {
            "reason": self.reason,
            "why": self.why,
            "optimistic": self.optimistic.as_json() | {"assumes": ASSUMED, "reason": self.optimistic_reason},
        }


def _finite(ratio: float) -> float | None:
    """None for the infinite ratio of a search that cannot be run, which JSON has no number for."""
    return ratio if math.isfinite(ratio) else None


def find_reading(
    quantum_time_s: Callable[[int], float], lines: Callable[[int], Sequence[float]], n_min: int
) -> Reading:
    """Compare a quantum row with all classical lines.

    Args:
        quantum_time_s: seconds of the quantum row of n keys.
        lines: seconds of the classical lines of n keys.
        n_min: smallest number of keys that makes sense.
    """
    quantum_time_s = functools.cache(quantum_time_s)  # both lines are compared with it

    def against(choose: Callable[[Sequence[float]], float]) -> Crossover:
        return find_crossover(quantum_time_s, lambda n: choose(lines(n)), n_min=max(N_MIN, n_min), n_max=N_MAX)

    return Reading(slowest=against(max), fastest=against(min))


def row_verdict(request: RowRequest, score: KeyScore) -> Verdict:
    """Compare the best that the quantum row can do with the classical lines.

    The quantum time is that of `RowTime`: reactions, calls of an outside memory and the control computer's reading of
    the key table, with gates, factories and Clifford traffic for nothing. A "no crossover" therefore holds for every
    number of factories. The optimistic reading leaves out the control computer too.

    Args:
        request: sizes, law, machine and data access.
        score: the score of the request's representative query.
    """
    row, n_min = RowLimits.of(request, score), 4 * request.shape.n_marked
    at = functools.cache(row.at)  # all readings ask at the same numbers of keys
    lines = functools.cache(lambda n_keys: [line.time_s_per_row for line in request.classical(n_keys)])
    full = find_reading(lambda n: at(n).duration_s, lines, n_min)
    optimistic = find_reading(lambda n: at(n).without_control_s, lines, n_min)
    free = row.with_free_control()
    return Verdict(full, optimistic, why=_why(row), optimistic_why=_why(free))


def _why(row: RowLimits) -> str:
    try:
        return why(row, N_MAX)
    except InputError as error:
        return f"this number of keys cannot be searched ({error.parts['why']})"
