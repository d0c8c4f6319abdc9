import itertools
import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.blocks.found import FoundLaw
from groverattn.reference.blocks.growing import GrowingBlockSearch, known_number_floor
from groverattn.reference.blocks.odd_blocks import Blocks
from groverattn.reference.blocks.runs import run_table, table_of
from groverattn.reference.search.amplification import success_probability


def found_by_placements(blocks: Blocks, t: int, j: int) -> np.ndarray:
    """Probability of finding c keys: the mean over every placement of the chance of each measured block."""
    n, u = blocks.n_blocks, blocks.size
    found = np.zeros(u + 1)
    for marked in itertools.combinations(range(blocks.n_places), t):
        counts = np.bincount([place // u for place in marked], minlength=n)
        odd = counts % 2 == 1
        p_odd = np.sin((2 * j + 1) * math.asin(math.sqrt(odd.mean()))) ** 2
        p_measured = np.where(odd, p_odd / max(odd.sum(), 1), (1 - p_odd) / max(n - odd.sum(), 1))
        np.add.at(found, counts, p_measured)
    return found / math.comb(blocks.n_places, t)


@pytest.mark.parametrize(("n_blocks", "u"), [(3, 2), (3, 5), (4, 3), (5, 1), (6, 2)])
@pytest.mark.parametrize("j", [0, 1, 2])
def test_what_is_found_is_the_mean_over_all_placements(n_blocks, u, j) -> None:
    blocks = Blocks(n_blocks, u)
    odd = np.arange(n_blocks + 1)
    law = FoundLaw.of(blocks, success_probability(n_blocks, odd, j)[None])
    by_c = np.array([law.p_finds(c)[0] for c in range(u + 1)])
    assert by_c.sum(axis=0) == pytest.approx(1, abs=1e-12)
    for t in range(n_blocks):
        assert by_c[:, t] == pytest.approx(found_by_placements(blocks, t, j), abs=1e-12)


def test_as_many_marked_keys_as_blocks_are_refused() -> None:
    with pytest.raises(InputError, match="t_max = 4; allowed: 0 to 3"):
        FoundLaw.of(Blocks(4, 2), np.zeros((1, 6)))


@pytest.mark.parametrize(
    ("n_blocks", "u", "words"), [(2, 2, "blocks = 2"), ((1 << 24) + 1, 2, "16,?777,?216"), (1 << 20, 2048, "digits")]
)
def test_numbers_of_blocks_without_a_table_are_refused(n_blocks, u, words) -> None:
    with pytest.raises(InputError, match=words):
        table_of(Blocks(n_blocks, u))


def test_draws_follow_the_law() -> None:
    table = run_table(Blocks(24, 4), 20)
    rng, rows = np.random.default_rng(5), 40_000
    for t, trial in ((0, 0), (1, 2), (2, 0), (9, 1), (20, 3)):
        drawn = table.found.draw(np.full(rows, t), np.full(rows, trial), rng)
        expected = rows * np.array([table.found.p_finds(c)[trial, t] for c in range(5)])
        seen = expected > 5
        counted = np.bincount(drawn, minlength=5)
        assert ((counted - expected)[seen] ** 2 / expected[seen]).sum() < 20  # at most 4 degrees of freedom: p < 1e-3
        assert counted[~seen].sum() < 30


@pytest.mark.parametrize(("n_blocks", "u"), [(3, 1), (3, 2), (5, 3), (64, 1), (64, 4), (1000, 2), (4000, 16)])
@pytest.mark.parametrize("p_failure", [0.9, 0.05, 1e-6])
def test_a_last_check_fails_rarely_whatever_number_is_marked(n_blocks, u, p_failure) -> None:
    """Beyond t_max only a block at random is counted on, which is hit the more surely the more keys are marked."""
    blocks = Blocks(n_blocks, u)
    table = table_of(blocks)
    check = table.last_check(p_failure)
    at = np.searchsorted(table.lengths, check)
    assert table.lengths[at].tolist() == list(check)
    assert (table.p_nothing[at, 1:-1].prod(axis=0) <= p_failure * (1 + 1e-9)).all()
    beyond = blocks.p_empty(np.arange(table.t_max + 1, blocks.n_places + 1))
    assert (np.diff(beyond) <= 1e-12).all()
    assert (beyond ** check.count(0) <= p_failure * (1 + 1e-9)).all()


@pytest.mark.parametrize(("n_keys", "u", "t"), [(60, 3, 5), (64, 1, 3), (96, 8, 4), (45, 5, 8)])
def test_growing_trials_cost_what_dealt_rows_cost(n_keys, u, t) -> None:
    p_failure, rows, rng = 0.3, 1500, np.random.default_rng(n_keys)
    search, blocks = GrowingBlockSearch(p_failure, u), Blocks.of(n_keys, u)
    cost, trials = search.cost(n_keys, t), search.trials(n_keys)
    spent, missed = np.zeros((rows, 2)), np.zeros(rows, dtype=bool)
    for row in range(rows):
        left, going = t, True
        while going:
            going = False
            for trial in trials:
                j = trial.draw(rng).n_iterates
                spent[row] += j, 1
                places = rng.permutation(blocks.n_places)[:left] // u
                counts = np.bincount(places, minlength=blocks.n_blocks)
                odd = np.flatnonzero(counts % 2)
                is_odd = rng.random() < success_probability(blocks.n_blocks, odd.size, j)
                hit = rng.choice(odd if is_odd else np.flatnonzero(counts % 2 == 0))
                if counts[hit]:
                    left, going = left - counts[hit], True
                    break
        missed[row] = left > 0
    error = spent.std(axis=0) / math.sqrt(rows)
    assert abs(spent[:, 0].mean() - cost.iterates_expected) < 4 * error[0]
    assert abs(spent[:, 1].mean() - cost.trials_expected) < 4 * error[1]
    assert spent[:, 0].max() <= (cost.iterates_max or 0)
    assert abs(missed.mean() - cost.p_failure) < 4 * math.sqrt(cost.p_failure / rows) + 1e-9
    assert cost.iterates_expected <= search.worst_cost(n_keys, t).iterates_expected


def test_nothing_marked_costs_the_known_number_nothing() -> None:
    assert known_number_floor(Blocks(64, 4), 0).iterates_expected == 0
