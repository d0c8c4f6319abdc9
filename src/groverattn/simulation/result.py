"""What a simulated head says: what was found, at which cost, and what B built from it is worth."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from groverattn.problem.instance import Instance
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head_search import RowResult

SCHEMA = "groverattn.simulate/2"

_SIZES_MAX = 256  # row sizes whose expected cost is computed: the cost is smooth, and 256 of them give three digits


def _law_iterates(law: str, p_failure: float, n: int, t: int) -> float:
    return search_cost(law, n, t, p_failure).iterates_expected


@attrs.frozen(kw_only=True)
class Simulation:
    """The search on a head.

    Attributes:
        instance: the quantised head with its thresholds.
        engine: what stood for the quantum computer.
        method: the search procedure, with the failure probability of a row.
        search_law: the query law that the run is compared with, or "all".
        data_access: how the circuit reached the keys.
        seed: seed of all draws.
        error_budget: probability allowed that any row of the head misses a key.
        rows: one result per simulated row.
        rows_asked: how many rows were to be simulated; more than there are if the run was interrupted.
        rows_assessed: rows whose output was compared with exact attention, in order.
        output_errors: largest |entry| of output minus exact output, per assessed row.
        output_bounds: bound of it from the range of the tail alone, 2 tanh(R/4) max|V|, and the rounding of sums of
            values: 1e-12 max|V|, without which a row that was read whole could not keep its bound of 0.
        output_certificates: bound of it from the mass of the tail, and the same rounding.
    """

    instance: Instance
    engine: EngineChoice
    method: SearchMethod
    search_law: str
    data_access: str
    seed: int
    error_budget: float
    rows: list[RowResult]
    rows_asked: int
    rows_assessed: np.ndarray
    output_errors: np.ndarray
    output_bounds: np.ndarray
    output_certificates: np.ndarray

    @property
    def interrupted(self) -> bool:
        """Whether rows are missing because the run was interrupted."""
        return len(self.rows) < self.rows_asked

    @property
    def passed(self) -> bool:
        """Nothing missed, nothing false, no circuit wrong, and every error within its bounds."""
        counted = sum(row.missed + row.false + (row.circuit_wrong or 0) for row in self.rows)
        bound = np.minimum(self.output_bounds, self.output_certificates)
        return counted == 0 and bool((self.output_errors <= bound).all())

    @property
    def max_value(self) -> float:
        """Largest |V| of the head, the unit of the output errors."""
        return float(np.abs(self.instance.head.values).max())

    def total(self, name: str) -> int:
        """Sum of one quantity over the rows."""
        return sum(getattr(row, name) for row in self.rows)

    def iterates_by_law(self) -> dict[str, float]:
        """Expected iterates of all searched rows together under the query laws, for their true numbers of keys."""
        laws = LAWS if self.search_law == "all" else [self.search_law]
        return {law: self._summed(functools.partial(_law_iterates, law, self.method.p_failure)) for law in laws}

    def method_iterates(self) -> float:
        """Expected iterates of all searched rows together, by the exact recursion of the procedure that was run."""
        return self._summed(lambda n, t: self.method.cost(n, t).iterates_expected)

    def _summed(self, iterates: Callable[[int, int], float]) -> float:
        """Sum over the searched rows; of more than 256 different sizes, over evenly spaced rows, scaled up."""
        rows = sorted((self.instance.visible_keys(row.row), row.n_marked) for row in self._searched)
        sizes = Counter(rows)
        if len(sizes) > _SIZES_MAX:
            chosen = [rows[round(at)] for at in np.linspace(0, len(rows) - 1, _SIZES_MAX)]
            return sum(iterates(n, t) for n, t in chosen) * len(rows) / _SIZES_MAX
        return sum(times * iterates(n, t) for (n, t), times in sizes.items())

    @property
    def _searched(self) -> list[RowResult]:
        return [row for row in self.rows if not row.read_whole]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `simulate --format json` prints."""
        worst = int(np.argmax(self.output_errors))
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
                "threshold_rule": self.instance.threshold_rule,
                "engine": self.engine.name,
                "method": self.method.name,
                "growth": self.method.growth,
                "n_marked_max": self.method.n_marked_max,
                "data_access": self.data_access,
                "seed": self.seed,
                "error_budget": self.error_budget,
                "p_failure_row": self.method.p_failure,
                "rows": [self.rows[0].row, self.rows[-1].row + 1],
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
            "iterates": self.total("iterates"),
            "phased_iterates": self.total("phased_iterates"),
            "oracle_calls": self.total("iterates"),
            "iterates_expected_of_method": self.method_iterates(),
            "iterates_expected_by_law": self.iterates_by_law(),
            "classical_key_visits": self.total("key_visits"),
            "key_visits_of_a_scan": sum(self.instance.visible_keys(row.row) for row in self.rows),
            "rows_assessed": len(self.rows_assessed),
            "max_output_error": float(self.output_errors[worst]),
            "max_output_error_row": int(self.rows_assessed[worst]),
            "output_error_bound": float(self.output_bounds.max()),
            "output_error_certificate": float(self.output_certificates.max()),
            "max_value": self.max_value,
            "passed": self.passed,
        }
