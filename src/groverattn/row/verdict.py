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
from groverattn.row.time import RowLimits, RowTime

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
        why: what the row waits for and how that grows, in words.
    """

    slowest: Crossover
    fastest: Crossover
    why: str

    @property
    def reason(self) -> str:
        """What was found, and why."""
        return f"{reading_sentence(self.slowest, self.fastest)}; why: {self.why}"

    def as_json(self) -> dict[str, Any]:
        """Return the printed numbers."""
        at_n_max = {"": self.slowest.ratio_at_n_max, "_fastest_line": self.fastest.ratio_at_n_max}
        return {
            "n_keys": self.fastest.n_keys,
            "n_keys_slowest_line": self.slowest.n_keys,
            "n_max": self.slowest.n_max,
            # JSON has no number for the infinite ratio of a search that cannot be run
            **{f"ratio_at_n_max{of}": ratio if math.isfinite(ratio) else None for of, ratio in at_n_max.items()},
        }


@attrs.frozen
class Verdict:
    """Two readings of the same row.

    Attributes:
        full: with all that a row waits for.
        optimistic: with a control computer that reads the key table in no time.
    """

    full: Reading
    optimistic: Reading

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
        """Quantum time over the time of the slowest line, at the largest number of keys compared."""
        return self.slowest.ratio_at_n_max

    @property
    def why(self) -> str:
        """What the row waits for and how that grows, in words."""
        return self.full.why

    @property
    def reason(self) -> str:
        """The verdict, and why."""
        return self.full.reason

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        optimistic = self.optimistic.as_json() | {"assumes": ASSUMED, "reason": self.optimistic.reason}
        return self.full.as_json() | {"reason": self.reason, "why": self.why, "optimistic": optimistic}


def row_verdict(request: RowRequest, score: KeyScore) -> Verdict:
    """Compare the best that the quantum row can do with the classical lines.

    The quantum time is that of `RowTime`: reactions, calls of an outside memory and the control computer's reading of
    the key table, with gates, factories and Clifford traffic for nothing. A "no crossover" therefore holds for every
    number of factories. The optimistic reading leaves out the control computer too.

    Args:
        request: sizes, law, machine and data access.
        score: the score of the request's representative query.
    """
    n_min = max(N_MIN, 4 * request.shape.n_marked)
    lines = functools.cache(lambda n_keys: [line.time_s_per_row for line in request.classical(n_keys)])

    row = RowLimits.of(request, score)
    at = functools.cache(row.at)  # all readings ask at the same numbers of keys

    def reading(seconds: Callable[[RowTime], float], of: RowLimits) -> Reading:
        def against(choose: Callable[[Sequence[float]], float]) -> Crossover:
            return find_crossover(lambda n: seconds(at(n)), lambda n: choose(lines(n)), n_min=n_min, n_max=N_MAX)

        return Reading(slowest=against(max), fastest=against(min), why=_why(of))

    full = reading(lambda each: each.duration_s, row)
    return Verdict(full, reading(lambda each: each.without_control_s, row.with_free_control()))


def _why(row: RowLimits) -> str:
    try:
        return why(row, N_MAX)
    except InputError as error:
        return f"this number of keys cannot be searched ({error.parts['why']})"
