"""Distillation pipelines of Beverland et al.: up to three rounds of 15-to-1, each at its own code distance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TypeVar

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import nbdtr, nbdtrik

from groverattn.physical.factories.factory import Factory
from groverattn.physical.machines.hardware import Hardware

Floats = npt.NDArray[np.float64]
OneOrMany = TypeVar("OneOrMany", float, Floats)

# arXiv:2211.07629, Appendix C, with the constants of qdk.estimator 1.33 (templates 15-to-1 RM prep and 15-to-1 space
# efficient) and of qdk.qre's RoundBasedFactory, which agree. The paper itself: second-hand.
# name, physical qubits and gate times on bare qubits, tiles and time steps of d cycles on encoded ones
_UNITS = (("RM prep", 31, 24, 31, 11), ("space efficient", 12, 45, 20, 13))
_INPUTS = 15
_ROUNDS_MAX = 3
# The largest distance of the authors' tool is 50.
_DISTANCES = range(3, 50, 2)
# Every run delivers its T state with at least this probability.
_P_SHORT = 0.01
_T_PER_TOFFOLI = 4  # arXiv:1212.5069

_SOURCE = "arXiv:2211.07629, Appendix C (second-hand), with the constants of qdk.estimator"


def output_error(p_t: OneOrMany, p_clifford: OneOrMany) -> OneOrMany:
    """Return the error of a distilled T state, 35 p_T^3 + 7.1 p_Clifford.

    >>> output_error(1e-3, 0.0)
    3.5e-08
    """
    return 35 * p_t**3 + 7.1 * p_clifford


def failure_probability(p_t: OneOrMany, p_clifford: OneOrMany) -> OneOrMany:
    """Return the probability that a unit detects an error and delivers nothing, 15 p_T + 356 p_Clifford.

    >>> failure_probability(1e-3, 1e-5)
    0.01856
    """
    return 15 * p_t + 356 * p_clifford


def units_needed(states: Floats, p_failure: Floats, p_short: float) -> Floats:
    """Return the number of units that deliver at least `states` T states with a probability of at least 1 - p_short.

    >>> units_needed(np.array([1.0, 15.0]), np.array([0.001, 0.015]), p_short=0.005)
    array([ 1., 17.])
    """
    # Failures before the last state that is needed: negative binomial.
    p_success = 1 - p_failure
    failures = np.ceil(nbdtrik(1 - p_short, states, p_success))
    # nbdtrik inverts a continuous extension, and only above 0: settle whole numbers by the distribution itself.
    one_less = np.maximum(np.nan_to_num(failures) - 1, 0)
    return states + np.where(
        nbdtr(one_less.astype(int), states.astype(int), p_success) >= 1 - p_short, one_less, failures
    )


@attrs.frozen(eq=False)
class _Units:
    """All units that a round can be made of, those on bare qubits first, then by code distance.

    Attributes:
        names: what each is called.
        n_bare: how many of them are on bare qubits.
        qubits: physical qubits.
        cycles: code cycles of one run.
        p_clifford: error probability of a Clifford gate on its qubits.
        distance: code distance; 1 on bare qubits.
    """

    names: list[str]
    n_bare: int
    qubits: Floats
    cycles: Floats
    p_clifford: Floats
    distance: Floats

    @classmethod
    def of(cls, hardware: Hardware) -> _Units:
        gate_cycles = hardware.gate_time_us / hardware.cycle_time_us
        rows = [
            (f"{name}, bare qubits", qubits, gates * gate_cycles, hardware.physical_error_rate, 1)
            for name, qubits, gates, _, _ in _UNITS
        ]
        for d in _DISTANCES:
            tile, p_logical = hardware.qubits_per_tile(d), hardware.p_logical(d)
            rows += [(f"{name}, d = {d}", tiles * tile, steps * d, p_logical, d) for name, _, _, tiles, steps in _UNITS]
        names, *columns = zip(*rows, strict=True)
        return cls(list(names), len(_UNITS), *(np.array(column, dtype=float) for column in columns))

    def pipelines(self, rounds: int) -> npt.NDArray[np.intp]:
        """One row of units per pipeline. Bare qubits only come first, and no distance is below that before it."""
        last = range(self.n_bare, len(self.names))
        grid = np.meshgrid(range(len(self.names)), *[last] * (rounds - 1), indexing="ij")
        rows = np.stack([axis.ravel() for axis in grid], axis=1)
        return rows[(np.diff(self.distance[rows], axis=1) >= 0).all(axis=1)]


def fifteen_to_one(hardware: Hardware) -> tuple[Factory, ...]:
    """Return the pipelines that no other one equals or beats in qubits, time and error.

    The rounds follow each other on the same qubits, so that the largest round sets the qubits and all rounds add to the
    time, as in qdk.estimator; each has as many units as deliver the states of the next one in 99 % of the runs. A round
    that does not lower the error is left out. A Toffoli takes 4 T.

    >>> from groverattn.physical.machines.hardware import hardware
    >>> fifteen_to_one(hardware("beverland-gate-ns-e4"))[0].name
    '1 x 15-to-1 (space efficient, d = 3)'
    """
    units = _Units.of(hardware)
    found = [row for rounds in range(1, _ROUNDS_MAX + 1) for row in _designs(units, rounds, hardware.t_error_rate)]
    return tuple(
        Factory(
            name=" then ".join(
                f"{n:.0f} x 15-to-1 ({units.names[unit]})" for n, unit in zip(numbers, row, strict=True)
            ),
            qubits=round(qubits),
            cycles_per_toffoli=_T_PER_TOFFOLI * cycles,
            cycles_per_t=cycles,
            p_error_per_toffoli=_T_PER_TOFFOLI * p_error,
            p_error_per_t=p_error,
            source=_SOURCE,
        )
        for qubits, cycles, p_error, numbers, row in _not_dominated(found)
    )


_Design = tuple[float, float, float, Floats, npt.NDArray[np.intp]]


def _designs(units: _Units, rounds: int, p_t: float) -> Iterator[_Design]:
    """Qubits, cycles, error, units per round and which units they are, of all pipelines with this number of rounds."""
    rows = units.pipelines(rounds)
    p_failures = []
    p_error = np.full(len(rows), p_t)
    useful = np.ones(len(rows), dtype=bool)
    for unit in rows.T:
        p_before, p_clifford = p_error, units.p_clifford[unit]
        p_failures.append(failure_probability(p_before, p_clifford))
        p_error = output_error(p_before, p_clifford)
        useful &= (p_failures[-1] < 1) & (p_error < p_before)
    rows, p_error, p_failures = rows[useful], p_error[useful], [p[useful] for p in p_failures]
    numbers = _units_per_round(p_failures)
    qubits = (numbers * units.qubits[rows]).max(axis=1)
    cycles = units.cycles[rows].sum(axis=1)
    yield from zip(qubits.tolist(), cycles.tolist(), p_error.tolist(), numbers, rows, strict=True)


def _units_per_round(p_failures: list[Floats]) -> Floats:
    states = np.ones_like(p_failures[0])
    numbers = []
    for p_failure in reversed(p_failures):
        numbers.append(units_needed(states, p_failure, _P_SHORT / len(p_failures)))
        states = _INPUTS * numbers[-1]
    return np.stack(numbers[::-1], axis=1)


def _not_dominated(designs: list[_Design]) -> list[_Design]:
    """By rising qubits, a staircase of the cycles and errors seen so far: to be kept, a design has to be below it."""
    stairs: list[tuple[float, float]] = []  # cycles rising, errors falling
    kept = []
    for design in sorted(designs, key=lambda design: design[:3]):
        step = design[1], design[2]
        place = bisect_right(stairs, step)
        if place and stairs[place - 1][1] <= step[1]:
            continue
        beaten = next((i for i in range(place, len(stairs)) if stairs[i][1] < step[1]), len(stairs))
        stairs[place:beaten] = [step]
        kept.append(design)
    return kept
