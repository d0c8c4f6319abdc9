"""The search of one row of a head: its oracle's circuit is run, then Grover's search with the phases it gave."""

from __future__ import annotations

import attrs
import numpy as np

from groverattn.bloqs.data_access import key_lookup
from groverattn.bloqs.phase_oracle import PhaseOracle
from groverattn.bloqs.score import Score
from groverattn.problem.instance import Instance
from groverattn.problem.key_table import KeyTable
from groverattn.reference.unknown_number_search import UnknownNumberSearch
from groverattn.verify.index_engine import RowSearch, search_row
from groverattn.verify.oracle_check import run_oracle


@attrs.frozen
class RowResult:
    """One row of a simulated head.

    Attributes:
        row: the query row.
        found: keys found, ascending; all visible keys if the row was read whole.
        missed: marked keys that were not found.
        false: keys called found that are not marked; the classical check keeps this at 0.
        iterates: Grover iterates, each one oracle call.
        key_visits: keys read classically: measured indices that were checked, or the whole row.
        read_whole: the threshold rule left nothing to search for.
        circuit_wrong: keys on which the circuit, run before and after the search, differs from plain arithmetic.
    """

    row: int
    found: tuple[int, ...]
    missed: int
    false: int
    iterates: int
    key_visits: int
    read_whole: bool
    circuit_wrong: int


def search_head_row(
    instance: Instance, row: int, data_access: str, procedure: UnknownNumberSearch, seed: int
) -> RowResult:
    """Search one row; the result depends on `seed` and `row` alone.

    The circuit runs twice on all keys that the row sees: with every key live, which gives the phases of the search,
    and with the found keys taken out, which gives the phases of its last round. A key's phase depends on its own word
    only, so every round in between has phases from these two runs.
    """
    n_visible = instance.visible_keys(row)
    if instance.read_whole(row):
        return RowResult(row, tuple(range(n_visible)), 0, 0, 0, n_visible, True, 0)
    rng = np.random.default_rng([seed, row])
    table = KeyTable.from_keys(instance.keys.values[:n_visible], instance.keys.bits)
    score = Score(instance.query(row), int(instance.thresholds[row]), instance.keys.bits)
    marked = instance.marked(row)
    first = run_oracle(PhaseOracle(key_lookup(data_access, table), score), rng)
    search = search_row(first.marked, lambda j: _is_marked(instance, row, j), procedure, rng)
    last = run_oracle(PhaseOracle(key_lookup(data_access, table.without(search.found)), score), rng)
    left = marked.copy()
    left[list(search.found)] = False
    wrong = (first.marked != marked) | (last.marked != left) | first.is_wrong | last.is_wrong
    return _result(row, search, marked, int(wrong.sum()))


def _is_marked(instance: Instance, row: int, key: int) -> bool:
    """The classical check: one inner product."""
    return bool(instance.keys.values[key] @ instance.queries.values[row] >= instance.thresholds[row])


def _result(row: int, search: RowSearch, marked: np.ndarray, circuit_wrong: int) -> RowResult:
    found = tuple(sorted(search.found))
    true_found = int(marked[list(found)].sum())
    return RowResult(
        row=row,
        found=found,
        missed=int(marked.sum()) - true_found,
        false=len(found) - true_found,
        iterates=search.iterates,
        key_visits=search.checks,
        read_whole=False,
        circuit_wrong=circuit_wrong,
    )
