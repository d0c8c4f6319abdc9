"""Long heads under the engine `law`: all rows of a block are drawn together."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from groverattn.problem.heads import AttentionHead
from groverattn.problem.instance import Instance
from groverattn.problem.row_pool import in_parallel
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head_search import RowResult
from groverattn.simulation.law_head import ROWS_PER_BLOCK, draw_block

LONG_HEAD = 4096
"""More keys than that, and rows are drawn in lockstep: the found keys are counted, and drawn only where looked at."""

_METHODS = ("unknown", "expected", "known", "collector")


def in_lockstep(instance: Instance, engine: EngineChoice, method: SearchMethod) -> bool:
    """Whether the rows of this head are drawn together: a long one, whose rows all see as many keys."""
    return is_long(instance.head, engine) and method.name in _METHODS


def is_long(head: AttentionHead, engine: EngineChoice) -> bool:
    """Whether a head is one that is drawn in blocks of rows, if the method allows it."""
    return engine.name == "law" and head.n_keys > LONG_HEAD and not head.causal


def whole_blocks(rows: range | None, head: AttentionHead, engine: EngineChoice) -> range | None:
    """Return the rows whose thresholds are needed: all of the blocks that hold them, as blocks are drawn whole."""
    if rows is None or not is_long(head, engine):
        return rows
    start, stop = rows.start // ROWS_PER_BLOCK, -(-rows.stop // ROWS_PER_BLOCK)
    return range(start * ROWS_PER_BLOCK, min(stop * ROWS_PER_BLOCK, head.n_keys))


def lockstep_rows(
    instance: Instance, method: SearchMethod, seed: int, rows: range, n_workers: int
) -> Iterator[RowResult]:
    """Yield the results of the rows in order.

    They depend on the seed, the row and the thresholds of its block, not on the number of workers nor, if the blocks'
    thresholds are set whole (`whole_blocks`), on which rows are asked for.
    """
    blocks = range(rows.start // ROWS_PER_BLOCK, -(-rows.stop // ROWS_PER_BLOCK))
    work = functools.partial(_block_results, instance, method, seed)
    for results in in_parallel(work, blocks, n_workers):
        yield from (result for result in results if result.row in rows)


def _block_results(instance: Instance, method: SearchMethod, seed: int, block: int) -> list[RowResult]:
    drawn = draw_block(instance, method.for_threshold, seed, block)
    draws = drawn.draws
    columns = (drawn.rows, draws.found, drawn.n_marked, drawn.missed, draws.iterates, draws.phased_iterates)
    more = (draws.checks, drawn.read_whole, draws.stopped_early)
    return [
        RowResult(
            row=row,
            found=None,
            n_found=n_found,
            n_marked=n_marked,
            missed=missed,
            iterates=iterates,
            phased_iterates=phased,
            key_visits=checks,
            read_whole=read_whole,
            stopped_early=stopped_early,
        )
        for row, n_found, n_marked, missed, iterates, phased, checks, read_whole, stopped_early in zip(
            *(column.tolist() for column in (*columns, *more)), strict=True
        )
    ]
