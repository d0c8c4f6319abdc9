"""The result of a simulation: what was found, at which cost, and the errors of B built from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.errors import InputError
from groverattn.problem.heads import AttentionHead
from groverattn.problem.indexer_heads import IndexerHead
from groverattn.problem.instance import Instance
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.laws import LAWS
from groverattn.reference.search.methods import SearchMethod
from groverattn.show.result import Shown
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.row_search import RowResult

if TYPE_CHECKING:
    from pandas import DataFrame

SCHEMA = "groverattn.simulate/2"

# Row sizes whose expected cost is computed, each in the middle of as many rows: the cost is smooth, and 256 of them
# give three digits; of a cost that is sampled, or summed over outcomes or ranks in a second, fewer have to do.
_SIZES_MAX, _SLOW_SIZES_MAX = 256, 16


@attrs.frozen(eq=False)
class OutputErrors:
    """Output of the assessed rows beside exact attention; all arrays have shape (rows,).

    Attributes:
        rows: the rows, ascending.
        errors: largest |entry| of output minus exact output.
        bounds: bound of it from the range of the tail alone, 2 tanh(R/4) max|V|, and the rounding of sums of values:
            1e-12 max|V|, without which a row that was read whole could not keep its bound of 0.
        certificates: bound of it from the mass of the tail, and the same rounding.
        found: keys that were found.
        swapped: those of them that are not among as many keys of the largest scores without rounding.
    """

    rows: NDArray[np.intp]
    errors: NDArray[np.float64]
    bounds: NDArray[np.float64]
    certificates: NDArray[np.float64]
    found: NDArray[np.intp]
    swapped: NDArray[np.intp]

    @property
    def within_bounds(self) -> bool:
        """Whether every error is."""
        return bool((self.errors <= np.minimum(self.bounds, self.certificates)).all())


@attrs.frozen(eq=False)
class Simulation(Shown):
    """The search on a head.

    Attributes:
        request: what was asked for.
        instance: the quantised head with its thresholds.
        rows: one result per simulated row.
        rows_asked: how many rows were to be simulated; more than there are if the run was interrupted.
        output: errors of the rows whose output was compared with exact attention; None of an indexer, which has none.
    """

    request: SimulationRequest
    instance: Instance
    rows: list[RowResult]
    rows_asked: int
    output: OutputErrors | None

    @property
    def method(self) -> SearchMethod:
        """The search procedure, with the failure probability of a row."""
        return self.request.search_method(self.instance.n_keys)

    @property
    def interrupted(self) -> bool:
        """Whether rows are missing because the run was interrupted."""
        return len(self.rows) < self.rows_asked

    @property
    def passed(self) -> bool:
        """Nothing missed, nothing false, no circuit wrong, every error in its bounds, and keys that differ."""
        if self.instance.is_mostly_zero:
            return False
        counted = sum(row.missed + row.false + (row.circuit_wrong or 0) for row in self.rows)
        return counted == 0 and (self.output is None or self.output.within_bounds)

    @property
    def max_value(self) -> float | None:
        """Largest |V| of the head, the unit of the output errors; None of an indexer."""
        head = self.instance.head
        return float(np.abs(head.values).max()) if isinstance(head, AttentionHead) else None

    def to_frame(self) -> DataFrame:
        """Return a row for each row that was searched; `found` are its keys, None where they were only counted."""
        return super().to_frame().assign(found=[row.found for row in self.rows])

    def total(self, name: str) -> int:
        """Sum of one quantity over the rows."""
        return sum(getattr(row, name) for row in self.rows)

    @property
    def key_visits_of_a_scan(self) -> int:
        """Keys that a scan of the simulated rows reads."""
        return sum(self.instance.visible_keys(row.row) for row in self.rows)

    def iterates_by_law(self) -> dict[str, float | None]:
        """Expected iterates of all searched rows together under the query laws, for their true numbers of keys.

        None: over blocks, a row has more marked keys than a law is known for.
        """
        laws = LAWS if self.request.search_law == "all" else [self.request.search_law]
        plan, p_failure = self.method.plan, self.method.p_failure
        known = [law for law in laws if plan.has(law)]
        return {
            law: self._summed(lambda n, t, _, law=law: plan.cost(law, n, t, p_failure).iterates_expected)
            for law in known
        }

    def method_iterates(self) -> float | None:
        """Expected iterates of all searched rows together, by the law of the procedure that was run; None as above."""
        method = self.method
        if method.keeps_largest and self.request.reading.reads:
            return self._top_k_iterates()
        is_slow = method.keeps_largest or method.counts_first
        return self._summed(
            lambda n, t, n_read: method.after_reading(n_read).cost(n, t).iterates_expected,
            _SLOW_SIZES_MAX if is_slow else _SIZES_MAX,
        )

    def _top_k_iterates(self) -> float:
        """Those of a search without a threshold, which depend on the ranks of the keys that a row reads first."""
        rows, top_k = [row.row for row in self._searched], self.method.top_k()
        chosen = (
            rows if len(rows) <= _SIZES_MAX else [rows[round(at)] for at in np.linspace(0, len(rows) - 1, _SIZES_MAX)]
        )
        total = 0.0
        for row in chosen:
            is_read = self.request.reading.of_row(self.instance, row, self.method)
            ranked = np.argsort(-self.instance.scores(row), kind="stable")
            total += top_k.cost(ranked.size, is_read[ranked]).iterates_expected
        return total * len(rows) / max(len(chosen), 1)

    def _summed(self, iterates: Callable[[int, int, int], float], most: int = _SIZES_MAX) -> float | None:
        """Sum over the searched rows; of more different sizes than that, over evenly spaced rows, scaled up.

        Args:
            iterates: of the keys that are left, the marked ones among them, and the marked ones that were read first.
            most: sizes; over blocks fewer.
        """
        if self.method.first_score != "exact":
            return None  # the law of a finder depends on how many keys it marks, row by row
        try:
            return self._sum_of_sizes(iterates, most if self.method.plan.is_plain else _SLOW_SIZES_MAX)
        except InputError:
            if self.method.plan.is_plain:
                raise
            return None

    def _sum_of_sizes(self, iterates: Callable[[int, int, int], float], most: int) -> float:
        rows = sorted(
            (self.instance.visible_keys(row.row) - row.keys_read, row.n_marked - row.marked_read, row.marked_read)
            for row in self._searched
        )
        sizes = Counter(rows)
        if len(sizes) > most:
            chosen = [rows[(2 * at + 1) * len(rows) // (2 * most)] for at in range(most)]
            return sum(iterates(*size) for size in chosen) * len(rows) / most
        return sum(times * iterates(*size) for size, times in sizes.items())

    @property
    def _searched(self) -> list[RowResult]:
        return [row for row in self.rows if not row.read_whole]

    def approximation(self, tail: str = "mean_score") -> SparseRankOne:
        """Return B, sparse plus rank one, of the rows that were searched.

        Args:
            tail: how the constant of a row's other keys is chosen, a name in `reference.attention.tails.TAILS`.

        Raises:
            InputError: an unknown tail, or rows whose keys were only counted.
        """
        head = self.instance.head
        if not isinstance(head, AttentionHead):
            raise InputError(
                given=f"the indexer {head.name!r}",
                allowed="a head of attention",
                why="B has the weights of a head, and an indexer only says which keys are attended to",
                do="simulate a head of the layer",
            )
        found = [result.found for result in self.rows if result.found is not None]
        if len(found) < len(self.rows):
            raise InputError(
                given=f"{len(self.rows) - len(found):,} rows whose keys were only counted",
                allowed="rows whose found keys are known",
                why="B holds the exact weight of every found key",
                do="simulate fewer keys, or another engine than law",
            )
        return SparseRankOne.from_found(head, found, tail, rows=np.array([row.row for row in self.rows]))

    def as_json(self) -> dict[str, Any]:
        """Return the object that `simulate --format json` prints."""
        request, method, head = self.request, self.method, self.instance.head
        checked = [row.circuit_wrong for row in self.rows if row.circuit_wrong is not None]
        return {
            "schema": SCHEMA,
            "inputs": {
                "head": self.instance.head.name,
                "n_keys": self.instance.n_keys,
                "d_head": self.instance.d_head,
                "causal": self.instance.head.causal,
                "query_bits": self.instance.queries.bits,
                "key_bits": self.instance.keys.bits,
                **(
                    {"index_heads": head.n_heads, "weight_bits": request.weight_bits}
                    if isinstance(head, IndexerHead)
                    else {}
                ),
                "threshold_rule": self.instance.threshold_rule,
                "engine": request.engine.name,
                "fault_rate": request.engine.fault_rate,
                "method": method.name,
                "growth": method.growth,
                "n_marked_max": method.n_marked_max,
                "data_access": request.data_access,
                "seed": request.seed,
                "error_budget": request.error_budget,
                "p_failure_row": method.p_failure,
                "rows": [self.rows[0].row, self.rows[-1].row + 1],
                "read_first": request.read.first,
                "read_last": request.read.last,
                "read_previous": request.read_previous,
            },
            "rows": len(self.rows),
            "rows_asked": self.rows_asked,
            "rows_read_whole": len(self.rows) - len(self._searched),
            "rows_with_circuit_run": len(checked),
            "rows_stopped_early": self.total("stopped_early"),
            "rows_with_a_miss": sum(row.missed > 0 for row in self.rows),
            "marked": self.total("n_marked"),
            "found": self.total("n_found"),
            "missed": self.total("missed"),
            "false": self.total("false"),
            "circuit_mismatches": sum(checked),
            **{name: self.total(name) for name in ("iterates", "phased_iterates")},
            "oracle_calls": self.total("iterates"),
            "iterates_expected_of_method": self.method_iterates(),
            "iterates_expected_by_law": self.iterates_by_law(),
            "classical_key_visits": self.total("key_visits"),
            "keys_read_first": self.total("keys_read"),
            "marked_read_first": self.total("marked_read"),
            "key_visits_of_a_scan": self.key_visits_of_a_scan,
            **_output_numbers(self.output),
            "max_value": self.max_value,
            "keys_per_query": request.keys_per_query,
            "first_score": request.first_score,
            "trials": self.total("trials"),
            "keys_made_equal": self.instance.keys_made_equal,
            "key_tests_in_oracles": self.total("key_tests"),
            "passed": self.passed,
        }


def _output_numbers(output: OutputErrors | None) -> dict[str, Any]:
    if output is None:
        of_rows = ("found_swapped_by_rounding", "max_output_error", "max_output_error_row")
        return {"rows_assessed": 0} | dict.fromkeys((*of_rows, "output_error_bound", "output_error_certificate"))
    worst = int(np.argmax(output.errors))
    return {
        "rows_assessed": len(output.rows),
        "found_swapped_by_rounding": int(output.swapped.sum()),
        "max_output_error": float(output.errors[worst]),
        "max_output_error_row": int(output.rows[worst]),
        "output_error_bound": float(output.bounds.max()),
        "output_error_certificate": float(output.certificates.max()),
    }
