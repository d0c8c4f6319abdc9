import math

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.reference.blocks.posterior import STOP, Belief, PosteriorSearch
from groverattn.reference.blocks.sampled import sampled_cost
from groverattn.reference.search.amplification import success_probability


def run_rows(
    search: PosteriorSearch, n_keys: int, n_marked: int, n_rows: int, n_expected: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Iterates of each row and its marked keys left at the end; keys are dealt one by one, no law is asked."""
    rng = np.random.default_rng(n_keys + n_marked)
    guess = None if n_expected is None else np.full(n_rows, n_expected)
    belief: Belief = search.begin(n_keys, n_rows, guess)
    left, unread, spent = np.full(n_rows, n_marked), np.full(n_rows, n_keys), np.zeros(n_rows)
    going = np.arange(n_rows)
    while True:
        runs = belief.next_runs(going)
        going, runs = going[runs != STOP], runs[runs != STOP]
        if not going.size:
            return spent, left
        found, read = np.zeros((2, going.size), dtype=np.int64)
        for i, (row, j) in enumerate(zip(going, runs, strict=True)):
            blocks = belief.blocks(row)
            places = (
                rng.permutation(blocks.n_places)[: unread[row]] // blocks.size
            )  # of the keys; the marked ones first
            counts = np.bincount(places[: left[row]], minlength=blocks.n_blocks)
            odd = counts % 2 == 1
            is_odd = rng.random() < success_probability(blocks.n_blocks, odd.sum(), j)
            hit = rng.choice(np.flatnonzero(odd == is_odd))
            found[i], read[i] = counts[hit], (places == hit).sum()
        left[going] -= found
        unread[going] -= read
        spent[going] += runs
        belief.after(going, runs, found, read)
        assert (belief.n_unread == unread).all()
        assert (belief.p_left >= 0).all()
        assert belief.p_left.sum(axis=1) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("n_keys", "u", "n_marked", "n_expected"),
    [
        (96, 4, 1, None),
        (96, 4, 2, None),
        (96, 4, 3, None),
        (96, 4, 8, None),
        (64, 1, 1, None),
        (64, 1, 3, None),
        (60, 5, 30, None),  # more than the law of odd blocks is known for
        (96, 4, 1, 10.0),
        (96, 4, 8, 0.8),
    ],
)
def test_a_key_is_missed_no_more_often_than_promised(n_keys, u, n_marked, n_expected) -> None:
    p_failure, n_rows = 0.2, 2000
    _, left = run_rows(PosteriorSearch(p_failure, u), n_keys, n_marked, n_rows, n_expected)
    assert (left > 0).mean() <= p_failure + 3 * math.sqrt(p_failure * (1 - p_failure) / n_rows)


@pytest.mark.parametrize(("n_keys", "u", "n_marked"), [(256, 4, 1), (256, 4, 6), (100, 1, 4)])
def test_sampled_rows_cost_what_dealt_rows_cost(n_keys, u, n_marked) -> None:
    search, n_rows = PosteriorSearch(0.05, u), 600
    cost = sampled_cost((search,), n_keys, n_marked, n_rows=n_rows)
    spent, left = run_rows(search, n_keys, n_marked, n_rows)
    error = math.hypot(spent.std() / math.sqrt(n_rows), cost.iterates_error)
    assert abs(spent.mean() - cost.iterates_expected) < 4 * error
    assert cost.p_missed is not None
    assert abs((left > 0).mean() - cost.p_missed) < 0.02


def test_every_number_left_is_ruled_out_when_a_row_ends() -> None:
    """Beyond t_max, too: there only the runs without iterates count."""
    search, n_keys, failures = PosteriorSearch(0.05, 8), 2000, []
    belief = search.begin(n_keys)
    row, nothing = np.array([0]), np.array([0])
    while (run := belief.next_runs(row))[0] != STOP:
        failures.append((belief.table(belief.size_at[0]), int(run[0])))
        belief.after(row, run, nothing, np.array([8]))
    log_missed = np.sum([table.log_nothing[np.searchsorted(table.lengths, j)] for table, j in failures], axis=0)
    t = np.arange(1, belief.t_max + 1)
    assert (log_missed[1:-1] <= np.log(0.05 / (t * (t + 1))) + 1e-9).all()
    t = np.arange(belief.t_max + 1, n_keys + 1)
    at_random = sum(np.log(np.maximum(table.blocks.p_empty(t), 1e-300)) for table, j in failures if j == 0)
    assert (at_random <= np.log(0.05 / (t * (t + 1))) + 1e-9).all()


def test_more_marked_keys_than_the_law_is_known_for_have_no_sampled_cost() -> None:
    with pytest.raises(InputError, match="n_marked = 300; allowed: 0 to 127"):
        sampled_cost((PosteriorSearch(0.01, 16),), 4096, 300)


def test_a_row_that_is_read_to_its_end_misses_nothing() -> None:
    assert (sampled_cost((PosteriorSearch(0.01),), 50, 49).p_missed or 0) < 0.01
