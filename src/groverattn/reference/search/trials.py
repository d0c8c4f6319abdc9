"""Trials of a search, each some Grover iterates and a measurement: engines run them, the laws take expectations."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from groverattn.reference.search.amplification import mean_trial_success, success_probability
from groverattn.reference.search.faults import mean_success_with_faults, success_with_faults
from groverattn.reference.search.fixed_point import fixed_point_phases, fixed_point_success


@attrs.frozen
class GroverRun:
    """Run of the machine: a number of iterates on the uniform superposition, then a measurement of the index.

    Attributes:
        n_iterates: number of Grover iterates.
        p_failure: if given, the iterates have the phases of the fixed-point search with this failure probability.
    """

    n_iterates: int
    p_failure: float | None = None

    @property
    def is_phased(self) -> bool:
        """Whether the iterates have phases other than -1."""
        return self.p_failure is not None

    @cached_property
    def angles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Angles of the oracle and of the diffusion in each iterate, both of shape (n_iterates,)."""
        if self.p_failure is None:
            return np.full(self.n_iterates, np.pi), np.full(self.n_iterates, np.pi)
        return fixed_point_phases(self.n_iterates, self.p_failure)

    def success(self, n: ArrayLike, t: ArrayLike, fault_rate: float = 0.0) -> NDArray[np.float64]:
        """Probability that the measured index is one of t marked ones; `n` and `t` broadcast.

        Args:
            n: number of indices.
            t: how many are marked.
            fault_rate: probability of a logical fault in an iterate (see `faults`).

        >>> float(GroverRun(1).success(4, 1)), float(GroverRun(1).success(4, 1, fault_rate=0.1))
        (1.0, 0.925)
        """
        if self.p_failure is None:
            p_success = success_probability(n, t, self.n_iterates)
        else:
            p_success = fixed_point_success(n, t, self.n_iterates, self.p_failure)
        return success_with_faults(p_success, n, t, self.n_iterates, fault_rate) if fault_rate else p_success


class Trial(Protocol):
    """Rule by which a trial chooses its run."""

    @property
    def iterates_mean(self) -> float:
        """Expected number of iterates."""
        ...

    @property
    def iterates_max(self) -> int:
        """Largest number of iterates."""
        ...

    @property
    def is_phased(self) -> bool:
        """Whether its iterates have the phases of a fixed-point search."""
        ...

    def draw(self, rng: np.random.Generator) -> GroverRun:
        """Choose a run."""
        ...

    def draw_many(
        self, n: ArrayLike, t: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Choose a run for each of several rows of n keys, of which t are marked, shape (rows,); `n` broadcasts.

        Returns:
            The number of iterates and the probability of measuring a marked key after them, both of shape (rows,).
        """
        ...

    def success(self, n: ArrayLike, t: ArrayLike, fault_rate: float = 0.0) -> NDArray[np.float64]:
        """Probability of measuring a marked key, over the choice too (see `GroverRun.success`)."""
        ...


@attrs.frozen
class UniformTrial:
    """Trial whose number of iterates is uniform in 0, ..., bound - 1 (arXiv:quant-ph/9605034, Section 4).

    >>> float(UniformTrial(2).success(16, 1).round(6))
    0.267578
    """

    bound: int
    is_phased: bool = attrs.field(default=False, init=False)

    @property
    def iterates_mean(self) -> float:
        return (self.bound - 1) / 2

    @property
    def iterates_max(self) -> int:
        return self.bound - 1

    def draw(self, rng: np.random.Generator) -> GroverRun:
        return GroverRun(int(rng.integers(self.bound)))

    def draw_many(
        self, n: ArrayLike, t: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        j = rng.integers(self.bound, size=t.size)
        return j, success_probability(n, t, j)

    def success(self, n: ArrayLike, t: ArrayLike, fault_rate: float = 0.0) -> NDArray[np.float64]:
        return _mean_success(n, t, self.bound, fault_rate)


@attrs.frozen
class FixedTrial:
    """Trial that makes the same run every time."""

    run: GroverRun

    @property
    def iterates_mean(self) -> float:
        return float(self.run.n_iterates)

    @property
    def iterates_max(self) -> int:
        return self.run.n_iterates

    @property
    def is_phased(self) -> bool:
        return self.run.is_phased

    def draw(self, rng: np.random.Generator) -> GroverRun:
        return self.run

    def draw_many(
        self, n: ArrayLike, t: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return np.full(t.shape, self.run.n_iterates), self.run.success(n, t)

    def success(self, n: ArrayLike, t: ArrayLike, fault_rate: float = 0.0) -> NDArray[np.float64]:
        return self.run.success(n, t, fault_rate)


def _mean_success(n: ArrayLike, t: ArrayLike, m: ArrayLike, fault_rate: float) -> NDArray[np.float64]:
    return mean_success_with_faults(n, t, m, fault_rate) if fault_rate else mean_trial_success(n, t, m)


def success_of_each(
    trials: Sequence[Trial], n: int, t: NDArray[np.int64], fault_rate: float = 0.0
) -> NDArray[np.float64]:
    """Probability of measuring a marked key in each trial, shape (t.size, trials); the uniform ones at once.

    >>> success_of_each([UniformTrial(2), FixedTrial(GroverRun(1))], 16, np.array([1, 16])).round(6).tolist()
    [[0.267578, 0.472656], [1.0, 1.0]]
    """
    uniform = np.array([isinstance(trial, UniformTrial) for trial in trials])
    bounds = np.array([trial.bound for trial in trials if isinstance(trial, UniformTrial)], dtype=np.int64)
    p_success = np.empty((t.size, len(trials)))
    p_success[:, uniform] = _mean_success(n, t[:, None], bounds, fault_rate)
    for column in np.flatnonzero(~uniform).tolist():
        p_success[:, column] = trials[column].success(n, t, fault_rate)
    return p_success


@functools.lru_cache(maxsize=1 << 14)
def shared(trial: Trial) -> Trial:
    """Return one object for all equal trials, so that rows which make the same trial are told by it.

    >>> shared(UniformTrial(3)) is shared(UniformTrial(3))
    True
    """
    return trial
