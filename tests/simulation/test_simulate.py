"""The algorithm on a head: what is found, and what B built from it is worth."""

import os

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.circuit import Op
from groverattn.errors import InputError
from groverattn.inputs import asks, make
from groverattn.problem import row_pool
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import AttentionHead, bundled_head, load_head
from groverattn.problem.instance import Instance
from groverattn.reference.attention.exact import exact_attention
from groverattn.reference.attention.sparse_rank_one import SparseRankOne
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.simulation import head as study_simulate
from groverattn.simulation.head import simulate_instance
from groverattn.simulation.request import SimulationRequest
from groverattn.verification import bit_sliced

simulate = asks(SimulationRequest)(simulate_instance)


def instance(n=16, causal=False, values=None):
    head = attrs.evolve(gaussian_head(n, 3, seed=1), causal=causal)
    head = head if values is None else attrs.evolve(head, values=values * head.values)
    return Instance.from_target(head, 3, query_bits=4, key_bits=4)


def test_results_do_not_depend_on_the_workers():
    results = [simulate(instance(), seed=4, n_workers=workers).as_json() for workers in (1, 2, 64)]
    assert results[0] == results[1] == results[2]
    assert simulate(instance(), seed=5).as_json()["iterates"] != results[0]["iterates"]


def test_rows_are_searched_as_in_the_whole_head():
    whole, part = simulate(instance(), seed=4), simulate(instance(), seed=4, rows="5:9")
    assert part.rows == whole.rows[5:9]
    np.testing.assert_array_equal(part.output.errors, whole.output.errors[5:9])
    assert part.as_json()["inputs"]["rows"] == [5, 9]
    assert part.as_json()["key_visits_of_a_scan"] == 4 * 16


