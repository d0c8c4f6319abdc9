"""Searches of long heads under the engine `law`: the outcomes of a block of rows are drawn together.

What `find_marked` does on a `LawEngine`, without looking at keys. The uniform superposition, the oracle and the
diffusion treat all marked keys alike, so a measurement gives each marked live key with the same probability: how a
search goes depends on the number of marked keys alone, and the keys that it finds are a uniform choice among them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.problem.instance import Instance
from groverattn.problem.row_pool import in_parallel
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.faults import success_with_faults
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.trials import Trial
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.row_search import RowResult

LONG_HEAD = 4096
"""With more keys than this, rows are drawn together: found keys are counted, and drawn only where looked at."""

ROWS_PER_BLOCK = 4096
"""Rows with one random stream: what is drawn does not depend on how blocks are shared out."""

_METHODS = ("unknown", "expected", "known", "collector")

_OUTCOMES, _CHOICES = 1, 2  # keep the stream of a block's outcomes and that of a row's keys apart


@attrs.frozen(eq=False)
class RowDraws:
    """What the searches of some rows did; all arrays have shape (rows,).

    Attributes:
        found: marked keys that were found, int64.
        iterates: Grover iterates run, each one oracle call, int64.
        phased_iterates: those among them with the phases of a fixed-point search, int64.
        checks: keys that were read classically, int64.
        stopped_early: whether the row has more marked keys than it was promised to have.
    """

    found: NDArray[np.int64]
    iterates: NDArray[np.int64]
    phased_iterates: NDArray[np.int64]
    checks: NDArray[np.int64]
    stopped_early: NDArray[np.bool_]

    @classmethod
    def zeros(cls, n_rows: int) -> RowDraws:
        """Return the record of rows that have not been searched."""
        found, iterates, phased, checks = np.zeros((4, n_rows), dtype=np.int64)
        return cls(found, iterates, phased, checks, np.zeros(n_rows, dtype=bool))


def in_blocks(instance: Instance, engine: EngineChoice, method: SearchMethod) -> bool:
    """Whether the rows of this head are drawn together: those of a long one."""
    return _is_long(instance.head, engine) and method.name in _METHODS


def _is_long(head: AttentionHead | IndexerHead, engine: EngineChoice) -> bool:
    return engine.name == "law" and head.n_keys > LONG_HEAD


def whole_blocks(rows: range, head: AttentionHead | IndexerHead, engine: EngineChoice) -> range:
    """Return the rows whose thresholds are needed: all of the blocks that hold them, as blocks are drawn whole."""
    if not _is_long(head, engine):
        return rows
    blocks = _blocks_of(rows)
    return range(blocks.start * ROWS_PER_BLOCK, min(blocks.stop * ROWS_PER_BLOCK, head.n_keys))


def _blocks_of(rows: range) -> range:
    return range(rows.start // ROWS_PER_BLOCK, -(-rows.stop // ROWS_PER_BLOCK))


def block_results(
    instance: Instance, method: SearchMethod, seed: int, rows: range, n_workers: int, fault_rate: float = 0.0
) -> Iterator[RowResult]:
    """Yield the results of the rows in order.

    They depend on the seed, the row and the thresholds of its block, not on the number of workers nor, if the blocks'
    thresholds are set whole (`whole_blocks`), on which rows are asked for.
    """
    work = functools.partial(draw_block, instance, method.for_threshold, seed, fault_rate=fault_rate)
    for results in in_parallel(work, _blocks_of(rows), n_workers):
        yield from (result for result in results if result.row in rows)


def draw_block(
    instance: Instance,
    search_of: Callable[[int], ThresholdSearch],
    seed: int,
    block: int,
    fault_rate: float = 0.0,
) -> list[RowResult]:
    """Count the marked keys of a block of rows and draw their searches.

    Rows are drawn together if they are searched alike: a search that is told each row's number of marked keys draws
    those with one number.

    Args:
        instance: the head with its thresholds.
        search_of: from a row's number of marked keys to the search; most ignore it.
        seed: the draws depend on it and on the block.
        block: number of the block, from 0.
        fault_rate: probability of a logical fault in an iterate (see `reference.search.faults`).

    >>> from groverattn.problem.families import gaussian_head
    >>> from groverattn.reference.search.unknown import UnknownNumberSearch
    >>> instance = Instance.from_target(gaussian_head(64, 8, seed=0), 5, 8, 8)
    >>> results = draw_block(instance, lambda n_marked: UnknownNumberSearch(1e-6), seed=1, block=0)
    >>> sum(row.n_marked for row in results), sum(row.missed for row in results)
    (320, 0)
    """
    rows = np.arange(block * ROWS_PER_BLOCK, min((block + 1) * ROWS_PER_BLOCK, instance.n_keys))
    rng = np.random.default_rng([seed, block, _OUTCOMES])
    n_visible = instance.score_blocks.visible_keys(rows)
    read_whole = instance.thresholds[rows] <= instance.lowest_threshold
    n_marked = instance.marked_counts(rows)
    groups: dict[ThresholdSearch, list[int]] = {}
    searches = {int(t): search_of(int(t)) for t in np.unique(n_marked[~read_whole])}
    for at in np.flatnonzero(~read_whole).tolist():
        groups.setdefault(searches[int(n_marked[at])], []).append(at)
    draws = RowDraws.zeros(rows.size)
    draws.found[read_whole] = draws.checks[read_whole] = n_visible[read_whole]
    for search, members in groups.items():
        drawn = draw_searches(search, n_visible[members], n_marked[members], rng, fault_rate)
        for field in attrs.fields(RowDraws):
            getattr(draws, field.name)[members] = getattr(drawn, field.name)
    columns = {
        "row": rows,
        "n_found": draws.found,
        "n_marked": n_marked,
        "missed": np.where(draws.stopped_early, 0, n_marked - draws.found),
        "iterates": draws.iterates,
        "phased_iterates": draws.phased_iterates,
        "key_visits": draws.checks,
        "read_whole": read_whole,
        "stopped_early": draws.stopped_early,
    }
    in_rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [RowResult(found=None, **dict(zip(columns, values, strict=True))) for values in in_rows]


def draw_searches(
    search: ThresholdSearch,
    n: int | NDArray[np.int64],
    n_marked: NDArray[np.int64],
    rng: np.random.Generator,
    fault_rate: float = 0.0,
) -> RowDraws:
    """Draw the searches of rows together: all are in the same round, and in its first trial, then in its second.

    Args:
        search: says which trials a round has and when to stop.
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
    draws = RowDraws.zeros(n_marked.size)
    searching, n_found = np.arange(n_marked.size), 0
    while searching.size:
        sizes, of_size = np.unique(n_keys[searching], return_inverse=True)
        rounds = [search.trials(size, n_found) for size in sizes.tolist()]
        has_trials = np.array([bool(trials) for trials in rounds])[of_size]
        searching, of_size = searching[has_trials], of_size[has_trials]
        left = n_marked[searching] - n_found
        live = left if search.excludes_found else n_marked[searching]
        rows = _RowsOfRound(of_size, sizes[of_size], live, left / np.maximum(live, 1))
        a_round = _draw_round(rounds, rows, rng, fault_rate)
        for name in ("iterates", "phased_iterates", "checks", "found"):
            getattr(draws, name)[searching] += getattr(a_round, name)
        searching, n_found = searching[a_round.found > 0], n_found + 1
    limit = getattr(search, "n_marked_max", None)
    return draws if limit is None else attrs.evolve(draws, stopped_early=draws.found > limit)


