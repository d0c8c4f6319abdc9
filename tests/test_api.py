"""The public API: the same inputs as the command line, by the same names, with types that editors know."""

import inspect
import subprocess
import sys
from pathlib import Path

import attrs
import numpy as np
import pytest

import groverattn
from groverattn.inputs import inputs_of
from groverattn.problem.heads import head_of
from groverattn.row.best import chosen
from groverattn.row.request import CHOSEN_BY_A_FRONTIER, RowRequest
from groverattn.simulation.request import SimulationRequest
from studies.api_stub import FILE_NAME, stub

ROOT = Path(__file__).parents[1]
Q, K, V = np.random.default_rng(0).normal(size=(3, 16, 4))


def test_importing_it_imports_nothing_else():
    loaded = (
        "import sys, groverattn; print({name.partition('.')[0] for name in sys.modules} & {'numpy', 'cirq', 'attrs'})"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_stub_is_that_of_the_functions():
    assert (ROOT / FILE_NAME).read_text("utf-8") == stub(), "run `make estimates`"


@pytest.mark.parametrize("name", groverattn.__all__)
def test_every_name_leads_somewhere_and_is_documented(name):
    value = getattr(groverattn, name)
    if inspect.isfunction(value) or inspect.isclass(value):
        assert value.__doc__


@pytest.mark.parametrize(
    ("function", "record", "without"),
    [
        (groverattn.estimate, RowRequest, set()),
        (groverattn.compare, RowRequest, {"data_access"}),
        (groverattn.find_frontier, RowRequest, set(CHOSEN_BY_A_FRONTIER)),
        (groverattn.simulate, SimulationRequest, set()),
    ],
)
def test_a_function_takes_every_input_of_its_request(function, record, without):
    parameters = inspect.signature(function).parameters
    assert set(inputs_of(record)) - without <= parameters.keys()
    assert all(each.kind is not each.VAR_KEYWORD for each in parameters.values())
    for name in inputs_of(record).keys() - without:
        assert f"        {name}: " in (function.__doc__ or "")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(groverattn.InputError, match="did you mean data_access"):
        groverattn.estimate(preset="gpt2", data_acess="qroam")
    with pytest.raises(groverattn.InputError, match="did you mean qroam"):
        groverattn.estimate(preset="gpt2", data_access="qroan")
    with pytest.raises(groverattn.InputError, match="did you mean machine"):
        groverattn.estimate(preset="gpt2", machin="gidney-2025")
    with pytest.raises(groverattn.InputError, match="did you mean n_marked"):
        groverattn.estimate(preset="gpt2", k=8)
    with pytest.raises(groverattn.InputError, match="write rows as text"):
        groverattn.simulate(n_keys=16, d_head=2, n_marked=2, rows=[3])


def test_numbers_of_iterates_and_inputs_without_a_name_are_refused():
    oracle = groverattn.oracle(n_keys=4, d_head=1, key_bits=2, query_bits=2)
    for call in (
        lambda: groverattn.search(n_keys=4, d_head=1, n_iterates=-1),
        lambda: groverattn.amplitudes(oracle, n_iterates=-1),
        lambda: groverattn.estimate("gpt2"),
    ):
        with pytest.raises(groverattn.InputError):
            call()


@pytest.mark.parametrize("given", ["gpt2", 3, [3]])
def test_a_report_of_no_request_is_refused(given, tmp_path):
    with pytest.raises(groverattn.InputError, match="write groverattn"):
        groverattn.write_report(given, tmp_path / "new.html")
    assert not list(tmp_path.iterdir())


def test_a_request_may_be_given_whole_and_changed():
    request = RowRequest.of(preset="toy")
    estimate = groverattn.estimate(request, data_access="qroam")
    assert estimate.asked == request.but(data_access="qroam")
    assert estimate.request == chosen(estimate.asked)


def test_arrays_are_a_head():
    simulation = groverattn.simulate(Q, K, V, n_marked=2, engine="law", causal=True, rows="8:12")
    assert simulation.instance.head.causal
    assert simulation.passed
    assert groverattn.verify(Q, K, V, n_marked=2, row=3).check.passed
    search = groverattn.search(Q, K, V, n_marked=2)
    assert search.iterate.oracle == groverattn.oracle(Q, K, V, n_marked=2)


@pytest.mark.parametrize(
    "arrays", [(Q,), (Q, K), (Q, K, "V"), (groverattn.bundled_head(), K, V), (Q, K[:3], V), (1, 2, 3)]
)
def test_what_is_no_head_is_refused(arrays):
    with pytest.raises(groverattn.InputError):
        groverattn.simulate(*arrays)
    with pytest.raises(groverattn.InputError):
        groverattn.diagnose(*arrays)


def test_a_machine_may_be_called_one():
    asked = groverattn.estimate(preset="toy", machine="gidney-2025")
    assert asked.request.hardware == "gidney-2025"
    with pytest.raises(groverattn.InputError, match="argument 'machine'"):
        groverattn.estimate(preset="toy", machine="gidney-2025", hardware="gidney-2025")


def test_a_head_of_arrays_is_diagnosed_as_causal_where_that_is_said():
    arrays = np.random.default_rng(0).normal(size=(3, 24, 4))
    causal, both = (groverattn.diagnose(*arrays, n_marked=4, causal=causal) for causal in (True, False))
    head = attrs.evolve(head_of(*arrays), causal=True)
    assert causal.as_json() == groverattn.diagnose(head, n_marked=4).as_json() != both.as_json()
