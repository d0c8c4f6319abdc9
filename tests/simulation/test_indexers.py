"""Rows of an indexer, searched whole: every engine, single keys and blocks, exact and approximate scores."""

import numpy as np
import pytest

import groverattn
from groverattn.errors import InputError
from groverattn.problem.chosen_head import HeadChoice
from groverattn.problem.indexer_heads import random_indexer
from groverattn.simulation.engines import EngineChoice
from groverattn.simulation.head import simulate
from groverattn.simulation.request import SimulationRequest


def searched(engine, rows="0:2", n_keys=24, d_head=3, index_heads=2, **more):
    sizes = {"n_marked": 3, "key_bits": 3, "query_bits": 3, "weight_bits": 4}
    head = HeadChoice(n_keys=n_keys, d_head=d_head, index_heads=index_heads)
    return simulate(SimulationRequest(head=head, engine=EngineChoice(engine), rows=rows, **sizes | more))


@pytest.mark.parametrize("access", ["qrom", "qroam"])
def test_every_engine_finds_the_same_keys(access):
    found = {engine: [row.found for row in searched(engine, data_access=access).rows] for engine in ("law", "index")}
    assert found["law"] == found["index"]


@pytest.mark.slow
def test_gate_by_gate():
    result = searched("sparse")
    assert result.passed
    assert result.total("n_found") == result.total("n_marked") > 0
    assert [row.found for row in result.rows] == [row.found for row in searched("law").rows]


@pytest.mark.parametrize(
    "more",
    [
        {"keys_per_query": 3, "data_access": "one-hot"},
        {"keys_per_query": 2, "method": "posterior", "data_access": "one-hot"},
        {"keys_per_query": 2, "method": "posterior", "first_score": "approximate", "data_access": "one-hot"},
    ],
)
def test_blocks_of_keys(more):
    result = searched("index", n_keys=48, **more)
    assert result.passed
    assert result.total("n_found") == result.total("n_marked") >= 6
    assert sum(row.circuit_wrong or 0 for row in result.rows) == 0


def test_all_rows_of_a_causal_indexer_by_law():
    head = random_indexer(n_keys=200, d_head=16, n_heads=8, seed=5, causal=True)
    result = simulate(SimulationRequest(n_marked=12, engine=EngineChoice("law")), head=head)
    assert result.passed
    assert (result.total("missed"), result.total("false")) == (0, 0)
    assert sum(row.read_whole for row in result.rows) == 12


def test_an_indexer_has_no_output():
    result = searched("law")
    assert result.output is None
    printed = result.as_json()
    assert (printed["rows_assessed"], printed["max_output_error"], printed["max_value"]) == (0, None, None)
    assert printed["inputs"]["index_heads"] == 2
    with pytest.raises(InputError, match="only says which keys"):
        result.approximation()
    assert "output error" not in str(result)


def test_inputs_that_do_not_go_together():
    with pytest.raises(InputError, match="indexer"):
        HeadChoice(indexer=True)
    with pytest.raises(InputError, match="index_heads"):
        HeadChoice(file="x.npz", index_heads=2)
    with pytest.raises(InputError, match="one indexer for all"):
        HeadChoice(file="x.npz", indexer=True, head=2)


def test_a_file_with_an_indexer(tmp_path):
    head, path = random_indexer(30, 4, 2, seed=2), tmp_path / "layer.npz"
    np.savez(path, index_Q_3=head.queries, index_K_3=head.keys, index_W_3=head.weights)
    request = SimulationRequest(head=HeadChoice(file=str(path), indexer=True, layer=3), n_marked=4, rows="20:30")
    result = simulate(request)
    assert result.passed
    assert result.instance.head.causal


def test_an_indexer_in_memory_by_the_public_functions():
    indexer = groverattn.random_indexer(n_keys=40, d_head=4, n_heads=2, seed=1)
    result = groverattn.simulate(indexer, n_marked=3, engine="law", rows="0:4")
    assert result.passed
    assert groverattn.verify(indexer, n_marked=3).check.passed
    assert groverattn.find_keys(indexer, n_marked=3, engine="law", row=0).found
