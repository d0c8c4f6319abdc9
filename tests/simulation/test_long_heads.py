"""Long heads under the engine `law`: rows drawn together, found keys counted, a sample of the rows compared."""

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.inputs import asks
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation import blocks, limits
from groverattn.simulation import head as study_simulate
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate_instance
from groverattn.simulation.request import SimulationRequest

LAW = EngineChoice("law")
simulate = asks(SimulationRequest)(simulate_instance)


@pytest.fixture
def long_head(monkeypatch):
    """A head of 60 keys that counts as long, in blocks of 16 rows, or 8 where each row has laws of its own."""
    monkeypatch.setattr(blocks, "LONG_HEAD", 32)
    monkeypatch.setattr(blocks, "ROWS_PER_BLOCK", 16)
    monkeypatch.setattr(blocks, "_ROWS_WITH_LAWS_OF_THEIR_OWN", 8)
    return Instance.from_target(gaussian_head(60, 4, 0), 4, 8, 8)


def test_which_heads_are_drawn_in_blocks():
    head = Instance.from_target(gaussian_head(60, 4, 0), 4, 8, 8)
    method = SearchMethod(n_expected=4, p_failure=0.1)
    assert not blocks.in_blocks(head, LAW, method)


def test_rows_and_workers_do_not_matter(long_head):
    whole = simulate(long_head, engine="law", seed=3)
    assert [row.row for row in whole.rows] == list(range(60))
    assert all(row.found is None and row.n_found == row.n_marked for row in whole.rows)
    assert simulate(long_head, engine="law", seed=3, n_workers=2).rows == whole.rows
    assert simulate(long_head, engine="law", seed=3, rows="20:50").rows == whole.rows[20:50]
    assert simulate(long_head, engine="law", seed=4).rows != whole.rows


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("method", ["unknown", "expected", "known", "collector", "counted", "top-k"])
def test_blocks_cost_what_the_method_expects(long_head, method, causal):
    """Under a causal mask too, where each row of a block sees another number of keys."""
    instance = Instance.from_target(attrs.evolve(long_head.head, causal=causal), 4, 8, 8)
    results = [simulate(instance, engine="law", seed=seed, method=method, n_marked=4) for seed in range(20)]
    assert all(row.found is None for row in results[0].rows)
    iterates = np.array([result.total("iterates") for result in results])
    assert all(result.passed for result in results)
    assert abs(iterates.mean() - results[0].method_iterates()) <= 4 * iterates.std(ddof=1) / np.sqrt(20)


@pytest.mark.parametrize("keys_per_query", [1, 4])
@pytest.mark.parametrize("method", ["unknown", "posterior"])
def test_keys_per_query_are_those_asked_for(long_head, method, keys_per_query):
    choices = {"engine": "law", "method": method, "n_marked": 4, "keys_per_query": keys_per_query}
    results = [simulate(long_head, seed=seed, data_access="one-hot", **choices) for seed in range(20)]
    assert all(result.passed and row.found is None for result in results for row in result.rows)
    assert results[0].total("key_tests") == keys_per_query * results[0].total("iterates")
    iterates = np.array([result.total("iterates") for result in results])
    assert iterates.mean() == pytest.approx(results[0].method_iterates(), rel=0.05)


def test_more_than_a_day_of_numbers_of_blocks_is_refused(long_head, monkeypatch):
    monkeypatch.setattr(limits, "_SECONDS_PER_NUMBER_OF_BLOCKS", 6000)
    causal = Instance.from_target(attrs.evolve(long_head.head, causal=True), 4, 8, 8)
    choices = {"engine": "law", "method": "posterior", "data_access": "one-hot", "n_marked": 4}
    with pytest.raises(InputError, match="60 causal rows with keys_per_query = 4"):
        simulate(causal, keys_per_query=4, **choices)
    assert simulate(causal, keys_per_query=8, **choices).passed
    assert simulate(long_head, keys_per_query=4, **choices).passed


