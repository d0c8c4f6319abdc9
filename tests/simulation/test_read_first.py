"""Keys that are read first: the table is what is left, nothing is missed, and the law stays exact."""

import attrs
import numpy as np
import pytest

from groverattn.errors import InputError
from groverattn.problem.chosen_head import HeadChoice
from groverattn.problem.families import gaussian_head
from groverattn.problem.heads import bundled_head
from groverattn.problem.instance import Instance
from groverattn.problem.shapes import ReadFirst
from groverattn.reference.search.methods import SEARCH_METHODS, SearchMethod
from groverattn.simulation.engines import ENGINES, EngineChoice
from groverattn.simulation.head import search_one_row, simulate
from groverattn.simulation.read_first import ReadingRule
from groverattn.simulation.request import SimulationRequest
from groverattn.simulation.row_search import search_head_row
from groverattn.verification.request import VerificationRequest
from groverattn.verification.verification import verify

LAW = EngineChoice("law")
ENDS = ReadFirst(3, 9)


def instance_of(n=48, n_marked=6, causal=False, seed=0):
    return Instance.from_target(attrs.evolve(gaussian_head(n, 3, seed), causal=causal), n_marked, 6, 6)


def searched(instance, row, method="unknown", engine="law", previous=False, seed=0, p=1e-6, ends=ENDS, **circuit):
    k = int(instance.marked(row).sum())
    u = circuit.get("keys_per_query", 1)
    chosen = SearchMethod(name=method, n_expected=k, p_failure=p, keys_per_query=u)
    access = {"data_access": "one-hot" if u > 1 else "qrom"} | circuit
    rule = ReadingRule(ends, previous)
    return search_head_row(instance, row, engine=EngineChoice(engine), method=chosen, seed=seed, reading=rule, **access)


