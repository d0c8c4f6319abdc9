"""The algorithm on a head: search every row, build B, and compare its output with exact attention."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import attrs
import numpy as np

from groverattn.problem.errors import InputError, check_error_budget, check_seed
from groverattn.problem.instance import Instance
from groverattn.reference.attention import exact_attention
from groverattn.reference.error_bounds import row_errors
from groverattn.reference.sparse_rank_one import SparseRankOne
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.study.workload import check_rows
from groverattn.verify.head_search import RowResult, search_head_row

SCHEMA = "groverattn.simulate/1"
ENGINE = "index"

# Of a sum of up to 2^17 values of float64, relative to the largest: some 1e-14, and room.
_ROUNDING = 1e-12

OnRow = Callable[[int, int], None]
"""Called after each row with the number of rows done and of all rows."""


@attrs.frozen(kw_only=True)
class Simulation:
    """What the search found on a head, and what B built from it is worth.

    Attributes:
        instance: the quantised head with its thresholds.
        data_access: how the circuit reached the keys.
        seed: seed of all draws.
        error_budget: probability allowed that any row of the head misses a key.
        rows: one result per simulated row.
        output_errors: largest |entry| of output minus exact output, per simulated row.
        output_bounds: bound of it from the range of the tail alone, 2 tanh(R/4) max|V|, and the rounding of sums of
            values: 1e-12 max|V|, without which a row that was read whole could not keep its bound of 0.
        output_certificates: bound of it from the mass of the tail, and the same rounding.
    """

    instance: Instance
    data_access: str
    seed: int
    error_budget: float
    rows: list[RowResult]
    output_errors: np.ndarray
    output_bounds: np.ndarray
    output_certificates: np.ndarray

    @property
    def passed(self) -> bool:
        """Nothing missed, nothing false, no circuit wrong, and every error within its bounds."""
        counted = sum(row.missed + row.false + row.circuit_wrong for row in self.rows)
        bound = np.minimum(self.output_bounds, self.output_certificates)
        return counted == 0 and bool((self.output_errors <= bound).all())

    @property
    def max_value(self) -> float:
        """Largest |V| of the head, the unit of the output errors."""
        return float(np.abs(self.instance.head.values).max())

    def total(self, name: str) -> int:
        """Sum of one quantity over the rows."""
        return sum(getattr(row, name) for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `simulate --format json` prints."""
        searched = [row for row in self.rows if not row.read_whole]
        worst = int(np.argmax(self.output_errors))
        return {
            "schema": SCHEMA,
            "inputs": {
                "head": self.instance.head.name,
                "n_keys": self.instance.n_keys,
                "d_head": self.instance.d_head,
                "causal": self.instance.head.causal,
                "query_bits": self.instance.queries.bits,
                "key_bits": self.instance.keys.bits,
                "threshold_rule": self.instance.threshold_rule,
                "data_access": self.data_access,
                "seed": self.seed,
                "error_budget": self.error_budget,
                "rows": [self.rows[0].row, self.rows[-1].row + 1],
            },
            "rows": len(self.rows),
            "rows_read_whole": len(self.rows) - len(searched),
            "found": sum(len(row.found) for row in self.rows),
            "missed": self.total("missed"),
            "false": self.total("false"),
            "circuit_mismatches": self.total("circuit_wrong"),
            "iterates": self.total("iterates"),
            "oracle_calls": self.total("iterates"),
            "classical_key_visits": self.total("key_visits"),
            "key_visits_of_a_scan": sum(self.instance.visible_keys(row.row) for row in self.rows),
            "max_output_error": float(self.output_errors[worst]),
            "max_output_error_row": self.rows[worst].row,
            "output_error_bound": float(self.output_bounds.max()),
            "output_error_certificate": float(self.output_certificates.max()),
            "max_value": self.max_value,
            "engine": ENGINE,
            "passed": self.passed,
        }