@pytest.mark.parametrize("causal", [False, True])
def test_numbers_add_up(causal):
    head = instance(causal=causal)
    simulation = simulate(head, seed=0)
    result = simulation.as_json()
    assert simulation.passed
    assert result["found"] == sum(head.marked(row).sum() for row in range(16))
    assert result["rows_read_whole"] == (3 if causal else 0)
    assert result["key_visits_of_a_scan"] == (16 * 17 // 2 if causal else 16 * 16)
    assert result["oracle_calls"] == result["iterates"] == sum(row.iterates for row in simulation.rows)
    found = [row.found for row in simulation.rows]
    error = np.abs(SparseRankOne.from_found(head.head, found).output() - exact_attention(head.head)).max(axis=1)
    assert result["max_output_error"] == error.max()
    assert result["max_output_error_row"] == error.argmax()
    assert (error <= simulation.output.bounds).all()
    assert (error <= simulation.output.certificates).all()
    assert result["max_output_error"] <= result["output_error_bound"] <= 2 * result["max_value"] * (1 + 1e-12)


def test_progress_is_told_row_by_row():
    told = []
    simulate(instance(), rows="2:5", on_row=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("scale", [1e-30, 1e6, 1e30])
def test_the_verdict_does_not_depend_on_the_unit_of_the_values(scale):
    """The first rows of a causal head are exact: their bound is 0, and their error the last digit of a value."""
    result = simulate(instance(causal=True, values=scale), rows="0:3").as_json()
    assert result["passed"]
    assert result["max_output_error"] <= result["output_error_certificate"] < 1e-11 * result["max_value"]
    assert simulate(instance(causal=True, values=scale), rows="0:6").passed


@pytest.mark.parametrize("scale", [1e-30, 1.0])
def test_an_error_beyond_its_bound_fails(scale):
    simulation = simulate(instance(values=scale), rows="0:3")
    assert simulation.passed
    output = attrs.evolve(simulation.output, errors=simulation.output.certificates * 1.001)
    beyond = attrs.evolve(simulation, output=output)
    assert not beyond.passed
    assert not beyond.as_json()["passed"]


@pytest.mark.parametrize("field", ["missed", "false", "circuit_wrong"])
def test_one_wrong_row_fails(field):
    simulation = simulate(instance(), rows="0:3")
    rows = [simulation.rows[0], attrs.evolve(simulation.rows[1], **{field: 1}), simulation.rows[2]]
    assert not attrs.evolve(simulation, rows=rows).passed


def test_a_wrong_circuit_fails(monkeypatch):
    monkeypatch.setitem(bit_sliced._RULES, Op.CZ, lambda state, wires, parameter: None)
    simulation = simulate(instance(), rows="0:2")
    assert simulation.total("circuit_wrong") > 0
    assert not simulation.passed


def test_missed_keys_fail_and_stay_within_their_bounds(monkeypatch):
    """A procedure with a careless last check: B lacks what it missed, and the bounds hold for this B."""
    hasty = SearchMethod(n_expected=3, p_failure=0.9, growth=1000.0)
    monkeypatch.setattr(SimulationRequest, "search_method", lambda request, n_keys: hasty)
    simulation = simulate(instance(), seed=2)
    assert simulation.total("missed") > 0
    assert simulation.total("false") == 0
    assert not simulation.passed
    found = simulation.as_json()["found"]
    assert found + simulation.total("missed") == sum(instance().marked(row).sum() for row in range(16))
    bound = np.minimum(simulation.output.bounds, simulation.output.certificates)
    assert (simulation.output.errors <= bound).all()


def test_grouped_heads_from_a_file(tmp_path):
    """Query heads 2 and 3 of layer 1 read key head 1; every head is what its own arrays give."""
    rng = np.random.default_rng(5)
    Q, K, V = (rng.standard_normal((2, heads, 16, 3)) for heads in (4, 2, 2))
    np.savez(tmp_path / "grouped.npz", Q=Q, K=K, V=V)
    for causal in (False, True):
        loaded = load_head(tmp_path / "grouped.npz", layer=1, head=3, causal=causal)
        own = AttentionHead(Q[1, 3], K[1, 1], V[1, 1], 3**-0.5, causal, "own")
        results = [simulate(Instance.from_target(head, 3, 4, 4), rows="8:11", seed=0) for head in (loaded, own)]
        assert results[0].rows == results[1].rows
        np.testing.assert_allclose(results[0].output.errors, results[1].output.errors, rtol=1e-12)
        assert results[0].passed


def test_a_worker_that_dies_is_reported(monkeypatch):
    monkeypatch.setattr(row_pool.os, "cpu_count", lambda: 2)
    with pytest.raises(InputError, match="one of them was killed"):
        list(row_pool.in_parallel(lambda row: os._exit(9), range(4), 2))


@pytest.mark.parametrize("n_workers", [1, 2])
def test_an_interrupted_run_keeps_what_is_finished(n_workers, monkeypatch):
    monkeypatch.setattr(row_pool.os, "cpu_count", lambda: 2)

    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    part = simulate(instance(), seed=4, n_workers=n_workers, on_row=interrupt)
    assert part.interrupted
    assert part.rows == simulate(instance(), seed=4, rows="0:3").rows
    result = part.as_json()
    assert (result["rows"], result["rows_asked"], result["rows_assessed"]) == (3, 16, 3)


def test_a_run_interrupted_at_once_has_nothing(monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(study_simulate, "search_head_row", interrupt)
    with pytest.raises(KeyboardInterrupt):
        simulate(instance())


@pytest.mark.parametrize("method", SEARCH_METHODS)
@pytest.mark.parametrize("causal", [False, True])
def test_every_method_finds_the_whole_head(method, causal):
    simulation = simulate(instance(causal=causal), n_marked=3, engine="law", method=method, error_budget=1e-6)
    assert simulation.passed
    result = simulation.as_json()
    assert result["rows_with_circuit_run"] == 0
    laws = result["iterates_expected_by_law"]
    assert laws["ideal"] < laws["expected"] < laws["proven"]
    if method == "unknown":
        assert result["iterates_expected_of_method"] == pytest.approx(laws["expected"], rel=1e-12)


def test_rows_that_break_the_promise_are_given_up_and_counted():
    simulation = simulate(instance(), engine="law", marked_limit=2)
    result = simulation.as_json()
    assert result["rows_stopped_early"] == 16
    assert result["found"] == 3 * 16
    assert result["missed"] == 0


def test_one_law_is_shown_if_one_is_asked_for():
    result = simulate(instance(), rows="0:2", engine="law", search_law="proven").as_json()
    assert list(result["iterates_expected_by_law"]) == ["proven"]


@pytest.mark.parametrize(
    "options",
    [
        {"search_law": "best"},
        {"method": "fastest"},
        {"growth": 1.0},
        {"marked_limit": -1},
        {"method": "top-k", "n_marked": 0},
        {"rows": "3:3"},
        {"rows": "0:17"},
        {"rows": "-1:3"},
        {"rows": "0:1" + 30 * "0"},
        {"n_workers": 0},
        {"seed": -1},
        {"error_budget": 0.0},
        {"error_budget": 2.0},
        {"error_budget": float("nan")},
        {"data_access": "none"},
        {"data_access": "none", "n_workers": 2},
    ],
)
def test_refused(options):
    with pytest.raises(InputError):
        simulate(instance(), **options)


@pytest.mark.slow
def test_the_whole_real_head():
    """Nothing missed, nothing false, every error within both of its bounds, on every row."""
    head = Instance.from_target(bundled_head(), n_marked=16, query_bits=8, key_bits=8)
    simulation = simulate(head, data_access="qroam", seed=1, n_workers=2)
    result = simulation.as_json()
    assert (result["rows"], result["missed"], result["false"], result["circuit_mismatches"]) == (128, 0, 0, 0)
    assert [row.found for row in simulation.rows] == [tuple(np.flatnonzero(head.marked(row))) for row in range(128)]
    assert (simulation.output.errors <= simulation.output.bounds).all()
    assert (simulation.output.errors <= simulation.output.certificates).all()
    assert simulation.passed


def test_rows_are_given_as_text_or_as_a_range():
    assert make(SimulationRequest, {"rows": range(3, 7)}) == SimulationRequest(rows="3:7")
    for rows in (range(3, 7, 2), 3, "3-7"):
        with pytest.raises(InputError):
            make(SimulationRequest, {"rows": rows})