@pytest.mark.parametrize("previous", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("method", SEARCH_METHODS)
def test_every_method_finds_what_is_marked_and_no_more(method, causal, previous):
    instance = instance_of(causal=causal)
    for row in range(16, 48, 4):
        result = searched(instance, row, method, previous=previous)
        assert (result.missed, result.false) == (0, 0)
        assert result.found == tuple(np.flatnonzero(instance.marked(row)).tolist())
        is_read = ENDS.mask(instance.visible_keys(row))
        if previous:
            is_read[: instance.visible_keys(row - 1)] |= instance.marked(row - 1)
        assert result.keys_read == is_read.sum() <= result.key_visits
        assert result.marked_read == (is_read & instance.marked(row)).sum()


@pytest.mark.parametrize(
    ("method", "u"), [("unknown", 1), ("posterior", 1), ("top-k", 1), ("unknown", 3), ("posterior", 3)]
)
def test_every_engine_searches_the_smaller_table_alike(method, u):
    """Three of twelve keys are read, one of them marked; the circuits are those of the nine that are left."""
    head = gaussian_head(12, 1, 5)
    instance = Instance.from_target(head, 2, 2, 2)
    row = 1
    results = {name: searched(instance, row, method, name, ends=ReadFirst(1, 2), keys_per_query=u) for name in ENGINES}
    assert {(result.missed, result.false, result.circuit_wrong or 0) for result in results.values()} == {(0, 0, 0)}
    assert len({(result.found, result.iterates, result.key_visits) for result in results.values()}) == 1
    assert (results["law"].keys_read, results["law"].marked_read, results["law"].found) == (3, 1, (0, 3, 5))


def test_a_wrong_circuit_of_what_is_left_is_noticed(monkeypatch):
    from groverattn.verification.row import SearchedRow

    right = SearchedRow.oracle
    monkeypatch.setattr(SearchedRow, "oracle", lambda row, threshold, *more: right(row, threshold + 40, *more))
    assert searched(instance_of(), 20, engine="index").circuit_wrong > 0


def test_the_table_has_the_keys_that_are_left_and_found_keys_have_their_own_numbers():
    request = SimulationRequest(n_marked=6, read=ReadFirst(4, 8), engine=LAW, method="unknown")
    head = bundled_head()
    search = search_one_row(request, 70, head=head)
    marked = np.flatnonzero(Instance.from_target(head, 6, 8, 8).marked(70))
    assert sorted(search.found) == marked.tolist()
    assert max(trial.key for trial in search.trials) < 128 - 12
    assert search.first_checks == 12
    assert search.checks == 12 + len(search.trials)


@pytest.mark.parametrize(
    ("method", "u"), [("unknown", 1), ("expected", 1), ("top-k", 1), ("unknown", 4), ("posterior", 4)]
)
def test_rows_cost_what_the_law_of_what_is_left_says(method, u):
    """Mean iterates of 400 searches of one row, against the exact cost, within four standard errors."""
    instance, row, n_runs = instance_of(96, 8, seed=3), 40, 400
    results = [searched(instance, row, method, seed=seed, p=0.01, keys_per_query=u) for seed in range(n_runs)]
    chosen = SearchMethod(name=method, n_expected=8, p_failure=0.01, keys_per_query=u)
    is_read, marked = ENDS.mask(96), instance.marked(row)
    n_read = int((is_read & marked).sum())
    assert n_read > 0
    if method == "top-k":
        ranked = np.argsort(-instance.scores(row), kind="stable")
        cost = chosen.top_k().cost(96, is_read[ranked])
    else:
        cost = chosen.after_reading(n_read).cost(84, 8 - n_read)
    iterates = np.array([result.iterates for result in results])
    error = np.hypot(iterates.std() / np.sqrt(n_runs), cost.iterates_error)
    assert abs(iterates.mean() - cost.iterates_expected) < 4 * error
    trials = np.mean([result.trials for result in results])
    first = 12 if method == "top-k" else 0  # its law counts what it reads at first among the checks
    assert trials == pytest.approx(cost.trials_expected - first, rel=0.1)
    assert min(result.key_visits for result in results) >= 12


@pytest.mark.parametrize("method", ["unknown", "posterior", "top-k"])
def test_a_head_is_compared_with_the_law_of_what_is_left(method):
    """A causal head: iterates of all rows within 15 % of what the method expects, which reading lowers."""
    head = attrs.evolve(bundled_head(), causal=True)
    inputs = {"n_marked": 8, "engine": LAW, "method": method, "rows": "64:128", "error_budget": 0.5}
    plain = simulate(SimulationRequest(**inputs), head=head)
    read = simulate(SimulationRequest(**inputs, read=ReadFirst(2, 24), read_previous=True), head=head)
    assert read.passed
    assert read.total("iterates") == pytest.approx(read.method_iterates(), rel=0.15)
    assert read.method_iterates() < 0.97 * plain.method_iterates()
    printed = read.as_json()
    assert (printed["keys_read_first"], printed["marked_read_first"]) == (
        read.total("keys_read"),
        read.total("marked_read"),
    )
    assert printed["marked_read_first"] > 0.2 * printed["marked"]


@pytest.mark.parametrize("method", ["unknown", "posterior", "top-k"])
def test_misses_stay_within_the_promise(method):
    promised, n_rows = 0.2, 300
    instance, row = instance_of(64, 3, seed=5), 30
    misses = sum(searched(instance, row, method, seed=seed, p=promised).missed > 0 for seed in range(n_rows))
    assert misses <= n_rows * promised + 3 * np.sqrt(n_rows * promised * (1 - promised))


@pytest.mark.parametrize("method", ["unknown", "top-k"])
def test_a_row_with_nothing_left_is_read_whole(method):
    instance = instance_of(causal=True)
    for row in (8, 11, 12):  # 9, 12 and 13 keys, of which 12 are read
        result = searched(instance, row, method)
        assert result.read_whole
        assert result.iterates == 0
        assert result.key_visits == row + 1
        assert result.found == tuple(np.flatnonzero(instance.marked(row)).tolist())
    assert not searched(instance, 13, method).read_whole


def test_everything_marked_may_have_been_read():
    instance = instance_of()
    is_marked = instance.marked(20)
    ends = ReadFirst(int(np.flatnonzero(is_marked).max()) + 1, 0)
    result = searched(instance, 20, ends=ends)
    assert result.marked_read == result.n_found == 6
    assert result.iterates > 0  # the last check over what is left


def test_a_limit_counts_what_was_read():
    instance = instance_of()
    method = SearchMethod(n_expected=6, p_failure=1e-6, n_marked_max=2)
    everything = ReadingRule(ReadFirst(40, 0))
    result = search_head_row(instance, 20, engine=LAW, method=method, seed=0, reading=everything, data_access="qrom")
    assert result.stopped_early
    assert result.iterates == 0
    assert result.n_found == (instance.marked(20)[:40]).sum() > 2


def test_the_first_row_asked_for_knows_what_the_row_before_it_marks():
    request = SimulationRequest(n_marked=8, engine=LAW, read_previous=True, rows="60:61")
    every = attrs.evolve(request, rows="59:61")
    one, two = (simulate(each, head=bundled_head()).rows[-1] for each in (request, every))
    assert one == two
    assert one.keys_read == 8


def test_row_0_has_no_row_before_it():
    assert searched(instance_of(), 0, ends=ReadFirst(), previous=True).keys_read == 0


@pytest.mark.parametrize("ends", [(64, 64), (127, 0), (0, 200)])
def test_reading_nearly_everything_is_refused(ends):
    request = SimulationRequest(n_marked=6, read=ReadFirst(*ends), engine=LAW)
    with pytest.raises(InputError, match="at most 126 keys together"):
        simulate(request, head=bundled_head())
    with pytest.raises(InputError, match="at most 126 keys together"):
        verify(VerificationRequest(read=ReadFirst(*ends), n_marked=4), head=bundled_head())


def test_one_row_with_nothing_left_has_no_trials_to_show():
    request = SimulationRequest(n_marked=2, read=ReadFirst(4, 8), engine=LAW)
    with pytest.raises(InputError, match="at least 2 keys left"):
        search_one_row(request, 10, head=attrs.evolve(bundled_head(), causal=True))


@pytest.mark.parametrize("head", [None, bundled_head()])
def test_verify_runs_the_circuit_of_what_is_left(head):
    sizes = {} if head else {"n_keys": 40, "d_head": 4}

    request = VerificationRequest(read=ReadFirst(2, 6), **({"head": HeadChoice(**sizes)} if sizes else {"n_marked": 4}))
    result = verify(request, head=head)
    assert result.check.passed
    assert result.inputs["n_keys"] == (128 if head else 40) - 8
    assert result.inputs["keys_read_first"] == 8


@pytest.mark.parametrize("read", [ReadFirst(), ReadFirst(2, 2)])
def test_a_row_with_two_keys_left_is_read_by_the_posterior(read):
    """It needs three blocks; every other method searches two keys."""
    head = attrs.evolve(bundled_head(), causal=True)
    for method in ("posterior", "unknown"):
        request = SimulationRequest(n_marked=1, rows="0:12", method=method, engine=EngineChoice("law"), read=read)
        result = simulate(request, head=head)
        assert result.passed
        left = {row.row: result.instance.visible_keys(row.row) - read.n_keys for row in result.rows}
        whole = [row.row for row in result.rows if row.read_whole]
        assert (next(at for at, n in left.items() if n == 2) in whole) == (method == "posterior")


def simulated(**inputs):
    head = HeadChoice(n_keys=inputs.pop("n_keys"), d_head=4)
    return simulate(SimulationRequest(head=head, engine=EngineChoice("law"), **inputs))


def test_keys_that_were_read_count_towards_the_limit_and_those_at_the_threshold_too():
    """Of four marked keys most are among the 60 of 64 that are read; the last of them sets the threshold."""
    result = simulated(n_keys=64, n_marked=4, rows="0:24", read=ReadFirst(60, 0), marked_limit=3)
    all_read = [row for row in result.rows if row.marked_read == 4]
    assert len(all_read) > 12
    assert all(row.stopped_early and row.iterates == 0 for row in all_read)
    assert any(row.iterates for row in result.rows if row.marked_read == 3)


def test_too_few_keys_left_for_blocks_are_searched_one_by_one():
    """Eight keys are two blocks of four; a search of blocks needs three."""
    result = simulated(n_keys=32, n_marked=2, rows="0:4", read=ReadFirst(24, 0), keys_per_query=4)
    assert result.passed
    searched_rows = [row for row in result.rows if not row.read_whole]
    assert searched_rows
    assert all(row.key_tests == row.iterates and row.n_found == 2 for row in searched_rows)