def found_keys(instance: Instance, row: int, n_found: int, seed: int) -> NDArray[np.int64]:
    """Return the keys that a row's search found, ascending: all marked ones, or a uniform choice of `n_found` of them.

    Args:
        instance: the head with its thresholds.
        row: the row.
        n_found: how many of its marked keys were found.
        seed: the choice depends on it and on the row.

    Raises:
        InputError: n_found < 0, or more than are marked.
    """
    marked = np.flatnonzero(instance.marked(row))
    if not 0 <= n_found <= marked.size:
        raise InputError(
            given=f"{n_found} found keys in row {row}",
            allowed=f"0 to {marked.size}",
            why="no more keys of the row are marked, and the classical check lets no other pass",
            do="give the numbers that were drawn for this instance",
        )
    if n_found == marked.size:
        return marked
    rng = np.random.default_rng([seed, row, _CHOICES])
    return np.sort(rng.choice(marked, n_found, replace=False, shuffle=False))


@attrs.frozen(eq=False)
class _RowsOfRound:
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


def _draw_round(
    rounds: list[tuple[Trial, ...]], rows: _RowsOfRound, rng: np.random.Generator, fault_rate: float
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
            if trial.is_phased:
                a_round.phased_iterates[members] += j
            a_round.checks[members] += 1
            a_round.found[members] = rng.random(members.size) < p_success * rows.share_new[members]
        failing = failing[a_round.found[failing] == 0]
        if not failing.size:
            break
    return a_round
