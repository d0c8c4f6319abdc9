"""Search of one row: the trials of its rounds on an engine that measures the index, compared with plain arithmetic."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.problem.instance import Instance
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.counting import counting_iterates
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.trials import Trial
from groverattn.simulation.block_search import find_by_growing_trials, find_by_posterior, with_finder
from groverattn.simulation.engines import Engine, EngineChoice
from groverattn.simulation.read_first import ReadingRule, is_whole, of_whole_row, read_whole, to_find
from groverattn.simulation.trials import RowSearch, TrialRecord
from groverattn.verification.row import SearchedRow

_NONE = np.empty(0, dtype=np.int64)
_READS_NOTHING = ReadingRule()


@attrs.frozen
class _Rounds:
    """Runs the trials of rounds and records them."""

    engine: Engine
    row: SearchedRow
    rng: np.random.Generator
    trials: list[TrialRecord] = attrs.field(factory=list)

    def first_hit(
        self, trials: tuple[Trial, ...], threshold: int, excluded: Collection[int], known: Collection[int]
    ) -> int | None:
        """Return the first measured key that reaches the threshold and is not `known`, or None."""
        for trial in trials:
            run = trial.draw(self.rng)
            key = self.engine.measure(run, threshold, excluded, self.rng)
            is_key = key < self.row.n_keys  # a fault may leave an index that has none
            hit = is_key and key not in known and self.row.score(key) >= threshold
            self.trials.append(TrialRecord(run, len(excluded), key, hit))
            if hit:
                return key
        return None


def find_marked(search: ThresholdSearch, row: SearchedRow, engine: Engine, rng: np.random.Generator) -> RowSearch:
    """Find the keys of the row that reach its threshold.

    Args:
        search: says which trials a round has and when to stop.
        row: the row.
        engine: measures the index.
        rng: draws iterate numbers and outcomes.
    """
    rounds, found = _Rounds(engine, row, rng), list[int]()
    while trials := search.trials(row.n_keys, len(found)):
        hit = rounds.first_hit(trials, row.threshold, found if search.excludes_found else (), found)
        if hit is None:
            break
        found.append(hit)
    limit = getattr(search, "n_marked_max", None)
    early = limit is not None and len(found) > limit
    return RowSearch(tuple(found), tuple(rounds.trials), row.threshold, early)


def count_and_find(
    search: CountedNumberSearch, row: SearchedRow, engine: Engine, rng: np.random.Generator
) -> RowSearch:
    """Estimate how many keys reach the row's threshold, and find them.

    Args:
        search: how many control qubits the counting has, and what follows its outcome.
        row: the row.
        engine: counts, and measures the index.
        rng: draws iterate numbers and outcomes.
    """
    n_bits = search.bits(row.n_keys)
    outcome = engine.count(n_bits, row.threshold, rng)
    result = find_marked(search.after(row.n_keys, outcome), row, engine, rng)
    return attrs.evolve(result, first_iterates=counting_iterates(n_bits))


def find_largest(
    search: TopKSearch,
    row: SearchedRow,
    engine: Engine,
    rng: np.random.Generator,
    scores_read: NDArray[np.int64] = _NONE,
) -> RowSearch:
    """Find the k keys with the largest scores, without the row's threshold.

    Args:
        search: how many keys are kept, and the trials of a round.
        row: the row, with more than `search.n_kept` keys, those read before included.
        engine: measures the index.
        rng: draws the first keys, iterate numbers and outcomes.
        scores_read: of keys that were read before, shape (r,): the best are kept at first, and random keys beside them
            where they are fewer than k. Key i of them has the number n + i.
    """
    rounds = _Rounds(engine, row, rng)
    best = np.argsort(-scores_read, kind="stable")[: search.n_kept]
    kept = {row.n_keys + int(at): int(scores_read[at]) for at in best}
    first = rng.choice(row.n_keys, search.n_kept - len(kept), replace=False)
    kept |= {int(key): row.score(int(key)) for key in first}
    while True:
        worst = min(kept, key=kept.__getitem__)
        threshold = kept[worst] + 1
        hit = rounds.first_hit(search.trials(row.n_keys), threshold, _of_table(kept, row), kept)
        if hit is None:
            found = sorted(kept, key=kept.__getitem__, reverse=True)
            n_read = scores_read.size + first.size
            return RowSearch(tuple(found), tuple(rounds.trials), threshold, first_checks=n_read)
        del kept[worst]
        kept[hit] = row.score(hit)


def _of_table(keys: Collection[int], row: SearchedRow) -> list[int]:
    """Those of some keys that the row's table has: the others have been read before."""
    n_keys = row.n_keys
    return [key for key in keys if key < n_keys]


