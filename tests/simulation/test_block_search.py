"""Rows searched by blocks and by a posterior: exactly the marked keys, on every engine, as often as promised."""

from pathlib import Path

import attrs
import numpy as np
import pytest

from groverattn.bloqs.score.approximate import ApproximateScore
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.costs.counting import count
from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head, load_head
from groverattn.problem.instance import Instance
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.blocks.plan import Finder, SearchPlan
from groverattn.reference.blocks.sampled import FinderRates
from groverattn.reference.search.methods import SearchMethod
from groverattn.simulation.block_search import find_by_growing_trials, find_by_posterior
from groverattn.simulation.engines import ENGINES, EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.index_engines import LawEngine
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.row_search import search_head_row, search_row
from groverattn.verification.row import SearchedRow

P_FAILURE = 1e-6


def row_of(n=64, n_marked=5, keys_per_query=4, row=3, bits=6):
    head = gaussian_head(n, 3, 0)
    instance = Instance.from_target(head, n_marked, bits, bits)
    return SearchedRow.of(instance, row, "one-hot", keys_per_query=keys_per_query)


def with_scores(scores, keys_per_query):
    """A row whose keys have these scores: one number, query 1; scores of 1 and more are marked."""
    keys = np.array(scores)[:, None]
    return SearchedRow(keys, 4, np.array([1]), 1, "one-hot", keys_per_query=keys_per_query)


def found_by(row, plan, seed=0, finding=None, engine="law"):
    machine = EngineChoice(engine).for_row(0, row, np.random.default_rng(1))
    return machine, find_by_posterior(plan, P_FAILURE, row, machine, np.random.default_rng(seed), finding)


ADVERSARIAL = {
    "none marked": [0] * 61,
    "one marked": [0] * 60 + [1],
    "a pair of neighbours": [0] * 30 + [1, 1] + [0] * 29,
    "all neighbours": [1] * 8 + [0] * 53,
    "half of the keys": [0, 1] * 30 + [0],
    "all but one marked": [1] * 60 + [0],
    "all marked": [1] * 61,
}


