"""Rows that are searched with logical faults: drawn by the law, and run gate by gate with Pauli errors."""

import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.blocks.growing import GrowingBlockSearch
from groverattn.reference.search.methods import SearchMethod
from groverattn.reference.search.trials import GroverRun
from groverattn.reference.search.unknown import UnknownNumberSearch
from groverattn.simulation.draws.rounds import draw_searches
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.gate_engines import search_bloq
from groverattn.simulation.head import simulate_instance
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.row_search import search_head_row
from groverattn.verification.faulty_run import FaultyCircuit, measured_distribution
from groverattn.verification.row import SearchedRow
from groverattn.verification.sparse_state import search_circuits


def instance(n: int = 16, k: int = 2) -> Instance:
    return Instance.from_target(gaussian_head(n, 2, seed=0), k, 4, 4)


def within(sample: np.ndarray, expected: float, errors: float = 4) -> bool:
    return bool(abs(sample.mean() - expected) <= errors * sample.std() / np.sqrt(sample.size))


def test_rows_drawn_together_miss_as_often_as_the_exact_law_says() -> None:
    search, n, t, n_rows = UnknownNumberSearch(0.01), 1024, 8, 20_000
    cost = search.cost(n, t)
    rate = 2 / cost.iterates_expected
    draws = draw_searches(search, n, np.full(n_rows, t), np.random.default_rng(0), rate)
    exact = search.cost_with_faults(n, t, rate)
    missed = (draws.found < t).astype(float)
    assert within(missed, exact.p_failure)
    assert not within(missed, cost.p_failure)
    assert within(draws.iterates, exact.iterates_expected)
    assert within(draws.checks, exact.checks_expected)
    without = draw_searches(search, n, np.full(100, t), np.random.default_rng(0))
    again = draw_searches(search, n, np.full(100, t), np.random.default_rng(0), 0.0)
    assert (without.iterates == again.iterates).all()


@pytest.mark.parametrize("keys_per_query", [1, 2])
def test_rows_of_the_engine_law_follow_the_exact_law(keys_per_query) -> None:
    head, rate, n_rows = instance(32, 3), 0.08, 1200
    method = SearchMethod(n_expected=3, p_failure=0.05, keys_per_query=keys_per_query)
    search = UnknownNumberSearch(0.05) if keys_per_query == 1 else GrowingBlockSearch(0.05, keys_per_query)
    engine, circuit = EngineChoice("law", fault_rate=rate), {"keys_per_query": keys_per_query}
    rows = [
        search_head_row(head, 5, engine=engine, method=method, seed=seed, data_access="qrom", **circuit)
        for seed in range(n_rows)
    ]
    exact = search.cost_with_faults(32, rows[0].n_marked, rate)
    assert within(np.array([row.missed > 0 for row in rows]), exact.p_failure)
    assert within(np.array([row.iterates for row in rows]), exact.iterates_expected)
    assert exact.p_failure > 1.5 * search.cost(32, rows[0].n_marked).p_failure


def test_a_request_with_faults_is_a_simulation_with_misses() -> None:
    request = SimulationRequest(engine=EngineChoice("law", fault_rate=0.2), rows="0:16", error_budget=0.1)
    result = simulate_instance(request, instance(32, 3))
    assert result.total("missed") > 0
    assert result.total("false") == 0
    assert result.as_json()["inputs"]["fault_rate"] == 0.2


@pytest.mark.parametrize("wrong", [{"name": "index"}, {"name": "circuit"}, {"fault_rate": 1.0}, {"fault_rate": -0.1}])
def test_faults_that_an_engine_does_not_know_are_refused(wrong) -> None:
    with pytest.raises(InputError, match="fault_rate"):
        EngineChoice(**({"name": "law", "fault_rate": 0.1} | wrong))


def circuits(row: SearchedRow, n_iterates: int):
    return search_circuits(search_bloq(row.oracle(row.threshold, ()), GroverRun(n_iterates)))


@pytest.mark.parametrize("access", ["qrom", "bucket-brigade", "qroam"])
def test_a_pauli_error_spoils_a_run_no_more_than_the_law_says(access) -> None:
    """Probability of a marked key at gate level: at least that of the law, and below that of runs without errors."""
    row, rate, j, n_runs = SearchedRow.of(instance(), 3, access), 0.3, 2, 400
    marked, rng = row.scores >= row.threshold, np.random.default_rng(1)
    clean = measured_distribution(circuits(row, j), 0.0, rng)
    assert clean[:16][marked].sum() == pytest.approx(float(GroverRun(j).success(16, marked.sum())))
    runs = [measured_distribution(circuits(row, j), rate, rng) for _ in range(n_runs)]
    assert np.sum(runs, axis=1) == pytest.approx(1)
    hits = np.array([run[:16][marked].sum() for run in runs])
    error = hits.std() / np.sqrt(n_runs)
    law = float(GroverRun(j).success(16, marked.sum(), rate))
    assert law - 3 * error < hits.mean() < clean[:16][marked].sum() - 10 * error


def test_errors_fall_where_the_rate_says() -> None:
    iterate = list(circuits(SearchedRow.of(instance(), 3, "qrom"), 1))[1]
    faulty, rng = FaultyCircuit(iterate.circuit, 0.3), np.random.default_rng(0)
    draws = [faulty.draw(rng) for _ in range(3000)]
    assert within(np.array([bool(draw) for draw in draws]), 0.3)
    paulis = np.array([pauli for draw in draws for errors in draw.values() for _, pauli in errors])
    assert within(paulis == 2, 1 / 3)


@pytest.mark.parametrize("n", [16, 13])
def test_rows_run_gate_by_gate_with_errors_miss_no_more_often_than_the_law_says(n) -> None:
    """The frequency of a miss lies between that without faults and the law's, and so do the iterates."""
    head, rate, n_rows = instance(n), 0.15, 250
    method = SearchMethod(n_expected=2, p_failure=0.02)
    engine = EngineChoice("sparse", fault_rate=rate)
    rows = [
        search_head_row(head, 3, engine=engine, method=method, seed=seed, data_access="qrom") for seed in range(n_rows)
    ]
    search, t = UnknownNumberSearch(0.02), rows[0].n_marked
    exact, without = search.cost_with_faults(n, t, rate), search.cost(n, t)
    missed = np.array([row.missed > 0 for row in rows])
    error = np.sqrt(missed.mean() / n_rows)
    assert without.p_failure + 2 * error < missed.mean() < exact.p_failure + 3 * error
    assert sum(row.false for row in rows) == 0
    iterates = np.array([row.iterates for row in rows])
    assert iterates.mean() == pytest.approx(exact.iterates_expected, rel=0.15)


def test_a_search_that_cannot_have_errors_is_refused() -> None:
    head, engine = instance(), EngineChoice("sparse", fault_rate=0.1)
    counted = SearchMethod(name="counted", n_expected=2, p_failure=0.1)
    with pytest.raises(InputError, match="quantum counting"):
        search_head_row(head, 3, engine=engine, method=counted, seed=0, data_access="qrom")
    with pytest.raises(InputError, match="borrows"):
        search_head_row(
            head, 3, engine=engine, method=SearchMethod(n_expected=2, p_failure=0.1), seed=0, data_access="qroam-dirty"
        )
