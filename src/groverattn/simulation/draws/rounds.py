"""Rounds of searches for marked keys, drawn for many rows together.

What `find_marked` does on a `LawEngine`, without looking at keys. The uniform superposition, the oracle and the
diffusion treat all marked keys alike, so a measurement gives each marked live key with the same probability: how a
search goes depends on the number of marked keys alone, and the keys that it finds are a uniform choice among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.counting import counting_distribution, counting_iterates
from groverattn.reference.search.faults import p_spoiled, success_with_faults
from groverattn.reference.search.trials import Trial


@attrs.frozen(eq=False)
class RowDraws:
    """What the searches of some rows did; all arrays have shape (rows,).

    Attributes:
        found: marked keys that were found, int64.
        iterates: Grover iterates run, each one oracle call, int64.
        phased_iterates: those among them with the phases of a fixed-point search, int64.
        checks: keys that were read classically, int64.
        trials: runs that ended with a measurement of the index, int64.
        key_tests: keys tested inside oracles, int64.
        false: keys called found that are not marked, int64.
        stopped_early: whether the row has more marked keys than it was promised to have.
        keys: those found in rows where they are not a uniform choice of the marked ones, by position of the row.
    """

    found: NDArray[np.int64]
    iterates: NDArray[np.int64]
    phased_iterates: NDArray[np.int64]
    checks: NDArray[np.int64]
    trials: NDArray[np.int64]
    key_tests: NDArray[np.int64]
    false: NDArray[np.int64]
    stopped_early: NDArray[np.bool_]
    keys: dict[int, tuple[int, ...]] = attrs.field(factory=dict)

    @classmethod
    def zeros(cls, n_rows: int) -> RowDraws:
        """Return the record of rows that have not been searched."""
        numbers: dict[str, Any] = {name: np.zeros(n_rows, dtype=np.int64) for name in COUNTED}
        return cls(**numbers, stopped_early=np.zeros(n_rows, dtype=bool))

    def put(self, rows: NDArray[np.intp], drawn: RowDraws) -> None:
        """Take over what was drawn for some of the rows."""
        for name in (*COUNTED, "stopped_early"):
            getattr(self, name)[rows] = getattr(drawn, name)
        self.keys.update({int(rows[at]): keys for at, keys in drawn.keys.items()})


COUNTED = ("found", "iterates", "phased_iterates", "checks", "trials", "key_tests", "false")
"""Names of the numbers that are drawn for each row."""


def draw_searches(
    search: ThresholdSearch | Sequence[ThresholdSearch],
    n: int | NDArray[np.int64],
    n_marked: NDArray[np.int64],
    rng: np.random.Generator,
    fault_rate: float = 0.0,
) -> RowDraws:
    """Draw the searches of rows together: all are in the same round, and in its first trial, then in its second.

    Args:
        search: says which trials a round has and when to stop; of all rows, or of each, where they differ only in that.
        n: number of keys of each row, shape (rows,), or of all.
        n_marked: how many of them are marked, shape (rows,).
        rng: draws iterate numbers and outcomes.
        fault_rate: probability of a logical fault in an iterate.

    Raises:
        InputError: some n_marked < 0 or > n.

    >>> from groverattn.reference.search.unknown import UnknownNumberSearch
    >>> search, rng = UnknownNumberSearch(p_failure=1e-6), np.random.default_rng(0)
    >>> draws = draw_searches(search, 1024, np.full(1000, 32), rng)
    >>> int(draws.found.min()), round(float(draws.iterates.mean() / search.cost(1024, 32).iterates_expected), 2)
    (32, 1.0)
    """
    n_keys = np.broadcast_to(n, n_marked.shape)
    if not ((n_marked >= 0) & (n_marked <= n_keys)).all():
        raise InputError(
            given=f"{n_marked.min()} to {n_marked.max()} marked keys in rows of {n}",
            allowed=f"0 to {n}",
            why="the marked keys are some of the row's",
            do="count them with Instance.marked_counts",
        )
    searches = [search] if isinstance(search, ThresholdSearch) else search
    kinds = np.stack([n_keys, np.broadcast_to(np.arange(len(searches)), n_marked.shape)])
    draws = RowDraws.zeros(n_marked.size)
    searching, n_found = np.arange(n_marked.size), 0
    while searching.size:
        present, of_kind = np.unique(kinds[:, searching], axis=1, return_inverse=True)
        rounds = [searches[which].trials(size, n_found) for size, which in present.T.tolist()]
        has_trials = np.array([bool(trials) for trials in rounds])[of_kind]
        searching, of_kind = searching[has_trials], of_kind[has_trials]
        left = n_marked[searching] - n_found
        live = left if searches[0].excludes_found else n_marked[searching]
        rows = RowsOfRound(of_kind, n_keys[searching], live, left / np.maximum(live, 1))
        a_round = draw_round(rounds, rows, rng, fault_rate)
        for name in COUNTED:
            getattr(draws, name)[searching] += getattr(a_round, name)
        searching, n_found = searching[a_round.found > 0], n_found + 1
    limit = getattr(searches[0], "n_marked_max", None) if n_marked.size else None
    return draws if limit is None else attrs.evolve(draws, stopped_early=draws.found > limit)


def draw_counted(
    search: CountedNumberSearch,
    n_keys: NDArray[np.int64],
    n_marked: NDArray[np.int64],
    rng: np.random.Generator,
    fault_rate: float = 0.0,
) -> RowDraws:
    """Draw for each row the outcome of quantum counting, and then the searches that follow.

    Args:
        search: how many control qubits the counting has, and what follows its outcome.
        n_keys, n_marked, rng, fault_rate: those of `draw_searches`.

    >>> n_keys, n_marked = np.full(500, 1024), np.full(500, 32)
    >>> search = CountedNumberSearch(p_failure=1e-6)
    >>> draws = draw_counted(search, n_keys, n_marked, np.random.default_rng(0))
    >>> int(draws.found.min()), round(float(draws.iterates.mean() / search.cost(1024, 32).iterates_expected), 2)
    (32, 1.0)
    """
    bits = np.array([search.bits(n) for n in n_keys.tolist()], dtype=np.int64)
    outcomes, spent = np.zeros((2, n_keys.size), dtype=np.int64)
    for n_bits in np.unique(bits).tolist():
        at, iterates = np.flatnonzero(bits == n_bits), counting_iterates(n_bits)
        p = counting_distribution(n_keys[at], n_marked[at], n_bits)
        p += p_spoiled(iterates, fault_rate) * (1 / p.shape[1] - p)
        cumulated = np.cumsum(p, axis=1)
        passed = cumulated <= rng.random((at.size, 1)) * cumulated[:, -1:]
        outcomes[at], spent[at] = np.minimum(passed.sum(axis=1), iterates), iterates
    searches = [search.after(n, y) for n, y in zip(n_keys.tolist(), outcomes.tolist(), strict=True)]
    draws = draw_searches(searches, n_keys, n_marked, rng, fault_rate)
    return attrs.evolve(draws, iterates=draws.iterates + spent, key_tests=draws.key_tests + spent)


@attrs.frozen(eq=False)
class RowsOfRound:
    """Rows in one round; all arrays have shape (rows,).

    Attributes:
        of_round: number of the row's trials among those of the round: rows of other sizes have others.
        n_keys: keys of the row.
        live: marked keys that a trial may find.
        share_new: share of them that have not been found before.
    """

    of_round: NDArray[np.intp]
    n_keys: NDArray[np.int64]
    live: NDArray[np.int64]
    share_new: NDArray[np.float64]


def draw_round(
    rounds: list[tuple[Trial, ...]], rows: RowsOfRound, rng: np.random.Generator, fault_rate: float
) -> RowDraws:
    """Make the trials of a round, each for the rows that make it and in which those before it failed."""
    a_round = RowDraws.zeros(rows.live.size)
    failing = np.arange(rows.live.size)
    for step in itertools.zip_longest(*rounds):
        of_row = np.array([id(trial) for trial in step])[rows.of_round[failing]]
        for trial in {id(trial): trial for trial in step if trial}.values():
            members = failing[of_row == id(trial)]
            if not members.size:
                continue
            n, live = rows.n_keys[members], rows.live[members]
            j, p_success = trial.draw_many(n, live, rng)
            if fault_rate:
                p_success = success_with_faults(p_success, n, live, j, fault_rate)
            a_round.iterates[members] += j
            a_round.key_tests[members] += j
            if trial.is_phased:
                a_round.phased_iterates[members] += j
            a_round.checks[members] += 1
            a_round.trials[members] += 1
            a_round.found[members] = rng.random(members.size) < p_success * rows.share_new[members]
        failing = failing[a_round.found[failing] == 0]
        if not failing.size:
            break
    return a_round
