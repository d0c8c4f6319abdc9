"""The search of one row as it is run: the trials of its rounds, on an engine that measures the index."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from groverattn.reference.search.counted import CountedNumberSearch
from groverattn.reference.search.counting import counting_iterates
from groverattn.reference.search.rounds import ThresholdSearch
from groverattn.reference.search.top_k import TopKSearch
from groverattn.reference.search.trials import GroverRun, Trial
from groverattn.simulation.engine import Engine
from groverattn.simulation.searched_row import SearchedRow


@attrs.frozen
class TrialRecord:
    """One trial as it was made.

    Attributes:
        run: number and phases of its iterates.
        n_excluded: keys that were not live, because they had been found or are kept.
        key: the measured key.
        hit: whether the classical check let it pass; the next trial then begins a new round.
    """

    run: GroverRun
    n_excluded: int
    key: int
    hit: bool


@attrs.frozen
class RowSearch:
    """What one row's search did.

    Attributes:
        found: keys that were measured and passed the classical check, in the order of finding.
        iterates: Grover iterates run, each one oracle call.
        phased_iterates: those among them with the phases of a fixed-point search.
        checks: keys that were read classically.
        last_threshold: the threshold of the last round.
        stopped_early: the row has more marked keys than it was promised to have.
        trials: every trial in order; their iterates are those above, without the ones of quantum counting.
    """

    found: tuple[int, ...]
    iterates: int
    phased_iterates: int
    checks: int
    last_threshold: int
    stopped_early: bool = False
    trials: tuple[TrialRecord, ...] = ()


@attrs.define
class _Ledger:
    """Runs trials and keeps count."""

    engine: Engine
    row: SearchedRow
    rng: np.random.Generator
    iterates: int = 0
    phased: int = 0
    checks: int = 0
    trials: list[TrialRecord] = attrs.field(factory=list)

    def round(
        self, trials: tuple[Trial, ...], threshold: int, excluded: Collection[int], known: Collection[int]
    ) -> int | None:
        """Return the first measured key that reaches the threshold and is not `known`, or None."""
        for trial in trials:
            run = trial.draw(self.rng)
            key = self.engine.measure(run, threshold, excluded, self.rng)
            self.iterates += run.n_iterates
            self.phased += run.n_iterates * run.is_phased
            self.checks += 1
            hit = key not in known and self.row.score(key) >= threshold
            self.trials.append(TrialRecord(run, len(excluded), key, hit))
            if hit:
                return key
        return None

    def result(self, found: Collection[int], last_threshold: int, *, stopped_early: bool = False) -> RowSearch:
        """Return what the search did."""
        counts = (self.iterates, self.phased, self.checks)
        return RowSearch(tuple(found), *counts, last_threshold, stopped_early, tuple(self.trials))


def find_marked(search: ThresholdSearch, row: SearchedRow, engine: Engine, rng: np.random.Generator) -> RowSearch:
    """Find the keys of the row that reach its threshold.

    Args:
        search: says which trials a round has and when to stop.
        row: the row.
        engine: measures the index.
        rng: draws iterate numbers and outcomes.
    """
    ledger, found = _Ledger(engine, row, rng), list[int]()
    while trials := search.trials(row.n_keys, len(found)):
        hit = ledger.round(trials, row.threshold, found if search.excludes_found else (), found)
        if hit is None:
            break
        found.append(hit)
    limit = getattr(search, "n_marked_max", None)
    early = limit is not None and len(found) > limit
    return ledger.result(found, row.threshold, stopped_early=early)


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
    return attrs.evolve(result, iterates=result.iterates + counting_iterates(n_bits))


def find_largest(search: TopKSearch, row: SearchedRow, engine: Engine, rng: np.random.Generator) -> RowSearch:
    """Find the k keys with the largest scores, without the row's threshold.

    Args:
        search: how many keys are kept, and the trials of a round.
        row: the row, with more than `search.n_kept` keys.
        engine: measures the index.
        rng: draws the first keys, iterate numbers and outcomes.
    """
    ledger = _Ledger(engine, row, rng)
    first = rng.choice(row.n_keys, search.n_kept, replace=False)
    kept = {int(key): row.score(int(key)) for key in first}
    ledger.checks += search.n_kept
    while True:
        worst = min(kept, key=kept.__getitem__)
        threshold = kept[worst] + 1
        hit = ledger.round(search.trials(row.n_keys), threshold, kept, kept)
        if hit is None:
            found = sorted(kept, key=kept.__getitem__, reverse=True)
            return ledger.result(found, threshold)
        del kept[worst]
        kept[hit] = row.score(hit)
