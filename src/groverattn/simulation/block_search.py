"""Search of one row by blocks, and by runs from a posterior: deal the keys, run, read the measured block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from groverattn.reference.blocks.dealing import arrange
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.plan import Finder, SearchPlan
from groverattn.reference.blocks.posterior import STOP, expected_left
from groverattn.reference.blocks.sampled import FinderRates
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engines import Engine
from groverattn.simulation.trials import RowSearch, TrialRecord
from groverattn.verification.row import SearchedRow

if TYPE_CHECKING:
    from groverattn.bloqs.score.finding import FindingScore


@attrs.define(eq=False)
class BlockReader:
    """Runs over blocks of one row, and what was read after them.

    Attributes:
        row: the row.
        engine: measures the index.
        rng: deals the keys and draws the outcomes.
        found: marked keys that were read, in the order of finding.
        is_read: which keys were read, shape (n,).
        trials: every run.
    """

    row: SearchedRow
    engine: Engine
    rng: np.random.Generator
    found: list[int] = attrs.field(factory=list)
    is_read: NDArray[np.bool_] = attrs.field(
        default=attrs.Factory(lambda self: np.zeros(self.row.n_keys, dtype=bool), takes_self=True)
    )
    trials: list[TrialRecord] = attrs.field(factory=list)

    def run(
        self, run: GroverRun, keys: NDArray[np.integer], blocks: Blocks, score: FindingScore | None = None
    ) -> tuple[int, int]:
        """Deal the keys into blocks, run, and read the keys of the measured block.

        With one key in a block the keys stay where they are, and those that are not dealt are not live.

        Args:
            run: the iterates.
            keys: those that are dealt.
            blocks: into which.
            score: an approximate score that the oracle marks by.

        Returns:
            How many keys of the block the oracle marks, and how many had not been read before.
        """
        threshold, places = self.row.threshold, None
        if blocks.size == 1:
            excluded = np.setdiff1d(np.arange(self.row.n_keys), keys).tolist()
        else:
            excluded = self.found
            places = arrange(keys, blocks.n_blocks, blocks.size, self.rng)
        at = self.engine.measure(run, threshold, excluded, self.rng, places, score)
        dealt = np.arange(self.row.n_keys)[:, None] if places is None else places
        read = dealt[at : at + 1][dealt[at : at + 1] >= 0]  # a fault may leave an index that has no block
        new = read[~self.is_read[read]]
        marked = int(self.row.marked(threshold, excluded, score=score)[read].sum())
        hits = [int(key) for key in new if self.row.score(int(key)) >= threshold]
        self.is_read[new] = True
        self.found += hits
        self.trials.append(TrialRecord(run, len(excluded), at, bool(hits), n_read=len(new), n_found=len(hits)))
        return marked, len(new)

    def result(self) -> RowSearch:
        """Return what was found, and every run."""
        return RowSearch(tuple(self.found), tuple(self.trials), self.row.threshold)


def find_by_posterior(
    plan: SearchPlan,
    p_failure: float,
    row: SearchedRow,
    engine: Engine,
    rng: np.random.Generator,
    finding: FindingScore | None = None,
) -> RowSearch:
    """Find the keys of the row that reach its threshold, by runs from a posterior (see `PosteriorSearch`).

    Args:
        plan: keys per query, and the approximate score's if there is one.
        p_failure: probability allowed that a key is missed.
        row: the row.
        engine: measures the index.
        rng: deals the keys and draws the outcomes.
        finding: the approximate score, if the plan has one.
    """
    reader, only, expected = BlockReader(row, engine, rng), np.array([0]), None
    stages = plan.stages(p_failure)
    for stage, score in zip(stages, (finding, None) if len(stages) > 1 else (None,), strict=True):
        belief = stage.begin(row.n_keys, n_expected=expected)
        belief.leave_out(only, np.array([reader.is_read.sum()]))
        n_wrong = 0
        while (j := int(belief.next_runs()[0])) != STOP:
            before = len(reader.found)
            marked, n_read = reader.run(GroverRun(j), np.flatnonzero(~reader.is_read), belief.blocks(), score)
            n_wrong += max(marked - len(reader.found) + before, 0)
            belief.after(only, np.array([j]), np.array([marked]), np.array([n_read]))
        if plan.finder is not None:
            n_found, wrong = np.array([len(reader.found)]), np.array([n_wrong])
            expected = expected_left(belief.mean_left, n_found, wrong, plan.finder.rates.p_hit)
    return reader.result()


def with_finder(plan: SearchPlan, row: SearchedRow, n_expected: float) -> tuple[SearchPlan, FindingScore]:
    """Return the plan with an approximate score that finds first, and this score.

    Its error, and how many keys it marks, are measured on the row's own keys: a classical convenience, which decides
    what the search costs and nothing of what it finds.

    Args:
        plan: of the method `posterior`.
        row: the row.
        n_expected: about how many keys are marked.
    """
    from groverattn.bloqs.score.finding import approximate_score, score_error  # imports Qualtran

    finding = approximate_score(row.exact_score(row.threshold), keys=row.keys)
    k = min(max(round(n_expected), 1), row.n_keys - 1)
    passing = score_error(finding, row.keys).pass_rates(row.threshold, finding.threshold, row.n_keys, k)
    p_hit = min(max(1 - passing.missed / k, 0.01), 1.0)
    rates = FinderRates(p_hit, max(passing.candidates - k * p_hit, 0.0))
    return attrs.evolve(plan, finder=Finder(plan.keys_per_query, rates)), finding


def find_by_growing_trials(
    search: GrowingBlockSearch, row: SearchedRow, engine: Engine, rng: np.random.Generator
) -> RowSearch:
    """Find the keys of the row that reach its threshold, by growing trials over blocks (see `GrowingBlockSearch`).

    All keys stay in the table; those that were found are not live.
    """
    reader, blocks = BlockReader(row, engine, rng), Blocks.of(row.n_keys, search.keys_per_query)
    trials, every = search.trials(row.n_keys), np.arange(row.n_keys)
    while any(reader.run(trial.draw(rng), every, blocks)[0] for trial in trials):
        pass
    return reader.result()
