"""The four engines agree: the same seed finds the same keys, because all are exact and share one uniform number."""

import attrs
import numpy as np
import pytest

from groverattn.bloqs.flat.flattening import flatten
from groverattn.bloqs.lookup.data_access import DATA_ACCESSES
from groverattn.bloqs.search.grover import GroverIterate
from groverattn.errors import InputError
from groverattn.problem.families import gaussian_head
from groverattn.problem.instance import Instance
from groverattn.reference.search.counting import counting_distribution
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.reference.search.trials import GroverRun
from groverattn.simulation.engines import ENGINES, EngineChoice
from groverattn.simulation.gate_engines import check_fits, search_bloq
from groverattn.simulation.index_engines import grover_amplitudes, phase_estimation
from groverattn.simulation.row_search import search_head_row
from groverattn.verification.row import SearchedRow
from groverattn.verification.state_vector import decomposed_circuit, final_amplitudes


def instance(n=8, d=2, bits=3, n_marked=2, causal=False):
    head = attrs.evolve(gaussian_head(n, d, seed=1), causal=causal)
    return Instance.from_target(head, n_marked, bits, bits)


def search(engine, head, row, method="unknown", access="qrom", seed=3, **options):
    chosen = SearchMethod(name=method, n_expected=2, p_failure=0.05, **options)
    return search_head_row(head, row, engine=EngineChoice(engine), method=chosen, data_access=access, seed=seed)


def without_circuit(result):
    return attrs.evolve(result, circuit_wrong=None)


@pytest.mark.parametrize("method", SEARCH_METHODS)
@pytest.mark.parametrize("engine", ["circuit", "sparse", "index"])
def test_every_method_on_every_engine_is_the_law(method, engine):
    """From every gate in a state vector to two numbers: the same keys, iterates and checks."""
    head = instance()
    for row in [2] if engine == "circuit" else range(8):
        result = search(engine, head, row, method)
        assert without_circuit(result) == search("law", head, row, method)
        assert (result.missed, result.false, result.circuit_wrong or 0) == (0, 0, 0)


@pytest.mark.parametrize("access", sorted(set(DATA_ACCESSES) - {"qram"}))
@pytest.mark.parametrize(("n", "causal"), [(20, False), (32, False), (13, True)])
def test_sparse_index_and_law_agree_for_every_data_access(access, n, causal):
    """Also where n is no power of two, so that the preparation has rotations."""
    head = instance(n, 3, 4, 3, causal)
    row = n - 1
    results = [without_circuit(search(engine, head, row, access=access)) for engine in ("sparse", "index", "law")]
    assert results[0] == results[1] == results[2]
    assert results[0].phased_iterates > 0


@pytest.mark.parametrize("run", [GroverRun(0), GroverRun(3), GroverRun(4, 0.1)])
def test_measured_indices_follow_the_law(run):
    """Chi-square of 2,000 measurements on each engine that is fast enough, against the law; below the 0.1 % point."""
    row = SearchedRow.of(instance(32, 3, 4, 3), 5, "qrom")
    rng, marked = np.random.default_rng(0), row.scores >= row.threshold
    for engine in ("index", "law"):
        machine = EngineChoice(engine).for_row(5, row, np.random.default_rng(1))
        hits = sum(marked[machine.measure(run, row.threshold, (), rng)] for _ in range(2000))
        p = float(run.success(32, marked.sum()))
        assert (hits - 2000 * p) ** 2 / (2000 * p * (1 - p) + 1e-12) < 10.8


@pytest.mark.parametrize("engine", ["sparse", "circuit"])
@pytest.mark.parametrize("shift", [-3, 3])
def test_a_wrong_oracle_shows_in_the_amplitudes(engine, shift, monkeypatch):
    """Also one that marks too many keys, which the classical check hides from all other numbers."""
    right = SearchedRow.oracle
    monkeypatch.setattr(SearchedRow, "oracle", lambda row, threshold, *more: right(row, threshold + shift, *more))
    assert search(engine, instance(), 2).circuit_wrong > 0


def test_a_circuit_that_is_too_large_is_refused_at_once():
    head = instance(64, 8, 8, 4)
    with pytest.raises(InputError, match="sparse"):
        check_fits(SearchedRow.of(head, 0, "qrom"))
    check_fits(SearchedRow.of(instance(), 2, "qrom"))


def test_rows_without_a_circuit_give_the_same():
    head = instance(16, 3, 4)
    choice = EngineChoice("index", circuit_every=4)
    method = SearchMethod(n_expected=2, p_failure=0.05)
    for row in range(8):
        result = search_head_row(head, row, engine=choice, method=method, data_access="qrom", seed=3)
        assert (result.circuit_wrong is None) == (row % 4 != 0)
        assert without_circuit(result) == search("law", head, row)


def test_names_are_explained():
    assert all(engine.__doc__ for engine in ENGINES.values())
    for wrong in ({"name": "indx"}, {"circuit_every": 0}):
        with pytest.raises(InputError):
            EngineChoice(**wrong)
    with pytest.raises(InputError, match="top-k"):
        SearchMethod(name="topk", n_expected=2, p_failure=0.1)


@pytest.mark.slow
def test_a_whole_search_on_a_thousand_qubits():
    """Three million gates, measured uncomputation included: the sparse engine finds what the law draws."""
    head = Instance.from_target(gaussian_head(128, 64, 1), 4, 8, 8)
    assert flatten(GroverIterate(SearchedRow.of(head, 0, "qrom").oracle(0))).n_wires > 1000
    results = [search(engine, head, 0) for engine in ("sparse", "law")]
    assert without_circuit(results[0]) == results[1]
    assert len(results[0].found) == 4


@pytest.mark.slow
@pytest.mark.parametrize("run", [GroverRun(2), GroverRun(1, 0.3)])
def test_twenty_qubits_in_a_state_vector(run):
    """Every amplitude of the decomposed search on 16 keys of 4 numbers, every qubit of it simulated by Cirq."""
    row = SearchedRow.of(instance(16, 4, 3), 2, "qrom")
    bloq = search_bloq(row.oracle(row.threshold), run)
    assert len(decomposed_circuit(bloq)[0].all_qubits()) >= 20
    amplitudes = final_amplitudes(bloq)
    expected = grover_amplitudes(row.scores >= row.threshold, run)
    assert abs(np.vdot(amplitudes[:16], expected)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("n_bits", [1, 2, 5])
@pytest.mark.parametrize("n", [8, 13, 64])
def test_counting_by_powers_of_the_iterate_is_the_formula(n, n_bits):
    for t in {0, 1, 3, n}:
        marked = np.arange(n) < t
        np.testing.assert_allclose(phase_estimation(marked, n_bits), counting_distribution(n, t, n_bits), atol=1e-12)
