"""Simulation of the algorithm on a head: search every row, build B, and compare its output with exact attention."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.chosen_head import refuse_two_heads, threshold_instance
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.problem.instance import Instance
from groverattn.problem.limits import check_row_range
from groverattn.problem.row_pool import in_parallel
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.blocks import block_results, by_blocks_of_keys, found_keys, in_blocks, whole_blocks
from groverattn.simulation.limits import check_numbers_of_blocks, check_rows
from groverattn.simulation.read_first import of_whole_row
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.result import OutputErrors, Simulation
from groverattn.simulation.row_search import RowResult, search_head_row, search_row
from groverattn.simulation.trials import RowSearch
from groverattn.verification.row import SearchedRow

# Of a sum of up to 2^17 values of float64, relative to the largest: some 1e-14, and a margin.
_ROUNDING = 1e-12

# Entries of attention that are computed exactly for the comparison: all 4,096 rows of 4,096 keys, 128 of 131,072.
_ENTRIES_COMPARED_MAX = 1 << 24

OnRow = Callable[[int, int], None]
"""Called after each row with the number of rows done and of all rows."""


def simulate(
    request: SimulationRequest,
    *,
    head: AttentionHead | IndexerHead | None = None,
    n_workers: int = 1,
    on_row: OnRow = lambda done, total: None,
) -> Simulation:
    """Search the rows of a head, build B from what was found, and compare its output with exact attention.

    A run that is interrupted (Ctrl-C) returns the rows that are finished, if there are any.

    Args:
        request: what is searched, and how.
        head: the head, if it is in memory; by default the one that the request names.
        n_workers: processes that share the rows; the results do not depend on it.
        on_row: called after each row with the number of rows done and of all rows.

    Raises:
        InputError: two heads, a file that cannot be read, rows that do not exist or would take longer than a day,
            fewer than one worker, or a worker process that died.

    >>> from groverattn.problem.heads import bundled_head
    >>> from groverattn.simulation.engines import EngineChoice
    >>> request = SimulationRequest(n_marked=4, rows="0:8", data_access="qroam", engine=EngineChoice("law"))
    >>> simulate(request, head=bundled_head()).total("n_found")
    32
    """
    check_workers(n_workers)
    head = _chosen(request, head)
    request.read.check(head.n_keys)
    if request.rows is not None:
        check_row_range(request.row_range(head.n_keys), head.n_keys)
    rows = None if request.rows is None else whole_blocks(request.row_range(head.n_keys), head, request.engine)
    if rows is not None and request.read_previous:  # the first row reads what the one before it marks
        rows = range(max(rows.start - 1, 0), rows.stop)
    instance = _with_thresholds(request, head, rows=rows, n_workers=n_workers)
    return simulate_instance(request, instance, n_workers=n_workers, on_row=on_row)


def simulate_instance(
    request: SimulationRequest,
    instance: Instance,
    *,
    n_workers: int = 1,
    on_row: OnRow = lambda done, total: None,
) -> Simulation:
    """Search the rows of a head that has its thresholds; what the request says of head and thresholds is not read.

    Raises:
        InputError: as `simulate`.
    """
    check_workers(n_workers)
    rows, method = request.row_range(instance.n_keys), request.search_method(instance.n_keys)
    check_row_range(rows, instance.n_keys)
    request.read.check(instance.n_keys)
    reading = request.reading
    if in_blocks(instance, request.engine, method) and not reading.reads:
        if instance.head.causal and by_blocks_of_keys(method):
            check_numbers_of_blocks(len(rows), method.keys_per_query)
        found = block_results(instance, method, request.seed, rows, n_workers, request.engine.fault_rate)
    else:
        check_rows(
            request.engine,
            rows,
            instance.n_keys,
            instance.d_head,
            instance.keys.bits,
            n_workers=n_workers,
            counting_bits=method.counted().bits(instance.n_keys) if method.counts_first else 0,
            data_access=request.data_access,
        )
        last = SearchedRow.of(instance, rows[-1], **request.circuit)
        _check_fits(request, last, reading.of_row(instance, rows[-1], method))
        search = functools.partial(
            search_head_row,
            instance,
            engine=request.engine,
            method=method,
            seed=request.seed,
            reading=reading,
            **request.circuit,
        )
        found = in_parallel(search, rows, n_workers)
    results = _until_interrupted(found, len(rows), on_row)
    return Simulation(request, instance, results, len(rows), _assess(instance, results, request.seed, method))


def search_one_row(
    request: SimulationRequest, row: int, *, head: AttentionHead | IndexerHead | None = None
) -> RowSearch:
    """Search one row and return every trial; the error budget is this row's.

    Args:
        request: what is searched, and how; its rows are not read.
        row: number of the row; negative from the end.
        head: the head, if it is in memory; by default the one that the request names.

    Raises:
        InputError: two heads, no such row, or one that is read whole.
    """
    head = _chosen(request, head)
    request.read.check(head.n_keys)
    at = row % head.n_keys if -head.n_keys <= row < 0 else row
    instance, method = _with_thresholds(request, head), request.search_method(1)
    searched = SearchedRow.checked(instance, at, **request.circuit)
    is_read = request.reading.of_row(instance, at, method)
    if searched.n_keys - is_read.sum() < method.n_keys_min:
        raise InputError(
            given=f"row {at}, of whose {searched.n_keys:,} keys {is_read.sum():,} are read first",
            allowed=f"a row with at least {method.n_keys_min} keys left to search",
            why="it is read whole, and there is no trial to show",
            do="choose another row, or read fewer keys first",
        )
    _check_fits(request, searched, is_read)
    left, scores_read = searched.without(is_read), instance.scores(at)[is_read]
    choices = {"engine": request.engine, "method": method, "seed": request.seed}
    return of_whole_row(search_row(left, at, **choices, scores_read=scores_read)[1], is_read)


def _chosen(request: SimulationRequest, head: AttentionHead | IndexerHead | None) -> AttentionHead | IndexerHead:
    """The head that is in memory, or else the one that the request names."""
    if head is None:
        return request.head.load(request.seed)
    refuse_two_heads(request.head)
    return head


def _with_thresholds(request: SimulationRequest, head: AttentionHead | IndexerHead, **rows: Any) -> Instance:
    rules = {"sample_size": request.sample_size, "tau": request.tau, "seed": request.seed}
    rules |= {"weight_bits": request.weight_bits}
    return threshold_instance(head, request.n_marked, request.query_bits, request.key_bits, **rules, **rows)


def _check_fits(request: SimulationRequest, searched: SearchedRow, is_read: NDArray[np.bool_]) -> None:
    if request.engine.name == "circuit" and (~is_read).sum() >= request.search_method(1).n_keys_min:
        from groverattn.simulation.gate_engines import check_fits  # imports Cirq and Qualtran

        check_fits(searched.without(is_read))


def check_workers(n_workers: int) -> None:
    """Raise InputError unless there is at least one worker."""
    if n_workers < 1:
        raise InputError(
            given=f"{n_workers} workers",
            allowed="1 or more",
            why="this many processes share the rows",
            do="leave the option out, or give the number of processors",
        )


def _until_interrupted(results: Iterator[RowResult], total: int, on_row: OnRow) -> list[RowResult]:
    """Collect results; Ctrl-C ends the collection, and is passed on if nothing is finished."""
    finished: list[RowResult] = []
    try:
        for result in results:
            finished.append(result)
            on_row(len(finished), total)
    except KeyboardInterrupt:
        if not finished:
            raise
    return finished


def _assess(instance: Instance, results: list[RowResult], seed: int, method: SearchMethod) -> OutputErrors | None:
    """Build the rows of B and compare them with exact attention; of a long head, a seeded sample of the rows.

    An indexer has no output: it says which keys are attended to.
    """
    if isinstance(instance.head, IndexerHead):
        return None
    chosen = np.arange(len(results))
    if instance.n_keys * len(results) > _ENTRIES_COMPARED_MAX:
        n_rows = max(1, _ENTRIES_COMPARED_MAX // instance.n_keys)
        chosen = np.sort(np.random.default_rng(seed).choice(len(results), n_rows, replace=False))
    assessed = [results[at] for at in chosen]
    rows = np.array([each.row for each in assessed])
    n_kept = method.n_kept if method.keeps_largest else None
    found = [  # keys that were only counted are drawn now
        found_keys(instance, each.row, each.n_found, seed, n_kept) if each.found is None else each.found
        for each in assessed
    ]
    approximation = SparseRankOne.from_found(instance.head, found, rows=rows)
    bounds = row_errors(approximation)
    rounding = _ROUNDING * bounds.value_max
    errors = np.abs(approximation.output() - exact_attention(instance.head, rows)).max(axis=1)
    errors[errors <= rounding] = 0  # what is left of such a difference depends on the processor
    return OutputErrors(
        rows,
        errors,
        bounds=bounds.output_a_priori + rounding,
        certificates=bounds.output_a_posteriori + rounding,
        found=np.array([len(keys) for keys in found]),
        swapped=np.array(list(map(functools.partial(_swapped, instance.head), rows.tolist(), found))),
    )


def _swapped(head: AttentionHead, row: int, found: Sequence[int] | NDArray[np.int64]) -> int:
    """Found keys of a row that are not among as many of its largest scores without rounding; equal ones are."""
    if not len(found):
        return 0
    scores = head.keys[: head.visible_keys(row)] @ head.queries[row]
    least = np.partition(scores, -len(found))[-len(found)]
    return int((scores[np.asarray(found)] < least - _ROUNDING * np.abs(scores).max()).sum())