def simulate(
    instance: Instance,
    *,
    data_access: str = "qrom",
    seed: int = 0,
    p_failure: float = 0.001,
    rows: range | None = None,
    n_workers: int = 1,
    on_row: OnRow = lambda done, total: None,
) -> Simulation:
    """Search the rows, build B from what was found, and compare.

    Args:
        instance: the head with its thresholds.
        data_access: how the circuit reaches the keys.
        seed: the results depend on it and on the row, not on the number of workers.
        p_failure: probability allowed that any row of the head misses a key; every row gets an n-th of it.
        rows: which rows; all by default.
        n_workers: processes that share the rows.
        on_row: told of progress.

    Raises:
        InputError: rows that do not exist or that would take longer than a day, an unknown access, no worker, a
            negative seed, a probability that is none, or a worker process that died.
    """
    check_seed(seed)
    check_error_budget(p_failure)
    if n_workers < 1:
        raise InputError(
            given=f"{n_workers} workers",
            allowed="1 or more",
            why="the rows are shared by so many processes",
            do="leave the option out, or give the number of processors",
        )
    rows = _checked(range(instance.n_keys) if rows is None else rows, instance.n_keys)
    check_rows(len(rows), instance.n_keys, instance.d_head, instance.keys.bits)
    procedure = UnknownNumberSearch(p_failure / instance.n_keys)
    search = functools.partial(search_head_row, instance, data_access=data_access, procedure=procedure, seed=seed)
    results = []
    for result in _in_parallel(search, rows, n_workers):
        results.append(result)
        on_row(len(results), len(rows))
    return _assess(instance, data_access, seed, p_failure, results)


def _in_parallel(search: Callable[[int], RowResult], rows: range, n_workers: int) -> Iterator[RowResult]:
    n_workers = min(n_workers, len(rows), os.cpu_count() or 1)
    if n_workers == 1:
        yield from map(search, rows)
        return
    children_before = set(multiprocessing.active_children())
    with ProcessPoolExecutor(n_workers, initializer=_begin_worker, initargs=(search,)) as pool:
        # Not pool.map: it cancels what is left when it is interrupted, and Python 3.11 then trips over ended workers.
        futures = [pool.submit(_search_in_worker, row) for row in rows]
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool as death:
            raise InputError(
                given=f"{len(rows)} rows shared by {n_workers} processes",
                allowed="as many processes as the memory holds",
                why="one of them was ended from outside, as happens when memory runs out",
                do="use --workers 1, or a smaller head",
            ) from death
        except BaseException:  # Ctrl-C among them: a row may take minutes, and nobody waits for it any more
            for child in set(multiprocessing.active_children()) - children_before:
                child.kill()
            raise


_search_of_worker: Callable[[int], RowResult]


def _begin_worker(search: Callable[[int], RowResult]) -> None:
    """Keep what every row needs, so that a task is one number; leave Ctrl-C to the parent."""
    global _search_of_worker
    _search_of_worker = search
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _search_in_worker(row: int) -> RowResult:
    return _search_of_worker(row)


def _assess(
    instance: Instance, data_access: str, seed: int, error_budget: float, results: list[RowResult]
) -> Simulation:
    """Build B; rows that were not simulated have no found keys and are not looked at."""
    found: list[tuple[int, ...]] = [()] * instance.n_keys
    for result in results:
        found[result.row] = result.found
    approximation = SparseRankOne.from_found(instance.head, found)
    errors = row_errors(approximation)
    rounding = _ROUNDING * errors.value_max
    simulated = [result.row for result in results]
    difference = approximation.output() - exact_attention(instance.head)
    return Simulation(
        instance=instance,
        data_access=data_access,
        seed=seed,
        error_budget=error_budget,
        rows=results,
        output_errors=np.abs(difference).max(axis=1)[simulated],
        output_bounds=errors.output_a_priori[simulated] + rounding,
        output_certificates=errors.output_a_posteriori[simulated] + rounding,
    )


def _checked(rows: range, n_rows: int) -> range:
    if not 0 <= rows.start < rows.stop <= n_rows:
        raise InputError(
            given=f"rows {rows.start}:{rows.stop}",
            allowed=f"A:B with 0 <= A < B <= {n_rows}",
            why=f"the head has {n_rows} rows, counted from 0, and B is the first row left out",
            do="choose rows of this head, or leave the option out for all",
        )
    return rows