def test_an_approximate_score_goes_row_by_row(long_head):
    method = SearchMethod(name="posterior", n_expected=4, p_failure=0.1, first_score="approximate")
    assert not blocks.in_blocks(long_head, LAW, method)


def test_wrong_keys_of_rows_without_a_threshold_are_kept(long_head, monkeypatch):
    hasty = SearchMethod(name="top-k", n_expected=4, p_failure=0.9, growth=1000.0)
    monkeypatch.setattr(SimulationRequest, "search_method", lambda request, n_keys: hasty)
    result = simulate(long_head, engine="law", method="top-k", n_marked=4, seed=0)
    assert result.total("missed") == result.total("false") > 0
    for row in result.rows:
        least = np.sort(long_head.scores(row.row))[-4]
        wrong = 0 if row.found is None else (long_head.scores(row.row)[list(row.found)] < least).sum()
        assert (row.n_found, row.false, row.missed) == (4, wrong, wrong)


def test_a_sample_of_the_rows_is_compared(long_head, monkeypatch):
    whole = simulate(long_head, engine="law", seed=3)
    monkeypatch.setattr(study_simulate, "_ENTRIES_COMPARED_MAX", 600)
    part = simulate(long_head, engine="law", seed=3)
    assert part.output.rows.size == 10
    assert part.as_json()["rows_assessed"] == 10
    np.testing.assert_allclose(part.output.errors, whole.output.errors[part.output.rows], rtol=1e-9)


def test_missed_keys_are_missing_in_b(long_head, monkeypatch):
    hasty = SearchMethod(n_expected=4, p_failure=0.9, growth=1000.0)
    monkeypatch.setattr(SimulationRequest, "search_method", lambda request, n_keys: hasty)
    result = simulate(long_head, engine="law", seed=0)
    assert result.total("missed") > 0
    assert not result.passed
    assert result.total("missed") == result.total("n_marked") - result.total("n_found")


def test_blocks_have_their_thresholds_whole(long_head):
    """So that a row is what it is in the whole head, whichever rows are asked for."""
    assert blocks.whole_blocks(range(20, 21), long_head.head, LAW) == range(16, 32)
    assert blocks.whole_blocks(range(59, 60), long_head.head, LAW) == range(48, 60)
    assert blocks.whole_blocks(range(20, 21), long_head.head, EngineChoice("index")) == range(20, 21)
    part = Instance.from_target(long_head.head, 4, 8, 8, rows=range(16, 32))
    alone = simulate(part, engine="law", seed=3, rows="20:21").rows
    assert alone == simulate(long_head, engine="law", seed=3, rows="20:21").rows


def test_few_rows_with_laws_of_their_own_do_not_wait_for_many_others(long_head, monkeypatch):
    """By posterior, or by blocks of keys, under a causal mask."""
    instance = Instance.from_target(attrs.evolve(long_head.head, causal=True), 4, 8, 8)
    drawn = []
    draw_as = blocks.draw_as
    monkeypatch.setattr(blocks, "draw_as", lambda *given: drawn.append(given[2].size) or draw_as(*given))
    choices = {"engine": "law", "method": "posterior", "n_marked": 4, "seed": 3}
    alone = simulate(instance, rows="42:46", **choices)
    assert drawn == [8]
    assert alone.rows == simulate(instance, **choices).rows[42:46]


def test_growth_that_breaks_the_promise_is_refused(long_head):
    with pytest.raises(InputError, match="error budget"):
        simulate(long_head, engine="law", growth=1.6)


def test_thresholds_of_some_rows_only():
    head = gaussian_head(60, 4, 0)
    whole = Instance.from_target(head, 4, 8, 8)
    part = Instance.from_target(head, 4, 8, 8, rows=range(10, 20))
    assert part.searchable_rows.tolist() == list(range(10, 20))
    np.testing.assert_array_equal(part.thresholds[10:20], whole.thresholds[10:20])
    assert part.marked_counts(np.arange(60)).tolist() == [4 if 10 <= row < 20 else 60 for row in range(60)]
    assert simulate(part, rows="10:20", engine="law").rows == simulate(whole, rows="10:20", engine="law").rows
