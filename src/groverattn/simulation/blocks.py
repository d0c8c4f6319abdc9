"""Searches of long heads under the engine `law`: the outcomes of a block of rows are drawn together (see `draws`)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.problem.instance import Instance
from groverattn.problem.row_pool import in_parallel
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.draws.key_blocks import draw_by_blocks
from groverattn.simulation.draws.rounds import RowDraws, draw_counted, draw_searches
from groverattn.simulation.draws.top_k import draw_largest
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.row_search import RowResult

LONG_HEAD = 4096
"""With more keys than this, rows are drawn together: found keys are counted, and drawn only where looked at."""

ROWS_PER_BLOCK = 4096
"""Rows with one random stream: what is drawn does not depend on how blocks are shared out."""

_ROWS_WITH_LAWS_OF_THEIR_OWN = 256
"""The same where rows of other lengths have laws of their own, which take up to a second each: a divisor of it."""

_OUTCOMES, _CHOICES = 1, 2  # keep the stream of a block's outcomes and that of a row's keys apart

DrawRows = Callable[[Instance, NDArray[np.intp], np.random.Generator, float], RowDraws]
"""Draws the searches of some rows of an instance, with a probability of a fault in an iterate."""


def in_blocks(instance: Instance, engine: EngineChoice, method: SearchMethod) -> bool:
    """Whether the rows of this head are drawn together: those of a long one."""
    return _is_long(instance.head, engine) and method.first_score == "exact"


def _is_long(head: AttentionHead | IndexerHead, engine: EngineChoice) -> bool:
    return engine.name == "law" and head.n_keys > LONG_HEAD


def whole_blocks(rows: range, head: AttentionHead | IndexerHead, engine: EngineChoice) -> range:
    """Return the rows whose thresholds are needed: all of the blocks that hold them, as blocks are drawn whole."""
    if not _is_long(head, engine):
        return rows
    blocks = _blocks_of(rows, ROWS_PER_BLOCK)
    return range(blocks.start * ROWS_PER_BLOCK, min(blocks.stop * ROWS_PER_BLOCK, head.n_keys))


def _blocks_of(rows: range, size: int) -> range:
    return range(rows.start // size, -(-rows.stop // size))


def by_blocks_of_keys(method: SearchMethod) -> bool:
    """Whether rows that fill other numbers of blocks of keys are searched by laws of their own."""
    return method.name == "posterior" or method.keys_per_query > 1


def block_results(
    instance: Instance, method: SearchMethod, seed: int, rows: range, n_workers: int, fault_rate: float = 0.0
) -> Iterator[RowResult]:
    """Yield the results of the rows in order.

    They depend on the seed, the row and the thresholds of its block, not on the number of workers nor, if the blocks'
    thresholds are set whole (`whole_blocks`), on which rows are asked for.
    """
    draw = functools.partial(draw_as, method)
    n_kept = method.n_kept if method.keeps_largest else None
    work = functools.partial(
        draw_block,
        instance,
        draw,
        seed,
        fault_rate=fault_rate,
        n_kept=n_kept,
        n_keys_min=method.n_keys_min,
        n_rows=(size := _rows_per_block(instance.head, method)),
    )
    for results in in_parallel(work, _blocks_of(rows, size), n_workers):
        yield from (result for result in results if result.row in rows)


def _rows_per_block(head: AttentionHead | IndexerHead, method: SearchMethod) -> int:
    return _ROWS_WITH_LAWS_OF_THEIR_OWN if head.causal and by_blocks_of_keys(method) else ROWS_PER_BLOCK


def draw_as(
    method: SearchMethod, instance: Instance, rows: NDArray[np.intp], rng: np.random.Generator, fault_rate: float
) -> RowDraws:
    """Draw the searches of some rows by a method."""
    if method.keeps_largest:
        blocks = instance.score_blocks
        return draw_largest(
            method.top_k(), blocks.of_rows(rows), lambda at: instance.scores(int(rows[at])), rng, fault_rate
        )
    n_keys, n_marked = instance.score_blocks.visible_keys(rows), instance.marked_counts(rows)
    if method.counts_first:
        return draw_counted(method.counted(), n_keys, n_marked, rng, fault_rate)
    if by_blocks_of_keys(method):
        return draw_by_blocks(method, n_keys, n_marked, rng, fault_rate)
    return draw_told(method.for_threshold, instance, rows, rng, fault_rate)


def draw_told(
    search_of: Callable[[int], ThresholdSearch],
    instance: Instance,
    rows: NDArray[np.intp],
    rng: np.random.Generator,
    fault_rate: float,
) -> RowDraws:
    """Draw rows together that are searched alike: a search that is told each row's number draws those with one number.

    Args:
        search_of: from a row's number of marked keys to the search; most ignore it.
        instance: the head with its thresholds.
        rows: which rows.
        rng: draws iterate numbers and outcomes.
        fault_rate: probability of a logical fault in an iterate.
    """
    n_keys, n_marked = instance.score_blocks.visible_keys(rows), instance.marked_counts(rows)
    searches = {int(t): search_of(int(t)) for t in np.unique(n_marked)}
    groups: dict[ThresholdSearch, list[int]] = {}
    for at, t in enumerate(n_marked.tolist()):
        groups.setdefault(searches[t], []).append(at)
    draws = RowDraws.zeros(rows.size)
    for search, members in groups.items():
        draws.put(np.array(members), draw_searches(search, n_keys[members], n_marked[members], rng, fault_rate))
    return draws


def draw_block(
    instance: Instance,
    draw: DrawRows,
    seed: int,
    block: int,
    fault_rate: float = 0.0,
    n_kept: int | None = None,
    n_keys_min: int = 2,
    n_rows: int | None = None,
) -> list[RowResult]:
    """Draw the searches of a block of rows.

    Args:
        instance: the head with its thresholds.
        draw: draws those of the rows that are not read whole.
        seed: the draws depend on it and on the block.
        block: number of the block, from 0.
        fault_rate: probability of a logical fault in an iterate (see `reference.search.faults`).
        n_kept: keys that a search without a threshold keeps; None: rows have thresholds.
        n_keys_min: keys that are searched at least; a row of fewer is read.
        n_rows: rows of a block; None: `ROWS_PER_BLOCK`.

    >>> from groverattn.problem.families import gaussian_head
    >>> from groverattn.reference.search.unknown import UnknownNumberSearch
    >>> instance = Instance.from_target(gaussian_head(64, 8, seed=0), 5, 8, 8)
    >>> draw = functools.partial(draw_told, lambda n_marked: UnknownNumberSearch(1e-6))
    >>> results = draw_block(instance, draw, seed=1, block=0)
    >>> sum(row.n_marked for row in results), sum(row.missed for row in results)
    (320, 0)
    """
    size = n_rows or ROWS_PER_BLOCK
    rows = np.arange(block * size, min((block + 1) * size, instance.n_keys))
    rng = np.random.default_rng([seed, block, _OUTCOMES])
    n_visible = instance.score_blocks.visible_keys(rows)
    if n_kept is None:
        read_whole, n_marked = instance.thresholds[rows] <= instance.lowest_threshold, instance.marked_counts(rows)
    else:
        read_whole, n_marked = n_visible <= n_kept, np.minimum(n_visible, n_kept)
    read_whole |= n_visible < n_keys_min
    draws, searched = RowDraws.zeros(rows.size), np.flatnonzero(~read_whole)
    draws.found[read_whole], draws.checks[read_whole] = n_marked[read_whole], n_visible[read_whole]
    if searched.size:
        draws.put(searched, draw(instance, rows[searched], rng, fault_rate))
    columns = {
        "row": rows,
        "n_found": draws.found,
        "n_marked": n_marked,
        "missed": np.where(draws.stopped_early, 0, np.maximum(n_marked - draws.found + draws.false, 0)),
        "false": draws.false,
        "iterates": draws.iterates,
        "phased_iterates": draws.phased_iterates,
        "key_visits": draws.checks,
        "key_tests": draws.key_tests,
        "trials": draws.trials,
        "read_whole": read_whole,
        "stopped_early": draws.stopped_early,
    }
    in_rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        RowResult(found=draws.keys.get(at), **dict(zip(columns, values, strict=True)))
        for at, values in enumerate(in_rows)
    ]


def found_keys(instance: Instance, row: int, n_found: int, seed: int, n_kept: int | None = None) -> NDArray[np.int64]:
    """Return the keys that a row's search found, ascending: all marked ones, or a uniform choice of `n_found` of them.

    Without a threshold, those with larger scores than the k-th largest are found for sure.

    Args:
        instance: the head with its thresholds.
        row: the row.
        n_found: how many of its marked keys were found.
        seed: the choice depends on it and on the row.
        n_kept: keys k that a search without a threshold keeps; None: the row has its threshold.

    Raises:
        InputError: n_found < 0, or more than are marked.
    """
    scores = instance.scores(row)
    if n_kept is None:
        limit, sure = instance.thresholds[row], np.zeros(0, dtype=np.int64)
    else:
        limit = np.partition(scores, -n_kept)[-n_kept] if n_kept < scores.size else scores.min()
        sure = np.flatnonzero(scores > limit)
    marked = np.flatnonzero(scores >= limit)
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
    chosen = rng.choice(np.setdiff1d(marked, sure), n_found - sure.size, replace=False, shuffle=False)
    return np.sort(np.concatenate([sure, chosen]))