@pytest.mark.parametrize("keys_per_query", [1, 2, 4, 20])
@pytest.mark.parametrize("scores", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_adversarial_rows_are_found_whole(scores, keys_per_query):
    row = with_scores(scores, keys_per_query)
    for seed in range(5):
        _, search = found_by(row, SearchPlan("posterior", keys_per_query), seed)
        assert sorted(search.found) == np.flatnonzero(scores).tolist()
        assert search.checks <= 61  # no key is read twice


@pytest.mark.parametrize("scores", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_growing_trials_find_adversarial_rows(scores):
    row = with_scores(scores, 4)
    search = GrowingBlockSearch(P_FAILURE, 4)
    found = find_by_growing_trials(search, row, LawEngine(row), np.random.default_rng(0)).found
    assert sorted(found) == np.flatnonzero(scores).tolist()


@pytest.mark.parametrize("marks", ["nothing", "everything", "the others"])
@pytest.mark.parametrize("engine", ["law", "index", "sparse"])
def test_an_approximate_score_never_decides_what_is_found(marks, engine):
    """However wrong it is, the exact stage finds the rest and nothing false."""
    row = row_of(48, 4)
    query, threshold = row.query, {"nothing": 10**6, "everything": -(10**6), "the others": 0}[marks]
    if marks == "the others":
        query = tuple(-x for x in query)
    finding = ApproximateScore(query, threshold, row.key_bits, significant_bits=2, lowest_column=2)
    plan = SearchPlan("posterior", 4, Finder(4, FinderRates(0.9, 2.0), n_handed_over=2.0))
    for seed in range(3 if engine == "law" else 1):
        machine, search = found_by(row, plan, seed, finding, engine)
        assert sorted(search.found) == np.flatnonzero(row.is_marked).tolist()
        assert not machine.circuit_mismatches(row.threshold, search.found)


@pytest.mark.parametrize("method", ["posterior", "unknown"])
@pytest.mark.parametrize("keys_per_query", [3, 4])
def test_every_engine_makes_the_same_trials(method, keys_per_query):
    row = row_of(12, 2, keys_per_query, bits=2)
    row = attrs.evolve(row, keys=row.keys[:, :1], query=row.query[:1])
    row = attrs.evolve(row, threshold=int(np.sort(row.scores)[-2]))
    chosen = SearchMethod(name=method, n_expected=2, p_failure=P_FAILURE, keys_per_query=keys_per_query)
    searches = {}
    for name in ENGINES:
        machine, searches[name] = search_row(row, 3, engine=EngineChoice(name), method=chosen, seed=4)
        assert (machine.circuit_mismatches(row.threshold, searches[name].found) or 0) == 0
    assert len({str(search) for search in searches.values()}) == 1
    assert sorted(searches["circuit"].found) == np.flatnonzero(row.is_marked).tolist()


@pytest.mark.parametrize(("keys_per_query", "causal"), [(1, False), (4, False), (8, True)])
def test_a_real_head_is_found_whole(keys_per_query, causal):
    request = SimulationRequest(
        n_marked=8, method="posterior", keys_per_query=keys_per_query, data_access="one-hot", rows="20:64",
        engine=EngineChoice("index", 32), key_bits=6, query_bits=6,
    )  # fmt: skip
    result = simulate(request, head=attrs.evolve(bundled_head(), causal=causal))
    assert (result.total("missed"), result.total("false"), result.passed) == (0, 0, True)
    assert result.total("key_tests") >= result.total("iterates") * (1 if causal else keys_per_query)


def test_causal_rows_that_see_too_few_keys_for_blocks_are_searched_key_by_key():
    instance = Instance.from_target(attrs.evolve(bundled_head(), causal=True), 4, 6, 6)
    method = SearchMethod(name="posterior", n_expected=4, p_failure=P_FAILURE, keys_per_query=8)
    circuit = {"data_access": "one-hot", "keys_per_query": 8}
    few, many = (
        search_head_row(instance, row, engine=EngineChoice("law"), method=method, seed=0, **circuit) for row in (12, 60)
    )
    assert few.missed == many.missed == 0
    assert many.key_tests == 8 * many.iterates
    assert few.key_tests == few.iterates


@pytest.mark.parametrize(("method", "keys_per_query"), [("posterior", 1), ("posterior", 8), ("unknown", 8)])
@pytest.mark.parametrize("n_marked", [1, 2, 3])
def test_misses_are_no_more_than_promised(method, keys_per_query, n_marked):
    """Pairs that hide in a block included: 200 rows with a promise that is large."""
    promised, n_rows = 0.2, 200
    scores = np.zeros(64, dtype=int)
    scores[:n_marked] = 1
    row, rng, misses = with_scores(scores, keys_per_query), np.random.default_rng(7), 0
    for _ in range(n_rows):
        if method == "posterior":
            plan = SearchPlan("posterior", keys_per_query)
            search = find_by_posterior(plan, promised, row, LawEngine(row), rng)
        else:
            search = find_by_growing_trials(GrowingBlockSearch(promised, keys_per_query), row, LawEngine(row), rng)
        misses += len(search.found) < n_marked
    assert misses <= n_rows * promised + 3 * np.sqrt(n_rows * promised * (1 - promised))


@pytest.mark.parametrize(("method", "keys_per_query"), [("posterior", 4), ("unknown", 4)])
def test_rows_cost_what_the_law_of_blocks_says(method, keys_per_query):
    """Mean iterates and reads of 300 rows, within four standard errors."""
    n, k = 96, 6
    scores = np.zeros(n, dtype=int)
    scores[:k] = 1
    row, rng = with_scores(scores, keys_per_query), np.random.default_rng(2)
    cost = SearchPlan(method, keys_per_query).cost("expected", n, k, 0.01)
    if method == "posterior":
        runs = [find_by_posterior(SearchPlan(method, 4), 0.01, row, LawEngine(row), rng) for _ in range(300)]
    else:
        growing = GrowingBlockSearch(0.01, 4)
        runs = [find_by_growing_trials(growing, row, LawEngine(row), rng) for _ in range(300)]
    iterates = np.array([run.iterates for run in runs])
    error = np.hypot(iterates.std() / np.sqrt(300), cost.iterates_error)
    assert abs(iterates.mean() - cost.iterates_expected) < 4 * error
    trials = np.array([len(run.trials) for run in runs])
    assert trials.mean() == pytest.approx(cost.trials_expected, rel=0.1)


@pytest.mark.parametrize("engine", ["index", "law"])
def test_simulate_takes_an_approximate_score_first(engine):
    request = SimulationRequest(
        n_marked=8, method="posterior", first_score="approximate", keys_per_query=4, data_access="one-hot",
        engine=EngineChoice(engine), rows="0:8",
    )  # fmt: skip
    result = simulate(request, head=bundled_head())
    assert result.passed
    assert result.as_json()["iterates_expected_of_method"] is None
    with pytest.raises(InputError, match="approximate with posterior"):
        SimulationRequest(first_score="approximate")


@pytest.mark.parametrize("name", ["expected", "counted", "known", "collector", "top-k"])
def test_methods_without_blocks_say_why(name):
    with pytest.raises(InputError, match="with unknown, posterior"):
        SimulationRequest(method=name, keys_per_query=2)


@pytest.mark.parametrize("given", [{"growth": 1.3}, {"marked_limit": 3}])
def test_inputs_that_a_block_search_has_no_use_for_are_refused(given):
    with pytest.raises(InputError, match="keys_per_query"):
        SimulationRequest(method="unknown", keys_per_query=2, **given)


def test_more_keys_per_query_than_half_of_the_keys_are_refused():
    with pytest.raises(InputError, match="1 to 32"):
        with_scores([0] * 64, 33)


def test_a_wrong_circuit_is_noticed(monkeypatch):
    """A gate left out of the oracle over blocks shows on the index engine and in the amplitudes."""
    right = SearchedRow.oracle
    monkeypatch.setattr(SearchedRow, "oracle", lambda row, threshold, *more: right(row, threshold + 3, *more))
    row = row_of(32, 4, 4)
    for name in ("index", "sparse"):
        machine, search = found_by(row, SearchPlan("posterior", 4), engine=name)
        assert machine.circuit_mismatches(row.threshold, search.found) > 0


def test_a_row_of_thousands_of_qubits_runs_gate_by_gate():
    """A real head, d = 32, 8 bits, four words and workspaces side by side: 2,772 qubits, every gate of every run."""
    head = load_head(Path(__file__).parents[2] / "data" / "minilm_l6_n128.npz", layer=0, head=0)
    instance = Instance.from_target(head, 4, 8, 8)
    row = SearchedRow.of(instance, 5, "one-hot", keys_per_query=8, words_at_once=4)
    assert count(GroverIterate(row.oracle())).logical_qubits > 2000
    machine, search = found_by(row, SearchPlan("posterior", 8), engine="sparse")
    assert search.iterates > 5
    assert sorted(search.found) == np.flatnonzero(row.is_marked).tolist()
    assert machine.circuit_mismatches(row.threshold, search.found) == 0