@attrs.frozen(kw_only=True)
class RowResult:
    """One row of a simulated head.

    Attributes:
        row: the query row.
        found: keys found, ascending; all visible keys of a row that had nothing to search for; None if they were
            counted only.
        n_found: how many keys were found.
        n_marked: keys that are to be found, by plain arithmetic.
        missed: marked keys that were not found.
        false: keys called found that are not marked; the classical check keeps this at 0.
        iterates: Grover iterates, each one oracle call.
        phased_iterates: those of them with the phases of a fixed-point search.
        key_visits: keys read classically: before the search, those of measured indices, or the whole row.
        key_tests: keys tested inside oracles, as many in each call as a query tests.
        trials: runs that ended with a measurement of the index.
        read_whole: the threshold rule left nothing to search for, or all keys but one at most are read first.
        stopped_early: more keys were found than the row was promised to have at most.
        circuit_wrong: keys on which the circuit, run before and after the search, differs from plain arithmetic; None
            if no circuit was run on all keys.
        keys_read: keys that were read before the search, and are not in its table.
        marked_read: how many of the marked keys were among them.
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
    key_tests: int = 0
    trials: int = 0
    read_whole: bool = False
    stopped_early: bool = False
    circuit_wrong: int | None = None
    keys_read: int = 0
    marked_read: int = 0


def search_head_row(
    instance: Instance,
    row: int,
    *,
    engine: EngineChoice,
    method: SearchMethod,
    seed: int,
    reading: ReadingRule = _READS_NOTHING,
    **circuit: Any,
) -> RowResult:
    """Search one row; the result depends on `seed` and `row` alone.

    A row that the threshold rule wants read whole is, and so are one that sees no more keys than are to be kept and one
    of which at most one key is left after those that are read first.
    """
    n_visible = instance.visible_keys(row)
    if is_whole(instance, row, method):
        every = {"found": tuple(range(n_visible)), "n_found": n_visible, "n_marked": n_visible}
        return RowResult(row=row, **every, key_visits=n_visible, read_whole=True)
    scores, is_read = instance.scores(row), reading.of_row(instance, row, method)
    right = to_find(scores, instance, row, method)
    n_marked = method.n_kept if method.keeps_largest else int(right.sum())
    n_read, marked_read = int(is_read.sum()), min(int((right & is_read).sum()), n_marked)
    if n_visible - n_read < method.n_keys_min:
        found = read_whole(scores, right, method.n_kept if method.keeps_largest else None)
        return RowResult(
            row=row,
            found=found,
            n_found=len(found),
            n_marked=n_marked,
            key_visits=n_visible,
            read_whole=True,
            keys_read=n_visible,
            marked_read=n_marked,
        )
    searched = _of_row(instance, row, circuit, is_read)
    machine, of_table = search_row(searched, row, engine=engine, method=method, seed=seed, scores_read=scores[is_read])
    search = of_whole_row(of_table, is_read)
    n_right = int(right[list(search.found)].sum())
    return RowResult(
        row=row,
        found=tuple(sorted(search.found)),
        n_found=len(search.found),
        n_marked=n_marked,
        missed=0 if search.stopped_early else max(n_marked - n_right, 0),
        false=len(search.found) - n_right,
        iterates=search.iterates,
        phased_iterates=search.phased_iterates,
        key_visits=search.checks,
        key_tests=search.iterates * searched.keys_per_query,
        trials=len(search.trials),
        stopped_early=search.stopped_early,
        circuit_wrong=machine.circuit_mismatches(search.last_threshold, _of_table(of_table.found, searched)),
        keys_read=n_read,
        marked_read=marked_read,
    )


def _of_row(instance: Instance, row: int, circuit: dict[str, Any], is_read: NDArray[np.bool_]) -> SearchedRow:
    """What is left of the row; with too few keys for blocks it is searched key by key."""
    few = circuit.get("keys_per_query", 1) > int((~is_read).sum()) // 3
    whole = SearchedRow.of(instance, row, **(circuit | {"keys_per_query": 1} if few else circuit))  # pyright: ignore
    return whole.without(is_read)


def search_row(
    searched: SearchedRow,
    row: int,
    *,
    engine: EngineChoice,
    method: SearchMethod,
    seed: int,
    scores_read: NDArray[np.int64] = _NONE,
) -> tuple[Engine, RowSearch]:
    """Search a row on an engine; return the engine and what the search did, trial by trial.

    Args:
        searched: the row, or what is left of it.
        row: its number, which the draws depend on.
        engine: what stands for the quantum computer.
        method: the search procedure.
        seed: of all draws.
        scores_read: scores of keys that were read before, shape (r,). They are in no table, and key i of them has the
            number n + i.
    """
    machine, search = _search_left(searched, row, engine, method, seed, scores_read)
    if method.keeps_largest:
        return machine, search
    marked = searched.n_keys + np.flatnonzero(scores_read >= searched.threshold)
    found = (*marked.tolist(), *search.found)
    return machine, attrs.evolve(search, found=found, first_checks=search.first_checks + scores_read.size)


def _search_left(
    searched: SearchedRow,
    row: int,
    engine: EngineChoice,
    method: SearchMethod,
    seed: int,
    scores_read: NDArray[np.int64],
) -> tuple[Engine, RowSearch]:
    rng = np.random.default_rng([seed, row])
    outcomes = np.random.default_rng([seed, row, 1])  # of measurements inside a circuit, which not every engine has
    machine = engine.for_row(row, searched, outcomes)
    if method.keeps_largest:
        return machine, find_largest(method.top_k(), searched, machine, rng, scores_read)
    n_marked = int((scores_read >= searched.threshold).sum())
    if method.n_marked_max is not None and n_marked > method.n_marked_max:
        return machine, RowSearch((), (), searched.threshold, stopped_early=True)
    method = method.after_reading(n_marked)
    if method.name == "posterior":
        plan, finding = attrs.evolve(method.plan, keys_per_query=searched.keys_per_query), None
        if method.first_score == "approximate":
            plan, finding = with_finder(plan, searched, method.n_expected)
        return machine, find_by_posterior(plan, method.p_failure, searched, machine, rng, finding)
    if searched.keys_per_query > 1:
        search = GrowingBlockSearch(method.p_failure, searched.keys_per_query)
        return machine, find_by_growing_trials(search, searched, machine, rng)
    if method.counts_first:
        return machine, count_and_find(method.counted(), searched, machine, rng)
    return machine, find_marked(method.for_threshold(int(searched.is_marked.sum())), searched, machine, rng)
