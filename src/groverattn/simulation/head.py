"""The algorithm on a head: search every row, build B, and compare its output with exact attention."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from groverattn.errors import InputError, check_error_budget, check_seed
from groverattn.problem.instance import Instance
from groverattn.problem.limits import check_row_range
from groverattn.problem.row_pool import in_parallel
from groverattn.reference.attention.error_bounds import row_errors
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.laws import check_law
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.unknown import check_promise
from groverattn.simulation.circuit_engine import check_fits
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head_search import RowResult, search_head_row
from groverattn.simulation.law_head import found_keys
from groverattn.simulation.limits import check_rows
from groverattn.simulation.lockstep import in_lockstep, lockstep_rows
from groverattn.simulation.result import Simulation
from groverattn.simulation.searched_row import SearchedRow

# Of a sum of up to 2^17 values of float64, relative to the largest: some 1e-14, and room.
_ROUNDING = 1e-12

# Entries of attention that are computed exactly for the comparison: all 4,096 rows of 4,096 keys, 128 of 131,072.
_ENTRIES_COMPARED_MAX = 1 << 24

OnRow = Callable[[int, int], None]
"""Called after each row with the number of rows done and of all rows."""


def simulate(
    instance: Instance,
    *,
    n_expected: int = 1,
    engine: EngineChoice | None = None,
    method: str = "unknown",
    growth: float | None = None,
    n_marked_max: int | None = None,
    search_law: str = "all",
    data_access: str = "qrom",
    seed: int = 0,
    p_failure: float = 0.001,
    rows: range | None = None,
    n_workers: int = 1,
    on_row: OnRow = lambda done, total: None,
) -> Simulation:
    """Search the rows, build B from what was found, and compare.

    A run that is interrupted (Ctrl-C) returns the rows that are finished, if there are any.

    Args:
        instance: the head with its thresholds.
        n_expected: the number of marked keys that the method `expected` begins with and `top-k` keeps.
        engine: what stands for the quantum computer; by default `index` with the circuit of every row.
        method: the search procedure, by name.
        growth: its growth factor; None: its own.
        n_marked_max: rows with more marked keys are given up and reported; None: they are searched to the end.
        search_law: the query law that the run is compared with; all of them by default.
        data_access: how the circuit reaches the keys.
        seed: the results depend on it and on the row, not on the number of workers.
        p_failure: probability allowed that any row of the head misses a key; every row gets an n-th of it.
        rows: which rows; all by default.
        n_workers: processes that share the rows.
        on_row: told of progress.

    Raises:
        InputError: rows that do not exist or that would take longer than a day, an unknown name, no worker, a
            negative seed, a probability that is none, or a worker process that died.
    """
    check_seed(seed)
    check_error_budget(p_failure)
    check_workers(n_workers)
    check_promise(growth)
    check_law(search_law, "all")
    engine = engine or EngineChoice()
    rows = range(instance.n_keys) if rows is None else rows
    check_row_range(rows, instance.n_keys)
    chosen = SearchMethod(
        name=method,
        n_expected=n_expected,
        p_failure=p_failure / instance.n_keys,
        growth=growth,
        n_marked_max=n_marked_max,
    )
    if in_lockstep(instance, engine, chosen):
        found = lockstep_rows(instance, chosen, seed, rows, n_workers)
    else:
        check_rows(
            engine,
            rows,
            instance.n_keys,
            instance.d_head,
            instance.keys.bits,
            n_workers=n_workers,
            counting_bits=chosen.counted().bits(instance.n_keys) if chosen.counts_first else 0,
        )
        search = functools.partial(
            search_head_row, instance, engine=engine, method=chosen, data_access=data_access, seed=seed
        )
        if engine.name == "circuit":
            check_fits(SearchedRow.of(instance, rows[-1], data_access))
        found = in_parallel(search, rows, n_workers)
    results = _until_interrupted(found, len(rows), on_row)
    assessed, errors, bounds, certificates = _assess(instance, results, seed)
    return Simulation(
        instance=instance,
        engine=engine,
        method=chosen,
        search_law=search_law,
        data_access=data_access,
        seed=seed,
        error_budget=p_failure,
        rows=results,
        rows_asked=len(rows),
        rows_assessed=assessed,
        output_errors=errors,
        output_bounds=bounds,
        output_certificates=certificates,
    )


def check_workers(n_workers: int) -> None:
    """Raise InputError if there is nobody to do the work."""
    if n_workers < 1:
        raise InputError(
            given=f"{n_workers} workers",
            allowed="1 or more",
            why="the rows are shared by so many processes",
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


def _assess(
    instance: Instance, results: list[RowResult], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Build the rows of B and compare them with exact attention; of a long head, a seeded sample of the rows."""
    chosen = np.arange(len(results))
    if instance.n_keys * len(results) > _ENTRIES_COMPARED_MAX:
        n_rows = max(1, _ENTRIES_COMPARED_MAX // instance.n_keys)
        chosen = np.sort(np.random.default_rng(seed).choice(len(results), n_rows, replace=False))
    rows = np.array([results[at].row for at in chosen])
    found = [_found(instance, results[at], seed) for at in chosen]
    approximation = SparseRankOne.from_found(instance.head, found, rows=rows)
    errors = row_errors(approximation)
    rounding = _ROUNDING * errors.value_max
    difference = approximation.output() - exact_attention(instance.head, rows)
    return (
        rows,
        np.abs(difference).max(axis=1),
        errors.output_a_priori + rounding,
        errors.output_a_posteriori + rounding,
    )


def _found(instance: Instance, result: RowResult, seed: int) -> ArrayLike:
    """The keys that a row found; drawn now if they were only counted."""
    return found_keys(instance, result.row, result.n_found, seed) if result.found is None else result.found
