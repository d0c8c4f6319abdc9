"""The search of one row of a head on a chosen engine, compared with plain arithmetic."""

from __future__ import annotations

import attrs
import numpy as np

from groverattn.problem.instance import Instance
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.row_search import RowSearch, count_and_find, find_largest, find_marked
from groverattn.simulation.searched_row import SearchedRow


@attrs.frozen(kw_only=True)
class RowResult:
    """One row of a simulated head.

    Attributes:
        row: the query row.
        found: keys found, ascending; all visible keys if the row was read whole; None if they were counted only.
        n_found: how many keys were found.
        n_marked: keys that are to be found, by plain arithmetic.
        missed: marked keys that were not found.
        false: keys called found that are not marked; the classical check keeps this at 0.
        iterates: Grover iterates, each one oracle call.
        phased_iterates: those of them with the phases of a fixed-point search.
        key_visits: keys read classically: measured indices that were checked, or the whole row.
        read_whole: the threshold rule left nothing to search for.
        stopped_early: more keys were found than the row was promised to have at most.
        circuit_wrong: keys on which the circuit, run before and after the search, differs from plain arithmetic; None
            if no circuit was run on all keys.
    """

    row: int
    found: tuple[int, ...] | None
    n_found: int
    n_marked: int
    missed: int = 0
    false: int = 0
    iterates: int = 0
    phased_iterates: int = 0
    key_visits: int = 0
    read_whole: bool = False
    stopped_early: bool = False
    circuit_wrong: int | None = None


def search_head_row(
    instance: Instance, row: int, *, engine: EngineChoice, method: SearchMethod, data_access: str, seed: int
) -> RowResult:
    """Search one row; the result depends on `seed` and `row` alone.

    A row that the threshold rule wants read whole is, and so is one that sees no more keys than are to be kept.
    """
    n_visible = instance.visible_keys(row)
    whole = n_visible <= method.n_kept if method.keeps_largest else instance.read_whole(row)
    if whole:
        every = tuple(range(n_visible))
        return RowResult(
            row=row, found=every, n_found=n_visible, n_marked=n_visible, key_visits=n_visible, read_whole=True
        )
    rng = np.random.default_rng([seed, row])
    outcomes = np.random.default_rng([seed, row, 1])  # of measurements inside a circuit, which not every engine has
    searched = SearchedRow.of(instance, row, data_access)
    machine = engine.for_row(row, searched, outcomes)
    n_marked = int((searched.scores >= searched.threshold).sum())
    if method.keeps_largest:
        search = find_largest(method.top_k(), searched, machine, rng)
        to_find = searched.scores >= np.partition(searched.scores, -method.n_kept)[-method.n_kept]
        n_marked = method.n_kept
    else:
        if method.counts_first:
            search = count_and_find(method.counted(), searched, machine, rng)
        else:
            search = find_marked(method.for_threshold(n_marked), searched, machine, rng)
        to_find = searched.scores >= searched.threshold
    wrong = machine.circuit_mismatches(search.last_threshold, search.found)
    return _result(row, search, to_find, n_marked, wrong)


def _result(row: int, search: RowSearch, to_find: np.ndarray, n_marked: int, wrong: int | None) -> RowResult:
    """With ties at the k-th largest score, any k of those that reach it are right."""
    right = int(to_find[list(search.found)].sum())
    return RowResult(
        row=row,
        found=tuple(sorted(search.found)),
        n_found=len(search.found),
        n_marked=n_marked,
        missed=0 if search.stopped_early else max(n_marked - right, 0),
        false=len(search.found) - right,
        iterates=search.iterates,
        phased_iterates=search.phased_iterates,
        key_visits=search.checks,
        stopped_early=search.stopped_early,
        circuit_wrong=wrong,
    )
