"""A reading of a row: when a quantum time passes a classical one, on what hardware, and why."""

from __future__ import annotations

import math
from typing import Any

import attrs

from groverattn.costs.crossover import Crossover
from groverattn.errors import InputError
from groverattn.models.k_choice import KEPT
from groverattn.row.request import RowRequest


@attrs.frozen
class Point:
    """A reading at one number of keys.

    Attributes:
        n_keys: number of keys.
        quantum_s: time of the quantum row, seconds; infinite where none can be run.
        slowest_s, fastest_s: times that it is compared with, seconds; the same where there is one.
        design: the circuit and its machines, by name.
    """

    n_keys: int
    quantum_s: float
    slowest_s: float
    fastest_s: float
    design: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the printed object."""
        known = math.isfinite(self.quantum_s)
        ratios = {"ratio": self.quantum_s / self.slowest_s, "ratio_fastest_line": self.quantum_s / self.fastest_s}
        numbers = {"quantum_s": self.quantum_s, **ratios} if known else dict.fromkeys(("quantum_s", *ratios))
        return {"n_keys": self.n_keys, **numbers, "design": self.design}


@attrs.frozen
class Reading:
    """Crossovers of one quantum time with the slowest classical line and with the fastest one.

    Attributes:
        assumes: which hardware stands on the two sides.
        slowest: against the slowest line; the first that a quantum row can pass.
        fastest: against the fastest line.
        why: what the row waits for and how that grows, in words.
        never: an argument that the ratio cannot fall at any number of keys; empty: none is known.
        points: at the row's own number of keys and at the largest one compared.
        given_tau: against the slowest line that selects nothing, the rival where the threshold is given; or None.
        marked: how k goes with n, in words.
    """

    assumes: str
    slowest: Crossover
    fastest: Crossover
    why: str
    never: str = ""
    points: tuple[Point, ...] = ()
    given_tau: Crossover | None = None
    marked: str = KEPT

    def never_passes(self, line: Crossover) -> bool:
        """Whether the argument holds for a line: the row is slower wherever they were compared last."""
        return bool(self.never) and line.n_keys is None

    def as_json(self) -> dict[str, Any]:
        """Return the printed numbers."""
        given_tau = {"_given_tau": self.given_tau} if self.given_tau else {}
        lines = {"": self.slowest, "_fastest_line": self.fastest} | given_tau
        return {
            "n_keys": self.fastest.n_keys,
            "n_keys_slowest_line": self.slowest.n_keys,
            **{f"n_keys{of}": line.n_keys for of, line in given_tau.items()},
            "n_max": self.slowest.n_max,
            # JSON has no number for the infinite ratio of a search that cannot be run
            **{f"ratio_at_n_max{of}": _finite(line.ratio_at_n_max) for of, line in lines.items()},
            "quantum_exponent": _finite(self.slowest.quantum_exponent),
            **{f"classical_exponent{of}": line.classical_exponent for of, line in lines.items()},
            **{f"log2_extrapolated_n_keys{of}": self._extrapolated(line) for of, line in lines.items()},
            "never": self.never if self.never_passes(self.slowest) else None,
            "assumes": self.assumes,
            **({"points": [point.as_json() for point in self.points]} if self.points else {}),
        }

    def _extrapolated(self, line: Crossover) -> float | None:
        return None if self.never_passes(line) else line.log2_extrapolated


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


@attrs.frozen
class Readings:
    """The three readings of one row, each of the best circuit.

    Attributes:
        one_machine: one machine beside one GPU.
        same_width: as many machines as share the width of that one, beside one GPU.
        equal_hardware: the row beside a scan by the electronics that would control its qubits; None for a machine that
            is priced by qdk.qre, whose tiles are not known here.
    """

    one_machine: Reading
    same_width: Reading
    equal_hardware: Reading | None

    @property
    def by_name(self) -> dict[str, Reading]:
        """The readings by their names."""
        found = {"one_machine": self.one_machine, "same_width": self.same_width}
        return found if self.equal_hardware is None else found | {"equal_hardware": self.equal_hardware}


def first_compared(request: RowRequest, n_min: int, n_max: int) -> int:
    """Return the smallest number of keys that is compared, from `n_min` on: at most a quarter of them are marked.

    Raises:
        InputError: a law by which more are marked at any number of keys below `n_max`.

    >>> first_compared(RowRequest.of(preset="llama3.1-8b"), 256, 1 << 56)
    2048
    """
    if request.k_from.law is None:
        return max(n_min, 4 * request.shape.n_marked)
    n_keys = n_min
    while 4 * request.n_marked_at(n_keys) > n_keys:
        n_keys *= 2
        if n_keys >= n_max:
            raise InputError(
                given=f"the law {request.k_from.law.name}, by which a row marks {request.n_marked_at(n_max):,} of "
                f"{n_max:,} keys",
                allowed="a law by which a row leaves most of its keys out at some number of them",
                why="a row that marks more than a quarter of its keys is read rather than searched",
                do="check the exponent, or choose a smaller k_weight",
            )
    return n_keys
