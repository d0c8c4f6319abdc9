"""The algorithm on a head: search every row, build B, and compare its output with exact attention."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import attrs
import numpy as np

from groverattn.problem.errors import InputError
from groverattn.problem.instance import Instance
from groverattn.reference.attention import exact_attention
from groverattn.reference.error_bounds import row_errors
from groverattn.reference.sparse_rank_one import SparseRankOne
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.verify.head_search import RowResult, search_head_row

SCHEMA = "groverattn.simulate/1"
ENGINE = "index"

OnRow = Callable[[int, int], None]
"""Called after each row with the number of rows done and of all rows."""


@attrs.frozen(kw_only=True)
class Simulation:
    """What the search found on a head, and what B built from it is worth.

    Attributes:
        instance: the quantised head with its thresholds.
        data_access: how the circuit reached the keys.
        seed: seed of all draws.
        rows: one result per simulated row.
        output_errors: largest |entry| of output minus exact output, per simulated row.
        output_bounds: bound of it from the range of the tail alone, 2 tanh(R/4) max|V|.
        output_certificates: bound of it from the mass of the tail.
    """

    instance: Instance
    data_access: str
    seed: int
    rows: list[RowResult]
    output_errors: np.ndarray
    output_bounds: np.ndarray
    output_certificates: np.ndarray

    @property
    def passed(self) -> bool:
        """Nothing missed, nothing false, no circuit wrong, and every error within its bounds."""
        counted = sum(row.missed + row.false + row.circuit_wrong for row in self.rows)
        bound = np.minimum(self.output_bounds, self.output_certificates) * (1 + 1e-9) + 1e-12
        return counted == 0 and bool((self.output_errors <= bound).all())

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
            "max_value": float(np.abs(self.instance.head.values).max()),
            "engine": ENGINE,
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
        InputError: rows that do not exist, an unknown access.
    """
    rows = _checked(range(instance.n_keys) if rows is None else rows, instance.n_keys)
    procedure = UnknownNumberSearch(p_failure / instance.n_keys)
    search = functools.partial(search_head_row, instance, data_access=data_access, procedure=procedure, seed=seed)
    results = []
    for result in _in_parallel(search, rows, n_workers):
        results.append(result)
        on_row(len(results), len(rows))
    return _assess(instance, data_access, seed, results)


def _in_parallel(search: Callable[[int], RowResult], rows: range, n_workers: int) -> Iterator[RowResult]:
    if n_workers == 1:
        yield from map(search, rows)
        return
    with ProcessPoolExecutor(n_workers) as pool:
        yield from pool.map(search, rows, chunksize=max(1, min(8, len(rows) // (4 * n_workers))))


def _assess(instance: Instance, data_access: str, seed: int, results: list[RowResult]) -> Simulation:
    """Build B; rows that were not simulated have no found keys and are not looked at."""
    found: list[tuple[int, ...]] = [()] * instance.n_keys
    for result in results:
        found[result.row] = result.found
    approximation = SparseRankOne.from_found(instance.head, found)
    errors = row_errors(approximation)
    simulated = [result.row for result in results]
    difference = approximation.output() - exact_attention(instance.head)
    return Simulation(
        instance=instance,
        data_access=data_access,
        seed=seed,
        rows=results,
        output_errors=np.abs(difference).max(axis=1)[simulated],
        output_bounds=errors.output_a_priori[simulated],
        output_certificates=errors.output_a_posteriori[simulated],
    )


def _checked(rows: range, n_rows: int) -> range:
    if not (len(rows) and rows.start >= 0 and rows.stop <= n_rows):
        raise InputError(
            given=f"rows {rows.start}:{rows.stop}",
            allowed=f"A:B with 0 <= A < B <= {n_rows}",
            why=f"the head has {n_rows} rows, counted from 0, and B is the first row left out",
            do="choose rows of this head, or leave the option out for all",
        )
    return rows
