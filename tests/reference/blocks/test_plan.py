import math

import numpy as np
import pytest

from groverattn.reference.blocks.growing import GrowingBlockSearch, known_number_floor
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.plan import SearchPlan
from groverattn.reference.search.cost import ThresholdSearch
from groverattn.reference.search.laws import LAWS, search_cost
from groverattn.reference.search.trials import Trial
from groverattn.reference.search.unknown import UnknownNumberSearch


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("n_keys", "n_marked"), [(2, 1), (50, 50), (4096, 0), (4096, 17)])
def test_one_key_per_query_by_growing_trials_is_the_search_of_before(law, n_keys, n_marked) -> None:
    assert SearchPlan().cost(law, n_keys, n_marked, 0.01) == search_cost(law, n_keys, n_marked, 0.01)


class SameTrials(ThresholdSearch):
    """Search of single keys by the trials of a block search with one key per query."""

    source = "test"

    def trials(self, n: int, n_found: int) -> tuple[Trial, ...]:
        return GrowingBlockSearch(0.2, 1).trials(n)


@pytest.mark.parametrize("n_marked", [0, 1, 8, 60])
def test_growing_trials_of_one_key_are_those_of_the_search_of_single_keys(n_marked) -> None:
    """The growing part is that of `UnknownNumberSearch`, and so is the exact recursion; only the last check differs."""
    blocks, plain = GrowingBlockSearch(0.2, 1).cost(4096, n_marked), SameTrials().cost(4096, n_marked)
    assert blocks.iterates_expected == pytest.approx(plain.iterates_expected, rel=1e-6)
    assert blocks.checks_expected == pytest.approx(plain.checks_expected, rel=1e-6)
    assert blocks.p_failure == pytest.approx(plain.p_failure, rel=1e-6)
    assert blocks.iterates_max == plain.iterates_max
    growing = UnknownNumberSearch(0.2).trials(4096, 0)[:-1]
    assert GrowingBlockSearch(0.2, 1).trials(4096)[: len(growing)] == growing


@pytest.mark.parametrize("method", ["unknown", "posterior"])
@pytest.mark.parametrize(("n_keys", "n_marked", "u"), [(4096, 1, 4), (4096, 16, 4), (4096, 16, 8), (20_000, 40, 10)])
def test_laws_are_in_order(method, n_keys, n_marked, u) -> None:
    plan = SearchPlan(method, u)
    costs = {law: plan.cost(law, n_keys, n_marked, 0.01) for law in LAWS if plan.has(law)}
    iterates = {law: cost.iterates_expected for law, cost in costs.items()}
    assert iterates["ideal"] < iterates["expected"] < iterates["proven"]
    assert iterates["expected"] < iterates.get("worst", float("inf"))


@pytest.mark.parametrize("log2_blocks", [8, 12])
def test_a_search_that_knows_of_one_key_repeats_the_run_that_is_best_for_it(log2_blocks) -> None:
    """By hand: one block of N is marked, and a run of j iterates hits it with sin^2((2j + 1) theta)."""
    n_blocks = 1 << log2_blocks
    j = np.arange(2 * math.isqrt(n_blocks))
    p_hit = np.sin((2 * j + 1) * np.arcsin(n_blocks**-0.5)) ** 2
    best = np.argmin((j + 1) / p_hit)
    cost = known_number_floor(Blocks(n_blocks, 4), 1)
    assert cost.iterates_expected == pytest.approx(j[best] / p_hit[best], rel=0.02)
    assert cost.checks_expected == pytest.approx(4 / p_hit[best], rel=0.05)


@pytest.mark.parametrize("n_marked", [0, 1, 6])
def test_the_worst_case_makes_every_trial_of_one_round_more_than_keys(n_marked) -> None:
    search = GrowingBlockSearch(0.01, 4)
    trials, cost = search.trials(1024), search.worst_cost(1024, n_marked)
    assert cost.shares[0].trials == (n_marked + 1) * len(trials)
    assert cost.checks_expected == 4 * (n_marked + 1) * len(trials)
    assert cost.iterates_expected == (n_marked + 1) * sum(trial.iterates_max for trial in trials)
