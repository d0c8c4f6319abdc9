"""From how many keys on a quantum row is faster than a GPU, if from any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from groverattn.costs.classical import ClassicalLine
from groverattn.costs.crossover import Crossover, find_crossover

# from a short prompt to far more keys than any memory holds
N_MIN, N_MAX = 1 << 8, 1 << 56


@attrs.frozen
class Verdict:
    """The crossover with the slowest classical line and with the fastest one.

    Attributes:
        slowest: against the slowest line; the first that a quantum row can pass.
        fastest: against the fastest line.
    """

    slowest: Crossover
    fastest: Crossover

    @property
    def n_keys(self) -> int | None:
        """Number of keys from which the quantum row is faster than every line; None if there is none."""
        return self.fastest.n_keys

    @property
    def ratio_at_n_max(self) -> float:
        """Quantum time over the time of the slowest line, at the largest number of keys that was looked at."""
        return self.slowest.ratio_at_n_max

    @property
    def reason(self) -> str:
        """The verdict in a sentence."""
        largest = f"n = 2^{self.slowest.n_max.bit_length() - 1}"
        if self.slowest.n_keys is None:
            return (
                f"no crossover up to {largest}, not even with the slowest classical line: {self.slowest.trend}; "
                "the number of marked keys stays as n grows"
            )
        never = f"no crossover up to {largest} with the fastest classical line"
        verdict = never if self.fastest.n_keys is None else "with the fastest line"
        return f"{verdict}: {self.fastest.reason}; with the slowest line: {self.slowest.reason}"

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        return {
            "n_keys": self.n_keys,
            "n_keys_slowest_line": self.slowest.n_keys,
            "n_max": self.slowest.n_max,
            "ratio_at_n_max": self.ratio_at_n_max,
            "reason": self.reason,
        }


def find_verdict(
    quantum_time_s: Callable[[int], float], lines: Callable[[int], list[ClassicalLine]], n_min: int
) -> Verdict:
    """Compare a quantum row with all classical lines.

    Args:
        quantum_time_s: seconds of the quantum row of n keys.
        lines: the classical lines of n keys.
        n_min: smallest number of keys that makes sense.
    """

    def against(choose: Callable[..., float]) -> Crossover:
        def time_s(n_keys: int) -> float:
            return choose(line.time_s_per_row for line in lines(n_keys))

        return find_crossover(quantum_time_s, time_s, n_min=max(N_MIN, n_min), n_max=N_MAX)

    return Verdict(slowest=against(max), fastest=against(min))
